"""How far a problem is on its way, for who looks it up: state, holder, clocks, what happened, in few lines."""

from handlers.conversations.follow_up import word_name
from handlers.deeds.issue_telling import due_name, unit_name
from handlers.moments import day, day_ahead
from handlers.step_words import colour_name, state_name, step_name
from handlers.turning import Turn
from rules.issue_clocks import ageing, per_holder, total
from rules.issue_life import ENDED, NEW
from rules.kinds import IssueState, IssueStep, IssueWord
from storage import issue_life, issues, people
from storage import rules as stored_rules
from storage.tables.reporting import Issue, IssueEvent

EVENTS = 4


def course(turn: Turn, issue: Issue) -> list[str]:
    """Nothing of a problem that nobody was given: then its words say all there is."""
    held = issue_life.held(turn.session, issue.id)
    if not any(each.unit is not None for each in held) and issue.state is not IssueState.FALSE:
        return []
    lines = [_state(turn, issue), *_holder(turn, issue), *_late(turn, issue), *_clocks(turn, issue)]
    if issues.newest(turn.session, issue.id, (issue_life.CIRCULAR,)) and issue.state not in ENDED:
        lines.append(turn.city.words.life_circular)
    return [*lines, *_events(turn, issue)]


def _state(turn: Turn, issue: Issue) -> str:
    words, until = turn.city.words, issue.stands_until
    line = words.life_state.format(state=state_name(words, issue.state))
    if until is None or issue.state is IssueState.HANDLING or issue.state in NEW:
        return line
    return line + words.life_until.format(until=day_ahead(until, turn.city.zone, turn.now))


def _holder(turn: Turn, issue: Issue) -> list[str]:
    unit = issue_life.holder(turn.session, issue.id)
    if unit is None or issue.state in ENDED:
        return []
    words, name = turn.city.words, unit_name(turn, unit)
    lines = [words.life_holder.format(unit=name, due=due_name(turn, issue)) if issue.due else
             words.life_holder_no_limit.format(unit=name)]  # fmt: skip
    if helping := issue_life.helpers(turn.session, issue.id):
        names = words.list_separator.join(unit_name(turn, each) for each in helping)
        lines.append(words.line_helping.format(units=names))
    return lines


def _late(turn: Turn, issue: Issue) -> list[str]:
    if issue.due is None or issue.closed is not None or turn.now <= issue.due:
        return []
    words, book = turn.city.words, stored_rules.in_force(turn.session).book
    days = (turn.now - issue.due).days
    if colour := ageing(issue.due, turn.now, book):
        return [words.life_ageing.format(colour=colour_name(words, colour), days=days)]
    return [words.life_overdue.format(days=days)]


def _clocks(turn: Turn, issue: Issue) -> list[str]:
    """Whose days they were; nothing on the first day."""
    words = turn.city.words
    spent = per_holder(issue_life.held(turn.session, issue.id), turn.now)
    each = words.list_separator.join(
        words.life_clock.format(unit=unit_name(turn, unit), days=time.days)
        for unit, time in spent.items()
        if time.days
    )
    days = total(issue.filed, issue.closed_out, turn.now).days
    return [words.life_clocks.format(total=days, each=each)] if each else []


def _events(turn: Turn, issue: Issue) -> list[str]:
    found = issue_life.happened(turn.session, issue.id, EVENTS)
    names = people.names(turn.session, [each.person_id for each in found if each.person_id])
    return [_event(turn, each, names) for each in found]


def _event(turn: Turn, event: IssueEvent, names: dict[int, str]) -> str:
    words = turn.city.words
    said = (
        word_name(words, IssueWord(event.kind))
        if event.kind in frozenset(IssueWord)
        else step_name(words, IssueStep(event.kind))
    )
    template = words.life_event_note if event.note else words.life_event
    name = names.get(event.person_id, "") if event.person_id else words.life_by_rule
    return template.format(time=day(event.at, turn.city.zone), name=name, step=said, note=event.note)
