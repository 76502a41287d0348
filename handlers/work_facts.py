"""What a conversation about a problem's life may know (问题办理), and what it is to find out."""

from dataclasses import dataclass
from datetime import date

from rules.issue_life import Ask
from rules.kinds import IssueStep


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A step that the person may take on a problem now; `ask` is what it needs to be told."""

    issue_id: int
    step: IssueStep
    label: str
    line: str  # the problem in a line
    ask: Ask | None

    @property
    def id(self) -> str:
        return f"{self.issue_id}.{self.step}"

    @property
    def number(self) -> str:
        return f"W{self.issue_id}"


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """`refusal`: why the step that was asked for cannot be taken.

    units    to whom a problem may be given, the one that the rules name first
    leads    those of them that lead others' problems (牵头部门)
    due      its limit (written out), or the day of the category's limit where it has none yet
    earliest, latest   between which days a new limit may be
    """

    items: tuple[WorkItem, ...] = ()
    refusal: str = ""
    units: tuple[tuple[int, str], ...] = ()
    leads: frozenset[int] = frozenset()
    due: str = ""
    earliest: date = date.min
    latest: date = date.max
    by_rule: date | None = None
