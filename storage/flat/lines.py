"""The rows below a heading: which are projects, which only head or sum up others, which are neither."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from storage.cells import plain
from storage.flat.cells import to_number
from storage.flat.headings import Heading, read_heading
from storage.flat.synonyms import (
    CATEGORIES,
    CLOSING,
    DISTRICT,
    FINISH,
    NOTHING,
    PEOPLE,
    PHONE,
    START,
    TOTALS,
)
from storage.marks import Merge
from storage.sheets import Grid, Rows

_NUMERAL = "[一二三四五六七八九十]{1,3}"
_LEVELS = (
    (re.compile(rf"{_NUMERAL}(?:[、.,:].*)?"), 1),
    (re.compile(rf"\({_NUMERAL}\).*"), 2),
    (re.compile(r"第.{1,3}[类部章].*"), 1),
)
_PERSONAL = {*PEOPLE, PHONE}
_DATED = {"start_planned", "start_actual", "finish_planned", "finish_actual", START, FINISH}
_COUNT = re.compile(r"(\d+)个")


class Kind(Enum):
    PROJECT = auto()
    TOTAL = auto()
    SECTION = auto()
    CLOSING = auto()  # notes and signatures
    UNCLEAR = auto()


@dataclass(slots=True)
class Line:
    """One row of a table by field. `joined`: it goes on with the project of the row above (a merged name)."""

    row: int
    kind: Kind
    values: dict[str, object]
    places: Sequence[object]  # the same by column
    hidden: bool = False
    joined: bool = False
    shared: frozenset[str] = frozenset()  # fields whose cell is merged with rows of other projects
    text: str = ""  # what a section or a total is called
    level: int = 0
    count: int | None = None  # how many projects it says there are


@dataclass(slots=True)
class Table:
    """One heading with all that stands below it, and the texts above."""

    sheet: str
    heading: Heading
    above: tuple[str, ...]
    lines: list[Line]


def tables(grid: Grid) -> list[Table]:
    """The ledgers of a sheet. The same heading again, as on every printed page, goes on with the table."""
    tops: dict[int, list[Merge]] = defaultdict(list)
    for merge in grid.merges:
        tops[merge.top].append(merge)
    rows, found, above, at = grid.rows, list[Table](), list[str](), 0
    body = _Body(grid)
    while at < len(rows):
        heading = read_heading(rows, at, tops)
        if heading:
            above += _titles_below(found[-1], heading) if found else []
            if not found or heading.columns != found[-1].heading.columns:
                found.append(Table(grid.title, heading, tuple(above), []))
            above = []
            while at < len(rows) and rows[at][0] <= heading.last:
                at += 1
            continue
        if found:
            found[-1].lines += body.line(rows[at], found[-1].heading)
        else:
            above += [value for value in rows[at][1] if isinstance(value, str)]
        at += 1
    return found


def _titles_below(table: Table, heading: Heading) -> list[str]:
    """Takes from a table the texts below it that are really the title of the next one, or of the next page."""
    same = heading.columns == table.heading.columns
    kinds = (Kind.UNCLEAR, Kind.CLOSING) if same else (Kind.UNCLEAR, Kind.CLOSING, Kind.SECTION)
    texts: list[str] = []
    while table.lines and table.lines[-1].kind in kinds:
        values = [value for value in table.lines[-1].places if value is not None]
        if not all(isinstance(value, str) for value in values):
            break
        texts = [*map(str, values), *texts]
        table.lines.pop()
    return texts


class _Body:
    """Makes lines of rows; a merged cell's value belongs to every row of the merge."""

    def __init__(self, grid: Grid) -> None:
        self.hidden = grid.hidden_rows
        last = grid.rows[-1][0] if grid.rows else 0
        self.tall = _by_row((each for each in grid.merges if each.bottom > each.top), last)
        self.wide = {each.top for each in grid.merges if each.right > each.left + 1}
        self.tops = _values(grid.rows, (each for each in grid.merges if each.bottom > each.top))

    def line(self, numbered: tuple[int, list[object]], heading: Heading) -> list[Line]:
        row, values = numbered
        places = [None if _is_nothing(value) else value for value in values]
        own = list(places)
        for merge in self.tall.get(row, ()):
            places += [None] * (merge.left + 1 - len(places))
            places[merge.left] = self.tops.get((merge.top, merge.left))
        named = {column.field: column.place for column in heading.columns}
        by_field = {field: places[place] if place < len(places) else None for field, place in named.items()}
        if all(value is None for value in own):
            return []
        name = heading.by_field["name"].place
        merged = {merge.left: merge for merge in self.tall.get(row, ())}
        joined = name in merged and merged[name].top < row
        span = merged[name] if name in merged else Merge(row, row, name, name)
        shared = frozenset(
            field
            for field, place in named.items()
            if place in merged and (merged[place].top < span.top or merged[place].bottom > span.bottom)
        )
        line = _classified(row, by_field, own, heading, row in self.wide)
        line.hidden, line.shared, line.places = row in self.hidden, shared, places
        if joined:
            line.kind, line.joined = Kind.PROJECT, True
        return [line]


