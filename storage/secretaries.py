"""秘书: who reads and acts on a leader's behalf, since when and until when (exclusive)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from storage.tables.registry import Person, Secretary


def _on(today: date) -> tuple[ColumnElement[bool], ...]:
    return Secretary.since <= today, or_(Secretary.until.is_(None), Secretary.until > today)


def of_leaders(session: Session, leader_ids: Collection[int], today: date) -> list[tuple[int, int]]:
    """Secretary and leader, for each of these leaders who has an active one today."""
    rows = session.execute(
        select(Secretary.person_id, Secretary.leader_id)
        .join(Person, Person.id == Secretary.person_id)
        .where(Secretary.leader_id.in_(leader_ids), Person.active.is_(True), *_on(today))
        .order_by(Secretary.id)
    )
    return [(person, leader) for person, leader in rows]


def leaders_of(session: Session, person_id: int, today: date) -> list[int]:
    """Those on whose behalf a person acts today."""
    wanted = select(Secretary.leader_id).where(Secretary.person_id == person_id, *_on(today))
    return list(session.scalars(wanted.order_by(Secretary.id)))


def current(session: Session, today: date) -> Sequence[Secretary]:
    """Those who act today or will."""
    wanted = select(Secretary).where(or_(Secretary.until.is_(None), Secretary.until > today))
    return session.scalars(wanted.order_by(Secretary.id)).all()


def appoint(session: Session, person_id: int, leader_id: int, since: date, until: date | None) -> Secretary:
    row = Secretary(person_id=person_id, leader_id=leader_id, since=since, until=until)
    session.add(row)
    session.flush()
    return row


def dismiss(session: Session, row: Secretary, today: date) -> None:
    """Ends an appointment today; one that has not begun never begins."""
    row.until = max(today, row.since)
    session.flush()


def dismiss_all(session: Session, person_id: int, today: date) -> None:
    """Ends whatever the person is in, as secretary or as leader."""
    wanted: Any = select(Secretary).where(
        or_(Secretary.person_id == person_id, Secretary.leader_id == person_id),
        or_(Secretary.until.is_(None), Secretary.until > today),
    )
    for row in session.scalars(wanted.order_by(Secretary.id)):
        dismiss(session, row, today)
