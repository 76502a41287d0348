"""Taking rows of the outbox to send, and what came of it.

Rule 1  Only `bot/delivery.py` claims and finishes, and the try-out channel, which takes a sack of letters at once while
        the city's clock is moved.
Rule 2  A claim is a lease on the machine clock. Only who still holds that very lease makes a change, so one
        who comes late changes nothing. A lease that ran out means that the message may have arrived.
Rule 3  What may have arrived is resent once if it is urgent or a receipt, freely if it is an edit, never if
        it is bulk or a mere answer; otherwise it ends as `unknown` (decisions.md 15). To the try-out's page everything
        is resent freely: it lies in this database, and takes a message only once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, or_, select, text, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import claiming, nudges
from storage.messages import Account
from storage.outbox import LANES, OPEN, TABLE, State, expire
from storage.outbox_queue import Room, look
from storage.prepared import Query
from storage.tables.traffic import Attempt

# A partial index is used only if its condition stands in the statement word for word.
_SENDING = text("outbox.state = 'sending'")
_TAKES_ONCE = frozenset({"tryout"})  # channels
# An edit may be repeated without harm; the bound keeps one that always ends in doubt from barring its chat.
EDIT_RESENDS = 10


class End(StrEnum):
    """How one attempt ended, by what it proves."""

    SENT = "sent"
    NOT_SENT = "not sent"
    REFUSED = "refused"
    BLOCKED = "blocked"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in state sending, and the lease under which it is ours. `attempts` counts this one."""

    id: int
    person_id: int | None
    channel: str
    account: str
    chat: str
    lane: Lane
    number: str
    body: dict[str, Any]  # Outgoing; read by who sends, so that an unreadable one stops nobody else
    attempts: int
    ambiguous: int
    lease: datetime
    claimed: datetime | None

    @property
    def edits(self) -> bool:
        return bool(self.body.get("replaces"))

    @property
    def freely(self) -> bool:
        """May it be sent again without harm, for nobody sees the second?"""
        return self.edits or self.channel in _TAKES_ONCE

    @property
    def may_repeat(self) -> bool:
        """Is it of a kind that is sent again although it may have arrived?"""
        receipt = self.lane is Lane.REPLY and self.number != ""
        return self.freely or self.lane is Lane.URGENT or receipt

    @property
    def resends(self) -> bool:
        """May it be sent again although it may have arrived?"""
        return self.may_repeat and self.ambiguous < (EDIT_RESENDS if self.freely else 1)


