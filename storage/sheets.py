"""A workbook (.xlsx) as grids of values, with what openpyxl's streaming does not give (`storage.marks`).

Rule 1  one sheet at a time, row by row; nothing is kept but the values, so memory follows the file.
Rule 2  nothing is judged here: what a cell means is for `storage.workbook` and `storage.flat`.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from storage.marks import Marks, Merge, Room, check_size, marks_of, scales

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


def grids(content: bytes, progress: Progress = nobody) -> Iterator[Grid]:
    """The sheets of a workbook in their order. Raises Unopenable and TooLarge."""
    from openpyxl import load_workbook  # a large import that a start does without
    from openpyxl.utils.exceptions import InvalidFileException

    broken = (InvalidFileException, zipfile.BadZipFile, expat.ExpatError, KeyError, ValueError, OSError)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            check_size(parts)
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            yield from _sheets(workbook, parts, progress)
        workbook.close()
    except (*broken, EOFError, SyntaxError, TypeError) as error:
        raise Unopenable from error


def _sheets(workbook: "Workbook", parts: zipfile.ZipFile, progress: Progress) -> Iterator[Grid]:
    room, scaling = Room(), _scaling(workbook)
    for sheet in workbook.worksheets:
        path = sheet._worksheet_path  # type: ignore[attr-defined]  # only a streamed sheet has it
        marks = marks_of(parts, path, room, scaling)
        sheet.reset_dimensions()  # some programs write a wrong extent, and streaming would believe it
        rows = list(_rows(sheet.iter_rows(values_only=True), marks, progress))
        yield Grid(
            title=sheet.title.strip(),
            hidden=sheet.sheet_state != "visible",
            rows=rows,
            hidden_rows=frozenset(marks.hidden),
            merges=tuple(marks.merges),
        )


def _scaling(workbook: "Workbook") -> frozenset[str]:
    """The styles whose format shows another number than the cell holds, as cells name them."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS_MAX_SIZE

    formats, styles = workbook._number_formats, workbook._cell_styles  # type: ignore[attr-defined]  # known to it alone
    own = {BUILTIN_FORMATS_MAX_SIZE + place for place, text in enumerate(formats) if scales(text)}
    return frozenset(str(place) for place, style in enumerate(styles) if style.numFmtId in own)


def _rows(
    rows: Iterable[tuple[Any, ...]], marks: Marks, progress: Progress
) -> Iterator[tuple[int, list[object]]]:
    for number, values in enumerate(rows, start=1):
        filled = with_formulas(values, marks.formulas.get(number, {}))
        row = trimmed(_as_doubtful(filled, marks.scaled.get(number, ())))
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


def _as_doubtful(row: list[object], places: Iterable[int]) -> list[object]:
    """A number that people see as another one stands as a text that is no number."""
    for place in places:
        if place < len(row) and isinstance(row[place], int | float):
            row[place] = f"{row[place]}，但单元格格式显示成别的数"
    return row


def trimmed(values: Iterable[object]) -> list[object]:
    """A row without the empty cells at its end; blank text counts as empty."""
    row = [None if isinstance(value, str) and not value.strip() else value for value in values]
    while row and row[-1] is None:
        row.pop()
    return row
