"""Facts for 批示 and 转办: the problems of which a person may take note, and the departments that can lead."""

from handlers.facts import BRIEF, AlertFacts, Facts
from handlers.loading.base import Loading
from rules.issue_life import ENDED
from storage import departments, escalations, projects
from storage import rules as stored_rules
from storage.alerting import may_take
from storage.tables.reporting import Issue

LISTED = 8


def alerts(loading: Loading) -> Facts:
    """The one that was chosen already, or those that are open and of which the person was told."""
    found = tuple(_facts(loading, issue) for issue in _issues(loading))
    return Facts(
        loading.city.words,
        loading.person,
        alerts=found,
        departments=tuple(departments.leads(loading.session, loading.today).items()),
        longest=stored_rules.in_force(loading.session).book.caps.text_length,
    )


def _issues(loading: Loading) -> list[Issue]:
    session, chosen = loading.session, str(loading.answers.get("issue", ""))
    if chosen.isdecimal():
        issue = session.get(Issue, int(chosen))
        found = [issue] if issue is not None and issue.state not in ENDED else []
    else:
        found = list(escalations.open_for(session, loading.person.id, LISTED))
    return [each for each in found if loading.person.id in may_take(session, each, loading.today)]


def _facts(loading: Loading, issue: Issue) -> AlertFacts:
    brief = issue.what if len(issue.what) <= BRIEF else f"{issue.what[: BRIEF - 1]}…"
    return AlertFacts(issue.id, projects.named(loading.session, issue.project_id).name, brief)
