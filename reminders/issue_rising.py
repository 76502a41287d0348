"""老问题: a general problem that has been open too long becomes a major one by rule, once, and its leaders are told.

Where a person has decided on its severity, no rule does. How often it was reported is looked at when it is said.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.issue_chasing import enter
from reminders.moment import SLICE, Moment
from reminders.wording import issues as words
from rules.book import Book
from rules.issue_life import NEW
from rules.kinds import IssueStep, Severity
from rules.workdays import in_working_hours, local_date, next_working_moment
from storage import escalations, giving, group_telling, issue_life, issues, projects
from storage.group_telling import Ways
from storage.issue_life import Rules
from storage.messages import Option, Outgoing
from storage.tables.registry import Person, Unit
from storage.tables.reporting import Issue


def rise_some(session: Session, moment: Moment) -> bool:
    """A slice of what has been open too long by now; in working hours, for it is as old as it was last night."""
    book = moment.rules.book
    if not book.problems.rise_days or not in_working_hours(moment.now, book, moment.zone):
        return False
    since = moment.now - timedelta(days=book.problems.rise_days)
    found = issue_life.rising(session, since, SLICE)
    for issue in found:
        _rise(session, moment, issue)
    return bool(found)


def next_rise(session: Session, now: datetime, zone: ZoneInfo, book: Book) -> datetime | None:
    """When the oldest problem that may rise is old enough, in working hours."""
    if not book.problems.rise_days:
        return None
    oldest = next(iter(issue_life.rising(session, now, 1)), None)
    if oldest is None:
        return None
    old_enough = oldest.filed + timedelta(days=book.problems.rise_days)
    return next_working_moment(max(old_enough, now), book, zone)


def _rise(session: Session, moment: Moment, issue: Issue) -> None:
    rules = Rules(moment.rules.book, moment.zone)
    issues.add_event(session, issue.id, None, IssueStep.RAISE, moment.now)
    issue.severity = Severity.MAJOR
    issue_life.limit_again(session, issue, rules)
    if issue.state in NEW:
        giving.give_by_rule(session, issue, moment.now, rules)
    enter(session, moment, issue, "issue_raise", by="rule", times=issue.times,
          holder=issue_life.holder(session, issue.id))  # fmt: skip
    open_alarm(session, moment, issue)


def open_alarm(session: Session, moment: Moment, issue: Issue) -> None:
    """The alarm of a turn (`handlers/deeds/alarm.py`) without one: a ladder whose first rung is due now, and groups."""
    person, zone = session.get_one(Person, issue.whose), moment.zone
    project = projects.named(session, issue.project_id).name
    text = words.RISEN_TEXT.format(
        what=issue.what, times=issue.times, days=(local_date(moment.now, zone) - local_date(issue.filed, zone)).days,
        unit=session.get_one(Unit, person.unit_id).name, name=person.name, phone=person.phone or "",
    )  # fmt: skip
    alert = Outgoing(
        title=words.RISEN.format(number=issue.number, project=project), text=text, rows=_rows(issue)
    )
    row = escalations.open_ladder(session, issue.id, moment.rules.book.ladder, alert, moment.now)
    ways = Ways(moment.reach.running, moment.reach.limit, moment.now, zone)
    group_telling.tell_alarm(session, issue, alert, ways, escalations.alarm_key(row))


def _rows(issue: Issue) -> tuple[tuple[Option, ...], ...]:
    """Taking note of it, and what may follow."""
    return (
        (
            Option(label=words.ACKNOWLEDGE, data=f"a|{issue.id}"),
            Option(label=words.HANDLE, data=f"h|{issue.id}"),
        ),
        (
            Option(label=words.FORWARD, data=f"o|forward_issue|{issue.id}"),
            Option(label=words.DIRECT, data=f"o|direct_issue|{issue.id}"),
        ),
    )
