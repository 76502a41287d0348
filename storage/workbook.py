"""The registry workbook (.xlsx) as the frozen rows of `storage.entries`.

Rule 1  nothing is guessed: a cell that cannot be read is an error with its place, found and expected.
Rule 2  every error of the file is collected; the first one never hides the others.
Rule 3  only reads: whether a row fits the registry is for `storage.registry` to say.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from storage.cells import (
    plain,
    show,
    to_date,
    to_lines,
    to_month,
    to_phone,
    to_text,
    to_whole,
    to_year,
    to_yes,
    to_yuan,
)
from storage.entries import (
    HEADINGS,
    KIND_WORDS,
    MILESTONES,
    PEOPLE,
    PROJECTS,
    ROLE_WORDS,
    STAGE_WORDS,
    UNITS,
    Book,
    CellError,
    MilestoneEntry,
    PersonEntry,
    ProjectEntry,
    UnitEntry,
)

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

HEADING_ROWS = 5  # a title and its subtitle may stand above the headings
SEPARATORS = re.compile(r"[、,，;；]+")
MONEY = "以万元计、精确到元的金额，如 3200、3,200万元、0.32亿"
DAY = "日期，如 2012-06-30 或 2012.6.30"

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


@dataclass(slots=True)
class Cells:
    """One row while it is read: gives values by field name and notes what does not fit."""

    sheet: str
    row: int
    values: Mapping[str, object]
    errors: list[CellError]

    def wrong(self, field: str, expected: str) -> None:
        heading, value = HEADINGS[self.sheet][field], self.values.get(field)
        self.errors.append(
            CellError(sheet=self.sheet, row=self.row, column=heading, found=show(value), expected=expected)
        )

    def optional(self, field: str, read: Callable[[object], Value | None], expected: str) -> Value | None:
        value = self.values.get(field)
        if value is None:
            return None
        result = read(value)
        if result is None:
            self.wrong(field, expected)
        return result

    def needed(
        self, field: str, read: Callable[[object], Value | None], expected: str, nothing: Value
    ) -> Value:
        if self.values.get(field) is None:
            self.wrong(field, f"{expected}，不能为空（合并的单元格请先取消合并）")
            return nothing
        result = self.optional(field, read, expected)
        return nothing if result is None else result

    def text(self, field: str) -> str:
        return self.optional(field, to_text, "一行文字，不以“=”开头") or ""

    def needed_text(self, field: str) -> str:
        return self.needed(field, to_text, "一行文字，不以“=”开头", "")

    def names(self, field: str) -> tuple[str, ...]:
        """Several in one cell, separated by 、; each once, in the order written."""
        lines = self.optional(field, to_lines, "姓名或角色，几个之间用“、”隔开") or []
        found = (part.strip() for line in lines for part in SEPARATORS.split(line))
        return tuple(dict.fromkeys(name for name in found if name))

    def amount(self, field: str) -> int:
        return self.optional(field, to_yuan, MONEY) or 0

    def day(self, field: str) -> date | None:
        return self.optional(field, to_date, DAY)

    def needed_day(self, field: str) -> date:
        return self.needed(field, to_date, DAY, date.min)

    def yes(self, field: str) -> bool:
        return self.optional(field, to_yes, "是 或 否") or False

    def word(self, field: str, words: Mapping[str, Word]) -> Word:
        def known(value: object) -> Word | None:
            return words.get(plain(value)) if isinstance(value, str) else None

        return self.needed(field, known, "、".join(words), next(iter(words.values())))

    def words(self, field: str, words: Mapping[str, Word]) -> tuple[Word, ...]:
        names = self.names(field)
        if any(plain(name) not in words for name in names):
            self.wrong(field, f"{'、'.join(words)}（几个之间用“、”隔开）")
            return ()
        # The order in the cell means nothing, so it is not kept.
        return tuple(word for name, word in words.items() if name in map(plain, names))


def unit_entry(cells: Cells) -> UnitEntry:
    return UnitEntry(row=cells.row, name=cells.needed_text("name"), district=cells.text("district"))


def person_entry(cells: Cells) -> PersonEntry:
    return PersonEntry(
        row=cells.row,
        name=cells.needed_text("name"),
        unit=cells.needed_text("unit"),
        title=cells.text("title"),
        phone=cells.optional("phone", to_phone, "11位手机号，或带区号的座机号"),
        roles=cells.words("roles", ROLE_WORDS),
        wecom_userid=cells.text("wecom_userid") or None,
    )


def project_entry(cells: Cells) -> ProjectEntry:
    entry = ProjectEntry(
        row=cells.row,
        number=cells.needed("number", to_whole, "正整数", 0),
        code=cells.text("code") or None,
        name=cells.needed_text("name"),
        kind=cells.word("kind", KIND_WORDS),
        category=cells.text("category"),
        district=cells.text("district"),
        front=cells.text("front"),
        nature=cells.text("nature"),
        content=cells.text("content"),
        total_investment=cells.needed("total_investment", to_yuan, MONEY, 0),
        year=cells.optional("year", to_year, "年份，如 2012"),
        amount=cells.amount("amount"),
        goal=cells.text("goal"),
        to_start=cells.yes("to_start"),
        to_finish=cells.yes("to_finish"),
        stage=cells.word("stage", STAGE_WORDS),
        start_planned=cells.day("start_planned"),
        start_actual=cells.day("start_actual"),
        finish_planned=cells.day("finish_planned"),
        finish_actual=cells.day("finish_actual"),
        not_started_because=cells.text("not_started_because"),
        opening_month=cells.needed("opening_month", to_month, "年月，如 2012-02", ""),
        opening_year_done=cells.amount("opening_year_done"),
        opening_total_done=cells.amount("opening_total_done"),
        unit=cells.needed_text("unit"),
        reporters=cells.names("reporters"),
        deputies=cells.names("deputies"),
        heads=cells.names("heads"),
        lead_leaders=cells.names("lead_leaders"),
        lead_departments=cells.names("lead_departments"),
        parent=cells.optional("parent", to_whole, "上级项目的序号"),
        sub_owes=cells.yes("sub_owes"),
        registered=cells.needed_day("registered"),
    )
    check_project(entry, cells)
    return entry


def check_project(entry: ProjectEntry, cells: Cells) -> None:
    """What one row can say against itself."""
    if not entry.year and (entry.amount or entry.goal or entry.to_start or entry.to_finish):
        cells.wrong("year", "写了年度计划就要写年度，如 2012")
    if not entry.reporters and (entry.parent is None or entry.sub_owes):
        cells.wrong("reporters", "至少一名联络人（不单独报送的子项目除外）")
    if entry.sub_owes and entry.parent is None:
        cells.wrong("sub_owes", "只有子项目（写了上级项目）才填“是”")
    if entry.not_started_because and entry.start_actual:
        cells.wrong("not_started_because", "已有实际开工日期的项目不填未开工原因")
    if entry.opening_year_done > entry.opening_total_done:
        cells.wrong("opening_total_done", "不小于年初累计")
    if entry.finish_actual and entry.start_actual and entry.finish_actual < entry.start_actual:
        cells.wrong("finish_actual", "不早于实际开工")


def milestone_entry(cells: Cells) -> MilestoneEntry:
    return MilestoneEntry(
        row=cells.row,
        project=cells.needed("project", to_whole, "项目表里的序号", 0),
        project_name=cells.text("project_name"),
        name=cells.needed_text("name"),
        planned=cells.needed_day("planned"),
        actual=cells.day("actual"),
    )


Grid = list[tuple[int, list[object]]]  # rows that hold something, each with its number in Excel


def read(content: bytes) -> Book:
    """Reads a workbook; whatever is wrong with it stands in `errors` of the book."""
    from openpyxl.utils.exceptions import InvalidFileException

    digest = hashlib.sha256(content).hexdigest()
    try:
        grids = grids_of(content)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        EOFError,
        SyntaxError,
        TypeError,
    ):
        error = CellError(
            sheet="文件",
            row=0,
            column="",
            found="打不开",
            expected="未加密的 .xlsx 工作簿（.xls 请另存为 .xlsx）",
        )
        return Book(sha256=digest, whole=False, errors=(error,))
    errors: list[CellError] = []
    spoiled: set[str] = set()

    def rows(sheet: str, entry_of: Callable[[Cells], Value]) -> tuple[Value, ...]:
        return tuple(entries(sheet, grids.get(sheet), entry_of, errors, spoiled))

    units, people = rows(UNITS, unit_entry), rows(PEOPLE, person_entry)
    projects = rows(PROJECTS, project_entry)
    milestones = rows(MILESTONES, milestone_entry) if MILESTONES in grids else None
    return Book(
        sha256=digest,
        whole=not spoiled & {*HEADINGS},
        units=units,
        people=people,
        projects=projects,
        milestones=milestones,
        spoiled=frozenset(spoiled),
        errors=tuple(errors),
    )


def entries(
    sheet: str,
    grid: Grid | None,
    entry_of: Callable[[Cells], Value],
    errors: list[CellError],
    spoiled: set[str],
) -> Iterable[Value]:
    """The good rows of one sheet; errors and the names of bad rows are added to the two collections."""
    places, rest = headings(sheet, grid, errors)
    if not places:
        spoiled.add(sheet)
    for number, values in rest:
        row = {field: values[place] for field, place in places.items() if place < len(values)}
        if all(value is None for value in row.values()):
            continue
        wrong: list[CellError] = []
        entry = entry_of(Cells(sheet, number, row, wrong))
        errors += wrong
        if not wrong:
            yield entry
        else:
            spoiled |= {plain(str(row[field])) for field in ("name", "number") if row.get(field) is not None}


def headings(sheet: str, grid: Grid | None, errors: list[CellError]) -> tuple[dict[str, int], Grid]:
    """Where each field's column is, and the rows below the headings."""

    def wrong(row: int, column: str, found: str, expected: str) -> None:
        errors.append(CellError(sheet=sheet, row=row, column=column, found=found, expected=expected))

    wanted = HEADINGS[sheet]
    if grid is None:
        wrong(0, "", "文件里没有这张表", f"名为“{sheet}”的工作表")
        return {}, []
    rows = [[plain(str(value)) if value is not None else "" for value in values] for _, values in grid]
    best = max(
        range(min(len(rows), HEADING_ROWS)),
        key=lambda place: len({*rows[place]} & {*wanted.values()}),
        default=None,
    )
    if best is None or not {*rows[best]} & {*wanted.values()}:
        wrong(0, "", "前几行里没有表头", f"表头：{'、'.join(wanted.values())}")
        return {}, []
    number, present = grid[best][0], rows[best]
    for heading in wanted.values():
        if present.count(heading) != 1:
            found = "有重复的表头" if heading in present else "没有这个表头"
            wrong(number, heading, found, f"一列“{heading}”（内容可以空着）")
    if any(present.count(heading) != 1 for heading in wanted.values()):
        return {}, []
    return {field: present.index(heading) for field, heading in wanted.items()}, grid[best + 1 :]


