"""Whose projects a person sees (范围), as of a day: the city's, the own unit's, or those they lead.

Rule 1  市项目办 and 督查室 see the city; who leads projects (牵头领导, 牵头部门) sees those of that day; the head of a
        unit sees its projects. The first that fits counts. Who is none of these sees nothing here.
Rule 2  A scope is a condition, never a list of ids: a query over 100,000 projects carries none of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from rules.kinds import Role
from rules.scope import LEADING, TOLD
from storage import people
from storage.tables.registry import Person, PersonRole, Project, Responsibility

CITY, OWN, UNIT = "city", "own", "unit"
CITYWIDE = (Role.OFFICE, Role.SUPERVISION)
REVIEWED = (Role.OFFICE, *LEADING)  # who is sent the month's review


@dataclass(frozen=True, slots=True)
class Scope:
    """`id` is the person's (own), the unit's (unit), or 0 (city). Written as own:5, unit:3, city:0."""

    kind: str
    id: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        kind, _, number = text.partition(":")
        return cls(kind, int(number or 0))

    def holds(self, today: date) -> ColumnElement[bool]:
        """The condition that a project belongs to it on that day."""
        match self.kind:
            case "city":
                return true()
            case "unit":
                return Project.unit_id == self.id
        return Project.id.in_(_led_by(self.id, today))


def _led_by(person_id: int, today: date):  # type: ignore[no-untyped-def]  # noqa: ANN202 - SQLAlchemy's own type
    return select(Responsibility.project_id).where(
        Responsibility.person_id == person_id,
        Responsibility.role.in_(LEADING),
        Responsibility.since <= today,
        or_(Responsibility.until.is_(None), Responsibility.until > today),
    )


def of_people(session: Session, person_ids: Collection[int], today: date) -> dict[int, Scope]:
    """The scope of each of these people who has one."""
    rows = session.execute(
        select(PersonRole.person_id, PersonRole.role, Person.unit_id)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.person_id.in_(person_ids), *_held_on(today))
    ).all()
    roles: dict[int, set[Role]] = {}
    for person_id, role, _ in rows:
        roles.setdefault(person_id, set()).add(role)
    units = {person_id: unit_id for person_id, _, unit_id in rows}
    found = {each: _scope(each, held, units[each]) for each, held in roles.items()}
    return {each: scope for each, scope in found.items() if scope is not None}


def of_person(session: Session, person_id: int, today: date) -> Scope | None:
    return of_people(session, [person_id], today).get(person_id)


def covers(session: Session, scope: Scope, project_ids: Collection[int], today: date) -> bool:
    """Whether all of these projects belong to a scope."""
    wanted = select(Project.id).where(Project.id.in_(project_ids), scope.holds(today))
    return set(project_ids) <= set(session.scalars(wanted))


def gets_digests(session: Session, person_id: int, today: date) -> bool:
    return not people.roles_of(session, person_id, today).isdisjoint(TOLD)


def _held_on(today: date) -> tuple[ColumnElement[bool], ...]:
    return (
        PersonRole.since <= today,
        or_(PersonRole.until.is_(None), PersonRole.until > today),
    )


def _scope(person_id: int, roles: set[Role], unit_id: int) -> Scope | None:
    if not roles.isdisjoint(CITYWIDE):
        return Scope(CITY)
    if not roles.isdisjoint(LEADING):
        return Scope(OWN, person_id)
    return Scope(UNIT, unit_id) if Role.HEAD in roles else None
