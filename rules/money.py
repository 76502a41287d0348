"""Amounts of money: read as people write them, written as forms (万元) and circulars (亿元) want them.

Stored is always a whole number of yuan. Reading is exact: an amount may be given to the 分, which is
rounded half up to the yuan, the grain of the books; anything finer is refused, never rounded. A bare number
is in the form's unit, 万元. What could be read in two ways is refused with its reason, so that the person
is asked and nobody guesses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from rules.numerals import ARABIC, CHINESE_DIGITS, Unclear, Why, read_number

__all__ = [
    "Amount",
    "Found",
    "Unit",
    "Unreadable",
    "Why",
    "auto",
    "brief",
    "find_amounts",
    "read_amount",
    "wan",
    "yi",
]

MOST_YUAN = 10**6 * 10**8  # a million 亿元: more than any city will ever spend


class Unit(StrEnum):
    """A unit of money; `.yuan` is its size, `.chinese` its name."""

    YUAN = "yuan"
    WAN = "wan"
    YI = "yi"

    @property
    def yuan(self) -> int:
        return {Unit.YUAN: 1, Unit.WAN: 10**4, Unit.YI: 10**8}[self]

    @property
    def chinese(self) -> str:
        return {Unit.YUAN: "元", Unit.WAN: "万元", Unit.YI: "亿元"}[self]


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that was read. `unit_written` is the largest unit in the text, None for a bare number."""

    yuan: int
    unit_written: Unit | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No amount, or none that is clear."""

    reason: Why


@dataclass(frozen=True, slots=True)
class Found:
    """What looks like an amount inside a sentence: `text[start:end]` and its reading."""

    start: int
    end: int
    reading: Amount | Unreadable


# One letter for one letter, so that places in the text stay true. Not NFKC: it would turn ① into a digit.
_PLAIN_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    "　−萬億圆圓块塊兩壹贰叁肆伍陆柒捌玖貳參陸拾佰仟", " -万亿元元元元两一二三四五六七八九二三六十百千"
)
_W_FOR_WAN = re.compile(r"(?<=[0-9])w(?![a-z])", re.IGNORECASE)
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

_DIGIT = f"[{CHINESE_DIGITS}]"
_YUAN = "元(?![月旦宵])"
_VAGUE = "(?:[多几]|余(?![下额])|来(?=[百千万亿元]))"
_RUN = re.compile(
    rf"(?:[¥￥]\s?)?(?:{ARABIC}|{_DIGIT}|十|几(?=[十百千万亿]))"
    rf"(?:{ARABIC}|{_DIGIT}|点(?={_DIGIT})|\s{{0,2}}(?:[十百千万亿]|{_VAGUE}|{_YUAN}))*整?"
)
_MONEY_UNIT = re.compile("[万亿元¥￥]")
_ARABIC_START = "0123456789."
# After a number with 万 or 亿 these make it a measure or a rate: 3万平方米, 10万千瓦, 5万吨, 1200万元/公里.
_MEASURES = "吨|平方|平米|立方|方(?![案面向式])|米|公里|公顷|亩|户|人(?!民币)|个|台(?!账)|套|千?瓦|伏|株|头|辆|升|标箱"
_MEASURE = re.compile(rf"\s?(?:{_MEASURES}|[a-z²³㎡%])", re.IGNORECASE)
# A bare number is no money either if what it counts stands behind a space: 500 立方, 8 层.
_COUNTED = re.compile(
    rf"\s(?:{_MEASURES}|层|栋|根(?!据)|榀|块|片(?!区)|段|跨|孔|座|处(?![理置])|间|名|天(?!然)|日|号|次|份|"
    r"期(?!间)|标(?!准)|年(?![底初内末])|月(?![底初中末]))"
)
_NO_BARE_AFTER = re.compile(r"\s?[%％‰°℃㎡²³/:：~～-]|[^\W\d_]|[0-9.]")
_NO_BARE_BEFORE = re.compile(r"(?:[第点:：/~～.a-zA-Z_-]|分之)\s?$")
_NEGATIVE = re.compile(r"-$|^\s*-\s$|[负負]\s?$")
_RANGE_BEFORE = re.compile(r"[0-9万亿元]\s?(?:[-~–—]+|[至到])\s?$")
_RANGE_AFTER = re.compile(rf"\s?(?:[-~–—]+|[至到])\s?(?:[0-9]|{_DIGIT}|十)")
_ROUGHLY_BEFORE = re.compile(r"(?:约|大概|大致|近|将近|接近|超|超过|不到|不足|上|至少|最多)\s?$")
_ROUGHLY_AFTER = re.compile(r"\s?(?:左右|上下|以上|以下|以内|出头|不到)")
_LEAD = re.compile(
    r"(?:本月|这个月|当月|已|完成|投资|投入|金额|资金|总|额|共|合?计|是|为|了|人民币|[:=,\s])*"
)
_TRAIL = re.compile(r"(?:人民币|[了的吧呢啊。.!,;\s])*")


def read_amount(text: str, default: Unit = Unit.WAN) -> Amount | Unreadable:
    """The answer to "how much?": the whole text is one amount; words such as 本月完成 may stand by it."""
    plain = _plain(_HIDDEN.sub("", text))
    runs = list(_RUN.finditer(plain))
    if len(runs) != 1:
        return Unreadable(Why.TWO_AMOUNTS if runs else Why.NOT_MONEY)
    before, after = plain[: runs[0].start()], plain[runs[0].end() :]
    if re.match(r"\s*[%‰]", after):
        return Unreadable(Why.NOT_MONEY)
    if trouble := _trouble_around(before, after):
        return Unreadable(trouble)
    if _LEAD.fullmatch(before) and _TRAIL.fullmatch(after):
        return _reading(runs[0][0], default)
    about_money = _MONEY_UNIT.search(runs[0][0]) or runs[0][0][0] in _ARABIC_START
    return Unreadable(Why.EXTRA_WORDS if about_money else Why.NOT_MONEY)


def find_amounts(text: str, default: Unit = Unit.WAN) -> list[Found]:
    """Every amount inside a sentence, from left to right.

    A number with a unit of money counts unless a measure follows (`3万吨`); a bare Arabic number counts
    unless a letter, a percent sign or a date mark touches it (`3号`, `2期`, `70%`, `2012-03`). A full-width
    comma between digits could end a clause or group thousands, so such a find is ambiguous.
    """
    plain = _plain(text)
    return [_found(run, plain, text, default) for run in _money_runs(plain)]


def _money_runs(plain: str) -> Iterator[re.Match[str]]:
    for run in _RUN.finditer(plain):
        before, after = _around(plain, run)
        if run[0].endswith("元"):
            counts = not after.lstrip().startswith("/")
        elif _MONEY_UNIT.search(run[0]):
            counts = not _MEASURE.match(after)
        else:
            arabic = run[0][0] in _ARABIC_START
            counted = _NO_BARE_AFTER.match(after) or _COUNTED.match(after)
            counts = arabic and not counted and not _NO_BARE_BEFORE.search(before)
        if counts:
            yield run


def _found(run: re.Match[str], plain: str, text: str, default: Unit) -> Found:
    reading: Amount | Unreadable
    if trouble := _trouble_around(*_around(plain, run)):
        reading = Unreadable(trouble)
    elif "，" in text[run.start() : run.end()]:
        reading = Unreadable(Why.AMBIGUOUS)
    else:
        reading = _reading(run[0], default)
    return Found(run.start(), run.end(), reading)


def _around(plain: str, run: re.Match[str]) -> tuple[str, str]:
    """The few letters before and after that can change what a number means; a long text stays cheap."""
    return plain[max(0, run.start() - 8) : run.start()], plain[run.end() : run.end() + 8]


def _trouble_around(before: str, after: str) -> Why | None:
    if _RANGE_BEFORE.search(before) or _RANGE_AFTER.match(after):
        return Why.TWO_AMOUNTS
    if _NEGATIVE.search(before):
        return Why.NEGATIVE
    if _ROUGHLY_BEFORE.search(before) or _ROUGHLY_AFTER.match(after):
        return Why.APPROXIMATE
    return None


def _plain(text: str) -> str:
    return _W_FOR_WAN.sub("万", text.translate(_PLAIN_FORMS))


def _reading(run: str, default: Unit) -> Amount | Unreadable:
    written = re.sub(r"[¥￥\s]", "", run).removesuffix("整")
    unit = _unit_written(run)
    try:
        number = read_number(written)
    except Unclear as unclear:
        return Unreadable(unclear.why)
    return _amount(number * (1 if unit else default.yuan), unit)


def _unit_written(run: str) -> Unit | None:
    if "亿" in run:
        return Unit.YI
    if "万" in run:
        return Unit.WAN
    return Unit.YUAN if _MONEY_UNIT.search(run) else None


def _amount(exact: Fraction, unit: Unit | None) -> Amount | Unreadable:
    if exact > MOST_YUAN:
        return Unreadable(Why.TOO_LARGE)
    if (exact * 100).denominator != 1:
        return Unreadable(Why.TOO_FINE)
    return Amount(int(exact + Fraction(1, 2)), unit)


def wan(yuan: int) -> str:
    """In 万元, at most two decimals, rounded half away from zero: `1,200万元`, `0.32万元`. Nothing is `0元`."""
    if not yuan:
        return f"0{Unit.YUAN.chinese}"
    number = _decimal(yuan, Unit.WAN, 2, group=",")
    return number.rstrip("0").rstrip(".") + Unit.WAN.chinese


def yi(yuan: int, places: int = 1) -> str:
    """In 亿元 as circulars print it, a fixed number of decimals, no thousands mark: `2857.7亿元`."""
    return _decimal(yuan, Unit.YI, places) + Unit.YI.chinese


def brief(yuan: int) -> str:
    """As a digest says it: `37.6亿`, or in whole 万 below one 亿: `3200万`. What is less than one 万 in yuan: `0元`."""
    if abs(yuan) < Unit.WAN.yuan:
        return f"{yuan}{Unit.YUAN.chinese}"
    if abs(yuan) < Unit.YI.yuan:
        return _decimal(yuan, Unit.WAN, 0) + "万"
    return _decimal(yuan, Unit.YI, 1) + "亿"


def auto(yuan: int) -> str:
    """The shortest usual form that says the amount to the yuan; reading it back gives the same amount."""
    if abs(yuan) >= Unit.YI.yuan and yuan % 10**6 == 0:
        return _decimal(yuan, Unit.YI, 2).rstrip("0").rstrip(".") + Unit.YI.chinese
    if abs(yuan) >= Unit.WAN.yuan and yuan % 100 == 0:
        return wan(yuan)
    return f"{yuan:,}{Unit.YUAN.chinese}"


def _decimal(yuan: int, unit: Unit, places: int, group: str = "") -> str:
    scaled = (abs(yuan) * 10**places * 2 + unit.yuan) // (2 * unit.yuan)
    whole, rest = divmod(scaled, 10**places)
    sign = "-" if yuan < 0 and scaled else ""
    return f"{sign}{whole:{group}}" + (f".{rest:0{places}}" if places else "")
