"""Totals of a ledger against the rows that they sum up. They are never imported, but a wrong one tells of a slip.

Which rows a 合计 means is not written anywhere; the usual places are tried, and the one that fits best is taken.
A total is compared as exactly as it was printed: 1238.4 亿元 is right for 1238.37.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rules.money import Unit
from storage.cells import show, to_yuan
from storage.entries import CellError
from storage.flat.cells import decimals
from storage.flat.headings import Column, unit_in
from storage.flat.lines import Kind, Line
from storage.flat.notes import numbers
from storage.flat.synonyms import MONEY, TOTALS

MOST_HEADED = 30  # sections of one level that one more of this level may head: a district its categories


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of money, with the unit of its bare numbers."""

    column: Column
    unit: Unit

    def amount(self, line: Line) -> int | None:
        """Whole yuan; an empty cell is nothing. None if it cannot be read, and for a cell that rows share."""
        value = line.values.get(self.column.field)
        if self.column.field in line.shared:
            return None
        return 0 if value is None else to_yuan(value, self.unit)


@dataclass(slots=True)
class Checked:
    """What checking the totals of a sheet found: mistakes, and the rows that could not be checked."""

    errors: list[CellError] = field(default_factory=list)
    open: list[int] = field(default_factory=list)


def check(sheet: str, lines: Sequence[Line], measures: Sequence[Measure]) -> Checked:
    """Every total and every section that carries figures or a number of projects."""
    checked = Checked()
    sums = _Sums(lines, measures)
    for place, line in enumerate(lines):
        if line.kind in (Kind.TOTAL, Kind.SECTION) and not line.hidden:
            _check_line(sheet, sums, place, checked)
    return checked


class _Sums:
    """Running sums down the sheet, so that any stretch of rows costs one subtraction."""

    def __init__(self, lines: Sequence[Line], measures: Sequence[Measure]) -> None:
        self.lines, self.measures = lines, measures
        self.money: dict[tuple[str, bool], list[int]] = {}
        self.unread: dict[str, list[int]] = {}
        for measure in measures:
            name = measure.column.field
            amounts = [measure.amount(line) if _counts(line) else 0 for line in lines]
            self.unread[name] = _running(int(amount is None) for amount in amounts)
            for hidden in (False, True):
                pairs = zip(lines, amounts, strict=True)
                self.money[name, hidden] = _running(
                    (amount or 0) if hidden or not line.hidden else 0 for line, amount in pairs
                )
        self.projects = _running(int(_counts(line) and not line.hidden) for line in lines)

    def amount(self, name: str, span: tuple[int, int], hidden: bool = False) -> int:
        return self.money[name, hidden][span[1]] - self.money[name, hidden][span[0]]

    def unreadable(self, name: str, span: tuple[int, int]) -> bool:
        return self.unread[name][span[1]] > self.unread[name][span[0]]

    def count(self, span: tuple[int, int]) -> int:
        return self.projects[span[1]] - self.projects[span[0]]


def _running(amounts: Iterator[int]) -> list[int]:
    found = [0]
    for amount in amounts:
        found.append(found[-1] + amount)
    return found


def _counts(line: Line) -> bool:
    return line.kind is Kind.PROJECT and not line.joined


def _check_line(sheet: str, sums: _Sums, place: int, checked: Checked) -> None:
    line = sums.lines[place]
    stated = {m.column.field: m for m in sums.measures if line.values.get(m.column.field) is not None}
    spans = list(_spans(sums.lines, place))
    if line.kind is Kind.SECTION and not spans and any(_printed(line, each) for each in stated.values()):
        checked.errors.append(_heads_nothing(sheet, line))
    if not spans or not (stated or line.count is not None):
        return
    span = max(spans, key=lambda each: sum(_fits(sums, line, m, each) for m in stated.values()))
    for measure in stated.values():
        name = measure.column.field
        if sums.unreadable(name, span) or _printed(line, measure) is None:
            checked.open.append(line.row)
        elif not _fits(sums, line, measure, span):
            checked.errors.append(_wrong(sheet, sums, line, measure, span))
    if line.count is not None and not any(sums.count(each) == line.count for each in spans):
        found = f"写的是“{line.text[:40]}”"
        expected = f"{sums.count(span)}个（{_rows(sums.lines, span)}的项目）"
        checked.errors.append(CellError(sheet=sheet, row=line.row, column="", found=found, expected=expected))


