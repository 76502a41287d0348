"""The figures of a line: what was completed this month, and how far the project is.

Rule 1  Amounts are read by `rules.money`; the words before an amount say what it is.
Rule 2  An amount is this month's if it says so, or if nothing else in the line could be. Two that could be, or
        one that cannot be read exactly, are candidates: somebody must ask.
Rule 3  An amount that says that it is something else (总投资, 缺口, 下月计划) is words, and stays in the text.
Rule 4  A percent is the project's if it stands alone or says 形象 or 进度; 主体完成70% is words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from handlers.oneline.lexicon import (
    BARE_PERCENT,
    LABELS,
    LEAD_WORDS,
    MONTH_AFTER,
    MONTH_NAME,
    NO_AMOUNT,
    PERCENT,
    PERCENT_IN_WORDS,
    SEPARATOR,
    TAKEN,
    TOTAL_AFTER,
    TRAIL_WORDS,
    UNIT_IN_BRACKETS,
)
from rules.money import Amount, Found, Unit, Unreadable, Why, find_amounts, read_amount
from rules.numerals import Unclear, read_number

_CLAUSE_ENDS = re.compile(rf"[,;。!\n{TAKEN}]|\.(?!\d)")
_LABEL_COLON = re.compile(r"(?<!\d):")
_BARE = re.compile(r"[\d.,\s]+")
_TELEPHONE = 11  # digits
_UNITS = {unit.chinese: unit for unit in Unit}
_MONTHS = (
    {"元": 1}
    | {name: number for number, name in enumerate("一二三四五六七八九十", 1)}
    | {"十一": 11, "十二": 12}
)
_WHOLE = 100  # percent
_NEAR = 40  # letters within which words say what an amount is


class Label(StrEnum):
    """What the words around an amount say of it."""

    MONTH = "month"  # 本月
    PLAIN = "plain"  # nothing, or 完成
    TOTAL = "total"  # 累计
    WITHIN = "within"  # in the middle of other words: 采购设备500万
    OTHER = "other"  # not what was completed: 总投资, 缺口, 下月计划


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount in a line as it was `written`; with the words that belong to it, it is `text[start:end]`.

    `month` (1-12) is the one that these words name.
    """

    label: Label
    reading: Amount | Unreadable
    written: str
    start: int
    end: int
    month: int | None = None

    @property
    def yuan(self) -> int | None:
        return self.reading.yuan if isinstance(self.reading, Amount) else None


@dataclass(frozen=True, slots=True)
class Percent:
    number: Decimal
    start: int
    end: int


def find_figures(text: str) -> list[Figure]:
    """Every amount of a levelled line, with its label."""
    # After a colon a bare number could be minutes; after 本月: it cannot.
    readable = _LABEL_COLON.sub(" ", text)
    figures: list[Figure] = []
    for found in find_amounts(readable):
        since = figures[-1].end if figures else 0
        if not _is_telephone(text[found.start : found.end]):
            figures.append(_figure(text, found, since))
    return sorted([*figures, *_no_amounts(text, figures)], key=lambda each: each.start)


def _no_amounts(text: str, figures: list[Figure]) -> Iterator[Figure]:
    """What was meant for an amount and is none: less than nothing, or from one to another. Beside a readable amount
    it was meant for something else."""
    if any(each.label in (Label.MONTH, Label.PLAIN) and each.yuan is not None for each in figures):
        return
    for found in NO_AMOUNT.finditer(text):
        start, end = found.span()
        if not any(each.start < end and start < each.end for each in figures):
            why = Why.NEGATIVE if found["written"][0] == "-" else Why.TWO_AMOUNTS
            label = Label.MONTH if "月" in found["lead"] else Label.PLAIN
            yield Figure(label, Unreadable(why), found["written"].strip(), start, end)


def _is_telephone(written: str) -> bool:
    return len(re.sub(r"\D", "", written)) >= _TELEPHONE and bool(_BARE.fullmatch(written))


