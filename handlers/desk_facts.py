"""What the conversations of the office (市项目办) may know. Dates and states are written out, as people say them."""

from dataclasses import dataclass, field
from datetime import date

from rules.kinds import DutyKind


@dataclass(frozen=True, slots=True)
class Found:
    """A project (or unit) that may be chosen."""

    id: int
    number: int
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Choosable:
    """What a search has found. `searched` is what was typed; `more`: there are others than these."""

    items: tuple[Found, ...] = ()
    searched: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A report that stands and can be returned."""

    id: int
    period_name: str
    name: str  # of who filed it
    filed: str
    said: str
    preliminary: bool = False  # it reports a stage instead of an amount

    @property
    def receipt(self) -> str:
        return f"J{self.id}"


@dataclass(frozen=True, slots=True)
class DeskDuty:
    """A duty of the chosen project.

    subject  the problem on which a word is owed (W3), empty for other kinds
    filed    it closed with a report that counts
    stays    it is owed even if the project leaves the list today
    """

    id: int
    kind: DutyKind
    period: str
    period_name: str
    closes: str
    exempt_because: str = ""
    is_exempt: bool = False
    stays: bool = True
    subject: str = ""
    filed: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who reports for a project, with the telephone number.

    away  who is on leave: whom this one stands in for, or they themselves if nobody stands in
    """

    id: int
    name: str
    phone: str
    away: str = ""


@dataclass(frozen=True, slots=True)
class UnitBurden:
    """What people of a unit got unasked this month, and how often they were asked (median)."""

    unit: str
    median: int
    highest: int
    questions: int


@dataclass(frozen=True, slots=True)
class BurdenFacts:
    """This month's burden: the units with the most burdened first; name, unit and messages of who is above the cap."""

    month: str
    cap: int
    units: tuple[UnitBurden, ...] = ()
    above: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """An open period: what is expected, what came. `units` are those that still owe: id, name, how many."""

    kind: DutyKind
    period_name: str
    due: str
    expected: int
    reported: int
    late: int
    units: tuple[tuple[int, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Debtor:
    """A project that still owes, and whom to telephone."""

    unit: str
    project: str
    kind: DutyKind
    period_name: str
    callers: tuple[Caller, ...] = ()
    subject: str = ""  # as of a DeskDuty


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """office: whether the person is of the office; heads: the unit that the person leads, empty if none."""

    office: bool = False
    heads: str = ""
    today: date = date.min

    choosable: Choosable = field(default_factory=Choosable)
    units: Choosable = field(default_factory=Choosable)
    reports: tuple[Standing, ...] = ()
    duties: tuple[DeskDuty, ...] = ()
    callers: tuple[Caller, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()  # days until when to unlock (2012-04-12), as they are called
    last_hour: str = ""  # of such a day
    mend_by: str = ""
    off_list_because: str = ""
    owes_from: str = ""  # the first period that a resumed project owes
    light: str = ""  # of the chosen project, with its reason
    exempt_until: str = ""  # 灯色豁免, if it has one
    exempt_because: str = ""

    periods: tuple[PeriodFigures, ...] = ()
    debtors: tuple[Debtor, ...] = ()
    not_shown: int = 0  # debtors beyond those
    page: int = 0  # of the units that owe
    audience: int = 0  # how many people a notice is for
    unreachable: int = 0  # of those, whom no channel reaches
    burden: BurdenFacts | None = None
