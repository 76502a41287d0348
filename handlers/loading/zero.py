"""Facts for 零报告."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row

from handlers.facts import Facts, NearbyProblem, ZeroFacts
from handlers.loading.base import Loading, by_name
from handlers.loading.threads import reason
from handlers.moments import day
from rules.kinds import DutyKind, Light
from rules.light_words import briefly
from rules.periods import Period, span
from storage import doubts, duties, issues, lights
from storage import rules as stored_rules
from storage.issues import Bar
from storage.rules import InForce
from storage.tables.reporting import Duty


@dataclass(frozen=True, slots=True)
class _Half:
    """The open zeros of one half-year; one of an older half-year may stand unlocked beside the newest."""

    period: Period
    span: tuple[datetime, datetime]
    rows: "list[Row[Duty, str]]"
    barred: Mapping[int, tuple[Bar, ...]]

    @property
    def can_be_given(self) -> bool:
        return any(duty.report_id is None and duty.project_id not in self.barred for duty, _ in self.rows)


def zero(loading: Loading) -> Facts:
    """The oldest half-year of which something can still be given, unless the talk has chosen projects of another.

    `among` narrows the projects to some.
    """
    rows = duties.zeros_of(loading.session, loading.person.id, loading.now, loading.today)
    among = loading.answers.get("among")
    rows = [row for row in rows if among is None or str(row[0].project_id) in among]
    words, person = loading.city.words, loading.person
    if not rows:
        coming = duties.next_of(loading.session, person.id, loading.now, loading.today, DutyKind.ZERO)
        name = Period.parse(coming.period).chinese if coming else ""
        opens = day(coming.opens, loading.city.zone) if coming else ""
        return Facts(words, person, projects=by_name(loading), zero_period_name=name, next_opening=opens)
    halves = [_half(loading, period, rows) for period in sorted({duty.period for duty, _ in rows})]
    to_give = [half for half in halves if half.can_be_given]
    chosen = [half for half in to_give if f"projects@{half.period}" in loading.answers]
    half = next(iter([*chosen, *to_give]), halves[-1])
    return _facts(loading, half)


def _half(loading: Loading, period: str, rows: "list[Row[Duty, str]]") -> _Half:
    own = [row for row in rows if row[0].period == period]
    half = span(Period.parse(period), loading.city.zone)
    barred = issues.barring(loading.session, [duty.project_id for duty, _ in own], *half)
    return _Half(Period.parse(period), half, own, barred)


def _facts(loading: Loading, half: _Half) -> Facts:
    period, rules = half.period, stored_rules.in_force(loading.session)
    ids = [duty.project_id for duty, _ in half.rows]
    flat, nearby = doubts.flat(loading.session, ids, period), _nearby(loading, rules, ids, half.span)
    red = _red(loading, ids)
    zeros = (
        ZeroFacts(
            duty.project_id,
            name,
            f"J{duty.report_id}" if duty.report_id else "",
            tuple(reason(loading.city, rules, bar) for bar in half.barred.get(duty.project_id, ())),
            flat.get(duty.project_id, ()),
            tuple(nearby[duty.project_id]),
            *red.get(duty.project_id, ("", "")),
        )
        for duty, name in half.rows
    )
    return Facts(
        loading.city.words,
        loading.person,
        zero_period=str(period),
        zero_period_name=period.chinese,
        zeros=tuple(zeros),
    )


def _red(loading: Loading, ids: list[int]) -> dict[int, tuple[str, str]]:
    """Why their lights are red, and by which rule."""
    return {
        project: (briefly(light.why, loading.today), light.why.rule)
        for project, light in lights.current(loading.session, ids).items()
        if light.light is Light.RED
    }


def _nearby(
    loading: Loading, rules: InForce, ids: list[int], span: tuple[datetime, datetime]
) -> dict[int, list[NearbyProblem]]:
    found: dict[int, list[NearbyProblem]] = defaultdict(list)
    for row in doubts.nearby(loading.session, ids, *span):
        said = loading.city.words.zero_nearby.format(
            where=row.where, reason=reason(loading.city, rules, Bar(row.issue_id, row.category, row.filed))
        )
        found[row.project_id].append(NearbyProblem(f"W{row.issue_id}", said))
    return found
