"""The life of a message, for who asks what became of it: written, taken to be sent, each attempt, its end, its answer.

Rule 1  It is put together from what delivery writes anyway: the last attempt stands in the message's own row, those
        before it in `attempts`, and the answer to an alarm in the ladder's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage.messages import Outgoing
from storage.outbox import State
from storage.tables.escalating import EscalationAlert
from storage.tables.traffic import Attempt, OutboxRow

_LANES = {lane.order: lane for lane in Lane}
_ON_THE_WAY = frozenset({State.DUE, State.SENDING})


class Try(NamedTuple):
    """An attempt; `ended` is None while it is under way."""

    claimed: datetime | None
    ended: datetime | None
    outcome: str
    note: str


class Life(NamedTuple):
    """By the city's clock, but for `retry`, the machine's. A long text has one for each of its parts."""

    id: int
    words: str
    channel: str
    lane: Lane
    number: str
    written: datetime
    due: datetime
    tries: tuple[Try, ...]
    state: State
    retry: datetime | None
    ended: datetime | None
    note: str
    acknowledged: datetime | None


def last(session: Session, person_id: int, most: int) -> list[Life]:
    """A person's newest messages, the newest first."""
    wanted = select(OutboxRow).where(OutboxRow.person_id == person_id).order_by(OutboxRow.id.desc())
    return lives(session, session.scalars(wanted.limit(most)).all())


def sent_as(session: Session, person_id: int, channel: str, external: str) -> Life | None:
    """The message that a platform calls so."""
    wanted = select(OutboxRow).where(
        OutboxRow.person_id == person_id, OutboxRow.channel == channel, OutboxRow.external == external
    )
    found = lives(session, session.scalars(wanted.limit(1)).all())
    return found[0] if found else None


def of(session: Session, outbox_id: int) -> Life | None:
    row = session.get(OutboxRow, outbox_id)
    return lives(session, [row])[0] if row else None


def lives(session: Session, rows: Sequence[OutboxRow]) -> list[Life]:
    ids = [row.id for row in rows]
    before: dict[int, list[Try]] = {}
    for each in session.scalars(
        select(Attempt).where(Attempt.outbox_id.in_(ids)).order_by(Attempt.outbox_id, Attempt.id)
    ):
        tried = Try(each.claimed, each.ended, each.outcome, each.note)
        before.setdefault(each.outbox_id, []).append(tried)
    answered = _acknowledged(session, rows)
    return [_life(row, before.get(row.id, []), answered.get(row.id)) for row in rows]


def _acknowledged(session: Session, rows: Sequence[OutboxRow]) -> dict[int, datetime]:
    people = {row.person_id for row in rows}
    wanted = select(EscalationAlert.outbox_id, EscalationAlert.acknowledged).where(
        EscalationAlert.person_id.in_(people),
        EscalationAlert.outbox_id.in_([row.id for row in rows]),
        EscalationAlert.acknowledged.is_not(None),
    )
    found = session.execute(wanted)
    return {row.outbox_id: row.acknowledged for row in found if row.outbox_id and row.acknowledged}


def _life(row: OutboxRow, before: list[Try], acknowledged: datetime | None) -> Life:
    state = State(row.state)
    tries = [*before, *_last_try(row, state, len(before))]
    return Life(
        row.id, Outgoing.model_validate(row.body).plain, row.channel, _LANES[row.lane], row.number,
        row.written, row.due, tuple(tries), state, row.retry, row.ended, row.note, acknowledged,
    )  # fmt: skip


def _last_try(row: OutboxRow, state: State, before: int) -> list[Try]:
    """The attempt that ended the message, or is under way; none if it waits, or ended without one more."""
    if state is State.SENDING:
        return [Try(row.claimed, None, state, "")]
    if state in _ON_THE_WAY or row.attempts <= before:
        return []
    return [Try(row.claimed, row.ended, state, row.note)]
