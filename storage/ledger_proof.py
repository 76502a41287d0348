"""Whether a ledger holds, from its lines alone: without the database, the settings or the network.

Rule 1  Every row is hashed anew and must follow from the one before it in its chain; every day's root must stand for
        rows that are there, and must itself stand in the city's chain.
Rule 2  What does not hold is named by chain, place and line: changed, missing, inserted, or out of its place.
Rule 3  Whoever can write into the database can write a whole new ending. Only a root that was told outside, the anchor,
        shows that; without one the verdict says that the tail is unchecked.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from storage.ledger_faults import Row, faults_of
from storage.ledger_file import BETWEEN_HEADS, MAGIC
from storage.ledger_hashes import DRAWN, GENESIS, Head, heads_text, link, root_hash, rows_in

Lines = Callable[[], Iterable[str]]  # read once, and once more if a chain does not hold
SHORTEST = 8  # digits of an anchor; fewer would fit by chance


class Anchor(NamedTuple):
    """What was told outside: the first digits of a root, how many rows it stood for; either may be unknown."""

    head: str = ""
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`anchored` is how many rows the anchor vouches for; None without one."""

    rows: int
    chains: int
    roots: int
    head: str
    faults: tuple[str, ...]
    anchored: int | None

    @property
    def holds(self) -> bool:
        return not self.faults


@dataclass(slots=True)
class _Chain:
    place: int = 0
    hash: str = GENESIS
    broken: bool = False


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    rows: int = 0
    chain: str = ""  # of the newest row; chains come by name
    ended: bool = False
    chains: dict[str, _Chain] = field(default_factory=dict)
    roots: dict[str, tuple[str, str]] = field(default_factory=dict)  # day -> hash and heads
    said: dict[tuple[str, int], dict[str, str]] = field(
        default_factory=dict
    )  # row -> hash -> day of the root
    drawn: dict[str, str] = field(default_factory=dict)  # day -> hash, by the city's chain
    faults: list[str] = field(default_factory=list)

    @property
    def heads(self) -> list[Head]:
        found = sorted(self.chains.items())
        return [Head(name, chain.place, chain.hash) for name, chain in found]


def check(lines: Lines, anchor: Anchor = Anchor()) -> Verdict:  # noqa: B008 - it is frozen
    """Reads all of it and judges."""
    reading = _Reading()
    for number, line in enumerate(lines(), 1):
        _take(reading, number, line)
    if not reading.ended:
        reading.faults.append("the last line is missing: the file was cut off")
    broken = {name for name, chain in reading.chains.items() if chain.broken}
    if broken:
        reading.faults += faults_of(row for row in _rows(lines) if row.chain in broken)
    reading.faults += _roots_without_rows(reading)
    head = root_hash(heads_text(reading.heads))
    anchored = _anchored(reading, head, anchor)
    return Verdict(
        reading.rows, len(reading.chains), len(reading.roots), head, tuple(reading.faults), anchored
    )


def _take(reading: _Reading, number: int, line: str) -> None:
    kind, _, rest = line.partition("\t")
    if number == 1 or reading.ended:
        if line != MAGIC or reading.ended:
            reading.faults.append(
                f"line {number}: found {line[:40]!r}; expected {MAGIC!r} first, nothing after the end"
            )
    elif kind == "row" and (row := read_row(number, rest)) is not None:
        _take_row(reading, row)
    elif kind == "root" and rest.count("\t") == 2:
        _take_root(reading, number, *rest.split("\t"))
    elif kind == "end" and rest.count("\t") == 1:
        _take_end(reading, *rest.split("\t"))
    else:
        reading.faults.append(f"line {number}: it is no row that can be read; it was changed")


