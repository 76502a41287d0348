"""What reminders are decided from: which windows there are, who answers for what, what is still owed.

Everything is read in the transaction that writes the messages, so nobody is reminded of what they have just done.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session

from rules.issue_life import OPEN
from rules.kinds import DutyKind, ProjectState, Role
from rules.periods import Period, Window, span
from rules.scope import REPORTING
from storage import issues, leaves
from storage.duties import CLOSING, NOW, SECOND, awaited, taking_reports
from storage.issue_life import REAL
from storage.prepared import Query, among
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
        .where(
            _duty.state.is_(None),
            _duty.kind != DutyKind.DAILY,
            *same,
            column > bindparam("after", type_=Instant()),
        )
        .order_by(column)
        .limit(1),
        lambda value: value,
    )


# By rows of three columns SQLite seeks the first only, and would read all duties of a window.
_CLOSES = _next_of(_duty.closes)
_DUE = _next_of(_duty.due, _duty.closes)
_OPENS = _next_of(_duty.opens, _duty.closes, _duty.due)


def windows(session: Session, since: datetime) -> list[Window]:
    """The different windows of duties that have not been closed, from index entry to index entry, in order.

    Those of the day's words are left out: they are asked for by themselves (reminders/daily_words.py).
    """
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


def still_owed() -> tuple[ColumnElement[bool], ...]:
    """The condition that somebody may be reminded of a duty at NOW: nothing has come, and its project is on the list.

    A zero is not owed while a problem is open; one that was solved in its half-year bars it too (`debts`).
    """
    problem = select(Issue.id).where(
        REAL, Issue.project_id == Duty.project_id, or_(*(Issue.state == state for state in OPEN))
    )
    its_project = Project.__table__.alias("its_project").c
    listed = select(its_project.id).where(
        its_project.id == Duty.project_id, its_project.state == ProjectState.ACTIVE
    )
    return (
        or_(Duty.kind != DutyKind.ZERO, ~problem.exists()),
        Duty.state.is_(None),
        taking_reports(NOW, CLOSING),
        awaited(),
        listed.exists(),
    )


class Owed(NamedTuple):
    """A duty that is owed, as its row says it."""

    id: int
    project_id: int
    project: str
    kind: DutyKind
    period: str
    subject: str
    opens: datetime
    due: datetime
    closes: datetime
    mend_by: datetime | None


_project, _mending = Project.__table__.c, Report.__table__.alias("mending")
_OWED = Query(
    select(
        _duty.id,
        _duty.project_id,
        _project.name,
        _duty.kind,
        _duty.period,
        _duty.subject,
        _duty.opens,
        _duty.due,
        _duty.closes,
        _mending.c.mend_by,
    )
    .select_from(
        Duty.__table__.join(Project.__table__, _project.id == _duty.project_id).outerjoin(
            _mending, _mending.c.id == _duty.report_id
        )
    )
    # The day's word on a major problem is asked for by itself (reminders/daily_words.py).
    .where(
        Duty.project_id.in_(among("projects")), Duty.kind != DutyKind.DAILY, Duty.opens <= NOW, *still_owed()
    )
    .order_by(Duty.due, Project.number, Duty.id),
    Owed,
)


def debts(session: Session, project_ids: Collection[int], now: datetime, zone: ZoneInfo) -> list[Debt]:
    """What these projects owe, the nearest first; a zero that a problem answers for is not owed."""
    owed = _OWED.all(session, projects=list(project_ids), now=now, closing=now - SECOND)
    barred = barred_zeros(session, [each for each in owed if each.kind is DutyKind.ZERO], zone)
    return [
        Debt(
            each.id, each.project_id, each.project, each.kind, Period.parse(each.period), each.subject,
            Window(each.opens, each.due, each.closes), each.mend_by,
        )
        for each in owed
        if each.id not in barred
    ]  # fmt: skip


def barred_zeros(session: Session, zeros: Sequence[Owed], zone: ZoneInfo) -> set[int]:
    """Zero duties that a problem has answered for: void, so nothing is owed (decisions: 3)."""
    found: set[int] = set()
    for text in {duty.period for duty in zeros}:
        of_period = [duty for duty in zeros if duty.period == text]
        half = span(Period.parse(text), zone)
        barred = issues.barring(session, [duty.project_id for duty in of_period], *half)
        found |= {duty.id for duty in of_period if duty.project_id in barred}
    return found


_leave, _answers, _person, _unit = (
    Leave.__table__.c, Responsibility.__table__.c, Person.__table__.c, Unit.__table__.c,
)  # fmt: skip
_TODAY = bindparam("today", type_=Date())
_REPORTING = (
    or_(*(_answers.role == role for role in REPORTING)),
    _answers.since <= _TODAY,
    or_(_answers.until.is_(None), _answers.until > _TODAY),
)
_AWAY = Query(select(_leave.person_id).where(_leave.since <= _TODAY, _leave.until > _TODAY).distinct(), int)
_PEOPLE_AFTER: Query[tuple[int, int]] = Query(
    select(_answers.person_id, func.count(literal_column("*")))
    .where(_answers.person_id > bindparam("cursor"), *_REPORTING)
    .group_by(_answers.person_id)
    .order_by(_answers.person_id)
    .limit(bindparam("most")),
    lambda *cells: cells,
)
_PROJECTS_OF = Query(
    select(_answers.project_id).where(_answers.person_id.in_(among("people")), *_REPORTING), int
)
_ANSWERING: Query[tuple[int, Role, int]] = Query(
    select(_answers.project_id, _answers.role, _answers.person_id)
    .select_from(Responsibility.__table__.join(Person.__table__, _person.id == _answers.person_id))
    .where(_answers.project_id.in_(among("projects")), *_REPORTING, _person.active.is_(True))
    .order_by(_answers.id),
    lambda *cells: cells,
)


def away(session: Session, day: date) -> Mapping[int, int | None]:
    """Everybody who is away on a day, and who stands in for each."""
    return leaves.standing_in(session, _AWAY.all(session, today=day), day)


@dataclass(frozen=True, slots=True)
class Few:
    """How much is looked at together: so many people, and no more projects than that unless one person has more."""

    people: int
    projects: int


def people_after(
    session: Session, cursor: int, few: Few, today: date, absent: Mapping[int, int | None]
) -> list[int]:
    """The next people, by id, who report for something or stand in for somebody."""
    projects = dict(_PEOPLE_AFTER.all(session, cursor=cursor, most=few.people, today=today))
    standing_in = {each for each in absent.values() if each is not None and each > cursor}
    following = sorted({*projects, *standing_in})[: few.people]
    sums = accumulate(projects.get(each, 0) for each in following)
    return following[: max(1, sum(1 for together in sums if together <= few.projects))]


def projects_of(session: Session, person_ids: Iterable[int], today: date) -> set[int]:
    return set(_PROJECTS_OF.all(session, people=list(person_ids), today=today))


def answering(
    session: Session, project_ids: Iterable[int], today: date
) -> dict[int, dict[Role, tuple[int, ...]]]:
    """Of each project who answers for it in which role, in the order of the registry."""
    found: dict[int, dict[Role, tuple[int, ...]]] = {}
    for project_id, role, person_id in _ANSWERING.all(session, projects=list(project_ids), today=today):
        roles = found.setdefault(project_id, {})
        roles[role] = (*roles.get(role, ()), person_id)
    return found


@dataclass(frozen=True, slots=True)
class Card:
    """Somebody as others are told of them."""

    name: str
    phone: str
    unit: str


def _card(person_id: int, name: str, phone: str | None, unit: str) -> tuple[int, Card]:
    return person_id, Card(name, phone or "", unit)


_CARDS = Query(
    select(_person.id, _person.name, _person.phone, _unit.name)
    .select_from(Person.__table__.join(Unit.__table__, _unit.id == _person.unit_id))
    .where(_person.id.in_(among("people"))),
    _card,
)


def cards(session: Session, person_ids: Iterable[int]) -> dict[int, Card]:
    return dict(_CARDS.all(session, people=list(person_ids)))
