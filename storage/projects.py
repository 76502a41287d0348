"""Projects as a person sees them: which ones are theirs, and what has been done on one so far. Money in yuan."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from rules.kinds import DutyKind, ProjectKind, ProjectState, ReportKind, Role
from storage.tables.registry import Milestone, Person, Project, Responsibility, YearPlan
from storage.tables.reporting import Duty, Report, ReportVersion

REPORTING = (Role.REPORTER, Role.DEPUTY, Role.HEAD)

_filer = aliased(Person)


@dataclass(frozen=True, slots=True)
class Done:
    """What stands before a period's own report: plan and cumulatives (年初累计, 开工累计)."""

    year_plan: int
    year: int
    total: int


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


def open_for_progress(
    session: Session, person_id: int, now: datetime, today: date
) -> "list[Row[int, int, str, ProjectKind, int, str, int, str]]":
    """The person's projects with a monthly duty open at `now`: still owed first, then those reported."""
    statement = (
        select(
            Project.id,
            Project.number,
            Project.name,
            Project.kind,
            Project.total_investment,
            Duty.period,
            Report.id.label("report_id"),
            _filer.name.label("filer"),
        )  # fmt: skip
        .join(Responsibility, Responsibility.project_id == Project.id)
        .join(Duty, and_(Duty.project_id == Project.id, Duty.kind == DutyKind.PROGRESS))
        .outerjoin(
            Report,
            and_(
                Report.project_id == Project.id,
                Report.kind == ReportKind.PROGRESS,
                Report.period == Duty.period,
            ),
        )
        .outerjoin(_filer, _filer.id == Report.filed_by)
        .where(
            *reported_by(person_id, today),
            Project.state == ProjectState.ACTIVE,
            Duty.opens <= now,
            Duty.closes > now - timedelta(seconds=1),  # to the second, see storage/duties.py
            Duty.state.is_(None),
        )
        .group_by(Project.id, Duty.id)
        .order_by(Report.id.is_not(None), Project.number, Duty.period)
    )
    return list(session.execute(statement))


def done_before(session: Session, project_id: int, period: str) -> Done:
    """Opening cumulatives plus the reports after them and before `period` (a month, 2012-03), from unrounded yuan."""
    year = period[:4]
    counted = and_(
        Report.project_id == Project.id,
        Report.kind == ReportKind.PROGRESS,
        Report.period > Project.opening_month,
        Report.period < period,
    )
    in_year = case((Report.period >= f"{year}-01", ReportVersion.amount), else_=0)
    row = session.execute(
        select(
            func.coalesce(YearPlan.amount, 0),
            case((Project.opening_month >= f"{year}-01", Project.opening_year_done), else_=0)
            + func.coalesce(func.sum(in_year), 0),
            Project.opening_total_done + func.coalesce(func.sum(ReportVersion.amount), 0),
        )
        .select_from(Project)
        .outerjoin(YearPlan, and_(YearPlan.project_id == Project.id, YearPlan.year == int(year)))
        .outerjoin(Report, counted)
        .outerjoin(
            ReportVersion, and_(ReportVersion.report_id == Report.id, ReportVersion.version == Report.version)
        )
        .where(Project.id == project_id)
        .group_by(Project.id, YearPlan.id)
    ).one()
    return Done(int(row[0]), int(row[1]), int(row[2]))


def milestone_due(session: Session, project_id: int, until: date) -> bool:
    """Whether a milestone is planned by that day and not done."""
    return (
        session.execute(
            select(Milestone.id)
            .where(Milestone.project_id == project_id, Milestone.planned <= until, Milestone.actual.is_(None))
            .limit(1)
        ).first()
        is not None
    )
