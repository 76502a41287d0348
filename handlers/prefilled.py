"""What was read from a line as answers of a conversation: the person sees the card, or is asked what is missing.

Rule 1  What is in doubt is left out, and so is asked; nothing is guessed.
Rule 2  Where several projects or months can be meant, each gets its answers, and `among` keeps the choice to them.
Rule 3  A line that no open month can take is said to be so: it never becomes another month's report.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from handlers.left_out import left_out, not_repeated, other_totals
from handlers.loading.base import LOOSE_FOR
from handlers.loading.fresh import facts_for
from handlers.moments import day
from handlers.oneline.line import Doubt, Kind, Known, Line
from handlers.turning import Turn
from handlers.words import Words
from rules.dates import no_such_day
from rules.kinds import DutyKind, ReportKind
from rules.periods import Period
from storage import advance, duties, media, projects, reports
from storage.projects import OpenProject


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A conversation with the answers that a line gave, and what is said of one that it cannot take (`project`'s)."""

    script: str
    answers: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    project: str = ""

    def told(self, words: Words) -> str:
        """The note where it does not stand above the report itself."""
        return words.line_untaken.format(project=self.project, why=self.note) if self.note else ""


@dataclass(frozen=True, slots=True)
class Untaken:
    """A line that goes nowhere now: its projects, and why, as it is told."""

    project: str
    why: str

    def told(self, words: Words) -> str:
        return words.line_untaken.format(project=self.project, why=self.why)


def prefilled(turn: Turn, line: Line) -> Prefilled | Untaken:
    """The conversation that a line begins, for the person of the turn."""
    match line.kind:
        case Kind.ZERO:
            return _zero(turn, line)
        case Kind.ISSUE:
            return _issue(line)
        case _:
            return _progress(turn, line)


def _zero(turn: Turn, line: Line) -> Prefilled:
    """A zero for what is named only; the others stay on the card's 只报其中几个."""
    among = {"among": [str(each.id) for each in _meant(line)]}
    facts = facts_for(turn, "report_zero", among)
    free = [str(zero.project_id) for zero in facts.zeros if zero.can_be_given]
    if not free:
        return Prefilled("report_zero", among)  # it says why
    return Prefilled("report_zero", {f"projects@{facts.zero_period}": {"ids": free, "done": True}})


def with_its_problem(turn: Turn, line: Line) -> list[Prefilled | Untaken]:
    """What the line begins; a problem that it tells beside its figures is a report of its own."""
    first = prefilled(turn, line)
    if line.kind is Kind.ISSUE or not line.issue:
        return [first]
    problem = _issue(replace(line, text=""))
    if isinstance(first, Untaken):
        return [first, problem]
    words = turn.city.words
    said = words.quoted.format(text=line.problem) if line.problem else ""
    note = words.line_problem_apart.format(said=said)
    return [first, replace(problem, note=note, project=_names(turn, line))]


def _issue(line: Line) -> Prefilled:
    answers: dict[str, Any] = {}
    for project in line.projects:
        if line.severity is not None:
            answers[f"severity@{project.id}"] = line.severity.value
        if what := line.problem or line.text:
            answers[f"what@{project.id}"] = {"text": what}
    return Prefilled("report_issue", answers | _which(line, [str(each.id) for each in line.projects]))


def _meant(line: Line) -> tuple[Known, ...]:
    return (*line.projects, *line.others)


def _progress(turn: Turn, line: Line) -> Prefilled | Untaken:
    rows = projects.open_for_progress(turn.session, turn.person.id, turn.now, turn.today)
    meant = {each.id for each in _meant(line)}
    of_these = [row for row in rows if row.id in meant]
    found = [row for row in of_these if line.month in {None, Period.parse(row.period).number}]
    if not found:
        return _untaken(turn, line, of_these)
    if day := no_such_day(line.days, turn.today):
        return Untaken(_names(turn, line), turn.city.words.line_no_such_day.format(day=day))
    loose = media.loose(turn.session, turn.person.id, turn.now - LOOSE_FOR, turn.today)
    answers: dict[str, Any] = {}
    for row in found:
        answers |= _about(turn, line, row, photos=bool(loose))
    which = _which(line, [f"{row.id}.{row.period}" for row in found])
    notes = (
        left_out(turn.city.words, line, found),
        _other_totals(turn, line, found),
        _not_repeated(turn, line, which),
    )
    return Prefilled("report_progress", answers | which, "\n".join(filter(None, notes)), _names(turn, line))


