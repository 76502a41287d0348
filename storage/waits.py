"""How much waits in the outbox, how long, and what went lately."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage.outbox import LANES, OPEN, TABLE, TROUBLED, State


def states(session: Session, ids: Collection[int]) -> set[State]:
    """What has become of these rows."""
    found = session.scalars(select(TABLE.c.state).where(TABLE.c.id.in_(list(ids))))
    return {State(state) for state in found}


# How far back, in rows, a new process looks for what went lately: more than any hour sends.
LATELY = 50_000


def lately(session: Session, channel: str, account: str, since: datetime) -> list[tuple[str, datetime]]:
    """Chat and end of what has gone, or may have, since then (city clock), the earliest first."""
    newest = session.scalar(select(func.max(TABLE.c.id))) or 0
    wanted = (
        select(TABLE.c.chat, TABLE.c.ended)
        .where(
            TABLE.c.id > newest - LATELY, TABLE.c.channel == channel, TABLE.c.account == account,
            TABLE.c.ended >= since, TABLE.c.attempts > 0,
        )
        .order_by(TABLE.c.ended)
    )  # fmt: skip
    return [(chat, ended) for chat, ended in session.execute(wanted)]


_NEXT_DUE = select(TABLE.c.due).where(OPEN, TABLE.c.due > bindparam("now")).order_by(TABLE.c.due).limit(1)


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the next message that was written ahead is to go. Asked only for a clock that is moved: it looks at all
    that is open."""
    return session.scalar(_NEXT_DUE, {"now": now})


class Waits(NamedTuple):
    """The message that has been due longest in its lane on its account; `due` by the city's clock."""

    channel: str
    account: str
    lane: Lane
    due: datetime


def longest_due(session: Session, accounts: Collection[tuple[str, str]], now: datetime) -> list[Waits]:
    """For each of these accounts and each lane in which something is due."""
    wanted = (
        select(TABLE.c.channel, TABLE.c.account, TABLE.c.lane, func.min(TABLE.c.due))
        .where(OPEN, TABLE.c.due <= now)
        .group_by(TABLE.c.channel, TABLE.c.account, TABLE.c.lane)
    )
    found = [Waits(row[0], row[1], LANES[row[2]], row[3]) for row in session.execute(wanted)]
    return [each for each in found if (each.channel, each.account) in accounts]


class Unsent(NamedTuple):
    """So many rows of a lane are in a state other than sent."""

    state: State
    lane: Lane
    rows: int


def unsent(session: Session) -> list[Unsent]:
    """All that waits and all that came to a bad end, for metrics."""
    found = []
    for states in (OPEN, TROUBLED):
        by_lane = (
            select(TABLE.c.state, TABLE.c.lane, func.count())
            .where(states)
            .group_by(TABLE.c.state, TABLE.c.lane)
        )
        found += [Unsent(State(state), LANES[lane], rows) for state, lane, rows in session.execute(by_lane)]
    return found


def counts(session: Session) -> dict[State, int]:
    """How many rows are in each state. The sent ones, nearly all, are what the others leave."""
    found = dict.fromkeys(State, 0)
    for each in unsent(session):
        found[each.state] += each.rows
    everything = session.scalar(select(func.count(literal_column("*"))).select_from(TABLE)) or 0
    found[State.SENT] = everything - sum(found.values())
    return found
