"""The inbox: every update is stored before it is confirmed, once, and ends in a state that says what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    bindparam,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage.messages import Arrived
from storage.prepared import Change, Query
from storage.tables.traffic import InboxRow
from storage.upsert import insert

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that is to be taken."""

    id: int
    channel: str
    account: str
    sender: str
    raw: bytes
    attempts: int
    received: datetime  # by the machine's clock


_TABLE = InboxRow.metadata.tables["inbox"]
_inbox = _TABLE.c
# SQLite uses a partial index only if the state stands in the statement as it stands in the index.
_NEW: ColumnElement[str] = literal_column("'new'")
_STORE = Change(insert(_TABLE).on_conflict_do_nothing())
_KNOWN = select(_inbox.id).where(
    _inbox.channel == bindparam("channel"),
    _inbox.account == bindparam("account"),
    _inbox.external == bindparam("external"),
)


# One pass over what is new, by an index that holds all that is asked for: a flood of one person costs every look
# little, and whoever stands behind it is found by his age all the same. Those who wait for a retry are few.
_later = select(_inbox.sender).where(_inbox.state == _NEW, _inbox.retry > bindparam("now"))
_oldest = (
    select(func.min(_inbox.id).label("id"))
    .where(_inbox.state == _NEW)
    .group_by(_inbox.sender)
    .having(func.min(_inbox.id) > bindparam("after"), _inbox.sender.not_in(_later))
    .order_by(func.min(_inbox.id))
    .limit(bindparam("most"))
    .subquery("oldest")
)
_WAITING = Query(
    select(
        _inbox.id, _inbox.channel, _inbox.account, _inbox.sender, _inbox.raw, _inbox.attempts, _inbox.received
    )
    .where(_inbox.id.in_(select(_oldest.c.id)))
    .order_by(_inbox.id),
    Waiting,
)
_END = Change(
    update(_TABLE)
    .where(_inbox.id == bindparam("row"), _inbox.state == _NEW)
    .values(
        state=bindparam("state"), done=bindparam("done"), person_id=bindparam("person"), note=bindparam("note"),
        retry=None,
    )
)  # fmt: skip


def store(session: Session, arrived: Sequence[Arrived]) -> None:
    """Keeps new updates; one that is known already (same channel, account and external id) changes nothing."""
    _STORE.run_many(
        session,
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
    wanted = {"channel": arrived.channel, "account": arrived.account, "external": arrived.external}
    return session.execute(_KNOWN, wanted).first() is not None


def waiting(session: Session, now: datetime, limit: int, after: int = 0) -> list[Waiting]:
    """The oldest new row of each sender, of those after the row `after`; a sender who waits for a retry has none.

    The limit counts senders who have one, so that neither a flood of one nor many who wait keep anybody else waiting.
    """
    return _WAITING.all(session, most=limit, now=now, after=after)


def end(
    session: Session, inbox_id: int, state: str, now: datetime, person_id: int | None = None, note: str = ""
) -> bool:
    """Ends a row that is still new; False if another turn has ended it already."""
    return bool(_END.run(session, row=inbox_id, state=state, done=now, person=person_id, note=note))


def oldest_new(session: Session) -> datetime | None:
    """When the oldest message that no turn has taken yet was received; None if there is none."""
    return session.scalar(select(func.min(InboxRow.received)).where(InboxRow.state == _NEW))


def counts(session: Session) -> dict[str, int]:
    """How many rows are new, how many parked, and how many have ended otherwise: for metrics."""
    found = {
        state: session.scalar(
            select(func.count()).select_from(InboxRow).where(InboxRow.state == literal_column(f"'{state}'"))
        )
        or 0
        for state in ("new", "parked")
    }
    everything = session.scalar(select(func.count(literal_column("*"))).select_from(InboxRow)) or 0
    return {**found, "ended": everything - sum(found.values())}


def failed(session: Session, met: Waiting, retry: datetime | None, note: str) -> bool:
    """A bug met the row as it was seen: it is tried again at `retry`, or parked (None).

    False if somebody who saw it too was first: it is counted and told once.
    """
    values: dict[str, object] = {"attempts": InboxRow.attempts + 1, "note": note[:500], "retry": retry}
    if retry is None:
        values["state"] = "parked"
    as_seen = (InboxRow.id == met.id, InboxRow.state == _NEW, InboxRow.attempts == met.attempts)
    changed = session.execute(update(InboxRow).where(*as_seen).values(**values))
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def unpark(session: Session, inbox_ids: Sequence[int] | None) -> int:
    """Makes parked rows new again (all, or these); returns how many."""
    statement = (
        update(InboxRow)
        .where(InboxRow.state == literal_column("'parked'"))
        .values(state="new", attempts=0, retry=None)
    )
    if inbox_ids is not None:
        statement = statement.where(InboxRow.id.in_(inbox_ids))
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def parked(session: Session) -> Sequence[InboxRow]:
    return session.scalars(
        select(InboxRow).where(InboxRow.state == literal_column("'parked'")).order_by(InboxRow.id)
    ).all()


def count_since(
    session: Session, sender: str, since: datetime, *, note: str | None = None, until: int | None = None
) -> int:
    """How many messages a sender has sent since then, up to the row `until`; or only those that ended so."""
    statement = (
        select(func.count()).select_from(InboxRow).where(InboxRow.sender == sender, InboxRow.received > since)
    )
    if until is not None:
        statement = statement.where(InboxRow.id <= until)
    if note is not None:
        statement = statement.where(InboxRow.note == note)
    return int(session.scalar(statement) or 0)
