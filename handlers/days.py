"""A day as people type it (4月12日, 12日, 明天), and the question for one."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.plain import plain
from handlers.questions import Question
from handlers.reading import Buttons, Item, Reading, Refused, Said, Stored, Taken, exactly, in_rows
from handlers.words import Words

FURTHEST = timedelta(days=31)

_NEAR = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2}
_DAY = re.compile(r"(?:(?:(\d{4})[-./年])?(\d{1,2})[-./月])?(\d{1,2})[日号]?", re.ASCII)


def read_day(text: str, today: date) -> date | None:
    """The day that is meant; without year or month, the next such day. None if it is none."""
    typed = plain(text)
    if typed in _NEAR:
        return today + timedelta(days=_NEAR[typed])
    found = _DAY.fullmatch(typed)
    if found is None or (typed.isdecimal() and len(typed) > 2):
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is not None and month is not None:
        return _date(year, month, day or 0)
    months = [(today.year, month), (today.year + 1, month)] if month else _this_month_and_next(today)
    days = [_date(year, month, day or 0) for year, month in months]
    return next((each for each in days if each is not None and each >= today), None)


def _this_month_and_next(today: date) -> list[tuple[int, int]]:
    following = (today.year, today.month + 1) if today.month < 12 else (today.year + 1, 1)
    return [(today.year, today.month), following]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def written(day: date) -> str:
    return f"{day.month}月{day.day}日"


@dataclass(frozen=True)
class Day(Question[date]):
    """A day from `today` on, at most a month ahead: one of `items` (ids are ISO dates), or typed."""

    items: tuple[Item, ...] = ()
    today: date = date.min

    def read(self, said: Said, stored: Stored, words: Words) -> Reading:
        if said.value is not None:
            day = self.restore(said.value) if any(item.id == said.value for item in self.items) else None
        else:
            meant = exactly(self.items, said.text)
            day = date.fromisoformat(meant[0].id) if len(meant) == 1 else read_day(said.text, self.today)
        if day is None or not self.today <= day <= self.today + FURTHEST:
            return Refused(words.until_unreadable)
        return Taken(day.isoformat())

    def restore(self, stored: Stored) -> date | None:
        try:
            day = date.fromisoformat(stored)
        except (TypeError, ValueError):
            return None
        return day if self.today <= day else None

    def buttons(self, stored: Stored, page: int, words: Words) -> Buttons:
        return in_rows([(item.label, item.id) for item in self.items], 1)
