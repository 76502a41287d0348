"""A project's row while it is read: its cells by field, and what is said, supposed, noted and wrong."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from storage.cells import show, to_text
from storage.entries import CellError, Said
from storage.flat.cells import is_month_only, to_day
from storage.flat.frame import Frame
from storage.flat.lines import Line
from storage.flat.notes import Notes
from storage.flat.section import Section

MONEY_EXPECTED = "金额，精确到元，如 3200、3,200万元、0.32亿"
DAY_EXPECTED = "日期，如 2012.6、2012年6月底、2012-06-30（2012.1 分不清1月和10月，请写 2012年1月）"
TEXT_EXPECTED = "一行文字，不以“=”开头"

_STRAY = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")

Value = TypeVar("Value")


@dataclass(slots=True)
class Row:
    """A project's first row while it is read."""

    frame: Frame
    line: Line
    section: Section
    notes: Notes
    errors: list[CellError]
    said: dict[str, Said] = field(default_factory=dict)
    supposed: dict[str, Said] = field(default_factory=dict)

    def wrong(self, name: str, expected: str, found: str | None = None) -> None:
        error = CellError(
            sheet=self.frame.sheet,
            row=self.line.row,
            column=self.frame.table.heading.title(name),
            found=show(self.line.values.get(name)) if found is None else found,
            expected=expected,
        )
        self.errors.append(error)

    def note(self, text: str) -> None:
        self.notes.add(self.frame.sheet, text, self.line.row)

    def value(self, name: str) -> object:
        return self.line.values.get(name)

    def read(self, name: str, read: Callable[[object], Value | None], expected: str) -> Value | None:
        if self.value(name) is None:
            return None
        found = read(self.value(name))
        if found is None:
            self.wrong(name, expected)
        return found

    def text(self, name: str) -> str:
        return _STRAY.sub("", self.read(name, _one_line, TEXT_EXPECTED) or "")

    def needed_text(self, name: str) -> str:
        if self.value(name) is None:
            self.wrong(name, f"{TEXT_EXPECTED}，不能为空")
        return self.text(name)

    def amount(self, name: str) -> int:
        if name in self.line.shared:
            self.wrong(name, "每个项目各写各的金额（这一格和别的项目合并了）")
            return 0
        measure = self.frame.measures[name]
        found = measure.amount(self.line)
        if found is None:
            self.wrong(name, f"{MONEY_EXPECTED}；单写数字按{measure.unit.chinese}")
        return found or 0

    def day(self, name: str, late: bool) -> date | None:
        year = self.frame.year_of(name)
        found = self.read(name, lambda value: to_day(value, year, late), DAY_EXPECTED)
        if found and is_month_only(self.value(name)):
            title = self.frame.table.heading.title(name)
            self.note(f"“{title}”没有写到日的，按{'月末、年末' if late else '月初、年初'}")
        return found


def _one_line(value: object) -> str | None:
    return to_text(value.replace("\n", " ") if isinstance(value, str) else value)
