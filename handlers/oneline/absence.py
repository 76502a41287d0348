"""A leave said in one sentence: 7月1日到7月10日 由李四代; 下周三到周五请假 由李四代; 张三明天请假; 请假 明天起3天.

It is one only if the whole sentence is: somebody or nobody in front, days, a word for being away or who stands in.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from handlers.plain import plain
from rules.spans import Days, read_days

_STAND_IN = re.compile(
    r",?(?:由|请|让|托|叫)(?P<name>[^\W\d_由请让托叫]{2,8}?)(?:来|帮我|替我)?(?:代班|代报|代替|代理|顶班|替班|代|替)(?:我|一下)*$"
)
_NOBODY = re.compile(r",?(?:不用人?代班?|不用代|没人代|无人代|没有人代)$")
_AWAY = re.compile(
    r"(?:请|休)(?:[年病事产婚丧公]|探亲|陪产)?假|(?:年|病|事|产|婚|丧|公|探亲|陪产)假|调休|出差|外出"
)
_A_DAY = "(?:[0-9]{4}年)?[0-9零〇一二三四五六七八九十两]{1,3}月[0-9零〇一二三四五六七八九十两]{1,3}[日号]?"
_COUNT = re.compile(r"[0-9零〇一二三四五六七八九十两]{1,3}天")
_ONLY_DAYS = re.compile(rf"(?:{_A_DAY})(?:(?:起|开始)?(?:到|至|~|—+|-)(?:{_A_DAY}))?(?:为止|止|期间)?")
LONGEST = 60  # characters: longer is a story, not a leave


@dataclass(frozen=True, slots=True)
class Absence:
    """Who is away (empty: who says it), when, and who stands in (None: it was not said, empty: nobody)."""

    who: str
    days: Days
    stand_in: str | None


def read_absence(text: str, today: date) -> Absence | None:
    said = _said(text)
    if not said or len(said) > LONGEST:
        return None
    rest, stand_in = _without_stand_in(said)
    before, word, after = _around(rest)
    if not word and stand_in is None:
        return None
    found = _who_and_when(before, after)
    for who, when in found:
        if days := read_days(when, today):
            return Absence(who, days, stand_in)
    return None


def days_of_leave(text: str) -> str:
    """The days as written, where one's own leave is all that is said and yet none is read: 2月30日请假; else empty."""
    said = _said(text)
    before, word, after = _around(_without_stand_in(said)[0])
    before = before.removeprefix("我")
    days = (before or after) if word and not (before and after) else ""
    return days if len(said) <= LONGEST and _ONLY_DAYS.fullmatch(days) else ""


def _said(text: str) -> str:
    whole = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return whole.replace(";", ",").replace("、", ",").rstrip("。.!")


def _without_stand_in(said: str) -> tuple[str, str | None]:
    if found := _NOBODY.search(said):
        return said[: found.start()], ""
    if found := _STAND_IN.search(said):
        return said[: found.start()], found["name"]
    return said, None


def _around(said: str) -> tuple[str, str, str]:
    found = _AWAY.search(said)
    if found is None:
        return said, "", ""
    return said[: found.start()].strip(","), found[0], said[found.end() :].strip(",")


def _who_and_when(before: str, after: str) -> list[tuple[str, str]]:
    """The ways in which what stands before and after the word can be a name and days."""
    if _COUNT.fullmatch(after):
        before, after = f"{before}起{after}", ""
    if after:
        return [(_name(before), after)]
    own = before.removeprefix("我")
    names = [(_name(before[:at]), before[at:].lstrip(",")) for at in (2, 3, 4) if before[:at].isalpha()]
    return [("", own), *names]


def _name(text: str) -> str:
    return "" if plain(text) in ("", "我") else text
