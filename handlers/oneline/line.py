"""What a report in one line may mean, what it says, and what must still be asked. Only values."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from handlers.oneline.figures import Figure
from rules.kinds import Severity


@dataclass(frozen=True, slots=True)
class Known:
    """A project that a line may mean. `initials` as `rules.initials` writes them; `short` are other names."""

    id: int
    number: int
    name: str
    initials: str = ""
    short: tuple[str, ...] = ()


class How(StrEnum):
    """How a project was found."""

    NAME = "name"  # its whole name, or a whole short name
    NUMBER = "number"
    PART = "part"
    PIECES = "pieces"  # parts of the name in their order
    INITIALS = "initials"
    WITHIN = "within"  # a part of what may be another name (新城北水厂, 城北水厂三期): only a candidate
    SLIP = "slip"  # one character off: only a candidate


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` names one of `projects`, the shortest name first; more than one: it can mean any."""

    start: int
    end: int
    projects: tuple[Known, ...]
    how: How

    @property
    def sure(self) -> bool:
        return len(self.projects) == 1 and self.how not in (How.WITHIN, How.SLIP)


class Kind(StrEnum):
    PROGRESS = "progress"
    SAME = "same"  # 同上月
    ISSUE = "issue"
    ZERO = "zero"  # 零报告


class Doubt(StrEnum):
    """What must be asked before a line can be filed."""

    PROJECT = "project"  # several could be meant, or its name has a slip
    PROJECTS = "projects"  # the line names a second project
    AMOUNT = "amount"  # see `candidates`
    PERCENT = "percent"  # two percents
    SAME = "same"  # 同上月, and yet something else
    TOO_MUCH = "too_much"  # 形象170%, see `too_much`
    KIND = "kind"  # told as progress, but it sounds like a problem


class Why(StrEnum):
    """Why a line is no report."""

    NO_PROJECT = "no_project"
    NOTHING_SAID = "nothing_said"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class NoReport:
    why: Why


@dataclass(frozen=True, slots=True)
class Line:
    """What a line reports. Amounts in yuan.

    amount      what was completed this month; None if unsaid or unclear
    written     that amount as it was written
    candidates  the amounts of which one may be this month's, if it is unclear
    month       the month that the line names for it (1-12)
    percent     how far the whole project is (形象进度)
    started     开工了 (True), 还没开工 (False), or not said
    text        what remains: the progress in words
    problem     what the line calls a problem, in words
    issue       whether it calls something a problem, perhaps beside its figures
    wish        where help is asked for in so many words (请协调), beside figures
    totals      cumulatives, which are not taken: they follow from the months
    too_much    percents above 100, as they are written
    others      further projects that it names
    days        the dates that it names, whether there are such days or not
    """

    kind: Kind
    mention: Mention
    amount: int | None = None
    written: str = ""
    candidates: tuple[Figure, ...] = ()
    month: int | None = None
    percent: Decimal | None = None
    started: bool | None = None
    text: str = ""
    problem: str = ""
    severity: Severity | None = None
    issue: bool = False
    wish: str = ""
    totals: tuple[Figure, ...] = ()
    too_much: tuple[str, ...] = ()
    others: tuple[Known, ...] = ()
    days: tuple[str, ...] = ()
    doubts: frozenset[Doubt] = frozenset()

    @property
    def projects(self) -> tuple[Known, ...]:
        return self.mention.projects
