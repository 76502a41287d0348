"""Facts for what the office does with reports, duties and projects. Others get none, and are told so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement

from handlers.desk_facts import Choosable, DeskDuty, DeskFacts, Found, Standing
from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.moments import day_and_hour, day_of
from rules import money
from rules.duties import left_before
from rules.kinds import DutyState, PeriodKind, Role
from rules.periods import Period
from rules.workdays import calendar_of, end_of_workday, local_date
from storage import duties, finding, people, projects, reports
from storage import rules as stored_rules
from storage.tables.registry import Project
from storage.tables.reporting import Duty

PAGE = 8  # projects that are shown without a search
LISTED = 24  # matches of a search that are shown


def of_office(load: Callable[[Loading], DeskFacts]) -> Callable[[Loading], Facts]:
    """A loader whose facts are the office's alone."""

    def loader(loading: Loading) -> Facts:
        facts = Facts(loading.city.words, loading.person)
        if Role.OFFICE not in people.roles_of(loading.session, loading.person.id, loading.today):
            return facts
        return replace(facts, desk=replace(load(loading), office=True, today=loading.today))

    return loader


def nothing(_loading: Loading) -> DeskFacts:
    return DeskFacts()


def choosable(loading: Loading, among: ColumnElement[bool], key: str = "project") -> Choosable:
    """The projects to choose from: all if they are few, else the matches of what was typed, and the one chosen."""
    answer, searched = loading.answers.get(key), search_of(loading, key)
    limit = LISTED if searched else PAGE
    rows = finding.projects(loading.session, among, searched, limit + 1)
    more = len(rows) > limit
    shown = rows[:limit] if searched or not more else []
    if isinstance(answer, str) and answer.isdecimal() and all(row.id != int(answer) for row in shown):
        shown += finding.project(loading.session, among, int(answer))
    return Choosable(tuple(Found(*row) for row in shown), searched, more)


def search_of(loading: Loading, key: str) -> str:
    """What was typed to find one of many, until it is found."""
    answer = loading.answers.get(key)
    return str(answer.get("find", "")) if isinstance(answer, dict) else ""


def chosen(loading: Loading, among: Choosable, key: str = "project") -> int | None:
    answer = loading.answers.get(key)
    if isinstance(answer, dict):
        return among.items[0].id if len(among.items) == 1 else None
    return next((found.id for found in among.items if str(found.id) == answer), None)


def return_report(loading: Loading) -> DeskFacts:
    found = choosable(loading, finding.with_report())
    project_id = chosen(loading, found)
    if project_id is None:
        return DeskFacts(choosable=found)
    rows = reports.standing_of(loading.session, project_id, *finding.returnable())
    book = stored_rules.in_force(loading.session).book
    mend_by = end_of_workday(loading.today, book.caps.mend_workdays, book, loading.city.zone)
    return DeskFacts(
        choosable=found,
        reports=tuple(_standing(loading, row) for row in rows),
        mend_by=day_of(local_date(mend_by, loading.city.zone)),
    )


def _standing(loading: Loading, row: reports.Standing) -> Standing:
    amount = [money.wan(row.amount)] if row.amount is not None else []
    return Standing(
        row.id,
        Period.parse(row.period).chinese,
        row.name,
        day_and_hour(row.filed, loading.city.zone),
        "，".join([*amount, row.progress]),
        preliminary=row.amount is None,
    )


def unlock_duty(loading: Loading) -> DeskFacts:
    among = finding.with_unlockable(loading.now)
    found = choosable(loading, among)
    project_id = chosen(loading, found)
    if project_id is None:
        return DeskFacts(choosable=found)
    rows = duties.of_project(loading.session, project_id, *finding.unlockable(loading.now))
    ends, hour = _ends(loading)
    return DeskFacts(
        choosable=found,
        duties=tuple(_duty(loading, row) for row in reversed(rows)),
        ends=ends,
        last_hour=hour,
    )


def _ends(loading: Loading) -> tuple[tuple[tuple[str, str], ...], str]:
    """Until when to unlock: today if its hour has not come, or some working days on."""
    book, words = stored_rules.in_force(loading.session).book, loading.city.words
    hour = book.monthly.closes_time
    named: dict[date, str] = {}
    if loading.now.astimezone(loading.city.zone).time() < hour:
        named[loading.today] = words.until_today.format(hour=f"{hour:%H:%M}")
    for count in (1, 3):
        day = calendar_of(book).nth_workday(loading.today + timedelta(days=1), count)
        named[day] = words.until_days.format(count=count, date=day_of(day))
    return tuple((day.isoformat(), label) for day, label in named.items()), f"{hour:%H:%M}"


def exempt_duty(loading: Loading) -> DeskFacts:
    found = choosable(loading, finding.with_awaited())
    project_id = chosen(loading, found)
    if project_id is None:
        return DeskFacts(choosable=found)
    rows = duties.of_project(loading.session, project_id, Duty.state.is_(None), duties.awaited())
    return DeskFacts(choosable=found, duties=tuple(_duty(loading, row) for row in rows))


def judge_duty(loading: Loading) -> DeskFacts:
    found = choosable(loading, finding.with_undelivered())
    project_id = chosen(loading, found)
    if project_id is None:
        return DeskFacts(choosable=found)
    rows = duties.of_project(loading.session, project_id, *finding.undelivered())
    returned = reports.returned(loading.session, [row.report_id for row in rows if row.report_id is not None])
    return DeskFacts(
        choosable=found,
        duties=tuple(
            replace(_duty(loading, row), filed=row.settled is not None and row.report_id not in returned)
            for row in rows
        ),
    )


def leave(loading: Loading) -> DeskFacts:
    """For 暂停 and 结束: which of its duties a project would still owe."""
    found = choosable(loading, finding.on_list())
    project_id = chosen(loading, found)
    if project_id is None:
        return DeskFacts(choosable=found)
    stay = replace(projects.stay(loading.session.get_one(Project, project_id)), until=loading.today)
    rows = duties.of_project(loading.session, project_id, Duty.state.is_(None), duties.awaited())
    return DeskFacts(
        choosable=found,
        duties=tuple(
            replace(_duty(loading, row), stays=not left_before(stay, Period.parse(row.period)))
            for row in rows
        ),
    )


def resume(loading: Loading) -> DeskFacts:
    found = choosable(loading, finding.off_list())
    project_id = chosen(loading, found)
    if project_id is None:
        return DeskFacts(choosable=found)
    project = loading.session.get_one(Project, project_id)
    return DeskFacts(
        choosable=found,
        off_list_because=project.off_list_because,
        owes_from=first_full_month(back_since(project, loading.today)).chinese,
    )


def back_since(project: Project, today: date) -> date:
    """Since when a project that comes back today owes again: one that left today was never away.

    Of its stay from before only what is left of it matters: this month, if it was there for the whole of it.
    """
    stay = projects.stay(project)
    if stay.until != today:
        return today
    return max(stay.since, Period.of(PeriodKind.MONTH, today).first_day)


def first_full_month(since: date) -> Period:
    """The first month that is owed by a project on the list since a day (decisions: 1)."""
    month = Period.of(PeriodKind.MONTH, since)
    return month if month.first_day == since else month.next()


def _duty(loading: Loading, row: Duty) -> DeskDuty:
    return DeskDuty(
        row.id,
        row.kind,
        row.period,
        Period.parse(row.period).chinese,
        day_and_hour(row.closes, loading.city.zone),
        row.exempt_because,
        row.exempt is not None,
        subject=f"W{row.subject}" if row.subject else "",
        filed=row.state in (DutyState.ON_TIME, DutyState.LATE),
    )