def _figure(text: str, found: Found, since: int) -> Figure:
    since = max(since, found.start - _NEAR)
    clause = max((end.end() for end in _CLAUSE_ENDS.finditer(text, since, found.start)), default=since)
    before, after = text[clause : found.start], text[found.end : found.end + _NEAR]
    lead, trail = LEAD_WORDS.search(before), TRAIL_WORDS.match(after)
    start = clause + (lead.start() if lead else len(before))
    end = found.end + (trail.end() if trail else 0)
    label, reading = _label(before, start - clause, after), found.reading
    unit = UNIT_IN_BRACKETS.search(text, start, end)
    if unit and isinstance(reading, Amount) and reading.unit_written is None:
        reading = read_amount(text[found.start : found.end], _UNITS[unit[1]])
    if label is Label.OTHER:
        start, end = found.start, found.end
    written, month = text[found.start : found.end], _month(text[start : found.start])
    return Figure(label, reading, written, start, end, month)


def _month(words: str) -> int | None:
    named = re.search(MONTH_NAME, words)
    name = re.sub("月份?", "", named[0]) if named else ""
    return _MONTHS.get(name) or (int(name) if name else None)


def _label(before: str, lead: int, after: str) -> Label:
    if MONTH_AFTER.match(after):
        return Label.MONTH
    if TOTAL_AFTER.match(after):
        return Label.TOTAL
    if said := [str(label.lastgroup) for label in LABELS.finditer(before)]:
        return Label(said[-1])
    alone = lead < len(before) or not before or re.search(rf"(?:{SEPARATOR})$", before)
    return Label.PLAIN if alone else Label.WITHIN


def choose(figures: list[Figure]) -> tuple[Figure | None, tuple[Figure, ...]]:
    """This month's amount, or else the candidates for it."""
    could = [each for each in figures if each.label is Label.MONTH]
    could = could or [each for each in figures if each.label is not Label.OTHER]
    clear = bool(could) and could[0].label in (Label.MONTH, Label.PLAIN) and could[0].yuan is not None
    if clear and len({each.yuan for each in could}) == 1:
        return could[0], ()
    return None, tuple(could)


_PERCENTS = (PERCENT, PERCENT_IN_WORDS, BARE_PERCENT)


def without_percents(text: str) -> str:
    """The line with every percent blanked, so that none is taken for an amount: 形象70."""
    for pattern in _PERCENTS:
        text = pattern.sub(lambda found: TAKEN * len(found[0]), text)
    return text


def find_percents(text: str) -> list[Percent]:
    """How far the project is: at most one, unless the line says two things."""
    alone = [each for each in _percents(text) if each[0].number <= _WHOLE]
    labelled = [percent for percent, label in alone if label]
    return labelled or [percent for percent, _ in alone]


def find_too_much(text: str) -> list[str]:
    """What is said to be more of the project than all of it, as it is written: 形象170%."""
    return [text[each.start : each.end] for each, label in _percents(text) if label and each.number > _WHOLE]


def _percents(text: str) -> Iterator[tuple[Percent, bool]]:
    """Every percent that stands alone, and whether it says 形象 or 进度."""
    for found in (each for pattern in _PERCENTS for each in pattern.finditer(text)):
        number = _number(found["number"])
        if number is not None and _stands_alone(text, found):
            yield Percent(number, *found.span()), bool(found["label"])


def _number(written: str) -> Decimal | None:
    if written[0].isdigit() and written.isascii():
        return Decimal(written)
    try:
        exact = read_number(written)
    except Unclear:
        return None
    return Decimal(exact.numerator) / exact.denominator


def _stands_alone(text: str, found: re.Match[str]) -> bool:
    """A clause of its own. Behind a mere space a percent without 形象 is that of the word before: 主体 完成70%."""
    edge = SEPARATOR if found["label"] else rf"[,;。!、\n{TAKEN}]\s*"
    before, after = text[max(0, found.start() - _NEAR) : found.start()], text[found.end() : found.end() + 1]
    begins = found.start() == 0 or re.search(rf"(?:{edge}|本月|目前|现在?)$", before)
    return bool(begins and re.match(rf"$|{SEPARATOR}|[了左]", after))
