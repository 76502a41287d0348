"""Two clocks (decisions: 22): the city's (duties, periods, texts, ledger) and the machine's (leases, retries, rates).

They differ only in the try-out, where the city's is moved forward by an offset that the database remembers.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from storage.tables.ledger import CityFact

OFFSET = "clock_offset_seconds"


class Timed(Protocol):
    """What tells both times, and one that never jumps."""

    def city(self) -> datetime: ...

    def machine(self) -> datetime: ...

    def monotonic(self) -> float: ...


class Clock:
    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    def city(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def machine(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    @property
    def moved(self) -> timedelta:
        return self._offset

    def set_offset(self, offset: timedelta) -> None:
        """After the offset was stored. Backwards is refused: what has happened would be ahead."""
        if offset < self._offset:
            raise ValueError(
                f"the city's clock goes forward only: found {offset}, expected at least {self._offset}"
            )
        self._offset = offset


def stored_offset(session: Session) -> timedelta | None:
    """How far the city's clock is ahead of (or behind) the machine's; None if it was never moved."""
    row = session.get(CityFact, OFFSET)
    return timedelta(seconds=float(row.value)) if row else None


def store_offset(session: Session, offset: timedelta) -> None:
    session.merge(CityFact(name=OFFSET, value=str(offset.total_seconds())))
