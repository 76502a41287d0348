"""What a question about projects (问一句) is answered from: one grouped query each, over a condition on projects.

Rule 1  A condition says whose projects and which of them (storage/scopes.py); nothing here reads beyond it.
Rule 2  How many queries an answer takes does not depend on how many projects there are.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState, Light, PlaceKind, ProjectState, ReportKind, Role
from rules.periods import Period
from rules.scope import LEADING, REPORTING
from storage import advance
from storage.spending import counted
from storage.tables.lights import ProjectLight
from storage.tables.registry import Person, Project, Responsibility, Unit
from storage.tables.reporting import Duty, Report, ReportVersion

_COLUMNS = {
    PlaceKind.DISTRICT: Project.district,
    PlaceKind.FRONT: Project.front,
    PlaceKind.CATEGORY: Project.category,
    PlaceKind.KIND: Project.kind,
    PlaceKind.UNIT: Project.unit_id,
}
Condition = ColumnElement[bool]


class Listed(NamedTuple):
    """A project in a list, with its light; None if it has none."""

    id: int
    number: int
    name: str
    light: Light | None


class Answering(NamedTuple):
    """Who answers for a project, as what."""

    role: Role
    name: str
    phone: str


def in_places(where: Sequence[tuple[PlaceKind, str]], today: date) -> Condition:
    """The condition that a project is in these places: of one kind in any of them, of several kinds in all."""
    of_kind: dict[PlaceKind, list[str]] = {}
    for kind, value in where:
        of_kind.setdefault(kind, []).append(value)
    return and_(Project.id.is_not(None), *(_in(kind, values, today) for kind, values in of_kind.items()))


def _in(kind: PlaceKind, values: list[str], today: date) -> Condition:
    if kind is PlaceKind.LEADER:
        return Project.id.in_(
            select(Responsibility.project_id).where(
                Responsibility.person_id.in_([int(value) for value in values]), *_leading_on(today)
            )
        )
    return _COLUMNS[kind].in_([int(value) for value in values] if kind is PlaceKind.UNIT else values)


def _leading_on(today: date) -> tuple[Condition, ...]:
    return Responsibility.role.in_(LEADING), *_answering_on(today)


def _answering_on(today: date) -> tuple[Condition, ...]:
    return (
        Responsibility.since <= today,
        or_(Responsibility.until.is_(None), Responsibility.until > today),
    )


def places(session: Session, which: Condition) -> list[tuple[str, str, str, int, str]]:
    """Where projects are: district, front, category, unit; each combination once."""
    wanted = (
        select(Project.district, Project.front, Project.category, Project.unit_id, Unit.name)
        .join(Unit, Unit.id == Project.unit_id)
        .where(which)
        .distinct()
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(wanted)]


def leaders(session: Session, which: Condition, today: date) -> list[tuple[int, str, str]]:
    """Who leads projects (牵头领导): id, name, title."""
    led = (
        select(Responsibility.person_id)
        .join(Project, Project.id == Responsibility.project_id)
        .where(which, Responsibility.role == Role.LEAD_LEADER, *_answering_on(today))
    )
    wanted = select(Person.id, Person.name, Person.title).where(Person.id.in_(led)).order_by(Person.id)
    return [(leader, name, title) for leader, name, title in session.execute(wanted)]


def count(session: Session, which: Condition) -> int:
    """How many projects have not ended."""
    wanted = select(func.count()).select_from(Project).where(which, Project.state != ProjectState.ENDED)
    return session.scalar(wanted) or 0


def listed(session: Session, which: Condition, limit: int, offset: int) -> list[Listed]:
    """Projects that have not ended, by number."""
    wanted = (
        select(Project.id, Project.number, Project.name, ProjectLight.light)
        .outerjoin(ProjectLight, _standing())
        .where(which, Project.state != ProjectState.ENDED)
        .order_by(Project.number)
        .limit(limit)
        .offset(offset)
    )
    return [Listed(*row) for row in session.execute(wanted)]


def _standing() -> Condition:
    return and_(ProjectLight.project_id == Project.id, ProjectLight.replaced.is_(None))


def lights(session: Session, which: Condition, by: PlaceKind | None) -> dict[str, dict[Light | None, int]]:
    """How many projects on the list have each light, by district or unit and so on ("" for all together)."""
    named = Unit.name if by is PlaceKind.UNIT else _COLUMNS[by] if by is not None else None
    columns = (
        (ProjectLight.light, func.count()) if named is None else (ProjectLight.light, func.count(), named)
    )
    wanted = (
        select(*columns)
        .select_from(Project)
        .outerjoin(ProjectLight, _standing())
        .where(which, Project.state == ProjectState.ACTIVE)
        .group_by(ProjectLight.light, *([] if named is None else [named]))
    )
    if by is PlaceKind.UNIT:
        wanted = wanted.join(Unit, Unit.id == Project.unit_id)
    found: dict[str, dict[Light | None, int]] = {}
    for light, number, *name in session.execute(wanted):
        found.setdefault(str(name[0]) if name else "", {})[light] = number
    return found


def done_in(session: Session, which: Condition, month: Period) -> int:
    """本月完成投资, yuan: what was reported for a month, of projects whose money is counted (storage/spending.py)."""
    wanted = (
        select(func.coalesce(func.sum(ReportVersion.amount), 0))
        .join(Report, and_(Report.id == ReportVersion.report_id, Report.version == ReportVersion.version))
        .join(Project, Project.id == Report.project_id)
        .where(
            which,
            *counted(month.year),
            Report.kind == ReportKind.PROGRESS,
            Report.period == str(month),
            Report.period > Project.opening_month,
            advance.counting(),
        )
    )
    return session.scalar(wanted) or 0


def is_unreported(session: Session, which: Condition, month: Period, now: datetime) -> bool:
    """Whether a month was owed, and nobody has reported it: then nothing is known of it, which is not nothing done."""
    owed = (
        select(Duty.id)
        .join(Project, Project.id == Duty.project_id)
        .where(
            which,
            Duty.kind == DutyKind.PROGRESS,
            Duty.period == str(month),
            Duty.opens <= now,
            or_(Duty.state.is_(None), Duty.state.not_in((DutyState.EXEMPT, DutyState.VOID))),
        )
    )
    reported = (
        select(Report.id)
        .join(Project, Project.id == Report.project_id)
        .where(which, Report.kind == ReportKind.PROGRESS, Report.period == str(month), advance.counting())
    )
    return bool(session.scalar(select(owed.exists() & ~reported.exists())))


def first_month(session: Session, which: Condition) -> Period | None:
    """The first month of which there are figures: of a report, or those that projects began with."""
    opening = session.scalar(
        select(func.min(Project.opening_month)).where(which, Project.opening_month != "")
    )
    reported = session.scalar(
        select(func.min(Report.period))
        .join(Project, Project.id == Report.project_id)
        .where(which, Report.kind == ReportKind.PROGRESS, Report.withdrawn.is_(None))
    )
    known = [month for month in (opening, reported) if month]
    return Period.parse(min(known)) if known else None


def last_report(session: Session, project_id: int) -> tuple[Report, ReportVersion, str] | None:
    """The newest month that was reported and stands, as it reads now, and who filed it."""
    wanted = (
        select(Report, ReportVersion, Person.name)
        .join(
            ReportVersion, and_(ReportVersion.report_id == Report.id, ReportVersion.version == Report.version)
        )
        .join(Person, Person.id == ReportVersion.filed_by)
        .where(
            Report.project_id == project_id,
            Report.kind == ReportKind.PROGRESS,
            Report.withdrawn.is_(None),
        )
        .order_by(Report.period.desc())
        .limit(1)
    )
    row = session.execute(wanted).first()
    return (row[0], row[1], row[2]) if row else None


def reported_months(session: Session, project_id: int, year: int) -> set[str]:
    """The months of a year for which a report stands."""
    wanted = select(Report.period).where(
        Report.project_id == project_id,
        Report.kind == ReportKind.PROGRESS,
        Report.period.startswith(f"{year}-"),
        Report.withdrawn.is_(None),
    )
    return set(session.scalars(wanted))


def answering(session: Session, project_id: int, today: date) -> Mapping[Role, list[Answering]]:
    """Who answers for a project today: who leads it, the unit's head, deputy and contact."""
    wanted = (
        select(Responsibility.role, Person.name, func.coalesce(Person.phone, ""))
        .join(Person, Person.id == Responsibility.person_id)
        .where(
            Responsibility.project_id == project_id,
            Responsibility.role.in_((Role.LEAD_LEADER, *REPORTING)),
            Person.active.is_(True),
            *_answering_on(today),
        )
        .order_by(Responsibility.id)
    )
    found: dict[Role, list[Answering]] = {}
    for row in session.execute(wanted):
        found.setdefault(row[0], []).append(Answering(*row))
    return found
