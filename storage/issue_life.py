"""A problem on its way (问题办理): who holds it since when, how it stands, and what is to be chased of it.

What may be done is not decided here (rules/issue_life); nobody else writes these columns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from rules.book import Book
from rules.issue_clocks import Chase, Held, first_chase, limit, next_chase
from rules.issue_life import OPEN
from rules.kinds import IssueState, IssueStep, IssueWord, Severity
from storage.prepared import Query
from storage.tables.registry import Project
from storage.tables.reporting import Issue, IssueEvent, IssueHolding

# Every question about problems that counts, shows or exports them asks for real ones: a drill (演练) is none.
REAL = Issue.drill.is_(False)

CALLED_FALSE = "called_false"
FOUND_AFTER_ZERO = "found_after_zero"
CIRCULAR = "circular"  # on the list for the circular
_WHAT_HAPPENED = frozenset({*IssueStep, *IssueWord})


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules by which limits are reckoned."""

    book: Book
    zone: ZoneInfo


def stand(session: Session, issue: Issue, state: IssueState, now: datetime, rules: Rules) -> None:
    """The problem stands so from now on; the limit of the state begins, and with it what is chased."""
    issue.state, issue.stands_since = state, now
    issue.stands_until = limit(state, issue.severity, now, issue.due, rules.book, rules.zone)
    if state in (IssueState.SOLVED, IssueState.CLOSED, IssueState.FALSE):
        issue.closed = issue.closed or now
    else:
        issue.closed = None
    issue.closed_out = now if state in (IssueState.CLOSED, IssueState.FALSE) else None
    chase_next(session, issue, first_chase(state), rules)


def limit_again(session: Session, issue: Issue, rules: Rules) -> None:
    """Its limit or severity is another one now: the state goes on, with the limit that follows."""
    since = issue.stands_since or issue.filed
    issue.stands_until = limit(issue.state, issue.severity, since, issue.due, rules.book, rules.zone)
    chase_next(session, issue, Chase.URGE, rules)


def chase_next(
    session: Session, issue: Issue, chase: Chase, rules: Rules, last: datetime | None = None
) -> None:
    """What is to be chased next, and when; `last` is when something was chased before it."""
    issue.chased = chase
    if issue.drill:
        return
    issue.chase_at = next_chase(
        issue.state, issue.stands_since or issue.filed, issue.stands_until, chase, rules.book, rules.zone,
        last,
    )  # fmt: skip
    session.flush()


def to_chase(session: Session, now: datetime, limit_: int) -> Sequence[Issue]:
    """Problems of which something is to be chased by now."""
    wanted = select(Issue).where(Issue.chase_at.is_not(None), Issue.chase_at <= now)
    return session.scalars(wanted.order_by(Issue.chase_at).limit(limit_)).all()


def next_instant(session: Session, after: datetime) -> datetime | None:
    wanted = select(Issue.chase_at).where(Issue.chase_at.is_not(None), Issue.chase_at > after)
    return session.scalar(wanted.order_by(Issue.chase_at).limit(1))


def claim_chase(session: Session, issue: Issue) -> bool:
    """Takes the chase that is due; False if another sweep has it."""
    taken = session.execute(
        update(Issue)
        .where(Issue.id == issue.id, Issue.chased == issue.chased, Issue.chase_at == issue.chase_at)
        .values(chase_at=None)
    )
    session.refresh(issue)
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an update gives a CursorResult


# Who holds it


def hold(
    session: Session, issue: Issue, unit_id: int | None, now: datetime, *, refused: bool = False
) -> None:
    """Passes the problem on, in one instant. `refused`: who has it gives it back."""
    living = _living(session, issue.id)
    if living is not None:
        living.until, living.refused = now, refused
        session.flush()
    session.add(IssueHolding(issue_id=issue.id, unit_id=unit_id, since=now))
    session.flush()


def let_go(session: Session, issue: Issue, now: datetime) -> None:
    """Nobody holds it any more: it is closed."""
    session.execute(
        update(IssueHolding)
        .where(IssueHolding.issue_id == issue.id, IssueHolding.until.is_(None))
        .values(until=now)
    )


def help_with(session: Session, issue: Issue, unit_ids: Iterable[int], now: datetime) -> None:
    """配合单位 from now on, in the place of those before."""
    session.execute(
        update(IssueHolding)
        .where(IssueHolding.issue_id == issue.id, IssueHolding.until.is_(None), IssueHolding.helping)
        .values(until=now)
    )
    session.add_all(
        IssueHolding(issue_id=issue.id, unit_id=unit, helping=True, since=now) for unit in unit_ids
    )
    session.flush()


_held = IssueHolding.__table__.c
_HOLDER: Query[int | None] = Query(
    select(_held.unit_id).where(
        _held.issue_id == bindparam("issue"), _held.until.is_(None), _held.helping.is_(False)
    ),
    lambda unit: unit,
)


def holder(session: Session, issue_id: int) -> int | None:
    """The unit that holds it; None for the office."""
    return _HOLDER.first(session, issue=issue_id)


