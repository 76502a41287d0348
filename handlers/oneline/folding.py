"""A text as names are compared in it: letters and digits only, each with its place in the text."""

import unicodedata
from dataclasses import dataclass

NUMERALS = "零〇一二三四五六七八九十百千两"


@dataclass(frozen=True, slots=True)
class Folded:
    """`letters[i]` came from `text[places[i]]`; what stood between the letters is left out."""

    letters: str
    places: tuple[int, ...]

    def joined(self, at: int) -> bool:
        """Whether nothing stood between this letter and the one before it."""
        return 0 < at < len(self.letters) and self.places[at] - self.places[at - 1] <= 1


def fold(text: str) -> Folded:
    letters, places = [], []
    for place, sign in enumerate(text):
        for letter in _folded(sign):
            letters.append(letter)
            places.append(place)
    return Folded("".join(letters), tuple(places))


def _folded(sign: str) -> str:
    if "\u4e00" <= sign <= "\u9fff":
        return sign
    return "".join(each for each in unicodedata.normalize("NFKC", sign).casefold() if each.isalnum())


def splits_a_number(left: str, right: str) -> bool:
    """Whether two neighbouring letters belong to one number: 1 and 3 in 地铁13号线."""
    return (left.isdigit() and right.isdigit()) or (left in NUMERALS and right in NUMERALS)
