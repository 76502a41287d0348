"""What holds for every row of a table: units of money, the year, the month of the cumulatives, who is meant by whom.

Taken from headings, from the lines above them and from the sheet's name, in this order, and said where it was not
written beside the figures themselves.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from rules.kinds import ProjectKind
from rules.money import Unit
from storage.cells import plain
from storage.entries import CellError
from storage.flat.headings import UNITS, Column, label, phones
from storage.flat.lines import Table
from storage.flat.notes import Notes
from storage.flat.sums import Measure, measures
from storage.flat.synonyms import (
    CUMULATIVE,
    IGNORED,
    MONEY,
    PROGRESS,
    RESPONSIBLE,
    kind_in,
)

MONTH_EXPECTED = "截至哪个月：表头写“截至3月底累计完成”、标题写“（截至2012年3月底）”，或加 --as-of 2012-03"
UNIT_EXPECTED = "金额单位：表头写“(万元)”“(亿元)”，或在表头上面写“单位：万元”"
YEAR_EXPECTED = "哪一年的计划：表头写“2012年计划投资”，或标题里写“2012年”"

_NO_MONEY = "责任|建设|实施|业主|承办|申报|填报|报送|制表|编制|主管|牵头|项目"  # these 单位 are offices
_MONEY_LIST = r"(?:亿元|万元|元)(?:\s*[、,/和或及]\s*(?:亿元|万元|元))*"
_UNIT_LINE = re.compile(rf"(?<!{_NO_MONEY})单\s*位\s*:?\s*(?:人民币)?({_MONEY_LIST})(?!\w)")
_UP_TO = re.compile(r"截[至止]|月(?:份)?[底末止]|1(?:月)?[-~—至]\d{1,2}月|月份")
_YEAR = re.compile(r"(20\d\d)年")
_YEARS = re.compile(r"20\d\d年?(?:[-~—至到]+)20\d\d年?")  # 2011-2015年 says which plan, not which year


@dataclass(frozen=True, slots=True)
class Frame:
    """`as_of` is 2012-03; `people` says which field of a project each column of people fills."""

    table: Table
    measures: dict[str, Measure]
    as_of: str | None
    year: int | None  # of months that stand without one
    plan_year: int | None
    kind: ProjectKind | None
    people: dict[str, str]
    phones: dict[str, int]

    @property
    def sheet(self) -> str:
        return self.table.sheet

    def has(self, name: str) -> bool:
        return name in self.table.heading.by_field

    def year_of(self, name: str) -> int | None:
        """The year in which a month of this column lies."""
        column = self.table.heading.by_field.get(name)
        return (column.label.year if column else None) or self.year


@dataclass(slots=True)
class Framing:
    """A table while it is framed; mistakes of the heading concern the whole of it."""

    table: Table
    notes: Notes
    errors: list[CellError] = field(default_factory=list)

    def wrong(self, column: str, found: str, expected: str) -> None:
        error = CellError(
            sheet=self.table.sheet, row=self.table.heading.last, column=column, found=found, expected=expected
        )
        self.errors.append(error)

    def note(self, text: str) -> None:
        self.notes.add(self.table.sheet, text)


def frame(table: Table, given_month: str | None, notes: Notes) -> tuple[Frame, list[CellError]]:
    framing = Framing(table, notes)
    above = [_YEARS.sub("", plain(text)) for text in table.above]
    _check_columns(framing)
    title_year = next((int(found[1]) for text in above if (found := _YEAR.search(text))), None)
    as_of = _as_of(framing, above, title_year, given_month)
    year = title_year or (int(as_of[:4]) if as_of else None)
    framed = Frame(
        table=table,
        measures=_measures(framing),
        as_of=as_of,
        year=year,
        plan_year=_plan_year(framing, year),
        kind=_kind(framing, above),
        people=_people(framing),
        phones=dict(phones(table.heading)),
    )
    return framed, framing.errors


def _check_columns(framing: Framing) -> None:
    heading = framing.table.heading
    if "unit" not in heading.by_field:
        framing.wrong("责任单位", "没有这个表头", "一列责任单位（或建设单位、实施单位、项目业主）")
    for column in heading.doubled:
        first = heading.title(column.field)
        if column.field in MONEY:
            framing.wrong(column.label.text, f"和“{first}”是同一项", "一项金额只有一列")
        else:
            framing.note(f"“{first}”已有，“{column.label.text}”一列没有用")
    unused = [c.label.text for c in heading.columns if c.field == IGNORED] + list(heading.unknown)
    if unused:
        framing.note(f"没有用到的列：{'、'.join(unused)}")
    if PROGRESS in heading.by_field:
        framing.note(f"“{heading.title(PROGRESS)}”只用来判断阶段，不存")


def _measures(framing: Framing) -> dict[str, Measure]:
    default = _unit_above(framing)
    columns = [column for column in framing.table.heading.columns if column.field in MONEY]
    for column in columns:
        if not (column.label.unit or default):
            framing.wrong(column.label.text, "没有写金额单位", UNIT_EXPECTED)
    stated = [column.label.text for column in columns if not column.label.unit]
    if default and stated:
        framing.note(f"“{'”“'.join(stated)}”按表头上面写的单位：{default.chinese}")
    # Figures are read even where the unit is missing, so that other mistakes are not hidden.
    return {each.column.field: each for each in measures(columns, default or Unit.WAN)}


def _unit_above(framing: Framing) -> Unit | None:
    """The unit that the lines above state for all columns. Where two differ nobody can tell which one holds."""
    # With their spaces: what follows 单位：万元 after one is another matter.
    lines = (unicodedata.normalize("NFKC", text) for text in framing.table.above)
    listed = [found[1] for text in lines for found in _UNIT_LINE.finditer(text)]
    words = dict.fromkeys(word for each in listed for word in re.findall("亿元|万元|元", each))
    if len(words) > 1:
        framing.wrong("单位", f"写的是“{'”“'.join(words)}”", "表头上面只写一个金额单位；不同的写在各列表头里")
    return next((UNITS[word] for word in words), None)


def _as_of(framing: Framing, above: list[str], title_year: int | None, given: str | None) -> str | None:
    """The month of the cumulatives: from their headings, from the title, or as given with the command.

    One without a year lies in the year of the others, or of the one that was given.
    """
    columns = [each for each in framing.table.heading.columns if each.field in CUMULATIVE]
    found = dict(_months(columns, above, title_year))
    stated = next((year for year, _ in found.values() if year), int(given[:4]) if given else None)
    months = {f"{year or stated}-{month:02}" if year or stated else None for year, month in found.values()}
    said = "和".join(sorted({_month(year, month) for year, month in found.values()}))
    where = "、".join(found)
    if len(months) > 1:
        framing.wrong(where, f"写的是{said}", "同一张表的累计数截至同一个月")
    elif months and given and months != {given}:
        framing.wrong(where, f"写的是{said}", f"和 --as-of 的{given}一致")
    elif months == {None}:
        framing.wrong(where, f"写的是{said}，没有写哪一年", MONTH_EXPECTED)
    month = next(iter(months)) if months else given
    if month and columns:
        framing.note(f"累计截至{month}（{'按' + next(iter(found)) if found else '按 --as-of'}）")
    elif columns and not months:
        framing.wrong("、".join(each.label.text for each in columns), "没有写截至哪个月", MONTH_EXPECTED)
    return month


def _month(year: int | None, month: int) -> str:
    return f"{year}-{month:02}" if year else f"{month}月"


def _months(
    columns: list[Column], above: list[str], title_year: int | None
) -> Iterator[tuple[str, tuple[int | None, int]]]:
    """Where a month stands, and which it is with its year; the title counts only if no heading says it."""
    said = False
    for column in columns:
        if column.label.month:
            said = True
            yield f"“{column.label.text}”", (column.label.year or title_year, column.label.month)
    for text in above:
        read = label(text)
        if not said and read.month and _UP_TO.search(text):
            yield f"标题“{text[:30]}”", (read.year or title_year, read.month)


def _plan_year(framing: Framing, year: int | None) -> int | None:
    columns = [each for each in framing.table.heading.columns if each.field in ("amount", "goal")]
    written = next((each.label.year for each in columns if each.label.year), None)
    if columns and not (written or year):
        framing.wrong(columns[0].label.text, "没有写哪一年", YEAR_EXPECTED)
    elif columns and not written:
        framing.note(f"“{columns[0].label.text}”算作{year}年的")
    return written or year


def _kind(framing: Framing, above: list[str]) -> ProjectKind | None:
    sheet = framing.table.sheet
    titles = [(f"标题“{text[:30]}”", text) for text in reversed(above)]
    for where, text in (*titles, (f"表名“{sheet}”", sheet)):
        kind = kind_in(text)
        if kind:
            if not framing.table.heading.by_field.get("kind"):
                words = {ProjectKind.CONSTRUCTION: "重大建设", ProjectKind.PRELIMINARY: "重大前期"}
                framing.note(f"没有另外写明的项目，类型按{where}算作{words[kind]}")
            return kind
    return None


def _people(framing: Framing) -> dict[str, str]:
    """Column -> field. 责任人 report where nobody else is named to do it."""
    fields = framing.table.heading.by_field
    found = {each: each for each in ("reporters", "deputies", "heads", "lead_leaders") if each in fields}
    if RESPONSIBLE in fields:
        field = next((each for each in ("reporters", "deputies", "heads") if each not in found), None)
        words = {"reporters": "联络人", "deputies": "分管领导", "heads": "一把手", None: "重复的一列，没有用"}
        framing.note(f"“{framing.table.heading.title(RESPONSIBLE)}”算作{words[field]}")
        found |= {RESPONSIBLE: field} if field else {}
    return found