def back_to(session: Session, issue: Issue) -> IssueState:
    """The state in which work on it goes on: with who holds it, as far as they had come; else it is to be assigned."""
    living = _living(session, issue.id)
    if living is None or living.unit_id is None:
        taken = _since(session, issue, "acknowledged", issue.filed)
        return IssueState.ACKNOWLEDGED if taken else IssueState.REGISTERED
    signed = any(_since(session, issue, step, living.since) for step in (IssueStep.SIGN, IssueStep.UPHOLD))
    return IssueState.HANDLING if signed else IssueState.ASSIGNED


def _since(session: Session, issue: Issue, kind: str, moment: datetime) -> bool:
    wanted = select(IssueEvent.id).where(
        IssueEvent.issue_id == issue.id, IssueEvent.kind == kind, IssueEvent.at >= moment
    )
    return session.scalar(wanted.limit(1)) is not None


def last_department(session: Session, issue_id: int) -> int | None:
    """The department that held it last and did not give it back."""
    return session.scalar(
        select(IssueHolding.unit_id)
        .where(
            IssueHolding.issue_id == issue_id,
            IssueHolding.unit_id.is_not(None),
            IssueHolding.helping.is_(False),
            IssueHolding.refused.is_(False),
        )
        .order_by(IssueHolding.id.desc())
        .limit(1)
    )


def state_of(session: Session, issue_id: int) -> IssueState:
    return session.get_one(Issue, issue_id).state


def last_refused(session: Session, issue_id: int) -> int | None:
    """The department that gave it back last."""
    return session.scalar(
        select(IssueHolding.unit_id)
        .where(IssueHolding.issue_id == issue_id, IssueHolding.refused)
        .order_by(IssueHolding.id.desc())
        .limit(1)
    )


def helpers(session: Session, issue_id: int) -> list[int]:
    wanted = select(IssueHolding.unit_id).where(
        IssueHolding.issue_id == issue_id, IssueHolding.helping, IssueHolding.until.is_(None)
    )
    return [unit for unit in session.scalars(wanted.order_by(IssueHolding.id)) if unit is not None]


def held(session: Session, issue_id: int) -> list[Held]:
    """Everybody who has or had it in charge, in order."""
    rows = session.scalars(
        select(IssueHolding)
        .where(IssueHolding.issue_id == issue_id, IssueHolding.helping.is_(False))
        .order_by(IssueHolding.id)
    )
    return [Held(row.unit_id, row.since, row.until, row.refused) for row in rows]


def _living(session: Session, issue_id: int) -> IssueHolding | None:
    return session.scalars(
        select(IssueHolding).where(
            IssueHolding.issue_id == issue_id, IssueHolding.until.is_(None), IssueHolding.helping.is_(False)
        )
    ).first()


# What there is to do


def held_by(session: Session, unit_id: int) -> list[int]:
    """Open problems that a unit has in charge or helps with, oldest first."""
    wanted = select(IssueHolding.issue_id).where(
        IssueHolding.unit_id == unit_id, IssueHolding.until.is_(None)
    )
    return list(session.scalars(wanted.distinct().order_by(IssueHolding.issue_id)))


def standing_so(session: Session, states: Iterable[IssueState], limit_: int) -> list[int]:
    """Problems that stand in one of these states, those with the nearest limit first."""
    wanted = select(Issue.id).where(REAL, Issue.state.in_(list(states)))
    return list(
        session.scalars(
            wanted.order_by(Issue.stands_until.is_(None), Issue.stands_until, Issue.id).limit(limit_)
        )
    )


def these(session: Session, ids: Iterable[int]) -> list[tuple[Issue, str]]:
    """Problems with their projects' names."""
    wanted = select(Issue, Project.name).join(Project, Project.id == Issue.project_id).where(REAL)
    return [
        (issue, name)
        for issue, name in session.execute(wanted.where(Issue.id.in_(list(ids))).order_by(Issue.id))
    ]


def happened(session: Session, issue_id: int, most: int) -> list[IssueEvent]:
    """The newest of what happened, in order."""
    rows = session.scalars(
        select(IssueEvent)
        .where(IssueEvent.issue_id == issue_id, IssueEvent.kind.in_(_WHAT_HAPPENED))
        .order_by(IssueEvent.id.desc())
        .limit(most)
    )
    return list(rows)[::-1]


def undecided(session: Session, issue_id: int, asked: str, answers: Iterable[IssueStep]) -> bool:
    """Whether the office still has to decide what was put to it: 误报, or 瞒报."""
    found = session.scalars(
        select(IssueEvent.kind)
        .where(IssueEvent.issue_id == issue_id, IssueEvent.kind.in_([asked, *answers]))
        .order_by(IssueEvent.id.desc())
        .limit(1)
    ).first()
    return found == asked


def rising(session: Session, filed_by: datetime, limit_: int) -> Sequence[Issue]:
    """Open general problems that were filed by then and of whose severity nobody has decided yet."""
    decided = select(IssueEvent.id).where(
        IssueEvent.issue_id == Issue.id, IssueEvent.kind.in_((IssueStep.RAISE, IssueStep.LOWER))
    )
    wanted = select(Issue).where(
        REAL,
        Issue.state.in_(OPEN),
        Issue.severity == Severity.GENERAL,
        Issue.filed <= filed_by,
        ~decided.exists(),
    )
    return session.scalars(wanted.order_by(Issue.filed).limit(limit_)).all()
