"""A question about projects (问一句) as a value, and how a button carries one.

Rule 1  A question says only what is asked, never whose projects: that follows from who asks, each time.
Rule 2  A button's data (`q|l;d=云溪区;l=red`) reads back as the very question, within 64 bytes; one that is too long
        for that gets no button, and can still be typed.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile

from rules.kinds import Light, PlaceKind
from rules.periods import Period

LONGEST = 64  # bytes, Telegram's limit
_ID = re.compile(r"[0-9]{1,18}")
_PAGE = re.compile(r"[0-9]{1,4}")
_PREFIX = "q|"


class What(StrEnum):
    """What is asked; of two in one question the first in this list counts. Kept in buttons, never renamed."""

    RANKING = "r"  # 排名: the month's review
    LIGHTS = "l"  # 红灯, 灯色
    OWING = "w"  # 未报
    PROBLEMS = "p"  # 问题
    DONE = "d"  # 进度, 投资
    PROJECTS = "j"  # 项目
    OVERVIEW = "o"  # 本月: a little of everything
    PROJECT = "k"  # one project


class Narrow(StrEnum):
    """Which problems."""

    OVERDUE = "overdue"  # 逾期问题
    MAJOR = "major"  # 重大问题


Where = tuple[tuple[PlaceKind, str], ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """`where` are conditions: of one kind any may hold, of several kinds all must.

    month     2012-03, or a half-year (2012H1) or year (2011); empty: now
    light     of LIGHTS: only projects of this light; `also` is a second one, if two were asked for
    category  of PROBLEMS: its key
    number    the project's id (PROJECT) or the problem's (PROBLEMS), 0 for none
    by        LIGHTS and DONE: by districts, units and so on
    """

    what: What
    where: Where = ()
    month: str = ""
    light: Light | None = None
    also: Light | None = None
    narrow: Narrow | None = None
    category: str = ""
    number: int = 0
    by: PlaceKind | None = None
    page: int = 0

    def at(self, *where: tuple[PlaceKind, str]) -> "Ask":
        """The same question of fewer projects."""
        return replace(self, where=(*self.where, *(each for each in where if each not in self.where)), page=0)


def button_data(ask: Ask) -> str | None:
    """What a button for this question carries; None if it does not fit."""
    parts = [ask.what.value, *(f"{kind.value}={value}" for kind, value in ask.where)]
    said = (
        ("t", ask.month),
        ("l", ask.light),
        ("a", ask.also),
        ("n", ask.narrow),
        ("g", ask.category),
        ("i", ask.number),
        ("b", ask.by),
        ("p", ask.page),
    )
    data = _PREFIX + ";".join([*parts, *(f"{key}={value}" for key, value in said if value)])
    return data if len(data.encode()) <= LONGEST and read_data(data) == ask else None


def read_data(data: str) -> Ask | None:
    """The question that a button carries; None if it is none of ours."""
    what, *parts = data.removeprefix(_PREFIX).split(";")
    if not data.startswith(_PREFIX) or what not in set(What):
        return None
    pairs = [(key, value) for key, _, value in (part.partition("=") for part in parts)]
    places = takewhile(lambda pair: pair[0] in set(PlaceKind), pairs)
    where = tuple((PlaceKind(kind), value) for kind, value in places)
    ask, said = Ask(What(what), where), dict(pairs[len(where) :])
    if any(kind in (PlaceKind.UNIT, PlaceKind.LEADER) and not _ID.fullmatch(value) for kind, value in where):
        return None
    try:
        return _with(ask, said)
    except ValueError:
        return None


def _with(ask: Ask, said: dict[str, str]) -> Ask | None:
    month, number, page = said.get("t", ""), said.get("i", ""), said.get("p", "")
    if not set(said) <= set("tlangibp"):
        return None
    if (number and not _ID.fullmatch(number)) or (page and not _PAGE.fullmatch(page)):
        return None
    return replace(
        ask,
        month=str(Period.parse(month)) if month else "",
        light=Light(said["l"]) if "l" in said else None,
        also=Light(said["a"]) if "a" in said else None,
        narrow=Narrow(said["n"]) if "n" in said else None,
        category=said.get("g", ""),
        number=int(number or 0),
        by=PlaceKind(said["b"]) if "b" in said else None,
        page=int(page or 0),
    )
