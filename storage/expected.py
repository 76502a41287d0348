"""The expected list (应报名单) as the sweep keeps it: duties opened ahead, moved under new rules, closed once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, String, cast, func, or_, select, union_all, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, ProjectState, Severity
from rules.periods import Period, Window, span
from rules.scope import REPORTING
from storage.duties import SECOND
from storage.issue_life import REAL
from storage.tables.registry import Project, Responsibility
from storage.tables.reporting import Duty, Issue, Report


def without(session: Session, kind: DutyKind, period: str, first_day: date, limit: int) -> Sequence[Project]:
    """Projects that may owe this kind for the period (on the list since its first day) and have no duty for it yet."""
    exists = (
        select(Duty.id)
        .where(Duty.project_id == Project.id, Duty.kind == kind, Duty.period == period, Duty.subject == "")
        .exists()
    )
    return session.scalars(
        select(Project).where(*_on_list_since(first_day), ~exists).order_by(Project.id).limit(limit)
    ).all()


def without_word(session: Session, month: Period, zone: ZoneInfo, limit: int) -> "list[Row[Issue, Project]]":
    """General problems older than the month, open at its end, without a duty to say a word for it.

    Only those for which one may be owed, as in `without`: others would stand before them in every sweep.
    """
    begins, ends = span(month, zone)
    exists = (
        select(Duty.id)
        .where(
            Duty.project_id == Issue.project_id,
            Duty.kind == DutyKind.ISSUE,
            Duty.period == str(month),
            Duty.subject == cast(Issue.id, String),
        )
        .exists()
    )
    return list(
        session.execute(
            select(Issue, Project)
            .join(Project, Project.id == Issue.project_id)
            .where(
                _open_at(ends),
                REAL,
                Issue.severity == Severity.GENERAL,
                Issue.filed < begins,
                *_on_list_since(month.first_day),
                ~exists,
            )
            .order_by(Issue.id)
            .limit(limit)
        )
    )


def _on_list_since(first_day: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a project is on the list, and has been since that day."""
    return (
        Project.state == ProjectState.ACTIVE,
        func.coalesce(Project.resumed, Project.registered) <= first_day,
        or_(Project.parent_id.is_(None), Project.sub_owes.is_(True)),
    )


def _open_at(moment: datetime) -> ColumnElement[bool]:
    """The condition that a problem was open at a moment, each part of it by the index on `closed`.

    Asked for with an OR, all problems there ever were would be read.
    """
    still = select(Issue.id).where(Issue.closed.is_(None))
    closed_since = select(Issue.id).where(Issue.closed >= moment)
    return Issue.id.in_(union_all(still, closed_since))


def open_all(session: Session, duties: Sequence[dict[str, object]]) -> None:
    """Inserts duties; those that exist already stay as they are."""
    if duties:
        session.execute(insert(Duty).on_conflict_do_nothing(), list(duties))


def answerable(session: Session, duties: Sequence[Duty], zone: ZoneInfo) -> dict[int, list[int]]:
    """Who answered for each of these duties on its due date, by the city's calendar: one query for all of them."""
    rows = session.execute(
        select(
            Responsibility.project_id, Responsibility.person_id, Responsibility.since, Responsibility.until
        )
        .where(
            Responsibility.project_id.in_({duty.project_id for duty in duties}),
            Responsibility.role.in_(REPORTING),
        )
        .order_by(Responsibility.id)
    ).all()
    found: dict[int, list[int]] = {}
    for duty in duties:
        due = duty.due.astimezone(zone).date()
        ids = (
            person
            for project, person, since, until in rows
            if project == duty.project_id and since <= due and (until is None or due < until)
        )
        found[duty.id] = list(dict.fromkeys(ids))
    return found


class Unopened(NamedTuple):
    """Duties of one period that have not opened and stand under one older version of the rules."""

    kind: DutyKind
    period: str
    rules_version: int
    opens: datetime
    due: datetime
    closes: datetime


def unopened(session: Session, version: int, now: datetime) -> Unopened | None:
    """The duties, of one period, that stand under other rules than `version` and have not opened at `now`."""
    columns = (getattr(Duty, name) for name in Unopened._fields)
    other = select(*columns).where(
        Duty.state.is_(None), Duty.settled.is_(None), Duty.opens > now, Duty.rules_version != version
    )
    row = session.execute(other.limit(1)).first()
    return Unopened(*row) if row else None


def move(session: Session, group: Unopened, version: int, span: Window) -> int:
    """Gives those duties the window and version of other rules; returns how many they were."""
    those = [getattr(Duty, name) == value for name, value in group._asdict().items()]
    moved = session.execute(
        update(Duty)
        .where(*those, Duty.state.is_(None), Duty.settled.is_(None))
        .values(opens=span.opens, due=span.due, closes=span.closes, rules_version=version)
        .execution_options(synchronize_session=False)
    )
    return int(moved.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def to_close(session: Session, now: datetime, limit: int) -> Sequence[Duty]:
    """Duties past their close. One whose report was returned waits until that is mended, or can no longer be."""
    return session.scalars(
        select(Duty)
        .outerjoin(Report, Report.id == Duty.report_id)
        .where(
            Duty.state.is_(None),
            Duty.closes <= now - SECOND,
            or_(Report.mend_by.is_(None), Report.mend_by <= now - SECOND),
        )
        .order_by(Duty.closes, Duty.id)
        .limit(limit)
    ).all()


def next_instant(session: Session, after: datetime) -> datetime | None:
    """The next moment at which a duty opens, falls due or closes."""
    moments: list[datetime] = []
    for column in (Duty.opens, Duty.due, Duty.closes):
        moments += session.scalars(
            select(column).where(Duty.state.is_(None), column > after).order_by(column).limit(1)
        ).all()
    return min(moments, default=None)
