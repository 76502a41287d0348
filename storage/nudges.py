"""Nudges: what reminded whom of which duties, whether a channel took it, and what people put off.

Rule 1  A nudge that has not gone out yet and names something that is no longer owed never goes out:
        `overtaken` is asked when it is claimed (`storage/sends.py`), for duties are kept in many ways.
Rule 2  Proof is a channel's acceptance (state `sent`) before the due instant, never that a row was written.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, insert, literal_column, select, text, update
from sqlalchemy.orm import Session

from rules.kinds import Snooze
from storage.duties import SECOND
from storage.prepared import Change, Query, among
from storage.reminding import still_owed
from storage.tables.base import Instant
from storage.tables.reminding import Nudge, NudgeDuty, SnoozedNudge
from storage.tables.reporting import Duty
from storage.tables.traffic import OutboxRow

_OVERTAKEN = text("nudges.state = 'overtaken'")
_WAITING = text("snoozed_nudges.done IS NULL")
SNOOZED = "snoozed"  # the step of a nudge that its person has asked for
DAILY = "daily"  # the step of the question for the day's word on a major problem (续报)


_nudge, _about = Nudge.metadata.tables["nudges"], NudgeDuty.metadata.tables["nudge_duties"]
_ADD = Query(insert(_nudge).returning(_nudge.c.id), int)
_ADD_DUTY = Change(insert(_about))
_SENT_AS = Change(update(_nudge).where(_nudge.c.id == bindparam("nudge")).values(outbox_id=bindparam("row")))

_duty, _out = Duty.__table__.c, OutboxRow.__table__.c
_until = SnoozedNudge.__table__.c.until
# Asked in every sweep, and nearly always in vain.
_ANY_OVERTAKEN = Query(select(_nudge.c.id).where(_OVERTAKEN).limit(1), int)
_ANY_PUT_OFF = Query(select(_until).where(_WAITING, _until <= bindparam("now")).limit(1), lambda until: until)
_NEXT_SNOOZE: Query[datetime] = Query(
    select(_until).where(_WAITING, _until > bindparam("after")).order_by(_until).limit(1), lambda until: until
)


def add(
    session: Session, person_id: int, step: str, about: Mapping[int, bool], now: datetime, why: str = ""
) -> int:
    """A nudge about duties (whether each is the person's own to report); with a reason why not, it is not sent."""
    state = "suppressed" if why else "written"
    nudge_id = _ADD.one(session, person_id=person_id, at=now, step=step, state=state, why=why)
    _ADD_DUTY.run_many(
        session, [{"nudge_id": nudge_id, "duty_id": duty, "own": own} for duty, own in about.items()]
    )
    return nudge_id


def sent_as(session: Session, nudge_id: int, outbox_id: int | None) -> None:
    """The outgoing row that a nudge has become."""
    _SENT_AS.run(session, nudge=nudge_id, row=outbox_id)


class Count(NamedTuple):
    """How many messages have reminded a person."""

    today: int = 0
    this_month: int = 0


_COUNTS: Query[tuple[int, int, int]] = Query(
    select(
        _nudge.c.person_id,
        func.count(case((_nudge.c.at >= bindparam("day", type_=Instant()), 1))),
        func.count(literal_column("*")),
    )
    .where(
        _nudge.c.person_id.in_(among("people")),
        _nudge.c.at >= bindparam("month"),
        _nudge.c.state == "written",
        _nudge.c.step != SNOOZED,
        _nudge.c.step != DAILY,  # a major problem does not use up what may be reminded of
    )
    .group_by(_nudge.c.person_id),
    lambda *cells: cells,
)


def counts(session: Session, person_ids: Iterable[int], day: datetime, month: datetime) -> dict[int, Count]:
    """Messages since the day and the month began; those that people asked for themselves are not counted."""
    rows = _COUNTS.all(session, people=list(person_ids), day=day, month=month)
    return {person_id: Count(int(today), int(month)) for person_id, today, month in rows}


class Tried(NamedTuple):
    """A reminder that a channel took for somebody who has to report."""

    nudge_id: int
    person_id: int
    at: datetime


_TRIED: Query[tuple[int, int, int, datetime]] = Query(
    select(_about.c.duty_id, _nudge.c.id, _nudge.c.person_id, _nudge.c.at)
    .select_from(
        _about.join(_nudge, _nudge.c.id == _about.c.nudge_id).join(
            OutboxRow.__table__, _out.id == _nudge.c.outbox_id
        )
    )
    .where(_about.c.duty_id.in_(among("duties")), _about.c.own.is_(True), _out.state == "sent")
    .order_by(_nudge.c.id),
    lambda *cells: cells,
)


def tried(session: Session, duty_ids: Collection[int]) -> dict[int, list[Tried]]:
    """Of each of these duties the reminders that reached who has to report it, oldest first."""
    rows = _TRIED.all(session, duties=list(duty_ids))
    found: dict[int, list[Tried]] = {}
    for duty_id, nudge_id, person_id, at in rows:
        found.setdefault(duty_id, []).append(Tried(nudge_id, person_id, at))
    return found


_DELIVERED = Query(
    select(_about.c.duty_id)
    .select_from(
        _about.join(Duty.__table__, _duty.id == _about.c.duty_id)
        .join(_nudge, _nudge.c.id == _about.c.nudge_id)
        .join(OutboxRow.__table__, _out.id == _nudge.c.outbox_id)
    )
    .where(
        _about.c.duty_id.in_(among("duties")),
        _about.c.own.is_(True),
        _out.state == "sent",
        _out.ended < _duty.due,
    ),
    int,
)


def delivered(session: Session, duty_ids: Collection[int]) -> set[int]:
    """Those of these duties about which a channel took a reminder before they were due, for who has to report (N5).

    That somebody above them heard of it proves nothing of them.
    """
    return set(_DELIVERED.all(session, duties=list(duty_ids)))


_NO_LONGER_OWED: Query[tuple[int, int]] = Query(
    select(_nudge.c.id, _nudge.c.outbox_id)
    .select_from(_nudge.join(_about, _about.c.nudge_id == _nudge.c.id))
    .where(
        _nudge.c.outbox_id.in_(among("rows")),
        ~select(Duty.id).where(Duty.id == _about.c.duty_id, *still_owed()).exists(),
    )
    .distinct(),
    lambda *cells: cells,
)


def overtaken(session: Session, outbox_ids: Collection[int], now: datetime) -> list[int]:
    """Those of these outgoing rows that remind of something that is no longer owed; their nudges are marked."""
    found = _NO_LONGER_OWED.all(session, rows=list(outbox_ids), now=now, closing=now - SECOND)
    if found:
        those = [nudge_id for nudge_id, _ in found]
        session.execute(update(Nudge).where(Nudge.id.in_(those)).values(state="overtaken"))
    return [outbox_id for _, outbox_id in found]


def to_write_anew(session: Session, limit: int) -> Sequence[Nudge]:
    if _ANY_OVERTAKEN.first(session) is None:
        return ()
    return session.scalars(select(Nudge).where(_OVERTAKEN).order_by(Nudge.id).limit(limit)).all()


def reasons_since(session: Session, since: datetime, why: Collection[str]) -> list[int]:
    """Who was not reminded since a moment for one of these reasons."""
    wanted = select(Nudge.person_id).where(Nudge.at >= since, Nudge.state == "suppressed", Nudge.why.in_(why))
    return list(session.scalars(wanted.distinct().order_by(Nudge.person_id)))


def newest_of(session: Session, person_id: int) -> Nudge | None:
    """The last message that reminded a person; the question for a day's word is not one that is put off."""
    wanted = select(Nudge).where(
        Nudge.person_id == person_id, Nudge.outbox_id.is_not(None), Nudge.step != DAILY
    )
    return session.scalars(wanted.order_by(Nudge.at.desc(), Nudge.id.desc()).limit(1)).first()


def put_off(session: Session, nudge: Nudge, choice: Snooze, until: datetime, now: datetime) -> None:
    """Once in each way (`put_off_until`)."""
    session.add(
        SnoozedNudge(nudge_id=nudge.id, person_id=nudge.person_id, choice=choice, asked=now, until=until)
    )
    session.flush()


def put_off_until(session: Session, nudge: Nudge, choice: Snooze) -> datetime | None:
    """Until when it was put off in this way; None if it was not."""
    once = (SnoozedNudge.nudge_id == nudge.id, SnoozedNudge.choice == choice)
    return session.scalar(select(SnoozedNudge.until).where(*once))


def snoozed_until(session: Session, now: datetime, limit: int) -> Sequence[SnoozedNudge]:
    """What was put off until now, oldest first."""
    if _ANY_PUT_OFF.first(session, now=now) is None:
        return ()
    wanted = select(SnoozedNudge).where(_WAITING, SnoozedNudge.until <= now)
    return session.scalars(wanted.order_by(SnoozedNudge.until).limit(limit)).all()


def reminded_since(session: Session, person_id: int, since: datetime) -> bool:
    """Whether a round has reminded a person since a moment."""
    wanted = select(Nudge.id).where(
        Nudge.person_id == person_id,
        Nudge.at > since,
        Nudge.state == "written",
        Nudge.step.not_in((SNOOZED, DAILY)),
    )
    return session.scalar(wanted.limit(1)) is not None


def next_snooze(session: Session, after: datetime) -> datetime | None:
    return _NEXT_SNOOZE.first(session, after=after)


_STILL_OWED = Query(
    select(NudgeDuty.duty_id)
    .join(Duty, Duty.id == NudgeDuty.duty_id)
    .where(NudgeDuty.nudge_id == bindparam("nudge"), *still_owed()),
    int,
)


def still_owed_of(session: Session, nudge_id: int, now: datetime) -> set[int]:
    """The duties of a nudge that are still owed."""
    return set(_STILL_OWED.all(session, nudge=nudge_id, now=now, closing=now - SECOND))
