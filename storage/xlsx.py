"""Workbooks (.xlsx) that the program writes: rows stream through, and every text stays the text that it is.

Rule 1  Whatever a person wrote, no cell becomes a formula, neither when the file is opened nor when its cell is edited:
        texts have the type and the format of a text. What XML cannot hold (control characters) is left out.
Rule 2  Money is given in yuan and shown in 万元, a real number with as many decimals as the yuan need. Instants are
        shown by the city's zone, as real dates.
Rule 3  Nothing is kept in memory but the row at hand and the finished file.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

Value = str | int | Fraction | date | datetime | None

LONGEST = 32_767  # characters of a cell; Excel calls a file with more damaged
WAN = 10_000
# XML 1.0's characters, less what Excel shows as nothing.
_UNFIT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Form(StrEnum):
    """How a column's values are shown; the value is Excel's number format."""

    TEXT = "@"
    COUNT = "0"
    MONEY = "#,##0"  # yuan, shown in 万元
    SHARE = "0.0%"  # a Fraction
    POINTS = "0.0"  # percentage points, a Fraction
    DAY = "yyyy-mm-dd"
    MOMENT = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    form: Form = Form.TEXT
    width: int = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: a frozen heading row, its filter, and rows with a value for every column."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]


def to_workbook(sheets: Iterable[Sheet], zone: ZoneInfo) -> bytes:
    """The file's bytes, the sheets in the order given."""
    from openpyxl import Workbook  # a large import that a start does without

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        _fill(page, sheet, zone)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(page: Any, sheet: Sheet, zone: ZoneInfo) -> None:  # noqa: ANN401 - the stubs know no streamed sheet
    from openpyxl.utils import get_column_letter

    letters = [get_column_letter(place) for place in range(1, len(sheet.columns) + 1)]
    page.freeze_panes = "A2"
    for letter, column in zip(letters, sheet.columns, strict=True):
        page.column_dimensions[letter].width = column.width
    pen = _Pen(page, zone)
    page.append(pen.heading(sheet.columns))
    count = 1
    for row in sheet.rows:
        page.append(pen.cells(sheet.columns, row))
        count += 1
    page.auto_filter.ref = f"A1:{letters[-1]}{count}"


class _Pen:
    """Cells of one sheet: one object per number format, given a new value each time.

    A cell is written the moment it is yielded, so that it may be used again; new ones with their styles would take
    most of the time.
    """

    def __init__(self, page: Any, zone: ZoneInfo) -> None:  # noqa: ANN401 - as above
        self._page = page
        self._zone = zone
        self._made: dict[str, Cell] = {}

    def heading(self, columns: Sequence[Column]) -> Iterator["Cell"]:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font, PatternFill

        for column in columns:
            cell = WriteOnlyCell(self._page, column.heading)
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE8F3")
            yield cell

    def cells(self, columns: Sequence[Column], row: Sequence[Value]) -> Iterator["Cell | None"]:
        for column, value in zip(columns, row, strict=True):
            yield None if value is None or value == "" else self._cell(column.form, value)

    def _cell(self, form: Form, value: Value) -> "Cell":
        if isinstance(value, str):
            cell = self._of(Form.TEXT)
            cell.value = _UNFIT.sub("", value)[:LONGEST]
            cell.data_type = "s"
        elif isinstance(value, datetime):
            cell = self._of(form)
            cell.value = value.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
        elif form is Form.MONEY and isinstance(value, int):
            cell = self._of(_money_format(value))
            cell.value = Decimal(value) / WAN
        else:
            cell = self._of(form)
            cell.value = float(value) if isinstance(value, Fraction) else value
        return cell

    def _of(self, number_format: str) -> "Cell":
        from openpyxl.cell import WriteOnlyCell

        if number_format not in self._made:
            self._made[number_format] = WriteOnlyCell(self._page)
            self._made[number_format].number_format = number_format
        return self._made[number_format]


def _money_format(yuan: int) -> str:
    """As many decimals of 万元 as the yuan need, at most four."""
    decimals = f"{yuan % WAN:04}".rstrip("0")
    return f"{Form.MONEY}.{'0' * len(decimals)}" if decimals else Form.MONEY
