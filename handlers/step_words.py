"""The steps of a problem in words: how each is called, how a state is called, and a step that is typed (签收 W12)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from handlers.plain import as_typed, plain
from handlers.words import Words
from rules.kinds import Ageing, IssueState, IssueStep

_NUMBER = r"w\s*([0-9]{1,12})"
_STEP_FIRST = re.compile(rf"\s*(\D+?)\s*{_NUMBER}[\s,:]*(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER_FIRST = re.compile(rf"\s*{_NUMBER}[\s,:]*(.*)", re.IGNORECASE | re.DOTALL)
_BETWEEN = " ,:，：\n\t"


@dataclass(frozen=True, slots=True)
class StepOf:
    """A step on a problem that was typed, with what was said behind it."""

    issue: int
    step: IssueStep
    note: str = ""


def step_name(words: Words, step: IssueStep) -> str:
    return str(getattr(words, f"step_{step}"))


def state_name(words: Words, state: IssueState) -> str:
    return str(getattr(words, f"state_{state}"))


def colour_name(words: Words, ageing: Ageing) -> str:
    return str(getattr(words, f"ageing_{ageing}"))


def read_step(text: str, words: Words) -> StepOf | None:
    """`签收 W12`, `退单 W12 不归我局`, `W12 延期 到7月20日 等批文`."""
    said = text.strip()
    plainly, typed = unicodedata.normalize("NFKC", said), _typed(words)
    if found := _STEP_FIRST.fullmatch(plainly):
        step = typed.get(plain(found[1]).strip(_BETWEEN))
        return StepOf(int(found[2]), step, as_typed(said, plainly, found[3])) if step else None
    if found := _NUMBER_FIRST.fullmatch(plainly):
        rest = found[2]
        for word in sorted(typed, key=len, reverse=True):
            after = rest[len(word) :]
            if plain(rest[: len(word)]) == word and (not after or after[0] in _BETWEEN):
                return StepOf(int(found[1]), typed[word], as_typed(said, plainly, after.strip(_BETWEEN)))
    return None


@cache
def _typed(words: Words) -> dict[str, IssueStep]:
    """Every word that may be typed, with its step."""
    return {
        plain(word): step
        for step in IssueStep
        for word in (step_name(words, step), *str(getattr(words, f"step_{step}_words")).split("、"))
    }
