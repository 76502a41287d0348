"""Ledgers (台账) as offices keep them, made for tests. People, units and figures are invented."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from storage import registry, workbook
from storage.preview import Preview

NOW = datetime(2012, 4, 2, 1, 0, tzinfo=UTC)
TODAY = date(2012, 4, 2)
TITLE = "2012年重大建设项目进展情况表（截至3月底）"
HEADING = (
    "序号",
    "项目名称",
    "责任单位",
    "联络人",
    "联系电话",
    "总投资",
    "年度计划",
    "年初至今完成",
    "自开工累计",
    "实际开工",
)

Row = Sequence[object]


def a_row(number: int = 1, name: str = "城北水厂扩建", **cells: object) -> list[object]:
    """One project in the order of HEADING, in 万元; a cell by its heading."""
    row: dict[str, object] = dict(
        zip(
            HEADING,
            (number, name, "市水务局", "李一", "19900000001", 3200, 800, 90, 1200, "2011.5"),
            strict=True,
        )
    )
    return list({**row, **cells}.values())


def fill(
    sheet: Worksheet, rows: Iterable[Row], merges: Iterable[str] = (), hidden: Iterable[int] = ()
) -> None:
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    for row_number in hidden:
        sheet.row_dimensions[row_number].hidden = True


def to_bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_ledger(
    *rows: Row,
    above: Sequence[Row] = ((TITLE,), ("单位：万元",)),
    heading: Sequence[Row] = (HEADING,),
    merges: Iterable[str] = (),
    hidden: Iterable[int] = (),
    title: str = "重大建设",
) -> bytes:
    """A workbook of one sheet. With the usual two lines above and one of headings, projects begin in row 4."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    fill(sheet, (*above, *heading, *rows), merges, hidden)
    return to_bytes(book)


def planned(session: Session, content: bytes, as_of: str | None = None, skip: bool = False) -> Preview:
    return registry.plan(session, workbook.read(content, as_of), skip)


def imported(session: Session, content: bytes, as_of: str | None = None, skip: bool = False) -> Preview:
    preview = planned(session, content, as_of, skip)
    assert preview.ok, preview.summary()
    registry.apply(session, preview, TODAY, NOW)
    session.flush()
    return preview


def places(preview: Preview) -> list[tuple[str, int, str, str]]:
    return [(error.sheet, error.row, error.column, error.found) for error in preview.errors]
