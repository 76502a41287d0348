"""升为重大: a general problem becomes a major one, by a person with a reason or by rule; it stays the same thread."""

from handlers.deeds.alarm import raise_alarm
from handlers.deeds.giving import give_by_rule, tell_given
from handlers.outcome import enter
from handlers.turning import Turn
from rules.issue_clocks import rises
from rules.issue_life import NEW, OPEN
from rules.kinds import IssueStep, Severity
from storage import issue_life, issues
from storage.issue_life import Rules
from storage.rules import InForce
from storage.tables.reporting import Issue

_DECIDED = (IssueStep.RAISE, IssueStep.LOWER)


def raise_issue(turn: Turn, issue: Issue, in_force: InForce, why: str = "") -> None:
    """It is a major one now: its leaders are told at once, and its limits are those of a major one."""
    issue.severity = Severity.MAJOR
    issue_life.limit_again(turn.session, issue, Rules(in_force.book, turn.city.zone))
    if issue.state in NEW:
        give_by_rule(turn, issue, in_force)
    told = raise_alarm(turn, issue, in_force, why=why)
    tell_given(turn, issue, [each.id for each in told if each.address])


def rise_by_rule(turn: Turn, issue: Issue, in_force: InForce) -> None:
    """老问题: it was reported too often. Where a person has decided on its severity, no rule does."""
    if issue.state not in OPEN or not rises(
        issue.severity, issue.times, issue.filed, turn.now, in_force.book
    ):
        return
    if issues.newest(turn.session, issue.id, _DECIDED) is not None:
        return
    issues.add_event(turn.session, issue.id, None, IssueStep.RAISE, turn.now)
    enter(turn, issue.unit_id, "issue_raise", issue=issue.number, project=issue.project_id, by="rule",
          times=issue.times)  # fmt: skip
    raise_issue(turn, issue, in_force)
