"""Whether a word is a part of a name but for one wrong, missing or surplus character.

Numerals are never the slip: 一期 and 二期 are two things, and so are 106国道 and 107国道.
"""

from handlers.oneline.folding import NUMERALS


def one_slip(word: str, name: str) -> bool:
    sizes = (len(word), len(word) + 1, len(word) - 1)
    parts = (name[at : at + size] for size in sizes for at in range(len(name) - size + 1))
    return any(_apart_by_one(word, part) for part in parts)


def _apart_by_one(one: str, other: str) -> bool:
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if same is None:
        same = min(len(one), len(other))
    skip_one, skip_other = len(one) >= len(other), len(other) >= len(one)
    differing = one[same : same + skip_one] + other[same : same + skip_other]
    if any(letter.isdigit() or letter in NUMERALS for letter in differing):
        return False
    return one[same + skip_one :] == other[same + skip_other :]
