"""Reminders (催报): which a duty has and when, what an outage leaves of them, and who on the ladder hears one.

Rule 1  A reminder is on a working day, at the city's hour for it (`[reminders] at`), once a local date: an hour
        that the clock skips falls after the gap, one that it repeats counts the first time.
Rule 2  Of one period at most one reminder is due at a time: of several that were missed the last counts, and
        before the due date only while that has not passed (`pick`).
Rule 3  A wave keeps out of minutes 0 and 30, its first minute too: an hour of reminding is never in them, but an
        outage may end there, and so may a night that a long wave or anything else is held over (`may_go`).
Rule 4  The ladder goes contact, deputy, head. It ends at the rung that the step names, but never at one
        where nobody can be reached.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.book import BUSY_MINUTES, Book, ReminderStep
from rules.kinds import Anchor, Role, Snooze
from rules.periods import Window
from rules.scope import REPORTING
from rules.workdays import Calendar, calendar_of, in_working_hours, instant, local_date, next_working_moment

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of a period: its instant in UTC, and the step of the rules that it is."""

    at: datetime
    step: ReminderStep


@dataclass(frozen=True, slots=True)
class Picked:
    """What is to be sent now, if anything, and what is left out with the reason."""

    now: Reminder | None = None
    skipped: tuple[tuple[Reminder, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody on the ladder of a duty. `own`: it is theirs to report; others hear what was tried."""

    person: int
    own: bool


def reminders(span: Window, book: Book, zone: ZoneInfo) -> tuple[Reminder, ...]:
    """All reminders of a period, in order. Where two fall on one day, the one that reaches further up stays."""
    found: dict[datetime, Reminder] = {}
    for step in book.reminders.steps:
        day = _day(step, span, calendar_of(book), zone)
        at = instant(day, book.reminders.at, zone)
        if not _fits(step, at, span):
            continue
        before = found.get(at)
        if before is None or _reach(before.step) <= _reach(step):
            found[at] = Reminder(at, step)
    return tuple(found[at] for at in sorted(found))


def _day(step: ReminderStep, span: Window, days: Calendar, zone: ZoneInfo) -> date:
    if step.anchor is Anchor.OVERDUE:
        return days.nth_workday(local_date(span.due, zone) + _DAY, step.workdays)
    day = local_date(span.due if step.anchor is Anchor.DUE else span.closes, zone)
    if not days.is_workday(day):
        day = days.previous_workday(day)
    for _ in range(step.workdays):
        day = days.previous_workday(day)
    return day


def _fits(step: ReminderStep, at: datetime, span: Window) -> bool:
    if step.anchor is Anchor.DUE:
        return span.opens <= at < span.due
    return span.due + _SECOND <= at < span.closes


def _reach(step: ReminderStep) -> int:
    return REPORTING.index(step.upto)


def pick(all_of_it: Sequence[Reminder], known: Collection[str], span: Window, now: datetime) -> Picked:
    """What of a period's reminders is due at `now`; `known` are the steps that were decided before."""
    missed = [each for each in all_of_it if each.at <= now and each.step.key not in known]
    if not missed:
        return Picked()
    *older, last = missed
    skipped = [(each, f"{last.step.key} took its place") for each in older]
    if why := _too_late(last, span, now):
        return Picked(skipped=(*skipped, (last, why)))
    return Picked(last, tuple(skipped))


def _too_late(reminder: Reminder, span: Window, now: datetime) -> str:
    if now >= span.closes + _SECOND:
        return "the period had closed"
    if reminder.step.anchor is Anchor.DUE and now >= span.due + _SECOND:
        return "the due date had passed"
    return ""


def useless_after(span: Window, now: datetime) -> datetime:
    """A reminder is good until the due instant, and after it until the close."""
    return span.due if now < span.due + _SECOND else span.closes


def may_begin(now: datetime, book: Book, zone: ZoneInfo) -> bool:
    """Whether reminders may begin to go out: in working hours, from the hour of reminding on."""
    return in_working_hours(now, book, zone) and now.astimezone(zone).time() >= book.reminders.at


def next_beginning(now: datetime, book: Book, zone: ZoneInfo) -> datetime:
    """`now` if reminders may begin, else the next instant at which they may. In UTC."""
    if may_begin(now, book, zone):
        return now.astimezone(UTC)
    local = now.astimezone(zone)
    day = local.date() if local.time() < book.reminders.at else local.date() + _DAY
    return instant(calendar_of(book).nth_workday(day, 1), book.reminders.at, zone)


def may_go(now: datetime, book: Book, zone: ZoneInfo) -> datetime:
    """When what is neither urgent nor an answer may go: now, or from the next working morning on, at which all that was
    held goes together and so keeps out of the busy minutes. In UTC."""
    if in_working_hours(now, book, zone):
        return now.astimezone(UTC)
    return _not_busy(next_working_moment(now, book, zone))


def quiet_from(now: datetime, book: Book, zone: ZoneInfo) -> datetime:
    """When today's quiet hours begin. In UTC."""
    return instant(local_date(now, zone), book.quiet_hours.begins, zone)


def snoozed(now: datetime, choice: Snooze, book: Book, zone: ZoneInfo) -> datetime:
    """When somebody wants to be reminded again: in working hours, else on the next working morning. In UTC."""
    later = now + timedelta(hours=book.reminders.snooze_hours)
    if choice is Snooze.HOURS and in_working_hours(later, book, zone):
        return later.astimezone(UTC)
    morning = calendar_of(book).nth_workday(local_date(now, zone) + _DAY, 1)
    return instant(morning, book.reminders.at, zone)


def slot(begins: datetime, place: int, per_minute: int) -> datetime:
    """When the message at a `place` (from 0) of a wave goes: evenly spread over the time outside the busy minutes."""
    left, moment = _after(place, per_minute), _not_busy(begins)
    while left >= (room := _next_busy(moment) - moment):
        moment, left = _not_busy(moment + room), left - room
    return moment + left


def _after(place: int, per_minute: int) -> timedelta:
    """In whole steps of five seconds: a clock that is moved stops at each of them."""
    return timedelta(seconds=place * 60 // per_minute // 5 * 5)


def _not_busy(moment: datetime) -> datetime:
    """The moment itself, or the beginning of the next minute in which others do not send in bulk."""
    while moment.minute in BUSY_MINUTES:
        moment = moment.replace(second=0, microsecond=0) + _MINUTE
    return moment


def _next_busy(moment: datetime) -> datetime:
    minutes = min((busy - moment.minute) % 60 or 60 for busy in BUSY_MINUTES)
    return moment.replace(second=0, microsecond=0) + minutes * _MINUTE


def goes_on(now: datetime, written: int, per_minute: int) -> datetime:
    """From when a wave that stood still is counted as begun, so that its next message goes at `now` and the rest is
    spread as before (`slot`)."""
    return _not_busy(now) - _after(written, per_minute)


def ladder(
    answering: Mapping[Role, Sequence[int]], upto: Role, reachable: Callable[[int], bool]
) -> tuple[Told, ...]:
    """Who hears of a duty: each rung up to `upto`, and further up past rungs where nobody can be reached."""
    rungs = [tuple(answering.get(role, ())) for role in REPORTING]
    own = next((place for place, rung in enumerate(rungs) if rung), None)
    told: dict[int, Told] = {}
    for place, rung in enumerate(rungs):
        for person in rung:
            told.setdefault(person, Told(person, place == own))
        if place >= REPORTING.index(upto) and any(reachable(person) for person in rung):
            break
    return tuple(told.values())
