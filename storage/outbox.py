"""What is to be sent: writing it down, and what still waits: changed, readdressed, withdrawn.

Rule 1  Nobody sends what is not a row here, committed. How rows are taken and sent is in storage/sends.py, what of ours
        stands in people's chats in storage/in_chats.py, how much waits in storage/waits.py.
Rule 2  A chat is served in order of (lane, due, id): while a row is due or sending, no later one of its lane
        or of a less urgent lane goes before it. A more urgent one may.
Rule 3  `now` is the city's clock (due, useless_after, ended), `machine` the computer's (lease, retry).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import photos, policy
from storage.messages import Address, Outgoing
from storage.parts import Limit, parts
from storage.prepared import Query, among
from storage.tables.traffic import OutboxRow
from storage.upsert import insert

# Statements are built once, of columns: this is the hot path, and ORM objects would cost more than the rows.
TABLE = OutboxRow.metadata.tables["outbox"]
# A partial index is used only if its condition stands in the statement word for word.
OPEN = text("outbox.state IN ('due', 'sending')")
TROUBLED = text("outbox.state IN ('unknown', 'failed', 'expired', 'nobody')")

LANES = tuple(Lane)
BULK = frozenset(lane.order for lane in Lane if lane.bulk)
# Why a message never went that somebody else's answer had made needless.
ANSWERED = "answered before it went"
RESTORED = "restored from a backup; it may have been sent since"


class State(StrEnum):
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    NOBODY = "nobody"


_INSERT = Query(insert(TABLE).on_conflict_do_nothing(index_elements=["once"]).returning(TABLE.c.id), int)


def write(
    session: Session,
    *,
    address: Address | None,
    person_id: int | None,
    message: Outgoing,
    lane: Lane,
    now: datetime,
    limit: Limit,
    due: datetime | None = None,
    inbox_id: int | None = None,
    number: str = "",
    useless_after: datetime | None = None,
    once: str | None = None,
    not_before: datetime | None = None,
) -> int | None:
    """Writes a message down, as several rows if `limit` says that it is more than one message of its channel.

    What is urgent goes as bare words; its photos follow in rows of their own, which no urgent message waits for. So do
    photos of any message that are not on the shelf yet (`storage/photos.py`).
    `not_before` (machine clock) holds it back for a moment in which it may still change.
    Returns the id of the last part of the words, whose end is the message's end; None if `once` was written before.
    Without an address the row is kept as `nobody`: counted and shown, never sent.
    """
    values: dict[str, Any] = {
        "person_id": person_id,
        "inbox_id": inbox_id,
        "channel": address.channel if address else "",
        "account": address.account if address else "",
        "chat": address.chat if address else "",
        "lane": lane.order,
        "number": number,
        "written": now,
        "due": due or now,
        "useless_after": useless_after,
        "state": State.DUE if address else State.NOBODY,
        "ended": None if address else now,
        "once": once,
        "retry": not_before,
        "part_of": None,
    }
    message = policy.discreet(session, address, message, lane, number)
    here = photos.of(session, message.photos)
    message = message.model_copy(update={"photos": here.stored}) if message.photos else message
    words: int | None = None
    for part in parts(message, limit, words_first=lane is Lane.URGENT) if address else [message]:
        bare = words is not None and not part.plain
        body = part.model_dump(mode="json", exclude_defaults=True)
        row = _INSERT.first(
            session, **values | ({"lane": photos.lane(lane).order} if bare else {}), body=body
        )
        if row is None:
            return None
        words = words if bare else row
        values |= {"part_of": row, "once": None}
    if words is not None and address:
        photos.await_for(session, here.awaited, words)
    return words


def say_instead(session: Session, row_id: int, message: Outgoing, limit: Limit) -> bool:
    """Has a row say something else, if no attempt to send it was made yet and the message is not several."""
    if len(parts(message, limit)) > 1:
        return False
    body = message.model_dump(mode="json", exclude_defaults=True)
    untouched = update(TABLE).where(TABLE.c.id == row_id, TABLE.c.state == State.DUE, TABLE.c.attempts == 0)
    return bool(session.execute(untouched.values(body=body)).rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def expire(session: Session, ids: Sequence[int], now: datetime, note: str = "") -> None:
    """Of these rows, those that wait never go."""
    session.execute(
        update(TABLE)
        .where(TABLE.c.id.in_(ids), TABLE.c.state == State.DUE)
        .values(state=State.EXPIRED, ended=now, retry=None, note=note)
    )


def expire_restored(session: Session, now: datetime) -> None:
    """In a city from a backup, what was due since: it may have been sent after the backup was taken. Only what is
    urgent or an answer had better arrive twice than never."""
    since = (OPEN, TABLE.c.state == State.DUE, TABLE.c.lane.in_(BULK), TABLE.c.due <= now)
    session.execute(
        update(TABLE).where(*since).values(state=State.EXPIRED, ended=now, retry=None, note=RESTORED)
    )


def take_back(session: Session, person_id: int, ended: Collection[Address], now: datetime) -> None:
    """What still waits for accounts that are a person's no more never goes; what is being sent goes no second time."""
    for address in ended:
        theirs = (
            TABLE.c.person_id == person_id,
            TABLE.c.channel == address.channel,
            TABLE.c.account == address.account,
            TABLE.c.chat == address.chat,
        )
        waiting = session.scalars(select(TABLE.c.id).where(*theirs, TABLE.c.state == State.DUE)).all()
        expire(session, waiting, now)
        sending = update(TABLE).where(*theirs, TABLE.c.state == State.SENDING)
        session.execute(sending.values(useless_after=now))


def readdress(session: Session, channel: str, account: str, old: str, new: str) -> None:
    """What waits for a chat goes to another, which stands in its place."""
    waiting = (OPEN, TABLE.c.channel == channel, TABLE.c.account == account, TABLE.c.chat == old)
    session.execute(update(TABLE).where(*waiting, TABLE.c.state == State.DUE).values(chat=new))


_UNENDED = Query(select(TABLE.c.id).where(TABLE.c.id.in_(among("ids")), OPEN), int)


def withdraw(session: Session, ids: Collection[int], now: datetime) -> None:
    """What was answered before it went: a message of which no part was sent never goes, none goes a second time.

    `ids` are what `write` gave back, the last parts.
    """
    waiting: list[int] = []
    for last in _UNENDED.all(
        session, ids=list(ids)
    ):  # most have gone long ago, and none of their parts is left
        row_parts = _parts_of(session, last)
        if all(state == State.DUE for state in row_parts.values()):
            waiting += row_parts
        session.execute(
            update(TABLE)
            .where(TABLE.c.id.in_(row_parts), TABLE.c.state == State.SENDING)
            .values(useless_after=now)
        )
    expire(session, waiting, now, note=ANSWERED)


def _parts_of(session: Session, last: int) -> dict[int, str]:
    """All parts of a message with their states, found from its last one."""
    found: dict[int, str] = {}
    part: int | None = last
    while part is not None:
        row = session.execute(
            select(TABLE.c.id, TABLE.c.state, TABLE.c.part_of).where(TABLE.c.id == part)
        ).one()
        found[row.id], part = row.state, row.part_of
    return found
