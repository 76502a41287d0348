"""A text of several lines, split into reports: a line that names a project begins one, any other goes on with it.

Rule 1  A line that names something of its own before an amount, a 同上月 or a problem, and no project that is known,
        goes on with nothing: it is unread, and the others are read without it. Where one line alone names a project
        and no amount, it does go on.
Rule 2  Nothing is lost: every line is a part of a report, or comes back as unread.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.oneline import lexicon
from handlers.oneline.figures import Label, find_figures, find_percents
from handlers.oneline.finder import Finder
from handlers.oneline.lexicon import level
from handlers.oneline.line import Kind, Line
from handlers.oneline.reading import read_line


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that belongs to no report: its place in the text, and whether it names a project."""

    number: int
    text: str
    named: bool = False


@dataclass(slots=True)
class _Part:
    number: int
    lines: list[str]
    bare: bool = False  # nothing but a project has been named yet


def split_lines(text: str, finder: Finder) -> tuple[list[Line], list[Unread]]:
    """The reports of a text, and in the order of the text what belongs to none."""
    ahead, parts, unread = _parts(text, finder)
    found: list[Line] = []
    for part in parts:
        # What stands before the first report is no line of its own (各位领导); it is a part of the text.
        for lines in ([*ahead, *part.lines], part.lines):
            if isinstance(read := read_line("\n".join(lines), finder), Line):
                found.append(read)
                ahead = []
                break
        else:
            unread.append(Unread(part.number, " ".join(part.lines), named=True))
    return found, sorted(unread, key=lambda each: each.number)


def _parts(text: str, finder: Finder) -> tuple[list[str], list[_Part], list[Unread]]:
    """What stands before the first report, the parts that may be reports, and the lines that go on with none."""
    ahead: list[str] = []
    parts: list[_Part] = []
    unread: list[Unread] = []
    lines = [(number, line) for number, raw in enumerate(text.splitlines(), 1) if (line := raw.strip())]
    reporting = {number for number, line in lines if isinstance(read_line(line, finder), Line)}
    naming = reporting | {number for number, line in lines if finder.find(line)}
    for number, line in lines:
        if number in naming:
            parts.append(_Part(number, [line], bare=number not in reporting))
        elif parts and parts[-1].bare:
            parts[-1].lines.append(line)
            parts[-1].bare = False
        elif names_another(line) and not (parts and len(naming) == 1 and _lacks_an_amount(parts[-1], finder)):
            unread.append(Unread(number, line))
        else:
            (parts[-1].lines if parts else ahead).append(line)
    return ahead, parts, unread


def _lacks_an_amount(part: _Part, finder: Finder) -> bool:
    read = read_line("\n".join(part.lines), finder)
    if not isinstance(read, Line) or read.kind not in (Kind.PROGRESS, Kind.ISSUE):
        return False
    return read.amount is None and not read.candidates


def may_report(text: str) -> bool:
    """Whether a text names anything before something that is reported, whichever project it is."""
    levelled = level(text)
    numbered = lexicon.REGISTRY_NUMBER.match(levelled)
    return any(numbered or len(_head(levelled, start)) > 1 for start, _ in _reported(levelled))


def names_another(line: str) -> bool:
    """Whether a line that names no known project names something before what it reports: 东风桥 300万."""
    levelled = level(line)
    heads = ((_head(levelled, start), firm) for start, firm in _reported(levelled))
    return any(len(head) > 1 and (firm or not lexicon.WORK.search(head)) for head, firm in heads)


def _head(text: str, end: int) -> str:
    """What may be a name before that place."""
    return lexicon.NO_NAME.sub("", text[:end])


def _reported(text: str) -> Iterator[tuple[int, bool]]:
    """Where something is reported, and whether words of work before it would be a name all the same."""
    for figure in find_figures(text):
        if figure.label in (Label.MONTH, Label.PLAIN, Label.WITHIN):
            yield figure.start, figure.label is not Label.WITHIN
    if same := lexicon.SAME.search(text):
        yield same.start(), True
    if told := lexicon.PROBLEM.search(text):
        yield told.start(), False
    for percent in find_percents(text):
        yield percent.start, False
