"""Many names laid out as one text, so that any part of any of them is found by searching once.

Names are folded (`handlers/oneline/folding.py`), so no name holds the line break that parts them. They are
spoken of by their place in the list that was given.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from handlers.oneline.folding import splits_a_number


class Names:
    def __init__(self, names: Sequence[str]) -> None:
        self.listed = tuple(names)
        self._begins: list[int] = []
        at = 1
        for name in names:
            self._begins.append(at)
            at += len(name) + 1
        self._all = "\n" + "\n".join(names) + "\n"
        self._pairs = frozenset(map("".join, zip(self._all, self._all[1:], strict=False)))
        self._same: dict[str, set[int]] = {}
        for place, name in enumerate(names):
            self._same.setdefault(name, set()).add(place)

    def same(self, letters: str) -> frozenset[int]:
        """The names that are just these letters."""
        return frozenset(self._same.get(letters, ()))

    def holding(self, letters: str) -> frozenset[int]:
        """The names of which these letters are a part that cuts no number in two."""
        return frozenset(self._name_at(at) for at in self._places(letters) if not self._cuts(letters, at))

    def having(self, letters: str) -> frozenset[int]:
        """The names in which these letters stand anyhow."""
        return frozenset(self._name_at(at) for at in self._places(letters))

    def _name_at(self, at: int) -> int:
        return bisect_right(self._begins, at) - 1

    def _places(self, letters: str) -> Iterator[int]:
        at = self._all.find(letters)
        while at >= 0:
            yield at
            at = self._all.find(letters, at + 1)

    def _cuts(self, letters: str, at: int) -> bool:
        before, after = self._all[at - 1], self._all[at + len(letters)]
        return splits_a_number(before, letters[0]) or splits_a_number(letters[-1], after)

    def longest(self, letters: str, begin: int) -> int:
        """How many letters from there on stand in some name; 0 if not even two do."""
        if letters[begin : begin + 2] not in self._pairs:
            return 0
        # Wherever a longer part stands, the shorter one stands too: the search never goes back.
        at, end = 0, begin + 2
        while end <= len(letters) and (at := self._all.find(letters[begin:end], at)) >= 0:
            end += 1
        return end - 1 - begin
