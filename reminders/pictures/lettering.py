"""Words for a picture: what a person wrote becomes one line of characters that the font has, no wider than its place.

The font is a part of Noto Sans CJK SC 2.004 (SIL Open Font License, `font/OFL.txt`), made with fonttools' pyftsubset:
GB 2312, 通用规范汉字表 (8,105 characters, the state's list also for names), Latin, punctuation. A character that it
has not is printed as 〓, as printers do whose case lacks a type; the words beside a picture hold the true one.
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

FONT = Path(__file__).parent / "font" / "NotoSansSC-subset.otf"
LACKING = "〓"
GAP = "…"
# A name of any length is looked at so far from both its ends: no picture has room for more.
LOOKED_AT = 200
_MEASURED_AT = 64.0
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}


@lru_cache(maxsize=1)
def _font() -> FT2Font:
    return FT2Font(str(FONT))


@lru_cache(maxsize=64)
def face(size: float) -> FontProperties:
    return FontProperties(fname=FONT, size=size)


def has(character: str) -> bool:
    return bool(_font().get_char_index(ord(character)))


def literal(words: str) -> str:
    """The words as they can be drawn: one line, nothing hidden, nothing turned round."""
    if len(words) > 2 * LOOKED_AT:
        words = words[:LOOKED_AT] + GAP + words[-LOOKED_AT:]
    line = re.sub(r"\s+", " ", unicodedata.normalize("NFC", words)).strip()
    seen = (each for each in line if unicodedata.category(each) not in _HIDDEN)
    return "".join(each if has(each) else LACKING for each in seen)


def width(words: str, size: float) -> float:
    """How wide the words are, in the unit of `size`."""
    return sum(_advance(each) for each in words) * size


@lru_cache(maxsize=16_384)
def _advance(character: str) -> float:
    font = _font()
    font.set_size(_MEASURED_AT, 72)
    return (
        float(font.load_char(ord(character), LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / _MEASURED_AT
    )


def fitted(words: str, size: float, room: float) -> str:
    """The words, literal, without their middle if they are too wide: names differ at their ends."""
    line = literal(words)
    if width(line, size) <= room:
        return line
    kept = len(line) - 1
    while kept > 0 and width(_without_middle(line, kept), size) > room:
        kept -= 1
    return _without_middle(line, kept)


def _without_middle(line: str, kept: int) -> str:
    ahead = (kept + 1) // 2
    return line[:ahead].rstrip() + GAP + line[len(line) - (kept - ahead) :].lstrip()


def wrapped(words: str, size: float, room: float) -> list[str]:
    """The words on one line or on two; without their middle if two are too few."""
    line = literal(words)
    if width(line, size) <= room:
        return [line]
    cut = len(line)
    while width(line[:cut], size) > room:
        cut -= 1
    return [line[:cut], fitted(line[cut:], size, room)]
