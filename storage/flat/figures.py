"""The amounts of a project's row: total, cumulatives, the year's plan. Which of several columns is which."""

from storage.flat.row import MONEY_EXPECTED, Row
from storage.flat.synonyms import BEFORE, DONE


def read_total(row: Row) -> None:
    name = "total_investment"
    if row.frame.has(name):
        if row.value(name) is None:
            row.wrong(name, f"{MONEY_EXPECTED}，不能为空")
        row.said[name] = row.amount(name)


def read_cumulatives(row: Row) -> None:
    """From the start and of the year; one may follow from two other columns, and 累计完成 may be either."""
    has = row.frame.has
    read = {
        name: row.amount(name)
        for name in ("opening_year_done", "opening_total_done", DONE, BEFORE)
        if has(name)
    }
    year, total = read.get("opening_year_done"), read.get("opening_total_done")
    if DONE in read:
        title = row.frame.table.heading.title(DONE)
        if total is None:
            total = read[DONE]
            row.notes.add(row.frame.sheet, f"“{title}”算作开工以来的累计")
        elif year is None:
            year = read[DONE]
            row.notes.add(row.frame.sheet, f"“{title}”算作年初以来的累计")
    if BEFORE in read:
        year, total = _with_before(row, read[BEFORE], year, total)
    if year is not None:
        row.said["opening_year_done"] = year
    if total is not None:
        row.said["opening_total_done"] = total
    if row.frame.as_of:
        told = row.supposed if year is None and total is None else row.said
        told["opening_month"] = row.frame.as_of


def _with_before(row: Row, before: int, year: int | None, total: int | None) -> tuple[int | None, int | None]:
    """What was done until the end of last year, and what since, make the whole."""
    title = row.frame.table.heading.title(BEFORE)
    if total is None and year is not None:
        row.notes.add(row.frame.sheet, f"开工以来的累计 = “{title}” + 年初以来的累计")
        return year, before + year
    if year is None and total is not None:
        if total < before:
            row.wrong(BEFORE, "不大于开工以来的累计")
        row.notes.add(row.frame.sheet, f"年初以来的累计 = 开工以来的累计 − “{title}”")
        return max(0, total - before), total
    if year is not None and total is not None and before + year != total:
        row.wrong(BEFORE, "和年初以来的累计相加，等于开工以来的累计")
    return year, total


def read_year_plan(row: Row) -> None:
    has = row.frame.has
    if has("amount") or has("goal"):
        row.said["year"] = row.frame.plan_year
    if has("amount"):
        row.said["amount"] = row.amount("amount")
    if has("goal"):
        row.said["goal"] = row.text("goal")
