"""Deeds about problems (存在问题): filing one, telling its leaders at once, and taking note of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.commands import FileIssue
from handlers.deeds import on_behalf
from handlers.loading.base import alerted
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.screen import Rows
from handlers.turning import Turn
from rules.kinds import Lane, Role, Severity
from rules.scope import REPORTING
from storage import issues, media, outbox, people
from storage import rules as stored_rules
from storage.messages import IncomingKind, Option, Outgoing
from storage.people import Contact
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue


def file_issue(turn: Turn, command: FileIssue, talk_id: int | None) -> Outcome:
    project, words = turn.session.get_one(Project, command.project_id), turn.city.words
    rules = stored_rules.in_force(turn.session)
    issue = _register(turn, command, project, talk_id, rules.version)
    lines = [project.name, words.line_what.format(text=issue.what)]
    title = words.receipt_issue.format(number=issue.number)
    if issue.severity is Severity.MAJOR:
        category = rules.book.category(command.category)
        told = _alert(turn, issue, project, category.name if category else command.category)
        title = words.receipt_major.format(number=issue.number)
        lines += _told(turn, told)
    return Outcome(Outgoing(title=title, text="\n".join(lines)), issue.number, title)


def _register(
    turn: Turn, command: FileIssue, project: Project, talk_id: int | None, rules_version: int
) -> Issue:
    issue = Issue(
        project_id=project.id, unit_id=project.unit_id, severity=command.severity, category=command.category,
        what=command.what, help_needed=command.help_needed, found=turn.now, filed_by=turn.person.id,
        filed=turn.now, talk_id=talk_id, rules_version=rules_version,
    )  # fmt: skip
    issues.register(turn.session, issue, turn.now)
    media.tie(turn.session, turn.person.id, command.photos, issue_id=issue.id)
    enter(
        turn, project.unit_id, "file_issue", issue=issue.number, project=project.id,
        severity=command.severity, category=command.category,
        text=digest(f"{command.what}\n{command.help_needed}"), photos=len(command.photos),
    )  # fmt: skip
    return issue


def _alert(turn: Turn, issue: Issue, project: Project, category: str) -> list[Contact]:
    """Writes to everyone who must know at once; gives back who that is, reachable or not."""
    words = turn.city.words
    text = words.alert.format(
        what=issue.what,
        help=issue.help_needed or words.help_none,
        category=category,
        unit=turn.person.unit,
        name=turn.person.name,
        phone=turn.person.phone,
        time=day_and_hour(issue.filed, turn.city.zone),
    )
    title = words.alert_title.format(number=issue.number, project=project.name)
    may = alerted(turn.session, project.id, turn.today, heads=False)
    ids = [each for each in alerted(turn.session, project.id, turn.today) if each != turn.person.id]
    contacts = people.contacts(turn.session, ids, turn.city.running)
    acting = on_behalf.acting(turn.session, project.id, turn.today)
    for contact in contacts:
        # The unit's own head is told, but has nothing to press: it is not theirs to acknowledge (decisions: 9).
        rows = _acknowledge_row(turn, issue) if contact.id in may else ()
        mark = on_behalf.mark(turn, acting.get(contact.id))
        message = Outgoing(title=title + mark, text=text, rows=rows)
        turn.push(contact, message, Lane.URGENT, number=issue.number)
    return contacts


def _acknowledge_row(turn: Turn, issue: Issue) -> Rows:
    return ((Option(label=turn.city.words.acknowledge_button, data=f"a|{issue.id}"),),)


def look_up(turn: Turn, issue_id: int) -> Outgoing:
    """What has become of a problem, for those it concerns: who was told of it, and who reports for its project."""
    words, number = turn.city.words, f"W{issue_id}"
    issue = turn.session.get(Issue, issue_id)
    if issue is None or not _concerns(turn, issue):
        return Outgoing(text=words.no_such_issue.format(number=number))
    project = turn.session.get_one(Project, issue.project_id)
    major = issue.severity is Severity.MAJOR
    severity = words.severity_major if major else words.severity_general
    lines = [words.line_what.format(text=issue.what)]
    if issue.help_needed:
        lines.append(words.line_help.format(text=issue.help_needed))
    filer = people.contacts(turn.session, [issue.filed_by], turn.city.running)[0].name
    lines.append(words.issue_status.format(time=day_and_hour(issue.filed, turn.city.zone), name=filer))
    taken = _taken(turn, issue_id)
    if major:
        lines.append(words.issue_taken.format(name=taken[0], time=taken[1]) if taken else words.issue_waiting)
    may = turn.person.id in alerted(turn.session, issue.project_id, turn.today, heads=False)
    rows = _acknowledge_row(turn, issue) if major and may and not taken else ()
    title = words.issue_title_line.format(number=number, severity=severity, project=project.name)
    return Outgoing(title=title, text="\n".join(lines), rows=rows)


def _concerns(turn: Turn, issue: Issue) -> bool:
    reporting = people.responsible(turn.session, issue.project_id, REPORTING, turn.today)
    told = alerted(turn.session, issue.project_id, turn.today)
    return turn.person.id in {issue.filed_by, *reporting, *told}


def _taken(turn: Turn, issue_id: int) -> tuple[str, str] | None:
    """Who has acknowledged the problem, and when; None if nobody has."""
    event = issues.acknowledgement(turn.session, issue_id)
    if event is None or event.person_id is None:
        return None
    name = on_behalf.named(turn, event.person_id, on_behalf.read_note(event.note))
    return name, day_and_hour(event.at, turn.city.zone)


def _told(turn: Turn, contacts: list[Contact]) -> list[str]:
    words = turn.city.words
    if not contacts:
        return [words.nobody_to_tell]
    told = [contact.name for contact in contacts if contact.address]
    missed = [contact.name for contact in contacts if not contact.address]
    lines = [words.told.format(names=words.list_separator.join(told))] if told else []
    if missed:
        lines.append(words.unreachable.format(names=words.list_separator.join(missed)))
    return lines


def acknowledge(turn: Turn, issue_id: int) -> Outcome:
    """A leader, lead department or the office takes note of a problem; the rest are told (decisions: 9)."""
    words, number = turn.city.words, f"W{issue_id}"
    issue = turn.session.get(Issue, issue_id)
    if issue is None or not _concerns(turn, issue):
        return refusal(words.no_such_issue.format(number=number))
    if issue.severity is not Severity.MAJOR:
        return refusal(words.general_needs_none.format(number=number))
    if turn.person.id not in alerted(turn.session, issue.project_id, turn.today, heads=False):
        return refusal(words.not_yours_to_acknowledge.format(number=number))
    if taken := _taken(turn, issue_id):
        return refusal(words.acknowledged_already.format(number=number, name=taken[0], time=taken[1]))
    leader = on_behalf.acting(turn.session, issue.project_id, turn.today).get(turn.person.id)
    issues.acknowledge(turn.session, issue, turn.person.id, turn.now, on_behalf.note(leader))
    enter(turn, issue.unit_id, "acknowledge_issue", issue=number, leader=leader)
    _tell_others(turn, issue, leader)
    return Outcome(_noted(turn, issue, leader))


def _noted(turn: Turn, issue: Issue, leader: int | None) -> Outgoing:
    """Tells that note was taken: where the alert itself can be edited, it says so and has nothing to press any more."""
    words, pressed = turn.city.words, turn.incoming.message
    time = day_and_hour(turn.now, turn.city.zone)
    shown = None
    if turn.incoming.kind is IncomingKind.BUTTON and turn.city.show(turn.incoming.address.channel).edits:
        shown = outbox.shown(turn.session, turn.person.id, turn.incoming.address, pressed)
    if shown is None:
        template = words.acknowledged if leader is None else words.acknowledged_for
        text = template.format(number=issue.number, time=time, leader=on_behalf.name_of(turn, leader))
        return Outgoing(text=text)
    if shown.number != issue.number:  # not the alert, but an answer to who asked about the problem
        return look_up(turn, issue.id).model_copy(update={"replaces": pressed})
    taken = words.issue_taken.format(name=on_behalf.named(turn, turn.person.id, leader), time=time)
    text = f"{shown.message.text}\n{taken}"
    return shown.message.model_copy(update={"text": text, "rows": (), "replaces": pressed})


def _tell_others(turn: Turn, issue: Issue, leader: int | None) -> None:
    project = turn.session.get_one(Project, issue.project_id)
    text = turn.city.words.told_acknowledged.format(
        number=issue.number, project=project.name, name=on_behalf.named(turn, turn.person.id, leader)
    )
    others = [issue.filed_by, *alerted(turn.session, issue.project_id, turn.today)]
    for contact in people.contacts(
        turn.session, [each for each in others if each != turn.person.id], turn.city.running
    ):
        turn.push(contact, Outgoing(text=text), Lane.URGENT, number=issue.number)


def tell_unreached(session: Session, city: City, number: str, person_id: int, now: datetime) -> None:
    """Someone who must know of a problem cannot be reached: who filed it and the office are told to telephone, once."""
    issue = session.get(Issue, int(number[1:])) if number[:1] == "W" and number[1:].isdecimal() else None
    if issue is None:
        return
    person = session.get_one(Person, person_id)
    text = city.words.not_reached.format(number=number, name=person.name, phone=person.phone or "")
    office = people.in_role(session, Role.OFFICE, now.astimezone(city.zone).date())
    others = [each for each in (issue.filed_by, *office) if each != person_id]
    for contact in people.contacts(session, others, city.running):
        channel = contact.address.channel if contact.address else ""
        outbox.write(
            session, address=contact.address, person_id=contact.id, message=Outgoing(text=text),
            lane=Lane.URGENT, now=now, limit=city.show(channel).text_limit,
            once=f"unreached:{number}:{person_id}:{contact.id}",
        )  # fmt: skip
