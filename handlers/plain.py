"""How typed text is compared: one place, so that every word list forgives the same slips."""

import re
import unicodedata

_SIGNS = re.compile(r"^\W+")  # ✅, ‹, ☑, ＋ and the like before the words of a button


def plain(text: str) -> str:
    """Text as it is compared: full-width to half-width, no spaces, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def as_typed(said: str, plainly: str, end: str) -> str:
    """The end of a line with its own signs (，。), where folding them has not moved anything."""
    end = end.rstrip()
    if len(said) != len(plainly) or not end:
        return end.strip()
    at = plainly.rindex(end)
    return said[at : at + len(end)].strip()


def shown(label: str) -> str:
    """A button's label as it is quoted: without the sign before its words, but otherwise as it stands."""
    return _SIGNS.sub("", label)


def bare(label: str) -> str:
    """A button's label as people type it: without the sign before its words."""
    return _SIGNS.sub("", plain(label))
