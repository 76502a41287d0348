"""What may follow an acknowledgement: an instruction (批示), and passing a problem on to a lead department (转办).

Either is an acknowledgement too. An instruction is drafted into a numbered order (督办单) for the office to confirm.
"""

from handlers.commands import DirectIssue, ForwardIssue
from handlers.deeds.alarm import drill_mark, take_rows
from handlers.deeds.issue_telling import not_now, with_turn
from handlers.deeds.noting import acting_for, take, tell_told, who_and_when
from handlers.deeds.order_drafting import Instruction, draft
from handlers.deeds.problems import taken
from handlers.outcome import Outcome, digest, enter, refusal
from handlers.turning import Turn
from rules.issue_life import ENDED, move
from rules.kinds import IssueAct, IssueState, IssueStep, Lane, Role, Severity
from rules.scope import REPORTING
from storage import departments, escalations, issue_life, issues, people, whom
from storage import rules as stored_rules
from storage.giving import give
from storage.issue_life import Rules
from storage.messages import Outgoing
from storage.tables.ordering import Order
from storage.tables.registry import Unit
from storage.tables.reporting import Issue


def direct_issue(turn: Turn, command: DirectIssue) -> Outcome:
    """Keeps the instruction in the leader's own words; the office, the unit and everyone told of the problem see it."""
    words = turn.city.words
    issue = turn.session.get_one(Issue, command.issue_id)
    if refused := _closed(turn, issue):
        return refused
    leader = _take_if_nobody_has(turn, issue)
    issues.add_event(turn.session, issue.id, turn.person.id, IssueAct.DIRECTIVE, turn.now, command.text)
    enter(
        turn,
        issue.unit_id,
        "direct_issue",
        issue=issue.number,
        leader=leader,
        text=digest(turn, command.text),
    )
    said = words.told_directive.format(text=command.text, **who_and_when(turn, issue, leader))
    order = _draft(turn, issue, command.text, leader)
    # Who is shown the draft to confirm needs no second message that says the same.
    office = people.in_role(turn.session, Role.OFFICE, turn.today) if order else []
    tell_told(turn, issue, said, also=_office_and_unit(turn, issue), but=office)
    receipt = drill_mark(turn, issue) + words.directive_kept.format(number=issue.number, text=command.text)
    if order is not None:
        receipt = f"{receipt}\n{words.order_drafted.format(number=order.number)}"
    return Outcome(Outgoing(text=receipt), summary=receipt)


def _draft(turn: Turn, issue: Issue, text: str, leader: int | None) -> Order | None:
    """The trackable form of the instruction; a drill's is none."""
    if issue.drill:
        return None
    lane = Lane.URGENT if issue.severity is Severity.MAJOR else Lane.REMINDER
    return draft(turn, Instruction(text, issue.number, issue.project_id, issue.id, leader, lane))


def forward_issue(turn: Turn, command: ForwardIssue) -> Outcome:
    """The lead department gets the alert itself, with what may be pressed; the others hear that it was passed on."""
    words = turn.city.words
    issue = turn.session.get_one(Issue, command.issue_id)
    if refused := _closed(turn, issue):
        return refused
    unit = turn.session.get_one(Unit, command.unit_id)
    if not (ids := departments.contacts(turn.session, unit.id, issue.project_id, turn.today)):
        return refusal(words.department_has_nobody.format(unit=unit.name))
    if move(issue.state, IssueStep.ASSIGN, issue.severity) is None:
        return refusal(not_now(turn, issue, IssueStep.ASSIGN))
    leader = _take_if_nobody_has(turn, issue)
    issues.add_event(turn.session, issue.id, turn.person.id, IssueAct.FORWARDED, turn.now, unit.name)
    if not issue.drill:  # a drill is nobody's work: the department only takes note of it
        _give(turn, issue, unit)
    enter(turn, issue.unit_id, "forward_issue", issue=issue.number, leader=leader, unit_to=unit.id)
    said = words.told_forwarded.format(unit=unit.name, **who_and_when(turn, issue, leader))
    tell_told(turn, issue, said, also=_office_and_unit(turn, issue))
    _hand_on(turn, issue, [each for each in ids if each != turn.person.id], said)
    receipt = drill_mark(turn, issue) + words.forwarded.format(number=issue.number, unit=unit.name)
    return Outcome(Outgoing(text=receipt), summary=receipt)


def _give(turn: Turn, issue: Issue, unit: Unit) -> None:
    rules = Rules(stored_rules.in_force(turn.session).book, turn.city.zone)
    give(turn.session, issue, unit.id, turn.now, rules)
    issue_life.stand(turn.session, issue, IssueState.ASSIGNED, turn.now, rules)


def _closed(turn: Turn, issue: Issue) -> Outcome | None:
    if issue.state not in ENDED:
        return None
    return refusal(turn.city.words.closed_for_leaders.format(number=issue.number))


def _take_if_nobody_has(turn: Turn, issue: Issue) -> int | None:
    """Who acts on a major problem has taken note of it. Gives back in whose place they do it."""
    if issue.severity is Severity.MAJOR and taken(turn, issue.id) is None:
        take(turn, issue)
    return acting_for(turn, issue)


def _office_and_unit(turn: Turn, issue: Issue) -> tuple[int, ...]:
    office = people.in_role(turn.session, Role.OFFICE, turn.today)
    return (*office, *people.responsible(turn.session, issue.project_id, REPORTING, turn.today))


def _hand_on(turn: Turn, issue: Issue, ids: list[int], reason: str) -> None:
    """They are told as if a rung had told them, so that they may take it and hear what becomes of it."""
    row = escalations.of_issue(turn.session, issue.id)
    alert = Outgoing.model_validate(row.alert) if row else Outgoing(text=issue.what)
    message = alert.model_copy(update={"text": f"{reason}\n{alert.text}", "rows": take_rows(turn, issue)})
    told = []
    for contact in people.contacts(turn.session, ids, turn.city.running):
        sent = turn.push(
            contact, with_turn(turn, issue, contact.id, message), Lane.URGENT, number=issue.number
        )
        told.append((whom.Told(contact.id), sent if contact.address else None))
    if row is not None:
        escalations.record_also(turn.session, row, told, turn.now)
