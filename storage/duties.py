"""Duties (应报): opened ahead, settled by a report, closed once. Every list is of rows, oldest due first."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select, union_all, update
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState
from rules.periods import Period, Window
from storage.few import few
from storage.prepared import Change, Query
from storage.projects import reported_by
from storage.tables.base import Instant
from storage.tables.registry import Project, Responsibility
from storage.tables.reporting import Duty, Issue, Report

# Times are compared to the second, as people read them: 18:00:00.9 is not after 18:00 (rules/duties.py).
SECOND = timedelta(seconds=1)


# Duties to say a word on a problem; their subject is its id.
ON_PROBLEMS = (DutyKind.ISSUE, DutyKind.DAILY)


def not_closed(now: datetime) -> ColumnElement[bool]:
    return Duty.closes > now - SECOND


# The moments of a statement that is compiled once: `now`, and a second before it.
NOW, CLOSING = bindparam("now", type_=Instant()), bindparam("closing", type_=Instant())


# 退回: the duty's report waits to be mended.
_RETURNED = select(Report.id).where(Report.id == Duty.report_id, Report.returned.is_not(None))


def takes_reports(now: datetime) -> ColumnElement[bool]:
    """The condition that a duty is open: between its instants and not exempt, or opened again by the office.

    What was filed in time and stands unlocked takes corrections; they change nothing of its written state.

    A report that was returned may be mended past the close, until the day that the office was bound to give.
    """
    return taking_reports(now, now - SECOND)


def taking_reports(
    now: datetime | ColumnElement[datetime], closing: datetime | ColumnElement[datetime]
) -> ColumnElement[bool]:
    """The same with `closing`, a second before `now`."""
    to_mend = _RETURNED.where(Report.mend_by > closing).exists()
    return and_(
        Duty.opens <= now,
        or_(
            and_(Duty.state.is_(None), Duty.exempt.is_(None), or_(Duty.closes > closing, to_mend)),
            and_(Duty.state.is_not(None), Duty.unlocked_until > closing),
        ),
    )


def reportable(now: datetime, *which: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    """What takes a report now, of those `which`.

    The few that may do so are named first, each kind by its own index: else all of history would be read for them.
    """
    waiting = select(Duty.id).where(Duty.state.is_(None), *which)
    unlocked = select(Duty.id).where(Duty.unlocked_until > now - SECOND)
    return (few(Duty.id, union_all(waiting, unlocked)), takes_reports(now), *which)


def awaited() -> ColumnElement[bool]:
    """The condition that nothing has come that counts: no report, or one that was returned."""
    return or_(Duty.settled.is_(None), _RETURNED.exists())


class DutyRow(NamedTuple):
    """A duty as its row says it."""

    id: int
    project_id: int
    unit_id: int
    period: str
    opens: datetime
    due: datetime
    closes: datetime
    settled: datetime | None
    state: DutyState | None
    exempt: datetime | None
    unlocked_until: datetime | None
    mend_by: datetime | None  # of its report, if that was returned

    @property
    def window(self) -> Window:
        return Window(self.opens, self.due, self.closes)


_duty, _report = Duty.__table__.c, Report.__table__.c
_FIND = Query(
    select(
        _duty.id,
        _duty.project_id,
        _duty.unit_id,
        _duty.period,
        _duty.opens,
        _duty.due,
        _duty.closes,
        _duty.settled,
        _duty.state,
        _duty.exempt,
        _duty.unlocked_until,
        _report.mend_by,
    )
    .select_from(Duty.__table__.outerjoin(Report.__table__, _report.id == _duty.report_id))
    .where(
        _duty.project_id == bindparam("project"),
        _duty.kind == bindparam("kind"),
        _duty.period == bindparam("period"),
        _duty.subject == "",
    ),
    DutyRow,
)


def find(session: Session, project_id: int, kind: DutyKind, period: str) -> DutyRow | None:
    return _FIND.first(session, project=project_id, kind=kind, period=period)


_SETTLE = Change(
    update(Duty.metadata.tables["duties"])
    .where(_duty.id == bindparam("duty"), _duty.settled.is_(None))
    .values(settled=bindparam("at"), report_id=bindparam("report"))
)


def settle(session: Session, duty_id: int, report_id: int, now: datetime) -> None:
    """A report keeps the duty; the first filing time counts."""
    _SETTLE.run(session, duty=duty_id, report=report_id, at=now)


_MEND = Change(
    update(Duty.metadata.tables["duties"])
    .where(_duty.id == bindparam("duty"))
    .values(settled=bindparam("counts"))
)
_RESTATE = Change(
    update(Duty.metadata.tables["duties"])
    .where(_duty.id == bindparam("duty"))
    .values(state=bindparam("stands"), missed=bindparam("since"))
)


def mend(session: Session, duty_id: int, counts: datetime | None) -> None:
    """The filing that counts after a returned report was mended (`rules.duties.filing_that_counts`)."""
    _MEND.run(session, duty=duty_id, counts=counts)


def restate(session: Session, duty_id: int, state: DutyState | None, now: datetime) -> None:
    """Writes another state over a written one; the caller leaves a ledger row with both."""
    missed = now if state is DutyState.MISSED else None
    _RESTATE.run(session, duty=duty_id, stands=state, since=missed)


def word_owed(session: Session, issue_id: int, kind: DutyKind, period: Period) -> Duty | None:
    """The duty to say a word on a problem in a period."""
    wanted = select(Duty).where(
        Duty.project_id == select(Issue.project_id).where(Issue.id == issue_id).scalar_subquery(),
        Duty.kind == kind, Duty.period == str(period), Duty.subject == str(issue_id),
    )  # fmt: skip
    return session.scalars(wanted).first()


def keep_word(
    session: Session, issue_id: int, now: datetime, kinds: Collection[DutyKind] = ON_PROBLEMS
) -> Sequence[Duty]:
    """A word on a problem keeps the duties to say one that are open; the first one counts. Gives them back."""
    kept = session.scalars(
        select(Duty)
        .where(
            Duty.kind.in_(list(kinds)),
            Duty.project_id == select(Issue.project_id).where(Issue.id == issue_id).scalar_subquery(),
            Duty.subject == str(issue_id),
            Duty.settled.is_(None),
            takes_reports(now),
        )
        .order_by(Duty.id)
    ).all()
    for duty in kept:
        duty.settled = now
    session.flush()
    return kept


def end_daily(session: Session, issue_id: int, now: datetime) -> None:
    """No word is owed each day any more: of what nobody has said the day ends now, for the close to write it off."""
    session.execute(
        update(Duty)
        .where(
            Duty.kind == DutyKind.DAILY,
            Duty.project_id == select(Issue.project_id).where(Issue.id == issue_id).scalar_subquery(),
            Duty.subject == str(issue_id),
            Duty.state.is_(None),
            Duty.settled.is_(None),
            Duty.closes > now,
        )
        .values(closes=now)
    )


def unsettle(session: Session, duty_id: int) -> None:
    """What kept the duty was taken back: it is owed again."""
    session.execute(update(Duty).where(Duty.id == duty_id).values(settled=None, report_id=None))


def _of_person(person_id: int, today: date) -> ColumnElement[bool]:
    return Duty.project_id.in_(select(Responsibility.project_id).where(*reported_by(person_id, today)))


def owed_by(
    session: Session, person_id: int, now: datetime, today: date, *kinds: DutyKind
) -> "list[Row[Duty, str]]":
    """Duties (of some `kinds`) open at `now` that wait for a report of this person, with their projects' names."""
    return list(
        session.execute(
            select(Duty, Project.name)
            .join(Project, Project.id == Duty.project_id)
            .join(Responsibility, Responsibility.project_id == Project.id)
            .where(
                *reported_by(person_id, today),
                Duty.kind.in_(kinds or list(DutyKind)),
                awaited(),
                *reportable(now, _of_person(person_id, today)),
            )
            .group_by(Duty.id, Project.name, Project.number)
            .order_by(Duty.due, Project.number)
        )
    )


