"""Taking note of a major problem (知悉): who was first is recorded, and the others are told."""

from handlers.deeds import on_behalf
from handlers.deeds.looking import look_up
from handlers.deeds.problems import concerns, taken
from handlers.loading.base import alerted
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from rules.kinds import Lane, Severity
from storage import issues, outbox, people
from storage.messages import IncomingKind, Outgoing
from storage.tables.registry import Project
from storage.tables.reporting import Issue


def acknowledge(turn: Turn, issue_id: int) -> Outcome:
    """A leader, lead department or the office takes note of a problem; the rest are told (decisions: 9)."""
    words, number = turn.city.words, f"W{issue_id}"
    issue = turn.session.get(Issue, issue_id)
    if issue is None or not concerns(turn, issue):
        return refusal(words.no_such_issue.format(number=number))
    if issue.severity is not Severity.MAJOR:
        return refusal(words.general_needs_none.format(number=number))
    if turn.person.id not in alerted(turn.session, issue.project_id, turn.today, heads=False):
        return refusal(words.not_yours_to_acknowledge.format(number=number))
    if by := taken(turn, issue_id):
        return refusal(words.acknowledged_already.format(number=number, name=by[0], time=by[1]))
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
    others = [issue.whose, *alerted(turn.session, issue.project_id, turn.today)]
    for contact in people.contacts(
        turn.session, [each for each in others if each != turn.person.id], turn.city.running
    ):
        turn.push(contact, Outgoing(text=text), Lane.URGENT, number=issue.number)
