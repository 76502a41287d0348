"""One row of the registry workbook while it is read: values by field, and what does not fit."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from storage.cells import plain, show, to_date, to_lines, to_text, to_yes, to_yuan
from storage.entries import HEADINGS, CellError

SEPARATORS = re.compile(r"[、,，;；]+")
MONEY = "以万元计、精确到元的金额，如 3200、3,200万元、0.32亿"
DAY = "日期，如 2012-06-30 或 2012.6.30"

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


@dataclass(slots=True)
class Cells:
    """One row while it is read: gives values by field name and notes what does not fit."""

    sheet: str
    row: int
    values: Mapping[str, object]
    errors: list[CellError]

    def wrong(self, field: str, expected: str) -> None:
        heading, value = HEADINGS[self.sheet][field], self.values.get(field)
        self.errors.append(
            CellError(sheet=self.sheet, row=self.row, column=heading, found=show(value), expected=expected)
        )

    def optional(self, field: str, read: Callable[[object], Value | None], expected: str) -> Value | None:
        value = self.values.get(field)
        if value is None:
            return None
        result = read(value)
        if result is None:
            self.wrong(field, expected)
        return result

    def needed(
        self, field: str, read: Callable[[object], Value | None], expected: str, nothing: Value
    ) -> Value:
        if self.values.get(field) is None:
            self.wrong(field, f"{expected}，不能为空（合并的单元格请先取消合并）")
            return nothing
        result = self.optional(field, read, expected)
        return nothing if result is None else result

    def text(self, field: str) -> str:
        return self.optional(field, to_text, "一行文字，不以“=”开头") or ""

    def needed_text(self, field: str) -> str:
        return self.needed(field, to_text, "一行文字，不以“=”开头", "")

    def names(self, field: str) -> tuple[str, ...]:
        """Several in one cell, separated by 、; each once, in the order written."""
        lines = self.optional(field, to_lines, "姓名或角色，几个之间用“、”隔开") or []
        found = (part.strip() for line in lines for part in SEPARATORS.split(line))
        return tuple(dict.fromkeys(name for name in found if name))

    def amount(self, field: str) -> int:
        return self.optional(field, to_yuan, MONEY) or 0

    def day(self, field: str) -> date | None:
        return self.optional(field, to_date, DAY)

    def needed_day(self, field: str) -> date:
        return self.needed(field, to_date, DAY, date.min)

    def yes(self, field: str) -> bool:
        return self.optional(field, to_yes, "是 或 否") or False

    def word(self, field: str, words: Mapping[str, Word]) -> Word:
        def known(value: object) -> Word | None:
            return words.get(plain(value)) if isinstance(value, str) else None

        return self.needed(field, known, "、".join(words), next(iter(words.values())))

    def words(self, field: str, words: Mapping[str, Word]) -> tuple[Word, ...]:
        names = self.names(field)
        if any(plain(name) not in words for name in names):
            self.wrong(field, f"{'、'.join(words)}（几个之间用“、”隔开）")
            return ()
        # The order in the cell means nothing, so it is not kept.
        return tuple(word for name, word in words.items() if name in map(plain, names))
