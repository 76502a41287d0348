"""Workbooks that the program writes hold what was said, and nothing that Excel would run."""

import io
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

from rules.workdays import city_zone
from storage.xlsx import LONGEST, Column, Form, Sheet, Value, to_workbook


def cell(value: Value, form: Form = Form.TEXT) -> Cell:
    """The cell as it is read back from a file."""
    content = to_workbook([Sheet("一", [Column("甲", form)], [(value,)])], city_zone())
    found = load_workbook(io.BytesIO(content)).worksheets[0]["A2"]
    assert isinstance(found, Cell)
    return found


@pytest.mark.parametrize(
    "text",
    ["=HYPERLINK(1)", "=1", "+1", "-1", "@SUM(1)", "\t=1", "{=1}", "#REF!", "1e5", "2012-01-01", "=", "真"],
)
def test_every_text_is_a_text_and_has_the_format_of_one(text: str) -> None:
    found = cell(text)
    assert (found.value, found.data_type, found.number_format) == (text, "s", "@")


def test_what_xml_cannot_hold_is_left_out_and_the_rest_stays() -> None:
    assert cell("\x1b[2J主体\x00封顶\ufffe\uffff\x0b").value == "[2J主体封顶"
    assert cell("第一行\n第二行").value == "第一行\n第二行"


def test_a_text_longer_than_a_cell_is_cut() -> None:
    assert cell("长" * (LONGEST + 5)).value == "长" * LONGEST


@pytest.mark.parametrize(
    ("yuan", "shown", "number_format"),
    [
        (0, 0, "#,##0"),
        (12_000_000, 1200, "#,##0"),
        (12_345_678, 1234.5678, "#,##0.0000"),
        (12_345_000, 1234.5, "#,##0.0"),
        (1, 0.0001, "#,##0.0000"),
        (99_999_999_999_999, 9_999_999_999.9999, "#,##0.0000"),
    ],
)
def test_money_is_a_real_number_of_wan_and_right_to_the_yuan(
    yuan: int, shown: float, number_format: str
) -> None:
    found = cell(yuan, Form.MONEY)
    assert (found.value, found.number_format, found.data_type) == (shown, number_format, "n")
    assert isinstance(found.value, int | float)
    assert round(found.value * 10_000) == yuan


def test_an_instant_is_a_real_date_of_the_citys_zone() -> None:
    found = cell(datetime(2012, 3, 31, 16, 30, tzinfo=UTC), Form.MOMENT)
    assert (found.value, found.is_date) == (datetime(2012, 4, 1, 0, 30), True)  # noqa: DTZ001 - Excel knows no zones
    assert cell(date(2012, 4, 1), Form.DAY).is_date


def test_a_share_is_one_division_and_not_a_rounded_figure() -> None:
    found = cell(Fraction(2, 3), Form.SHARE)
    assert (found.value, found.number_format) == (2 / 3, "0.0%")


def test_nothing_is_an_empty_cell() -> None:
    assert cell(None).value is None
    assert cell("").value is None


def test_the_heading_row_is_frozen_and_filtered_over_all_rows() -> None:
    columns = [Column("甲", width=30), Column("乙", Form.COUNT)]
    content = to_workbook([Sheet("一", columns, [("a", 1), ("b", 2)])], city_zone())
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:B3")
    assert page.column_dimensions["A"].width == 30
    assert page["A1"].font.bold


def test_a_row_of_another_length_than_the_headings_is_a_fault() -> None:
    with pytest.raises(ValueError, match="zip"):
        to_workbook([Sheet("一", [Column("甲")], [("a", "b")])], city_zone())
