"""Telling of a problem's way: whose turn it is gets it with buttons, and nobody who does not stand to it so.

Rule 1  A step is told to whose turn it is afterwards, and to those named beside it in TELLS; the rest may look.
Rule 2  Where nobody of a department can be reached, the office gets its message with its buttons, and acts for it.
"""

from collections.abc import Iterable

from handlers.moments import day_ahead
from handlers.screen import Rows
from handlers.step_words import state_name, step_name
from handlers.turning import Turn
from rules.issue_life import TURN, Move, Who, moves
from rules.kinds import IssueState, IssueStep, IssueWord, Lane, Severity
from storage import departments, issue_life, people, projects
from storage.messages import Option, Outgoing
from storage.problem_scope import those
from storage.tables.registry import Person, Unit
from storage.tables.reporting import Issue

TELLS: dict[IssueStep, tuple[Who, ...]] = {
    IssueStep.ASSIGN: (Who.HELPER, Who.RAISER),
    IssueStep.FEEDBACK: (Who.RAISER,),
    IssueStep.APPROVE: (Who.RAISER,),
    IssueStep.FINISH: (Who.OFFICE, Who.HELPER),
    IssueStep.CLOSE: (Who.RAISER, Who.HOLDER),
    IssueStep.SEND_BACK: (Who.RAISER,),
    IssueStep.REOPEN: (Who.OFFICE, Who.RAISER),
    IssueStep.LOWER: (Who.RAISER, Who.LEADER, Who.DEPARTMENT, Who.OFFICE),
    IssueStep.IS_FALSE: (Who.RAISER, Who.HOLDER),
    IssueStep.NOT_FALSE: (Who.RAISER,),
    IssueStep.CONCEALED: (Who.RAISER,),
    IssueStep.NOT_CONCEALED: (Who.RAISER,),
}
# What a message about somebody's turn offers; the rest is found by looking the problem up.
_ASIDE = frozenset(
    {
        *(IssueStep.RAISE, IssueStep.LOWER, IssueStep.IS_FALSE, IssueStep.NOT_FALSE, IssueStep.CONCEALED),
        *(IssueStep.NOT_CONCEALED, IssueWord.CHANGED, IssueWord.STILL),
    }
)
JUDGING = (IssueStep.IS_FALSE, IssueStep.NOT_FALSE, IssueStep.CONCEALED, IssueStep.NOT_CONCEALED)
_COLUMNS = 3


def tell_turn(
    turn: Turn,
    issue: Issue,
    title: str,
    lines: Iterable[str],
    told: Iterable[int] = (),
    photos: tuple[int, ...] = (),
) -> set[int]:
    """Tells whose turn it is, with buttons, unless they have been told (`told`); gives back whom."""
    who = TURN.get(issue.state)
    if who is None:
        return set()
    ids = [each for each in those(turn.session, who, issue, turn.today) if each != turn.person.id]
    if {*ids} & {*told}:
        return {*ids}
    text = [*lines, turn_line(turn, issue)]
    message = Outgoing(title=title, text="\n".join(filter(None, text)), photos=photos)
    return _push(turn, issue, who, ids, message)


def tell_others(
    turn: Turn, issue: Issue, who: Iterable[Who], message: Outgoing, told: set[int], also: Iterable[int] = ()
) -> None:
    """Tells those who stand so to the problem, and `also`, unless they were told: nothing is asked of them."""
    ids = [*(each for one in who for each in those(turn.session, one, issue, turn.today)), *also]
    others = [each for each in dict.fromkeys(ids) if each not in told and each != turn.person.id]
    for contact in people.contacts(turn.session, others, turn.city.running):
        turn.push(contact, message, Lane.REMINDER, number=issue.number)


def _push(turn: Turn, issue: Issue, who: Who, ids: list[int], message: Outgoing) -> set[int]:
    found = people.contacts(turn.session, ids, turn.city.running)
    rows = rows_of(turn, issue, [who])
    lane = Lane.URGENT if issue.severity is Severity.MAJOR else Lane.REMINDER
    if who is Who.HOLDER and turn.person.id not in those(turn.session, who, issue, turn.today):
        found = found if any(each.address for each in found) else _the_office(turn, issue)
    if found and found[0].id not in ids:
        unit = unit_name(turn, issue_life.holder(turn.session, issue.id))
        text = f"{message.text}\n{turn.city.words.told_for_unbound.format(unit=unit)}"
        message = message.model_copy(update={"text": text})
    for contact in found:
        turn.push(contact, message.model_copy(update={"rows": rows}), lane, number=issue.number)
    return {contact.id for contact in found}


def _the_office(turn: Turn, issue: Issue) -> list[people.Contact]:
    office = those(turn.session, Who.OFFICE, issue, turn.today)
    return people.contacts(
        turn.session, [each for each in office if each != turn.person.id], turn.city.running
    )


