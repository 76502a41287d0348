"""Facts for 零报告."""

from collections import defaultdict
from datetime import datetime

from handlers.facts import Facts, NearbyProblem, ZeroFacts
from handlers.loading.base import Loading, by_name
from handlers.loading.threads import reason
from handlers.moments import day
from rules.kinds import DutyKind
from rules.periods import Period, span
from storage import doubts, duties, issues
from storage import rules as stored_rules
from storage.issues import Bar
from storage.rules import InForce


def zero(loading: Loading) -> Facts:
    rows = duties.zeros_of(loading.session, loading.person.id, loading.now, loading.today)
    words, person = loading.city.words, loading.person
    if not rows:
        coming = duties.next_of(loading.session, person.id, loading.now, loading.today, DutyKind.ZERO)
        name = Period.parse(coming.period).chinese if coming else ""
        opens = day(coming.opens, loading.city.zone) if coming else ""
        return Facts(words, person, projects=by_name(loading), zero_period_name=name, next_opening=opens)
    period = Period.parse(rows[0][0].period)
    ids = [duty.project_id for duty, _ in rows]
    rules, half = stored_rules.in_force(loading.session), span(period, loading.city.zone)
    barred = issues.barring(loading.session, ids, *half)
    flat, nearby = doubts.flat(loading.session, ids, period), _nearby(loading, rules, ids, half)
    zeros = (
        ZeroFacts(
            duty.project_id,
            name,
            f"J{duty.report_id}" if duty.report_id else "",
            tuple(reason(loading.city, rules, bar) for bar in barred.get(duty.project_id, ())),
            flat.get(duty.project_id, ()),
            tuple(nearby[duty.project_id]),
        )
        for duty, name in rows
    )
    return Facts(words, person, zero_period=str(period), zero_period_name=period.chinese, zeros=tuple(zeros))


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
