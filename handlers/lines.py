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
from handlers.oneline.line import Doubt, Kind, Line
from handlers.oneline.reading import read_line
from handlers.oneline.several import Unread, may_report, split_lines
from handlers.prefilled import Prefilled, Untaken, known, prefilled, with_its_problem
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
    problem: bool = False  # only what it calls a problem: the month of its figures is not open


def take_lines(turn: Turn, text: str) -> bool:
    """Whether the text was one report or several, and has been answered."""
    mine = projects.of_person(turn.session, turn.person.id, turn.today)
    if "\n" in text.strip() and _take_chain(turn, text, {row.id for row in mine}):
        return True
    finder = Finder(known(row) for row in mine)
    lines, unread = _lines(text, finder)
    if not lines:
        return False
    if Doubt.KIND in lines[0].doubts and len(lines) == 1 and not unread:
        _ask_which_kind(turn, lines[0])
    else:
        found = [each for line in lines for each in with_its_problem(turn, line)]
        _take_all(turn, found, [_told(turn, each) for each in unread])
    return True


def says_a_report(turn: Turn, text: str) -> list[Line]:
    """The reports of a text that can hardly be anything else, where something else was asked: a project of the sender's
    at its beginning, and figures, 同上月 or a problem."""
    if not may_report(text):
        return []
    finder = Finder(known(row) for row in projects.of_person(turn.session, turn.person.id, turn.today))
    said = [each.line for each in split_chain(text, finder)] if "\n" in text else []
    said += split_lines(text, finder)[0]
    return [line for line in said if isinstance(line, Line) and _is_plain(line)]


def _is_plain(line: Line) -> bool:
    if not line.mention.sure or line.mention.start:
        return False
    figures = line.amount is not None or line.percent is not None
    return figures or line.issue or line.kind is Kind.SAME


def _told(turn: Turn, line: Unread) -> str:
    words = turn.city.words
    sentence = words.line_unread if line.named else words.line_unrecognised
    return sentence.format(number=line.number, text=line.text)


def _take_all(turn: Turn, found: list[Prefilled | Untaken], unread: list[str]) -> None:
    """What can be taken is begun; what cannot is said above it."""
    untaken = (each.told(turn.city.words) for each in found if isinstance(each, Untaken))
    note = "\n".join((*untaken, *unread))
    if reports := [each for each in found if isinstance(each, Prefilled)]:
        _begin_all(turn, reports, note)
    else:
        turn.answer(Outgoing(text=note))


def _lines(text: str, finder: Finder) -> tuple[list[Line], list[Unread]]:
    """The reports of a text; where no line names a project by itself, all of it may be one."""
    found, unread = split_lines(text, finder)
    if found:
        return found, unread
    whole = read_line(text, finder)
    return ([whole] if isinstance(whole, Line) else []), []


def _begin_all(turn: Turn, reports: list[Prefilled], note: str) -> None:
    """The first is shown; the others wait, and each is shown when the one before it is done."""
    reports, twice = _each_once(reports)
    for report in reversed(reports[1:]):
        talking.lay_aside(turn, report.script, report.answers, queued=True)
    words = turn.city.words
    said = (words.line_twice.format(project=name) for name in twice)
    note = "\n".join(filter(None, (note, *said, *(each.told(words) for each in reports[1:]))))
    waiting = words.lines_waiting.format(count=len(reports) - 1) if len(reports) > 1 else ""
    talking.open_prefilled(
        turn, reports[0].script, reports[0].answers, "\n".join(filter(None, (note, reports[0].note, waiting)))
    )


def _each_once(reports: list[Prefilled]) -> tuple[list[Prefilled], list[str]]:
    """One report a project and month, as there is one draft; and the projects that stood on two lines."""
    found: dict[object, Prefilled] = {}
    twice = []
    for place, report in enumerate(reports):
        month = report.answers.get("project") if report.script == "report_progress" else None
        before = found.get(month or place)
        if before is not None:
            note = "\n".join(filter(None, (before.note, report.note)))
            report = replace(report, answers={**before.answers, **report.answers}, note=note)
            twice.append(report.project)
        found[month or place] = report
    return list(found.values()), twice


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
            passed += _send_to_owner(turn, entry, entry.line)
        else:
            begun = with_its_problem(turn, entry.line)
            passed += [each for each in begun if isinstance(each, Untaken)]
            own += [each for each in begun if isinstance(each, Prefilled)]
    note = _summary(turn, len(entries) - len(unread), passed, unread)
    if own:
        _begin_all(turn, own, note)
    else:
        turn.answer(Outgoing(text=note))
    return True


def _send_to_owner(turn: Turn, entry: ChainEntry, line: Line) -> list[_Sent | Untaken]:
    """The card of a line, or of its problem if that alone can be taken, to the one named in front if the project is
    theirs to report, else to its 联络人."""
    project, words = line.projects[0], turn.city.words
    owners = _owners(turn, entry.who, project.id)
    if not owners:
        return [Untaken(project.name, words.chain_nobody)]
    owner = next((contact for contact in owners if contact.address), None)
    if owner is None:
        return [Untaken(project.name, words.chain_unreached.format(name=owners[0].name))]
    template = words.chain_card_note if entry.who in ("", owner.name) else words.chain_card_note_other
    theirs, note = _as(turn, owner.id), template.format(name=turn.person.name, who=entry.who)
    report, *problem = with_its_problem(theirs, line)
    sent: list[_Sent | Untaken] = []
    if isinstance(report, Untaken) and problem:
        sent, report, problem = [report], problem[0], []
    card = _card(theirs, line, [report, *problem], note)
    if isinstance(card, Untaken):
        return [*sent, card]
    turn.push(owner, card, Lane.REMINDER)
    return [*sent, _Sent(project.name, owner.name, problem=bool(sent))]


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


def _card(theirs: Turn, line: Line, begun: list[Prefilled | Untaken], note: str) -> Outgoing | Untaken:
    report, *problem = begun
    if isinstance(report, Untaken):
        return report
    for each in problem:
        if isinstance(each, Prefilled):
            talking.lay_aside(theirs, each.script, each.answers, queued=True)
            note = "\n".join((note, each.note))
    note = "\n".join(filter(None, (note, report.note)))
    card = talking.prepare(theirs, report.script, report.answers, note)
    return Untaken(line.projects[0].name, card) if isinstance(card, str) else card


def _summary(turn: Turn, read: int, passed: list[_Sent | Untaken], unread: list[str]) -> str:
    words = turn.city.words
    lines = [words.chain_read.format(count=read)]
    for each in passed:
        if isinstance(each, _Sent):
            sentence = words.chain_problem_sent if each.problem else words.chain_sent
            lines.append(sentence.format(project=each.project, name=each.name))
        else:
            lines.append(f"· {each.told(words)}")
    if unread:
        lines.append(words.chain_unread.format(count=len(unread)))
        lines += unread
    return "\n".join(lines)
