"""Taking note of a major problem (知悉), or taking it on (我来处理): the ladder stops, and the others see by whom."""

from collections.abc import Collection
from datetime import datetime

from handlers.deeds import on_behalf
from handlers.deeds.alarm import drill_mark, follow_row
from handlers.deeds.group_telling import tell_chat
from handlers.deeds.looking import look_up
from handlers.deeds.problems import concerns, taken
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from rules.kinds import EscalationState, IssueAct, Lane, Severity
from rules.ladder import follow_by
from storage import escalations, in_chats, issues, people, projects
from storage import rules as stored_rules
from storage.alerting import may_take, told_of
from storage.messages import IncomingKind, Outgoing
from storage.people import Contact
from storage.tables.escalating import Escalation
from storage.tables.reporting import Issue, IssueEvent


def acknowledge(turn: Turn, issue_id: int, *, handles: bool = False) -> Outcome:
    """A leader, lead department or the office takes note of a problem; the rest are told (decisions: 9)."""
    words, number = turn.city.words, f"W{issue_id}"
    issue = turn.session.get(Issue, issue_id)
    if issue is None or not concerns(turn, issue):
        return refusal(words.no_such_issue.format(number=number))
    if issue.severity is not Severity.MAJOR:
        return refusal(words.general_needs_none.format(number=number))
    if turn.person.id not in may_take(turn.session, issue, turn.today):
        return refusal(words.not_yours_to_acknowledge.format(number=number))
    by, handler = taken(turn, issue_id), issues.newest(turn.session, issue_id, (IssueAct.HANDLING,))
    if by is None or (handles and handler is None):
        return _note(turn, issue, handles=handles)
    if note_in_drill(turn, issue):
        return Outcome(Outgoing(text=words.drill_noted.format(number=number)))
    if handles and handler is not None:
        return refusal(_handled_already(turn, number, handler))
    return refusal(words.acknowledged_already.format(number=number, name=by[0], time=by[1]))


def _handled_already(turn: Turn, number: str, handler: IssueEvent) -> str:
    name = on_behalf.named(turn, handler.person_id or 0, on_behalf.read_note(handler.note))
    time = day_and_hour(handler.at, turn.city.zone)
    return turn.city.words.handled_already.format(number=number, name=name, time=time)


def note_in_drill(turn: Turn, issue: Issue) -> bool:
    """A drill measures everyone: who answers after the first is noted down too."""
    row = escalations.of_issue(turn.session, issue.id)
    if row is None or not issue.drill or row.state is EscalationState.OVER:
        return False
    escalations.answer(turn.session, row, turn.person.id, turn.now)
    return True


def _note(turn: Turn, issue: Issue, *, handles: bool) -> Outcome:
    leader = acting_for(turn, issue)
    if taken(turn, issue.id) is None:
        take(turn, issue)
    if handles:
        issues.add_event(
            turn.session, issue.id, turn.person.id, IssueAct.HANDLING, turn.now, on_behalf.note(leader)
        )
        enter(turn, issue.unit_id, "handle_issue", issue=issue.number, leader=leader)
    words = turn.city.words
    template = words.told_handling if handles else words.told_acknowledged
    tell_told(turn, issue, template.format(**who_and_when(turn, issue, leader)))
    return Outcome(_noted(turn, issue, leader))


def take(turn: Turn, issue: Issue) -> None:
    """The person takes note: the ladder stops if that is enough, and what is on its way is withdrawn."""
    leader = acting_for(turn, issue)
    issues.acknowledge(turn.session, issue, turn.person.id, turn.now, on_behalf.note(leader))
    row, stopped = escalations.of_issue(turn.session, issue.id), False
    if row is not None:
        stopped = escalations.answer(turn.session, row, turn.person.id, turn.now)
        if stopped:
            escalations.take(turn.session, row, turn.person.id, turn.now, _follow_by(turn, row))
            _show_taken(turn, issue, row, leader)
        else:
            escalations.withdraw(turn.session, row, turn.now, turn.person.id)
    enter(turn, issue.unit_id, "acknowledge_issue", issue=issue.number, leader=leader, stopped=stopped)


