"""What one channel can never bring to a person goes to their next one, once.

Rule 1  Only what surely did not arrive: a message in doubt never falls over to another channel (decisions.md 12).
Rule 2  Answers stay where they were asked for, and a message that edits another has nothing to edit elsewhere.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import outbox
from storage.messages import Address, Outgoing
from storage.outbox import Claimed, State
from storage.parts import Limit
from storage.tables.traffic import OutboxRow

_LANES: Mapping[int, Lane] = {lane.order: lane for lane in Lane}


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
        message = Outgoing.model_validate(each.body)
        if not message.replaces:
            outbox.write(
                session, address=address, person_id=each.person_id, message=message, lane=_LANES[each.lane],
                now=now, limit=limit, due=max(each.due, now), number=each.number,
                useless_after=each.useless_after, once=f"elsewhere:{each.id}",
            )  # fmt: skip
