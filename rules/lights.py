"""灯色 (lights): how a project stands by the city's rules, and why.

Rule 1  Everything is compared as whole numbers and fractions; what is rounded is only what is said.
Rule 2  A project has the worst colour that a rule gives it. Where none gives yellow or red, it is green only if nothing
        that a rule asks for is unknown: what was not reported is not green.
Rule 3  A rule that asks for several months in a row counts back from the month that is judged, over the turn of the
        year too, each month by the plan of its own year. A month without figures ends the row.
Rule 4  Paused, ended and exempt (灯色豁免) projects are not judged, a project that is not to start yet neither. Only
        figures and milestones make green; that no problem is overdue says nothing of how a project goes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import takewhile
from typing import Any

from rules.book import Edge, LightRule
from rules.kinds import Light, Measure, Pace, PeriodKind, ProjectKind, ProjectState
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


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one rule says. Without a light it is not known, or there is nothing to judge (`unknown` False).

    `reached`: an edge was, if only that of a notice.
    """

    light: Light | None
    why: Why
    unknown: bool = False
    reached: bool = False


def judge(rules: Sequence[LightRule], project: Standing) -> Judged:
    """The light of a project by these rules."""
    if not_judged := _not_judged(project):
        return Judged(None, not_judged)
    found = [_MEASURED[rule.measure](rule, project) for rule in rules]
    decided = _decisive(found)
    if decided is None:
        return Judged(None, Why("", About.NOTHING))
    also = tuple(each.why for each in found if each.reached and each is not decided)
    return Judged(decided.light, replace(decided.why, also=also))


def _decisive(found: Sequence[_Finding]) -> _Finding | None:
    """The finding that makes the light: the worst; then what is not known; then what is in order (rule 2)."""
    order: tuple[Callable[[_Finding], bool], ...] = (
        lambda each: each.light is Light.RED,
        lambda each: each.light is Light.YELLOW,
        lambda each: each.unknown,
        lambda each: each.light is Light.GREEN,
        lambda each: each.why.about != About.NOTHING,
    )
    return next((each for fits in order for each in found if fits(each)), None)


def _not_judged(project: Standing) -> Why | None:
    if project.state is not ProjectState.ACTIVE:
        return Why("", About.PAUSED if project.state is ProjectState.PAUSED else About.ENDED)
    if project.exempt is not None and project.exempt >= project.today:
        return Why("", About.EXEMPT, {"until": project.exempt.isoformat()})
    return None


# Money


def time_share(month: Period, pace: Pace, start: date | None, finish: date | None) -> Fraction:
    """序时进度 at the end of a month: what share of the year's work should be done.

    By its own pace a project has the months of the year from its planned start to its planned finish.
    """
    first, last = 1, 12
    if pace is Pace.OWN:
        if start is not None and start.year == month.year:
            first = start.month
        if finish is not None and finish.year == month.year and finish.month >= first:
            last = finish.month
    return Fraction(min(max(month.number - first + 1, 0), last - first + 1), last - first + 1)


def behind_points(done: int, plan: int, time: Fraction) -> Fraction:
    """By how many percentage points the share of the year plan is behind 序时; negative: ahead."""
    return 100 * (time - Fraction(done, plan))


def behind_percent(done: int, plan: int, time: Fraction) -> Fraction:
    """What is missing of the plan to date, in per cent of it; negative: more than planned."""
    return 100 * (1 - Fraction(done) / (plan * time)) if time else Fraction(0)


_OF_MONEY = {Measure.BEHIND_POINTS: behind_points, Measure.BEHIND_PERCENT: behind_percent}


def _money(rule: LightRule, project: Standing) -> _Finding:
    if project.kind is ProjectKind.PRELIMINARY or not project.reports or not project.start_actual:
        return _nothing(rule)
    if unknown := _unknown_money(project):
        return _Finding(None, Why(rule.key, unknown.about, unknown.numbers), unknown=True)
    row = list(_row_of_months(project.figures))
    behind = _OF_MONEY[rule.measure]
    times = [_time(rule, project, each.month) for each in row]
    values = [behind(each.done, each.plan, time) for each, time in zip(row, times, strict=True)]
    newest, time = row[0], times[0]
    numbers: dict[str, Number] = {
        "month": str(newest.month), "done": newest.done, "plan": newest.plan,
        "elapsed": time.numerator, "of": time.denominator,
    }  # fmt: skip
    return _coloured(rule, values, numbers, lambda months: row[months - 1].month)


def _unknown_money(project: Standing) -> Why | None:
    """Why the figures of the newest month are not known."""
    if project.missed is not None:
        return Why("", About.MISSING, {"month": str(project.missed)})
    if not project.figures:
        return Why("", About.NO_FIGURES)
    if not project.figures[-1].plan:
        return Why("", About.NO_PLAN, {"year": project.figures[-1].month.year})
    return None


