"""Problems (存在问题): registering one, and what bars a zero-report."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from rules.kinds import IssueState
from storage.tables.reporting import Issue, IssueEvent


def barring(
    session: Session,
    project_ids: Iterable[int],
    since: datetime,
    until: datetime,
    as_of: datetime | None = None,
) -> dict[int, tuple[str, ...]]:
    """Numbers of the problems that bar a zero for [since, until): filed in it, or open now (decisions: 3).

    With `as_of`, only what was known by then: a late sweep must not see what was filed after the close.
    """
    wanted = (
        select(Issue.project_id, Issue.id)
        .where(
            Issue.project_id.in_(list(project_ids)),
            or_(Issue.state != IssueState.CLOSED, and_(Issue.filed >= since, Issue.filed < until)),
        )
        .order_by(Issue.id)
    )
    if as_of is not None:
        wanted = wanted.where(Issue.filed < as_of)
    found: dict[int, tuple[str, ...]] = {}
    for project_id, issue_id in session.execute(wanted):
        found[project_id] = (*found.get(project_id, ()), f"W{issue_id}")
    return found


def open_of(session: Session, project_id: int) -> Sequence[Issue]:
    """Problems of a project that are not closed, oldest first."""
    return session.scalars(
        select(Issue)
        .where(Issue.project_id == project_id, Issue.state != IssueState.CLOSED)
        .order_by(Issue.id)
    ).all()


def register(session: Session, issue: Issue, now: datetime) -> Issue:
    session.add(issue)
    session.flush()
    add_event(session, issue.id, issue.filed_by, "registered", now)
    return issue


def add_event(
    session: Session, issue_id: int, person_id: int | None, kind: str, now: datetime, note: str = ""
) -> None:
    session.add(IssueEvent(issue_id=issue_id, person_id=person_id, at=now, kind=kind, note=note))
    session.flush()


def acknowledge(session: Session, issue: Issue, person_id: int, now: datetime, note: str = "") -> None:
    if issue.state is IssueState.REGISTERED:
        issue.state = IssueState.ACKNOWLEDGED
    add_event(session, issue.id, person_id, "acknowledged", now, note)


def acknowledgement(session: Session, issue_id: int) -> IssueEvent | None:
    """The first acknowledgement, if someone has taken the problem."""
    return session.scalars(
        select(IssueEvent)
        .where(IssueEvent.issue_id == issue_id, IssueEvent.kind == "acknowledged")
        .order_by(IssueEvent.id)
        .limit(1)
    ).first()
