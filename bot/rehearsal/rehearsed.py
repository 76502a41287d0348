"""What a rehearsal found: frozen, and written down by `sheets` and `page`."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.rehearsal import words
from bot.rehearsal.messages import Message
from rules.kinds import DutyKind
from rules.periods import Period
from rules.timetable import Dated


@dataclass(frozen=True, slots=True)
class Owed:
    """How many duties a unit has of a kind for a period. What is exempt or does not apply is not counted."""

    unit: str
    kind: DutyKind
    period: Period
    count: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`said` is what was supposed, and what came out, in Chinese lines."""

    year: int
    zone: ZoneInfo
    supposed: tuple[str, ...]
    dates: tuple[Dated, ...]
    owed: tuple[Owed, ...]
    messages: tuple[Message, ...]

    @property
    def said(self) -> tuple[str, ...]:
        return (words.TITLE.format(year=self.year), *self.supposed, self.counted)

    @property
    def counted(self) -> str:
        duties = sum(each.count for each in self.owed)
        people = {each.person_id for each in self.messages}
        return words.COUNTS.format(
            duties=duties, messages=len(self.messages), people=len(people), most=self.most
        )

    @property
    def most(self) -> int:
        """The most messages that one person gets on one day."""
        a_day: Counter[tuple[date, int | None]] = Counter(
            (each.at.astimezone(self.zone).date(), each.person_id) for each in self.messages
        )
        return max(a_day.values(), default=0)
