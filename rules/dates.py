"""Days as people write them: 今天, 昨天, 3月20日, 3.20, 20号, 2012年3月20日, 2012-03-20, 3月底.

Reading is against a `today`: a day without a year is the latest such day that is not after `until`, the
last day that can be meant. What is no day, or can only be a later one, is None.
"""

import calendar
import re
from datetime import date, timedelta

_WORDS = {"今天": 0, "今日": 0, "刚才": 0, "昨天": 1, "昨日": 1, "前天": 2}
_FULL = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](?:(\d{1,2})[日号]?|(底))")
_MONTH_DAY = re.compile(r"(\d{1,2})[月./-](?:(\d{1,2})[日号]?|(底))")
_DAY = re.compile(r"(\d{1,2})[日号]")
_WIDE = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")


def read_day(text: str, today: date, until: date | None = None) -> date | None:
    """The day that a whole text names, at the latest `until` (today)."""
    typed = re.sub(r"\s+", "", text.translate(_WIDE)).removeprefix("本月")
    last = until or today
    if typed in _WORDS:
        found: date | None = today - timedelta(days=_WORDS[typed])
    elif match := _FULL.fullmatch(typed):
        found = _day(int(match[1]), int(match[2]), match[3])
    elif match := _MONTH_DAY.fullmatch(typed):
        found = _not_after(last, int(match[1]), match[2])
    elif match := _DAY.fullmatch(typed):
        found = _day(last.year, last.month, match[1])
    else:
        return None
    return found if found is not None and found <= last else None


def _not_after(last: date, month: int, day: str | None) -> date | None:
    this_year = _day(last.year, month, day)
    return this_year if this_year is None or this_year <= last else _day(last.year - 1, month, day)


def _day(year: int, month: int, day: str | None) -> date | None:
    """None for 底 is the month's last day."""
    if not 1 <= month <= 12 or not 1900 <= year <= 2200:
        return None
    longest = calendar.monthrange(year, month)[1]
    number = int(day) if day else longest
    return date(year, month, number) if 1 <= number <= longest else None
