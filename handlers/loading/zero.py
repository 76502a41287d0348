"""Facts for 零报告."""

from handlers.facts import Facts, ZeroFacts
from handlers.loading.base import Loading, by_name, half_year
from handlers.moments import day
from rules.kinds import DutyKind
from rules.periods import Period
from storage import duties, issues


def zero(loading: Loading) -> Facts:
    rows = duties.zeros_of(loading.session, loading.person.id, loading.now, loading.today)
    words, person = loading.city.words, loading.person
    if not rows:
        coming = duties.next_of(loading.session, person.id, loading.now, loading.today, DutyKind.ZERO)
        name = Period.parse(coming.period).chinese if coming else ""
        opens = day(coming.opens, loading.city.zone) if coming else ""
        return Facts(words, person, projects=by_name(loading), zero_period_name=name, next_opening=opens)
    rows = [row for row in rows if row[0].period == rows[0][0].period]  # another may stand unlocked
    period = Period.parse(rows[0][0].period)
    ids = [duty.project_id for duty, _ in rows]
    barred = issues.barring(loading.session, ids, *half_year(loading.city, period))
    zeros = (
        ZeroFacts(
            duty.project_id,
            name,
            f"J{duty.report_id}" if duty.report_id else "",
            barred.get(duty.project_id, ()),
        )
        for duty, name in rows
    )
    return Facts(words, person, zero_period=str(period), zero_period_name=period.chinese, zeros=tuple(zeros))
