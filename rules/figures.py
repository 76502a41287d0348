"""Figures (完整率, 及时率, 年初累计, 开工累计) from whole numbers: counts of duties, amounts in yuan.

Rule 1  A percentage is one division of two sums, never the mean or the sum of rounded ones: tallies are added
        up first.
Rule 2  Expected (应报) is what is neither exempt (免报) nor void (不适用). What provably reached nobody (送达异常)
        stays in completeness and leaves timeliness altogether: nobody is called late for it.
Rule 3  Until every duty has its state for good the figures are provisional: what is still owed counts as not
        there yet.
Rule 4  A month counts once. What is filed later for a month that was made up for comes out of what was made up, as
        far as that goes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rules.kinds import DutyState

_OWING = (DutyState.OPEN, DutyState.OVERDUE)


@dataclass(frozen=True, slots=True)
class Tally:
    """Duties counted by how they stand. Upcoming ones (未到期) are in none of the counts."""

    on_time: int = 0
    late: int = 0
    missed: int = 0
    owing: int = 0  # 待报, overdue or not
    undelivered: int = 0  # 送达异常, filed or not
    undelivered_filed: int = 0
    excused: int = 0  # 免报 and 不适用
    provisional: bool = False

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.on_time + other.on_time,
            self.late + other.late,
            self.missed + other.missed,
            self.owing + other.owing,
            self.undelivered + other.undelivered,
            self.undelivered_filed + other.undelivered_filed,
            self.excused + other.excused,
            self.provisional or other.provisional,
        )

    @property
    def expected(self) -> int:
        """应报."""
        return self.on_time + self.late + self.missed + self.owing + self.undelivered

    @property
    def filed(self) -> int:
        """已报."""
        return self.on_time + self.late + self.undelivered_filed

    @property
    def completeness(self) -> Fraction | None:
        """完整率: filed of expected; None if nothing is expected."""
        return Fraction(self.filed, self.expected) if self.expected else None

    @property
    def timeliness(self) -> Fraction | None:
        """及时率: on time of what is expected and was delivered; None if that is nothing."""
        delivered = self.expected - self.undelivered
        return Fraction(self.on_time, delivered) if delivered else None


def tally(state: DutyState, *, filed: bool, final: bool) -> Tally:
    """One duty. `final`: its state was written at the close."""
    return Tally(
        on_time=int(state is DutyState.ON_TIME),
        late=int(state is DutyState.LATE),
        missed=int(state is DutyState.MISSED),
        owing=int(state in _OWING),
        undelivered=int(state is DutyState.UNDELIVERED),
        undelivered_filed=int(state is DutyState.UNDELIVERED and filed),
        excused=int(state in (DutyState.EXEMPT, DutyState.VOID)),
        provisional=not final and state is not DutyState.UPCOMING,
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """What was done before the first report, as of the end of `month` (2012-02), in yuan."""

    month: str
    year: int
    total: int


@dataclass(frozen=True, slots=True)
class Cumulative:
    """年初累计 and 开工累计 in yuan, the month itself included."""

    year: int
    total: int


@dataclass(frozen=True, slots=True)
class Added:
    """What a report of a month (2012-03) says was done, in yuan: its amount, and what it makes up for (补记).

    `made_up_for` are the months that had no report when it stated what they had done: `made_up_total`, of which
    `made_up_year` in its own year.
    """

    month: str
    amount: int
    made_up_year: int = 0
    made_up_total: int = 0
    made_up_for: tuple[str, ...] = ()


def cumulate(opening: Opening, reports: Iterable[Added]) -> Iterator[Cumulative | None]:
    """The cumulatives after each of a project's reports, given from the first month to the last.

    None for a month that the opening figures already contain: what stood after it is not known.
    """
    year, total, at = opening.year, opening.total, opening.month
    counted: dict[str, Cumulative] = {}
    for report in reports:
        if report.month <= opening.month:
            yield None
            continue
        adds = counted[report.month] = _adds(report, counted)
        year = adds.year + (year if report.month[:4] == at[:4] else 0)
        total, at = total + adds.total, report.month
        yield Cumulative(year, total)


def _adds(report: Added, counted: Mapping[str, Cumulative]) -> Cumulative:
    """What a report adds to the year and in all, after the months before it were `counted`."""
    filed_since = {month: counted[month] for month in report.made_up_for if month in counted}
    in_year = sum(each.year for month, each in filed_since.items() if month[:4] == report.month[:4])
    in_all = sum(each.total for each in filed_since.values())
    return Cumulative(
        report.amount + max(0, report.made_up_year - in_year),
        report.amount + max(0, report.made_up_total - in_all),
    )
