"""What is wrong with a chain that does not hold, row by row: changed, missing, inserted, out of its place.

A row may be several of these; each is said. Chains are looked at whole, in the order in which their rows stand.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from storage.ledger_hashes import GENESIS


class Row(NamedTuple):
    """A row as it stands in a line; `sound`: its hash is that of its text. `drawn` are the facts of a root."""

    line: int
    chain: str
    place: int
    previous: str
    hash: str
    sound: bool
    drawn: object = None

    @property
    def named(self) -> str:
        return f"{self.chain} place {self.place} (line {self.line})"


def faults_of(rows: Iterable[Row]) -> list[str]:
    """The faults of these chains, each in a sentence."""
    chains = defaultdict[str, list[Row]](list)
    for row in rows:
        chains[row.chain].append(row)
    return [fault for chain in sorted(chains) for fault in _of_chain(chain, chains[chain])]


def _of_chain(chain: str, rows: Sequence[Row]) -> Iterator[str]:
    yield from (f"{row.named}: changed; its hash is not that of its text" for row in rows if not row.sound)
    at_place = defaultdict[int, list[Row]](list)
    for row in rows:
        at_place[row.place].append(row)
    yield from _missing(chain, sorted(at_place))
    inserted = {row.line for row in _inserted(at_place)}
    yield from (
        f"{row.named}: inserted; its place stands more than once" for row in rows if row.line in inserted
    )
    yield from _out_of_place([row for row in rows if row.line not in inserted])
    yield from _written_anew(at_place)


def _missing(chain: str, places: Sequence[int]) -> Iterator[str]:
    for before, place in zip((0, *places), places, strict=False):
        if place > before + 1:
            which = f"place {place - 1}" if place == before + 2 else f"places {before + 1} to {place - 1}"
            yield f"{chain} {which}: missing"


def _inserted(at_place: dict[int, list[Row]]) -> Iterator[Row]:
    """Of several rows of one place, all but the one that the next row follows; without that, all but the first."""
    for place, rows in at_place.items():
        if len(rows) > 1:
            followed = {row.previous for row in at_place.get(place + 1, ())}
            true = next((row for row in rows if row.sound and row.hash in followed), rows[0])
            yield from (row for row in rows if row is not true)


def _out_of_place(rows: Sequence[Row]) -> Iterator[str]:
    """The rows that must be taken out for the others to stand in order; where only two changed places, that is said."""
    wrong = [row for row, right in zip(rows, sorted(rows, key=_place), strict=True) if row is not right]
    if len(wrong) == 2:
        yield f"{wrong[0].named} and {wrong[1].named}: swapped"
        return
    standing = _longest_in_order([row.place for row in rows])
    yield from (f"{row.named}: out of its place" for at, row in enumerate(rows) if at not in standing)


def _place(row: Row) -> int:
    return row.place


def _longest_in_order(places: Sequence[int]) -> set[int]:
    """The positions of a longest rising run, not necessarily without gaps."""
    ends, before = list[int](), dict[int, int | None]()
    for at, place in enumerate(places):
        length = bisect_left(ends, place, key=lambda position: places[position])
        before[at] = ends[length - 1] if length else None
        ends[length : length + 1] = [at]
    found, position = set[int](), ends[-1] if ends else None
    while position is not None:
        found.add(position)
        position = before[position]
    return found


def _written_anew(at_place: dict[int, list[Row]]) -> Iterator[str]:
    """Where a row names another hash than that of the row before: the one before was written anew, hash and all."""
    for place in sorted(at_place):
        hashes = {row.hash for row in at_place.get(place - 1, ())} if place > 1 else {GENESIS}
        for row in at_place[place]:
            if hashes and row.previous not in hashes:
                yield f"{row.named}: it does not follow from the row before; one of the two was written anew"
