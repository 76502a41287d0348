"""Facts from storage, for one script and one turn: only what that script asks about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.facts import Facts, Filed, Owed, PersonFacts, ProjectFacts, Sent, ZeroFacts
from handlers.moments import day, day_and_hour
from rules.kinds import DutyKind, ReportKind, Role
from rules.periods import Period, span
from storage import duties, issues, media, people, projects, reports, talks
from storage import rules as stored_rules
from storage.projects import OpenProject
from storage.tables.reporting import Duty

# A photo that was sent before any question is offered for this long.
LOOSE_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Loading:
    """What every loader starts from."""

    session: Session
    city: City
    person: PersonFacts
    answers: Mapping[str, Any]
    now: datetime
    today: date


def load(loading: Loading, script: str) -> Facts:
    return _LOADERS[script](loading)


def alerted(session: Session, project_id: int, today: date, *, heads: bool = True) -> list[int]:
    """Who is told of a major problem: lead leader, lead department, unit head, office, in that order.

    Without `heads`, those who may acknowledge it: the unit's own head is told but cannot (decisions: 9).
    """
    found: list[int] = []
    roles = (Role.LEAD_LEADER, Role.LEAD_DEPARTMENT, Role.HEAD)
    for role in roles if heads else roles[:2]:
        found += people.responsible(session, project_id, [role], today)
    return list(dict.fromkeys([*found, *people.in_role(session, Role.OFFICE, today)]))


def _progress(loading: Loading) -> Facts:
    rows = projects.open_for_progress(loading.session, loading.person.id, loading.now, loading.today)
    chosen = loading.answers.get("project")
    found = tuple(_project(loading, row, chosen) for row in rows) or _by_name(loading)
    return Facts(
        loading.city.words,
        loading.person,
        projects=found,
        loose_media=_loose(loading) if chosen else (),
        next_opening="" if rows else _next_opening(loading, DutyKind.PROGRESS),
    )


def _standing(loading: Loading, row: OpenProject) -> Filed | None:
    """What stands for the chosen project, shown to who corrects it."""
    said = reports.said(loading.session, row.id, ReportKind.PROGRESS, row.period)
    if said is None:
        return None
    photos = media.count_of_report(loading.session, said.id)
    return Filed(f"J{said.id}", said.name, said.amount, said.progress, said.stage, photos)


def _by_name(loading: Loading) -> tuple[ProjectFacts, ...]:
    """The person's projects, whether anything is open for them or not."""
    rows = projects.of_person(loading.session, loading.person.id, loading.today)
    return tuple(ProjectFacts(row.id, row.number, row.name, row.kind) for row in rows)


def _project(loading: Loading, row: OpenProject, chosen: object) -> ProjectFacts:
    """The chosen project with its figures; the others by name only."""
    period = Period.parse(row.period)
    listed = ProjectFacts(
        row.id, row.number, row.name, row.kind, row.total_investment, period=row.period,
        period_name=period.chinese, filed=Filed(f"J{row.report_id}", row.filer or "") if row.report_id else None,
    )  # fmt: skip
    if chosen != f"{row.id}.{row.period}":
        return listed
    done = projects.done_before(loading.session, row.id, row.period)
    last = reports.said(loading.session, row.id, ReportKind.PROGRESS, str(period.previous()))
    return replace(
        listed,
        year_plan=done.year_plan,
        year_done=done.year,
        total_done=done.total,
        filed=_standing(loading, row) if row.report_id else None,
        last=Filed(f"J{last.id}", last.name, last.amount, last.progress, last.stage) if last else None,
        milestone_due=last is not None and projects.milestone_due(loading.session, row.id, period.last_day),
    )


