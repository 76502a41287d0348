"""一月一讲评: how units are ranked by a month's figures.

Rule 1  The measure is the share of the year plan less the time progress (months/12), in unrounded points; the best
        first. Of equals the one with the higher completeness (完整率) stands first, then the higher timeliness
        (及时率); units that are equal in all three share a place, and the next place is as many further on
        (1, 2, 2, 4).
Rule 2  A unit without a year plan has no place, and is listed after the others by name: nothing can be behind a plan
        that there is not. A unit that has no project and owed nothing in the month is not listed at all.
Rule 3  Who reported nothing of what was owed has no place either: its share is of older money, and no merit. It is
        listed after those who have one, in the same order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rules import pace
from rules.figures import Tally


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """A unit's month. Money in yuan since 1 January; `oldest` is the age in days of its oldest open problem."""

    unit_id: int
    unit: str
    projects: int
    duties: Tally
    done: int
    plan: int
    opened: int = 0
    closed: int = 0
    open: int = 0
    oldest: int = 0

    @property
    def share(self) -> Fraction | None:
        return pace.share(self.done, self.plan)

    @property
    def is_silent(self) -> bool:
        """Whether it has reported nothing of what it owed (完整率 0)."""
        return self.duties.completeness == 0

    @property
    def is_empty(self) -> bool:
        return not self.projects and not self.duties.expected and not self.open


@dataclass(frozen=True, slots=True)
class Placed:
    """`place` is None without a year plan or a report; `ahead` is the share less the time progress."""

    place: int | None
    row: UnitMonth
    ahead: Fraction | None


def rank(rows: Sequence[UnitMonth], time: Fraction) -> list[Placed]:
    listed = [row for row in rows if not row.is_empty]
    planned = sorted(
        (row for row in listed if row.share is not None), key=lambda row: (_key(row), row.unit_id)
    )
    placed: list[Placed] = []
    for position, row in enumerate((row for row in planned if not row.is_silent), start=1):
        before = placed[-1] if placed else None
        tied = before is not None and _key(before.row) == _key(row)
        placed.append(Placed(before.place if before and tied else position, row, _ahead(row, time)))
    without = sorted((row for row in listed if row.share is None), key=lambda row: row.unit)
    silent = [Placed(None, row, _ahead(row, time)) for row in planned if row.is_silent]
    return placed + silent + [Placed(None, row, None) for row in without]


def _ahead(row: UnitMonth, time: Fraction) -> Fraction | None:
    return pace.ahead(row.done, row.plan, time)


def _key(row: UnitMonth) -> tuple[Fraction, Fraction, Fraction]:
    """The smallest is the best. The time progress is the same for all, so that the share alone decides."""
    rates = (row.share, row.duties.completeness, row.duties.timeliness)
    first, second, third = (Fraction(0) if rate is None else -rate for rate in rates)
    return first, second, third
