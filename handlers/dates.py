"""The question for a coming day: 今天, 明天, 4月1日, 20号, 2012-04-01; without a year the next such day."""

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.moments import day_of
from handlers.plain import plain
from handlers.questions import Question
from handlers.reading import Buttons, Item, Reading, Refused, Said, Stored, Taken, exactly, in_rows
from handlers.words import Words
from rules.dates import has_just_gone, read_day

_AHEAD = {"明天": 1, "明日": 1, "后天": 2}
_LAST = timedelta(days=364)  # a day and month without a year is then the coming one, and today is today


def read_coming_day(text: str, today: date) -> date | None:
    """What `rules.dates` reads of days gone by, read of the year that lies ahead."""
    typed = plain(text)
    if typed in _AHEAD:
        return today + timedelta(days=_AHEAD[typed])
    day = read_day(typed, today, today + _LAST)
    gone = day is not None and "年" not in typed and has_just_gone(day, today)
    return None if gone else day


@dataclass(frozen=True)
class Date(Question["date | str"]):
    """A day from `earliest` to `latest`, stored resolved; or the id of a quick answer. `today` is the city's date."""

    today: date = date.min
    earliest: date = date.min
    latest: date = date.max
    quick: tuple[Item, ...] = ()

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value is not None:
            known = any(item.id == said.value for item in self.quick)
            return Taken({"quick": said.value}) if known else Refused(words.day_unreadable)
        if len(meant := exactly(self.quick, said.text)) == 1:
            return Taken({"quick": meant[0].id})
        day = read_coming_day(said.text, self.today)
        if day is None:
            return Refused(words.day_unreadable)
        if day < self.earliest:
            return Refused(words.day_too_early.format(day=day_of(self.earliest)))
        if day > self.latest:
            return Refused(words.day_too_late.format(day=day_of(self.latest)))
        return Taken({"day": day.isoformat()})

    def restore(self, stored: Stored) -> "date | str | None":
        if not isinstance(stored, dict):
            return None
        if "quick" in stored:
            return stored["quick"] if any(item.id == stored["quick"] for item in self.quick) else None
        day = date.fromisoformat(stored["day"])
        return day if self.earliest <= day <= self.latest else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return in_rows([(item.label, item.id) for item in self.quick], 1)
