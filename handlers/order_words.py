"""Orders in words: how steps, states and kinds are called, and a line that names one (签收 D5, D5 改时限 8月15日)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from handlers.plain import as_typed, plain
from handlers.words import Words
from rules.kinds import OrderKind, OrderState, OrderStep

_NUMBER = r"d\s*([0-9]{1,12})"
_STEP_FIRST = re.compile(rf"\s*([^\d\s,:]+)[\s,:]*{_NUMBER}[\s,:]*(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER_FIRST = re.compile(rf"\s*{_NUMBER}(?![0-9.])(.*)", re.IGNORECASE | re.DOTALL)
_BETWEEN = " ,:，：\n\t"
_AROUND = "。.！!？?“”\"'「」"
_SOURCE = re.compile(r"\s*([ja])\s*([0-9]{1,12})(?![0-9.])[\s,:]*(\S.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order that was named: alone (no steps), with the steps that its word may mean, with what was said."""

    order: int
    steps: tuple[OrderStep, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """`J5 请…`, `A17 请…`: what is said of a report or a figure."""

    source: str
    text: str


def order_step_name(words: Words, step: OrderStep) -> str:
    return str(getattr(words, f"order_step_{step}"))


def order_state_name(words: Words, state: OrderState) -> str:
    return str(getattr(words, f"order_state_{state}"))


def order_kind_name(words: Words, kind: OrderKind) -> str:
    return str(getattr(words, f"order_kind_{kind}"))


def read_order(text: str, words: Words) -> OrderLine | None:
    said = text.strip().strip(_AROUND)
    plainly, typed = unicodedata.normalize("NFKC", said), _typed(words)
    if found := _STEP_FIRST.fullmatch(plainly):
        steps = typed.get(plain(found[1]))
        return OrderLine(int(found[2]), steps, as_typed(said, plainly, found[3])) if steps else None
    if (found := _NUMBER_FIRST.fullmatch(plainly)) is None:
        return None
    number, rest = int(found[1]), found[2].strip(_BETWEEN)
    for word in sorted(typed, key=len, reverse=True):
        after = rest[len(word) :]
        if plain(rest[: len(word)]) == word and (not after or after[0] in _BETWEEN):
            return OrderLine(number, typed[word], as_typed(said, plainly, after.strip(_BETWEEN)))
    # D5栋 is a building; words of one's own stand apart from the number.
    apart = not rest or found[2][0] in _BETWEEN
    return OrderLine(number, (), as_typed(said, plainly, rest)) if apart else None


def read_source(text: str) -> SourceLine | None:
    said = text.strip()
    plainly = unicodedata.normalize("NFKC", said)
    found = _SOURCE.fullmatch(plainly)
    if found is None:
        return None
    return SourceLine(f"{found[1].upper()}{int(found[2])}", as_typed(said, plainly, found[3]))


@cache
def _typed(words: Words) -> dict[str, tuple[OrderStep, ...]]:
    """Every word that may be typed with the steps that it may mean; the order's state decides (同意)."""
    found: dict[str, tuple[OrderStep, ...]] = {}
    for step in OrderStep:
        listed = str(getattr(words, f"order_step_{step}_words")).split("、")
        for word in dict.fromkeys(map(plain, (order_step_name(words, step), *listed))):
            found[word] = (*found.get(word, ()), step)
    return found
