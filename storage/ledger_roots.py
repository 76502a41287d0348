"""The day's root: one hash over the heads of all chains, by which whoever knows it can tell that no row was touched.

Rule 1  A root is drawn once a day and told outside: in digests and to the admins
        (`reminders/anchoring.py`), and into a file (`bot/anchoring.py`).
Rule 2  Drawing it is itself an act in the city's chain, so that no root can be changed or taken away unseen.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage import ledger
from storage.ledger_hashes import DRAWN, heads_text, root_hash, rows_in
from storage.prepared import Query
from storage.tables.ledger import LedgerRoot

# So many digits are printed where people read: a forger who could try 2^32 ledgers in minutes cannot try 2^64.
PRINTED = 16

_root = LedgerRoot.__table__.c
_OF_DAY = Query(select(_root.day).where(_root.day == bindparam("on_day")), lambda day: day)


class Root(NamedTuple):
    """A day's root and how many rows it stands for."""

    day: date
    hash: str
    rows: int

    @property
    def printed(self) -> str:
        return self.hash[:PRINTED]


_NEWEST = Query(
    select(_root.day, _root.hash, _root.heads).order_by(_root.day.desc()).limit(1),
    lambda day, root, heads: Root(day, root, rows_in(heads)),
)


def has_root(session: Session, day: date) -> bool:
    """Whether the day's root was drawn."""
    return _OF_DAY.first(session, on_day=day) is not None


def newest(session: Session) -> Root | None:
    return _NEWEST.first(session)


def after(session: Session, day: date) -> Iterable[Root]:
    """The roots drawn after that day, in their order."""
    found = session.execute(
        select(_root.day, _root.hash, _root.heads).where(_root.day > day).order_by(_root.day)
    )
    return (Root(row.day, row.hash, rows_in(row.heads)) for row in found)


def draw(session: Session, day: date, now: datetime) -> Root:
    """One hash over the heads of all chains as they stand."""
    heads = heads_text(ledger.heads(session))
    drawn = root_hash(heads)
    session.add(LedgerRoot(day=day, heads=heads, hash=drawn, at=now))
    session.flush()
    facts = {"day": day.isoformat(), "root": drawn, "rows": rows_in(heads)}
    ledger.append(session, chain="city", who="system", act=DRAWN, facts=facts, now=now)
    return Root(day, drawn, rows_in(heads))
