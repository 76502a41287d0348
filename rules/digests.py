"""When a leader's digest (日报, 周报) is due, and until when one that was missed is still sent.

Rule 1  Daily is every working day, weekly the first working day of a week; each at the leader's own time of day.
Rule 2  One that an outage missed is sent once on the same day, marked 迟发. A day that is over is skipped for good: the
        next digest begins where the last one ended, so that nothing is lost and nobody gets a pile of old news.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.book import Book
from rules.kinds import Often
from rules.workdays import Calendar, instant

_DAY = timedelta(days=1)


def is_due_on(often: Often, day: date, calendar: Calendar) -> bool:
    """Whether a digest belongs to a day. Who is told at once has the figures weekly."""
    if often is Often.DAILY:
        return calendar.is_workday(day)
    return day == first_workday(day, calendar)


def due_on(day: date, calendar: Calendar) -> tuple[Often, ...]:
    """Who is told on a day, by how often they want it."""
    return tuple(often for often in Often if is_due_on(often, day, calendar))


def first_workday(day: date, calendar: Calendar) -> date | None:
    """The first working day of a day's week, from Monday on; None in a week that has none."""
    monday = day - timedelta(days=day.weekday())
    days = (monday + timedelta(days=place) for place in range(7))
    return next((each for each in days if calendar.is_workday(each)), None)


def previous(often: Often, day: date, calendar: Calendar) -> date:
    """The day of the digest before: where a first one begins."""
    found = day - _DAY
    while not is_due_on(often, found, calendar):
        found -= _DAY
    return found


def between(often: Often, after: date, before: date, calendar: Calendar) -> Iterator[date]:
    """The days between two digests that should have had one."""
    day = after + _DAY
    while day < before:
        if is_due_on(often, day, calendar):
            yield day
        day += _DAY


def is_late(now: datetime, day: date, at: time, book: Book, zone: ZoneInfo) -> bool:
    return now - instant(day, at, zone) > timedelta(minutes=book.digests.late_minutes)


def good_until(day: date, at: time, book: Book, zone: ZoneInfo) -> datetime:
    """When a digest that no channel took has become useless: as the quiet hours begin; one asked for in the evening,
    at midnight. The next tells what it would have told."""
    if at < book.quiet_hours.begins:
        return instant(day, book.quiet_hours.begins, zone)
    return instant(day + _DAY, time(), zone)


def may_still_go(now: datetime, day: date, at: time, book: Book, zone: ZoneInfo) -> bool:
    """A late one goes the same day, but not into the evening; one that is not late goes whenever it was asked for."""
    if not is_late(now, day, at, book, zone):
        return True
    local = now.astimezone(zone)
    return local.date() == day and local.time() < book.quiet_hours.begins
