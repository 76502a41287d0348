"""Reports that are simply said: one line, several lines, or a pasted 接龙, each confirmed by its own person.

Rule 1  The sender's own lines become talks: the first is shown as its card at once, the others wait as drafts.
Rule 2  A line about a project of others goes as a card to who reports for it; nothing is filed without their tap.
        The office may paste for all projects, everybody else for those of their own unit.
Rule 3  What was not understood is shown back, so that nothing is lost in silence.
"""

from dataclasses import dataclass, replace

from handlers import talking
from handlers.facts import PersonFacts
from handlers.oneline.chain import ChainEntry, split_chain
from handlers.oneline.finder import Finder
from handlers.oneline.line import Doubt, Line
from handlers.oneline.reading import read_line
from handlers.prefilled import Prefilled, known, prefilled
from handlers.turning import Turn
from rules.kinds import Lane, Role
from storage import people, projects
from storage.messages import Option, Outgoing
from storage.tables.registry import Person, Unit


@dataclass(frozen=True, slots=True)
class _Sent:
    """A line that went to who reports for its project."""

    project: str
    name: str


def take_lines(turn: Turn, text: str) -> bool:
    """Whether the text was one report or several, and has been answered."""
    mine = projects.of_person(turn.session, turn.person.id, turn.today)
    if "\n" in text.strip() and _take_chain(turn, text, {row.id for row in mine}):
        return True
    finder = Finder(known(row) for row in mine)
    lines = _lines(text, finder)
    if not lines:
        return False
    if Doubt.KIND in lines[0].doubts and len(lines) == 1:
        _ask_which_kind(turn, lines[0])
    else:
        _begin_all(turn, [prefilled(turn, line) for line in lines], note="")
    return True


def _lines(text: str, finder: Finder) -> list[Line]:
    """Several lines are several reports if each of them is one; else all is one report."""
    each = [read_line(line, finder) for line in text.splitlines() if line.strip()]
    found = [line for line in each if isinstance(line, Line)]
    if len(found) == len(each):
        return found
    whole = read_line(text, finder)
    return [whole] if isinstance(whole, Line) else []


def _begin_all(turn: Turn, reports: list[Prefilled], note: str) -> None:
    """The first is shown; the others wait, and each is offered when the one before it is done."""
    for report in reversed(reports[1:]):
        talking.lay_aside(turn, report.script, report.answers)
    words = turn.city.words
    waiting = words.lines_waiting.format(count=len(reports) - 1) if len(reports) > 1 else ""
    talking.open_prefilled(
        turn, reports[0].script, reports[0].answers, "\n".join(filter(None, (note, waiting)))
    )


def _ask_which_kind(turn: Turn, line: Line) -> None:
    """It was told as progress and sounds like a problem: both are laid ready, a tap decides."""
    words, rows = turn.city.words, []
    issue = prefilled(turn, replace(line, kind=line.kind.ISSUE, problem=line.problem or line.text))
    for label, report in ((words.menu_issue, issue), (words.menu_progress, prefilled(turn, line))):
        talk_id = talking.lay_aside(turn, report.script, report.answers)
        rows.append((Option(label=label, data=f"r|{talk_id}"),))
    turn.answer(Outgoing(text=words.lines_which_kind, rows=tuple(rows)))


# 接龙


def _take_chain(turn: Turn, text: str, mine: set[int]) -> bool:
    may_name = projects.that_may_be_named(turn.session, turn.person.id, turn.person.unit_id, turn.today)
    entries = split_chain(text, Finder(known(row) for row in may_name))
    if not entries:
        return False
    own, sent, unread = [], [], []
    for entry in entries:
        if not isinstance(entry.line, Line) or not entry.line.mention.sure:
            unread.append(entry.raw)
        elif entry.line.projects[0].id in mine:
            own.append(prefilled(turn, entry.line))
        else:
            sent += _send_to_owner(turn, entry, entry.line)
    note = _summary(turn, own, sent, unread)
    if own:
        _begin_all(turn, own, note)
    else:
        turn.answer(Outgoing(text=note))
    return True


def _send_to_owner(turn: Turn, entry: ChainEntry, line: Line) -> list[_Sent]:
    """The card of a line, to the 联络人 of its project: the one named in front, else the first."""
    project = line.projects[0]
    ids = people.responsible(turn.session, project.id, [Role.REPORTER], turn.today)
    reporters = [turn.session.get_one(Person, each) for each in ids]
    named = [person for person in reporters if person.name == entry.who]
    for person in (named or reporters)[:1]:
        unit = turn.session.get_one(Unit, person.unit_id)
        theirs = replace(
            turn, person=PersonFacts(person.id, person.name, unit.id, unit.name, phone=person.phone or "")
        )
        report = prefilled(theirs, line)
        note = turn.city.words.chain_card_note.format(name=turn.person.name)
        card = talking.prepare(theirs, report.script, report.answers, note)
        for contact in people.contacts(turn.session, [person.id], turn.city.running):
            turn.push(contact, card, Lane.REMINDER)
        return [_Sent(project.name, person.name)]
    return []


def _summary(turn: Turn, own: list[Prefilled], sent: list[_Sent], unread: list[str]) -> str:
    words = turn.city.words
    lines = [words.chain_read.format(count=len(own) + len(sent))]
    lines += [words.chain_sent.format(project=each.project, name=each.name) for each in sent]
    if unread:
        lines.append(words.chain_unread.format(count=len(unread)))
        lines += unread
    return "\n".join(lines)