def _spans(lines: Sequence[Line], place: int) -> Iterator[tuple[int, int]]:
    """The stretches that a total or a section may mean, the likeliest first; only those that hold projects."""
    line = lines[place]
    if line.kind is Kind.SECTION:
        candidates = list(_below(lines, place))
    else:
        section = _back_to(lines, place, (Kind.SECTION,))
        group = _back_to(lines, place, (Kind.SECTION, Kind.TOTAL))
        outer = _back_to(lines, place, (Kind.SECTION,), level=1)
        below = place + 1, _next_section(lines, place, 3)
        whole = (0, len(lines))
        near = [(group, place), (section, place), (outer, place), (0, place), below, whole]
        word = TOTALS.search(line.text)
        small = word is not None and word["word"] == "小计"
        candidates = near if small else [(0, place), whole, *near]
    for first, last in dict.fromkeys(candidates):
        if any(_counts(each) for each in lines[first:last]):
            yield first, last


def _below(lines: Sequence[Line], place: int) -> Iterator[tuple[int, int]]:
    """Down to the next section of its level. If that begins at once, this one heads it and perhaps more like it."""
    level = lines[place].level
    end = _next_section(lines, place, level)
    yield place + 1, end
    if any(map(_counts, lines[place + 1 : end])):
        return
    for _ in range(MOST_HEADED):
        if end == len(lines) or lines[end].level < level:
            return
        end = _next_section(lines, end, level)
        yield place + 1, end


def _next_section(lines: Sequence[Line], place: int, level: int) -> int:
    for at in range(place + 1, len(lines)):
        if lines[at].kind is Kind.SECTION and lines[at].level <= level:
            return at
    return len(lines)


def _back_to(lines: Sequence[Line], place: int, kinds: tuple[Kind, ...], level: int = 9) -> int:
    for at in range(place - 1, -1, -1):
        if lines[at].kind in kinds and lines[at].level <= level:
            return at + 1
    return 0


def _printed(line: Line, measure: Measure) -> int | None:
    return to_yuan(line.values.get(measure.column.field), measure.unit)


def _fits(sums: _Sums, line: Line, measure: Measure, span: tuple[int, int], hidden: bool = False) -> bool:
    printed = _printed(line, measure)
    if printed is None:
        return False
    value = line.values.get(measure.column.field)
    unit = (unit_in(value) if isinstance(value, str) else None) or measure.unit
    grain = max(1, unit.yuan // 10 ** decimals(value))
    exact = sums.amount(measure.column.field, span, hidden)
    return abs(printed - exact) * 2 <= grain if grain > 1 else printed == exact


def _heads_nothing(sheet: str, line: Line) -> CellError:
    """A row with money that heads no project may be one that lacks its unit; left out, it would be lost."""
    expected = "下面有项目的分组标题；若它是项目，写上责任单位"
    return CellError(
        sheet=sheet, row=line.row, column="", found=f"写的是“{line.text[:40]}”", expected=expected
    )


def _wrong(sheet: str, sums: _Sums, line: Line, measure: Measure, span: tuple[int, int]) -> CellError:
    name = measure.column.field
    exact, printed = sums.amount(name, span), _printed(line, measure) or 0
    right, gap = _written(exact, measure.unit), _written(printed - exact, measure.unit)
    expected = f"{right}（{_rows(sums.lines, span)}之和，差{gap}）"
    if _fits(sums, line, measure, span, hidden=True):
        expected += "；算上隐藏的行就对：请取消隐藏或加 --with-hidden，否则改合计"
    return CellError(
        sheet=sheet,
        row=line.row,
        column=measure.column.label.text,
        found=show(line.values[name]),
        expected=expected,
    )


def _rows(lines: Sequence[Line], span: tuple[int, int]) -> str:
    return f"第{numbers(line.row for line in lines[slice(*span)] if _counts(line) and not line.hidden)}行"


def _written(yuan: int, unit: Unit) -> str:
    """Exactly, in the unit of the column: this is compared with what stands there."""
    whole, rest = divmod(abs(yuan), unit.yuan)
    digits = str(rest).rjust(len(str(unit.yuan)) - 1, "0").rstrip("0") if rest else ""
    return ("-" if yuan < 0 else "") + f"{whole:,}" + (f".{digits}" if digits else "") + unit.chinese


def measures(columns: Sequence[Column], default: Unit | None) -> list[Measure]:
    """The columns of money whose unit is known."""
    found = [(column, column.label.unit or default) for column in columns if column.field in MONEY]
    return [Measure(column, unit) for column, unit in found if unit]
