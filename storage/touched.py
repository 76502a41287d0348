"""Which projects something can be said of today, for the whole city at once: whose leaders need no look of their own.

It may name a project too many, never one too few: what is said of it is decided by reading it (storage/news.py).
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session

from rules.book import Book
from rules.kinds import Severity
from rules.scope import LEADING
from storage.duties import SECOND, awaited
from storage.issue_life import REAL
from storage.scopes import CITY, UNIT, Scope
from storage.tables.lights import ProjectLight
from storage.tables.registry import Project, Responsibility
from storage.tables.reporting import Duty, Issue, Report, ReportVersion

# With more than so many, to look whose they are would cost more than it saves.
MOST = 5000


def projects(session: Session, since: datetime, now: datetime, book: Book) -> set[int] | None:
    """The projects of which something came or was missed since, is open or overdue; None if they are too many."""
    limits = [kind.days for category in book.categories for kind in category.kinds if kind.days]
    soonest = now - timedelta(days=min([*limits, *(category.days for category in book.categories)]))
    pressing = or_(
        Issue.severity == Severity.MAJOR, Issue.filed <= soonest, Issue.filed > since, Issue.due <= now
    )
    wanted = union(
        select(Issue.project_id).where(REAL, Issue.closed.is_(None), pressing),
        select(Issue.project_id).where(REAL, Issue.closed > since),
        select(Report.project_id)
        .join(ReportVersion, ReportVersion.report_id == Report.id)
        .where(ReportVersion.filed > since),
        select(Duty.project_id).where(
            Duty.state.is_(None), Duty.closes > now - SECOND, Duty.due <= now - SECOND, awaited()
        ),
        select(Duty.project_id).where(Duty.missed > since),
        select(ProjectLight.project_id).where(ProjectLight.replaced.is_(None), ProjectLight.since > since),
    )
    found = set(session.scalars(wanted.limit(MOST + 1)))
    return None if len(found) > MOST else found


def whose(
    session: Session, scopes: Mapping[int, Scope], project_ids: Collection[int], today: date
) -> set[int]:
    """Those of these people in whose scope one of the projects lies."""
    units = set(session.scalars(select(Project.unit_id).where(Project.id.in_(project_ids)).distinct()))
    leading = set(
        session.scalars(
            select(Responsibility.person_id)
            .where(
                Responsibility.project_id.in_(project_ids),
                Responsibility.role.in_(LEADING),
                Responsibility.since <= today,
                or_(Responsibility.until.is_(None), Responsibility.until > today),
            )
            .distinct()
        )
    )
    return {
        person_id
        for person_id, scope in scopes.items()
        if (scope.kind == CITY and project_ids)
        or (scope.kind == UNIT and scope.id in units)
        or person_id in leading
    }
