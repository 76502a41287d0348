"""What the conversations about orders (督办单) may know."""

from dataclasses import dataclass, field
from datetime import date

from rules.kinds import OrderKind, OrderStep
from rules.orders import Needs
from rules.workdays import Calendar


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A step that the person may take on an order now; `needs` is what it must be told."""

    order_id: int
    kind: OrderKind
    step: OrderStep
    label: str
    needs: Needs | None

    @property
    def id(self) -> str:
        return f"{self.order_id}.{self.step}"

    @property
    def number(self) -> str:
        return f"D{self.order_id}"


@dataclass(frozen=True, slots=True)
class DueMilestone:
    """A milestone near or past its day, without an order that is open. `what` and `until` are its order's."""

    id: int
    label: str
    what: str
    project_id: int
    unit_id: int
    until: date


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """refusal    why the step that was named cannot be taken
    lines        what is open, a line each
    units        who may receive an order, the likely ones first
    leads        those of them that lead others' problems (牵头部门)
    earliest     the first day that a limit may be
    named, until, by_default   what the words of a new order say: the receiver, the limit, and that it is the usual one
    among        what may be drawn from: key, name; `candidates` how many the chosen one has
    """

    office: bool = False
    refusal: str = ""
    items: tuple[OrderItem, ...] = ()
    lines: tuple[str, ...] = ()
    units: tuple[tuple[int, str], ...] = ()
    leads: frozenset[int] = frozenset()
    earliest: date = date.min
    calendar: Calendar = field(default_factory=Calendar)

    named: int | None = None
    until: date | None = None

    milestones: tuple[DueMilestone, ...] = ()
    milestone_days: int = 0

    among: tuple[tuple[str, str], ...] = ()
    candidates: int = 0
    most: int = 0
    spot_due: str = ""
    results: tuple[str, ...] = ()  # a title and a line for each project of the newest draw
