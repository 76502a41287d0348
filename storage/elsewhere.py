"""What one channel can never bring to a person, or will never take, goes to their next one, once.

Rule 1  Only what surely did not arrive: a message in doubt never falls over to another channel (decisions.md 12).
Rule 2  Answers stay where they were asked for, and a message that edits another has nothing to edit elsewhere.
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import outbox
from storage.messages import Address, Outgoing
from storage.outbox import Claimed, State
from storage.parts import Limit
from storage.tables.traffic import OutboxRow

_ONCE = "elsewhere:"
_LANES: Mapping[int, Lane] = {lane.order: lane for lane in Lane}


def was_sent_on(session: Session, row_id: int) -> bool:
    """Whether a row is one that another channel did not take before: two that refuse it would go on for ever."""
    once = session.scalar(select(OutboxRow.once).where(OutboxRow.id == row_id))
    return (once or "").startswith(_ONCE)


def send_elsewhere(session: Session, row: Claimed, address: Address, now: datetime, limit: Limit) -> None:
    """Writes anew what failed at `now` because this row's person cannot be reached where it went."""
    failed = session.scalars(
        select(OutboxRow)
        .where(
            OutboxRow.person_id == row.person_id, OutboxRow.state == State.FAILED, OutboxRow.ended == now,
            OutboxRow.channel == row.channel, OutboxRow.account == row.account, OutboxRow.chat == row.chat,
            OutboxRow.lane != Lane.REPLY.order, OutboxRow.ambiguous == 0,
        )
        .order_by(OutboxRow.id)
    )  # fmt: skip
    for each in failed.all():
        message = _read(each)
        if message is not None and not message.replaces:
            outbox.write(
                session, address=address, person_id=each.person_id, message=message, lane=_LANES[each.lane],
                now=now, limit=limit, due=max(each.due, now), number=each.number,
                useless_after=each.useless_after, once=f"{_ONCE}{each.id}",
            )  # fmt: skip


def _read(row: OutboxRow) -> Outgoing | None:
    """None if nobody can read it: it failed for that very reason."""
    try:
        return Outgoing.model_validate(row.body)
    except ValidationError:
        return None
