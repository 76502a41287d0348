"""The days of a project's row: planned and real, or only a year to a year."""

from storage.cells import plain
from storage.flat.cells import last_day, to_day, to_years
from storage.flat.row import Row
from storage.flat.synonyms import FINISH, STAGES, START, YEARS

YEARS_EXPECTED = "起止年份，如 2011-2013、2011.5-2013.6"


def read_days(row: Row) -> None:
    """Planned days are by the end of what is written, a start that was made at its beginning."""
    late = {"start_planned": True, "start_actual": False, "finish_planned": True, "finish_actual": True}
    for name, at_end in late.items():
        if row.frame.has(name) and not is_word(row, name):
            row.said[name] = row.day(name, at_end)
    for name, both in (
        (START, ("start_actual", "start_planned")),
        (FINISH, ("finish_actual", "finish_planned")),
    ):
        if row.frame.has(name) and not is_word(row, name):
            _undecided(row, name, *both)
    if row.frame.has(YEARS) and row.value(YEARS) is not None:
        years = row.read(YEARS, to_years, YEARS_EXPECTED)
        for name, day in zip(("start_planned", "finish_planned"), years or (None, None), strict=True):
            if day and name not in row.said:
                row.said[name] = day
                row.notes.add(
                    row.frame.sheet, f"“{row.frame.table.heading.title(YEARS)}”算作计划开工、计划竣工"
                )


def is_word(row: Row, name: str) -> bool:
    """A cell for a day may say instead that it happened, or that it has not."""
    value = row.value(name)
    return isinstance(value, str) and plain(value) in STAGES


def _undecided(row: Row, name: str, done: str, planned: str) -> None:
    """开工时间 that is over by the month of the cumulatives was the real one, else it is the plan."""
    if row.value(name) is None:
        return
    first = row.day(name, late=False)
    if first is None:
        return
    if not row.frame.as_of:
        row.wrong(name, "表头写明计划还是实际；或加 --as-of，以截至的月份区分")
        return
    over = first <= last_day(*map(int, row.frame.as_of.split("-")))
    title = row.frame.table.heading.title(name)
    year = row.frame.year_of(name)
    late = not over or name == FINISH
    row.said[done if over else planned] = to_day(row.value(name), year, late)
    row.note(
        f"“{title}”在{row.frame.as_of}以前的算实际" if over else f"“{title}”在{row.frame.as_of}以后的算计划"
    )
