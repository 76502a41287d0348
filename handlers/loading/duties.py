"""Facts for 我的待办."""

from handlers.away import said_days
from handlers.facts import Facts, Owed, Sent
from handlers.loading.base import Loading
from handlers.loading.burden import own_burden
from handlers.loading.orders import to_confirm
from handlers.loading.threads import threads
from handlers.moments import day, day_and_hour
from rules.kinds import DutyKind
from rules.periods import Period, span
from storage import duties, issues, leaves, people, projects, reports
from storage import rules as stored_rules
from storage.tables.reporting import Duty, Report


def my_duties(loading: Loading) -> Facts:
    owed_rows = duties.owed_by(loading.session, loading.person.id, loading.now, loading.today)
    # Of the day's word and the month's on one problem the nearer is shown; one tap keeps both.
    words_owed = {duty.subject: duty for duty, _ in owed_rows[::-1] if duty.kind in duties.ON_PROBLEMS}
    rows = [(duty, name) for duty, name in owed_rows if duty.kind not in duties.ON_PROBLEMS]
    barred = _barred_zeros(loading, [duty for duty, _ in rows if duty.kind is DutyKind.ZERO])
    instead = leaves.stood_in_for(
        loading.session, loading.person.id, {duty.project_id for duty, _ in rows}, loading.today
    )
    owed = [
        _owed(loading, duty, name, instead.get(duty.project_id, ""))
        for duty, name in rows
        if duty.id not in barred
    ]
    # The own first; and of these, what was returned, which has the nearest day.
    owed.sort(key=lambda each: (each.instead_of, not each.returned))
    also = {
        duty.project_id for duty in words_owed.values()
    }  # what was paused still owes its last month's word
    mine = projects.of_person(loading.session, loading.person.id, loading.today, also)
    mine_this_month = own_burden(loading)
    coming = (
        None if owed else duties.next_of(loading.session, loading.person.id, loading.now, loading.today, None)
    )
    return Facts(
        loading.city.words,
        loading.person,
        owed=tuple(owed),
        threads=threads(
            loading, stored_rules.in_force(loading.session), [row.id for row in mine], words_owed
        ),
        sent=tuple(
            Sent(f"J{row.id}", row.project, Period.parse(row.period).chinese, DutyKind(row.kind.value))
            for row in reports.sent_by(loading.session, loading.person.id, 3)
        ),
        away=_away(loading),
        orders=to_confirm(loading),
        burden=(mine_this_month.unasked, mine_this_month.questions, mine_this_month.inputs),
        next_opening=day(coming.opens, loading.city.zone) if coming else "",
        next_kind=coming.kind if coming else DutyKind.PROGRESS,
    )


def _barred_zeros(loading: Loading, zeros: list[Duty]) -> set[int]:
    """Zero duties that a problem has answered for: void, so nothing is owed (decisions: 3)."""
    found: set[int] = set()
    for period in {duty.period for duty in zeros}:
        own = [duty for duty in zeros if duty.period == period]
        half = span(Period.parse(period), loading.city.zone)
        barred = issues.barring(loading.session, [duty.project_id for duty in own], *half)
        found |= {duty.id for duty in own if duty.project_id in barred}
    return found


def _away(loading: Loading) -> tuple[tuple[str, str], ...]:
    rows = leaves.of_people(loading.session, [loading.person.id], loading.today)
    names = people.names(loading.session, [row.stand_in_id for row in rows if row.stand_in_id])
    words = loading.city.words
    return tuple(
        (said_days(row.since, row.until, words), names.get(row.stand_in_id or 0, "")) for row in rows
    )


def _owed(loading: Loading, duty: Duty, project: str, instead_of: str) -> Owed:
    zone = loading.city.zone
    # What waits although a report has come was returned, and has until then to be mended.
    sent_back = loading.session.get(Report, duty.report_id) if duty.report_id else None
    return Owed(
        duty.kind,
        duty.project_id,
        project,
        duty.period,
        Period.parse(duty.period).chinese,
        day_and_hour(duty.due, zone),
        day_and_hour(duty.unlocked_until or (sent_back and sent_back.mend_by) or duty.closes, zone),
        overdue=loading.now >= duty.due + duties.SECOND,
        returned=sent_back is not None,
        instead_of=instead_of,
    )
