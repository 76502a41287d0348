"""Periods (期别) and their windows: when a duty opens, is due and closes.

A period is of the city's calendar and knows no time zone; a window is three instants in UTC. Dates come
from the book and roll over rest days by its policy. After rolling, a monthly duty still has opens < due <
closes, and a zero opens < due <= closes, for it may close the moment it is due.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from rules.book import Book
from rules.kinds import DutyKind, PeriodKind
from rules.workdays import calendar_of, instant

_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
_WRITTEN = {
    PeriodKind.DAY: re.compile(r"(\d{4})-\d{2}-\d{2}", re.ASCII),
    PeriodKind.MONTH: re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII),
    PeriodKind.QUARTER: re.compile(r"(\d{4})Q([1-4])", re.ASCII),
    PeriodKind.HALF: re.compile(r"(\d{4})H([12])", re.ASCII),
    PeriodKind.YEAR: re.compile(r"(\d{4})()", re.ASCII),
}
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True, slots=True)
class Period:
    """A day, month, quarter, half-year or year; `number` counts from 1 within the year. Rows keep its `str()`."""

    kind: PeriodKind
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        if not (FIRST_YEAR <= self.year <= LAST_YEAR and 1 <= self.number <= self._last_number):
            raise ValueError(f"found {self.kind} {self.number} of {self.year}, expected one of 1900-2200")

    @property
    def _last_number(self) -> int:
        if self.kind is PeriodKind.DAY:
            return 366 if calendar.isleap(self.year) else 365
        return 12 // _MONTHS[self.kind]

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str) -> Self:
        """`2012-03-27`, `2012-03`, `2012Q1`, `2012H1` or `2012`. Raises ValueError."""
        for kind, pattern in _WRITTEN.items():
            if match := pattern.fullmatch(text):
                if kind is PeriodKind.DAY:
                    return cls._day(text)
                return cls(kind, int(match[1]), int(match[2] or 1))
        raise ValueError(
            f"found {text!r}, expected a period such as 2012-03-27, 2012-03, 2012Q1, 2012H1 or 2012"
        )

    @classmethod
    def _day(cls, text: str) -> Self:
        try:
            return cls.of(PeriodKind.DAY, date.fromisoformat(text))
        except ValueError as error:
            raise ValueError(f"found {text!r}, expected a day such as 2012-03-27") from error

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        return cls(PeriodKind.MONTH, year, month)

    @classmethod
    def of(cls, kind: PeriodKind, day: date) -> Self:
        """The period of that kind in which a day lies."""
        if kind is PeriodKind.DAY:
            return cls(kind, day.year, day.timetuple().tm_yday)
        return cls(kind, day.year, (day.month - 1) // _MONTHS[kind] + 1)

    def __str__(self) -> str:
        match self.kind:
            case PeriodKind.DAY:
                return self.first_day.isoformat()
            case PeriodKind.MONTH:
                return f"{self.year}-{self.number:02}"
            case PeriodKind.QUARTER:
                return f"{self.year}Q{self.number}"
            case PeriodKind.HALF:
                return f"{self.year}H{self.number}"
            case PeriodKind.YEAR:
                return str(self.year)

    @property
    def chinese(self) -> str:
        """`2012年3月27日`, `2012年3月`, `2012年一季度`, `2012年上半年`, `2012年`."""
        match self.kind:
            case PeriodKind.DAY:
                return f"{self.year}年{self.first_day.month}月{self.first_day.day}日"
            case PeriodKind.MONTH:
                return f"{self.year}年{self.number}月"
            case PeriodKind.QUARTER:
                return f"{self.year}年{'一二三四'[self.number - 1]}季度"
            case PeriodKind.HALF:
                return f"{self.year}年{'上下'[self.number - 1]}半年"
            case PeriodKind.YEAR:
                return f"{self.year}年"

    @property
    def first_day(self) -> date:
        if self.kind is PeriodKind.DAY:
            return date(self.year, 1, 1) + timedelta(days=self.number - 1)
        return date(self.year, (self.number - 1) * _MONTHS[self.kind] + 1, 1)

    @property
    def last_day(self) -> date:
        if self.kind is PeriodKind.DAY:
            return self.first_day
        month = self.number * _MONTHS[self.kind]
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    def next(self) -> "Period":
        return Period.of(self.kind, self.last_day + timedelta(days=1))

    def previous(self) -> "Period":
        return Period.of(self.kind, self.first_day - timedelta(days=1))

    def contains(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Window:
    """When a duty opens, is due (on time until then) and closes (late until then), in UTC."""

    opens: datetime
    due: datetime
    closes: datetime


def span(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first instant of a period to the first one after it, in UTC."""
    return instant(period.first_day, time(), zone), instant(period.next().first_day, time(), zone)


def period_kind(duty: DutyKind) -> PeriodKind:
    """Zeros are half-yearly, the words on major problems daily, everything else is monthly."""
    return {DutyKind.ZERO: PeriodKind.HALF, DutyKind.DAILY: PeriodKind.DAY}.get(duty, PeriodKind.MONTH)


def window(duty: DutyKind, period: Period, book: Book, zone: ZoneInfo) -> Window:
    """The window of a duty for a period. Raises ValueError if a duty of that kind has no such period."""
    if period.kind is not period_kind(duty):
        raise ValueError(f"found the period {period} for {duty}, expected a {period_kind(duty)}")
    if duty is DutyKind.ZERO:
        return _zero_window(period, book, zone)
    if duty is DutyKind.DAILY:
        return _daily_window(period, book, zone)
    return _monthly_window(period, book, zone)


def latest_opened(duty: DutyKind, now: datetime, book: Book, zone: ZoneInfo) -> Period:
    """The newest period whose window has opened by `now`; it may be closed already."""
    period = Period.of(period_kind(duty), now.astimezone(zone).date())
    while window(duty, period, book, zone).opens > now:
        period = period.previous()
    return period


def _monthly_window(period: Period, book: Book, zone: ZoneInfo) -> Window:
    rule, days = book.monthly, calendar_of(book)
    opens = period.first_day.replace(day=rule.opens_day)
    following = period.next().first_day
    due = days.roll(following.replace(day=rule.due_day), book.rolling.due)
    if due <= opens:  # rolled back over a long holiday to before the duty even opens
        due = days.next_workday(opens)
    closes = days.roll(following.replace(day=rule.closes_day), book.rolling.closes)
    due_at, closes_at = instant(due, rule.due_time, zone), instant(closes, rule.closes_time, zone)
    if closes_at <= due_at:
        closes_at = instant(days.next_workday(due), rule.closes_time, zone)
    return Window(instant(opens, time(), zone), due_at, closes_at)


def _daily_window(period: Period, book: Book, zone: ZoneInfo) -> Window:
    """From the hour of asking to the hour at which it is due, and late until the day is over; rest days too."""
    day, rule = period.first_day, book.follow_up
    return Window(
        instant(day, rule.asked, zone),
        instant(day, rule.due, zone),
        instant(day + timedelta(days=1), time(), zone),
    )


def _zero_window(period: Period, book: Book, zone: ZoneInfo) -> Window:
    rule, days = book.zero, calendar_of(book)
    opens = period.last_day + timedelta(days=1)
    due = days.nth_workday(opens, rule.due_workday)
    closes = days.nth_workday(opens, rule.closes_workday)
    return Window(
        instant(opens, time(), zone),
        instant(due, rule.due_time, zone),
        instant(closes, rule.closes_time, zone),
    )
