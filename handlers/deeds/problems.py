"""Deeds about problems (存在问题): filing one, and telling its leaders at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.commands import FileIssue
from handlers.deeds import on_behalf
from handlers.deeds.telling import not_theirs, speaker, tell_for
from handlers.deeds.zeros import doubt_zero
from handlers.loading.base import alerted
from handlers.loading.threads import category_name
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, digest, enter
from handlers.screen import Rows
from handlers.turning import Turn
from rules.kinds import Lane, Role, Severity
from rules.scope import REPORTING
from storage import groups, issues, media, outbox, people
from storage import rules as stored_rules
from storage.messages import Option, Outgoing
from storage.people import Contact
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue


def file_issue(turn: Turn, command: FileIssue, talk_id: int | None) -> Outcome:
    project, words = turn.session.get_one(Project, command.project_id), turn.city.words
    if command.for_person and (refused := not_theirs(turn, command.for_person, project.id)):
        return refused
    rules = stored_rules.in_force(turn.session)
    issue = _register(turn, command, project, talk_id, rules.version)
    doubt_zero(turn, issue)
    lines = [project.name, words.line_what.format(text=issue.what)]
    title = words.receipt_issue.format(number=issue.number)
    if issue.severity is Severity.MAJOR:
        told = _alert(turn, issue, project, category_name(rules, command.category), command.photos)
        title = words.receipt_major.format(number=issue.number)
        lines += told_lines(turn, told)
    if command.for_person:
        lines.append(_tell_caller(turn, issue, project.name, command.for_person))
    return Outcome(Outgoing(title=title, text="\n".join(lines)), issue.number, title)


def _tell_caller(turn: Turn, issue: Issue, project: str, person_id: int) -> str:
    """代报: who telephoned sees what was registered."""
    words = turn.city.words
    told = words.told_for_issue.format(
        name=turn.person.name, project=project, number=issue.number, what=issue.what
    )
    return tell_for(turn, person_id, Outgoing(text=told))


def _register(
    turn: Turn, command: FileIssue, project: Project, talk_id: int | None, rules_version: int
) -> Issue:
    issue = Issue(
        project_id=project.id, unit_id=project.unit_id, severity=command.severity, category=command.category,
        what=command.what, help_needed=command.help_needed, place=command.place,
        found=command.found or turn.now, filed_by=turn.person.id, filed=turn.now, talk_id=talk_id,
        rules_version=rules_version,
        for_person=command.for_person,
    )  # fmt: skip
    issues.register(turn.session, issue, turn.now)
    media.tie(turn.session, turn.person.id, (*command.photos, *command.pinned), issue_id=issue.id)
    enter(
        turn, project.unit_id, "file_issue", issue=issue.number, project=project.id,
        severity=command.severity, category=command.category,
        found=issue.found.isoformat(),
        text=digest(turn, f"{command.what}\n{command.help_needed}\n{command.place}"), photos=len(command.photos),
        for_person=command.for_person,
    )  # fmt: skip
    return issue


def _alert(
    turn: Turn, issue: Issue, project: Project, category: str, photos: tuple[int, ...]
) -> list[Contact]:
    """Writes to everyone who must know at once; gives back who that is, reachable or not."""
    words = turn.city.words
    by = speaker(turn, issue.for_person)
    text = words.alert.format(
        what=issue.what,
        help=issue.help_needed or words.help_none,
        category=category,
        place=issue.place or words.place_on_site,
        found=day_and_hour(issue.found, turn.city.zone),
        unit=by.unit,
        name=by.name,
        phone=by.phone,
        time=day_and_hour(issue.filed, turn.city.zone),
    )
    title = words.alert_title.format(number=issue.number, project=project.name)
    may = alerted(turn.session, project.id, turn.today, heads=False)
    ids = [each for each in alerted(turn.session, project.id, turn.today) if each != turn.person.id]
    contacts = people.contacts(turn.session, ids, turn.city.running)
    acting = on_behalf.acting(turn.session, project.id, turn.today)
    for contact in contacts:
        # The unit's own head is told, but has nothing to press: it is not theirs to acknowledge (decisions: 9).
        rows = acknowledge_row(turn, issue) if contact.id in may else ()
        mark = on_behalf.mark(turn, acting.get(contact.id))
        message = Outgoing(title=title + mark, text=text, rows=rows, photos=photos)
        turn.push(contact, message, Lane.URGENT, number=issue.number)
    _tell_groups(turn, issue, Outgoing(title=title, text=text))
    return contacts


def _tell_groups(turn: Turn, issue: Issue, message: Outgoing) -> None:
    """A group has no person in it that could acknowledge: it is told the words alone."""
    groups.tell(
        turn.session, turn.city.running, message, Lane.URGENT, now=turn.now, number=issue.number,
        limit=turn.city.show(groups.CHANNEL).text_limit, once=f"alarm:{issue.number}", inbox_id=turn.inbox_id,
    )  # fmt: skip


def acknowledge_row(turn: Turn, issue: Issue) -> Rows:
    return ((Option(label=turn.city.words.acknowledge_button, data=f"a|{issue.id}"),),)


def concerns(turn: Turn, issue: Issue) -> bool:
    reporting = people.responsible(turn.session, issue.project_id, REPORTING, turn.today)
    told = alerted(turn.session, issue.project_id, turn.today)
    return turn.person.id in {issue.filed_by, issue.whose, *reporting, *told}


def taken(turn: Turn, issue_id: int) -> tuple[str, str] | None:
    """Who has acknowledged the problem, and when; None if nobody has."""
    event = issues.acknowledgement(turn.session, issue_id)
    if event is None or event.person_id is None:
        return None
    name = on_behalf.named(turn, event.person_id, on_behalf.read_note(event.note))
    return name, day_and_hour(event.at, turn.city.zone)


def told_lines(turn: Turn, contacts: list[Contact]) -> list[str]:
    words = turn.city.words
    if not contacts:
        return [words.nobody_to_tell]
    told = [contact.name for contact in contacts if contact.address]
    missed = [contact.name for contact in contacts if not contact.address]
    lines = [words.told.format(names=words.list_separator.join(told))] if told else []
    if missed:
        lines.append(words.unreachable.format(names=words.list_separator.join(missed)))
    return lines


def tell_unreached(session: Session, city: City, number: str, person_id: int, now: datetime) -> None:
    """Someone who must know of a problem cannot be reached: whose it is and the office are told to telephone, once."""
    issue = session.get(Issue, int(number[1:])) if number[:1] == "W" and number[1:].isdecimal() else None
    if issue is None:
        return
    person = session.get_one(Person, person_id)
    text = city.words.not_reached.format(number=number, name=person.name, phone=person.phone or "")
    office = people.in_role(session, Role.OFFICE, now.astimezone(city.zone).date())
    others = [each for each in (issue.whose, *office) if each != person_id]
    for contact in people.contacts(session, others, city.running):
        channel = contact.address.channel if contact.address else ""
        outbox.write(
            session, address=contact.address, person_id=contact.id, message=Outgoing(text=text),
            lane=Lane.URGENT, now=now, limit=city.show(channel).text_limit,
            once=f"unreached:{number}:{person_id}:{contact.id}",
        )  # fmt: skip
