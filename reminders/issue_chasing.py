"""催办: what follows when nobody takes the next step of a problem: asked, urged, copied to the head, listed.

Rule 1  Only in working hours, and each once: the row is claimed by what it was to be chased with.
Rule 2  Whose turn it is hears of it with buttons; a head and the circular come after.
Rule 3  A general problem that its unit calls solved is closed when the office has had its time to look.
"""

from sqlalchemy.orm import Session

from reminders.issue_messages import message, send, titled
from reminders.moment import SLICE, Moment
from reminders.wording import issues as words
from rules.issue_clocks import Chase
from rules.issue_life import ENDED, TURN, Who
from rules.kinds import IssueState, IssueStep, Role, Severity
from rules.workdays import in_working_hours, local_date
from storage import departments, issue_life, issues, ledger, people
from storage.issue_life import CIRCULAR, Rules
from storage.problem_scope import those
from storage.tables.reporting import Issue


def chase_some(session: Session, moment: Moment) -> bool:
    """A slice of what is to be chased by now."""
    book = moment.rules.book
    found = issue_life.to_chase(session, moment.now, SLICE)
    if not found or not in_working_hours(moment.now, book, moment.zone):
        return False
    rules = Rules(book, moment.zone)
    for issue in found:
        chase, state = Chase(issue.chased), issue.state
        if not issue_life.claim_chase(session, issue) or state in ENDED:
            continue
        _chase(session, moment, issue, chase, rules)
        if issue.state is state:
            issue_life.chase_next(session, issue, Chase(chase + 1), rules, moment.now)
    return True


def _chase(session: Session, moment: Moment, issue: Issue, chase: Chase, rules: Rules) -> None:
    match chase:
        case Chase.FEEDBACK:
            _ask_feedback(session, moment, issue)
        case Chase.URGE if issue.state is IssueState.SOLVED and issue.severity is Severity.GENERAL:
            _close(session, moment, issue, rules)
        case Chase.URGE:
            _urge(session, moment, issue)
        case Chase.HEAD:
            _copy_to_head(session, moment, issue)
        case Chase.CIRCULAR if TURN[issue.state] is Who.HOLDER:
            _list(session, moment, issue)


def _ask_feedback(session: Session, moment: Moment, issue: Issue) -> None:
    said = issues.newest(session, issue.id, (IssueStep.FEEDBACK,))
    if said is not None and issue.stands_since is not None and said.at >= issue.stands_since:
        return
    ids = those(session, Who.HOLDER, issue, local_date(moment.now, moment.zone))
    text = message(session, moment, issue, words.FEEDBACK)
    send(session, moment, issue, Who.HOLDER, ids, titled(session, issue, words.KIND_FEEDBACK, "⏳"), text)


def _urge(session: Session, moment: Moment, issue: Issue) -> None:
    who = TURN[issue.state]
    ids = those(session, who, issue, local_date(moment.now, moment.zone))
    text = message(session, moment, issue, words.URGE)
    send(session, moment, issue, who, ids, titled(session, issue, words.KIND_URGE, "⏰"), text)


def _copy_to_head(session: Session, moment: Moment, issue: Issue) -> None:
    """Of a department its head; of the office who supervises; where its raiser says nothing, the office decides."""
    today, who = local_date(moment.now, moment.zone), TURN[issue.state]
    if who is Who.RAISER:
        ids = people.in_role(session, Role.OFFICE, today)
        text = message(session, moment, issue, words.NO_ANSWER)
        send(
            session, moment, issue, Who.OFFICE, ids, titled(session, issue, words.KIND_NO_ANSWER, "❓"), text
        )
        return
    unit = issue_life.holder(session, issue.id)
    ids = departments.heads(session, unit, today) if who is Who.HOLDER and unit is not None else []
    ids = ids or people.in_role(session, Role.SUPERVISION, today)
    text = message(session, moment, issue, words.HEAD)
    send(session, moment, issue, None, ids, titled(session, issue, words.KIND_HEAD, "⏰"), text)


def _list(session: Session, moment: Moment, issue: Issue) -> None:
    issues.add_event(session, issue.id, None, CIRCULAR, moment.now)
    enter(session, moment, issue, "issue_circular", state=issue.state)
    ids = people.in_role(session, Role.OFFICE, local_date(moment.now, moment.zone))
    text = message(session, moment, issue, words.CIRCULAR)
    send(session, moment, issue, None, ids, titled(session, issue, words.KIND_CIRCULAR, "📋"), text)


def _close(session: Session, moment: Moment, issue: Issue, rules: Rules) -> None:
    issues.add_event(session, issue.id, None, IssueStep.CLOSE, moment.now)
    issue_life.stand(session, issue, IssueState.CLOSED, moment.now, rules)
    issue_life.let_go(session, issue, moment.now)
    enter(session, moment, issue, "issue_close", by="rule")


def enter(session: Session, moment: Moment, issue: Issue, act: str, **facts: object) -> None:
    ledger.append(
        session, chain=f"unit:{issue.unit_id}", who="system", act=act, now=moment.now,
        facts={"issue": issue.number, "project": issue.project_id, **facts},
    )  # fmt: skip
