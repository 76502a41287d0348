"""What was written to people without their asking: read from the outbox, one row for each message."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from reminders.wording import ledger
from rules.kinds import Lane
from storage.messages import Outgoing
from storage.outbox import State
from storage.tables.registry import Person, Unit
from storage.tables.traffic import OutboxRow

LANE_WORDS = {Lane.URGENT: "紧急", Lane.REPLY: "回执", Lane.REMINDER: "提醒", Lane.DIGEST: "简报"}
# What no turn answers and no sweep writes: the running program says it of a file, or of somebody who cannot be reached.
NOT_OF_A_SWEEP = ("media:", "workbook:", "unreached:")


@dataclass(frozen=True, slots=True)
class Message:
    """`at` is when it is to be sent. `reached` is false for one that has no account to go to."""

    at: datetime
    person_id: int | None
    person: str
    unit: str
    lane: Lane
    text: str
    buttons: str
    picture: bool
    reached: bool

    @property
    def kind(self) -> str:
        return LANE_WORDS[self.lane]


def swept() -> tuple[ColumnElement[bool], ...]:
    """The conditions that a sweep wrote a row: it answers nobody, and is not the running program's own word."""
    others = or_(*(OutboxRow.once.startswith(prefix) for prefix in NOT_OF_A_SWEEP))
    return OutboxRow.inbox_id.is_(None), or_(OutboxRow.once.is_(None), ~others)


def unasked(session: Session, begins: datetime, ends: datetime) -> list[Message]:
    """The messages that sweeps wrote, to be sent in [begins, ends), in order. Parts of a long one are one each.

    What had become useless before it could be sent was no message to anybody.
    """
    row = OutboxRow
    wanted = (
        select(row, Person.name, Unit.name)
        .outerjoin(Person, Person.id == row.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(*swept(), row.due >= begins, row.due < ends, row.state != State.EXPIRED)
        .order_by(row.due, row.id)
    )
    return [_message(each, person, unit) for each, person, unit in session.execute(wanted)]


def _message(row: OutboxRow, person: str | None, unit: str | None) -> Message:
    said = Outgoing.model_validate(row.body)
    return Message(
        at=row.due,
        person_id=row.person_id,
        person=person or "",
        unit=unit or "",
        lane=list(Lane)[row.lane],
        text=_comparable(said.plain),
        buttons="  ".join(option.label for options in said.rows for option in options),
        picture=said.chart is not None or bool(said.photos),
        reached=row.state != State.NOBODY,
    )


def _comparable(text: str) -> str:
    """Without the ledger's root, which no two lives have in common."""
    root = ledger.DIGEST_LINE.partition("{root}")[0]
    return "\n".join(line for line in text.split("\n") if not line.startswith(root))
