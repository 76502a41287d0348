"""When nobody listened on an account: the last moment it was known to be heard, and the spans in between.

Rule 1  `heard` is said every few seconds while an account is listened to; what it finds longer ago than that is a span
        in which somebody may have spoken to nobody, and becomes a row.
Rule 2  When it was heard is in the machine's time, for a moved clock is no absence; the span is in the city's.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from rules.kinds import EscalationState, Lane
from storage.messages import Outgoing
from storage.tables.escalating import Escalation, EscalationAlert
from storage.tables.ledger import CityFact
from storage.tables.registry import Binding, Person
from storage.tables.traffic import Absence, OutboxRow, Talk

# Among so many of a person's newest messages what stands open is looked for.
LOOKED_BACK = 10
_ASKING = frozenset({Lane.URGENT.order, Lane.REPLY.order})


class Loss(StrEnum):
    """What a platform never brings to who did not listen."""

    MESSAGES = "messages"
    TAPS = "taps"


class Speaker(NamedTuple):
    """Somebody who may have spoken to nobody, and where."""

    person_id: int
    user: str
    chat: str


def last_heard(session: Session, channel: str, account: str) -> datetime | None:
    """By the machine's clock."""
    fact = session.get(CityFact, _name(channel, account))
    return datetime.fromisoformat(fact.value) if fact else None


def heard(session: Session, channel: str, account: str, machine: datetime) -> None:
    session.merge(CityFact(name=_name(channel, account), value=machine.isoformat()))


def _name(channel: str, account: str) -> str:
    return f"heard {channel} {account}"


def note(
    session: Session, channel: str, account: str, loss: Loss, began: datetime, ended: datetime
) -> Absence:
    absence = Absence(channel=channel, account=account, kind=loss, began=began, ended=ended)
    session.add(absence)
    session.flush()
    return absence


def untold(session: Session) -> Absence | None:
    """The oldest absence of which not everybody was told."""
    return session.scalars(
        select(Absence).where(Absence.told.is_(None)).order_by(Absence.id).limit(1)
    ).first()


def speakers(session: Session, absence: Absence, active: timedelta, most: int) -> list[Speaker]:
    """The next of those who may have spoken in it: they used the account so shortly before it, or since.

    Where only taps are lost, they are those whose talk was open, and those who were alarmed and have not answered.
    """
    since = absence.began - active
    wanted = (
        select(Binding.person_id, Binding.user, Binding.chat)
        .join(Person, Person.id == Binding.person_id)
        .where(
            Binding.channel == absence.channel, Binding.account == absence.account, Binding.ended.is_(None),
            Binding.blocked.is_(False), Person.active.is_(True), Binding.person_id > absence.after,
            _was_there(absence, since),
        )
        .order_by(Binding.person_id)
        .limit(most)
    )  # fmt: skip
    return [Speaker(*row) for row in session.execute(wanted)]


def _was_there(absence: Absence, since: datetime) -> ColumnElement[bool]:
    used = Binding.last_used >= since
    if absence.kind == Loss.MESSAGES:
        return used
    talking = select(Talk.id).where(
        Talk.person_id == Binding.person_id, Talk.state == "current", Talk.touched >= since
    )
    alarmed = (
        select(EscalationAlert.id)
        .join(Escalation, Escalation.id == EscalationAlert.escalation_id)
        .where(
            EscalationAlert.person_id == Binding.person_id, EscalationAlert.acknowledged.is_(None),
            EscalationAlert.at >= since, EscalationAlert.may.is_(True), Escalation.state == EscalationState.RUNNING,
        )
    )  # fmt: skip
    return or_(and_(used, talking.exists()), alarmed.exists())


def asked(session: Session, absence: Absence, speaker: Speaker) -> Outgoing | None:
    """What stands open before somebody on the account: the newest question or alarm with buttons, if it is not old."""
    newest = (
        select(OutboxRow.body, OutboxRow.lane)
        .where(
            OutboxRow.person_id == speaker.person_id, OutboxRow.channel == absence.channel,
            OutboxRow.account == absence.account, OutboxRow.state == "sent",
        )
        .order_by(OutboxRow.id.desc())
        .limit(LOOKED_BACK)
    )  # fmt: skip
    for body, lane in session.execute(newest):
        if lane in _ASKING and body.get("rows"):
            return Outgoing.model_validate(body)
    return None
