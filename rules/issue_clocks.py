"""The clocks of a problem (办理时限): one for all of it, one for each who holds it, and one for the state it is in.

Rule 1  The total clock runs from the first report to the close-out (销号); nothing stops it in between.
Rule 2  At any time somebody holds an open problem: a department, or the office (unit None) where none does. A
        hand-over, also one that is refused, ends one holder's clock and begins another's in the same instant.
Rule 3  A limit falls on a working day; what is due to be done by then is chased in working hours only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from rules.book import Book
from rules.kinds import Ageing, IssueState, Severity
from rules.workdays import calendar_of, instant, next_working_moment


@dataclass(frozen=True, slots=True)
class Held:
    """One holder's time with a problem, [since, until); until None: still. `unit` None is the office."""

    unit: int | None
    since: datetime
    until: datetime | None
    refused: bool = False


class Chase(IntEnum):
    """What follows when nothing does, in this order."""

    FEEDBACK = 0  # half of the time is over: 反馈
    URGE = 1  # 催办
    HEAD = 2  # copied to the head
    CIRCULAR = 3  # on the list for the circular
    OVER = 4


def total(filed: datetime, closed_out: datetime | None, now: datetime) -> timedelta:
    """总时钟."""
    return (closed_out or now) - filed


def per_holder(held: Iterable[Held], now: datetime) -> dict[int | None, timedelta]:
    """The time that each holder has had it, all their turns together."""
    spent: dict[int | None, timedelta] = {}
    for each in held:
        spent[each.unit] = spent.get(each.unit, timedelta()) + ((each.until or now) - each.since)
    return spent


def due(assigned: datetime, days: int, book: Book, zone: ZoneInfo) -> datetime:
    """办理时限 of what is assigned now. A last day that is no working day rolls as the book says."""
    calendar, start = calendar_of(book), assigned.astimezone(zone).date()
    if book.problems.days_are == "working":
        last = calendar.nth_workday(start + timedelta(days=1), days)
    else:
        last = calendar.roll(start + timedelta(days=days), book.rolling.due)
    return on(last, book, zone)


def on(day: date, book: Book, zone: ZoneInfo) -> datetime:
    """The limit that falls on a day."""
    return instant(day, book.problems.limit_time, zone)


def limit(
    state: IssueState, severity: Severity, since: datetime, due_: datetime | None, book: Book, zone: ZoneInfo
) -> datetime | None:
    """Until when a state may last that began at `since`; None where it has no limit."""
    rules, major = book.problems, severity is Severity.MAJOR
    workdays = {
        IssueState.REGISTERED: rules.assign_workdays_major if major else None,
        IssueState.ACKNOWLEDGED: rules.assign_workdays_major if major else None,
        IssueState.ASSIGNED: rules.sign_workdays_major if major else rules.sign_workdays,
        IssueState.DISPUTED: rules.referee_workdays,
        IssueState.DEFERRING: rules.decide_workdays,
        IssueState.DONE: rules.confirm_workdays,
        IssueState.SOLVED: rules.check_workdays,
    }.get(state)
    if state is IssueState.HANDLING:
        return due_
    return None if workdays is None else _workdays_after(since, workdays, book, zone)


def next_chase(
    state: IssueState,
    since: datetime,
    until: datetime | None,
    done: Chase,
    book: Book,
    zone: ZoneInfo,
    last: datetime | None = None,
) -> datetime | None:
    """When the chase `done` is to be done, in working hours; None if nothing is chased (any more).

    Whoever was chased at `last` has a working day before the next follows, however late that was.
    """
    if until is None or done is Chase.OVER:
        return None
    if done is Chase.FEEDBACK:
        at = since + (until - since) / 2
    elif done is Chase.URGE:
        at = until + timedelta(seconds=1)
    else:
        rules = book.problems
        days = rules.head_workdays if done is Chase.HEAD else rules.circular_workdays
        at = _workdays_after(until, days, book, zone)
    if last is not None and at <= last:
        at = _workdays_after(last, 1, book, zone)
    return next_working_moment(at, book, zone)


def first_chase(state: IssueState) -> Chase:
    """Only work on a problem is asked about at half time."""
    return Chase.FEEDBACK if state is IssueState.HANDLING else Chase.URGE


def ageing(due_: datetime | None, now: datetime, book: Book) -> Ageing | None:
    """超期颜色; None while it is within its limit, or not yet long enough past it."""
    days = (now - due_).days if due_ is not None else 0
    rules = book.problems
    for colour, least in (
        (Ageing.RED, rules.red_days), (Ageing.YELLOW, rules.yellow_days), (Ageing.BLUE, rules.blue_days),
    ):  # fmt: skip
        if days >= least:
            return colour
    return None


def rises(severity: Severity, times: int, filed: datetime, now: datetime, book: Book) -> bool:
    """老问题: whether a general problem becomes a major one by rule, for how often or how long it was reported."""
    rules = book.problems
    if severity is not Severity.GENERAL:
        return False
    often = rules.rise_times > 0 and times >= rules.rise_times
    return often or (rules.rise_days > 0 and now - filed >= timedelta(days=rules.rise_days))


def _workdays_after(moment: datetime, number: int, book: Book, zone: ZoneInfo) -> datetime:
    day = moment.astimezone(zone).date() + timedelta(days=1)
    return on(calendar_of(book).nth_workday(day, number), book, zone)
