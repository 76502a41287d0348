"""How a row of the ledger is written and hashed. Pure; docs/ledger.md says the same to strangers."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

GENESIS = "0" * 64
DRAWN = "draw_root"  # the act by which a day's root stands in the city's chain


class Head(NamedTuple):
    """The last row of a chain."""

    chain: str
    place: int
    hash: str


def canonical(chain: str, place: int, at: datetime, who: str, act: str, facts: Mapping[str, object]) -> str:
    """The text that is hashed: JSON with sorted keys and no spaces, the moment in UTC."""
    fields = {
        "chain": chain,
        "place": place,
        "at": at.astimezone(UTC).isoformat(),
        "who": who,
        "act": act,
        "facts": facts,
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(previous: str, text: str) -> str:
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def heads_text(heads: Iterable[Head]) -> str:
    """What a root is the hash of: a line for each chain, by name."""
    return "\n".join(f"{head.chain} {head.place} {head.hash}" for head in heads)


def root_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rows_in(heads: str) -> int:
    """How many rows a text of heads stands for: the places of its chains, added up."""
    return sum(int(line.split(" ")[1]) for line in heads.split("\n") if line)
