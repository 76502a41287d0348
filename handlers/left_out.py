"""What a line said and the report that it begins cannot take: told above the card, each in one short line.

Only values come in; what is left out, and why it is asked for, `prefilled.py` decides.
"""

from collections.abc import Iterable

from handlers.amount import unreadable
from handlers.facts import ProjectFacts
from handlers.oneline.figures import Label
from handlers.oneline.line import Doubt, Line
from handlers.words import Words
from rules.kinds import ProjectKind
from rules.money import Unit, Unreadable
from storage.projects import OpenProject


def left_out(words: Words, line: Line, meant: list[OpenProject]) -> str:
    """`meant` are the open projects that the line may speak of."""
    lines = [_no_amount(words, line, meant)]
    if any(row.kind is not ProjectKind.PRELIMINARY for row in meant):
        lines.append(_unclear_amount(words, line))
    if Doubt.PERCENT in line.doubts:
        lines.append(words.line_two_percents)
    if Doubt.TOO_MUCH in line.doubts:
        lines.append(words.line_percent_too_much.format(said=_quoted(line.too_much)))
    if Doubt.SAME in line.doubts:
        lines.append(words.line_same_and_more)
    return "\n".join(filter(None, lines))


def _no_amount(words: Words, line: Line, meant: list[OpenProject]) -> str:
    """前期 projects owe no amount. One in the middle of other words stays where it is."""
    preliminary = [row for row in meant if row.kind is ProjectKind.PRELIMINARY]
    amounts = [each.written for each in line.candidates if each.label is not Label.WITHIN]
    said = _quoted([line.written] if line.written else amounts)
    if not (said and preliminary):
        return ""
    if len(preliminary) == len(meant):
        return words.line_preliminary.format(said=said)
    named = words.list_separator.join(dict.fromkeys(row.name for row in preliminary))
    return words.line_preliminary_of.format(projects=named, said=said)


def _unclear_amount(words: Words, line: Line) -> str:
    if not line.candidates:
        return ""
    said = _quoted(each.written for each in line.candidates)
    reading = line.candidates[0].reading
    if len(line.candidates) == 1 and isinstance(reading, Unreadable):
        return words.line_amount_unread.format(said=said, why=unreadable(reading.reason, words))
    return words.line_amount_unsure.format(said=said)


def other_totals(words: Words, line: Line, follow: set[int]) -> str:
    """Cumulatives that are none of those that follow from what was reported (yuan, to the 万)."""
    differing = [
        each.written for each in line.totals if each.yuan is None or _wan(each.yuan) not in map(_wan, follow)
    ]
    return words.line_total_differs.format(said=_quoted(differing)) if differing else ""


def _wan(yuan: int) -> int:
    return round(yuan / Unit.WAN.yuan)


def not_repeated(words: Words, project: ProjectFacts) -> str:
    """Why 同上月 cannot be said of a project; empty if it can (decisions: 6)."""
    if project.kind is ProjectKind.PRELIMINARY:
        return words.line_same_preliminary
    if project.filed is not None:
        return words.line_same_mend if project.filed.returned else words.line_same_filed
    if project.last is None:
        return words.line_nothing_to_repeat
    if project.unmoved:
        return ""
    if project.last.returned:
        return words.line_same_returned
    return words.line_same_milestone if project.started else words.line_same_not_started


def _quoted(written: Iterable[str]) -> str:
    return "".join(f"「{each}」" for each in dict.fromkeys(written))
