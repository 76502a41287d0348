"""Messages of a sweep about a problem: what they say of it, whose they are, and the buttons of whose turn it is."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from reminders.moment import Moment
from reminders.wording import issues as words
from rules.issue_life import Who, moves
from rules.kinds import IssueState, IssueWord, Lane, Role, Severity
from rules.workdays import local_date
from storage import departments, issue_life, outbox, people, projects
from storage.messages import Option, Outgoing
from storage.people import Contact
from storage.tables.reporting import Issue


def titled(session: Session, issue: Issue, kind: str, sign: str) -> str:
    project = projects.named(session, issue.project_id).name
    return words.TITLE.format(sign=sign, number=issue.number, kind=kind, project=project)


def message(session: Session, moment: Moment, issue: Issue, template: str) -> str:
    return template.format(
        what=issue.what,
        asked=words.ASKED[issue.state],
        until=moment.day_ahead(issue.stands_until or moment.now),
        who=holder_name(session, issue),
    )


def holder_name(session: Session, issue: Issue) -> str:
    unit = issue_life.holder(session, issue.id)
    return words.OFFICE if unit is None else departments.name_of(session, unit)


def send(
    session: Session, moment: Moment, issue: Issue, who: Who | None, ids: Sequence[int], title: str, text: str
) -> None:
    """To each of them once, with the buttons of who they are. A department that cannot be reached: to the office."""
    found = people.contacts(session, ids, moment.reach.running)
    if who is Who.HOLDER and not any(each.address for each in found):
        office = people.in_role(session, Role.OFFICE, local_date(moment.now, moment.zone))
        found = people.contacts(session, office, moment.reach.running)
        text = f"{text}\n{words.UNBOUND.format(who=holder_name(session, issue))}"
    rows = turn_rows(issue, who) if who else ()
    for contact in found:
        write(session, moment, issue, contact, Outgoing(title=title, text=text, rows=rows))


def write(session: Session, moment: Moment, issue: Issue, contact: Contact, said: Outgoing) -> None:
    # Another severity or another limit within a state begins the chase anew.
    since, until = issue.stands_since or issue.filed, issue.stands_until or issue.filed
    major = issue.severity is Severity.MAJOR
    outbox.write(
        session, address=contact.address, person_id=contact.id, message=said,
        lane=Lane.URGENT if major else Lane.REMINDER, now=moment.now, number=issue.number,
        limit=moment.reach.limit(contact.address.channel if contact.address else ""),
        once=f"issue {issue.number} {issue.state} {issue.severity} {since.isoformat()} {until.isoformat()} "
        f"{issue.chased} for person {contact.id}",
    )  # fmt: skip


def turn_rows(issue: Issue, who: Who) -> tuple[tuple[Option, ...], ...]:
    """What moves the problem on, by whose turn it is."""
    options = []
    for each in moves(issue.state, issue.severity, [who]):
        if isinstance(each.step, IssueWord):
            if issue.state is IssueState.DONE and each.step in words.STEPS:
                options.append(Option(label=words.STEPS[each.step], data=f"w|{issue.id}|{each.step}"))
        elif each.step in words.STEPS:
            data = f"o|handle_issue|{issue.id}.{each.step}"
            options.append(Option(label=words.STEPS[each.step], data=data))
    return (tuple(options),) if options else ()
