"""The registry workbook of four sheets (单位, 人员, 项目, 节点) as the frozen rows of `storage.entries`.

Rule 1  nothing is guessed: a cell that cannot be read is an error with its place, found and expected.
Rule 2  every error of the file is collected; the first one never hides the others.
Rule 3  only reads: whether a row fits the registry is for `storage.registry` to say.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from storage.cells import plain, to_month, to_phone, to_whole, to_year, to_yuan
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
    against_itself,
)
from storage.sheets import READING, TOLD_EVERY, Grid, Progress, Rows
from storage.standard_cells import MONEY, Cells

HEADING_ROWS = 5  # a title and its subtitle may stand above the headings
DOUBLED, ONE_SHEET = "有几张这个名字的表（名字前后的空格不算）", "只有一张；别的改名或删掉"

Value = TypeVar("Value")


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
    for field, expected in against_itself(entry):
        cells.wrong(field, expected)
    return entry


def milestone_entry(cells: Cells) -> MilestoneEntry:
    return MilestoneEntry(
        row=cells.row,
        project=cells.needed("project", to_whole, "项目表里的序号", 0),
        project_name=cells.text("project_name"),
        name=cells.needed_text("name"),
        planned=cells.needed_day("planned"),
        actual=cells.day("actual"),
    )


def read(sheets: Iterable[Grid], digest: str, progress: Progress) -> Book:
    """The workbook of the four sheets in the headings of `storage.entries`. What is hidden is not taken."""
    ours = [grid for grid in sheets if grid.title in HEADINGS and not grid.hidden]
    grids = {grid.title: grid.visible() for grid in ours}
    doubled = [title for title, count in Counter(grid.title for grid in ours).items() if count > 1]
    errors = [
        CellError(sheet=title, row=0, column="", found=DOUBLED, expected=ONE_SHEET) for title in doubled
    ]
    spoiled = {*doubled}

    def rows(sheet: str, entry_of: Callable[[Cells], Value]) -> tuple[Value, ...]:
        grid = grids.get(sheet)
        found: list[Value] = []
        for entry in entries(sheet, grid, entry_of, errors, spoiled):
            found.append(entry)
            if len(found) % TOLD_EVERY == 0:
                progress(READING, len(found), len(grid or ()))
        return tuple(found)

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
    grid: Rows | None,
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


def headings(sheet: str, grid: Rows | None, errors: list[CellError]) -> tuple[dict[str, int], Rows]:
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
