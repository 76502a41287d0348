"""Problems (存在问题): one thread each, from its first report on; and what bars a zero-report."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from rules.issue_life import OPEN, leads_to, move
from rules.kinds import IssueState, IssueWord, Severity
from storage import issue_life
from storage.issue_life import REAL, Rules
from storage.tables.registry import Project
from storage.tables.reporting import Issue, IssueEvent

NO_WORD = "no_word"  # an event: the unit owed its daily word (续报) and said nothing


class Bar(NamedTuple):
    """A problem that bars a zero."""

    id: int
    category: str
    filed: datetime


class Thread(NamedTuple):
    """A problem as its thread is shown."""

    id: int
    project_id: int
    project: str
    severity: Severity
    category: str
    what: str
    times: int
    filed: datetime
    state: IssueState


def bars(since: datetime, until: datetime, as_of: datetime | None = None) -> ColumnElement[bool]:
    """The condition that a problem bars a zero for [since, until): filed in it, or open now (decisions: 3).

    With `as_of`, open then. What the office has found to be no problem (误报) bars nothing.
    """
    standing: ColumnElement[bool] = Issue.state.in_(OPEN)
    if as_of is not None:
        standing = or_(standing, Issue.closed >= as_of)
    filed = and_(Issue.filed >= since, Issue.filed < until)
    return and_(REAL, or_(standing, filed), Issue.state != IssueState.FALSE)


def barring(
    session: Session,
    project_ids: Iterable[int],
    since: datetime,
    until: datetime,
    as_of: datetime | None = None,
) -> dict[int, tuple[Bar, ...]]:
    """The problems that bar a zero for [since, until): filed in it, or open now (decisions: 3).

    With `as_of`, as it was then: a late sweep must not see what was filed or solved after the close.
    """
    wanted = select(Issue.project_id, Issue.id, Issue.category, Issue.filed).order_by(Issue.id)
    if as_of is not None:
        wanted = wanted.where(Issue.filed < as_of)
    wanted = wanted.where(
        Issue.project_id.in_(list(project_ids)),
        bars(since, until, as_of),
    )
    found: dict[int, tuple[Bar, ...]] = {}
    for project_id, issue_id, category, filed in session.execute(wanted):
        found[project_id] = (*found.get(project_id, ()), Bar(issue_id, category, filed))
    return found


def threads(session: Session, project_ids: Iterable[int], also: int = 0) -> list[Thread]:
    """The open problems of these projects, oldest first; `also` one of theirs that is said to be solved."""
    wanted = (
        select(
            Issue.id, Issue.project_id, Project.name, Issue.severity, Issue.category, Issue.what, Issue.times,
            Issue.filed, Issue.state,
        )
        .join(Project, Project.id == Issue.project_id)
        .where(
            REAL,
            Issue.project_id.in_(list(project_ids)),
            or_(Issue.state.in_(OPEN), and_(Issue.id == also, Issue.state == IssueState.SOLVED)),
        )
        .order_by(Issue.id)
    )  # fmt: skip
    return [Thread(*row) for row in session.execute(wanted)]


def drilled_since(session: Session, moment: datetime) -> bool:
    """Whether a drill was held since then."""
    held = select(Issue.id).where(Issue.drill.is_(True), Issue.filed >= moment)
    return session.scalar(held.limit(1)) is not None


def project_of(session: Session, issue_id: int) -> int | None:
    """The project of a problem; None if there is no such problem."""
    return session.scalar(select(Issue.project_id).where(Issue.id == issue_id))


def raised_by(session: Session, issue_id: int) -> int | None:
    issue = session.get(Issue, issue_id)
    return issue.whose if issue else None


def register(session: Session, issue: Issue, now: datetime, rules: Rules) -> Issue:
    """A new problem; until it is given to a department, the office has it."""
    session.add(issue)
    session.flush()
    issue_life.hold(session, issue, None, now)
    issue_life.stand(session, issue, IssueState.REGISTERED, now, rules)
    add_event(session, issue.id, issue.filed_by, "registered", now)
    return issue


def say(
    session: Session, issue: Issue, person_id: int, word: IssueWord, note: str, now: datetime, rules: Rules
) -> bool:
    """A word of the unit on a problem. What answers a department or adds to a solved one is no further report.

    Whether the problem stands otherwise than before.
    """
    before = issue.state
    if not (before is IssueState.SOLVED and word is IssueWord.SOLVED):
        issue.times += before is not IssueState.DONE
        issue.last_word = now
    found = move(before, word, issue.severity)
    after = leads_to(found, before, issue_life.back_to(session, issue)) if found else before
    if after is not before:
        issue_life.stand(session, issue, after, now, rules)
    add_event(session, issue.id, person_id, word, now, note)
    return after is not before


def add_event(
    session: Session, issue_id: int, person_id: int | None, kind: str, now: datetime, note: str = ""
) -> None:
    session.add(IssueEvent(issue_id=issue_id, person_id=person_id, at=now, kind=kind, note=note))
    session.flush()


def newest(session: Session, issue_id: int, kinds: Iterable[str]) -> IssueEvent | None:
    """The problem's newest event of one of these kinds."""
    return session.scalars(
        select(IssueEvent)
        .where(IssueEvent.issue_id == issue_id, IssueEvent.kind.in_(list(kinds)))
        .order_by(IssueEvent.id.desc())
        .limit(1)
    ).first()


def acknowledge(session: Session, issue: Issue, person_id: int, now: datetime, note: str = "") -> None:
    if issue.state is IssueState.REGISTERED:
        issue.state = IssueState.ACKNOWLEDGED
    add_event(session, issue.id, person_id, "acknowledged", now, note)
