"""How far a project is (推进): what has been done so far, its milestones, its start. Money in yuan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from rules.kinds import ProjectKind, ReportKind
from storage.prepared import Query
from storage.tables.registry import Milestone, Project, YearPlan
from storage.tables.reporting import Report, ReportVersion

_project, _report = Project.__table__.c, Report.__table__.c
_version, _plan = ReportVersion.__table__.c, YearPlan.__table__.c


@dataclass(frozen=True, slots=True)
class Done:
    """What stands before a period's own report: plan and cumulatives (年初累计, 开工累计) in yuan.

    `through` is the month up to which they hold: that of the newest report before, or the opening month.
    """

    year_plan: int
    year: int
    total: int
    through: str
    started: date | None
    because: str  # why it has not started, as said last


class Due(NamedTuple):
    """A milestone that has fallen due and is not done."""

    id: int
    name: str
    planned: date


_amount = func.coalesce(_version.amount, 0)


_DONE_BEFORE = Query(
    select(
        func.coalesce(_plan.amount, 0),
        case((_project.opening_month >= bindparam("january"), _project.opening_year_done), else_=0)
        + func.coalesce(
            func.sum(
                case(
                    (_report.period >= bindparam("january"), _amount + _version.backfill_year),
                    else_=0,
                )
            ),
            0,
        ),
        _project.opening_total_done + func.coalesce(func.sum(_amount + _version.backfill_total), 0),
        func.coalesce(func.max(_report.period), _project.opening_month),
        _project.start_actual,
        _project.not_started_because,
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
                _report.withdrawn.is_(None),
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


_milestone = Milestone.__table__.c


_MILESTONE_DUE = Query(
    select(_milestone.id, _milestone.name, _milestone.planned)
    .where(
        _milestone.project_id == bindparam("project"),
        _milestone.planned <= bindparam("until"),
        _milestone.actual.is_(None),
    )
    .order_by(_milestone.planned, _milestone.id),
    Due,
)


def done_before(session: Session, project_id: int, period: str) -> Done:
    """Opening cumulatives plus the reports after them and before `period` (a month, 2012-03), in yuan."""
    year = period[:4]
    return _DONE_BEFORE.one(session, project=project_id, period=period, january=f"{year}-01", year=int(year))


def milestones_due(session: Session, project_id: int, until: date) -> list[Due]:
    """The milestones that are planned by that day and not done."""
    return _MILESTONE_DUE.all(session, project=project_id, until=until)


def unmoved(session: Session, periods: Mapping[int, str], until: date) -> set[int]:
    """Of these projects (id -> last month's period) those that may say 同上月 (decisions: 6).

    Last month's report stands and was not returned, the project has started or is 前期, and no milestone
    is due by `until`.
    """
    due = select(Milestone.project_id).where(Milestone.planned <= until, Milestone.actual.is_(None))
    reported = session.execute(
        select(Report.project_id, Report.period)
        .join(Project, Project.id == Report.project_id)
        .where(
            Report.project_id.in_(periods),
            Report.kind == ReportKind.PROGRESS,
            Report.period.in_(set(periods.values())),
            Report.withdrawn.is_(None),
            Report.returned.is_(None),
            or_(Project.start_actual.is_not(None), Project.kind == ProjectKind.PRELIMINARY),
            Report.project_id.not_in(due),
        )
    )
    return {project for project, period in reported if periods[project] == period}
