"""What was read from a line as answers of a conversation: the person sees the card, or is asked what is missing.

Rule 1  What is in doubt is left out, and so is asked; nothing is guessed.
Rule 2  Where several projects can be meant, each gets its answers, and `among` keeps the choice to them.
"""

from dataclasses import dataclass, field
from typing import Any

from handlers.loading.base import LOOSE_FOR
from handlers.oneline.line import Doubt, Kind, Known, Line
from handlers.turning import Turn
from rules.kinds import ReportKind
from rules.periods import Period
from storage import media, projects, reports
from storage.projects import OpenProject


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A conversation with the answers that a line gave."""

    script: str
    answers: dict[str, Any] = field(default_factory=dict)


def prefilled(turn: Turn, line: Line) -> Prefilled:
    """The conversation that a line begins, for the person of the turn."""
    match line.kind:
        case Kind.ZERO:
            return Prefilled("report_zero")
        case Kind.ISSUE:
            return _issue(line)
        case _:
            return _progress(turn, line)


def _issue(line: Line) -> Prefilled:
    answers: dict[str, Any] = {}
    for project in line.projects:
        if line.severity is not None:
            answers[f"severity@{project.id}"] = line.severity.value
        answers[f"what@{project.id}"] = {"text": line.problem or line.text}
    return Prefilled(
        "report_issue", answers | _which(line, {each.id: str(each.id) for each in line.projects})
    )


def _progress(turn: Turn, line: Line) -> Prefilled:
    rows = projects.open_for_progress(turn.session, turn.person.id, turn.now, turn.today)
    meant = {each.id for each in (*line.projects, *line.others)}
    found = [row for row in rows if row.id in meant]
    loose = media.loose(turn.session, turn.person.id, turn.now - LOOSE_FOR, turn.today)
    answers: dict[str, Any] = {}
    for row in found:
        answers |= _about(turn, line, row, photos=bool(loose))
    return Prefilled(
        "report_progress", answers | _which(line, {row.id: f"{row.id}.{row.period}" for row in found})
    )


def _which(line: Line, subjects: dict[int, str]) -> dict[str, Any]:
    if len(subjects) == 1 and line.mention.sure and Doubt.PROJECTS not in line.doubts:
        return {"project": next(iter(subjects.values()))}
    return {"among": list(subjects.values())}


def _about(turn: Turn, line: Line, row: OpenProject, *, photos: bool) -> dict[str, Any]:
    key = f"{row.id}.{row.period}"
    answers: dict[str, Any] = {}
    if row.report_id is not None and row.returned is None:
        said = reports.said(turn.session, row.id, ReportKind.PROGRESS, row.period)
        answers[f"correct@{key}.{said.version if said else 1}"] = "yes"
    if line.kind is Kind.SAME and Doubt.SAME not in line.doubts:
        return answers | {f"amount@{key}": {"quick": "same"}}
    same_month = line.month in {None, Period.parse(row.period).number}
    if line.amount is not None and same_month and Doubt.AMOUNT not in line.doubts:
        answers[f"amount@{key}"] = {"yuan": line.amount}
    if line.started is False and line.text:
        answers[f"start@{key}"] = {"text": line.text}
    text = said_progress(line)
    if text and Doubt.PERCENT not in line.doubts:
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
