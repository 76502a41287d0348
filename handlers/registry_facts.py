"""What conversations about the registry may know: people, units, what a change would do. Frozen, loaded afresh."""

from dataclasses import dataclass, field
from datetime import date

from rules.kinds import Role


@dataclass(frozen=True, slots=True)
class Someone:
    """A person to choose; `roles` as far as the question at hand needs them."""

    id: int
    name: str
    unit_id: int
    unit: str
    phone: str = ""
    roles: frozenset[Role] = frozenset()
    bound: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}（{self.unit}）"


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """A workbook that waits. `seen` is the digest of the plan that was shown, `digest` of the plan as it is now."""

    id: int
    name: str
    summary: str
    digest: str
    seen: str = ""
    ok: bool = True
    changes_nothing: bool = False


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What the change at hand would do; errors in words."""

    errors: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A role in which the chosen person answers for projects: id and name of each."""

    role: Role
    projects: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Appointment:
    """A secretary's, current or to come."""

    id: int
    secretary: str
    leader: str


@dataclass(frozen=True, slots=True)
class LeaveFacts:
    """A leave that stands or is to come, written out."""

    id: int
    name: str
    days: str  # 7月1日至7月10日


@dataclass(frozen=True, slots=True)
class RegistryFacts:
    """A loader fills what its script asks about.

    office, heads  what the sender is: of the office; 一把手 or 分管领导 of their unit
    current        the chosen row's fields as they are registered, as text
    duties_of      projects that the chosen person answers for
    """

    today: date = date.min
    office: bool = False
    heads: bool = False
    people: tuple[Someone, ...] = ()
    others: tuple[Someone, ...] = ()  # whom something may pass to
    units: tuple[tuple[int, str], ...] = ()
    projects: tuple[tuple[int, int, str], ...] = ()  # id, number, name
    current: dict[str, str] = field(default_factory=dict)
    change: ChangeFacts | None = None
    workbook: WorkbookFacts | None = None
    held: tuple[Held, ...] = ()
    duties_of: int = 0
    packet: int | None = None  # the hand-over that waits for this person's word
    appointments: tuple[Appointment, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    leaves: tuple[LeaveFacts, ...] = ()  # that the sender may end
    against: str = ""  # what speaks against the leave at hand
    owed: tuple[str, ...] = ()  # what falls due in it
    covers: tuple[str, ...] = ()  # for whom the person themselves stands in then
