"""Facts for 未报 and 电话单: who still owes what can be reported now."""

from dataclasses import replace

from handlers.desk_facts import Caller, Debtor, DeskFacts, PeriodFigures
from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.moments import day_and_hour
from rules.kinds import DutyKind, Role
from rules.periods import Period, span
from storage import owing, people
from storage.owing import OpenPeriod, Span
from storage.tables.registry import Unit

LISTED = 200  # lines of one list; a longer one is asked for unit by unit


def who_owes(loading: Loading) -> Facts:
    """For the office all units, or the one pressed; for a unit's head the own one."""
    facts = Facts(loading.city.words, loading.person)
    roles = people.roles_of(loading.session, loading.person.id, loading.today)
    if Role.OFFICE in roles:
        return replace(facts, desk=replace(_for_office(loading), office=True))
    if roles.isdisjoint({Role.HEAD, Role.DEPUTY}):
        return facts
    desk = _of_unit(loading, loading.person.unit_id, loading.person.unit)
    return replace(facts, desk=desk)


def _for_office(loading: Loading) -> DeskFacts:
    asked = str(loading.answers.get("unit", ""))
    unit = loading.session.get(Unit, int(asked)) if asked.isdecimal() else None
    if unit is not None:
        return _of_unit(loading, unit.id, unit.name)
    page = int(asked[1:]) if asked.startswith("p") and asked[1:].isdecimal() else 0
    return DeskFacts(periods=_figures(loading, None), page=page)


def _of_unit(loading: Loading, unit_id: int, name: str) -> DeskFacts:
    return replace(_with_debtors(loading, unit_id), heads=name)


def phone_list(loading: Loading) -> DeskFacts:
    return _with_debtors(loading, None)


def _with_debtors(loading: Loading, unit_id: int | None) -> DeskFacts:
    periods = _figures(loading, unit_id)
    owed = sum(period.expected - period.reported for period in periods)
    found = debtors(loading, unit_id, LISTED)
    return DeskFacts(periods=periods, debtors=found, not_shown=owed - len(found))


def _figures(loading: Loading, unit_id: int | None) -> tuple[PeriodFigures, ...]:
    return tuple(
        _period(loading, period, unit_id) for period in owing.open_periods(loading.session, loading.now)
    )


def _period(loading: Loading, period: OpenPeriod, unit_id: int | None) -> PeriodFigures:
    rows = owing.figures(loading.session, period, _half(loading, period), unit_id, loading.now)
    return PeriodFigures(
        period.kind,
        Period.parse(period.period).chinese,
        day_and_hour(period.due, loading.city.zone),
        expected=sum(row.expected for row in rows),
        reported=sum(row.reported for row in rows),
        late=sum(row.late for row in rows),
        units=tuple((row.unit_id, row.unit, row.owing) for row in rows if row.owing),
    )


def debtors(loading: Loading, unit_id: int | None, limit: int) -> tuple[Debtor, ...]:
    """What is owed, with whom to telephone."""
    rows = [
        row
        for period in owing.open_periods(loading.session, loading.now)
        for row in owing.owing(loading.session, period, _half(loading, period), unit_id, loading.now, limit)
    ][:limit]
    callers = owing.callers(loading.session, {row.project_id for row in rows}, loading.today)
    return tuple(
        Debtor(
            row.unit,
            row.project,
            row.kind,
            Period.parse(row.period).chinese,
            tuple(Caller(*caller) for caller in callers.get(row.project_id, ())),
            row.subject and f"W{row.subject}",
        )
        for row in rows
    )


def _half(loading: Loading, period: OpenPeriod) -> Span | None:
    """The half-year of a zero: problems in it answer for it."""
    if period.kind is not DutyKind.ZERO:
        return None
    return span(Period.parse(period.period), loading.city.zone)
