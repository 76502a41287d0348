"""Why a file is not kept, as its sender is told it."""

import math
from collections.abc import Callable

from handlers.words import Words

MB = 1024 * 1024
Sentence = Callable[[Words], str]


class Unkeepable(Exception):  # noqa: N818 - it is a fact about the file
    """A file that is not kept. `sentence` says what was found, what is taken and what to do."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence(Words()))
        self.sentence = sentence


def too_large(found: int | None, allowed: int) -> Unkeepable:
    """`found` and `allowed` in bytes; None where the platform only says that it is more."""
    most = f"{allowed // MB}MB"
    # Rounded up, so that 20.01 MB does not read as the 20 MB that are allowed.
    size = f"{most}以上" if found is None else f"{math.ceil(found * 10 / MB) / 10:g}MB"
    return Unkeepable(lambda words: words.media_too_large.format(found=size, allowed=most))
