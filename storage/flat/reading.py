"""A workbook of ledgers (台账), as offices keep them, as a `Book` whose projects wait for `storage.flat.drafting`.

Rule 1  nothing is guessed silently: what was derived stands in the notes, what is unclear is an error.
Rule 2  every error is collected, with sheet, row, column, found and expected.
Rule 3  totals are checked and not imported; rows that are none of ours are an error, not left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from storage.cells import plain, show
from storage.entries import WHOLE_FILE, Book, CellError, LedgerEntry
from storage.flat import sums
from storage.flat.frame import Frame, frame
from storage.flat.lines import Kind, Line, Table, tables
from storage.flat.notes import Notes
from storage.flat.project import entry_of
from storage.flat.section import Section, under
from storage.sheets import READING, TOLD_EVERY, Grid, Progress

NO_LEDGER = CellError(
    sheet=WHOLE_FILE,
    row=0,
    column="",
    found="没有一张表有台账的表头",
    expected="登记表（单位、人员、项目三张表），或台账：一行一个项目，表头里有项目名称、责任单位和总投资",
)


@dataclass(slots=True)
class Reading:
    """A file of ledgers while it is read."""

    as_of: str | None
    progress: Progress
    notes: Notes = field(default_factory=Notes)
    errors: list[CellError] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    spoiled: set[str] = field(default_factory=set)
    whole: bool = True
    numbers: dict[int, int] = field(default_factory=dict)  # 序号 -> row, since counting began anew
    fresh: bool = True  # a section has begun, in which numbers may begin at 1 again
    again: bool = False  # they have done so
    highest: int = 0

    def table(self, table: Table) -> None:
        framed, errors = frame(table, self.as_of, self.notes)
        self.errors += errors
        self.whole = self.whole and not errors
        self.columns.setdefault(table.sheet, {}).update(_headings(framed))
        section = Section()
        self.fresh = True
        for done, lines in enumerate(_projects(table.lines), start=1):
            line = lines[0]
            if done % TOLD_EVERY == 0:
                self.progress(READING, done, len(table.lines))
            if line.kind is Kind.SECTION:
                section, self.fresh = under(section, line), True
                self.notes.add(table.sheet, "是分组标题，不导入", line.row)
            elif line.kind is Kind.PROJECT:
                self.project(framed, lines, section)
            elif line.kind is Kind.UNCLEAR:
                self.unclear(framed, line)
        self.check(framed)

    def project(self, framed: Frame, lines: Sequence[Line], section: Section) -> None:
        errors: list[CellError] = []
        entry = entry_of(framed, lines, section, self.notes, errors)
        errors += self.counted(framed, entry)
        self.errors += errors
        if errors:
            self.spoiled.add(plain(entry.name))
        else:
            self.entries.append(entry)

    def counted(self, framed: Frame, entry: LedgerEntry) -> Iterator[CellError]:
        """A number may come again only where a section counts from 1 again; there it is none of the registry's."""
        number = entry.said.get("number")
        if not isinstance(number, int):
            return
        if self.fresh and number == 1 and self.numbers:
            self.again = True
            self.numbers.clear()
        self.fresh = False
        first = self.numbers.setdefault(number, entry.row)
        if self.again:
            del entry.said["number"]
        else:
            self.highest = max(self.highest, number)
        if first != entry.row:
            title, expected = framed.table.heading.title("number"), f"不重复；第{first}行已经有了"
            found = show(number)
            yield CellError(sheet=entry.sheet, row=entry.row, column=title, found=found, expected=expected)

    def unclear(self, framed: Frame, line: Line) -> None:
        texts = [value for value in line.places if value is not None]
        name = framed.table.heading.title("name")
        error = CellError(
            sheet=framed.sheet,
            row=line.row,
            column=name,
            found=show("、".join(map(str, texts)))
            if line.values.get("name") is None
            else show(line.values["name"]),
            expected="项目（有名称和责任单位）、分组标题或合计；子项目（“其中：”）请用登记表导入",
        )
        self.errors.append(error)

    def check(self, framed: Frame) -> None:
        lines = framed.table.lines
        checked = sums.check(framed.sheet, lines, list(framed.measures.values()))
        self.errors += checked.errors
        for line in lines:
            if line.kind is Kind.TOTAL and not line.hidden:
                self.notes.add(framed.sheet, "合计、小计只核对，不导入", line.row)
        for row in checked.open:
            self.notes.add(framed.sheet, "合计没有核对：它没有结果，或它上面有看不清的数", row)


def read(grids: Sequence[Grid], digest: str, as_of: str | None, progress: Progress) -> Book:
    reading = Reading(as_of, progress)
    for grid in grids:
        found = [] if grid.hidden else tables(grid)
        for table in found:
            reading.table(table)
        if not found and grid.rows and not grid.hidden:
            reading.notes.add(grid.title, "不是台账（没有项目名称和金额的表头），没有读")
    if not reading.columns:
        return Book(sha256=digest, whole=False, errors=(NO_LEDGER,), notes=reading.notes.sentences())
    return Book(
        sha256=digest,
        whole=reading.whole,
        ledger=tuple(reading.entries),
        columns=reading.columns,
        spoiled=frozenset(reading.spoiled),
        highest_number=reading.highest,
        errors=tuple(reading.errors),
        notes=reading.notes.sentences(),
    )


def _projects(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Rows that belong together: a project with the rows over which its name is merged. Hidden ones are left."""
    group: list[Line] = []
    for line in lines:
        if line.hidden:
            continue
        if line.joined and group:
            group.append(line)
            continue
        if group:
            yield group
        group = [line]
    if group:
        yield group


def _headings(framed: Frame) -> dict[str, str]:
    """What each field of a project is called in this table."""
    columns = {column.field: column.label.text for column in framed.table.heading.columns}
    return columns | {field: columns[column] for column, field in framed.people.items()}
