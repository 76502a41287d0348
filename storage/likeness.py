"""When two names are so alike that one is probably a slip. Pure; used only to ask, never to decide."""

import re
from difflib import SequenceMatcher

from rules.unit_names import runs_through
from storage.cells import plain

ALIKE = 0.85
NUMERALS = re.compile(r"[0-9一二三四五六七八九十]+|[a-z]+")
NOISE = re.compile(r"[^\w]|项目|工程|建设|_")


def bare(name: str) -> str:
    """A name without punctuation and the words that any project may carry."""
    return NOISE.sub("", plain(name)) or plain(name)


def near(one: str, other: str) -> bool:
    """Alike, but 一期 and 二期 are two things: names with different numerals are never near."""
    if NUMERALS.findall(plain(one)) != NUMERALS.findall(plain(other)):
        return False
    if bare(one) == bare(other):
        return True
    short, long = sorted((plain(one), plain(other)), key=len)
    if len(short) > 2 and runs_through(short, long):
        return True
    return SequenceMatcher(None, short, long, autojunk=False).ratio() >= ALIKE


def near_person(one: str, other: str) -> bool:
    """The same name, or names of three and more characters that differ in one."""
    a, b = plain(one), plain(other)
    return a == b or (len(a) == len(b) >= 3 and sum(x != y for x, y in zip(a, b, strict=True)) == 1)
