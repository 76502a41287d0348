"""Which people of a unit speak for it where a problem is given to it (牵头单位, 配合单位)."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import people
from storage.tables.registry import Person, PersonRole, Unit

# Who of a unit is told of a problem that it holds: the first of these that the unit has.
_CONTACTS = ((Role.LEAD_DEPARTMENT,), (Role.REPORTER,), (Role.DEPUTY, Role.HEAD))
_HEADS = ((Role.HEAD,), (Role.DEPUTY,), (Role.LEAD_DEPARTMENT,))
SPEAKING = (Role.LEAD_DEPARTMENT, Role.REPORTER, Role.DEPUTY, Role.HEAD)


def contacts(session: Session, unit_id: int, project_id: int, today: date) -> list[int]:
    """Who is told: of a lead department those who lead the project, else those who lead at all, else its contacts."""
    leading = set(people.responsible(session, project_id, [Role.LEAD_DEPARTMENT], today))
    of_unit = _of_unit(session, unit_id, today)
    if mine := [person for person, _ in of_unit if person in leading]:
        return list(dict.fromkeys(mine))
    return _first(of_unit, _CONTACTS)


def heads(session: Session, unit_id: int, today: date) -> list[int]:
    return _first(_of_unit(session, unit_id, today), _HEADS)


def speaks_for(session: Session, person_id: int, unit_id: int, today: date) -> bool:
    """Whether somebody may act for a unit that holds a problem."""
    return any(person == person_id for person, _ in _of_unit(session, unit_id, today))


def leading(session: Session, name: str, project_id: int, today: date) -> int | None:
    """The unit that a category names as its lead; if it has nobody, the one that leads the project."""
    unit_id = session.scalar(select(Unit.id).where(Unit.name == name))
    if unit_id is not None and _of_unit(session, unit_id, today):
        return unit_id
    for person in people.responsible(session, project_id, [Role.LEAD_DEPARTMENT], today):
        return session.get_one(Person, person).unit_id
    return None


def able(session: Session, today: date) -> dict[int, str]:
    """Units with somebody who can speak for them, by name."""
    rows = session.execute(
        select(Unit.id, Unit.name)
        .join(Person, Person.unit_id == Unit.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(
            Person.active.is_(True),
            PersonRole.role.in_(SPEAKING),
            PersonRole.since <= today,
            or_(PersonRole.until.is_(None), PersonRole.until > today),
        )
        .distinct()
        .order_by(Unit.id)
    )
    return dict(rows.all())


def name_of(session: Session, unit_id: int) -> str:
    return session.get_one(Unit, unit_id).name


def _of_unit(session: Session, unit_id: int, today: date) -> list[tuple[int, Role]]:
    rows = session.execute(
        select(Person.id, PersonRole.role)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(
            Person.unit_id == unit_id,
            Person.active.is_(True),
            PersonRole.role.in_(SPEAKING),
            PersonRole.since <= today,
            or_(PersonRole.until.is_(None), PersonRole.until > today),
        )
        .order_by(Person.id)
    )
    return [(person, role) for person, role in rows]


def _first(of_unit: Sequence[tuple[int, Role]], wanted: Sequence[tuple[Role, ...]]) -> list[int]:
    for roles in wanted:
        if found := [person for person, role in of_unit if role in roles]:
            return list(dict.fromkeys(found))
    return []
