"""The question for a limit (时限): 本周内, 3个工作日内, 月底前, 8月15日前; the day that it means is what is stored."""

from dataclasses import dataclass, field
from datetime import date

from handlers.dates import read_coming_day
from handlers.moments import day_of
from handlers.questions import Question
from handlers.reading import Reading, Refused, Said, Stored, Taken
from handlers.words import Words
from rules.dates import days_written, no_such_day
from rules.limits import read_limit
from rules.workdays import Calendar


def read_until(text: str, today: date, calendar: Calendar) -> date | None:
    """A limit with or without the word that makes it one (8月15日 is 8月15日前)."""
    text = text.strip().rstrip("。.!！")
    text = text.removeprefix("到").removeprefix("至")
    return (
        read_limit(text, today, calendar)
        or read_coming_day(text, today)
        or read_limit(f"{text}前", today, calendar)
        or read_limit(f"{text}内", today, calendar)
    )


def no_day_in(text: str, today: date, words: Words) -> str:
    """What is said of a text that names a day that does not exist; empty if it names none."""
    none = no_such_day(days_written(text), today)
    return words.no_such_day.format(day=none) if none else ""


@dataclass(frozen=True)
class Limit(Question[date]):
    today: date = date.min
    earliest: date = date.min
    calendar: Calendar = field(default_factory=Calendar)

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        day = read_until(said.text, self.today, self.calendar) if said.value is None else None
        if day is None:
            return Refused(no_day_in(said.text, self.today, words) or words.order_due_unreadable)
        if day < self.earliest:
            return Refused(words.order_due_too_early.format(day=day_of(self.earliest)))
        return Taken({"day": day.isoformat()})

    def restore(self, stored: Stored) -> date | None:
        if not isinstance(stored, dict):
            return None
        day = date.fromisoformat(stored["day"])
        return day if day >= self.earliest else None