def read_row(number: int, rest: str) -> Row | None:
    hashed, _, rest = rest.partition("\t")
    previous, _, text = rest.partition("\t")
    try:
        said = json.loads(text)
        chain, place = said["chain"], said["place"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(chain, str) or type(place) is not int:
        return None
    drawn = said.get("facts") if said.get("act") == DRAWN else None
    return Row(number, chain, place, previous, hashed, link(previous, text) == hashed, drawn)


def _take_row(reading: _Reading, row: Row) -> None:
    if row.chain < reading.chain:
        reading.faults.append(f"{row.named}: it stands among the rows of {reading.chain}")
    reading.chain = row.chain
    chain = reading.chains.setdefault(row.chain, _Chain())
    if not row.sound or row.place != chain.place + 1 or row.previous != chain.hash:
        chain.broken = True
    chain.place, chain.hash = row.place, row.hash
    reading.rows += 1
    if (said := reading.said.get((row.chain, row.place))) is not None:
        said.pop(row.hash, None)  # what is left at the end stood there once, or never
    if row.drawn is not None:
        _take_drawn(reading, row.line, row.drawn)


def _take_drawn(reading: _Reading, number: int, facts: object) -> None:
    if isinstance(facts, dict) and isinstance(facts.get("day"), str):
        reading.drawn[facts["day"]] = str(facts.get("root"))
    else:
        reading.faults.append(f"line {number}: it names no root; it was changed")


def _take_root(reading: _Reading, number: int, day: str, hashed: str, heads: str) -> None:
    text = heads.replace(BETWEEN_HEADS, "\n")
    if root_hash(text) != hashed:
        reading.faults.append(f"line {number}: the root of {day} is not that of its heads; it was changed")
        return
    if day <= (newest := max(reading.roots, default="")):
        reading.faults.append(
            f"line {number}: the root of {day} stands after that of {newest}; it is out of its place"
        )
    reading.roots[day] = hashed, text
    for each in text.split("\n") if text else ():
        chain, place, said = each.split(" ")
        reading.said.setdefault((chain, int(place)), {}).setdefault(said, day)


def _take_end(reading: _Reading, rows: str, head: str) -> None:
    reading.ended = True
    if rows != str(reading.rows):
        reading.faults.append(f"the file says that it has {rows} rows; found {reading.rows}")
    elif head != root_hash(heads_text(reading.heads)):
        reading.faults.append("the last line is not that of these rows")


def _rows(lines: Lines) -> Iterator[Row]:
    for number, line in enumerate(lines(), 1):
        kind, _, rest = line.partition("\t")
        if kind == "row" and (row := read_row(number, rest)) is not None:
            yield row


def _roots_without_rows(reading: _Reading) -> Iterator[str]:
    for (chain, place), said in reading.said.items():
        there = reading.chains[chain].place if chain in reading.chains else 0
        for day in said.values():
            if place > there:
                yield f"{chain} places {there + 1} to {place}: missing; they were there for the root of {day}"
            else:
                yield f"{chain} place {place}: another row was there for the root of {day}; one was written anew"
    yield from _roots_not_drawn(reading)


def _roots_not_drawn(reading: _Reading) -> Iterator[str]:
    """Roots and the city's chain must say the same; roots older than that custom stand for themselves."""
    for day, hashed in reading.drawn.items():
        if reading.roots.get(day, ("",))[0] != hashed:
            yield f"the root of {day}: missing or changed; the city's chain says {hashed}"
    since = min(reading.drawn, default="9999")
    for day in reading.roots:
        if day > since and day not in reading.drawn:
            yield f"the root of {day}: inserted; the city's chain has none"


def _anchored(reading: _Reading, head: str, anchor: Anchor) -> int | None:
    """How many rows the anchor stands for; what does not agree with it is a fault."""
    wanted = anchor.head.lower()
    if not wanted:
        if anchor.rows is not None and reading.rows < anchor.rows:
            reading.faults.append(
                f"found {reading.rows} rows, expected at least {anchor.rows}: the tail was cut"
            )
        return None
    found = [rows_in(text) for hashed, text in reading.roots.values() if hashed.startswith(wanted)]
    if head.startswith(wanted):
        found = [reading.rows]
    if not found:
        reading.faults.append(
            f"no root of this ledger is {anchor.head}: what it stood for was changed or cut, or another ledger is meant"
        )
        return 0
    if anchor.rows is not None and anchor.rows not in found:
        reading.faults.append(f"the root {anchor.head} stands for {found[0]} rows, expected {anchor.rows}")
    return max(found)
