"""The question for days from one to another, none of them gone by: 明天, 下周三到周五, 7月1日到10日."""

from dataclasses import dataclass
from datetime import date

from handlers.moments import day_of
from handlers.questions import Question
from handlers.reading import Buttons, Item, Reading, Refused, Said, Stored, Taken, in_rows
from handlers.words import Words
from rules.dates import days_written, no_such_day
from rules.spans import Days, is_backwards, read_days


def stored(days: Days) -> Stored:
    return {"first": days.first.isoformat(), "last": days.last.isoformat()}


def restored(answer: Stored) -> Days | None:
    """The days of a stored answer."""
    if not isinstance(answer, dict):
        return None
    return Days(date.fromisoformat(answer["first"]), date.fromisoformat(answer["last"]))


def why_no_days(text: str, today: date, words: Words) -> str:
    if none := no_such_day(days_written(text), today):
        return words.leave_no_such_day.format(day=none)
    return words.leave_backwards if is_backwards(text, today) else words.leave_days_unreadable


@dataclass(frozen=True)
class Span(Question[Days]):
    """`today` is the city's date; the id of a quick answer is what may be typed for it."""

    today: date = date.min
    quick: tuple[Item, ...] = ()

    def read(self, said: Said, stored_before: Stored, words: Words) -> Reading:
        days = read_days(said.value or said.text, self.today)
        if days is None:
            return Refused(why_no_days(said.text, self.today, words))
        if days.first < self.today:
            return Refused(words.leave_past.format(day=day_of(days.first)))
        return Taken(stored(days))

    def restore(self, answer: Stored) -> Days | None:
        return restored(answer)

    def buttons(self, answer: Stored, page: int, words: Words) -> Buttons:
        return in_rows([(item.label, item.id) for item in self.quick], 2)
