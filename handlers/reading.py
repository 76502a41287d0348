"""What a person did, how a question may read it, and how typed words find one of several items."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.plain import bare, plain

Stored = Any  # an answer as a talk keeps it: JSON, already resolved


@dataclass(frozen=True, slots=True)
class Said:
    """What a person did: typed `text`, pressed a button with `value`, or sent media (ids of ours).

    Media beside a `text` are no answer: they are kept, while the text is read as if it had come alone.
    `caption` are the words under the media, where the media are the answer; `place` is a location that came with
    them, written out.
    """

    text: str = ""
    value: str | None = None
    media: tuple[int, ...] = ()
    caption: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer is stored, the talk goes on."""

    value: Stored


@dataclass(frozen=True, slots=True)
class More:
    """The answer so far is stored (None: nothing yet), the same question stays; `note` stands above it."""

    value: Stored
    page: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Another question is opened again."""

    key: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is stored; the sentence says why."""

    sentence: str


Reading = Taken | More | Edit | Refused


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to choose: its id (short, stable), what it says, other words for it, its 拼音首字母."""

    id: str
    label: str
    aliases: tuple[str, ...] = ()
    initials: str = ""


Buttons = list[list[tuple[str, str]]]  # rows of (label, value)

# A registry number is never a part of a name: 3号 must not find 地铁13号线 (decisions: 8).
_NUMBER = re.compile(r"\d+号?")


def in_rows(buttons: Sequence[tuple[str, str]], columns: int) -> Buttons:
    return [list(buttons[at : at + columns]) for at in range(0, len(buttons), columns)]


def exactly(items: Sequence[Item], said: str) -> list[Item]:
    """The items of which this is the very label (its sign may be left out), or another word for them."""
    wanted = plain(said)
    if not wanted:
        return []
    return [item for item in items if wanted in {bare(item.label), *map(plain, (item.label, *item.aliases))}]


def find(items: Sequence[Item], said: str) -> list[Item]:
    """The items that a typed text means: by exact word or number, else by part of the label or of the initials."""
    wanted = plain(said)
    found = exactly(items, said)
    if found or not wanted or _NUMBER.fullmatch(wanted):
        return found
    named = [item for item in items if wanted in plain(item.label)]
    return named or [item for item in items if len(wanted) > 1 and wanted in item.initials]


def labelled(buttons: Buttons, said: str) -> str | None:
    """The value of the one button whose label was typed, with or without the sign before it."""
    wanted = plain(said)
    meant = {value for row in buttons for label, value in row if wanted in {plain(label), bare(label)}}
    return meant.pop() if wanted and len(meant) == 1 else None
