"""What is to be sent: writing it down, taking it to send, and what came of it.

Rule 1  Nobody sends what is not a row here, committed. Only `bot/delivery.py` claims and finishes, and the
        try-out channel, which takes a sack of letters at once while the city's clock is moved.
Rule 2  A chat is served in order of (lane, due, id): while a row is due or sending, no later one of its lane
        or of a less urgent lane goes before it. A more urgent one may.
Rule 3  A claim is a lease on the machine clock. Only who still holds that very lease makes a change, so one
        who comes late changes nothing. A lease that ran out means that the message may have arrived.
Rule 4  What may have arrived is resent once if it is urgent or a receipt, freely if it is an edit, never if
        it is bulk or a mere answer; otherwise it ends as `unknown` (decisions.md 15).
Rule 5  Two clocks: `now` is the city's (due, useless_after, ended), `machine` the computer's (lease, retry).
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, or_, select, text, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import claiming, nudges, photos, policy
from storage.messages import Address, Outgoing
from storage.parts import Limit, parts
from storage.prepared import Query, among
from storage.tables.traffic import Attempt, OutboxRow
from storage.upsert import insert

# Statements are built once, of columns: this is the hot path, and ORM objects would cost more than the rows.
_T = OutboxRow.metadata.tables["outbox"]
# A partial index is used only if its condition stands in the statement word for word.
_OPEN = text("outbox.state IN ('due', 'sending')")
_SENDING = text("outbox.state = 'sending'")
_TROUBLED = text("outbox.state IN ('unknown', 'failed', 'expired', 'nobody')")

_LANES = tuple(Lane)
_BULK = frozenset(lane.order for lane in Lane if lane.bulk)
# An edit may be repeated without harm; the bound keeps one that always ends in doubt from barring its chat.
EDIT_RESENDS = 10
# Why a message never went that somebody else's answer had made needless.
ANSWERED = "answered before it went"
RESTORED = "restored from a backup; it may have been sent since"
# After a long silence thousands of rows may have become useless; so many end in one transaction.
SLICE = 500


class State(StrEnum):
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    NOBODY = "nobody"


class End(StrEnum):
    """How one attempt ended, by what it proves."""

    SENT = "sent"
    NOT_SENT = "not sent"
    REFUSED = "refused"
    BLOCKED = "blocked"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Room:
    """What one account may start now. A chat in `busy` waits; in one of `slow` only answers (REPLY) go."""

    total: int
    bulk: int
    busy: AbstractSet[str] = frozenset()
    slow: AbstractSet[str] = frozenset()


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
    def may_repeat(self) -> bool:
        """Is it of a kind that is sent again although it may have arrived?"""
        receipt = self.lane is Lane.REPLY and self.number != ""
        return self.edits or self.lane is Lane.URGENT or receipt

    @property
    def resends(self) -> bool:
        """May it be sent again although it may have arrived?"""
        return self.may_repeat and self.ambiguous < (EDIT_RESENDS if self.edits else 1)


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


_INSERT = Query(insert(_T).on_conflict_do_nothing(index_elements=["once"]).returning(_T.c.id), int)


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


def newest(session: Session, person_id: int) -> OutboxRow | None:
    """The row that was written last to a person."""
    return session.scalars(
        select(OutboxRow).where(OutboxRow.person_id == person_id).order_by(OutboxRow.id.desc()).limit(1)
    ).first()


def say_instead(session: Session, row_id: int, message: Outgoing, limit: Limit) -> bool:
    """Has a row say something else, if no attempt to send it was made yet and the message is not several."""
    if len(parts(message, limit)) > 1:
        return False
    body = message.model_dump(mode="json", exclude_defaults=True)
    untouched = update(_T).where(_T.c.id == row_id, _T.c.state == State.DUE, _T.c.attempts == 0)
    return bool(session.execute(untouched.values(body=body)).rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


_QUEUE = (
    select(_T.c.id, _T.c.lane, _T.c.chat, _T.c.state, _T.c.lease, _T.c.retry, _T.c.useless_after)
    .where(
        _T.c.channel == bindparam("of_channel"),
        _T.c.account == bindparam("of_account"),
        _OPEN,
        _T.c.lane <= bindparam("least_urgent"),
        # What was due when it was written stays due, even if the clock was put back since.
        or_(_T.c.due <= bindparam("now"), _T.c.due <= _T.c.written),
    )
    .order_by(_T.c.lane, _T.c.due, _T.c.id)
)
_CLAIMED = (
    _T.c.id,
    _T.c.person_id,
    _T.c.channel,
    _T.c.account,
    _T.c.chat,
    _T.c.lane,
    _T.c.number,
    _T.c.body,
    _T.c.attempts,
    _T.c.ambiguous,
    _T.c.lease,
    _T.c.claimed,
)
_TAKE = (
    update(_T)
    .where(
        _T.c.id.in_(
            claiming.free(
                select(_T.c.id).where(
                    _T.c.id.in_(bindparam("ids", expanding=True)), _T.c.state == State.DUE
                )
            )
        )
    )
    .values(
        state=State.SENDING, lease=bindparam("until"), holder=bindparam("of_holder"), retry=None,
        attempts=_T.c.attempts + 1, claimed=bindparam("now"),
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
    view = _look(session, channel, account, room, now, machine)
    if view.lapsed:
        _settle_lapsed(session, view.lapsed, now)
        view = _look(session, channel, account, room, now, machine)
    while view.reminders and (gone := nudges.overtaken(session, view.reminders, now)):
        _expire(session, gone, now, note="what it reminds of was done meanwhile")
        view = _look(session, channel, account, room, now, machine)
    if view.stale:
        _expire(session, view.stale, now)
    if not view.free:
        return Claims([], view.again)
    taken = session.execute(
        _TAKE, {"ids": view.free, "until": machine + lease, "of_holder": holder, "now": now}
    )
    rows = {row.id: _claimed(row) for row in taken}
    return Claims([rows[row_id] for row_id in view.free if row_id in rows], view.again)


@dataclass(slots=True)
class _View:
    """What a walk along the queue found, by row id."""

    free: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)
    reminders: list[int] = field(default_factory=list)  # of those free
    again: datetime | None = None


def _look(
    session: Session, channel: str, account: str, room: Room, now: datetime, machine: datetime
) -> _View:
    """Walks along the queue, most urgent first, until the room is full; a chat's first row bars the rest."""
    view = _View()
    met = set(room.busy)
    bulk = 0
    with closing(session.execute(_QUEUE, _queue_of(channel, account, room, now))) as queue:
        for row in queue:
            if len(view.free) >= room.total or (row.lane in _BULK and bulk >= room.bulk):
                break
            if row.state == State.DUE and row.useless_after is not None and row.useless_after < now:
                view.stale.append(row.id)
                if len(view.stale) == SLICE:
                    view.again = machine
                    break
                continue
            if row.chat in met:
                continue
            met.add(row.chat)
            if row.state == State.SENDING:
                if row.lease <= machine:
                    view.lapsed.append(row.id)
            elif row.retry is not None and row.retry > machine:
                view.again = min(view.again or row.retry, row.retry)
            elif row.chat not in room.slow or row.lane == Lane.REPLY.order:
                view.free.append(row.id)
                if row.lane == Lane.REMINDER.order:
                    view.reminders.append(row.id)
                bulk += row.lane in _BULK
    return view