def _row_of_months(figures: Sequence[MonthDone]) -> Iterator[MonthDone]:
    """The months with figures and a plan, from the newest back to the first gap."""
    following: Period | None = None
    for each in reversed(figures):
        if not each.plan or (following is not None and each.month.next() != following):
            return
        yield each
        following = each.month


def _time(rule: LightRule, project: Standing, month: Period) -> Fraction:
    begins = project.start_planned or project.start_actual
    return time_share(month, rule.pace or Pace.YEAR, begins, project.finish_planned)


# Start


def _start(rule: LightRule, project: Standing) -> _Finding:
    if project.kind is ProjectKind.PRELIMINARY:
        return _nothing(rule)
    if project.start_actual is not None:
        return _nothing(rule)
    if project.start_planned is None:
        return _Finding(None, Why(rule.key, About.NO_START), unknown=True)
    month, planned = project.month, Period.of(PeriodKind.MONTH, project.start_planned)
    overdue = _months_from(planned, month)
    if overdue < 1 or project.start_planned >= project.today:
        return _Finding(None, Why(rule.key, About.TO_START, {"day": project.start_planned.isoformat()}))
    values = [Fraction(each) for each in range(overdue, 0, -1)]
    numbers: dict[str, Number] = {
        "month": str(month), "planned": project.start_planned.isoformat(),
    }  # fmt: skip
    return _coloured(rule, values, numbers, lambda months: _back(month, months - 1))


def _months_from(first: Period, last: Period) -> int:
    """How many months there are, both counted."""
    return (last.year - first.year) * 12 + last.number - first.number + 1


def _back(month: Period, months: int) -> Period:
    for _ in range(months):
        month = month.previous()
    return month


# Days


def _milestones(rule: LightRule, project: Standing) -> _Finding:
    if not project.milestones:
        return _nothing(rule)
    found = _days(rule, project, project.late)
    if found.light is Light.GREEN and project.kind is ProjectKind.PRELIMINARY and project.missed:
        missing = Why(rule.key, About.MISSING, {"month": str(project.missed)})
        return _Finding(None, missing, unknown=True)
    return found


def _problems(rule: LightRule, project: Standing) -> _Finding:
    found = _days(rule, project, project.problems)
    if found.light is not Light.GREEN:
        return found
    # That none is overdue, or not long, says nothing of how the project goes.
    return replace(found, light=None, why=found.why if found.reached else Why(rule.key, About.NOTHING))


def _days(rule: LightRule, project: Standing, overdue: Sequence[Overdue]) -> _Finding:
    past = [each for each in overdue if each.day < project.today]
    if not past:
        return _Finding(Light.GREEN, Why(rule.key, rule.measure))
    oldest = min(past, key=lambda each: each.day)
    days = Fraction((project.today - oldest.day).days)
    return _coloured(rule, [days], {"name": oldest.name, "day": oldest.day.isoformat()}, None)


# Edges


def _coloured(
    rule: LightRule,
    values: Sequence[Fraction],
    numbers: dict[str, Number],
    began: Callable[[int], Period] | None,
) -> _Finding:
    """The worst colour whose edge the values have reached, the newest first, for as many months as it asks.

    `began` gives the month in which a row of so many months began.
    """
    for light, edge in ((Light.RED, rule.red), (Light.YELLOW, rule.yellow), (Light.GREEN, rule.notice)):
        if edge is None or (months := _months_in_a_row(edge, values)) < edge.months:
            continue
        if began is not None:
            numbers |= {"months": months, "since": str(began(months))}
        if edge.follows:
            numbers |= {"follows": edge.follows}
        return _Finding(light, Why(rule.key, rule.measure, numbers), reached=True)
    return _Finding(Light.GREEN, Why(rule.key, rule.measure, numbers))


def _months_in_a_row(edge: Edge, values: Sequence[Fraction]) -> int:
    return len(list(takewhile(lambda value: reaches(edge, value), values)))


def reaches(edge: Edge, value: Fraction) -> bool:
    bound = Fraction(edge.bound)
    return value > bound if edge.more_than is not None else value >= bound


def _nothing(rule: LightRule) -> _Finding:
    return _Finding(None, Why(rule.key, About.NOTHING))


_MEASURED: Mapping[Measure, Callable[[LightRule, Standing], _Finding]] = {
    Measure.BEHIND_POINTS: _money,
    Measure.BEHIND_PERCENT: _money,
    Measure.START_MONTHS: _start,
    Measure.MILESTONE_DAYS: _milestones,
    Measure.PROBLEM_DAYS: _problems,
}
