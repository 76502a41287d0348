"""When an order is chased (催办): one list of what follows in each state, the last of some of them every working day.

Rule 1  Everything falls into working hours; a limit is the end of its day (`limit_time`).
Rule 2  Nothing that is chased follows on another within a working day of it, however late that one was.
Rule 3  A reminder before the limit is left out where the limit was too near when the state began.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from rules.book import Book, Supervision
from rules.kinds import OrderState
from rules.workdays import calendar_of, end_of_workday, instant, local_date, next_working_moment

_DAY = timedelta(days=1)


class Chase(StrEnum):
    """What is said when nothing happens."""

    UNCONFIRMED = "unconfirmed"  # the office has not confirmed: told to it and to the admin
    UNDELIVERED = "undelivered"  # nobody can be reached: the office telephones
    UNSIGNED = "unsigned"  # 催签
    UNSIGNED_HEAD = "unsigned_head"  # 催签, copied to the head
    NEAR = "near"  # 临期提醒
    OVERDUE = "overdue"  # 催办
    HEAD = "head"  # 催办, copied to the head and the office
    UNDECIDED = "undecided"  # 延期待批
    UNCHECKED = "unchecked"  # 待核查
    FILE = "file"  # filed away by rule


_CHASES: dict[OrderState, tuple[Chase, ...]] = {
    OrderState.DRAFTED: (Chase.UNCONFIRMED,),
    OrderState.CONFIRMED: (Chase.UNDELIVERED,),
    OrderState.DELIVERED: (Chase.UNSIGNED, Chase.UNSIGNED_HEAD, Chase.OVERDUE, Chase.HEAD),
    OrderState.SIGNED: (Chase.NEAR, Chase.OVERDUE, Chase.HEAD),
    OrderState.DEFERRING: (Chase.UNDECIDED,),
    OrderState.DONE: (Chase.UNCHECKED,),
    OrderState.CHECKED: (Chase.FILE,),
}
# What stays with the office until it acts: said again every working day.
_DAILY = frozenset({Chase.UNCONFIRMED, Chase.UNDELIVERED, Chase.UNDECIDED, Chase.UNCHECKED})


@dataclass(frozen=True, slots=True)
class Coming:
    """What is to be said next, as which of its state's list, and when."""

    chase: Chase
    place: int
    at: datetime


def following(
    state: OrderState,
    place: int,
    since: datetime,
    due: datetime | None,
    book: Book,
    zone: ZoneInfo,
    last: datetime | None = None,
) -> Coming | None:
    """What follows in a state that began at `since`, from `place` of its list on; `last`: when it was chased last."""
    listed = _CHASES.get(state, ())
    if place >= len(listed) and not (listed and listed[-1] in _DAILY):
        return None
    chase = listed[min(place, len(listed) - 1)]
    at = _at(chase, since, due, book, zone)
    if chase is Chase.NEAR and at <= since:
        return following(state, place + 1, since, due, book, zone, last)
    if last is not None:
        at = max(at, _opening(last, 1, book, zone))
    return Coming(chase, place, next_working_moment(at, book, zone))


def limit_on(day: date, book: Book, zone: ZoneInfo) -> datetime:
    """时限 that falls on a day: its last hour."""
    return instant(day, book.supervision.limit_time, zone)


def default_limit(today: date, book: Book) -> date:
    """The day by which an order is to be done that names none."""
    return calendar_of(book).nth_workday(today + _DAY, book.supervision.default_workdays)


def _at(chase: Chase, since: datetime, due: datetime | None, book: Book, zone: ZoneInfo) -> datetime:
    rules, limit = book.supervision, due or since
    match chase:
        case Chase.UNCONFIRMED:
            return next_working_moment(since, book, zone) + timedelta(minutes=rules.confirm_minutes)
        case Chase.NEAR:
            return _before(limit, rules.remind_workdays, book, zone)
        case Chase.OVERDUE:
            return limit + timedelta(seconds=1)
        case Chase.HEAD:
            return _opening(limit, rules.head_workdays, book, zone)
        case _:
            return _opening(since, _workdays(chase, rules), book, zone)


def _workdays(chase: Chase, rules: Supervision) -> int:
    return {
        Chase.UNDELIVERED: 1,
        Chase.UNSIGNED: rules.sign_workdays,
        Chase.UNSIGNED_HEAD: rules.sign_workdays + rules.head_workdays,
        Chase.UNDECIDED: rules.check_workdays,
        Chase.UNCHECKED: rules.check_workdays,
        Chase.FILE: rules.file_workdays,
    }[chase]


def _opening(moment: datetime, number: int, book: Book, zone: ZoneInfo) -> datetime:
    """The beginning of the working hours of the `number`-th working day after a moment's."""
    day = end_of_workday(local_date(moment, zone), number, book, zone).astimezone(zone).date()
    return instant(day, book.quiet_hours.ends, zone)


def _before(limit: datetime, number: int, book: Book, zone: ZoneInfo) -> datetime:
    day = local_date(limit, zone)
    for _ in range(number):
        day = calendar_of(book).previous_workday(day)
    return instant(day, book.quiet_hours.ends, zone)
