"""The moment a sweep works at: what every step of it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reminders.reach import Reach
from storage.rules import InForce

# Rows a transaction: with their ledger rows about 20 ms of writing (decisions: 24).
SLICE = 40


def one_slice() -> bool:
    """Each slice a transaction of its own: where turns wait meanwhile."""
    return True


@dataclass(frozen=True, slots=True)
class Moment:
    """`now` on the city clock; `said` is the moment up to which everything that was said has been taken.

    `enough` is asked after each slice whether this transaction has had its share.
    """

    now: datetime
    said: datetime
    zone: ZoneInfo
    reach: Reach
    rules: InForce
    enough: Callable[[], bool] = one_slice

    def day_ahead(self, limit: datetime) -> str:
        """The day of a limit as it is said: with its year where that is not the running one."""
        local, year = limit.astimezone(self.zone), self.now.astimezone(self.zone).year
        said = f"{local.month}月{local.day}日"
        return said if local.year == year else f"{local.year}年{said}"
