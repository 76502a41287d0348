"""Who speaks for a unit to which a problem is given (牵头单位, 配合单位), and which unit a name means."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import String, bindparam, or_, select
from sqlalchemy.orm import Session

from rules.kinds import Role
from rules.unit_names import runs_through
from storage import people
from storage.prepared import Query, among
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


def speaking(session: Session, unit_id: int, today: date) -> list[int]:
    """Everybody who may act for a unit."""
    return list(dict.fromkeys(person for person, _ in _of_unit(session, unit_id, today)))


def speaks_for(session: Session, person_id: int, unit_id: int, today: date) -> bool:
    """Whether somebody may act for a unit that holds a problem."""
    return person_id in speaking(session, unit_id, today)


def leading(session: Session, name: str, project_id: int, today: date) -> int | None:
    """The unit that a category names as its lead; if it has nobody, the one that leads the project."""
    if (unit_id := called(session, name, today)) is not None:
        return unit_id
    for person in people.responsible(session, project_id, [Role.LEAD_DEPARTMENT], today):
        return session.get_one(Person, person).unit_id
    return None


def called(session: Session, name: str, today: date) -> int | None:
    """The one unit with somebody to speak for it that a name can mean; None if it can be none or several.

    Its own name, or of lead departments (牵头部门) the usual short form: 发改委 is 市发展和改革委员会.
    """
    unit_id = _NAMED.first(session, name=name)
    if unit_id is not None and _of_unit(session, unit_id, today):
        return unit_id
    units = leads(session, today) if len(name) > 1 else {}
    meant = [unit for unit, whole in units.items() if runs_through(name, whole)]
    return meant[0] if len(meant) == 1 else None


_person, _role, _unit = Person.__table__.c, PersonRole.__table__.c, Unit.__table__.c
_NAMED = Query(select(_unit.id).where(_unit.name == bindparam("name")), int)
_IN_OFFICE = (
    _person.active.is_(True),
    _role.since <= bindparam("today"),
    or_(_role.until.is_(None), _role.until > bindparam("today")),
)
_WITH_ROLE = PersonRole.__table__.join(Person.__table__, _person.id == _role.person_id)
_OF_UNIT: Query[tuple[int, Role]] = Query(
    select(_person.id, _role.role)
    .select_from(_WITH_ROLE)
    .where(_person.unit_id == bindparam("unit"), _role.role.in_(among("roles", String)), *_IN_OFFICE)
    .order_by(_person.id, _role.id),
    lambda *cells: cells,
)
_UNITS: Query[tuple[int, str]] = Query(
    select(_unit.id, _unit.name)
    .select_from(_WITH_ROLE.join(Unit.__table__, _unit.id == _person.unit_id))
    .where(_role.role.in_(among("roles", String)), *_IN_OFFICE)
    .distinct()
    .order_by(_unit.id),
    lambda *cells: cells,
)


def able(session: Session, today: date) -> dict[int, str]:
    """Units with somebody who can speak for them, by name."""
    return dict(_UNITS.all(session, roles=SPEAKING, today=today))


def leads(session: Session, today: date) -> dict[int, str]:
    """Units to which a problem can be passed on (转办): those with somebody who leads others' problems."""
    return dict(_UNITS.all(session, roles=[Role.LEAD_DEPARTMENT], today=today))


def name_of(session: Session, unit_id: int) -> str:
    return session.get_one(Unit, unit_id).name


def _of_unit(session: Session, unit_id: int, today: date) -> list[tuple[int, Role]]:
    return _OF_UNIT.all(session, unit=unit_id, roles=SPEAKING, today=today)


def _first(of_unit: Sequence[tuple[int, Role]], wanted: Sequence[tuple[Role, ...]]) -> list[int]:
    for roles in wanted:
        if found := [person for person, role in of_unit if role in roles]:
            return list(dict.fromkeys(found))
    return []
