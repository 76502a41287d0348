"""What a press means: the data of buttons, at most 64 bytes, written and read.

A button's data is at most 64 bytes and one of
    t<talk>|<key>|<value>     an answer in a talk (talk in base 36)
    o|<script>|<preset>       begins a conversation, with its first answer given
    r|<talk>  x|<talk>        takes up a talk that was set aside or cancelled; drops it
    a|<issue>  h|<issue>      acknowledges a problem; takes it on
    w|<issue>|<word>          says a word on a problem (`SayOf`)
    z|<nudge>|<choice>        wants to be reminded again later (`PutOff`)
    f|<figure>|<part>         explains a figure (`LookUpFigure`): a page of its parts, or one of them
    q|<what>;<key>=<value>…   asks a question about projects (handlers/asking/question.py)
Those that reminders write too are written by `storage/presses.py`.
"""

import re
from dataclasses import dataclass
from typing import Any

from handlers.asking.question import Ask, read_data
from handlers.scripts import PRESETS, SCRIPTS
from rules.kinds import IssueWord, Snooze

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID = re.compile(r"[0-9]{1,18}")  # what fits into a database's integer
_NO_ID = re.compile(r"\d{19}")
HOW = "how"


@dataclass(frozen=True, slots=True)
class TalkButton:
    talk: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Opener:
    """`note` stands above what is asked: why something that was said along is not taken."""

    script: str
    preset: str = ""
    note: str = ""

    @property
    def answers(self) -> dict[str, Any]:
        return {PRESETS.get(self.script, "project"): self.preset} if self.preset else {}


@dataclass(frozen=True, slots=True)
class Resume:
    talk: int


@dataclass(frozen=True, slots=True)
class Drop:
    talk: int


@dataclass(frozen=True, slots=True)
class LookUp:
    """`W12` alone: what has become of that problem."""

    issue: int


@dataclass(frozen=True, slots=True)
class LookUpNotice:
    """`T5` alone: who has received that notice."""

    notice: int


@dataclass(frozen=True, slots=True)
class LookUpFigure:
    """`查 A17`: what a figure was made of. `part`: p7 (a project), w12 (a problem), 2 (a page), or typed words."""

    figure: int
    part: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledge:
    issue: int


@dataclass(frozen=True, slots=True)
class Handle:
    """我来处理: takes note of a problem and takes it on."""

    issue: int


@dataclass(frozen=True, slots=True)
class Direct:
    """`W12 <whatever an instruction says>` (批示)."""

    issue: int
    text: str


@dataclass(frozen=True, slots=True)
class Forward:
    """`W12 请发改委牵头` (转办): to whom, as it was typed, and the whole."""

    issue: int
    whom: str
    text: str


@dataclass(frozen=True, slots=True)
class SayOf:
    """A word on a problem: one of `IssueWord`, HOW (how it was solved), or false (误报)."""

    issue: int
    word: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PutOff:
    """稍后提醒我: a nudge is wanted again; 0 for the last one."""

    nudge: int
    choice: Snooze


Meaning = TalkButton | Opener | Resume | Drop | Acknowledge | Handle | SayOf | PutOff | LookUpFigure | Ask
_SAYINGS = frozenset({*IssueWord, HOW, "false"})
_BY_NUMBER: dict[str, type[Resume] | type[Drop] | type[Acknowledge] | type[Handle]] = {
    "r": Resume,
    "x": Drop,
    "a": Acknowledge,
    "h": Handle,
}


def read_button(data: str) -> Meaning | None:
    """What a button's data means; None if it is none of ours, as with a number that no row can have."""
    if _NO_ID.search(data):
        return None
    kind, _, rest = data.partition("|")
    if kind == "q":
        return read_data(data)
    if kind == "o":
        script, _, preset = rest.partition("|")
        return Opener(script, preset) if script in SCRIPTS else None
    if kind in _BY_NUMBER:
        if not _ID.fullmatch(rest):
            return None
        return _BY_NUMBER[kind](int(rest))
    key, separator, value = rest.partition("|")
    if kind == "w":
        return SayOf(int(key), value) if _ID.fullmatch(key) and value in _SAYINGS else None
    if kind == "z":
        return PutOff(int(key), Snooze(value)) if _ID.fullmatch(key) and value in set(Snooze) else None
    if kind == "f":
        return LookUpFigure(int(key), value) if _ID.fullmatch(key) else None
    if not kind.startswith("t") or not separator:
        return None
    talk = from_base36(kind[1:])
    return TalkButton(talk, key, value) if talk is not None else None


def button_data(talk: int, key: str, value: str) -> str:
    return f"t{base36(talk)}|{key}|{value}"


def base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def from_base36(text: str) -> int | None:
    if not text or len(text) > 12 or any(letter not in _DIGITS for letter in text):
        return None
    return int(text, 36)
