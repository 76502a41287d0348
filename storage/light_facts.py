"""What is known of projects for their lights (rules/light_facts.py), many at a time.

Of the reports only those of this year and the last are read: the figures of a year need no others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from rules.book import Book
from rules.figures import Added, Opening, cumulate
from rules.issue_life import OPEN
from rules.kinds import DutyKind, DutyState, ProjectKind, ProjectState, ReportKind, Stage
from rules.light_facts import MonthDone, Overdue, Standing
from rules.periods import Period, latest_opened, window
from storage import advance, light_exemptions
from storage.duties import SECOND
from storage.prepared import Query, among
from storage.tables.registry import Milestone, Project, YearPlan
from storage.tables.reporting import Duty, Issue, Report, ReportVersion

BUILT = (Stage.COMPLETED, Stage.PRODUCING, Stage.YIELDING)
UNREPORTED = (DutyState.MISSED, DutyState.UNDELIVERED)


def _together(*cells: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a row's cells
    return cells


class Candidate(NamedTuple):
    """A project as its row says it, as far as its light needs it."""

    id: int
    number: int
    unit_id: int
    name: str
    state: ProjectState
    kind: ProjectKind
    stage: Stage
    parent_id: int | None
    sub_owes: bool
    start_planned: date | None
    start_actual: date | None
    finish_planned: date | None
    finish_actual: date | None
    opening_month: str
    opening_year_done: int
    opening_total_done: int


_project, _report, _version = Project.__table__.c, Report.__table__.c, ReportVersion.__table__.c
_duty, _plan, _milestone, _issue = (
    Duty.__table__.c,
    YearPlan.__table__.c,
    Milestone.__table__.c,
    Issue.__table__.c,
)

# A city's month closes for all projects at once: statements as on the hot path (storage/prepared.py).
_CANDIDATES = Query(
    select(*(_project[name] for name in Candidate._fields))
    .where(_project.id.in_(among("projects")))
    .order_by(_project.number),
    Candidate,
)
_REPORTED: Query[tuple[Any, ...]] = Query(
    select(
        _report.project_id,
        _report.period,
        _version.amount,
        _version.backfill_year,
        _version.backfill_total,
        _version.backfilled,
    )
    .select_from(
        Report.__table__.join(
            ReportVersion.__table__,
            and_(_version.report_id == _report.id, _version.version == _report.version),
        )
    )
    .where(
        _report.project_id.in_(among("projects")),
        _report.kind == ReportKind.PROGRESS,
        _report.period >= bindparam("since"),
        advance.counting(),
    )
    .order_by(_report.project_id, _report.period),
    _together,
)
_MISSED: Query[tuple[int, str]] = Query(
    select(_duty.project_id, func.max(_duty.period))
    .where(
        _duty.project_id.in_(among("projects")),
        _duty.kind == DutyKind.PROGRESS,
        _duty.period >= bindparam("since"),
        or_(*(_duty.state == state for state in UNREPORTED)),
    )
    .group_by(_duty.project_id),
    _together,
)
_PLANS: Query[tuple[int, int, int]] = Query(
    select(_plan.project_id, _plan.year, _plan.amount).where(_plan.project_id.in_(among("projects"))),
    _together,
)
_MILESTONES: Query[tuple[int, str, date, date | None]] = Query(
    select(_milestone.project_id, _milestone.name, _milestone.planned, _milestone.actual)
    .where(_milestone.project_id.in_(among("projects")))
    .order_by(_milestone.planned, _milestone.id),
    _together,
)
_PROBLEMS: Query[tuple[int, int, str, datetime, datetime | None]] = Query(
    select(_issue.project_id, _issue.id, _issue.category, _issue.filed, _issue.due)
    .where(
        _issue.drill.is_(False),
        _issue.project_id.in_(among("projects")),
        or_(*(_issue.state == state for state in OPEN)),
    )
    .order_by(_issue.id),
    _together,
)


@dataclass(frozen=True, slots=True)
class _Reported:
    """A project's reports since a year began: the months, and what those of money add."""

    months: tuple[str, ...]
    added: tuple[Added, ...]


