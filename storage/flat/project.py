"""One project of a ledger: its row, or its rows if the name is merged over several.

Only what the row says goes into `said`; what follows from it goes into `supposed` and into the notes.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from rules.kinds import ProjectKind, Stage
from storage.cells import plain, show, to_text, to_whole
from storage.entries import KIND_WORDS, CellError, LedgerEntry, Named, Said
from storage.flat.cells import is_month_only, last_day, to_day, to_people, to_years
from storage.flat.frame import Frame
from storage.flat.lines import Line
from storage.flat.notes import Notes
from storage.flat.section import Section
from storage.flat.synonyms import (
    BEFORE,
    DONE,
    FINISH,
    PHONE,
    PROGRESS,
    PROGRESS_SAYS,
    STAGES,
    START,
    YEARS,
    kind_in,
)

MONEY_EXPECTED = "金额，精确到元，如 3200、3,200万元、0.32亿"
DAY_EXPECTED = "日期，如 2012.6、2012年6月底、2012-06-30（2012.1 分不清1月和10月，请写 2012年1月）"
YEARS_EXPECTED = "起止年份，如 2011-2013、2011.5-2013.6"
PEOPLE_EXPECTED = "姓名（电话写在后面、换行或另一列；几个人用“、”隔开，电话和人数一样多）"
TEXT_EXPECTED = "一行文字，不以“=”开头"
TEXTS = ("category", "district", "front", "nature", "content", "not_started_because")

_STRAY = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_SEVERAL = re.compile(r"[、,，;；\n]")

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


def entry_of(
    frame: Frame, lines: Sequence[Line], section: Section, notes: Notes, errors: list[CellError]
) -> LedgerEntry:
    """The project that stands in these rows; what is wrong with it is added to `errors`."""
    row = Row(frame, lines[0], section, notes, errors)
    name, unit = row.needed_text("name"), _unit(row)
    _plain_fields(row)
    _money(row)
    _year_plan(row)
    _days(row)
    _kind(row)
    _stage(row)
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
        number = row.read("number", lambda value: to_whole(_bare(value)), "正整数（子项目请用登记表导入）")
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


def _bare(value: object) -> object:
    return plain(value).rstrip(".、") if isinstance(value, str) else value


def _money(row: Row) -> None:
    has = row.frame.has
    if has("total_investment"):
        if row.value("total_investment") is None:
            row.wrong("total_investment", f"{MONEY_EXPECTED}，不能为空")
        row.said["total_investment"] = row.amount("total_investment")
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


def _year_plan(row: Row) -> None:
    has = row.frame.has
    if has("amount") or has("goal"):
        row.said["year"] = row.frame.plan_year
    if has("amount"):
        row.said["amount"] = row.amount("amount")
    if has("goal"):
        row.said["goal"] = row.text("goal")


def _days(row: Row) -> None:
    """Planned days are by the end of what is written, a start that was made at its beginning."""
    late = {"start_planned": True, "start_actual": False, "finish_planned": True, "finish_actual": True}
    for name, at_end in late.items():
        if row.frame.has(name) and not _is_word(row, name):
            row.said[name] = row.day(name, at_end)
    for name, both in (
        (START, ("start_actual", "start_planned")),
        (FINISH, ("finish_actual", "finish_planned")),
    ):
        if row.frame.has(name) and not _is_word(row, name):
            _undecided(row, name, *both)
    if row.frame.has(YEARS) and row.value(YEARS) is not None:
        years = row.read(YEARS, to_years, YEARS_EXPECTED)
        for name, day in zip(("start_planned", "finish_planned"), years or (None, None), strict=True):
            if day and name not in row.said:
                row.said[name] = day
                row.notes.add(
                    row.frame.sheet, f"“{row.frame.table.heading.title(YEARS)}”算作计划开工、计划竣工"
                )


def _is_word(row: Row, name: str) -> bool:
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


def _kind(row: Row) -> None:
    if row.frame.has("kind") and row.value("kind") is not None:
        row.said["kind"] = row.read("kind", _kind_word, "、".join(KIND_WORDS))
    elif row.section.kind:
        row.said["kind"] = row.section.kind
        row.note(f"项目类型按分组“{row.section.kind_text}”")
    elif row.frame.kind:
        row.said["kind"] = row.frame.kind


def _kind_word(value: object) -> ProjectKind | None:
    text = plain(value) if isinstance(value, str) else ""
    return KIND_WORDS.get(text) or kind_in(text) or KIND_WORDS.get(f"重大{text}")


def _stage(row: Row) -> None:
    if row.frame.has("stage") and row.value("stage") is not None:
        row.said["stage"] = row.read("stage", _stage_word, "、".join(STAGES))
        return
    found = _stage_found(row)
    if found:
        row.supposed["stage"] = found[0]
        row.note(f"阶段算作“{_WORDS[found[0]]}”：{found[1]}")


_WORDS = {
    Stage.INTENTION: "意向",
    Stage.SIGNED: "签约",
    Stage.STARTED: "开工",
    Stage.COMPLETED: "竣工",
    Stage.PRODUCING: "投产",
}


def _stage_word(value: object) -> Stage | None:
    return STAGES.get(plain(value)) if isinstance(value, str) else None


def _stage_found(row: Row) -> tuple[Stage, str] | None:
    """What says how far a project is, the surest first, and why."""
    said, words = row.said, plain(str(row.value(PROGRESS) or ""))
    for name in (FINISH, "finish_actual", START, "start_actual"):
        if row.frame.has(name) and _is_word(row, name):
            return STAGES[plain(str(row.value(name)))], f"“{row.frame.table.heading.title(name)}”的文字"
    if said.get("finish_actual"):
        return Stage.COMPLETED, "有实际竣工日期"
    by_words = next((stage for pattern, stage in PROGRESS_SAYS if pattern.search(words)), None)
    if by_words in (Stage.COMPLETED, Stage.PRODUCING):
        return by_words, "按形象进度的文字"
    if said.get("start_actual"):
        return Stage.STARTED, "有实际开工日期"
    if said.get("not_started_because"):
        return _before_start(row), "写了未开工原因"
    if by_words:
        return by_words if by_words is Stage.STARTED else _before_start(row), "按形象进度的文字"
    if said.get("nature") == "续建":
        return Stage.STARTED, "建设性质是续建"
    done = said.get("opening_total_done") or said.get("opening_year_done")
    if said.get("kind") == ProjectKind.PRELIMINARY:
        return Stage.INTENTION, "前期项目，没有开工日期"
    if done:
        return Stage.STARTED, "已有完成投资"
    if "opening_total_done" in said:
        return Stage.SIGNED, "没有开工日期，也没有完成投资"
    return None


def _before_start(row: Row) -> Stage:
    return Stage.INTENTION if row.said.get("kind") == ProjectKind.PRELIMINARY else Stage.SIGNED


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
