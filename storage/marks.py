"""One quick pass over a sheet's XML: merges, hidden rows, formulas without a result, and whether it is too large.

It comes before openpyxl, which believes every number that it reads and fills every gap: a few bytes that name the
last row and the last column would take all the memory there is.
"""

import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_BYTES = 100_000_000  # of all parts unpacked; a ledger of 10,000 projects has a tenth
MOST_CELLS = 2_000_000  # of all sheets, empty ones left of others too
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of Excel itself
LONGEST_FORMULA = 8192  # letters, of Excel itself

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "  # other names are none of the sheet's
# A point or a comma that only shows: escaped between digits, or a comma behind the last of them.
_SCALES = re.compile(r"""[0#?](?:[!\\]\.|"\.")[0#?]|[0#?],+(?![0#?,.])""")


class TooLarge(Exception):  # noqa: N818 - said as one error of the file
    """More than a workbook of the registry can be."""


@dataclass(slots=True)
class Room:
    """How many cells the sheets of a workbook may still have."""

    cells: int = MOST_CELLS

    def take(self, cells: int) -> None:
        self.cells -= cells
        if self.cells < 0:
            raise TooLarge


@dataclass(frozen=True, slots=True)
class Merge:
    """Merged cells: rows as Excel numbers them, columns from 0; both ends belong to it."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(slots=True)
class Marks:
    """What one quick pass over a sheet's XML finds."""

    rows: int = 0
    hidden: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    formulas: dict[int, dict[int, str]] = field(
        default_factory=dict
    )  # without a result: row -> column -> text
    scaled: dict[int, set[int]] = field(default_factory=dict)  # row -> columns shown as another number


def check_size(parts: zipfile.ZipFile) -> None:
    """Raises TooLarge. What a part says of its size binds: nothing is unpacked beyond it."""
    if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
        raise TooLarge


def scales(number_format: str) -> bool:
    """Whether a number is shown as another one: 0!.0000 shows 32000000 as 3200.0000, and 0, shows thousands."""
    return _SCALES.search(number_format) is not None


def marks_of(parts: zipfile.ZipFile, path: str, room: Room, scaling: frozenset[str]) -> Marks:
    """`scaling` are the styles that show another number than there is. Raises TooLarge."""
    reader = _MarksReader(room, scaling)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    with parts.open(path) as source:
        parser.ParseFile(source)
    return reader.marks


class _MarksReader:
    """Handlers of expat: XML of a sheet in, `Marks` out."""

    def __init__(self, room: Room, scaling: frozenset[str]) -> None:
        self.room, self.scaling = room, scaling
        self.marks = Marks()
        self.row = self.column = self.width = 0
        self.inside = ""  # the element whose text is being read
        self.formula: str | None = None
        self.result = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.removeprefix(_MAIN):
            case "c":
                self.cell(attributes.get("r"))
                # Text that was worked out and is empty is a result too.
                self.formula, self.result = None, attributes.get("t") == "str"
                if attributes.get("s") in self.scaling and attributes.get("t", "n") == "n":
                    self.marks.scaled.setdefault(self.row, set()).add(self.column)
            case "v" | "f" as inside:
                self.inside = inside
                if inside == "f":
                    self.formula = ""
            case "row":
                self.begin_row(int(attributes.get("r", self.row + 1)))
                if attributes.get("hidden") in ("1", "true"):
                    self.marks.hidden.add(self.row)
            case "mergeCell":
                merge = _merge(attributes["ref"])
                self.room.take((merge.bottom - merge.top + 1) * (merge.right - merge.left + 1))
                self.marks.merges.append(merge)

    def begin_row(self, row: int) -> None:
        if row > MOST_ROWS:
            raise TooLarge
        self.row, self.column, self.width = row, -1, 0
        self.marks.rows = max(self.marks.rows, row)
        self.room.take(1)

    def cell(self, reference: str | None) -> None:
        self.column = _column(reference) if reference else self.column + 1
        if self.column >= MOST_COLUMNS:
            raise TooLarge
        self.room.take(max(0, self.column + 1 - self.width))
        self.width = max(self.width, self.column + 1)

    def text(self, text: str) -> None:
        if self.inside == "f":
            self.formula = ((self.formula or "") + text)[:LONGEST_FORMULA]
        elif self.inside == "v":
            self.result = True

    def end(self, name: str) -> None:
        self.inside = ""
        if name.removeprefix(_MAIN) == "c" and self.formula is not None and not self.result:
            text = f"={self.formula}" if self.formula else "=公式"
            self.marks.formulas.setdefault(self.row, {})[self.column] = text


def _column(reference: str) -> int:
    """A1 -> 0, AB7 -> 27."""
    number = 0
    for sign in reference:
        if not sign.isalpha() or number > MOST_COLUMNS:
            break
        number = number * 26 + ord(sign) - 64
    return number - 1


def _merge(reference: str) -> Merge:
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = (edge or 0 for edge in range_boundaries(reference))
    return Merge(top, bottom, left - 1, right - 1)
