"""Where a ledger's headings are and what each column holds. A heading may have one to three rows, with merges.

What a heading says besides its field is kept: the unit of money, the year, the month up to which it counts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rules.money import Unit
from storage.cells import plain
from storage.flat.synonyms import CUMULATIVE, IGNORED, MONEY, PEOPLE, PHONE, field_below, field_of, is_name
from storage.marks import Merge
from storage.sheets import Rows

TALLEST = 3  # rows of a heading
LONGEST_NAME = 12  # letters of what a column of projects is called
UNITS = {"亿元": Unit.YI, "亿": Unit.YI, "万元": Unit.WAN, "万": Unit.WAN, "元": Unit.YUAN}

_UNIT = re.compile(r"[(\[]?(?:金额)?(?:单位)?[:]?(亿元|万元|元)[)\]]?|[(\[](亿|万)[)\]]")
_YEAR_MONTH = re.compile(r"(20\d\d)[年.\-](\d{1,2})月?(?:份)?(?:底|末|止)?")
_SINCE_JANUARY = re.compile(r"1月?(?:份)?[-~—至到](\d{1,2})月(?:份)?(?:底|末|止)?")
_UP_TO = re.compile(
    r"(?:截[至止]|[至到])(?:本年)?(\d{1,2})月(?:份)?(?:底|末|止)?|(\d{1,2})月(?:份)?(?:底|末|止)"
)
_YEARS_END = re.compile(r"(20\d\d)年(?:底|末)")
_YEAR = re.compile(r"(20\d\d)年度?")
_NOISE = re.compile(r"截[至止]|[()\[\]【】:,/|*_]")


@dataclass(frozen=True, slots=True)
class Label:
    """One heading taken apart."""

    text: str  # as written, for people
    core: str
    unit: Unit | None = None
    year: int | None = None
    month: int | None = None  # counts up to the end of this month


@dataclass(frozen=True, slots=True)
class Column:
    place: int
    field: str
    label: Label


@dataclass(frozen=True)
class Heading:
    """The headings of one table; `first` and `last` are its rows in Excel."""

    first: int
    last: int
    columns: tuple[Column, ...]
    unknown: tuple[str, ...]
    doubled: tuple[Column, ...]  # a second column for a field; the first is the one that is read

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        return {column.field: column for column in self.columns if column.field != PHONE}

    def title(self, field: str) -> str:
        column = self.by_field.get(field)
        return column.label.text if column else ""


def unit_in(text: str) -> Unit | None:
    """The unit of money that a text states, as in （万元）."""
    found = _UNIT.search(text)
    return UNITS[found[1] or found[2]] if found else None


def label(text: str) -> Label:
    """Takes a heading apart: 截至2012年3月底累计完成投资（万元） -> 累计完成投资, 万元, 2012, March."""
    core = plain(text).replace("、", "及").replace("与", "及")
    unit = unit_in(core)
    core = _UNIT.sub("", core)
    year = month = None
    if found := _SINCE_JANUARY.search(core):
        month = int(found[1])
        core = _SINCE_JANUARY.sub("年初至今", core)
    if found := _YEAR_MONTH.search(core):
        year, month = int(found[1]), int(found[2])
        core = _YEAR_MONTH.sub("", core)
    if found := _UP_TO.search(core):
        month = int(found[1] or found[2])
        core = _UP_TO.sub("", core)
    core = re.sub(r"\d{1,2}月(?:份)?", "本月", core)
    core = _YEARS_END.sub("年底", core)
    if found := _YEAR.search(core):
        year = int(found[1])
        core = _YEAR.sub("本年", core).replace("本年年初", "年初")
    if month is not None and not 1 <= month <= 12:
        month = None
    return Label(re.sub(r"\s+", "", text), _NOISE.sub("", core), unit, year, month)


def read_heading(rows: Rows, at: int, merges: Mapping[int, list[Merge]]) -> Heading | None:
    """The heading that begins at place `at` of the rows, if one does."""
    first = rows[at][0]
    named = [place for place, value in enumerate(rows[at][1]) if _is_name(value)]
    if not named:
        return None
    last = _last_row(rows, at, named[0], merges)
    tall = [row for row in rows[at : at + TALLEST] if row[0] <= last]
    found = list(_columns(_filled(tall, merges)))
    known = [Column(place, field, label) for place, field, label in found if field is not None]
    fields = {column.field for column in known}
    if not (fields & {*MONEY} and len(fields) >= 4):
        return None
    columns, doubled = _once(known)
    unknown = tuple(label.text for _, field, label in found if field is None)
    return Heading(first, last, columns, unknown, doubled)


def _is_name(value: object) -> bool:
    """Asked of every cell of a ledger, so the cheap questions come first."""
    return (
        isinstance(value, str)
        and len(value) <= LONGEST_NAME
        and ("项目" in value or "工程" in value or "名" in value)
        and is_name(plain(value))
    )


def _last_row(rows: Rows, at: int, name: int, merges: Mapping[int, list[Merge]]) -> int:
    """A heading is as tall as the merge of its 项目名称; unmerged, rows below without a name belong to it."""
    first = rows[at][0]
    for merge in merges.get(first, ()):
        if merge.top == first and merge.left <= name <= merge.right and merge.bottom > first:
            return min(merge.bottom, first + TALLEST - 1)
    last = first
    for number, values in rows[at + 1 : at + TALLEST]:
        texts = [value for value in values if value is not None]
        empty = len(values) <= name or values[name] is None
        if number != last + 1 or not empty or not all(_is_part(text) for text in texts):
            break
        last = number
    return last


def _is_part(value: object) -> bool:
    if not isinstance(value, str):
        return False
    core = label(value).core
    return bool(
        field_of(core) or any(field_below(above, core) for above in ("total_investment", "start", "heads"))
    )


def _filled(tall: Rows, merges: Mapping[int, list[Merge]]) -> list[list[object]]:
    """The rows of the heading with every merged cell's text in all of its places."""
    width = max(len(values) for _, values in tall)
    texts = {number: [*values, *[None] * (width - len(values))] for number, values in tall}
    for number in list(texts):
        for merge in merges.get(number, ()):
            if merge.top != number or merge.left >= width:
                continue
            value = texts[number][merge.left]
            for row in range(merge.top, merge.bottom + 1):
                for place in range(merge.left, min(merge.right + 1, width)):
                    if row in texts:
                        texts[row][place] = value
    _spread(list(texts.values()))
    return list(texts.values())


