"""Days that lie ahead, from one to another, as people say them: 明天, 下周三到周五, 7月1日到10日, 明天起3天, 下周.

Rule 1  The last day is read from the first on: in 7月28日到3日 the 3rd is that of August.
Rule 2  A day without a year is the one nearby, as in `rules/dates.py`: one that has just gone by is read as gone by.
Rule 3  What ends before it begins, or has a part that is no day, is not read.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rules.dates import NUMBER, number_of, read_day
from rules.numerals import Unclear

_NEARBY = timedelta(days=180)
_AHEAD = {"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}
_WEEKDAY = re.compile(r"(?P<which>下+个?|[这本]个?|)(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])")
_WEEK = re.compile(r"(?P<which>下+个?|[这本]个?)(?:周|星期|礼拜)(?:整周|一周)?")
_BETWEEN = re.compile(r"到|至|~|—+|–|-")
_COUNTED = re.compile(rf"(?P<first>.+?)(?:起|开始|,)+(?:共|休|请)?(?P<count>{NUMBER})天")
_AROUND = re.compile(r"^(?:从|自|于)|(?:为止|止|期间)$")


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both of them included."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1


def read_days(text: str, today: date) -> Days | None:
    """The days that a whole text names, said on `today`; they may have gone by."""
    typed = _typed(text)
    try:
        if day := _day(typed, today, today):
            return Days(day, day)
        return _counted(typed, today) or _week(typed, today) or _from_to(typed, today)
    except (Unclear, ValueError, OverflowError):
        return None


def is_backwards(text: str, today: date) -> bool:
    """Whether days are named of which the last is before the first: 7月10日到7月1日."""
    try:
        return any(last < first for first, last in _ends(_typed(text), today))
    except (Unclear, ValueError, OverflowError):
        return False


def _typed(text: str) -> str:
    return _AROUND.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("、", ","))


def _day(typed: str, today: date, base: date) -> date | None:
    """A day said on `today`; one that is not counted from there is the next from `base` on."""
    if typed in _AHEAD:
        return today + timedelta(days=_AHEAD[typed])
    if found := _WEEKDAY.fullmatch(typed):
        weekday = "一二三四五六日".index(found["weekday"].replace("天", "日"))
        day = _monday(today if found["which"] else base, found["which"]) + timedelta(days=weekday)
        return day + timedelta(weeks=1) if not found["which"] and day < base else day
    return read_day(typed, base, base + _NEARBY)


def _monday(day: date, which: str) -> date:
    return day - timedelta(days=day.weekday()) + timedelta(weeks=which.count("下"))


def _counted(typed: str, today: date) -> Days | None:
    """明天起3天"""
    found = _COUNTED.fullmatch(typed)
    first = _day(found["first"], today, today) if found else None
    if found is None or first is None or (count := number_of(found["count"])) < 1:
        return None
    return Days(first, first + timedelta(days=count - 1))


def _week(typed: str, today: date) -> Days | None:
    """下周 is all of it; what has gone by of 本周 is left out."""
    found = _WEEK.fullmatch(typed)
    if found is None:
        return None
    monday = _monday(today, found["which"])
    return Days(max(monday, today), monday + timedelta(days=6))


def _from_to(typed: str, today: date) -> Days | None:
    return next((Days(first, last) for first, last in _ends(typed, today) if first <= last), None)


def _ends(typed: str, today: date) -> Iterator[tuple[date, date]]:
    """The first day and the last as they are said, in whatever order."""
    for between in _BETWEEN.finditer(typed):
        first = _day(re.sub("(?:起|开始)$", "", typed[: between.start()]), today, today)
        last = _day(typed[between.end() :], today, first) if first else None
        if first and last:
            yield first, last
