"""What speaks against a zero-report (零报告): money that stood still, and problems that others saw nearby."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from rules.issue_life import OPEN
from rules.kinds import IssueState, ProjectKind, ReportKind, Stage
from rules.periods import Period
from storage.issue_life import REAL
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue, Report, ReportVersion

FLAT_MONTHS = 2


class Nearby(NamedTuple):
    """A problem on the parent of a project or on one of its sub-projects."""

    project_id: int
    issue_id: int
    category: str
    filed: datetime
    where: str  # the other project's name


def flat(session: Session, project_ids: Sequence[int], half: Period) -> dict[int, tuple[str, ...]]:
    """Started projects whose last two monthly reports of the half-year say that nothing was spent: those months."""
    rows = session.execute(
        select(Report.project_id, Report.period, ReportVersion.amount)
        .join(
            ReportVersion,
            and_(ReportVersion.report_id == Report.id, ReportVersion.version == Report.version),
        )
        .join(Project, Project.id == Report.project_id)
        .where(
            Report.project_id.in_(project_ids),
            Report.kind == ReportKind.PROGRESS,
            Report.withdrawn.is_(None),
            Report.period >= f"{half.first_day:%Y-%m}",
            Report.period <= f"{half.last_day:%Y-%m}",
            Project.kind == ProjectKind.CONSTRUCTION,
            Project.stage == Stage.STARTED,
        )
        .order_by(Report.period)
    )
    months: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for project_id, period, amount in rows:
        months[project_id].append((period, amount == 0))
    return {
        project_id: tuple(period for period, _ in reported[-FLAT_MONTHS:])
        for project_id, reported in months.items()
        if len(reported) >= FLAT_MONTHS and all(still for _, still in reported[-FLAT_MONTHS:])
    }


def nearby(session: Session, project_ids: Sequence[int], since: datetime, until: datetime) -> list[Nearby]:
    """Problems that another unit filed on the parent or a sub-project: in [since, until), or open now."""
    other = aliased(Project)
    return [
        Nearby(*row)
        for row in session.execute(
            select(Project.id, Issue.id, Issue.category, Issue.filed, other.name)
            .join(other, or_(other.id == Project.parent_id, other.parent_id == Project.id))
            .join(Issue, Issue.project_id == other.id)
            .join(Person, Person.id == func.coalesce(Issue.for_person, Issue.filed_by))
            .where(
                REAL,
                Project.id.in_(project_ids),
                Person.unit_id != Project.unit_id,
                or_(Issue.state.in_(OPEN), and_(Issue.filed >= since, Issue.filed < until)),
                Issue.state != IssueState.FALSE,
            )
            .order_by(Issue.id)
        )
    ]