def _by_row(merges: Iterable[Merge], last: int) -> Mapping[int, list[Merge]]:
    found: dict[int, list[Merge]] = defaultdict(list)
    for merge in merges:
        for row in range(merge.top, min(merge.bottom, last) + 1):
            found[row].append(merge)
    return found


def _values(rows: Rows, merges: Iterable[Merge]) -> Mapping[tuple[int, int], object]:
    numbered = dict(rows)
    return {
        (merge.top, merge.left): numbered[merge.top][merge.left]
        for merge in merges
        if merge.top in numbered and merge.left < len(numbered[merge.top])
    }


def _is_nothing(value: object) -> bool:
    """A dash in a cell says that there is nothing."""
    return value is None or (isinstance(value, str) and plain(value) in NOTHING)


def _classified(
    row: int, values: dict[str, object], own: Sequence[object], heading: Heading, wide: bool
) -> Line:
    line = Line(row, Kind.UNCLEAR, values, ())
    name = heading.by_field["name"].place
    texts = [plain(value) for value in own if isinstance(value, str)]
    leading = [plain(value) for value in own[: name + 1] if isinstance(value, str)]
    total = next((found for text in leading if (found := TOTALS.fullmatch(text))), None)
    numbered = len(leading) > 1 and re.fullmatch(_NUMERAL, leading[0])
    line.text = ("、" if numbered else "").join(leading) or (texts[0] if texts else "")
    counted = _COUNT.search(line.text)
    line.count = int(counted[1]) if counted else None
    if total:
        line.kind = Kind.TOTAL
    elif texts and CLOSING.fullmatch(texts[0]):
        line.kind = Kind.CLOSING
    elif (
        values.get("unit") is None
        and not _is_one_project(own, heading)
        and (level := _level(line.text, texts, wide))
    ):
        line.kind, line.level = Kind.SECTION, level
    elif texts and any(text.startswith("其中") for text in leading):
        line.kind = Kind.UNCLEAR
    elif _tells_of_a_project(values, own):
        line.kind = Kind.PROJECT
    return line


def _is_one_project(own: Sequence[object], heading: Heading) -> bool:
    """Whether a row without 责任单位 says too much for a heading of others: two of number, total, people and dates.

    A heading may carry sums, but nobody answers for it, it has no place in the count and never begins.
    """
    said = {column.field: own[column.place] for column in heading.columns if column.place < len(own)}
    told = {field for field, value in said.items() if value is not None}
    numbered = to_number(said.get("number")) is not None
    return numbered + ("total_investment" in told) + bool(told & _PERSONAL) + bool(told & _DATED) > 1


def _tells_of_a_project(values: dict[str, object], own: Sequence[object]) -> bool:
    """A name with anything beside it; a number and a unit without a name are a project whose name is missing."""
    if values.get("name") is not None:
        return sum(value is not None for value in own) > 1
    return values.get("number") is not None and values.get("unit") is not None


def _level(text: str, texts: list[str], wide: bool) -> int:
    """1 for 一、, 2 for (一), 3 for a heading without numeral; 0 for what heads nothing."""
    for pattern, level in _LEVELS:
        if pattern.fullmatch(text):
            return level
    bare = re.sub(r"\(.*?\)", "", text)
    heads = wide or _COUNT.search(text) or DISTRICT.fullmatch(bare) or CATEGORIES.fullmatch(bare)
    return 3 if len(texts) == 1 and heads else 0
