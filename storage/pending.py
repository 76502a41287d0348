"""Hand-overs (交接) dated ahead: found, and called off, so that a responsibility never has two successors.

Rule 1  one is pending while the giver's responsibility has an end that is still to come; nothing but a hand-over
        sets such an end, and the giver's newest packet about the project is the one that set it.
Rule 2  called off, the giver answers as if nothing had been arranged, what was to begin never begins, and the
        packet loses the project. A packet without projects waits for nobody's word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage.tables.registry import Handover, Responsibility


@dataclass(frozen=True, slots=True)
class Pending:
    """One project that is to pass. `begins` is None if the taker answers for it already."""

    ends: Responsibility
    begins: Responsibility | None
    packet: Handover


@dataclass(frozen=True, slots=True)
class CalledOff:
    """What was to pass from one to another on a day and does not."""

    from_id: int
    to_id: int
    since: date
    project_ids: tuple[int, ...]


def pending(session: Session, today: date, *which: ColumnElement[bool]) -> list[Pending]:
    """What is to pass after today; `which` narrows the responsibilities that end."""
    living = (Responsibility.since <= today, Responsibility.until > today)
    ending = session.scalars(select(Responsibility).where(*living, *which).order_by(Responsibility.id)).all()
    packets = _newest_packets(session, {row.person_id for row in ending})
    beginning = _beginning(session, {row.project_id for row in ending}, today)
    found = []
    for row in ending:
        packet = packets.get((row.person_id, row.role, row.project_id))
        if packet is not None and row.until is not None:
            begins = beginning.get((row.project_id, row.role, packet.to_id, row.until))
            found.append(Pending(row, begins, packet))
    return found


def of_giver(
    session: Session, from_id: int, role: Role, projects: Sequence[int], today: date
) -> list[Pending]:
    return pending(
        session, today, Responsibility.person_id == from_id, Responsibility.role == role,
        Responsibility.project_id.in_(projects),
    )  # fmt: skip


def of_taker(session: Session, to_id: int, today: date) -> list[Pending]:
    return [each for each in pending(session, today) if each.packet.to_id == to_id]


def _newest_packets(session: Session, givers: Iterable[int]) -> dict[tuple[int, Role, int], Handover]:
    rows = session.scalars(select(Handover).where(Handover.from_id.in_(list(givers))).order_by(Handover.id))
    return {(row.from_id, row.role, project): row for row in rows for project in row.project_ids}


def _beginning(
    session: Session, projects: Iterable[int], today: date
) -> dict[tuple[int, Role, int, date], Responsibility]:
    rows = session.scalars(
        select(Responsibility).where(
            Responsibility.project_id.in_(list(projects)),
            Responsibility.since > today,
            Responsibility.until.is_(None),
        )
    )
    return {(row.project_id, row.role, row.person_id, row.since): row for row in rows}


def call_off(session: Session, given_up: Sequence[Pending]) -> list[CalledOff]:
    """Undoes hand-overs that have not begun; gives back whom they would have been between."""
    grouped: dict[tuple[int, int, date], list[int]] = {}
    for each in given_up:
        since = each.ends.until or date.max
        grouped.setdefault((each.ends.person_id, each.packet.to_id, since), []).append(each.ends.project_id)
        each.ends.until = None
        never_begins(each)
    session.flush()
    return [CalledOff(*who, tuple(projects)) for who, projects in grouped.items()]


def never_begins(each: Pending) -> None:
    """The taker's side of a hand-over that is called off."""
    if each.begins is not None:
        each.begins.until = each.begins.since
    each.packet.project_ids = [one for one in each.packet.project_ids if one != each.ends.project_id]