def due_between(
    session: Session, person_id: int, since: datetime, until: datetime, today: date
) -> "list[Row[Duty, str]]":
    """What a person has to report from one moment to another, open by then and not reported yet, with the projects."""
    return list(
        session.execute(
            select(Duty, Project.name)
            .join(Project, Project.id == Duty.project_id)
            .where(
                _of_person(person_id, today),
                Duty.state.is_(None),
                Duty.exempt.is_(None),
                awaited(),
                Duty.opens < until,
                Duty.closes >= since,
            )
            .order_by(Duty.due, Project.number)
        )
    )


def open_of(session: Session, project_ids: Collection[int], now: datetime) -> Sequence[Duty]:
    """Duties of these projects that are open at `now` and not settled, oldest due first."""
    return session.scalars(
        select(Duty)
        .where(
            Duty.project_id.in_(project_ids),
            Duty.state.is_(None),
            Duty.settled.is_(None),
            Duty.opens <= now,
            not_closed(now),
        )
        .order_by(Duty.due, Duty.id)
    ).all()


def zeros_of(session: Session, person_id: int, now: datetime, today: date) -> "list[Row[Duty, str]]":
    """Zero duties open at `now`, settled or not, of the person's projects."""
    return list(
        session.execute(
            select(Duty, Project.name)
            .join(Project, Project.id == Duty.project_id)
            .join(Responsibility, Responsibility.project_id == Project.id)
            .where(
                *reported_by(person_id, today),
                Duty.kind == DutyKind.ZERO,
                *reportable(now, _of_person(person_id, today)),
            )
            .group_by(Duty.id, Project.name, Project.number)
            .order_by(Project.number, Duty.period)
        )
    )


def of_project(session: Session, project_id: int, *conditions: ColumnElement[bool]) -> Sequence[Duty]:
    return session.scalars(
        select(Duty).where(Duty.project_id == project_id, *conditions).order_by(Duty.closes, Duty.id)
    ).all()


def next_of(
    session: Session, person_id: int, now: datetime, today: date, kind: DutyKind | None
) -> Duty | None:
    """The person's next duty that is not open yet."""
    statement = (
        select(Duty)
        .join(Responsibility, Responsibility.project_id == Duty.project_id)
        .where(*reported_by(person_id, today), Duty.state.is_(None), Duty.opens > now)
        .order_by(Duty.opens)
        .limit(1)
    )
    return session.scalars(statement if kind is None else statement.where(Duty.kind == kind)).first()
