"""The rules in force: rows, one per version ever taken; what is open keeps the version it was opened under."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.book import Book, default_text, load
from storage.prepared import Query
from storage.tables.ledger import RulesVersion


@dataclass(frozen=True, slots=True)
class InForce:
    version: int
    book: Book


@lru_cache(maxsize=8)
def _parsed(text: str) -> Book:
    return load(text)


_rules = RulesVersion.__table__.c
_NEWEST = Query(
    select(_rules.id, _rules.text).order_by(_rules.id.desc()).limit(1), lambda version, text: (version, text)
)


def in_force(session: Session) -> InForce:
    """The newest version. Raises LookupError in a database where none was ever taken."""
    newest = _NEWEST.first(session)
    if newest is None:
        raise LookupError("no rules in force; `take` was never called on this database")
    version, text = newest
    return InForce(version, _parsed(text))


def take(session: Session, text: str | None, now: datetime) -> int:
    """Takes a rules text (None: the defaults) into force unless it already is; returns the version."""
    wanted = default_text() if text is None else text
    load(wanted)
    digest = hashlib.sha256(wanted.encode()).hexdigest()
    newest = session.execute(
        select(RulesVersion.id, RulesVersion.sha256).order_by(RulesVersion.id.desc()).limit(1)
    ).first()
    if newest is not None and newest.sha256 == digest:
        return int(newest.id)
    row = RulesVersion(taken=now, text=wanted, sha256=digest)
    session.add(row)
    session.flush()
    return row.id