def _queue_of(channel: str, account: str, room: Room, now: datetime) -> dict[str, Any]:
    least = Lane.DIGEST if room.bulk else Lane.REPLY
    return {"of_channel": channel, "of_account": account, "least_urgent": least.order, "now": now}


def _claimed(row: Any) -> Claimed:  # noqa: ANN401 - SQLAlchemy's rows are not typed by column here
    return Claimed(**{**row._mapping, "lane": _LANES[row.lane]})


def _settle_lapsed(session: Session, ids: Sequence[int], now: datetime) -> None:
    lapsed = session.execute(select(*_CLAIMED).where(_T.c.id.in_(ids))).all()
    finish(session, [Outcome(_claimed(row), End.UNCLEAR, note="the lease ran out") for row in lapsed], now)


def _expire(session: Session, ids: Sequence[int], now: datetime, note: str = "") -> None:
    session.execute(
        update(_T)
        .where(_T.c.id.in_(ids), _T.c.state == State.DUE)
        .values(state=State.EXPIRED, ended=now, retry=None, note=note)
    )


def expire_restored(session: Session, now: datetime) -> None:
    """In a city from a backup, what was due since: it may have been sent after the backup was taken. Only what is
    urgent or an answer had better arrive twice than never."""
    since = (_OPEN, _T.c.state == State.DUE, _T.c.lane.in_(_BULK), _T.c.due <= now)
    session.execute(
        update(_T).where(*since).values(state=State.EXPIRED, ended=now, retry=None, note=RESTORED)
    )


