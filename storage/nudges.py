"""Nudges: what reminded whom of which duties, whether a channel took it, and what people put off.

Rule 1  A nudge that has not gone out yet and names something that is no longer owed never goes out:
        `overtaken` is asked when it is claimed (`storage/outbox.py`), for duties are kept in many ways.
Rule 2  Proof is a channel's acceptance (state `sent`) before the due instant, never that a row was written.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from rules.kinds import Snooze
from storage.prepared import Change, Query
from storage.reminding import still_owed
from storage.tables.reminding import Nudge, NudgeDuty, SnoozedNudge
from storage.tables.reporting import Duty
from storage.tables.traffic import OutboxRow

_OVERTAKEN = text("nudges.state = 'overtaken'")
_WAITING = text("snoozed_nudges.done IS NULL")
SNOOZED = "snoozed"  # the step of a nudge that its person has asked for


_nudge, _about = Nudge.metadata.tables["nudges"], NudgeDuty.metadata.tables["nudge_duties"]
_ADD = Query(insert(_nudge).returning(_nudge.c.id), int)
_ADD_DUTY = Change(insert(_about))
_SENT_AS = Change(update(_nudge).where(_nudge.c.id == bindparam("nudge")).values(outbox_id=bindparam("row")))


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


def counts(session: Session, person_ids: Iterable[int], day: datetime, month: datetime) -> dict[int, Count]:
    """Messages since the day and the month began; those that people asked for themselves are not counted."""
    rows = session.execute(
        select(Nudge.person_id, func.sum(Nudge.at >= day), func.count())
        .where(
            Nudge.person_id.in_(list(person_ids)), Nudge.at >= month, Nudge.state == "written",
            Nudge.step != SNOOZED,
        )
        .group_by(Nudge.person_id)
    )  # fmt: skip
    return {person_id: Count(int(today), int(month)) for person_id, today, month in rows}


class Tried(NamedTuple):
    """A reminder that a channel took for somebody who has to report."""

    nudge_id: int
    person_id: int
    at: datetime


def tried(session: Session, duty_ids: Collection[int]) -> dict[int, list[Tried]]:
    """Of each of these duties the reminders that reached who has to report it, oldest first."""
    rows = session.execute(
        select(NudgeDuty.duty_id, Nudge.id, Nudge.person_id, Nudge.at)
        .join(Nudge, Nudge.id == NudgeDuty.nudge_id)
        .join(OutboxRow, OutboxRow.id == Nudge.outbox_id)
        .where(NudgeDuty.duty_id.in_(list(duty_ids)), NudgeDuty.own, OutboxRow.state == "sent")
        .order_by(Nudge.id)
    )
    found: dict[int, list[Tried]] = {}
    for duty_id, nudge_id, person_id, at in rows:
        found.setdefault(duty_id, []).append(Tried(nudge_id, person_id, at))
    return found


def delivered(session: Session, duty_ids: Collection[int]) -> set[int]:
    """Those of these duties about which a channel took a reminder before they were due, for who has to report (N5).

    That somebody above them heard of it proves nothing of them.
    """
    return set(
        session.scalars(
            select(NudgeDuty.duty_id)
            .join(Duty, Duty.id == NudgeDuty.duty_id)
            .join(Nudge, Nudge.id == NudgeDuty.nudge_id)
            .join(OutboxRow, OutboxRow.id == Nudge.outbox_id)
            .where(
                NudgeDuty.duty_id.in_(list(duty_ids)),
                NudgeDuty.own.is_(True),
                OutboxRow.state == "sent",
                OutboxRow.ended < Duty.due,
            )
        )
    )


def overtaken(session: Session, outbox_ids: Collection[int], now: datetime) -> list[int]:
    """Those of these outgoing rows that remind of something that is no longer owed; their nudges are marked."""
    owed = select(Duty.id).where(Duty.id == NudgeDuty.duty_id, *still_owed(now)).exists()
    found = session.execute(
        select(Nudge.id, Nudge.outbox_id)
        .join(NudgeDuty, and_(NudgeDuty.nudge_id == Nudge.id, ~owed))
        .where(Nudge.outbox_id.in_(list(outbox_ids)))
        .distinct()
    ).all()
    if found:
        those = [nudge_id for nudge_id, _ in found]
        session.execute(update(Nudge).where(Nudge.id.in_(those)).values(state="overtaken"))
    return [outbox_id for _, outbox_id in found if outbox_id is not None]


def to_write_anew(session: Session, limit: int) -> Sequence[Nudge]:
    return session.scalars(select(Nudge).where(_OVERTAKEN).order_by(Nudge.id).limit(limit)).all()


def reasons_since(session: Session, since: datetime, why: Collection[str]) -> list[int]:
    """Who was not reminded since a moment for one of these reasons."""
    wanted = select(Nudge.person_id).where(Nudge.at >= since, Nudge.state == "suppressed", Nudge.why.in_(why))
    return list(session.scalars(wanted.distinct().order_by(Nudge.person_id)))


def newest_of(session: Session, person_id: int) -> Nudge | None:
    """The last message that reminded a person."""
    wanted = select(Nudge).where(Nudge.person_id == person_id, Nudge.outbox_id.is_not(None))
    return session.scalars(wanted.order_by(Nudge.at.desc(), Nudge.id.desc()).limit(1)).first()


def put_off(
    session: Session, nudge: Nudge, choice: Snooze, until: datetime, now: datetime
) -> SnoozedNudge | None:
    """None if it was put off in this way before."""
    once = (SnoozedNudge.nudge_id == nudge.id, SnoozedNudge.choice == choice)
    if session.scalar(select(SnoozedNudge.id).where(*once)) is not None:
        return None
    row = SnoozedNudge(nudge_id=nudge.id, person_id=nudge.person_id, choice=choice, asked=now, until=until)
    session.add(row)
    session.flush()
    return row


def snoozed_until(session: Session, now: datetime, limit: int) -> Sequence[SnoozedNudge]:
    """What was put off until now, oldest first."""
    wanted = select(SnoozedNudge).where(_WAITING, SnoozedNudge.until <= now)
    return session.scalars(wanted.order_by(SnoozedNudge.until).limit(limit)).all()


def reminded_since(session: Session, person_id: int, since: datetime) -> bool:
    """Whether a round has reminded a person since a moment."""
    wanted = select(Nudge.id).where(
        Nudge.person_id == person_id, Nudge.at > since, Nudge.state == "written", Nudge.step != SNOOZED
    )
    return session.scalar(wanted.limit(1)) is not None


def next_snooze(session: Session, after: datetime) -> datetime | None:
    wanted = select(SnoozedNudge.until).where(_WAITING, SnoozedNudge.until > after)
    return session.scalar(wanted.order_by(SnoozedNudge.until).limit(1))


def still_owed_of(session: Session, nudge_id: int, now: datetime) -> set[int]:
    """The duties of a nudge that are still owed."""
    wanted = (
        select(NudgeDuty.duty_id)
        .join(Duty, Duty.id == NudgeDuty.duty_id)
        .where(NudgeDuty.nudge_id == nudge_id, *still_owed(now))
    )
    return set(session.scalars(wanted))