def _issue(loading: Loading) -> Facts:
    book = stored_rules.in_force(loading.session).book
    chosen = str(loading.answers.get("project", ""))
    names: dict[int, tuple[str, ...]] = {}
    if "category" in loading.answers and chosen.isdecimal():
        told = people.contacts(
            loading.session, alerted(loading.session, int(chosen), loading.today), loading.city.running
        )
        names = {int(chosen): tuple(each.name for each in told if each.id != loading.person.id)}
    return Facts(
        loading.city.words,
        loading.person,
        projects=_by_name(loading),
        categories=tuple((category.key, category.name) for category in book.categories),
        loose_media=_loose(loading) if chosen else (),
        alerted=names,
    )


def _zero(loading: Loading) -> Facts:
    rows = duties.zeros_of(loading.session, loading.person.id, loading.now, loading.today)
    words, person = loading.city.words, loading.person
    if not rows:
        coming = duties.next_of(loading.session, person.id, loading.now, loading.today, DutyKind.ZERO)
        name = Period.parse(coming.period).chinese if coming else ""
        opens = day(coming.opens, loading.city.zone) if coming else ""
        return Facts(words, person, projects=_by_name(loading), zero_period_name=name, next_opening=opens)
    period = Period.parse(rows[0][0].period)
    ids = [duty.project_id for duty, _ in rows]
    barred = issues.barring(loading.session, ids, *span(period, loading.city.zone))
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


def _duties(loading: Loading) -> Facts:
    rows = duties.owed_by(loading.session, loading.person.id, loading.now, loading.today)
    barred = _barred_zeros(loading, [duty for duty, _ in rows if duty.kind is DutyKind.ZERO])
    owed = tuple(_owed(loading, duty, name) for duty, name in rows if duty.id not in barred)
    coming = (
        None if owed else duties.next_of(loading.session, loading.person.id, loading.now, loading.today, None)
    )
    return Facts(
        loading.city.words,
        loading.person,
        owed=owed,
        sent=tuple(
            Sent(f"J{row.id}", row.project, Period.parse(row.period).chinese, DutyKind(row.kind.value))
            for row in reports.sent_by(loading.session, loading.person.id, 3)
        ),
        next_opening=day(coming.opens, loading.city.zone) if coming else "",
        next_kind=coming.kind if coming else DutyKind.PROGRESS,
    )


def _barred_zeros(loading: Loading, zeros: list[Duty]) -> set[int]:
    """Zero duties that a problem has answered for: void, so nothing is owed (decisions: 3)."""
    if not zeros:
        return set()
    half = span(Period.parse(zeros[0].period), loading.city.zone)
    barred = issues.barring(loading.session, [duty.project_id for duty in zeros], *half)
    return {duty.id for duty in zeros if duty.project_id in barred}


def _owed(loading: Loading, duty: Duty, project: str) -> Owed:
    zone = loading.city.zone
    return Owed(
        duty.kind,
        duty.project_id,
        project,
        duty.period,
        Period.parse(duty.period).chinese,
        day_and_hour(duty.due, zone),
        day_and_hour(duty.closes, zone),
        overdue=loading.now >= duty.due + duties.SECOND,
    )


def _help(loading: Loading) -> Facts:
    return Facts(loading.city.words, loading.person)


def _loose(loading: Loading) -> tuple[int, ...]:
    """Media that belong to nothing yet: to no report, and to no other answer that is still open."""
    loose = media.loose(loading.session, loading.person.id, loading.now - LOOSE_FOR)
    if not loose:
        return ()
    used = {
        each
        for answers in (loading.answers, *talks.open_answers(loading.session, loading.person.id))
        for answer in answers.values()
        if isinstance(answer, dict)
        for each in answer.get("ids", ())
    }
    return tuple(each for each in loose if each not in used)


def _next_opening(loading: Loading, kind: DutyKind) -> str:
    coming = duties.next_of(loading.session, loading.person.id, loading.now, loading.today, kind)
    return day(coming.opens, loading.city.zone) if coming else ""


_LOADERS: dict[str, Callable[[Loading], Facts]] = {
    "report_progress": _progress,
    "report_issue": _issue,
    "report_zero": _zero,
    "my_duties": _duties,
    "show_help": _help,
}