def take_back(session: Session, person_id: int, ended: Collection[Address], now: datetime) -> None:
    """What still waits for accounts that are a person's no more never goes; what is being sent goes no second time."""
    for address in ended:
        theirs = (
            _T.c.person_id == person_id,
            _T.c.channel == address.channel,
            _T.c.account == address.account,
            _T.c.chat == address.chat,
        )
        waiting = session.scalars(select(_T.c.id).where(*theirs, _T.c.state == State.DUE)).all()
        _expire(session, waiting, now)
        sending = update(_T).where(*theirs, _T.c.state == State.SENDING)
        session.execute(sending.values(useless_after=now))


def readdress(session: Session, channel: str, account: str, old: str, new: str) -> None:
    """What waits for a chat goes to another, which stands in its place."""
    waiting = (_OPEN, _T.c.channel == channel, _T.c.account == account, _T.c.chat == old)
    session.execute(update(_T).where(*waiting, _T.c.state == State.DUE).values(chat=new))


_UNENDED = Query(select(_T.c.id).where(_T.c.id.in_(among("ids")), _OPEN), int)


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
            update(_T).where(_T.c.id.in_(row_parts), _T.c.state == State.SENDING).values(useless_after=now)
        )
    _expire(session, waiting, now, note=ANSWERED)


def _parts_of(session: Session, last: int) -> dict[int, str]:
    """All parts of a message with their states, found from its last one."""
    found: dict[int, str] = {}
    part: int | None = last
    while part is not None:
        row = session.execute(select(_T.c.id, _T.c.state, _T.c.part_of).where(_T.c.id == part)).one()
        found[row.id], part = row.state, row.part_of
    return found


def states(session: Session, ids: Collection[int]) -> set[State]:
    """What has become of these rows."""
    found = session.scalars(select(_T.c.state).where(_T.c.id.in_(list(ids))))
    return {State(state) for state in found}


def being_sent(session: Session, channel: str, account: str, machine: datetime) -> set[str]:
    """The chats to which a message is on its way, whichever process sends it."""
    return set(
        session.scalars(
            select(_T.c.chat).where(
                _SENDING, _T.c.channel == channel, _T.c.account == account, _T.c.lease > machine
            )
        )
    )


def forgotten(session: Session, holder: str, known: Collection[int]) -> list[Claimed]:
    """What a process has claimed and knows nothing of: the answer to its commit was lost. So it was not sent."""
    ours = (_SENDING, _T.c.holder == holder, _T.c.id.not_in(list(known)))
    return [_claimed(row) for row in session.execute(select(*_CLAIMED).where(*ours))]


def end_leases(session: Session, machine: datetime, holder: str | None = None) -> None:
    """Ends the leases of a process that is dead; without its name, all: for a start on a file that is ours alone."""
    theirs = () if holder is None else (_T.c.holder == holder,)
    session.execute(update(_T).where(_SENDING, *theirs).values(lease=machine))


