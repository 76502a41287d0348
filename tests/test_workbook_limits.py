"""Workbooks of a few bytes that would take hours or gigabytes: refused in one error, before they are unpacked."""

import io
import zipfile

import pytest

from storage import sheets, workbook
from storage.marks import LONGEST_FORMULA, MOST_BYTES, MOST_CELLS
from tests.ledgers import a_ledger, a_row

SHEET = "xl/worksheets/sheet1.xml"
FULL_ROW = b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>"


def with_rows(rows: bytes, before: bytes = b"</sheetData>") -> bytes:
    """A ledger of one project, with this XML put in before a tag of its sheet."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(a_ledger(a_row()))) as parts,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in parts.namelist():
            content = parts.read(name)
            made.writestr(name, content.replace(before, rows + before) if name == SHEET else content)
    return out.getvalue()


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="100000000"><c r="A1"><v>1</v></c></row>',
        b'<row r="9"><c r="ZZZZZZ9"><f>1</f></c></row>',
        b'<row r="9"><c r="XFE9"><v>1</v></c></row>',
        FULL_ROW * (MOST_CELLS // 1000 + 1),
        b'<row><c r="XFD9"><v>1</v></c></row>' * (MOST_CELLS // 16_384 + 1),
    ],
    ids=["row", "formula", "column", "cells", "gaps"],
)
def test_a_sheet_of_more_rows_columns_or_cells_than_there_can_be_is_refused(rows: bytes) -> None:
    [error] = workbook.read(with_rows(rows)).errors
    assert (error.sheet, error.found) == ("文件", "太大")


def test_merges_of_whole_columns_again_and_again_are_refused() -> None:
    merges = b'<mergeCells count="3">' + b'<mergeCell ref="A1:A1048576"/>' * 3 + b"</mergeCells>"
    [error] = workbook.read(with_rows(merges, before=b"<pageMargins")).errors
    assert error.found == "太大"


def test_a_part_that_unpacks_to_more_than_a_workbook_has_is_refused() -> None:
    out = io.BytesIO(a_ledger(a_row()))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/more.xml", bytes(MOST_BYTES))
    [error] = workbook.read(out.getvalue()).errors
    assert error.found == "太大"


def test_what_another_program_keeps_in_a_sheet_under_its_own_name_is_no_cell() -> None:
    foreign = (
        b'<extLst><ext uri="x" xmlns:q="urn:x"><q:row r="9"><q:c r="ZZZZZZ9"><q:f>1</q:f></q:c></q:row>'
        b"</ext></extLst>"
    )
    book = workbook.read(with_rows(foreign, before=b"</worksheet>"))
    assert (book.errors, [each.name for each in book.ledger or ()]) == ((), ["城北水厂扩建"])


def test_a_formula_keeps_no_more_of_its_text_than_excel_would() -> None:
    formula = b'<row r="5"><c r="B5"><f>' + b"1+" * 100_000 + b"1</f></c></row>"
    [grid] = sheets.grids(with_rows(formula))
    assert len(str(grid.rows[-1][1][1])) <= LONGEST_FORMULA + len("=")
