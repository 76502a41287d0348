"""交办 by rule: whom a new problem is given to, in the ledger and in the department's chat."""

from collections.abc import Iterable

from handlers.deeds.issue_telling import about, due_name, holder_name, tell_turn, title_of
from handlers.outcome import enter
from handlers.turning import Turn
from rules.kinds import IssueState, IssueStep
from storage import giving
from storage.issue_life import Rules
from storage.rules import InForce
from storage.tables.reporting import Issue


def give_by_rule(turn: Turn, issue: Issue, in_force: InForce) -> str:
    """Gives back the line that says who has it; empty where the rules leave it to the office, or nobody leads it."""
    unit_id = giving.give_by_rule(turn.session, issue, turn.now, Rules(in_force.book, turn.city.zone))
    if unit_id is None:
        return ""
    enter(turn, issue.unit_id, "issue_assign", issue=issue.number, project=issue.project_id, by="rule",
          after={"holder": unit_id, "due": issue.due.isoformat() if issue.due else None})  # fmt: skip
    return turn.city.words.line_assigned.format(unit=holder_name(turn, issue), due=due_name(turn, issue))


def tell_given(turn: Turn, issue: Issue, told: Iterable[int]) -> None:
    """What was given by rule is told to the department; whoever was told of the problem (`told`) has it in that."""
    if issue.state is IssueState.ASSIGNED:
        tell_turn(turn, issue, title_of(turn, issue, IssueStep.ASSIGN), about(turn, issue), told)
