"""What the bot has laid on people in a month, counted from the outbox: never a score of anybody.

Rule 1  Counted is what was written to go out in the month; what reached nobody, failed or expired burdened nobody.
        A long text in parts is one message.
Rule 2  Unasked is what answers nobody's input: urgent messages, reminders, digests. A question is an answer with a
        talk's buttons, for every question of a talk has some; an input is what was answered.
Rule 3  The city's clock only moves forward, so rows of a month lie together: they are found by their ids.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, and_, case, cast, func, select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage.tables.traffic import OutboxRow

_NEVER_CAME = ("nobody", "failed", "expired")
_OF_A_TALK = '%"data": "t%|%|%'  # handlers/buttons.py: t1|amount@7|...


class Burden(NamedTuple):
    person_id: int
    unasked: int  # messages
    questions: int
    answers: int  # that ask nothing
    inputs: int


def of_month(session: Session, begins: datetime, ends: datetime) -> list[Burden]:
    """Of everyone who was written to from one moment to another."""
    first, last = (_first_since(session, moment) for moment in (begins, ends))
    return _counted(session, OutboxRow.id >= first, OutboxRow.id < last, OutboxRow.person_id.is_not(None))


def of_person(session: Session, person_id: int, begins: datetime, ends: datetime) -> Burden:
    """Of one person, whose rows are found by an index of their own."""
    when = (OutboxRow.written >= begins, OutboxRow.written < ends)
    found = _counted(session, OutboxRow.person_id == person_id, *when)
    return found[0] if found else Burden(person_id, 0, 0, 0, 0)


def _counted(session: Session, *which: ColumnElement[bool]) -> list[Burden]:
    answer = OutboxRow.lane == Lane.REPLY.order
    asks = cast(OutboxRow.body, String).like(_OF_A_TALK)
    wanted = (
        select(
            func.coalesce(OutboxRow.person_id, 0),
            _count(~answer),
            _count(and_(answer, asks)),
            _count(and_(answer, ~asks)),
            func.count(case((answer, OutboxRow.inbox_id)).distinct()),
        )
        .where(*which, OutboxRow.part_of.is_(None), OutboxRow.state.not_in(_NEVER_CAME))
        .group_by(OutboxRow.person_id)
    )
    return [Burden(*row) for row in session.execute(wanted)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _first_since(session: Session, moment: datetime) -> int:
    """The id of the first row written since a moment, or the one after the last: by halving, for ids follow time."""
    low, high = 0, (session.scalar(select(func.max(OutboxRow.id))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        row = session.execute(
            select(OutboxRow.id, OutboxRow.written)
            .where(OutboxRow.id >= middle)
            .order_by(OutboxRow.id)
            .limit(1)
        ).first()
        if row is None or row.written >= moment:
            high = middle
        else:
            low = row.id + 1
    return low
