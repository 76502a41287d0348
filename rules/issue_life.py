"""问题的一生: the life of a problem as one table. Who may do what in which state, what it needs, and where it leads.

Rule 1  What stands in LIFE may be done, and nothing else; docs/problem-life.md is drawn from it.
Rule 2  Every state but the last two waits for somebody who can lead out of it; the last two can be reopened.
Rule 3  The first of `who` is whose step it is. The office may do whatever a department may, for one that is not bound.
Rule 4  What the unit says (仍在, 有变化, 已解决, 还没解决) are steps like the others.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from rules.kinds import IssueState, IssueStep, IssueWord, Severity

S, P, W = IssueState, IssueStep, IssueWord
Step = IssueStep | IssueWord


class Who(StrEnum):
    """How somebody stands to a problem."""

    HOLDER = "holder"  # 牵头(责任)单位
    HELPER = "helper"  # 配合单位
    RAISER = "raiser"  # 提出人, and who else reports for the project
    OFFICE = "office"  # 市项目办
    LEADER = "leader"  # 牵头领导
    DEPARTMENT = "department"  # 牵头部门 of the project


class Ask(StrEnum):
    """What a step needs to be told."""

    UNIT = "unit"
    REASON = "reason"
    TEXT = "text"
    DAY = "day"  # a new limit, and why
    EVIDENCE = "evidence"  # a photo, a file or a sentence


class Next(StrEnum):
    """Where a step leads if not to one certain state."""

    SAME = "same"
    BACK = "back"  # to whoever held it, else to the beginning


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table. `only` is the severity of the problems for which it stands."""

    states: tuple[IssueState, ...]
    step: Step
    who: tuple[Who, ...]
    leads: IssueState | Next
    ask: Ask | None = None
    only: Severity | None = None


NEW = (S.REGISTERED, S.ACKNOWLEDGED)
WORKED_ON = (S.HANDLING, S.DEFERRING)
OPEN = (*NEW, S.ASSIGNED, S.DISPUTED, *WORKED_ON, S.DONE)
ENDED = (S.CLOSED, S.FALSE)
_BY_HOLDER, _BY_OFFICE, _BY_RAISER = (Who.HOLDER, Who.OFFICE), (Who.OFFICE,), (Who.RAISER, Who.OFFICE)
_BY_ANY_HOLDER = (Who.HOLDER, Who.HELPER, Who.OFFICE)
_BY_LEADING = (Who.OFFICE, Who.LEADER)
_BY_ALL = (Who.RAISER, Who.OFFICE, Who.LEADER, Who.DEPARTMENT)

LIFE = (
    Move(NEW, P.ASSIGN, _BY_OFFICE, S.ASSIGNED, Ask.UNIT),
    Move((S.ASSIGNED,), P.SIGN, _BY_HOLDER, S.HANDLING),
    Move((S.ASSIGNED,), P.REFUSE, _BY_HOLDER, S.DISPUTED, Ask.REASON),
    Move((S.DISPUTED,), P.ASSIGN, _BY_OFFICE, S.ASSIGNED, Ask.UNIT),
    Move((S.DISPUTED,), P.UPHOLD, _BY_OFFICE, S.HANDLING),
    Move(WORKED_ON, P.FINISH, _BY_HOLDER, S.DONE, Ask.EVIDENCE),
    Move(WORKED_ON, P.FEEDBACK, _BY_ANY_HOLDER, Next.SAME, Ask.TEXT),
    Move((S.HANDLING,), P.EXTEND, _BY_HOLDER, S.DEFERRING, Ask.DAY),
    Move((S.DEFERRING,), P.APPROVE, _BY_OFFICE, S.HANDLING),
    Move((S.DEFERRING,), P.DENY, _BY_OFFICE, S.HANDLING),
    Move((S.ASSIGNED, *WORKED_ON), P.ASSIGN, _BY_OFFICE, S.ASSIGNED, Ask.UNIT),
    Move((*NEW, S.ASSIGNED, S.DISPUTED, *WORKED_ON), W.STILL, _BY_RAISER, Next.SAME),
    Move(OPEN, W.CHANGED, _BY_RAISER, Next.SAME, Ask.TEXT),
    Move(OPEN, W.SOLVED, _BY_RAISER, S.SOLVED),
    Move((S.SOLVED,), W.SOLVED, _BY_RAISER, Next.SAME),
    Move((S.DONE,), W.STILL, _BY_RAISER, Next.BACK),
    Move((S.DONE, S.SOLVED), W.UNSOLVED, _BY_RAISER, Next.BACK),
    Move((*NEW, S.ASSIGNED, S.DISPUTED, *WORKED_ON), W.UNSOLVED, _BY_RAISER, Next.SAME),
    Move((S.DONE, S.SOLVED), P.CLOSE, _BY_OFFICE, S.CLOSED),
    Move((S.DONE, S.SOLVED), P.SEND_BACK, _BY_OFFICE, Next.BACK, Ask.REASON),
    Move((S.CLOSED,), P.REOPEN, _BY_RAISER, Next.BACK, Ask.REASON),
    Move((S.FALSE,), P.REOPEN, _BY_OFFICE, Next.BACK, Ask.REASON),
    Move(OPEN, P.RAISE, _BY_ALL, Next.SAME, Ask.REASON, Severity.GENERAL),
    Move(OPEN, P.LOWER, _BY_LEADING, Next.SAME, Ask.REASON, Severity.MAJOR),
    Move((*OPEN, S.SOLVED), P.IS_FALSE, _BY_OFFICE, S.FALSE, Ask.REASON),
    Move((*OPEN, S.SOLVED), P.NOT_FALSE, _BY_OFFICE, Next.SAME, Ask.REASON),
    Move(tuple(S), P.CONCEALED, _BY_OFFICE, Next.SAME, Ask.REASON),
    Move(tuple(S), P.NOT_CONCEALED, _BY_OFFICE, Next.SAME, Ask.REASON),
)

# Whose turn it is in a state: who is told with buttons, and reminded when its limit passes.
TURN: dict[IssueState, Who] = {
    S.REGISTERED: Who.OFFICE,
    S.ACKNOWLEDGED: Who.OFFICE,
    S.ASSIGNED: Who.HOLDER,
    S.DISPUTED: Who.OFFICE,
    S.HANDLING: Who.HOLDER,
    S.DEFERRING: Who.OFFICE,
    S.DONE: Who.RAISER,
    S.SOLVED: Who.OFFICE,
}


def move(state: IssueState, step: Step, severity: Severity) -> Move | None:
    """The line of the table for a step in a state; None if it cannot be done there."""
    for each in LIFE:
        if each.step == step and state in each.states and each.only in (None, severity):
            return each
    return None


def moves(state: IssueState, severity: Severity, whos: Collection[Who]) -> list[Move]:
    """What somebody may do in a state whose step it is, in the order of the table: their buttons."""
    return [
        each
        for each in LIFE
        if state in each.states and each.only in (None, severity) and each.who[0] in whos
    ]


def who_may(step: Step) -> frozenset[Who]:
    """All who may do a step in one state or another."""
    return frozenset(who for each in LIFE if each.step == step for who in each.who)


def leads_to(found: Move, state: IssueState, back: IssueState) -> IssueState:
    """The state after a step. `back` is where work goes on with who holds the problem."""
    match found.leads:
        case Next.SAME:
            return state
        case Next.BACK:
            return back
        case _:
            return found.leads
