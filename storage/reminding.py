"""What reminders are decided from: which windows there are, who answers for what, what is still owed.

Everything is read in the transaction that writes the messages, so nobody is reminded of what they have just done.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, ProjectState, Role
from rules.periods import Period, Window, span
from rules.scope import REPORTING
from storage import issues, leaves
from storage.duties import awaited, takes_reports
from storage.prepared import Query
from storage.tables.base import Instant
from storage.tables.registry import Leave, Person, Project, Responsibility, Unit
from storage.tables.reporting import Duty, Issue, Report

_duty = Duty.__table__.c
_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)


def _next_of(column: ColumnElement[datetime], *given: ColumnElement[datetime]) -> Query[datetime]:
    """The next value of a column of the windows' index, where the columns before it are given."""
    same = [each == bindparam(each.key, type_=Instant()) for each in given]
    return Query(
        select(column)
        .where(_duty.state.is_(None), *same, column > bindparam("after", type_=Instant()))
        .order_by(column)
        .limit(1),
        lambda value: value,
    )


# By rows of three columns SQLite seeks the first only, and would read all duties of a window.
_CLOSES = _next_of(_duty.closes)
_DUE = _next_of(_duty.due, _duty.closes)
_OPENS = _next_of(_duty.opens, _duty.closes, _duty.due)


def windows(session: Session, since: datetime) -> list[Window]:
    """The different windows of duties that have not been closed, from index entry to index entry, in order."""
    return [
        Window(opens, due, closes)
        for closes in _each(session, _CLOSES, since)
        for due in _each(session, _DUE, _BEGINNING, closes=closes)
        for opens in _each(session, _OPENS, _BEGINNING, closes=closes, due=due)
    ]


def _each(
    session: Session, following: Query[datetime], after: datetime, **given: datetime
) -> Iterator[datetime]:
    while (value := following.first(session, after=after, **given)) is not None:
        yield value
        after = value


@dataclass(frozen=True, slots=True)
class Debt:
    """A duty that is owed, as a reminder names it. `mend_by`: its report was returned."""

    duty_id: int
    project_id: int
    project: str
    kind: DutyKind
    period: Period
    subject: str
    window: Window
    mend_by: datetime | None = None


def still_owed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The condition that somebody may be reminded of a duty: nothing has come, and its project is on the list.

    A zero is not owed while a problem is open; one that was solved in its half-year bars it too (`debts`).
    """
    problem = select(Issue.id).where(Issue.project_id == Duty.project_id, Issue.state.in_(issues.OPEN))
    return (
        or_(Duty.kind != DutyKind.ZERO, ~problem.exists()),
        Duty.state.is_(None),
        takes_reports(now),
        awaited(),
        Duty.project_id.in_(select(Project.id).where(Project.state == ProjectState.ACTIVE)),
    )


def debts(session: Session, project_ids: Collection[int], now: datetime, zone: ZoneInfo) -> list[Debt]:
    """What these projects owe, the nearest first; a zero that a problem answers for is not owed."""
    rows = session.execute(
        select(Duty, Project.name)
        .join(Project, Project.id == Duty.project_id)
        .where(Duty.project_id.in_(list(project_ids)), Duty.opens <= now, *still_owed(now))
        .order_by(Duty.due, Project.number, Duty.id)
    ).all()
    barred = barred_zeros(session, [duty for duty, _ in rows if duty.kind is DutyKind.ZERO], zone)
    mend_by = _mend_by(session, [duty.report_id for duty, _ in rows if duty.report_id is not None])
    return [
        Debt(
            duty.id, duty.project_id, name, duty.kind, Period.parse(duty.period), duty.subject,
            Window(duty.opens, duty.due, duty.closes), mend_by.get(duty.report_id or 0),
        )
        for duty, name in rows
        if duty.id not in barred
    ]  # fmt: skip


def _mend_by(session: Session, report_ids: Collection[int]) -> dict[int, datetime | None]:
    if not report_ids:
        return {}
    return dict(session.execute(select(Report.id, Report.mend_by).where(Report.id.in_(report_ids))).all())


def barred_zeros(session: Session, zeros: Sequence[Duty], zone: ZoneInfo) -> set[int]:
    """Zero duties that a problem has answered for: void, so nothing is owed (decisions: 3)."""
    found: set[int] = set()
    for text in {duty.period for duty in zeros}:
        of_period = [duty for duty in zeros if duty.period == text]
        half = span(Period.parse(text), zone)
        barred = issues.barring(session, [duty.project_id for duty in of_period], *half)
        found |= {duty.id for duty in of_period if duty.project_id in barred}
    return found


def away(session: Session, day: date) -> Mapping[int, int | None]:
    """Everybody who is away on a day, and who stands in for each."""
    absent = session.scalars(select(Leave.person_id).where(Leave.since <= day, Leave.until > day).distinct())
    return leaves.standing_in(session, list(absent), day)


def people_after(
    session: Session, cursor: int, limit: int, today: date, absent: Mapping[int, int | None]
) -> list[int]:
    """The next people, by id, who report for something or stand in for somebody."""
    wanted = (
        select(Responsibility.person_id)
        .where(Responsibility.person_id > cursor, *_reporting_on(today))
        .distinct()
        .order_by(Responsibility.person_id)
        .limit(limit)
    )
    found = list(session.scalars(wanted))
    standing_in = {each for each in absent.values() if each is not None and each > cursor}
    return sorted({*found, *standing_in})[:limit]


def _reporting_on(today: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Responsibility.role.in_(REPORTING),
        Responsibility.since <= today,
        or_(Responsibility.until.is_(None), Responsibility.until > today),
    )


def projects_of(session: Session, person_ids: Iterable[int], today: date) -> set[int]:
    wanted = select(Responsibility.project_id).where(
        Responsibility.person_id.in_(list(person_ids)), *_reporting_on(today)
    )
    return set(session.scalars(wanted))


def answering(
    session: Session, project_ids: Iterable[int], today: date
) -> dict[int, dict[Role, tuple[int, ...]]]:
    """Of each project who answers for it in which role, in the order of the registry."""
    rows = session.execute(
        select(Responsibility.project_id, Responsibility.role, Responsibility.person_id)
        .join(Person, Person.id == Responsibility.person_id)
        .where(
            Responsibility.project_id.in_(list(project_ids)), *_reporting_on(today), Person.active.is_(True)
        )
        .order_by(Responsibility.id)
    )
    found: dict[int, dict[Role, tuple[int, ...]]] = {}
    for project_id, role, person_id in rows:
        roles = found.setdefault(project_id, {})
        roles[role] = (*roles.get(role, ()), person_id)
    return found


@dataclass(frozen=True, slots=True)
class Card:
    """Somebody as others are told of them."""

    name: str
    phone: str
    unit: str


def cards(session: Session, person_ids: Iterable[int]) -> dict[int, Card]:
    rows = session.execute(
        select(Person.id, Person.name, Person.phone, Unit.name)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.id.in_(list(person_ids)))
    )
    return {person_id: Card(name, phone or "", unit) for person_id, name, phone, unit in rows}
