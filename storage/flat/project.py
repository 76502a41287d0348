"""One project of a ledger: its row, or its rows if the name is merged over several.

Only what the row says goes into `said`; what follows from it goes into `supposed` and into the notes.
"""

import re
from collections.abc import Sequence

from storage.cells import plain, show
from storage.entries import CellError, LedgerEntry, Named
from storage.flat.cells import to_number, to_people
from storage.flat.days import read_days
from storage.flat.figures import read_cumulatives, read_total, read_year_plan
from storage.flat.frame import Frame
from storage.flat.lines import Line
from storage.flat.notes import Notes
from storage.flat.row import Row
from storage.flat.section import Section
from storage.flat.stage import read_kind, read_stage
from storage.flat.synonyms import PHONE

PEOPLE_EXPECTED = "姓名（电话写在后面、换行或另一列；几个人用“、”隔开，电话和人数一样多）"
TEXTS = ("category", "district", "front", "nature", "content", "not_started_because")

_SEVERAL = re.compile(r"[、,，;；\n]")


def entry_of(
    frame: Frame, lines: Sequence[Line], section: Section, notes: Notes, errors: list[CellError]
) -> LedgerEntry:
    """The project that stands in these rows; what is wrong with it is added to `errors`."""
    row = Row(frame, lines[0], section, notes, errors)
    name, unit = row.needed_text("name"), _unit(row)
    _plain_fields(row)
    read_total(row)
    read_cumulatives(row)
    read_year_plan(row)
    read_days(row)
    read_kind(row)
    read_stage(row)
    people = {field: _people(row, column, lines) for column, field in frame.people.items()}
    _check_joined(row, lines)
    return LedgerEntry(
        row=row.line.row,
        sheet=frame.sheet,
        name=name,
        unit=unit,
        code=row.text("code") or None,
        said=row.said,
        supposed=row.supposed,
        people=people,
        departments=_departments(row),
    )


def _unit(row: Row) -> str:
    """Where several stand in a cell, the first is responsible; the others help."""
    if not row.frame.has("unit"):
        return ""
    parts = [part.strip() for part in _SEVERAL.split(str(row.value("unit") or "")) if part.strip()]
    if len(parts) > 1:
        row.note("责任单位写了几个的，取排在最前的一个")
        row.line.values["unit"] = parts[0]
    return row.needed_text("unit")


def _departments(row: Row) -> tuple[str, ...] | None:
    if not row.frame.has("lead_departments"):
        return None
    return tuple(part.strip() for part in _SEVERAL.split(row.text("lead_departments")) if part.strip())


def _plain_fields(row: Row) -> None:
    if row.frame.has("number") and row.value("number") is not None:
        number = row.read("number", to_number, "正整数（子项目请用登记表导入）")
        row.said["number"] = number
    for name in TEXTS:
        if row.frame.has(name):
            row.said[name] = row.text(name)
    if row.section.district and not row.frame.has("district"):
        row.supposed["district"] = row.section.district
        row.note(f"所属区域按分组“{row.section.district}”")
    if row.section.category and not row.frame.has("category"):
        row.supposed["category"] = row.section.category
        row.note(f"项目类别按分组“{row.section.category}”")


def _people(row: Row, column: str, lines: Sequence[Line]) -> tuple[Named, ...]:
    """The people of a column, over all rows of the project."""
    found: dict[str, Named] = {}
    for line in lines:
        value, phone = line.values.get(column), None
        place = row.frame.phones.get(column)
        if place is not None and place < len(line.places):
            phone = line.places[place]
        if value is None:
            continue
        people = to_people(value, phone)
        if people is None:
            spoken = show(value) + (f"，电话{show(phone)}" if phone is not None else "")
            at = Row(row.frame, line, row.section, row.notes, row.errors)
            at.wrong(column, PEOPLE_EXPECTED, spoken)
        for person in people or ():
            found[person.phone or plain(person.name)] = person
    return tuple(found.values())


def _check_joined(row: Row, lines: Sequence[Line]) -> None:
    """Further rows of one project may name further people, but no second figure."""
    several = {*row.frame.people, PHONE}
    for line in lines[1:]:
        for name, value in line.values.items():
            if name not in several and value is not None and value != row.value(name):
                at = Row(row.frame, line, row.section, row.notes, row.errors)
                at.wrong(name, f"空着，或和第{row.line.row}行一样（项目名称合并了，是同一个项目）")