def with_turn(turn: Turn, issue: Issue, person_id: int, message: Outgoing) -> Outgoing:
    """The message with what is asked of this person, if it is their turn: one message, and one answer, for both."""
    if TURN.get(issue.state) is not Who.HOLDER:
        return message
    if person_id not in those(turn.session, Who.HOLDER, issue, turn.today):
        return message
    text = f"{message.text}\n{turn_line(turn, issue)}"
    return message.model_copy(update={"text": text, "rows": rows_of(turn, issue, [Who.HOLDER])})


def turn_line(turn: Turn, issue: Issue) -> str:
    """What is asked of whose turn it is, and until when."""
    template = str(getattr(turn.city.words, f"told_turn_{issue.state}"))
    if "{until}" in template and issue.stands_until is None:
        return ""
    until = day_ahead(issue.stands_until, turn.city.zone, turn.now) if issue.stands_until else ""
    return template.format(until=until) if "{until}" in template else template


def rows_of(turn: Turn, issue: Issue, whos: Iterable[Who], *, aside: bool = False) -> Rows:
    """The buttons of what somebody may do: what moves the problem on, or (`aside`) what else there is."""
    found = [
        each
        for each in moves(issue.state, issue.severity, list(whos))
        if (each.step in _ASIDE) is aside and _is_open(turn, issue, each)
    ]
    options = [_option(turn, issue, each) for each in found]
    return tuple(tuple(options[at : at + _COLUMNS]) for at in range(0, len(options), _COLUMNS))


def judging_rows(turn: Turn, issue: Issue) -> Rows:
    """The buttons of what the office has to judge now."""
    found = [each for each in moves(issue.state, issue.severity, [Who.OFFICE]) if each.step in JUDGING]
    options = tuple(_option(turn, issue, each) for each in found if _is_open(turn, issue, each))
    return (options,) if options else ()


def _option(turn: Turn, issue: Issue, found: Move) -> Option:
    words = turn.city.words
    if isinstance(found.step, IssueWord):
        label = words.word_solved if found.step is IssueWord.SOLVED else words.word_unsolved
        return Option(label=label, data=f"w|{issue.id}|{found.step}")
    return Option(label=step_name(words, found.step), data=f"o|handle_issue|{issue.id}.{found.step}")


def _is_open(turn: Turn, issue: Issue, found: Move) -> bool:
    """Whether a step is of use now: a judgement only where it is called for, a word only where it decides."""
    step, session = found.step, turn.session
    if step in (IssueStep.IS_FALSE, IssueStep.NOT_FALSE):
        answers = (IssueStep.IS_FALSE, IssueStep.NOT_FALSE)
        return issue_life.undecided(session, issue.id, issue_life.CALLED_FALSE, answers)
    if step in (IssueStep.CONCEALED, IssueStep.NOT_CONCEALED):
        answers = (IssueStep.CONCEALED, IssueStep.NOT_CONCEALED)
        return issue_life.undecided(session, issue.id, issue_life.FOUND_AFTER_ZERO, answers)
    if isinstance(step, IssueWord):
        return issue.state is IssueState.DONE and step in (IssueWord.SOLVED, IssueWord.UNSOLVED)
    if step is IssueStep.EXTEND:
        return issue.due is not None and turn.now <= issue.due
    return True


def unit_name(turn: Turn, unit_id: int | None) -> str:
    return turn.city.words.life_office if unit_id is None else departments.name_of(turn.session, unit_id)


def about(turn: Turn, issue: Issue) -> list[str]:
    """What a department needs to begin: the problem, the help that is wanted, whom to call, and until when."""
    words, person = turn.city.words, turn.session.get_one(Person, issue.whose)
    unit = turn.session.get_one(Unit, person.unit_id).name
    return [
        words.told_what.format(text=issue.what),
        *([words.line_help.format(text=issue.help_needed)] if issue.help_needed else []),
        words.told_raised.format(unit=unit, name=person.name, phone=person.phone or ""),
        words.told_given.format(unit=holder_name(turn, issue), due=due_name(turn, issue)),
    ]


def holder_name(turn: Turn, issue: Issue) -> str:
    return unit_name(turn, issue_life.holder(turn.session, issue.id))


def due_name(turn: Turn, issue: Issue) -> str:
    return day_ahead(issue.due, turn.city.zone, turn.now) if issue.due else ""


def title_of(turn: Turn, issue: Issue, step: IssueStep) -> str:
    project = projects.named(turn.session, issue.project_id).name
    return turn.city.words.told_step.format(
        number=issue.number, step=step_name(turn.city.words, step), project=project
    )


def said_by(turn: Turn, note: str) -> str:
    words = turn.city.words
    template = words.told_by if note else words.told_by_bare
    return template.format(unit=turn.person.unit, name=turn.person.name, note=note)


def not_now(turn: Turn, issue: Issue, step: IssueStep) -> str:
    words = turn.city.words
    return words.step_not_now.format(
        number=issue.number, state=state_name(words, issue.state), step=step_name(words, step)
    )