def standings(
    session: Session, project_ids: Collection[int], book: Book, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[Candidate, Standing]]:
    """What is known of each of these projects at `now`, by number."""
    today, ids = now.astimezone(zone).date(), list(project_ids)
    closed = closed_month(book, now, zone)
    since = f"{closed.year - 1}-01"
    reported, missed = _reported(session, ids, since), _missed(session, ids, since)
    plans, milestones = _plans(session, ids), _milestones(session, ids, today)
    problems, exempt = _problems(session, ids, book, zone), light_exemptions.exempt_until(session, ids, today)
    for project in _CANDIDATES.all(session, projects=ids):
        reports = reported.get(project.id, _Reported((), ()))
        late = milestones.get(project.id)
        yield (
            project,
            Standing(
                today=today,
                closed=closed,
                state=project.state,
                kind=project.kind,
                figures=_figures(project, reports, plans, since),
                missed=_still_missed(missed.get(project.id), reports),
                reports=project.parent_id is None or project.sub_owes,
                completed=project.finish_actual is not None or project.stage in BUILT,
                start_planned=project.start_planned,
                start_actual=project.start_actual,
                finish_planned=project.finish_planned,
                milestones=late is not None,
                late=late or (),
                problems=problems.get(project.id, ()),
                exempt=exempt.get(project.id),
            ),
        )


def closed_month(book: Book, now: datetime, zone: ZoneInfo) -> Period:
    """The newest month whose reports are closed."""
    month = latest_opened(DutyKind.PROGRESS, now, book, zone)
    while window(DutyKind.PROGRESS, month, book, zone).closes + SECOND > now:
        month = month.previous()
    return month


def _reported(session: Session, ids: list[int], since: str) -> dict[int, _Reported]:
    """The reports that stand, by project, the oldest first."""
    rows = _REPORTED.all(session, projects=ids, since=since)
    months: dict[int, list[str]] = defaultdict(list)
    added: dict[int, list[Added]] = defaultdict(list)
    for project, month, amount, year, total, backfilled in rows:
        months[project].append(month)
        if amount is not None:
            added[project].append(Added(month, amount, year, total, tuple(backfilled or ())))
    return {project: _Reported(tuple(each), tuple(added[project])) for project, each in months.items()}


def _figures(
    project: Candidate, reported: _Reported, plans: Mapping[tuple[int, int], int], since: str
) -> tuple[MonthDone, ...]:
    """年初累计 by month, the opening month's first."""
    opening = Opening(project.opening_month, project.opening_year_done, project.opening_total_done)
    done = {opening.month: opening.year} if opening.month >= since else {}
    after = cumulate(opening, reported.added)
    done |= {
        each.month: figures.year
        for each, figures in zip(reported.added, after, strict=True)
        if figures is not None
    }
    months = ((Period.parse(month), year) for month, year in done.items())
    return tuple(MonthDone(month, year, plans.get((project.id, month.year), 0)) for month, year in months)


def _missed(session: Session, ids: list[int], since: str) -> dict[int, str]:
    """The newest month of each project that closed without a report."""
    return dict(_MISSED.all(session, projects=ids, since=since))


def _still_missed(month: str | None, reported: _Reported) -> Period | None:
    newer = month is None or any(each >= month for each in reported.months)
    return None if newer else Period.parse(str(month))


def _plans(session: Session, ids: list[int]) -> dict[tuple[int, int], int]:
    return {(project, year): amount for project, year, amount in _PLANS.all(session, projects=ids)}


def _milestones(session: Session, ids: list[int], today: date) -> dict[int, tuple[Overdue, ...]]:
    """Of each project that has milestones those that are overdue."""
    found: dict[int, tuple[Overdue, ...]] = {}
    for project, name, planned, actual in _MILESTONES.all(session, projects=ids):
        late = (Overdue(name, planned),) if actual is None and planned < today else ()
        found[project] = (*found.get(project, ()), *late)
    return found


def _problems(session: Session, ids: list[int], book: Book, zone: ZoneInfo) -> dict[int, tuple[Overdue, ...]]:
    """The open problems by the last day of their limit (办理时限): their category's, until they are given."""
    found: dict[int, tuple[Overdue, ...]] = {}
    for project, issue, key, filed, due in _PROBLEMS.all(session, projects=ids):
        category = book.category(key)
        if due is not None:
            limit = due.astimezone(zone).date()
        elif category is not None:
            limit = filed.astimezone(zone).date() + timedelta(days=category.days)
        else:
            continue
        found[project] = (*found.get(project, ()), Overdue(f"W{issue}", limit))
    return found