def _spread(rows: list[list[object]]) -> None:
    """An upper heading that was not merged stands over the empty places right of it that have a lower one."""
    for upper, lower in pairwise(rows):
        for place in range(1, len(upper)):
            if upper[place] is None and lower[place] is not None and lower[place - 1] is not None:
                upper[place] = upper[place - 1] if upper[place - 1] != lower[place - 1] else None


def _columns(rows: list[list[object]]) -> Iterator[tuple[int, str | None, Label]]:
    for place in range(len(rows[0])):
        texts = [str(row[place]) for row in rows if row[place] is not None]
        parts = [label(text) for text in dict.fromkeys(texts)]
        if not parts:
            continue
        whole = label("".join(part.text for part in parts))
        field = field_below(field_of(parts[-2].core), parts[-1].core) if len(parts) > 1 else None
        field = field or _field_of_path([part.text for part in parts])
        unit = next((part.unit for part in reversed(parts) if part.unit), None)
        year = next((part.year for part in reversed(parts) if part.year), None)
        month = next((part.month for part in reversed(parts) if part.month), None)
        if field == "goal" and unit:
            field = "amount"
        shown = "".join(part.text for part in parts)
        yield place, field, Label(shown, whole.core, unit, year, month if field in CUMULATIVE else None)


def _field_of_path(texts: list[str]) -> str | None:
    """What the rows of a heading mean together; upper ones that only gather others (投资情况) are left off."""
    joined = [label("".join(texts[first:])).core for first in range(len(texts))]
    tried = (core for each in joined for core in (each, each.replace("情况", "")))
    return next(filter(None, map(field_of, tried)), None)


def _once(known: list[Column]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    """Each field once; telephone numbers and what is not read may be there several times."""
    taken: dict[str, Column] = {}
    repeated = [column for column in known if column.field in (PHONE, IGNORED)]
    doubled = []
    for column in known:
        if column.field in (PHONE, IGNORED):
            continue
        if column.field in taken:
            doubled.append(column)
        taken.setdefault(column.field, column)
    columns = sorted([*taken.values(), *repeated], key=lambda column: column.place)
    return tuple(columns), tuple(doubled)


def phones(heading: Heading) -> Mapping[str, int]:
    """Field of people -> the column of their telephone numbers: the next one right of them, before other people."""
    found: dict[str, int] = {}
    people = ""
    for column in heading.columns:
        if column.field in PEOPLE:
            people = column.field
        elif column.field == PHONE and people:
            found.setdefault(people, column.place)
    return found
