"""Reading one written number - Arabic, Chinese or both (`3千2百万`, `三千二百万`, `1亿2000万`) - exactly.

A number is cut at its largest unit into what stands before it (how many) and after it (the rest). Three
rules keep a careless reading out:
Rule 1: the rest is smaller than the unit before it (`1亿20000万` is refused).
Rule 2: only the last coefficient has decimals (`1.5亿2000万` is refused).
Rule 3: a rest that skips a place follows 零 or says its own unit. Alone, `三百五` is the spoken 350; but
        `三百五万`, `1亿2000` and `一亿二千` could be meant either way and are refused.
"""

import re
from enum import StrEnum
from fractions import Fraction

CHINESE_DIGITS = "零〇一二三四五六七八九两"
ARABIC = r"(?:[0-9]+(?:[.,][0-9]+)*|\.[0-9]+)"

_DIGITS = {"零": 0, "〇": 0, "两": 2} | {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_UNITS = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_PLAIN = re.compile(r"(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)?(?:\.[0-9]+)?")
_SPOKEN_DECIMAL = re.compile(rf"([{CHINESE_DIGITS}]?)点([{CHINESE_DIGITS}]+)")
_MOST_DIGITS = 40


class Why(StrEnum):
    """Why a text is not read as an amount."""

    NOT_MONEY = "not_money"  # nothing in it is an amount: 没有, 70%, an empty text
    NEGATIVE = "negative"  # -3200, 负三百万
    TOO_LARGE = "too_large"  # more than a million 亿元
    TOO_FINE = "too_fine"  # finer than a 分
    AMBIGUOUS = "ambiguous"  # 1.2.3, 3,20, 1亿2000, 三百五万
    APPROXIMATE = "approximate"  # 3200多万, 约3200万, 两三百万
    TWO_AMOUNTS = "two_amounts"  # 3200万和500万, 3000-3500万
    EXTRA_WORDS = "extra_words"  # an amount among words that may change its meaning


class Unclear(Exception):  # noqa: N818  (an outcome of reading, not a failure of the program)
    """The number cannot be read in exactly one way; `why` says what is wrong with it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def read_number(text: str) -> Fraction:
    """The value of a text that is one number, perhaps with `元` at its end. Raises `Unclear`."""
    if any(word in text for word in "多余几来"):
        raise Unclear(Why.APPROXIMATE)
    return _value(text.removesuffix("元"), last=not text.endswith("元"), in_yuan=text.endswith("元"))


def _value(text: str, *, last: bool = False, in_yuan: bool = False) -> Fraction:
    """`last`: nothing follows it in the whole number; `in_yuan`: only 元 follows."""
    for unit, size in _UNITS.items():
        head, found, rest = text.partition(unit)
        if found:
            many = _value(head) if head or unit != "十" else Fraction(1)
            if rest and ("." in head or "点" in head):
                raise Unclear(Why.AMBIGUOUS)
            return many * size + (_rest(rest, unit, last=last, in_yuan=in_yuan) if rest else 0)
    return _coefficient(text)


def _rest(text: str, unit: str, *, last: bool, in_yuan: bool) -> Fraction:
    size = _UNITS[unit]
    if unit in text:
        raise Unclear(Why.TWO_AMOUNTS if size >= 10**4 else Why.AMBIGUOUS)
    after_zero = text[0] in "零〇"
    low = _value(text.lstrip("零〇"), last=last, in_yuan=in_yuan)
    if low >= size:
        raise Unclear(Why.AMBIGUOUS)
    if after_zero or text[0] == "点" or low * 10 >= size or _says_its_unit(text, size, in_yuan=in_yuan):
        return low
    if last and text in _DIGITS:
        return low * size / 10
    raise Unclear(Why.AMBIGUOUS)


def _says_its_unit(text: str, size: int, *, in_yuan: bool) -> bool:
    if size >= 10**4:
        return in_yuan or (size > 10**4 and "万" in text)
    return any(scale in text for scale in "百十")


def _coefficient(text: str) -> Fraction:
    """`3,200.5`, `两`, `零点三二` or `点五`."""
    if text in _DIGITS:
        return Fraction(_DIGITS[text])
    if spoken := _SPOKEN_DECIMAL.fullmatch(text):
        whole, digits = spoken.groups()
        value = "".join(str(_DIGITS[digit]) for digit in digits)
        return _DIGITS.get(whole, 0) + Fraction(int(value), 10 ** len(value))
    if text and all(letter in _DIGITS for letter in text):  # 两三百万 is a guess; 三二〇〇 is a number plate
        raise Unclear(Why.AMBIGUOUS if "零" in text or "〇" in text else Why.APPROXIMATE)
    if not text or not _PLAIN.fullmatch(text):
        raise Unclear(Why.AMBIGUOUS)
    if len(text) > _MOST_DIGITS:
        raise Unclear(Why.TOO_LARGE)
    return Fraction(text.replace(",", ""))
