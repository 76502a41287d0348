"""A year's dates (应报日历): every period that opens, is due or closes in it, and what its rest days moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.book import Book
from rules.kinds import DutyKind
from rules.periods import Period, Window, period_kind, window
from rules.workdays import Calendar, calendar_of, local_date

KINDS = (DutyKind.PROGRESS, DutyKind.ZERO)


@dataclass(frozen=True, slots=True)
class Dated:
    """A period with its window.

    due_from, closes_from  the date that the rules name, if it fell on a rest day and was rolled
    workdays  working days from the opening to the due date, both counted
    known     whether the holidays of every year that it touches are known; else its dates may still move
    """

    kind: DutyKind
    period: Period
    window: Window
    due_from: date | None
    closes_from: date | None
    workdays: int
    known: bool


def timetable(year: int, book: Book, zone: ZoneInfo) -> list[Dated]:
    """What happens in a calendar year of the city, in the order of the due dates."""
    found = [_dated(kind, period, book, zone) for kind in KINDS for period in _around(kind, year)]
    return sorted(
        (each for each in found if year in _years(each.window, zone)), key=lambda each: each.window.due
    )


def _around(kind: DutyKind, year: int) -> Iterator[Period]:
    """The periods of a year, and some of the year before: a due date follows its period by less than a half-year."""
    period = Period.of(period_kind(kind), date(year - 1, 7, 1))
    while period.year <= year:
        yield period
        period = period.next()


def _dated(kind: DutyKind, period: Period, book: Book, zone: ZoneInfo) -> Dated:
    times, days = window(kind, period, book, zone), calendar_of(book)
    due, closes = local_date(times.due, zone), local_date(times.closes, zone)
    named_due, named_closes = due, closes
    if kind is not DutyKind.ZERO:  # a zero is counted in working days and has nothing to roll
        following = period.next().first_day
        named_due = following.replace(day=book.monthly.due_day)
        named_closes = following.replace(day=book.monthly.closes_day)
    return Dated(
        kind=kind,
        period=period,
        window=times,
        due_from=named_due if named_due != due else None,
        closes_from=named_closes if named_closes != closes else None,
        workdays=_workdays(local_date(times.opens, zone), due, days),
        known=all(days.known(year) for year in _years(times, zone)),
    )


def _years(times: Window, zone: ZoneInfo) -> set[int]:
    moments: tuple[datetime, ...] = (times.opens, times.due, times.closes)
    return {local_date(moment, zone).year for moment in moments}


def _workdays(first: date, last: date, days: Calendar) -> int:
    return sum(days.is_workday(first + timedelta(days=each)) for each in range((last - first).days + 1))