_FINISH = (
    update(_T)
    .where(_T.c.id == bindparam("row"), _T.c.state == State.SENDING, _T.c.lease == bindparam("held"))
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
        failed = select(_T.c.id).where(_T.c.id.in_(ids), _T.c.state == State.FAILED)
        ids = session.scalars(
            update(_T)
            .where(_T.c.part_of.in_(failed), _T.c.state == State.DUE)
            .values(state=State.FAILED, ended=now, note="an earlier part failed")
            .returning(_T.c.id)
        ).all()


def _fail_the_queue(session: Session, row: Claimed, now: datetime) -> None:
    """What else waited for one who blocked us fails too; not answers: who writes to us has unblocked us."""
    session.execute(
        update(_T)
        .where(
            _T.c.channel == row.channel,
            _T.c.account == row.account,
            _OPEN,
            _T.c.chat == row.chat,
            _T.c.state == State.DUE,
            _T.c.lane != Lane.REPLY.order,
        )
        .values(state=State.FAILED, ended=now, note="blocked")
    )


# How far back, in rows, a new process looks for what went lately: more than any hour sends.
LATELY = 50_000


def lately(session: Session, channel: str, account: str, since: datetime) -> list[tuple[str, datetime]]:
    """Chat and end of what has gone, or may have, since then (city clock), the earliest first."""
    newest = session.scalar(select(func.max(_T.c.id))) or 0
    wanted = (
        select(_T.c.chat, _T.c.ended)
        .where(
            _T.c.id > newest - LATELY, _T.c.channel == channel, _T.c.account == account, _T.c.ended >= since,
            _T.c.attempts > 0,
        )
        .order_by(_T.c.ended)
    )  # fmt: skip
    return [(chat, ended) for chat, ended in session.execute(wanted)]


_NEXT_DUE = select(_T.c.due).where(_OPEN, _T.c.due > bindparam("now")).order_by(_T.c.due).limit(1)


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the next message that was written ahead is to go. Asked only for a clock that is moved: it looks at all
    that is open."""
    return session.scalar(_NEXT_DUE, {"now": now})


class Waits(NamedTuple):
    """The message that has been due longest in its lane on its account; `due` by the city's clock."""

    channel: str
    account: str
    lane: Lane
    due: datetime


def longest_due(session: Session, accounts: Collection[tuple[str, str]], now: datetime) -> list[Waits]:
    """For each of these accounts and each lane in which something is due."""
    wanted = (
        select(_T.c.channel, _T.c.account, _T.c.lane, func.min(_T.c.due))
        .where(_OPEN, _T.c.due <= now)
        .group_by(_T.c.channel, _T.c.account, _T.c.lane)
    )
    found = [Waits(row[0], row[1], _LANES[row[2]], row[3]) for row in session.execute(wanted)]
    return [each for each in found if (each.channel, each.account) in accounts]


class Unsent(NamedTuple):
    """So many rows of a lane are in a state other than sent."""

    state: State
    lane: Lane
    rows: int


def unsent(session: Session) -> list[Unsent]:
    """All that waits and all that came to a bad end, for metrics."""
    found = []
    for states in (_OPEN, _TROUBLED):
        by_lane = select(_T.c.state, _T.c.lane, func.count()).where(states).group_by(_T.c.state, _T.c.lane)
        found += [Unsent(State(state), _LANES[lane], rows) for state, lane, rows in session.execute(by_lane)]
    return found


def counts(session: Session) -> dict[State, int]:
    """How many rows are in each state. The sent ones, nearly all, are what the others leave."""
    found = dict.fromkeys(State, 0)
    for each in unsent(session):
        found[each.state] += each.rows
    everything = session.scalar(select(func.count(literal_column("*"))).select_from(_T)) or 0
    found[State.SENT] = everything - sum(found.values())
    return found


def last_issue_told(session: Session, person_id: int) -> int:
    """The number of the problem that the person was told of last by an urgent message; 0 if there is none."""
    number = session.scalar(
        select(_T.c.number)
        .where(_T.c.person_id == person_id, _T.c.lane == Lane.URGENT.order, _T.c.number.startswith("W"))
        .order_by(_T.c.id.desc())
        .limit(1)
    )
    return int(number[1:]) if number else 0


class Standing(NamedTuple):
    """A message of ours as it stands in somebody's chat, by the platform's id."""

    person_id: int
    address: Address
    message: Outgoing
    external: str


_STANDING = Query(
    select(_T.c.person_id, _T.c.channel, _T.c.account, _T.c.chat, _T.c.body, _T.c.external)
    .where(_T.c.id.in_(among("ids")), _T.c.state == State.SENT, _T.c.external != "")
    .order_by(_T.c.id),
    lambda person, channel, account, chat, body, external: Standing(
        person,
        Address(channel=channel, account=account, user=chat, chat=chat),
        Outgoing.model_validate(body),
        external,
    ),
)


def standing(session: Session, ids: Collection[int]) -> list[Standing]:
    """Of these rows those that have arrived and can be edited."""
    return [each for each in _STANDING.all(session, ids=list(ids)) if each.person_id is not None]


def as_edited(session: Session, found: Standing) -> Outgoing:
    """What such a message shows once its newest edit has gone, which may be on its way."""
    body = session.scalar(
        select(_T.c.body)
        .where(
            _T.c.person_id == found.person_id,
            _T.c.channel == found.address.channel,
            _T.c.account == found.address.account,
            _T.c.chat == found.address.chat,
            _T.c.body["replaces"].as_string() == found.external,
        )
        .order_by(_T.c.id.desc())
        .limit(1)
    )
    return Outgoing.model_validate(body) if body is not None else found.message


class Shown(NamedTuple):
    """A message as the person has it before them, and the number it was sent under."""

    message: Outgoing
    number: str


def shown(session: Session, person_id: int, address: Address, external: str) -> Shown | None:
    """What a message of ours shows, by the platform's id: its newest edit. None if we do not know it."""
    row = session.execute(
        select(_T.c.body, _T.c.number)
        .where(
            _T.c.person_id == person_id,
            _T.c.channel == address.channel,
            _T.c.account == address.account,
            _T.c.chat == address.chat,
            _T.c.external == external,
        )
        .order_by(_T.c.id.desc())
        .limit(1)
    ).first()
    return Shown(Outgoing.model_validate(row.body), row.number) if row else None
