"""Working days (工作日) of the city: holidays, make-up days (调休), rolling, working hours.

The State Council's yearly lists come from the package `chinesecalendar`, from 2004 to its newest year; the
book may add to them. In a year that neither knows, weekends are the only rest days: `Calendar.known` says
so, and whoever shows a date of such a year should too. A lookup is two set operations, so nothing needs a
cache.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar  # type: ignore[import-untyped]  # The package carries no types; two of its tables are used.

from rules.book import Book, CalendarRules
from rules.kinds import Rolling

DEFAULT_ZONE = "Asia/Shanghai"

_HOLIDAYS: frozenset[date] = frozenset(chinese_calendar.holidays)
_MADE_UP: frozenset[date] = frozenset(chinese_calendar.workdays)
FIRST_KNOWN_YEAR = min(_HOLIDAYS).year
NEWEST_KNOWN_YEAR = max(_HOLIDAYS).year

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. `rest_days` and `workdays` are the book's own and go before the lists."""

    rest_days: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def known(self, year: int) -> bool:
        """Whether the year's holidays are known, so that no notice will move its dates."""
        return FIRST_KNOWN_YEAR <= year <= NEWEST_KNOWN_YEAR or year in self.years

    def is_workday(self, day: date) -> bool:
        if day in self.workdays or day in self.rest_days:
            return day in self.workdays
        return day in _MADE_UP or (day.weekday() < 5 and day not in _HOLIDAYS)

    def next_workday(self, day: date) -> date:
        """The first working day after `day`."""
        return self.nth_workday(day + _DAY, 1)

    def previous_workday(self, day: date) -> date:
        """The last working day before `day`."""
        day -= _DAY
        while not self.is_workday(day):
            day -= _DAY
        return day

    def nth_workday(self, start: date, number: int) -> date:
        """The `number`-th working day from `start` on; `start` itself counts if it is worked."""
        if number < 1:
            raise ValueError(f"found working day number {number}, expected 1 or more")
        day = start
        while True:
            number -= self.is_workday(day)
            if not number:
                return day
            day += _DAY

    def roll(self, day: date, policy: Rolling) -> date:
        """`day` if it is worked, else the working day that the policy names; never a rest day."""
        if self.is_workday(day):
            return day
        match policy:
            case Rolling.NEXT:
                return self.next_workday(day)
            case Rolling.SECOND:
                return self.nth_workday(day, 2)
            case Rolling.PREVIOUS:
                return self.previous_workday(day)


def calendar_of(book: Book) -> Calendar:
    """The calendar with the book's own days."""
    return _calendar(book.calendar)


@lru_cache(maxsize=64)
def _calendar(rules: CalendarRules) -> Calendar:
    return Calendar(frozenset(rules.rest_days), frozenset(rules.workdays), frozenset(rules.years))


def city_zone(name: str = DEFAULT_ZONE) -> ZoneInfo:
    """The city's time zone. Raises ZoneInfoNotFoundError (a KeyError) for a name that does not exist."""
    return ZoneInfo(name)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The city's date at an instant."""
    return moment.astimezone(zone).date()


def in_working_hours(moment: datetime, book: Book, zone: ZoneInfo) -> bool:
    """Whether something may be sent unasked: on a working day, outside the quiet hours."""
    local = moment.astimezone(zone)
    quiet = book.quiet_hours
    return calendar_of(book).is_workday(local.date()) and quiet.ends <= local.time() < quiet.begins


def next_working_moment(moment: datetime, book: Book, zone: ZoneInfo) -> datetime:
    """`moment` itself in working hours, else the first instant of the next ones. In UTC."""
    if in_working_hours(moment, book, zone):
        return moment.astimezone(UTC)
    local = moment.astimezone(zone)
    day = local.date() if local.time() < book.quiet_hours.ends else local.date() + _DAY
    return instant(calendar_of(book).nth_workday(day, 1), book.quiet_hours.ends, zone)


def quiet_since(moment: datetime, book: Book, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours began that `moment` lies in, rest days included; None in working hours. In UTC."""
    if in_working_hours(moment, book, zone):
        return None
    local, days = moment.astimezone(zone), calendar_of(book)
    over = days.is_workday(local.date()) and local.time() >= book.quiet_hours.begins
    day = local.date() if over else days.previous_workday(local.date())
    return instant(day, book.quiet_hours.begins, zone)


def end_of_workday(after: date, number: int, book: Book, zone: ZoneInfo) -> datetime:
    """The last second of the `number`-th working day after a day. In UTC."""
    return instant(calendar_of(book).nth_workday(after + _DAY, number), time(23, 59, 59), zone)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time of day of the city as an instant in UTC."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
