"""Deeds about problems (存在问题): filing one, and telling its leaders at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.commands import FileIssue
from handlers.deeds import on_behalf
from handlers.deeds.alarm import raise_alarm
from handlers.deeds.giving import give_by_rule, tell_given
from handlers.deeds.telling import not_theirs, tell_for
from handlers.deeds.zeros import doubt_zero
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, digest, enter
from handlers.turning import Turn
from rules.kinds import IssueAct, Lane, Role, Severity
from storage import escalations, issues, media, outbox, people, problem_scope
from storage import rules as stored_rules
from storage.issue_life import Rules
from storage.messages import Outgoing
from storage.people import Contact
from storage.rules import InForce
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue


def file_issue(turn: Turn, command: FileIssue, talk_id: int | None) -> Outcome:
    project, words = turn.session.get_one(Project, command.project_id), turn.city.words
    if command.for_person and (refused := not_theirs(turn, command.for_person, project.id)):
        return refused
    rules = stored_rules.in_force(turn.session)
    issue = _register(turn, command, project, talk_id, rules)
    doubt_zero(turn, issue)
    lines = [project.name, words.line_what.format(text=issue.what)]
    title = words.receipt_issue.format(number=issue.number)
    given, told = give_by_rule(turn, issue, rules), list[Contact]()
    if issue.severity is Severity.MAJOR:
        told = raise_alarm(turn, issue, rules, command.photos)
        title = words.receipt_major.format(number=issue.number)
    tell_given(turn, issue, [each.id for each in told if each.address])
    lines += [given] if given else []
    lines += told_lines(turn, told) if issue.severity is Severity.MAJOR else []
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


def _register(turn: Turn, command: FileIssue, project: Project, talk_id: int | None, rules: InForce) -> Issue:
    issue = Issue(
        project_id=project.id, unit_id=project.unit_id, severity=command.severity, category=command.category,
        what=command.what, help_needed=command.help_needed, place=command.place,
        found=command.found or turn.now, filed_by=turn.person.id, filed=turn.now, talk_id=talk_id,
        rules_version=rules.version,
        for_person=command.for_person,
    )  # fmt: skip
    issues.register(turn.session, issue, turn.now, Rules(rules.book, turn.city.zone))
    media.tie(turn.session, turn.person.id, (*command.photos, *command.pinned), issue_id=issue.id)
    enter(
        turn, project.unit_id, "file_issue", issue=issue.number, project=project.id,
        severity=command.severity, category=command.category,
        found=issue.found.isoformat(),
        text=digest(turn, f"{command.what}\n{command.help_needed}\n{command.place}"), photos=len(command.photos),
        for_person=command.for_person,
    )  # fmt: skip
    return issue


def concerns(turn: Turn, issue: Issue) -> bool:
    return problem_scope.concerns(turn.session, turn.person.id, issue, turn.today)


def taken(turn: Turn, issue_id: int) -> tuple[str, str] | None:
    """Who has acknowledged the problem, and when; None if nobody has, or if nothing followed and it must be anew."""
    ladder = escalations.of_issue(turn.session, issue_id)
    if ladder is not None and ladder.taken is None:
        return None
    event = issues.newest(turn.session, issue_id, (IssueAct.ACKNOWLEDGED,))
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
    _pass_over(session, city, issue.id, person_id, now)
    others = [each for each in (issue.whose, *office) if each != person_id]
    for contact in people.contacts(session, others, city.running):
        channel = contact.address.channel if contact.address else ""
        outbox.write(
            session, address=contact.address, person_id=contact.id, message=Outgoing(text=text),
            lane=Lane.URGENT, now=now, limit=city.show(channel).text_limit,
            once=f"unreached:{number}:{person_id}:{contact.id}",
        )  # fmt: skip


def _pass_over(session: Session, city: City, issue_id: int, blocked: int, now: datetime) -> None:
    """The ladder does not wait for who cannot be reached: if nobody else of the rung can be, the next one is told."""
    told = people.contacts(session, escalations.told_of(session, issue_id), city.running)
    reachable = {contact.id for contact in told if contact.address}
    escalations.pass_over(session, issue_id, blocked, reachable, now)
