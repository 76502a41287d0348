"""Projects as a person sees them: which ones are theirs, and what has been done on one so far. Money in yuan."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, and_, bindparam, case, or_, select, union_all
from sqlalchemy.orm import Session

from rules.duties import ProjectFacts
from rules.kinds import DutyKind, ProjectKind, ProjectState, ReportKind, Role
from rules.scope import REPORTING
from storage import leaves, people
from storage.few import few
from storage.prepared import Query
from storage.tables.registry import Person, Project, Responsibility, YearPlan
from storage.tables.reporting import Duty, Report, ReportVersion


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


class Named(NamedTuple):
    id: int
    name: str
    unit_id: int


def stay(project: Project) -> ProjectFacts:
    """A project's present stay on the expected list, as the rules want to know it."""
    return ProjectFacts(
        state=project.state,
        since=project.resumed or project.registered,
        until=project.ended or project.paused,
        sub=project.parent_id is not None,
        owes_itself=project.sub_owes,
    )


def reported_by(person_id: int, today: date) -> tuple[ColumnElement[bool], ...]:
    """The condition that a person reports for a project today (联络人, 分管领导, 一把手, or who stands in for one)."""
    return (
        Responsibility.person_id.in_(leaves.covered_by(person_id, today)),
        Responsibility.role.in_(REPORTING),
        Responsibility.since <= today,
        or_(Responsibility.until.is_(None), Responsibility.until > today),
    )


def of_person(
    session: Session, person_id: int, today: date, also: Collection[int] = ()
) -> "list[Row[int, int, str, ProjectKind, int, str]]":
    """Active projects that the person reports for: id, number, name, kind, unit_id, initials.

    `also` those of these that are paused or have ended, but still owe something.
    """
    statement = (
        select(Project.id, Project.number, Project.name, Project.kind, Project.unit_id, Project.initials)
        .join(Responsibility, Responsibility.project_id == Project.id)
        .where(
            *reported_by(person_id, today),
            or_(Project.state == ProjectState.ACTIVE, Project.id.in_(list(also))),
        )
        .group_by(Project.id)
        .order_by(Project.number)
    )
    return list(session.execute(statement))


def reporters(session: Session, project_id: int, today: date) -> list[int]:
    """Who reports for a project today: 联络人, 分管领导, 一把手, then who stands in for one of them."""
    themselves = people.responsible(session, project_id, REPORTING, today)
    others = leaves.standing_in(session, themselves, today).values()
    return list(dict.fromkeys([*themselves, *(each for each in others if each is not None)]))


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

_own = select(_answers.project_id).where(
    _answers.person_id.in_(leaves.covered_by(bindparam("person"), bindparam("today"))),
    or_(*(_answers.role == role for role in REPORTING)),  # an IN is compiled anew at each execution
    _answers.since <= bindparam("today"),
    or_(_answers.until.is_(None), _answers.until > bindparam("today")),
)
# Not closed, or opened again by the office. The few are named first, each kind by its own index: else all of a
# project's history would be read for them.
_not_closed = union_all(
    select(_duty.id).where(_duty.state.is_(None), _duty.project_id.in_(_own)),
    select(_duty.id).where(_duty.state.is_not(None), _duty.unlocked_until > bindparam("closing")),
)
_open = (
    select(_duty.project_id, _duty.period, _duty.state, _duty.closes)
    .where(
        few(_duty.id, _not_closed), _duty.project_id.in_(_own), _duty.kind == DutyKind.PROGRESS,
        _duty.opens <= bindparam("now"), _duty.exempt.is_(None),
    )
    .cte("open_duties")
    .prefix_with("MATERIALIZED")
)  # fmt: skip

# Statements of the hot path (storage/prepared.py).
_OPEN_FOR_PROGRESS = Query(
    select(
        _project.id,
        _project.number,
        _project.name,
        _project.initials,
        _project.kind,
        _project.total_investment,
        _open.c.period,
        _report.id,
        _filer.c.name,
        case((_report.returned.is_not(None), _report.returned_because)),
    )
    .select_from(
        _open.join(Project.__table__, _project.id == _open.c.project_id)
        .outerjoin(
            Report.__table__,
            and_(
                _report.project_id == _project.id,
                _report.kind == ReportKind.PROGRESS,
                _report.period == _open.c.period,
                _report.withdrawn.is_(None),
            ),
        )
        .outerjoin(_filer, _filer.c.id == _report.filed_by)
    )
    .where(
        # Past its instants only what was returned and can still be mended.
        or_(
            _open.c.state.is_not(None),
            _open.c.closes > bindparam("closing"),
            _report.mend_by > bindparam("closing"),
        )
    )
    .order_by(and_(_report.id.is_not(None), _report.returned.is_(None)), _project.number, _open.c.period),
    OpenProject,
)


_NAMED = Query(
    select(_project.id, _project.name, _project.unit_id).where(_project.id == bindparam("project")), Named
)


def named(session: Session, project_id: int) -> Named:
    """A project that exists."""
    return _NAMED.one(session, project=project_id)


def open_for_progress(session: Session, person_id: int, now: datetime, today: date) -> list[OpenProject]:
    """The person's projects with a monthly duty open at `now`: still owed or returned first, then those reported.

    What is open is a duty's to say, not the project's: one that was paused since still owes the month before.
    """
    closing = now - timedelta(seconds=1)  # to the second, see storage/duties.py
    return _OPEN_FOR_PROGRESS.all(session, person=person_id, now=now, closing=closing, today=today)
