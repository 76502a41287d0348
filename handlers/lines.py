"""Reports that are simply said: one line, several lines, or a pasted 接龙, each confirmed by its own person.

Rule 1  The sender's own lines become talks: the first is shown as its card at once, the others wait as drafts.
Rule 2  A line about a project of others goes as a card to who reports for it; nothing is filed without their tap.
        The office may paste for all projects, everybody else for those of their own unit.
Rule 3  What was not understood, cannot be taken now or reaches nobody is shown back: nothing is lost in silence.
"""

from dataclasses import dataclass, replace

from handlers import talking
from handlers.facts import PersonFacts
from handlers.oneline.chain import ChainEntry, split_chain
from handlers.oneline.finder import Finder
from handlers.oneline.line import Doubt, Line
from handlers.oneline.reading import read_line
from handlers.prefilled import Prefilled, Untaken, known, prefilled
from handlers.turning import Turn
from rules.kinds import Lane
from storage import owing, people, projects
from storage.messages import Option, Outgoing
from storage.people import Contact
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
        _take_all(turn, [prefilled(turn, line) for line in lines])
    return True


def _take_all(turn: Turn, found: list[Prefilled | Untaken]) -> None:
    """What can be taken is begun; what cannot is said above it."""
    note = "\n".join(each.told(turn.city.words) for each in found if isinstance(each, Untaken))
    if reports := [each for each in found if isinstance(each, Prefilled)]:
        _begin_all(turn, reports, note)
    else:
        turn.answer(Outgoing(text=note))


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
    note = "\n".join(filter(None, (note, *(each.told(words) for each in reports[1:]))))
    waiting = words.lines_waiting.format(count=len(reports) - 1) if len(reports) > 1 else ""
    talking.open_prefilled(
        turn, reports[0].script, reports[0].answers, "\n".join(filter(None, (note, reports[0].note, waiting)))
    )


def _ask_which_kind(turn: Turn, line: Line) -> None:
    """It was told as progress and sounds like a problem: both are laid ready, a tap decides."""
    words, rows = turn.city.words, []
    issue = prefilled(turn, replace(line, kind=line.kind.ISSUE, problem=line.problem or line.text))
    for label, report in ((words.menu_issue, issue), (words.menu_progress, prefilled(turn, line))):
        if isinstance(report, Untaken):
            continue
        talk_id = talking.lay_aside(turn, report.script, report.answers)
        rows.append((Option(label=label, data=f"r|{talk_id}"),))
    turn.answer(Outgoing(text=words.lines_which_kind, rows=tuple(rows)))


# 接龙


def _take_chain(turn: Turn, text: str, mine: set[int]) -> bool:
    may_name = projects.that_may_be_named(turn.session, turn.person.id, turn.person.unit_id, turn.today)
    entries = split_chain(text, Finder(known(row) for row in may_name))
    if not entries:
        return False
    own: list[Prefilled] = []
    passed: list[_Sent | Untaken] = []
    unread = []
    for entry in entries:
        if not isinstance(entry.line, Line) or not entry.line.mention.sure:
            unread.append(entry.raw)
        elif entry.line.projects[0].id not in mine:
            passed.append(_send_to_owner(turn, entry, entry.line))
        elif isinstance(report := prefilled(turn, entry.line), Untaken):
            passed.append(report)
        else:
            own.append(report)
    note = _summary(turn, len(own), passed, unread)
    if own:
        _begin_all(turn, own, note)
    else:
        turn.answer(Outgoing(text=note))
    return True


def _send_to_owner(turn: Turn, entry: ChainEntry, line: Line) -> _Sent | Untaken:
    """The card of a line, to the one named in front if the project is theirs to report, else to its 联络人."""
    project, words = line.projects[0], turn.city.words
    owners = _owners(turn, entry.who, project.id)
    if not owners:
        return Untaken(project.name, words.chain_nobody)
    owner = next((contact for contact in owners if contact.address), None)
    if owner is None:
        return Untaken(project.name, words.chain_unreached.format(name=owners[0].name))
    template = words.chain_card_note if entry.who in ("", owner.name) else words.chain_card_note_other
    card = _card(_as(turn, owner.id), line, template.format(name=turn.person.name, who=entry.who))
    if isinstance(card, Untaken):
        return card
    turn.push(owner, card, Lane.REMINDER)
    return _Sent(project.name, owner.name)


def _owners(turn: Turn, named: str, project_id: int) -> list[Contact]:
    """Whose a line can be, best first: who is named in front, then its contacts or whoever else reports for it."""
    reporting = projects.reporters(turn.session, project_id, turn.today)
    callers = owing.callers(turn.session, [project_id], turn.today).get(project_id, ())
    contacts = people.contacts(turn.session, [*reporting, *(each.id for each in callers)], turn.city.running)
    usual = {each.id for each in callers}
    found = [each for each in contacts if each.name == named or each.id in usual]
    return sorted(found, key=lambda each: each.name != named)


def _as(turn: Turn, person_id: int) -> Turn:
    """The turn as if that person had said it."""
    person = turn.session.get_one(Person, person_id)
    unit = turn.session.get_one(Unit, person.unit_id)
    theirs = PersonFacts(person.id, person.name, unit.id, unit.name, phone=person.phone or "")
    return replace(turn, person=theirs)


def _card(theirs: Turn, line: Line, note: str) -> Outgoing | Untaken:
    report = prefilled(theirs, line)
    if isinstance(report, Untaken):
        return report
    note = "\n".join(filter(None, (note, report.note)))
    card = talking.prepare(theirs, report.script, report.answers, note)
    return Untaken(line.projects[0].name, card) if isinstance(card, str) else card


def _summary(turn: Turn, own: int, passed: list[_Sent | Untaken], unread: list[str]) -> str:
    words = turn.city.words
    lines = [words.chain_read.format(count=own + len(passed))]
    for each in passed:
        if isinstance(each, _Sent):
            lines.append(words.chain_sent.format(project=each.project, name=each.name))
        else:
            lines.append(f"· {each.told(words)}")
    if unread:
        lines.append(words.chain_unread.format(count=len(unread)))
        lines += unread
    return "\n".join(lines)