def _other_totals(turn: Turn, line: Line, found: list[OpenProject]) -> str:
    """What is said of a cumulative that does not follow from the reports of the one project that is meant."""
    if not line.totals or len(found) != 1:
        return ""
    done = advance.done_before(turn.session, found[0].id, found[0].period)
    if done.contained:
        return ""
    amount = line.amount or 0
    follow = {done.year + amount, done.total + amount}
    return other_totals(turn.city.words, line, follow)


def _not_repeated(turn: Turn, line: Line, which: dict[str, Any]) -> str:
    """Why 同上月 is not taken of the one project that is meant."""
    if line.kind is not Kind.SAME or Doubt.SAME in line.doubts or "project" not in which:
        return ""
    chosen = [
        each
        for each in facts_for(turn, "report_progress", which).projects
        if f"{each.id}.{each.period}" == which["project"]
    ]
    return not_repeated(turn.city.words, chosen[0]) if chosen else ""


def _untaken(turn: Turn, line: Line, open_now: list[OpenProject]) -> Untaken:
    """The month that is named is not open, or none is."""
    words = turn.city.words
    names = _names(turn, line)
    if open_now:
        periods = dict.fromkeys(Period.parse(row.period).chinese for row in open_now)
        listed = words.list_separator.join(periods)
        return Untaken(names, words.line_other_month.format(month=line.month, periods=listed))
    coming = duties.next_of(turn.session, turn.person.id, turn.now, turn.today, DutyKind.PROGRESS)
    opens = words.line_next.format(opens=day(coming.opens, turn.city.zone)) if coming else ""
    return Untaken(names, words.line_closed + opens)


def _names(turn: Turn, line: Line) -> str:
    return turn.city.words.list_separator.join(each.name for each in _meant(line))


def _which(line: Line, subjects: list[str]) -> dict[str, Any]:
    if len(subjects) == 1 and line.mention.sure and Doubt.PROJECTS not in line.doubts:
        return {"project": subjects[0]}
    return {"among": subjects}


def _about(turn: Turn, line: Line, row: OpenProject, *, photos: bool) -> dict[str, Any]:
    key = f"{row.id}.{row.period}"
    answers: dict[str, Any] = {}
    if row.report_id is not None and row.returned is None:
        said = reports.said(turn.session, row.id, ReportKind.PROGRESS, row.period)
        answers[f"correct@{key}.{said.version if said else 1}"] = "yes"
    if line.kind is Kind.SAME and Doubt.SAME not in line.doubts:
        return answers | {f"amount@{key}": {"quick": "same"}}
    if line.amount is not None and Doubt.AMOUNT not in line.doubts:
        answers[f"amount@{key}"] = {"yuan": line.amount}
    if line.started is False and line.text:
        answers[f"start@{key}"] = {"text": line.text}
    if line.wish:
        answers[f"coordination@{key}"] = {"text": line.wish}
    text = said_progress(line)
    if text and line.doubts.isdisjoint({Doubt.PERCENT, Doubt.TOO_MUCH}):
        answers[f"progress@{key}"] = {"text": text}
        if not photos:
            answers[f"photos@{key}"] = {"ids": [], "done": True}
    return answers


def said_progress(line: Line) -> str:
    """形象进度 in words: the line's own, and how far the project is."""
    percent = f"完成{line.percent.normalize():f}%" if line.percent is not None else ""
    return "，".join(filter(None, (line.text, percent)))


def known(row: Any) -> Known:  # noqa: ANN401 - any row with these columns
    return Known(row.id, row.number, row.name, row.initials)
