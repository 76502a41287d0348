"""交办: a problem is given to a department, with the limit of its category."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from rules import issue_clocks
from rules.kinds import IssueState, IssueStep
from rules.workdays import local_date
from storage import departments, issue_life, issues
from storage.issue_life import Rules
from storage.tables.reporting import Issue


def give(
    session: Session,
    issue: Issue,
    unit_id: int,
    now: datetime,
    rules: Rules,
    *,
    helping: Sequence[int] = (),
    limit: datetime | None = None,
) -> None:
    """The department holds it from now on; its limit is the category's, unless another is named."""
    issue_life.hold(session, issue, unit_id, now)
    issue_life.help_with(session, issue, [each for each in helping if each != unit_id], now)
    category = rules.book.category(issue.category)
    by_rule = issue_clocks.due(now, category.days, rules.book, rules.zone) if category else None
    issue.due = limit or by_rule


def give_by_rule(session: Session, issue: Issue, now: datetime, rules: Rules) -> int | None:
    """A new problem goes to the lead department of its category; gives back which, if the rules have it so."""
    if not rules.book.problems.assigns(issue.severity):
        return None
    unit_id = lead_of(session, issue, now, rules)
    if unit_id is None:
        return None
    give(session, issue, unit_id, now, rules)
    issues.add_event(session, issue.id, None, IssueStep.ASSIGN, now)
    issue_life.stand(session, issue, IssueState.ASSIGNED, now, rules)
    return unit_id


def lead_of(session: Session, issue: Issue, now: datetime, rules: Rules) -> int | None:
    """The department that the rules name for a problem; None if it is the office's own, or nobody is there."""
    category = rules.book.category(issue.category)
    if category is None or category.lead == rules.book.problems.office:
        return None
    today = local_date(now, rules.zone)
    return departments.leading(session, category.lead, issue.project_id, today)
