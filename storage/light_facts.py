"""What is known of projects for their lights (rules/light_facts.py), many at a time.

Of the reports only those of this year and the last are read: the figures of a year need no others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from rules.book import Book
from rules.figures import Added, Opening, cumulate
from rules.kinds import DutyKind, DutyState, ReportKind, Stage
from rules.light_facts import MonthDone, Overdue, Standing
from rules.periods import Period, latest_opened, window
from storage import advance, light_exemptions
from storage.duties import SECOND
from storage.issues import OPEN
from storage.tables.registry import Milestone, Project, YearPlan
from storage.tables.reporting import Duty, Issue, Report, ReportVersion

BUILT = (Stage.COMPLETED, Stage.PRODUCING, Stage.YIELDING)
UNREPORTED = (DutyState.MISSED, DutyState.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class _Reported:
    """A project's reports since a year began: the months, and what those of money add."""

    months: tuple[str, ...]
    added: tuple[Added, ...]


def standings(
    session: Session, project_ids: Collection[int], book: Book, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[Project, Standing]]:
    """What is known of each of these projects at `now`, by number."""
    today, ids = now.astimezone(zone).date(), list(project_ids)
    closed = closed_month(book, now, zone)
    since = f"{closed.year - 1}-01"
    reported, missed = _reported(session, ids, since), _missed(session, ids, since)
    plans, milestones = _plans(session, ids), _milestones(session, ids, today)
    problems, exempt = _problems(session, ids, book, zone), light_exemptions.exempt_until(session, ids, today)
    for project in session.scalars(select(Project).where(Project.id.in_(ids)).order_by(Project.number)):
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
    rows = session.execute(
        select(
            Report.project_id,
            Report.period,
            ReportVersion.amount,
            ReportVersion.backfill_year,
            ReportVersion.backfill_total,
            ReportVersion.backfilled,
        )
        .join(
            ReportVersion, and_(ReportVersion.report_id == Report.id, ReportVersion.version == Report.version)
        )
        .where(
            Report.project_id.in_(ids),
            Report.kind == ReportKind.PROGRESS,
            Report.period >= since,
            advance.counting(),
        )
        .order_by(Report.project_id, Report.period)
    )
    months: dict[int, list[str]] = defaultdict(list)
    added: dict[int, list[Added]] = defaultdict(list)
    for project, month, amount, year, total, backfilled in rows:
        months[project].append(month)
        if amount is not None:
            added[project].append(Added(month, amount, year, total, tuple(backfilled or ())))
    return {project: _Reported(tuple(each), tuple(added[project])) for project, each in months.items()}


def _figures(
    project: Project, reported: _Reported, plans: Mapping[tuple[int, int], int], since: str
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
    rows = session.execute(
        select(Duty.project_id, func.max(Duty.period).label("month"))
        .where(
            Duty.project_id.in_(ids),
            Duty.kind == DutyKind.PROGRESS,
            Duty.period >= since,
            Duty.state.in_(UNREPORTED),
        )
        .group_by(Duty.project_id)
    )
    return {row.project_id: row.month for row in rows}


def _still_missed(month: str | None, reported: _Reported) -> Period | None:
    newer = month is None or any(each >= month for each in reported.months)
    return None if newer else Period.parse(str(month))


def _plans(session: Session, ids: list[int]) -> dict[tuple[int, int], int]:
    rows = session.execute(
        select(YearPlan.project_id, YearPlan.year, YearPlan.amount).where(YearPlan.project_id.in_(ids))
    )
    return {(project, year): amount for project, year, amount in rows}


def _milestones(session: Session, ids: list[int], today: date) -> dict[int, tuple[Overdue, ...]]:
    """Of each project that has milestones those that are overdue."""
    found: dict[int, tuple[Overdue, ...]] = {}
    rows = session.execute(
        select(Milestone.project_id, Milestone.name, Milestone.planned, Milestone.actual)
        .where(Milestone.project_id.in_(ids))
        .order_by(Milestone.planned, Milestone.id)
    )
    for project, name, planned, actual in rows:
        late = (Overdue(name, planned),) if actual is None and planned < today else ()
        found[project] = (*found.get(project, ()), *late)
    return found


def _problems(session: Session, ids: list[int], book: Book, zone: ZoneInfo) -> dict[int, tuple[Overdue, ...]]:
    """The open problems by the last day of their limit (办理时限)."""
    found: dict[int, tuple[Overdue, ...]] = {}
    rows = session.execute(
        select(Issue.project_id, Issue.id, Issue.category, Issue.filed)
        .where(Issue.project_id.in_(ids), Issue.state.in_(OPEN))
        .order_by(Issue.id)
    )
    for project, issue, key, filed in rows:
        if category := book.category(key):
            limit = filed.astimezone(zone).date() + timedelta(days=category.days)
            found[project] = (*found.get(project, ()), Overdue(f"W{issue}", limit))
    return found
