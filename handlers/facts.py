"""What a conversation may know: loaded fresh each turn, frozen. Money in yuan, dates already written out."""

from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.desk_facts import DeskFacts
from handlers.digest_facts import DigestFacts, ReviewFacts
from handlers.order_facts import OrderFacts
from handlers.registry_facts import RegistryFacts
from handlers.words import Words
from handlers.work_facts import WorkFacts
from rules.book import MoneyGuard
from rules.kinds import DutyKind, ProjectKind, Role, Severity
from rules.scope import Part

BRIEF = 12  # characters


@dataclass(frozen=True, slots=True)
class PersonFacts:
    id: int
    name: str
    unit_id: int
    unit: str
    roles: frozenset[Role] = frozenset()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """A report that stands: its receipt, who filed it, and what it said.

    returned  why the office gave it back, empty if it did not; `mend` names the questions to be answered anew
    """

    receipt: str
    name: str
    amount: int | None = None
    progress: str = ""
    stage: str = ""
    photos: int = 0  # of all its versions: photos once filed stay with the report
    next_plan: str = ""
    coordination: str = ""
    carried: bool = False
    backfill_year: int = 0
    backfill_total: int = 0
    backfilled: tuple[str, ...] = ()  # the months that those make up for
    returned: str = ""
    mend: tuple[str, ...] = ()
    version: int = 1
    started: date | None = None
    because: str = ""  # why it has not started
    milestones: tuple[tuple[int, date | None, str], ...] = ()  # id, done, or why it is not


@dataclass(frozen=True, slots=True)
class MilestoneFacts:
    """A milestone that has fallen due in this period or before it and is not done, or that this period's report
    speaks of: done, or why not.
    """

    id: int
    name: str
    planned: date
    done: date | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project of the person. Investment figures are cumulative before this period's report.

    period      the open monthly period (2012-03), empty when none is open; `period_name` as people say it
    filed       this period's report, if one stands
    last        last period's report, if one stands
    unmoved     同上月 may be said of it (decisions: 6)
    started     it has begun; if not, `because` is why, as said last
    contained   the opening cumulatives hold this month already, so that nothing follows from its amount
    missing     months before this one for which nothing was reported, so that the cumulatives do not follow
    """

    id: int
    number: int
    name: str
    kind: ProjectKind
    initials: str = ""
    total_investment: int = 0
    year_plan: int = 0
    year_done: int = 0
    total_done: int = 0
    contained: bool = False
    period: str = ""
    period_name: str = ""
    filed: Filed | None = None
    last: Filed | None = None
    unmoved: bool = False
    started: bool = True
    because: str = ""
    milestones: tuple[MilestoneFacts, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """A problem of the person's projects that is open, or said to be solved (`solved`) and taken up again.

    times, days  the how-manieth report it is by now, and how long ago the first was
    due          until when a word on it is owed, written out; empty if none is
    """

    id: int
    project_id: int
    project: str
    severity: Severity
    category: str  # its key
    category_name: str
    what: str
    times: int = 1
    days: int = 0
    solved: bool = False
    due: str = ""
    overdue: bool = False

    @property
    def number(self) -> str:
        return f"W{self.id}"

    @property
    def brief(self) -> str:
        """Enough of what it is about to know it again on a button."""
        return self.what if len(self.what) <= BRIEF else f"{self.what[: BRIEF - 1]}…"


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """A problem of which the person may take note."""

    id: int
    project: str
    brief: str

    @property
    def number(self) -> str:
        return f"W{self.id}"


@dataclass(frozen=True, slots=True)
class NearbyProblem:
    """A problem that another unit has filed on the project's parent or sub-project, and what is said of it."""

    number: str
    said: str  # 管网工程有问题 W3（征拆，3月2日报）


@dataclass(frozen=True, slots=True)
class ZeroFacts:
    """A project in the open half-year: free for a zero, reported, or barred by problems.

    barred_by  each problem with its reason: W3（征拆，3月2日报）
    flat       the last two months that were reported, if nothing was spent in either (2012-05, 2012-06)
    nearby     problems of others on its parent or sub-projects
    red        why its light is red, in words, and by which rule; empty if it is not
    """

    project_id: int
    name: str
    receipt: str = ""
    barred_by: tuple[str, ...] = ()
    flat: tuple[str, ...] = ()
    nearby: tuple[NearbyProblem, ...] = ()
    red: str = ""
    red_rule: str = ""

    @property
    def is_doubted(self) -> bool:
        return bool(self.flat or self.nearby or self.red)

    @property
    def can_be_given(self) -> bool:
        return not self.receipt and not self.barred_by


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty that is open: what, until when (written out)."""

    kind: DutyKind
    project_id: int
    project: str
    period: str
    period_name: str
    due: str
    closes: str
    overdue: bool
    returned: bool = False
    instead_of: str = ""  # 代班: who is away and would report it


@dataclass(frozen=True, slots=True)
class Sent:
    receipt: str
    project: str
    period_name: str
    kind: DutyKind


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything at hand in a turn; a loader fills what the script needs and leaves the rest empty."""

    words: Words
    person: PersonFacts
    now: datetime | None = None  # when it was said, in the city's zone; for who asks about moments
    today: date = date.min
    guard: MoneyGuard | None = None  # bounds for amounts; None: nothing is doubted
    projects: tuple[ProjectFacts, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()  # id, name
    loose_media: tuple[int, ...] = ()
    most_media: int = 20  # photos and files with one report
    longest: int = 1000  # characters of one description
    alerted: dict[int, tuple[str, ...]] = field(
        default_factory=dict
    )  # project id -> names told of a major problem
    threads: tuple[ThreadFacts, ...] = ()

    alerts: tuple[AlertFacts, ...] = ()
    departments: tuple[tuple[int, str], ...] = ()  # units to which a problem can be passed on: id, name

    zero_period: str = ""
    zero_period_name: str = ""
    zeros: tuple[ZeroFacts, ...] = ()

    owed: tuple[Owed, ...] = ()
    sent: tuple[Sent, ...] = ()
    burden: tuple[int, int, int] | None = None  # this month: messages unasked, questions, own inputs
    away: tuple[tuple[str, str], ...] = ()  # the person's own leaves: which days, who stands in
    next_opening: str = ""  # when the next report of the kind asked for opens, written out
    next_kind: DutyKind = DutyKind.PROGRESS

    work: WorkFacts = field(default_factory=WorkFacts)
    part: Part = Part.REPORTS
    waiting: tuple[tuple[int, str], ...] = ()  # major problems that nobody has taken note of: id, in words

    desk: DeskFacts = field(default_factory=DeskFacts)
    orders: OrderFacts = field(default_factory=OrderFacts)
    registry: RegistryFacts = field(default_factory=RegistryFacts)
    digest: DigestFacts = field(default_factory=DigestFacts)
    review: ReviewFacts = field(default_factory=ReviewFacts)
