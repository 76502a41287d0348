"""Projects as a person sees them: which ones are theirs, and what has been done on one so far. Money in yuan."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, ProjectKind, ProjectState, ReportKind, Role, Stage
from rules.scope import REPORTING
from storage.prepared import Change, Query
from storage.tables.registry import Milestone, Person, Project, Responsibility, YearPlan
from storage.tables.reporting import Duty, Report, ReportVersion


@dataclass(frozen=True, slots=True)
class Done:
    """What stands before a period's own report: plan and cumulatives (年初累计, 开工累计)."""

    year_plan: int
    year: int
    total: int


class OpenProject(NamedTuple):
    """A project with a monthly duty open, and the report that stands for it."""

    id: int
    number: int
    name: str
    kind: ProjectKind
    total_investment: int
    period: str
    report_id: int | None
    filer: str | None


class Named(NamedTuple):
    id: int
    name: str
    unit_id: int


def reported_by(person_id: int, today: date) -> tuple[ColumnElement[bool], ...]:
    """The condition that a person reports for a project today (联络人, 分管领导, 一把手)."""
    return (
        Responsibility.person_id == person_id,
        Responsibility.role.in_(REPORTING),
        Responsibility.since <= today,
        or_(Responsibility.until.is_(None), Responsibility.until > today),
    )


def of_person(session: Session, person_id: int, today: date) -> "list[Row[int, int, str, ProjectKind, int]]":
    """Active projects that the person reports for: id, number, name, kind, unit_id."""
    statement = (
        select(Project.id, Project.number, Project.name, Project.kind, Project.unit_id)
        .join(Responsibility, Responsibility.project_id == Project.id)
        .where(*reported_by(person_id, today), Project.state == ProjectState.ACTIVE)
        .group_by(Project.id)
        .order_by(Project.number)
    )
    return list(session.execute(statement))


def listed(session: Session) -> "list[Row[int, int, str]]":
    """Every project that has not ended: id, number, name."""
    wanted = select(Project.id, Project.number, Project.name).where(Project.state != ProjectState.ENDED)
    return list(session.execute(wanted.order_by(Project.number)))


def these(session: Session, project_ids: Collection[int]) -> list[Project]:
    """The projects with these ids, by number."""
    wanted = select(Project).where(Project.id.in_(project_ids)).order_by(Project.number)
    return list(session.scalars(wanted))


def without_reporter(session: Session, project_ids: Collection[int], today: date) -> list[str]:
    """The names of those of these active projects for which no contact (联络人) answers today."""
    has = (
        select(Responsibility.id)
        .where(
            Responsibility.project_id == Project.id,
            Responsibility.role == Role.REPORTER,
            Responsibility.since <= today,
            or_(Responsibility.until.is_(None), Responsibility.until > today),
        )
        .exists()
    )
    wanted = select(Project.name).where(
        Project.id.in_(project_ids), Project.state == ProjectState.ACTIVE, ~has
    )
    return list(session.scalars(wanted.order_by(Project.number)))


_project, _duty, _report = Project.__table__.c, Duty.__table__.c, Report.__table__.c
_version, _plan, _answers = ReportVersion.__table__.c, YearPlan.__table__.c, Responsibility.__table__.c
_filer = Person.__table__.alias("filer")

# Statements of the hot path (storage/prepared.py).
_OPEN_FOR_PROGRESS = Query(
    select(
        _project.id,
        _project.number,
        _project.name,
        _project.kind,
        _project.total_investment,
        _duty.period,
        _report.id,
        _filer.c.name,
    )
    .select_from(
        Responsibility.__table__.join(Project.__table__, _project.id == _answers.project_id)
        .join(Duty.__table__, and_(_duty.project_id == _project.id, _duty.kind == DutyKind.PROGRESS))
        .outerjoin(
            Report.__table__,
            and_(
                _report.project_id == _project.id,
                _report.kind == ReportKind.PROGRESS,
                _report.period == _duty.period,
            ),
        )
        .outerjoin(_filer, _filer.c.id == _report.filed_by)
    )
    .where(
        _answers.person_id == bindparam("person"),
        or_(*(_answers.role == role for role in REPORTING)),  # an IN is compiled anew at each execution
        _answers.since <= bindparam("today"),
        or_(_answers.until.is_(None), _answers.until > bindparam("today")),
        _project.state == ProjectState.ACTIVE,
        _duty.opens <= bindparam("now"),
        _duty.closes > bindparam("closing"),
        _duty.state.is_(None),
    )
    .group_by(_project.id, _duty.id)
    .order_by(_report.id.is_not(None), _project.number, _duty.period),
    OpenProject,
)
_DONE_BEFORE = Query(
    select(
        func.coalesce(_plan.amount, 0),
        case((_project.opening_month >= bindparam("january"), _project.opening_year_done), else_=0)
        + func.coalesce(
            func.sum(case((_report.period >= bindparam("january"), _version.amount), else_=0)), 0
        ),
        _project.opening_total_done + func.coalesce(func.sum(_version.amount), 0),
    )
    .select_from(
        Project.__table__.outerjoin(
            YearPlan.__table__, and_(_plan.project_id == _project.id, _plan.year == bindparam("year"))
        )
        .outerjoin(
            Report.__table__,
            and_(
                _report.project_id == _project.id,
                _report.kind == ReportKind.PROGRESS,
                _report.period > _project.opening_month,
                _report.period < bindparam("period"),
            ),
        )
        .outerjoin(
            ReportVersion.__table__,
            and_(_version.report_id == _report.id, _version.version == _report.version),
        )
    )
    .where(_project.id == bindparam("project"))
    .group_by(_project.id, _plan.id),
    Done,
)


_NAMED = Query(
    select(_project.id, _project.name, _project.unit_id).where(_project.id == bindparam("project")), Named
)
_milestone = Milestone.__table__.c
_MILESTONE_DUE = Query(
    select(_milestone.id)
    .where(
        _milestone.project_id == bindparam("project"),
        _milestone.planned <= bindparam("until"),
        _milestone.actual.is_(None),
    )
    .limit(1),
    int,
)
_REACHED = Change(
    update(Project.metadata.tables["projects"])
    .where(_project.id == bindparam("project"))
    .values(stage=bindparam("stage_reached"))
)


def named(session: Session, project_id: int) -> Named:
    """A project that exists."""
    return _NAMED.one(session, project=project_id)


def reach(session: Session, project_id: int, stage: Stage) -> None:
    _REACHED.run(session, project=project_id, stage_reached=stage)


def open_for_progress(session: Session, person_id: int, now: datetime, today: date) -> list[OpenProject]:
    """The person's projects with a monthly duty open at `now`: still owed first, then those reported."""
    closing = now - timedelta(seconds=1)  # to the second, see storage/duties.py
    return _OPEN_FOR_PROGRESS.all(session, person=person_id, now=now, closing=closing, today=today)


def done_before(session: Session, project_id: int, period: str) -> Done:
    """Opening cumulatives plus the reports after them and before `period` (a month, 2012-03), in yuan."""
    year = period[:4]
    return _DONE_BEFORE.one(session, project=project_id, period=period, january=f"{year}-01", year=int(year))


def milestone_due(session: Session, project_id: int, until: date) -> bool:
    """Whether a milestone is planned by that day and not done."""
    return _MILESTONE_DUE.first(session, project=project_id, until=until) is not None
