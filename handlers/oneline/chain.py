"""A pasted 群接龙 (N12), split into its entries, each read as a line of its own.

#接龙
3月进展，请各单位报
例 张三 城北水厂 本月1000万

1. 张三 城北水厂 本月1200万 主体封顶
2、李四：南湖大道 800万

Rule 1  A text is a 接龙 only if its heading says so and a numbered line follows, or if two numbered lines each
        name a project and one of them reports. A numbered list of what was done is not one.
Rule 2  Nothing is lost: an entry that is not understood is kept with its raw text. Only headings, examples and
        numbers with nothing behind them are left out.
Rule 3  The number of an entry is a place in that list and never means a project.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.oneline.finder import Finder
from handlers.oneline.lexicon import BEFORE_ALL, LEAD_WORDS, level
from handlers.oneline.line import Line, NoReport
from handlers.oneline.reading import read_line

_HEADING = re.compile(r"\s*#?\s*群?接龙|.*接龙\W*$")
_EXAMPLE = re.compile(r"\s*(?:示?例|例如|格式|模板)(?:\W|$)")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_NUMBERED = re.compile(
    rf"\s*(?:(?P<circled>[{_CIRCLED}])|(?P<number>\d{{1,3}})(?:\s*(?P<sign>[、)]|[.:](?!\d))|(?=\s|$)))[\s、.)]*"
)
_AROUND_A_NAME = re.compile(r"^(?:[^\w(（]|_)+|(?:[^\w)）]|_)+$")
_LONGEST_NAME = 24
_WORD = re.compile(r"[^\s:：,，、-]+[\s:：,，、-]+")


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One report of the list: its number there (None: a paragraph without), who is named in front, and its text.

    An entry about several projects gives one of these for each. `line.mention` counts from the project's name.
    """

    number: int | None
    who: str
    line: Line | NoReport
    raw: str


@dataclass(slots=True)
class _Part:
    """A numbered line, its number taken off, with the lines that belong to it."""

    number: int | None
    lines: list[str]
    raw: list[str]


def split_chain(text: str, finder: Finder) -> tuple[ChainEntry, ...]:
    """The entries of a pasted 接龙; none if the text is not one."""
    lines = text.splitlines()
    parts = [part for part in _parts(lines) if any(line.strip() for line in part.lines)]
    numbered = [part for part in parts if part.number is not None]
    headed = any(_HEADING.match(level(line)) for line in lines[:3])
    if not (numbered if headed else sum(_names_a_project(part, finder) for part in numbered) > 1):
        return ()
    entries = tuple(entry for part in _without_headings(parts, finder) for entry in _entries(part, finder))
    return entries if headed or any(isinstance(entry.line, Line) for entry in entries) else ()


def _parts(lines: list[str]) -> Iterator[_Part]:
    """An empty line ends a part; before the first number, every line is a part of its own."""
    number, part = 0, None
    for line in lines:
        begun = _begun(line, number)
        if part and (begun or not line.strip() or not number):
            yield part
            part = None
        if begun:
            number, rest = begun
            part = _Part(number, [rest], [line])
        elif part:
            part.lines.append(line)
            part.raw.append(line)
        elif line.strip():
            part = _Part(None, [line], [line])
    if part:
        yield part


def _begun(line: str, last: int) -> tuple[int, str] | None:
    """The number with which a line begins, and the rest. Without a sign behind it, only the next number is one."""
    found = _NUMBERED.match(level(line))
    if found is None:
        return None
    number = _CIRCLED.index(found["circled"]) + 1 if found["circled"] else int(found["number"])
    if not (found["circled"] or found["sign"]) and number != last + 1:
        return None
    return number, line[found.end() :]


def _names_a_project(part: _Part, finder: Finder) -> bool:
    return _named(part.lines[0], finder) is not None


def _without_headings(parts: list[_Part], finder: Finder) -> Iterator[_Part]:
    """What stands before the first number is a heading or an example, unless it reports something."""
    first = next(at for at, part in enumerate(parts) if part.number is not None)
    for at, part in enumerate(parts):
        text = part.lines[0]
        heading = at < first and (_HEADING.match(level(text)) or _EXAMPLE.match(text))
        if at >= first or (not heading and isinstance(read_line(text, finder), Line)):
            yield part


def _entries(part: _Part, finder: Finder) -> Iterator[ChainEntry]:
    groups: list[tuple[list[str], list[str]]] = []
    for line, raw in zip(part.lines, part.raw, strict=True):
        if groups and not (_begins_with_a_report(line, finder) and _named(" ".join(groups[-1][0]), finder)):
            groups[-1][0].append(line)
            groups[-1][1].append(raw)
        else:
            groups.append(([line], [raw]))
    first = ""
    for lines, raws in groups:
        who, read = _read(" ".join(lines).strip(), finder)
        first = first or who
        yield ChainEntry(part.number, first, read, "\n".join(raws))


def _begins_with_a_report(line: str, finder: Finder) -> bool:
    read = read_line(line.strip(), finder)
    return isinstance(read, Line) and read.mention.start == 0


def _read(text: str, finder: Finder) -> tuple[str, Line | NoReport]:
    """Who is named in front of the project, and the report behind."""
    named = _named(text, finder)
    if named is None and (near := finder.nearly(text)):
        named = near.start
    if named is None:
        word = _WORD.match(text)
        return (_name(word[0]) if word else ""), read_line(text, finder)
    who = _name(text[:named])
    return who, read_line(text[named:] if who else text, finder)


def _named(text: str, finder: Finder) -> int | None:
    """Where the project is named. A registry number or initials may follow one or two words: 张三 3号 1200万."""
    at = 0
    for _ in range(3):
        if found := finder.find(text[at:]):
            return at + found.start
        word = _WORD.match(text, at)
        if word is None:
            break
        at = word.end()
    return None


def _name(words: str) -> str:
    """The words as the name of a person or unit; empty if they are none."""
    name = " ".join(_AROUND_A_NAME.sub("", words).split())
    is_none = not name or len(name) > _LONGEST_NAME or any(sign.isdigit() for sign in name)
    return "" if is_none or BEFORE_ALL.fullmatch(name) or LEAD_WORDS.match(level(name)) else name
