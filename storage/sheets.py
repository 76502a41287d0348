"""A workbook (.xlsx) as grids of values, with what openpyxl's streaming does not give: merges, hidden rows, and
formulas that have no stored result.

Rule 1  one sheet at a time, row by row; nothing is kept but the values, so memory follows the file.
Rule 2  nothing is judged here: what a cell means is for `storage.workbook` and `storage.flat`.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

Progress = Callable[[str, int, int], None]  # what is being done, how much is done, of how much
Rows = list[tuple[int, list[object]]]  # rows that hold something, each with its number in Excel

OPENING, READING = "Opening", "Reading"
TOLD_EVERY = 200  # rows between two words about the progress


def nobody(_what: str, _done: int, _of: int) -> None:
    """The progress of which nobody is told."""


class Unopenable(Exception):  # noqa: N818 - said as one error of the file
    """The bytes are no workbook that can be read."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Merged cells: rows as Excel numbers them, columns from 0; both ends belong to it."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(slots=True)
class Grid:
    """One sheet. `hidden` says that the whole sheet is; hidden rows stand among `rows` all the same."""

    title: str
    hidden: bool
    rows: Rows
    hidden_rows: frozenset[int]
    merges: tuple[Merge, ...]

    def visible(self) -> Rows:
        return [row for row in self.rows if row[0] not in self.hidden_rows]


@dataclass(slots=True)
class Marks:
    """What one quick pass over a sheet's XML finds."""

    rows: int = 0
    hidden: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    formulas: dict[int, dict[int, str]] = field(
        default_factory=dict
    )  # without a result: row -> column -> text


def grids(content: bytes, progress: Progress = nobody) -> Iterator[Grid]:
    """The sheets of a workbook in their order. Raises Unopenable."""
    from openpyxl import load_workbook  # a large import that a start does without
    from openpyxl.utils.exceptions import InvalidFileException

    broken = (InvalidFileException, zipfile.BadZipFile, expat.ExpatError, KeyError, ValueError, OSError)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            yield from _sheets(workbook, parts, progress)
        workbook.close()
    except (*broken, EOFError, SyntaxError, TypeError) as error:
        raise Unopenable from error


def _sheets(workbook: "Workbook", parts: zipfile.ZipFile, progress: Progress) -> Iterator[Grid]:
    for sheet in workbook.worksheets:
        path = sheet._worksheet_path  # type: ignore[attr-defined]  # only a streamed sheet has it
        marks = marks_of(parts, path)
        sheet.reset_dimensions()  # some programs write a wrong extent, and streaming would believe it
        rows = list(_rows(sheet.iter_rows(values_only=True), marks, progress))
        yield Grid(
            title=sheet.title.strip(),
            hidden=sheet.sheet_state != "visible",
            rows=rows,
            hidden_rows=frozenset(marks.hidden),
            merges=tuple(marks.merges),
        )


def _rows(
    rows: Iterable[tuple[Any, ...]], marks: Marks, progress: Progress
) -> Iterator[tuple[int, list[object]]]:
    for number, values in enumerate(rows, start=1):
        row = trimmed(with_formulas(values, marks.formulas.get(number, {})))
        if row:
            yield number, row
        if number % TOLD_EVERY == 0:
            progress(OPENING, min(number, marks.rows), marks.rows)


def with_formulas(values: Iterable[object], formulas: Mapping[int, str]) -> list[object]:
    """A formula without a stored result stands as its own text, so that it cannot pass for an empty cell."""
    row = list(values)
    for place, formula in formulas.items():
        row += [None] * (place + 1 - len(row))
        if row[place] is None:
            row[place] = formula
    return row


def trimmed(values: Iterable[object]) -> list[object]:
    """A row without the empty cells at its end; blank text counts as empty."""
    row = [None if isinstance(value, str) and not value.strip() else value for value in values]
    while row and row[-1] is None:
        row.pop()
    return row


def marks_of(parts: zipfile.ZipFile, path: str) -> Marks:
    reader = _MarksReader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    with parts.open(path) as source:
        parser.ParseFile(source)
    return reader.marks


class _MarksReader:
    """Handlers of expat: XML of a sheet in, `Marks` out."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.row = self.column = 0
        self.inside = ""  # the element whose text is being read
        self.formula: str | None = None
        self.result = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "c":
                self.column = _column(attributes["r"]) if "r" in attributes else self.column + 1
                # Text that was worked out and is empty is a result too.
                self.formula, self.result = None, attributes.get("t") == "str"
            case "v" | "f" as inside:
                self.inside = inside
                if inside == "f":
                    self.formula = ""
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column = -1
                self.marks.rows = max(self.marks.rows, self.row)
                if attributes.get("hidden") in ("1", "true"):
                    self.marks.hidden.add(self.row)
            case "mergeCell":
                self.marks.merges.append(_merge(attributes["ref"]))

    def text(self, text: str) -> None:
        if self.inside == "f":
            self.formula = (self.formula or "") + text
        elif self.inside == "v":
            self.result = True

    def end(self, name: str) -> None:
        self.inside = ""
        if name.rpartition(":")[2] == "c" and self.formula is not None and not self.result:
            text = f"={self.formula}" if self.formula else "=公式"
            self.marks.formulas.setdefault(self.row, {})[self.column] = text


def _column(reference: str) -> int:
    """A1 -> 0, AB7 -> 27."""
    number = 0
    for sign in reference:
        if not sign.isalpha():
            break
        number = number * 26 + ord(sign) - 64
    return number - 1


def _merge(reference: str) -> Merge:
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = (edge or 0 for edge in range_boundaries(reference))
    return Merge(top, bottom, left - 1, right - 1)
