"""A file of the registry, whichever of its two forms it has, as a `Book`."""

import hashlib
from collections.abc import Iterator
from datetime import date

from storage import standard
from storage.cells import plain, show
from storage.entries import PEOPLE, PROJECT_COLUMNS, PROJECTS, UNITS, WHOLE_FILE, Book, CellError
from storage.flat.notes import numbers
from storage.marks import MOST_BYTES, MOST_CELLS, TooLarge
from storage.sheets import Grid, Progress, Unopenable, grids, nobody

UNREADABLE = CellError(
    sheet=WHOLE_FILE,
    row=0,
    column="",
    found="打不开",
    expected="未加密的 .xlsx 工作簿（.xls 请另存为 .xlsx）",
)
TOO_LARGE = CellError(
    sheet=WHOLE_FILE,
    row=0,
    column="",
    found="太大",
    expected=f"解开后不到{MOST_BYTES // 1_000_000}MB、{MOST_CELLS // 10_000}万格；删掉表外的空行、空列和不用的表",
)


def read(
    content: bytes, as_of: str | None = None, with_hidden: bool = False, progress: Progress = nobody
) -> Book:
    """Reads a workbook; whatever is wrong with it stands in `errors` of the book.

    `as_of` (2012-02) is the month of a ledger's cumulatives where the ledger does not say it. Hidden rows and
    sheets are taken only `with_hidden`; the notes list them in either case.
    """
    digest = hashlib.sha256(content).hexdigest()
    try:
        found = list(grids(content, progress))
    except TooLarge:
        return Book(sha256=digest, whole=False, errors=(TOO_LARGE,))
    except Unopenable:
        return Book(sha256=digest, whole=False, errors=(UNREADABLE,))
    notes = tuple(hidden(found, with_hidden))
    if with_hidden:
        found = [shown(grid) for grid in found]
    if {UNITS, PEOPLE} & {grid.title for grid in found}:
        book = standard.read(found, digest, progress)
    else:
        from storage.flat import reading  # dozens of patterns, which a start does without

        book = reading.read(found, digest, as_of, progress)
    return book.model_copy(update={"notes": notes + book.notes})


def up_to(book: Book, today: date) -> Book:
    """The same book; cumulatives of a month that has not come yet are errors of their rows or sheets."""
    latest = f"{today:%Y-%m}"
    bad = [entry for entry in book.projects if entry.opening_month > latest]
    ledger = [entry for entry in book.ledger or () if str(entry.said.get("opening_month") or "") > latest]
    late = {(PROJECTS, entry.row, entry.opening_month) for entry in bad}
    late |= {(entry.sheet, 0, str(entry.said["opening_month"])) for entry in ledger}
    if not late:
        return book
    errors = (
        CellError(
            sheet=sheet,
            row=row,
            column=PROJECT_COLUMNS["opening_month"],
            found=show(month),
            expected=f"不晚于本月（{latest}）",
        )
        for sheet, row, month in sorted(late)
    )
    return book.model_copy(
        update={
            "projects": tuple(entry for entry in book.projects if entry.opening_month <= latest),
            "spoiled": book.spoiled
            | {plain(each) for entry in bad for each in (entry.name, str(entry.number))},
            "errors": (*book.errors, *errors),
        }
    )


def shown(grid: Grid) -> Grid:
    """The same sheet with nothing of it hidden."""
    return Grid(grid.title, False, grid.rows, frozenset(), grid.merges)


def hidden(found: list[Grid], taken: bool) -> Iterator[str]:
    """What of the file is hidden, and what becomes of it."""
    fate = "一并读了" if taken else "没有读；要导入就取消隐藏，或加 --with-hidden"
    for grid in found:
        rows = [number for number, _ in grid.rows if number in grid.hidden_rows]
        if grid.hidden and grid.rows:
            yield f"隐藏的工作表“{grid.title}”（{len(grid.rows)}行有内容）{fate}"
        elif rows:
            yield f"“{grid.title}”表隐藏的{len(rows)}行{fate}：第{numbers(rows)}行"
