"""Who still owes what can be reported now, counted from the rows of duties.

That is what is open, and past its close what was returned and can still be mended, or stands unlocked.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from rules.kinds import DutyKind
from rules.scope import REPORTING
from storage import leaves
from storage.duties import SECOND, awaited, reportable
from storage.issues import bars
from storage.tables.registry import Person, Project, Responsibility, Unit
from storage.tables.reporting import Duty, Issue

Span = tuple[datetime, datetime]  # the instants of a zero's half-year


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """A period that is open, for all or past its close for some: what is due when."""

    kind: DutyKind
    period: str
    due: datetime
    closes: datetime


class UnitFigures(NamedTuple):
    unit_id: int
    unit: str
    expected: int
    reported: int
    late: int  # of those reported

    @property
    def owing(self) -> int:
        return self.expected - self.reported


class Owing(NamedTuple):
    project_id: int
    project: str
    unit: str
    kind: DutyKind
    period: str
    subject: str  # of a monthly word: the problem's id


class Caller(NamedTuple):
    """Who is telephoned about a project. `away` is who is on leave: whom this one stands in for, or they themselves."""

    id: int
    name: str
    phone: str
    away: str = ""


def open_periods(session: Session, now: datetime) -> list[OpenPeriod]:
    rows = session.execute(
        select(Duty.kind, Duty.period, Duty.due, Duty.closes)
        .where(*reportable(now, Duty.opens <= now))
        .distinct()
        .order_by(Duty.due)
    )
    return [OpenPeriod(*row) for row in rows]


def figures(
    session: Session, period: OpenPeriod, half: Span | None, unit_id: int | None, now: datetime
) -> list[UnitFigures]:
    """Of each unit (or one) what is expected for a period, what came, how much of it late."""
    came = ~awaited()
    late = and_(came, Duty.settled >= period.due + SECOND)
    wanted = (
        select(Duty.unit_id, Unit.name, func.count(), _sum(came), _sum(late))
        .join(Unit, Unit.id == Duty.unit_id)
        .where(*_expected(period, half, unit_id, now))
        .group_by(Duty.unit_id, Unit.name)
        .order_by(Duty.unit_id)
    )
    return [UnitFigures(*row) for row in session.execute(wanted)]


def owing(
    session: Session, period: OpenPeriod, half: Span | None, unit_id: int | None, now: datetime, limit: int
) -> list[Owing]:
    """What has not come, by unit and project."""
    wanted = (
        select(Duty.project_id, Project.name, Unit.name, Duty.kind, Duty.period, Duty.subject)
        .join(Project, Project.id == Duty.project_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(*_expected(period, half, unit_id, now), awaited())
        .order_by(Duty.unit_id, Project.number, Duty.id)
        .limit(limit)
    )
    return [Owing(*row) for row in session.execute(wanted)]


def callers(session: Session, project_ids: Iterable[int], today: date) -> Mapping[int, tuple[Caller, ...]]:
    """Of each project whom to telephone: its contacts, or whoever else reports for it if it has none."""
    rows = session.execute(
        select(Responsibility.project_id, Responsibility.role, Person.id, Person.name, Person.phone)
        .join(Person, Person.id == Responsibility.person_id)
        .where(
            Responsibility.project_id.in_(list(project_ids)),
            Responsibility.role.in_(REPORTING),
            Responsibility.since <= today,
            or_(Responsibility.until.is_(None), Responsibility.until > today),
            Person.active.is_(True),
        )
        .order_by(Responsibility.id)
    )
    found: dict[int, list[tuple[int, Caller]]] = {}
    for project_id, role, person_id, name, phone in rows:
        caller = Caller(person_id, name, phone or "")
        found.setdefault(project_id, []).append((REPORTING.index(role), caller))
    first = {project_id: _first(ranked) for project_id, ranked in found.items()}
    there = _there(session, {caller for named in first.values() for caller in named}, today)
    return {project: tuple(there.get(each.id, each) for each in named) for project, named in first.items()}


def _there(session: Session, callers: Collection[Caller], today: date) -> dict[int, Caller]:
    """Of those who are on leave, who is telephoned instead; nobody stands in: they themselves, marked as away."""
    away = leaves.standing_in(session, [caller.id for caller in callers], today)
    named = select(Person.id, Person.name, Person.phone).where(Person.id.in_([*filter(None, away.values())]))
    others = {row.id: row for row in session.execute(named)} if away else {}
    found = {}
    for caller in callers:
        if caller.id in away:
            other = others.get(away[caller.id] or 0)
            instead = Caller(other.id, other.name, other.phone or "") if other else caller
            found[caller.id] = instead._replace(away=caller.name)
    return found


def _first(ranked: list[tuple[int, Caller]]) -> tuple[Caller, ...]:
    best = min(rank for rank, _ in ranked)
    return tuple(dict.fromkeys(caller for rank, caller in ranked if rank == best))


def _expected(
    period: OpenPeriod, half: Span | None, unit_id: int | None, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    """The duties of a period that count: not exempt, and no zero that a problem of its half-year has answered for.

    A zero that came before the problem stands as filed (`rules.duties.state_of`).
    """
    unit = () if unit_id is None else (Duty.unit_id == unit_id,)
    conditions = (
        *reportable(now, Duty.closes == period.closes, *unit),
        Duty.kind == period.kind,
        Duty.period == period.period,
        Duty.due == period.due,
    )
    if half is None:
        return conditions
    barred = select(Issue.id).where(Issue.project_id == Duty.project_id, bars(*half)).exists()
    return (*conditions, or_(Duty.settled.is_not(None), ~barred))


def _sum(condition: ColumnElement[bool]) -> "ColumnElement[int]":
    return func.sum(case((condition, 1), else_=0))
