"""台帐: appending to the hash chain, and checking it.

Rule 1  hash = SHA-256(previous hash + newline + canonical text); the first row of a chain follows 64 zeros.
Rule 2  one chain per unit (`unit:3`), one for the city (`city`); a place in a chain is used once.
Rule 3  what may have to be erased (names, telephone numbers) enters only as a salted hash.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from storage.prepared import Change, Query
from storage.tables.ledger import CityFact, LedgerRoot, LedgerRow

GENESIS = "0" * 64
SECRET = "ledger secret"  # noqa: S105 - only its name; its loss makes every sealed name unreadable and breaks no chain


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


_TABLE = LedgerRow.metadata.tables["ledger"]
_ledger = _TABLE.c
_HEAD = Query(
    select(_ledger.place, _ledger.hash)
    .where(_ledger.chain == bindparam("chain"))
    .order_by(_ledger.place.desc())
    .limit(1),
    lambda place, link: (place, link),
)
_APPEND = Change(insert(_TABLE))


def append(
    session: Session, *, chain: str, who: str, act: str, facts: Mapping[str, object], now: datetime
) -> None:
    """Adds one act to the end of a chain, in the caller's transaction. `who` is person:5, office or system."""
    last, previous = _HEAD.first(session, chain=chain) or (0, GENESIS)
    place = last + 1
    text = canonical(chain, place, now, who, act, facts)
    _APPEND.run(
        session, chain=chain, place=place, at=now, canonical=text, previous=previous,
        hash=link(previous, text),
    )  # fmt: skip


_root = LedgerRoot.__table__.c
_ROOT = Query(select(_root.day).where(_root.day == bindparam("on_day")), lambda day: day)


def has_root(session: Session, day: date) -> bool:
    """Whether the day's root was drawn."""
    return _ROOT.first(session, on_day=day) is not None


class Head(NamedTuple):
    """The last row of a chain."""

    chain: str
    place: int
    hash: str


def heads(session: Session) -> list[Head]:
    """The heads of all chains, by name: from chain to chain along the index, without the rows in between."""
    chains = select(func.min(LedgerRow.chain).label("chain")).cte("chains", recursive=True)
    following = select(func.min(LedgerRow.chain)).where(LedgerRow.chain > chains.c.chain).correlate(chains)
    chains = chains.union_all(select(following.scalar_subquery()).where(chains.c.chain.is_not(None)))
    last = select(func.max(LedgerRow.place)).where(LedgerRow.chain == chains.c.chain).correlate(chains)
    rows = session.execute(
        select(LedgerRow.chain, LedgerRow.place, LedgerRow.hash)
        .join(chains, (LedgerRow.chain == chains.c.chain) & (LedgerRow.place == last.scalar_subquery()))
        .order_by(LedgerRow.chain)
    )
    return [Head(*row) for row in rows]


_fact = CityFact.__table__.c
_SECRET = Query(select(_fact.value).where(_fact.name == bindparam("name")), str)


def sealed(session: Session, text: str) -> str:
    """A name, a number or a text as it may stand in the ledger: comparable, but nothing without the city's secret."""
    secret = _SECRET.first(session, name=SECRET)
    if secret is None:
        secret = secrets.token_hex(32)
        session.add(CityFact(name=SECRET, value=secret))
        session.flush()
    return hmac.new(bytes.fromhex(secret), text.encode(), hashlib.sha256).hexdigest()


def breaks(rows: Iterable[LedgerRow]) -> list[str]:
    """Every place where the chains do not hold, in words; rows must come ordered by chain and place."""
    found: list[str] = []
    chain, place, previous = "", 0, GENESIS
    for row in rows:
        if row.chain != chain:
            chain, place, previous = row.chain, 0, GENESIS
        if row.place != place + 1:
            found.append(f"{row.chain}: found place {row.place}, expected {place + 1}")
        if row.previous != previous or row.hash != link(previous, row.canonical):
            found.append(f"{row.chain} place {row.place}: the hash does not follow from the row before")
        place, previous = row.place, row.hash
    return found


def verify(session: Session) -> list[str]:
    """Checks every chain of the database; an empty list means that all hold."""
    return breaks(session.scalars(select(LedgerRow).order_by(LedgerRow.chain, LedgerRow.place)))
