"""Projects as a person sees them: which ones are theirs, and what has been done on one so far. Money in yuan."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from rules.duties import ProjectFacts
from rules.kinds import DutyKind, DutyState, ProjectKind, ProjectState, ReportKind, Role, Stage
from rules.scope import REPORTING
from storage import people
from storage.prepared import Change, Query
from storage.tables.registry import Milestone, Person, Project, Responsibility, YearPlan
from storage.tables.reporting import Duty, Report, ReportVersion


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


class OpenProject(NamedTuple):
    """A project with a monthly duty open, and the report that stands for it."""

    id: int
    number: int
    name: str
    initials: str
    kind: ProjectKind
    total_investment: int
    period: str
    report_id: int | None
    filer: str | None
    returned: str | None  # why the office gave the report back; None if it did not

    @property
    def owed(self) -> bool:
        return self.report_id is None or self.returned is not None


class Due(NamedTuple):
    """A milestone that has fallen due and is not done."""

    id: int
    name: str
    planned: date


class Named(NamedTuple):
    id: int
    name: str
    unit_id: int


def stay(project: Project) -> ProjectFacts:
    """A project's present stay on the expected list, as the rules want to know it."""
    return ProjectFacts(
        state=project.state,
        since=project.resumed or project.registered,
        until=project.ended,
        sub=project.parent_id is not None,
        owes_itself=project.sub_owes,
    )


def reported_by(person_id: int, today: date) -> tuple[ColumnElement[bool], ...]:
    """The condition that a person reports for a project today (联络人, 分管领导, 一把手)."""
    return (
        Responsibility.person_id == person_id,
        Responsibility.role.in_(REPORTING),
        Responsibility.since <= today,
        or_(Responsibility.until.is_(None), Responsibility.until > today),
    )


def of_person(
    session: Session, person_id: int, today: date
) -> "list[Row[int, int, str, ProjectKind, int, str]]":
    """Active projects that the person reports for: id, number, name, kind, unit_id, initials."""
    statement = (
        select(Project.id, Project.number, Project.name, Project.kind, Project.unit_id, Project.initials)
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


def that_may_be_named(
    session: Session, person_id: int, unit_id: int, today: date
) -> "list[Row[int, int, str, str]]":
    """Active projects whose reports a person may pass on: all for the office, else those of the own unit."""
    wanted = select(Project.id, Project.number, Project.name, Project.initials).where(
        Project.state == ProjectState.ACTIVE
    )
    if Role.OFFICE not in people.roles_of(session, person_id, today):
        wanted = wanted.where(Project.unit_id == unit_id)
    return list(session.execute(wanted.order_by(Project.number)))


_project, _duty, _report = Project.__table__.c, Duty.__table__.c, Report.__table__.c
_version, _plan, _answers = ReportVersion.__table__.c, YearPlan.__table__.c, Responsibility.__table__.c
_filer = Person.__table__.alias("filer")

# Statements of the hot path (storage/prepared.py).
_OPEN_FOR_PROGRESS = Query(
    select(
        _project.id,
        _project.number,
        _project.name,
        _project.initials,
        _project.kind,
        _project.total_investment,
        _duty.period,
        _report.id,
        _filer.c.name,
        case((_report.returned.is_not(None), _report.returned_because)),
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
                _report.withdrawn.is_(None),
            ),
        )
        .outerjoin(_filer, _filer.c.id == _report.filed_by)
    )
    .where(
        _answers.person_id == bindparam("person"),
        or_(*(_answers.role == role for role in REPORTING)),  # an IN is compiled anew at each execution
        _answers.since <= bindparam("today"),
        or_(_answers.until.is_(None), _answers.until > bindparam("today")),
        _duty.opens <= bindparam("now"),
        # Not closed, or opened again by the office; of the duty alone, so that the past costs no look at reports.
        or_(
            _duty.state.is_(None),
            and_(_duty.state == DutyState.MISSED, _duty.unlocked_until > bindparam("closing")),
        ),
        _duty.exempt.is_(None),
        # Past its instants only what was returned and can still be mended.
        or_(
            _duty.state.is_not(None),
            _duty.closes > bindparam("closing"),
            _report.mend_by > bindparam("closing"),
        ),
    )
    .group_by(_project.id, _duty.id)
    .order_by(and_(_report.id.is_not(None), _report.returned.is_(None)), _project.number, _duty.period),
    OpenProject,
)
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


_NAMED = Query(
    select(_project.id, _project.name, _project.unit_id).where(_project.id == bindparam("project")), Named
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
    """The person's projects with a monthly duty open at `now`: still owed or returned first, then those reported.

    What is open is a duty's to say, not the project's: one that was paused since still owes the month before.
    """
    closing = now - timedelta(seconds=1)  # to the second, see storage/duties.py
    return _OPEN_FOR_PROGRESS.all(session, person=person_id, now=now, closing=closing, today=today)


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


def start(session: Session, project_id: int, day: date) -> None:
    """A project has begun: from that day, whatever kept it before."""
    _start(session, project_id, start_actual=day, not_started_because="", stage=Stage.STARTED)


def hold_back(session: Session, project_id: int, because: str) -> None:
    """A project has not begun yet, and this is why."""
    _start(session, project_id, not_started_because=because)


def _start(session: Session, project_id: int, **values: object) -> None:
    wanted = update(Project).where(Project.id == project_id, Project.start_actual.is_(None))
    session.execute(wanted.values(**values))


def reach_milestone(session: Session, milestone_id: int, done: date | None, why_late: str) -> None:
    """What was said of a milestone: done on a day, or why it is not."""
    values = {"actual": done, "why_late": "" if done else why_late}
    session.execute(update(Milestone).where(Milestone.id == milestone_id).values(**values))
