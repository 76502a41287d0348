"""The rules in force: rows, one per version ever taken; what is open keeps the version it was opened under."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from rules.book import Book, default_book, default_text, load
from rules.changes import changes
from storage import ledger
from storage.prepared import Query
from storage.tables.base import Instant
from storage.tables.ledger import RulesVersion


@dataclass(frozen=True, slots=True)
class InForce:
    version: int
    book: Book


class Taken(NamedTuple):
    version: int
    text: str


@lru_cache(maxsize=8)
def _parsed(text: str) -> Book:
    return load(text)


_rules = RulesVersion.__table__.c
_NEWEST = Query(select(_rules.id, _rules.text).order_by(_rules.id.desc()).limit(1), Taken)

_AT = Query(
    select(_rules.text)
    .where(_rules.taken <= bindparam("moment", type_=Instant()))
    .order_by(_rules.id.desc())
    .limit(1),
    str,
)
_FIRST = Query(select(_rules.text).order_by(_rules.id).limit(1), str)


def newest(session: Session) -> InForce | None:
    """The newest version; None in a database where none was ever taken."""
    row = _NEWEST.first(session)
    return InForce(row.version, _parsed(row.text)) if row else None


def in_force(session: Session) -> InForce:
    """The newest version. Raises LookupError in a database where none was ever taken."""
    rules = newest(session)
    if rules is None:
        raise LookupError("no rules in force; `take` was never called on this database")
    return rules


def book_at(session: Session, moment: datetime) -> Book:
    """The rules that were in force at a moment: what opened then keeps them. Before the first version, those of it."""
    found = _AT.first(session, moment=moment) or _FIRST.first(session)
    if found is None:
        raise LookupError("no rules in force; `take` was never called on this database")
    return _parsed(found)


def take(session: Session, text: str | None, now: datetime) -> int:
    """Takes a rules text (None: the defaults) into force unless it already is; returns the version.

    What changed stands in the city's ledger; before the first version the defaults were in force.
    """
    wanted = default_text() if text is None else text
    book = load(wanted)
    standing = _NEWEST.first(session)
    if standing is not None and standing.text == wanted:
        return standing.version
    row = RulesVersion(taken=now, text=wanted, sha256=hashlib.sha256(wanted.encode()).hexdigest())
    session.add(row)
    session.flush()
    changed = changes(_parsed(standing.text) if standing else default_book(), book)
    ledger.append(
        session, chain="city", who="system", act="take_rules", now=now,
        facts={"version": row.id, "sha256": row.sha256, "changes": [asdict(change) for change in changed]},
    )  # fmt: skip
    return row.id