@dataclass(frozen=True, slots=True)
class Claims:
    """Rows to send at once, most urgent first; and when (machine clock) another claim may find more."""

    rows: list[Claimed]
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a claimed row. `retry` (machine clock) is meant for rows that go again."""

    row: Claimed
    end: End
    external: str = ""
    note: str = ""
    retry: datetime | None = None

    @property
    def state(self) -> State:
        match self.end:
            case End.SENT:
                return State.SENT
            case End.NOT_SENT:
                return State.DUE
            case End.UNCLEAR:
                return State.DUE if self.row.resends else State.UNKNOWN
            case End.REFUSED | End.BLOCKED:
                return State.FAILED


_LEFT = Query(
    select(TABLE.c.id)
    .where(
        TABLE.c.channel == bindparam("of_channel"),
        TABLE.c.account == bindparam("of_account"),
        OPEN,
        TABLE.c.state == State.DUE,
        TABLE.c.due <= bindparam("by"),
        or_(TABLE.c.retry.is_(None), TABLE.c.retry <= bindparam("machine")),
    )
    .limit(1),
    int,
)
_CLAIMED = (
    TABLE.c.id,
    TABLE.c.person_id,
    TABLE.c.channel,
    TABLE.c.account,
    TABLE.c.chat,
    TABLE.c.lane,
    TABLE.c.number,
    TABLE.c.body,
    TABLE.c.attempts,
    TABLE.c.ambiguous,
    TABLE.c.lease,
    TABLE.c.claimed,
)
_TAKE = (
    update(TABLE)
    .where(
        TABLE.c.id.in_(
            claiming.free(
                select(TABLE.c.id).where(
                    TABLE.c.id.in_(bindparam("ids", expanding=True)), TABLE.c.state == State.DUE
                )
            )
        )
    )
    .values(
        state=State.SENDING, lease=bindparam("until"), holder=bindparam("of_holder"), retry=None,
        attempts=TABLE.c.attempts + 1, claimed=bindparam("now"),
    )
    .returning(*_CLAIMED)
)  # fmt: skip


def claim(
    session: Session,
    *,
    channel: str,
    account: str,
    room: Room,
    now: datetime,
    machine: datetime,
    lease: timedelta,
    holder: str = "",
) -> Claims:
    """Takes what one account may send now, at most one row a chat, each under a lease of the process `holder`.

    On the way it ends what has become useless, settles rows whose lease ran out (rule 4), and ends reminders of
    what was done since they were written.
    """
    view = look(session, channel, account, room, now, machine)
    if view.lapsed:
        _settle_lapsed(session, view.lapsed, now)
        view = look(session, channel, account, room, now, machine)
    while view.reminders and (gone := nudges.overtaken(session, view.reminders, now)):
        expire(session, gone, now, note="what it reminds of was done meanwhile")
        view = look(session, channel, account, room, now, machine)
    if view.stale:
        expire(session, view.stale, now)
    if not view.free:
        return Claims([], view.again)
    taken = session.execute(
        _TAKE, {"ids": view.free, "until": machine + lease, "of_holder": holder, "now": now}
    )
    rows = {row.id: _claimed(row) for row in taken}
    return Claims([rows[row_id] for row_id in view.free if row_id in rows], view.again)


def any_left(session: Session, accounts: Collection[Account], by: datetime, machine: datetime) -> bool:
    """Whether something waits to be claimed that was due by then (city clock)."""
    return any(
        _LEFT.first(session, of_channel=channel, of_account=account, by=by, machine=machine) is not None
        for channel, account in accounts
    )


def _claimed(row: Any) -> Claimed:  # noqa: ANN401 - SQLAlchemy's rows are not typed by column here
    return Claimed(**{**row._mapping, "lane": LANES[row.lane]})


def _settle_lapsed(session: Session, ids: Sequence[int], now: datetime) -> None:
    lapsed = session.execute(select(*_CLAIMED).where(TABLE.c.id.in_(ids))).all()
    finish(session, [Outcome(_claimed(row), End.UNCLEAR, note="the lease ran out") for row in lapsed], now)


def being_sent(session: Session, channel: str, account: str, machine: datetime) -> set[str]:
    """The chats to which a message is on its way, whichever process sends it."""
    return set(
        session.scalars(
            select(TABLE.c.chat).where(
                _SENDING, TABLE.c.channel == channel, TABLE.c.account == account, TABLE.c.lease > machine
            )
        )
    )


def forgotten(session: Session, holder: str, known: Collection[int]) -> list[Claimed]:
    """What a process has claimed and knows nothing of: the answer to its commit was lost. So it was not sent."""
    ours = (_SENDING, TABLE.c.holder == holder, TABLE.c.id.not_in(list(known)))
    return [_claimed(row) for row in session.execute(select(*_CLAIMED).where(*ours))]


def end_leases(session: Session, machine: datetime, holder: str | None = None) -> None:
    """Ends the leases of a process that is dead; without its name, all: for a start on a file that is ours alone."""
    theirs = () if holder is None else (TABLE.c.holder == holder,)
    session.execute(update(TABLE).where(_SENDING, *theirs).values(lease=machine))


_FINISH = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("row"), TABLE.c.state == State.SENDING, TABLE.c.lease == bindparam("held"))
    .values(
        state=bindparam("next"),
        lease=None,
        retry=bindparam("again"),
        ambiguous=bindparam("doubts"),
        ended=bindparam("at"),
        external=bindparam("platform"),
        note=bindparam("why"),
    )
)


_ATTEMPTED = plain_insert(Attempt.metadata.tables["attempts"])


def finish(session: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Writes back what came of claimed rows; those whose lease is no longer theirs are left as they are."""
    if not outcomes:
        return
    session.execute(_FINISH, [_change(outcome, now) for outcome in outcomes])
    if again := [outcome for outcome in outcomes if outcome.state is State.DUE]:
        session.execute(_ATTEMPTED, [_attempt(outcome, now) for outcome in again])
    _fail_the_rest(session, [outcome.row.id for outcome in outcomes if outcome.state is State.FAILED], now)
    for outcome in outcomes:
        if outcome.end is End.BLOCKED:
            _fail_the_queue(session, outcome.row, now)


def _change(outcome: Outcome, now: datetime) -> dict[str, Any]:
    again = outcome.state is State.DUE
    return {
        "row": outcome.row.id,
        "held": outcome.row.lease,
        "next": outcome.state,
        "again": outcome.retry if again else None,
        "doubts": outcome.row.ambiguous + (outcome.end is End.UNCLEAR),
        "at": None if again else now,
        "platform": outcome.external,
        "why": outcome.note,
    }


def _attempt(outcome: Outcome, now: datetime) -> dict[str, Any]:
    return {
        "outbox_id": outcome.row.id,
        "claimed": outcome.row.claimed,
        "ended": now,
        "outcome": outcome.end,
        "note": outcome.note,
    }


def _fail_the_rest(session: Session, ids: Collection[int], now: datetime) -> None:
    """The later parts of a long text fail with an earlier one: half a text is worse than none."""
    while ids:
        failed = select(TABLE.c.id).where(TABLE.c.id.in_(ids), TABLE.c.state == State.FAILED)
        ids = session.scalars(
            update(TABLE)
            .where(TABLE.c.part_of.in_(failed), TABLE.c.state == State.DUE)
            .values(state=State.FAILED, ended=now, note="an earlier part failed")
            .returning(TABLE.c.id)
        ).all()


def _fail_the_queue(session: Session, row: Claimed, now: datetime) -> None:
    """What else waited for one who blocked us fails too; not answers: who writes to us has unblocked us."""
    session.execute(
        update(TABLE)
        .where(
            TABLE.c.channel == row.channel,
            TABLE.c.account == row.account,
            OPEN,
            TABLE.c.chat == row.chat,
            TABLE.c.state == State.DUE,
            TABLE.c.lane != Lane.REPLY.order,
        )
        .values(state=State.FAILED, ended=now, note="blocked")
    )
