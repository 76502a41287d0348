"""How far a project is (推进): what has been done so far, its milestones, its start. Money in yuan."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from rules.figures import Added, Cumulative, Opening, cumulate
from rules.kinds import DutyKind, ProjectKind, ReportKind
from rules.scope import REPORTING
from storage.leaves import covered_by
from storage.prepared import Query
from storage.tables.registry import Milestone, Project, Responsibility, YearPlan
from storage.tables.reporting import Duty, Report, ReportVersion

_project, _report, _duty = Project.__table__.c, Report.__table__.c, Duty.__table__.c
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
    contained: bool  # the opening figures hold the period already: what stood after it is not known


class Due(NamedTuple):
    """A milestone that has fallen due and is not done."""

    id: int
    name: str
    planned: date


def counting() -> ColumnElement[bool]:
    """The condition that what a report says was done counts: it stands.

    One that was returned counts as long as it may be mended; once its duty is closed or exempt without it, its money
    was refused and its month is a silent one.
    """
    settled_without = (
        select(_duty.id)
        .where(
            _duty.project_id == _report.project_id,
            _duty.kind == DutyKind.PROGRESS,
            _duty.period == _report.period,
            _duty.subject == "",
            or_(_duty.state.is_not(None), _duty.exempt.is_not(None)),
        )
        .correlate(Report.__table__)
        .exists()
    )
    return and_(_report.withdrawn.is_(None), or_(_report.returned.is_(None), ~settled_without))


class _Row(NamedTuple):
    """A project, and one of its reports if there is any."""

    year_plan: int
    opening_month: str
    opening_year: int
    opening_total: int
    started: date | None
    because: str
    period: str | None
    amount: int
    backfill_year: int | None
    backfill_total: int | None
    backfilled: list[str] | None


_REPORTED = Query(
    select(
        func.coalesce(_plan.amount, 0),
        _project.opening_month,
        _project.opening_year_done,
        _project.opening_total_done,
        _project.start_actual,
        _project.not_started_because,
        _report.period,
        func.coalesce(_version.amount, 0),
        _version.backfill_year,
        _version.backfill_total,
        _version.backfilled,
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
                _report.period <= bindparam("period"),
                _report.withdrawn.is_(None),
                or_(_report.period == bindparam("period"), counting()),
            ),
        )
        .outerjoin(
            ReportVersion.__table__,
            and_(_version.report_id == _report.id, _version.version == _report.version),
        )
    )
    .where(_project.id == bindparam("project"))
    .order_by(_report.period),
    _Row,
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
    """What stands before the report of `period` (a month, 2012-03): what is missing to the cumulatives after it.

    With what it says itself (its amount, and what it makes up for) added, that is what `rules.figures` comes to.
    """
    rows = _REPORTED.all(session, project=project_id, period=period, year=int(period[:4]))
    first = rows[0]
    opening = Opening(first.opening_month, first.opening_year, first.opening_total)
    reports = [_added(row, row.period) for row in rows if row.period is not None]
    before = [report for report in reports if report.month != period]
    own = next((report for report in reports if report.month == period), Added(period, 0))
    *_, after = cumulate(opening, [*before, own])
    contained = after is None
    if after is None:
        after = Cumulative(opening.year if opening.month[:4] == period[:4] else 0, opening.total)
    return Done(
        first.year_plan,
        after.year - own.amount - own.made_up_year,
        after.total - own.amount - own.made_up_total,
        max([opening.month, *(report.month for report in before)]),
        first.started,
        first.because,
        contained,
    )


def _added(row: _Row, month: str) -> Added:
    made_up_for = tuple(row.backfilled or ())
    return Added(month, row.amount, row.backfill_year or 0, row.backfill_total or 0, made_up_for)


def milestones_due(session: Session, project_id: int, until: date) -> list[Due]:
    """The milestones that are planned by that day and not done."""
    return _MILESTONE_DUE.all(session, project=project_id, until=until)


_answers, _undone = Responsibility.__table__.c, Milestone.__table__.alias("undone").c
_UNMOVED = Query(
    select(_report.project_id)
    .select_from(
        Responsibility.__table__.join(Report.__table__, _report.project_id == _answers.project_id).join(
            Project.__table__, _project.id == _report.project_id
        )
    )
    .where(
        _answers.person_id.in_(covered_by(bindparam("person"), bindparam("today"))),
        or_(*(_answers.role == role for role in REPORTING)),
        _answers.since <= bindparam("today"),
        or_(_answers.until.is_(None), _answers.until > bindparam("today")),
        _report.kind == ReportKind.PROGRESS,
        _report.period == bindparam("last"),
        _report.withdrawn.is_(None),
        _report.returned.is_(None),
        or_(_project.start_actual.is_not(None), _project.kind == ProjectKind.PRELIMINARY),
        ~select(_undone.id)
        .where(
            _undone.project_id == _project.id,
            _undone.planned <= bindparam("until"),
            _undone.actual.is_(None),
        )
        .exists(),
    )
    .group_by(_report.project_id),
    int,
)


def unmoved(session: Session, person_id: int, last: str, until: date, today: date) -> set[int]:
    """The person's projects that may say 同上月 (decisions: 6) after the month `last`.

    Its report stands and was not returned, the project has started or is 前期, and no milestone is due by `until`.
    """
    return set(_UNMOVED.all(session, person=person_id, last=last, until=until, today=today))
