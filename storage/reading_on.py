"""How far a reader has come along rows that are numbered in order, but may show themselves out of it.

On PostgreSQL a row gets its number when it is written and is seen at the commit: of two that are written at the same
time the later number may be seen first. Whoever remembered only the highest number would pass the other row over for
ever. So numbers that were missing are remembered too, until every transaction that ran then has ended.
On SQLite nobody writes beside us: nothing that is missing ever comes.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

# What was run again gives its numbers up: they are missing too, a few at a time. More than so many were never given.
MOST_MISSING = 1_000
# Who takes a number with the very first thing that they write gets the id of their transaction a moment later.
A_MOMENT = 100


@dataclass(frozen=True, slots=True)
class Place:
    """All up to `through` was read, but for what is `missing`; that may come until transaction `until` begins."""

    through: int
    missing: tuple[int, ...] = ()
    until: int = 0

    @classmethod
    def of_text(cls, text: str) -> "Place":
        through, *more = text.split()
        return cls(int(through), tuple(map(int, more[1:])), int(more[0])) if more else cls(int(through))

    def __str__(self) -> str:
        return " ".join(
            map(str, (self.through, self.until, *self.missing) if self.missing else (self.through,))
        )


def moved(session: Session, place: Place, found: Collection[int]) -> Place:
    """Where the reader is now, having found these: of what was missing, and beyond `through`."""
    through = max(place.through, *found) if found else place.through
    fresh = sorted(set(range(place.through + 1, through)) - set(found))[-MOST_MISSING:]
    old = [each for each in place.missing if each not in found]
    if not fresh and not old:
        return Place(through)
    oldest_running, newest = _transactions(session)
    if old and oldest_running >= place.until:
        old = []
    if not fresh:
        return Place(through, tuple(old), place.until) if old else Place(through)
    return Place(through, (*old, *fresh), newest + A_MOMENT) if newest else Place(through)


def _transactions(session: Session) -> tuple[int, int]:
    """The oldest that runs, and the next that will, as this transaction's snapshot has it; zeros on SQLite."""
    if session.get_bind().dialect.name == "sqlite":
        return 0, 0
    snapshot = select(func.pg_current_snapshot().label("now")).subquery().c.now
    oldest, following = session.execute(
        select(func.pg_snapshot_xmin(snapshot), func.pg_snapshot_xmax(snapshot))
    ).one()
    return int(oldest), int(following)
