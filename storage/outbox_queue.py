"""What waits to be sent on one account, walked along from the most urgent on, until there is no room for more.

Rule 1  A chat's first row bars its later ones, whatever holds it: so what is said to one person stays in order.
Rule 2  The queue is read in slices. A driver fetches all that is selected, and a server can hand over a slice to a
        process that sleeps.
"""

from collections.abc import Generator
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, tuple_
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage.outbox import BULK, OPEN, TABLE, State

# After a long silence thousands of rows may have become useless; so many end in one transaction.
END_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Room:
    """What one account may start now. A chat in `busy` waits; in one of `slow` only answers (REPLY) go."""

    total: int
    bulk: int
    busy: AbstractSet[str] = frozenset()
    slow: AbstractSet[str] = frozenset()


# So many rows of the queue are read at once; more only where these are all barred.
_READ_AT_ONCE = 200
_PLACE = (TABLE.c.lane, TABLE.c.due, TABLE.c.id)
_BEFORE_ALL = (-1, datetime.min.replace(tzinfo=UTC), 0)
_QUEUE = (
    select(
        TABLE.c.id,
        TABLE.c.lane,
        TABLE.c.chat,
        TABLE.c.state,
        TABLE.c.lease,
        TABLE.c.retry,
        TABLE.c.useless_after,
        TABLE.c.due,
    )
    .where(
        tuple_(*_PLACE) > tuple_(*(bindparam(f"after_{each.name}", type_=each.type) for each in _PLACE)),
        TABLE.c.channel == bindparam("of_channel"),
        TABLE.c.account == bindparam("of_account"),
        OPEN,
        TABLE.c.lane <= bindparam("least_urgent"),
        # What was due when it was written stays due, even if the clock was put back since.
        or_(TABLE.c.due <= bindparam("now"), TABLE.c.due <= TABLE.c.written),
    )
    .order_by(*_PLACE)
    .limit(_READ_AT_ONCE)
)


@dataclass(slots=True)
class View:
    """What a walk along the queue found, by row id."""

    free: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)
    reminders: list[int] = field(default_factory=list)  # of those free
    again: datetime | None = None


def look(session: Session, channel: str, account: str, room: Room, now: datetime, machine: datetime) -> View:
    """Walks along the queue, most urgent first, until the room is full; a chat's first row bars the rest."""
    view = View()
    met = set(room.busy)
    bulk = 0
    with closing(_queue(session, channel, account, room, now)) as queue:
        for row in queue:
            if len(view.free) >= room.total or (row.lane in BULK and bulk >= room.bulk):
                break
            if row.state == State.DUE and row.useless_after is not None and row.useless_after < now:
                view.stale.append(row.id)
                if len(view.stale) == END_AT_ONCE:
                    view.again = machine
                    break
                continue
            if row.chat in met:
                continue
            met.add(row.chat)
            if row.state == State.SENDING:
                if row.lease <= machine:
                    view.lapsed.append(row.id)
            elif row.retry is not None and row.retry > machine:
                view.again = min(view.again or row.retry, row.retry)
            elif row.chat not in room.slow or row.lane == Lane.REPLY.order:
                view.free.append(row.id)
                if row.lane == Lane.REMINDER.order:
                    view.reminders.append(row.id)
                bulk += row.lane in BULK
    return view


def _queue(
    session: Session, channel: str, account: str, room: Room, now: datetime
) -> Generator[Any, None, None]:
    least = Lane.DIGEST if room.bulk else Lane.REPLY
    given = {"of_channel": channel, "of_account": account, "least_urgent": least.order, "now": now}
    place: tuple[Any, ...] = _BEFORE_ALL
    count = _READ_AT_ONCE
    while count == _READ_AT_ONCE:
        count = 0
        after = {f"after_{column.name}": value for column, value in zip(_PLACE, place, strict=True)}
        with closing(session.execute(_QUEUE, {**given, **after})) as rows:
            for row in rows:
                count += 1
                place = (row.lane, row.due, row.id)
                yield row
