"""The inbox: every update is stored before it is confirmed, once, and ends in a state that says what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from storage.messages import Arrived
from storage.tables.traffic import InboxRow


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that is to be taken."""

    id: int
    channel: str
    account: str
    sender: str
    raw: bytes
    attempts: int


def store(session: Session, arrived: Sequence[Arrived]) -> None:
    """Keeps new updates; one that is known already (same channel, account and external id) changes nothing."""
    session.execute(
        insert(InboxRow).on_conflict_do_nothing(),
        [
            {
                "channel": each.channel,
                "account": each.account,
                "external": each.external,
                "sender": each.sender,
                "raw": each.raw,
                "received": each.received,
                "state": "new",
                "attempts": 0,
                "note": "",
            }
            for each in arrived
        ],
    )


def is_known(session: Session, arrived: Arrived) -> bool:
    wanted = select(InboxRow.id).where(
        InboxRow.channel == arrived.channel,
        InboxRow.account == arrived.account,
        InboxRow.external == arrived.external,
    )
    return session.execute(wanted).first() is not None


def waiting(session: Session, now: datetime, limit: int) -> list[Waiting]:
    """The oldest new row of each sender; a sender whose oldest waits for its retry has none."""
    rows = session.execute(
        select(
            InboxRow.id,
            InboxRow.channel,
            InboxRow.account,
            InboxRow.sender,
            InboxRow.raw,
            InboxRow.attempts,
            InboxRow.retry,
        )  # fmt: skip
        .where(InboxRow.state == "new")
        .order_by(InboxRow.id)
        .limit(limit)
    )
    oldest: dict[str, Row[int, str, str, str, bytes, int, datetime | None]] = {}
    for row in rows:
        oldest.setdefault(row.sender, row)
    return [
        Waiting(row.id, row.channel, row.account, row.sender, row.raw, row.attempts)
        for row in oldest.values()
        if row.retry is None or row.retry <= now
    ]


def end(
    session: Session, inbox_id: int, state: str, now: datetime, person_id: int | None = None, note: str = ""
) -> bool:
    """Ends a row that is still new; False if another turn has ended it already."""
    result = session.execute(
        update(InboxRow)
        .where(InboxRow.id == inbox_id, InboxRow.state == "new")
        .values(state=state, done=now, person_id=person_id, note=note, retry=None)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def failed(session: Session, inbox_id: int, retry: datetime | None, note: str) -> None:
    """A bug met the row: it is tried again at `retry`, or parked (None)."""
    values: dict[str, object] = {"attempts": InboxRow.attempts + 1, "note": note[:500], "retry": retry}
    if retry is None:
        values["state"] = "parked"
    session.execute(update(InboxRow).where(InboxRow.id == inbox_id, InboxRow.state == "new").values(**values))


def unpark(session: Session, inbox_ids: Sequence[int] | None) -> int:
    """Makes parked rows new again (all, or these); returns how many."""
    statement = update(InboxRow).where(InboxRow.state == "parked").values(state="new", attempts=0, retry=None)
    if inbox_ids is not None:
        statement = statement.where(InboxRow.id.in_(inbox_ids))
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def parked(session: Session) -> Sequence[InboxRow]:
    return session.scalars(select(InboxRow).where(InboxRow.state == "parked").order_by(InboxRow.id)).all()


def count_since(session: Session, sender: str, since: datetime, note: str | None = None) -> int:
    """How many messages a sender has sent since then; with `note`, only those that ended with it."""
    statement = (
        select(func.count()).select_from(InboxRow).where(InboxRow.sender == sender, InboxRow.received > since)
    )
    if note is not None:
        statement = statement.where(InboxRow.note == note)
    return int(session.scalar(statement) or 0)


MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
