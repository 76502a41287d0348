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
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import takewhile

from rules.book import Edge, LightRule
from rules.kinds import Light, Measure, Pace, PeriodKind, ProjectKind, ProjectState
from rules.light_facts import About, Judged, MonthDone, Number, Overdue, Standing, Why
from rules.periods import Period


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
    if project.completed:
        return _Finding(None, Why(rule.key, About.COMPLETED))
    if unknown := _unknown_money(project):
        return _Finding(None, Why(rule.key, unknown.about, unknown.numbers), unknown=True)
    newest = project.figures[-1]
    time = _time(rule, project, newest.month)
    numbers: dict[str, Number] = {
        "month": str(newest.month), "done": newest.done, "plan": newest.plan,
        "elapsed": time.numerator, "of": time.denominator,
    }  # fmt: skip
    return _coloured(rule, lambda: _behind(rule, project), numbers, newest.month)


def _behind(rule: LightRule, project: Standing) -> Iterator[Fraction]:
    """How far the project was behind, from the newest month back to the first gap."""
    behind = _OF_MONEY[rule.measure]
    for each in _row_of_months(project.figures):
        yield behind(each.done, each.plan, _time(rule, project, each.month))


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
    numbers: dict[str, Number] = {
        "month": str(month), "planned": project.start_planned.isoformat(),
    }  # fmt: skip
    return _coloured(rule, lambda: map(Fraction, range(overdue, 0, -1)), numbers, month)


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
    return _coloured(rule, lambda: iter([days]), {"name": oldest.name, "day": oldest.day.isoformat()}, None)


# Edges


def _coloured(
    rule: LightRule,
    values: Callable[[], Iterator[Fraction]],
    numbers: dict[str, Number],
    newest: Period | None,
) -> _Finding:
    """The worst colour whose edge the values have reached, the newest first, for as many months as it asks.

    Values are worked out only as far back as an edge looks. `newest` is the month of the first; None if they are days.
    """
    for light, edge in ((Light.RED, rule.red), (Light.YELLOW, rule.yellow), (Light.GREEN, rule.notice)):
        if edge is None or (months := _months_in_a_row(edge, values())) < edge.months:
            continue
        if newest is not None:
            numbers |= {"months": months, "since": str(_back(newest, months - 1))}
        if edge.follows:
            numbers |= {"follows": edge.follows}
        return _Finding(light, Why(rule.key, rule.measure, numbers), reached=True)
    return _Finding(Light.GREEN, Why(rule.key, rule.measure, numbers))


def _months_in_a_row(edge: Edge, values: Iterator[Fraction]) -> int:
    return sum(1 for _ in takewhile(lambda value: reaches(edge, value), values))


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
