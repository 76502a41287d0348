"""交接: a person's projects in one role pass to another; both say 已交接, and the office sees who has not.

Rule 1  responsibility is dated, `until` exclusive: the successor begins on the day on which the other ends, and
        what fell due before stays with the first.
Rule 2  a responsibility has one successor: what is dated ahead (storage/pending.py) is called off before another.
Rule 3  a packet is confirmed by either side on its own, once; confirming changes no responsibility.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from rules.kinds import ProjectState, Role
from storage.tables.registry import Handover, Person, Project, Responsibility


@dataclass(frozen=True, slots=True)
class Passed:
    """One project that has gone from one person to another in a role."""

    project_id: int
    from_id: int
    to_id: int
    role: Role


def hand_over(
    session: Session,
    from_id: int,
    to_id: int,
    role: Role,
    project_ids: Sequence[int],
    since: date,
    now: datetime,
) -> Handover:
    """Ends the one's responsibilities and begins the other's on that day; gives back the packet."""
    session.execute(
        update(Responsibility)
        .where(Responsibility.project_id.in_(project_ids), *_held(from_id, role, since))
        .values(until=since)
        .execution_options(synchronize_session=False)
    )
    has = set(
        session.scalars(
            select(Responsibility.project_id).where(
                Responsibility.project_id.in_(project_ids), *_held(to_id, role, since)
            )
        )
    )
    session.add_all(
        Responsibility(project_id=each, person_id=to_id, role=role, since=since)
        for each in project_ids
        if each not in has
    )
    return _packet(session, from_id, to_id, role, project_ids, now)


def _held(person_id: int, role: Role, day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Responsibility.person_id == person_id,
        Responsibility.role == role,
        Responsibility.since <= day,
        or_(Responsibility.until.is_(None), Responsibility.until > day),
    )


def packets(session: Session, passed: Iterable[Passed], now: datetime) -> list[Handover]:
    """The packets for projects that have passed already: one for each pair of people and role."""
    grouped: dict[tuple[int, int, Role], list[int]] = defaultdict(list)
    for each in passed:
        grouped[each.from_id, each.to_id, each.role].append(each.project_id)
    return [_packet(session, *who, projects, now) for who, projects in grouped.items()]


def _packet(
    session: Session, from_id: int, to_id: int, role: Role, project_ids: Sequence[int], now: datetime
) -> Handover:
    packet = Handover(from_id=from_id, to_id=to_id, role=role, project_ids=list(project_ids), at=now)
    session.add(packet)
    session.flush()
    return packet


def waiting_for(session: Session, person_id: int) -> Handover | None:
    """The person's newest packet that they have not confirmed."""
    waiting = session.scalars(
        select(Handover)
        .where(
            or_(
                (Handover.from_id == person_id) & Handover.given.is_(None),
                (Handover.to_id == person_id) & Handover.taken.is_(None),
            )
        )
        .order_by(Handover.id.desc())
    )
    return next((packet for packet in waiting if packet.project_ids), None)


def confirm(packet: Handover, person_id: int, now: datetime) -> bool:
    """Notes the person's 已交接; False if it was noted before."""
    fresh = False
    if packet.from_id == person_id and packet.given is None:
        packet.given, fresh = now, True
    if packet.to_id == person_id and packet.taken is None:
        packet.taken, fresh = now, True
    return fresh


def missing(session: Session, packet: Handover) -> list[int]:
    """Who still has to confirm it: whoever has left office cannot, and is not waited for."""
    wanted = {
        each for each, at in ((packet.from_id, packet.given), (packet.to_id, packet.taken)) if at is None
    }
    active = select(Person.id).where(Person.id.in_(wanted), Person.active.is_(True))
    return list(session.scalars(active.order_by(Person.id)))


def unconfirmed(session: Session) -> list[tuple[Handover, list[int]]]:
    """Packets that somebody still has to confirm, with who that is, oldest first."""
    open_ = session.scalars(
        select(Handover).where(or_(Handover.given.is_(None), Handover.taken.is_(None))).order_by(Handover.id)
    )
    return [(packet, who) for packet in open_ if packet.project_ids and (who := missing(session, packet))]


def _answering(today: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Project.state != ProjectState.ENDED,
        Responsibility.since <= today,
        or_(Responsibility.until.is_(None), Responsibility.until > today),
    )


def answering(session: Session, today: date) -> set[int]:
    """Everyone who answers for a project today."""
    wanted = select(Responsibility.person_id).join(Project, Project.id == Responsibility.project_id)
    return set(session.scalars(wanted.where(*_answering(today)).distinct()))


def held_by(session: Session, person_id: int, today: date) -> dict[Role, dict[int, str]]:
    """The projects that a person answers for today, id and name, by role."""
    rows = session.execute(
        select(Responsibility.role, Project.id, Project.name)
        .join(Project, Project.id == Responsibility.project_id)
        .where(Responsibility.person_id == person_id, *_answering(today))
        .order_by(Project.number)
    )
    found: dict[Role, dict[int, str]] = defaultdict(dict)
    for role, project, name in rows:
        found[role][project] = name
    return dict(found)