def grids_of(content: bytes) -> dict[str, Grid]:
    """The values of the known sheets; a formula without a stored result stands as its own text."""
    from openpyxl import load_workbook  # a large import that a start does without

    grids = grids_in(load_workbook(io.BytesIO(content), read_only=True, data_only=True))
    if has_formulas(content):
        formulas = grids_in(load_workbook(io.BytesIO(content), read_only=True, data_only=False))
        for sheet, grid in formulas.items():
            put_formulas(grids.setdefault(sheet, []), grid)
    return grids


def grids_in(workbook: "Workbook") -> dict[str, Grid]:
    grids: dict[str, Grid] = {}
    for sheet in workbook.worksheets:
        if (title := sheet.title.strip()) in HEADINGS:
            # Some programs write a wrong extent, and read_only would believe it.
            if hasattr(sheet, "reset_dimensions"):
                sheet.reset_dimensions()
            rows = enumerate(sheet.iter_rows(values_only=True), start=1)
            grids[title] = [(number, row) for number, values in rows if (row := trimmed(values))]
    workbook.close()
    return grids


def trimmed(values: Iterable[object]) -> list[object]:
    """A row without the empty cells at its end; blank text counts as empty."""
    row = [None if isinstance(value, str) and not value.strip() else value for value in values]
    while row and row[-1] is None:
        row.pop()
    return row


def has_formulas(content: bytes) -> bool:
    """Whether a second, slower look is worth it."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        return any(re.search(rb"<f[ >/]", parts.read(name)) for name in sheets)


def put_formulas(grid: Grid, formulas: Grid) -> None:
    """Puts the text of a formula where its result is missing, so that it cannot pass for an empty cell."""
    known = dict(grid)
    for number, values in formulas:
        row = known.setdefault(number, [])
        row += [None] * (len(values) - len(row))
        for place, value in enumerate(values):
            if row[place] is None and value is not None:
                row[place] = value if isinstance(value, str) else "=公式"
    grid[:] = sorted(known.items())