def _show_taken(turn: Turn, issue: Issue, row: Escalation, leader: int | None) -> None:
    """The others' alerts say who has it, and offer what may follow instead of what was done: no new message.

    An edit makes no sound, so it goes at any hour, and before whatever they do on that message afterwards; what they
    have done on it already stays.
    """
    name, time = on_behalf.named(turn, turn.person.id, leader), day_and_hour(turn.now, turn.city.zone)
    by = turn.city.words.issue_taken.format(name=name, time=time)
    alerts = escalations.alerts(turn.session, row)
    newest = {each.person_id: each.outbox_id for each in alerts if each.may and each.outbox_id}
    newest.pop(turn.person.id, None)  # whose own alert is edited in answer to their tap
    for found in in_chats.standing(turn.session, list(newest.values())):
        before = in_chats.as_edited(turn.session, found)
        if not _asks_to_take(before) or not turn.city.show(found.address.channel).edits:
            continue
        shown = {"text": f"{before.text}\n{by}", "rows": (follow_row(turn, issue),), "photos": ()}
        message = before.model_copy(update={**shown, "replaces": found.external})
        contact = Contact(found.person_id, "", found.address)
        turn.push(contact, message, Lane.URGENT, number=issue.number)


def _asks_to_take(message: Outgoing) -> bool:
    """Whether it still offers to take note; what asks for a signature goes on to do so."""
    return any(option.data.startswith("a|") for row in message.rows for option in row)


def _follow_by(turn: Turn, row: Escalation) -> datetime:
    book = stored_rules.in_force(turn.session).book
    return follow_by(escalations.ladder_of(row), turn.now, book, turn.city.zone)


def acting_for(turn: Turn, issue: Issue) -> int | None:
    """In whose place who speaks does it: as secretary, or standing in; None for themselves."""
    acting = on_behalf.acting(turn.session, issue.project_id, turn.today)
    if turn.person.id in acting:
        return acting[turn.person.id]
    asked = escalations.asked(turn.session, issue, turn.today).get(turn.person.id)
    return asked.acts_for if asked else None


def who_and_when(turn: Turn, issue: Issue, leader: int | None) -> dict[str, str]:
    return {
        "number": drill_mark(turn, issue) + issue.number,
        "project": projects.named(turn.session, issue.project_id).name,
        "name": on_behalf.named(turn, turn.person.id, leader),
        "time": day_and_hour(turn.now, turn.city.zone),
    }


def _noted(turn: Turn, issue: Issue, leader: int | None) -> Outgoing:
    """Tells that note was taken: where the alert itself can be edited, it says so and offers what may follow."""
    words, pressed = turn.city.words, turn.incoming.message
    time = day_and_hour(turn.now, turn.city.zone)
    shown, rows = None, (follow_row(turn, issue),)
    if turn.incoming.kind is IncomingKind.BUTTON and turn.city.show(turn.incoming.address.channel).edits:
        shown = in_chats.shown(turn.session, turn.person.id, turn.incoming.address, pressed)
    if shown is None:
        template = words.acknowledged if leader is None else words.acknowledged_for
        text = template.format(number=issue.number, time=time, leader=on_behalf.name_of(turn, leader))
        return Outgoing(text=drill_mark(turn, issue) + text, rows=rows)
    if shown.number != issue.number:  # not the alert, but an answer to who asked about the problem
        return look_up(turn, issue.id).model_copy(update={"replaces": pressed})
    by = words.issue_taken.format(name=on_behalf.named(turn, turn.person.id, leader), time=time)
    text = f"{shown.message.text}\n{by}"
    # Its photos are there already, and an edit cannot add any.
    return shown.message.model_copy(update={"text": text, "rows": rows, "replaces": pressed, "photos": ()})


def tell_told(
    turn: Turn, issue: Issue, text: str, *, also: tuple[int, ...] = (), but: Collection[int] = ()
) -> None:
    """Everyone who was told of the problem hears what was done about it, and who raised it; and its group."""
    told = [*also, issue.whose, *told_of(turn.session, issue, turn.today)]
    others = [each for each in dict.fromkeys(told) if each != turn.person.id and each not in but]
    for contact in people.contacts(turn.session, others, turn.city.running):
        turn.push(contact, Outgoing(text=text), Lane.URGENT, number=issue.number)
    tell_chat(turn, issue, Outgoing(text=text))
