"""What is known of projects for their lights (rules/lights.py), many at a time; and keeping what was judged.

Rule 1  A light's history is its rows: one begins when light or reason change, and the one before is replaced then.
Rule 2  What turned stands in the ledger of the project's unit too, with before and after.
Rule 3  Of the reports only those of this year and the last are read: the figures of a year need no others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from rules.book import Book
from rules.figures import Added, Opening, cumulate
from rules.kinds import DutyKind, DutyState, Light, ReportKind
from rules.lights import Judged, MonthDone, Overdue, Standing, Why, judge
from rules.periods import Period, latest_opened, window
from storage import advance, ledger, light_exemptions
from storage.duties import SECOND
from storage.issues import OPEN
from storage.tables.lights import ProjectLight
from storage.tables.registry import Milestone, Project, YearPlan
from storage.tables.reporting import Duty, Issue, Report, ReportVersion

TURNED = "turn_light"
UNREPORTED = (DutyState.MISSED, DutyState.UNDELIVERED)


@dataclass(frozen=True, slots=True)
class _Reported:
    """A project's reports since a year began: the months, and what those of money add."""

    months: tuple[str, ...]
    added: tuple[Added, ...]


@dataclass(frozen=True, slots=True)
class Lighted:
    """A project with what was judged of it, as of the end of `month`."""

    project_id: int
    unit_id: int
    name: str
    judged: Judged
    month: Period


def judged(
    session: Session, project_ids: Collection[int], book: Book, now: datetime, zone: ZoneInfo
) -> list[Lighted]:
    """How these projects are judged at `now` by the rules of `book`, whatever was judged before."""
    known = standings(session, project_ids, book, now, zone)
    rows = session.execute(
        select(Project.id, Project.unit_id, Project.name)
        .where(Project.id.in_(known))
        .order_by(Project.number)
    )
    return [
        Lighted(project, unit, name, judge(book.lights, known[project]), known[project].month)
        for project, unit, name in rows
    ]


def keep(session: Session, lighted: Iterable[Lighted], rules_version: int, now: datetime) -> None:
    """Keeps what was judged where it is otherwise than what stands."""
    by_project = {each.project_id: each for each in lighted}
    before = {
        row.project_id: row
        for row in session.scalars(
            select(ProjectLight).where(
                ProjectLight.project_id.in_(by_project), ProjectLight.replaced.is_(None)
            )
        )
    }
    new = [
        (each, before.get(project))
        for project, each in by_project.items()
        if not _is_so(each.judged, before.get(project))
    ]
    if not new:
        return
    session.execute(
        update(ProjectLight)
        .where(ProjectLight.id.in_([old.id for _, old in new if old is not None]))
        .values(replaced=now)
        .execution_options(synchronize_session=False)
    )
    session.add_all(_row(each, old, rules_version, now) for each, old in new)
    for each, old in new:
        if _turns(each.judged.light, old):
            _enter(session, each, old, rules_version, now)
    session.flush()


def _is_so(judged: Judged, old: ProjectLight | None) -> bool:
    return old is not None and old.light is judged.light and Why.of_json(old.why) == judged.why


def _turns(light: Light | None, old: ProjectLight | None) -> bool:
    return old is not None and old.light is not light


def _row(each: Lighted, old: ProjectLight | None, rules_version: int, now: datetime) -> ProjectLight:
    light = each.judged.light
    return ProjectLight(
        project_id=each.project_id,
        light=light,
        before=old.light if old else None,
        turned=_turns(light, old),
        since=old.since if old is not None and old.light is light else now,
        at=now,
        month=str(each.month),
        why=each.judged.why.as_json(),
        rules_version=rules_version,
    )


def _enter(
    session: Session, each: Lighted, old: ProjectLight | None, rules_version: int, now: datetime
) -> None:
    why = each.judged.why
    facts = {
        "project": each.project_id, "before": old.light if old else None, "after": each.judged.light,
        "month": str(each.month), "rule": why.rule, "about": why.about, "rules": rules_version,
    }  # fmt: skip
    ledger.append(session, chain=f"unit:{each.unit_id}", who="system", act=TURNED, facts=facts, now=now)


# What is known


def standings(
    session: Session, project_ids: Collection[int], book: Book, now: datetime, zone: ZoneInfo
) -> dict[int, Standing]:
    """What is known of these projects at `now`."""
    today, ids = now.astimezone(zone).date(), list(project_ids)
    closed = closed_month(book, now, zone)
    since = f"{closed.year - 1}-01"
    reported, missed = _reported(session, ids, since), _missed(session, ids, since)
    plans, milestones = _plans(session, ids), _milestones(session, ids, today)
    problems, exempt = _problems(session, ids, book, zone), light_exemptions.exempt_until(session, ids, today)
    found: dict[int, Standing] = {}
    for project in session.scalars(select(Project).where(Project.id.in_(ids))):
        reports = reported.get(project.id, _Reported((), ()))
        late = milestones.get(project.id)
        found[project.id] = Standing(
            today=today,
            closed=closed,
            state=project.state,
            kind=project.kind,
            figures=_figures(project, reports, plans, since),
            missed=_still_missed(missed.get(project.id), reports),
            reports=project.parent_id is None or project.sub_owes,
            start_planned=project.start_planned,
            start_actual=project.start_actual,
            finish_planned=project.finish_planned,
            milestones=late is not None,
            late=late or (),
            problems=problems.get(project.id, ()),
            exempt=exempt.get(project.id),
        )
    return found


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
