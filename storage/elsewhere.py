"""What one channel can never bring to a person, or will never take, goes to their next one, once.

Rule 1  Only what surely did not arrive: a message in doubt never falls over to another channel (decisions.md 12).
Rule 2  Answers stay where they were asked for, and a message that edits another has nothing to edit elsewhere.
Rule 3  What is urgent and goes nowhere else is somebody's to know (`unheard`). What is bulk goes in working hours.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import outbox
from storage.messages import Address, Outgoing
from storage.outbox import TROUBLED, State
from storage.parts import Limit
from storage.sends import Claimed
from storage.tables.traffic import OutboxRow

_ONCE = "elsewhere:"
_LANES: Mapping[int, Lane] = {lane.order: lane for lane in Lane}


def was_sent_on(session: Session, row_id: int) -> bool:
    """Whether a row is one that another channel did not take before: two that refuse it would go on for ever."""
    once = session.scalar(select(OutboxRow.once).where(OutboxRow.id == row_id))
    return (once or "").startswith(_ONCE)


def failed_with(session: Session, row: Claimed, now: datetime) -> dict[int, list[OutboxRow]]:
    """By person, all that failed at `now` with this row: what waited behind it in its chat may be somebody's too."""
    whose = OutboxRow.person_id
    failed = session.scalars(
        select(OutboxRow)
        .where(
            TROUBLED, OutboxRow.state == State.FAILED, OutboxRow.ended == now,
            whose.is_not(None) if row.person_id is None else whose == row.person_id,
            OutboxRow.channel == row.channel, OutboxRow.account == row.account, OutboxRow.chat == row.chat,
        )
        .order_by(OutboxRow.id)
    )  # fmt: skip
    found: dict[int, list[OutboxRow]] = {}
    for each in failed:
        if each.person_id is not None:
            found.setdefault(each.person_id, []).append(each)
    return found


def send_elsewhere(
    session: Session, failed: Iterable[OutboxRow], address: Address, now: datetime, limit: Limit,
    bulk_from: datetime,
) -> set[int]:  # fmt: skip
    """Writes anew what failed at `now` because its person cannot be reached where it went; returns what it carried.

    `bulk_from` is when what is neither urgent nor an answer may go.
    """
    carried = set()
    for each in failed:
        message = None if each.lane == Lane.REPLY.order or each.ambiguous else _read(each)
        if message is not None and not message.replaces:
            lane = _LANES[each.lane]
            outbox.write(
                session, address=address, person_id=each.person_id, message=message, lane=lane, now=now, limit=limit,
                due=max(each.due, bulk_from if lane.bulk else now), number=each.number,
                useless_after=each.useless_after, once=f"{_ONCE}{each.id}",
            )  # fmt: skip
            carried.add(each.id)
    return carried


def unheard(failed: Iterable[OutboxRow], carried: Container[int]) -> list[str]:
    """Numbers of the urgent messages among these that go nowhere else. An edit's message has been heard."""
    urgent = (each for each in failed if each.lane == Lane.URGENT.order and each.id not in carried)
    return list(dict.fromkeys(each.number for each in urgent if not each.body.get("replaces")))


def _read(row: OutboxRow) -> Outgoing | None:
    """None if nobody can read it: it failed for that very reason."""
    try:
        return Outgoing.model_validate(row.body)
    except ValidationError:
        return None
