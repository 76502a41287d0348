"""What is known of a project for its light, and what comes of it, as frozen values: whole numbers, days and months."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from rules.kinds import Light, ProjectKind, ProjectState
from rules.periods import Period

Number = int | str  # a string is a name, a day (2012-06-30) or a month (2012-03)


class About(StrEnum):
    """What a light is about where no measure decided it."""

    PAUSED = "paused"
    ENDED = "ended"
    EXEMPT = "exempt"
    MISSING = "missing"  # a month was not reported
    NO_FIGURES = "no_figures"  # none was ever reported, nor are there opening figures
    NO_PLAN = "no_plan"
    NO_START = "no_start"  # not started, and it is not known when it is to
    COMPLETED = "completed"  # built: what is left to be paid is behind nothing
    TO_START = "to_start"  # not started, and not to yet
    NOTHING = "nothing"  # no rule has anything to judge


@dataclass(frozen=True, slots=True)
class Why:
    """What decided a light: the rule's key (empty: none), what it is about, and numbers from which all is said exactly.

    `about` is a value of Measure or About; `also` is what other rules found that is to be said beside it. How many
    days something is overdue is not among the numbers, but its day: the reason would be another one every day.
    """

    rule: str
    about: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    also: tuple["Why", ...] = ()

    def as_json(self) -> dict[str, Any]:
        also = {"also": [each.as_json() for each in self.also]} if self.also else {}
        return {"rule": self.rule, "about": self.about, "numbers": dict(self.numbers), **also}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Why":
        also = tuple(cls.of_json(each) for each in kept.get("also", ()))
        return cls(kept["rule"], kept["about"], kept["numbers"], also)


@dataclass(frozen=True, slots=True)
class MonthDone:
    """年初累计 as of the end of a month, and the plan of its year, in yuan. Plan 0: there is none."""

    month: Period
    done: int
    plan: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """A milestone by its planned day, or a problem by the last day of its limit."""

    name: str
    day: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one project on a day.

    closed      the newest month whose reports are closed, or that the project has reported
    missed      the newest month that was not reported (未报), if nothing newer was
    figures     by month, the newest last; what counts of them is a row without gaps that ends with the newest
    milestones  whether it has any; `late` are those that are planned and not done
    problems    open ones by their limits
    exempt      灯色豁免: until which day
    """

    today: date
    closed: Period
    state: ProjectState
    kind: ProjectKind
    figures: tuple[MonthDone, ...] = ()
    missed: Period | None = None
    reports: bool = True  # False: a sub-project that reports nothing itself
    completed: bool = False
    start_planned: date | None = None
    start_actual: date | None = None
    finish_planned: date | None = None
    milestones: bool = False
    late: tuple[Overdue, ...] = ()
    problems: tuple[Overdue, ...] = ()
    exempt: date | None = None

    @property
    def month(self) -> Period:
        """As of whose end it is judged."""
        return max([self.closed, *(each.month for each in self.figures)], key=lambda month: month.first_day)


@dataclass(frozen=True, slots=True)
class Judged:
    """A light and why. None: nothing is known, or the project is not judged."""

    light: Light | None
    why: Why
