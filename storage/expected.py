"""The expected list (应报名单) as the sweep keeps it: duties opened ahead, moved under new rules, closed once."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, String, bindparam, cast, func, or_, select, union_all, update
from sqlalchemy.orm import Session

from rules.duties import ProjectFacts
from rules.kinds import DutyKind, ProjectState, Severity
from rules.periods import Period, Window, span
from rules.scope import REPORTING
from storage.duties import SECOND
from storage.few import few
from storage.issue_life import REAL
from storage.prepared import Change, Query, among
from storage.reminding import windows
from storage.tables.registry import Project, Responsibility
from storage.tables.reporting import Duty, Issue, Report
from storage.upsert import insert


class Listed(NamedTuple):
    """A project that may owe something."""

    id: int
    unit_id: int
    stay: ProjectFacts


def _listed(project_id: int, unit_id: int, *stay: Any) -> Listed:  # noqa: ANN401 - the columns of ProjectFacts
    return Listed(project_id, unit_id, ProjectFacts(*stay))


_project, _duty = Project.__table__.c, Duty.__table__.c
_FOLLOWING = Query(
    select(_project.id)
    .where(_project.id > bindparam("after"))
    .order_by(_project.id)
    .limit(bindparam("most")),
    int,
)
_WITHOUT = Query(
    select(
        _project.id,
        _project.unit_id,
        _project.state,
        func.coalesce(_project.resumed, _project.registered),
        func.coalesce(_project.ended, _project.paused),
        _project.parent_id.is_not(None),
        _project.sub_owes,
    )
    .where(
        _project.id.in_(among("projects")),
        _project.state == ProjectState.ACTIVE,
        func.coalesce(_project.resumed, _project.registered) <= bindparam("first_day"),
        or_(_project.parent_id.is_(None), _project.sub_owes.is_(True)),
        ~select(_duty.id)
        .where(
            _duty.project_id == _project.id,
            _duty.kind == bindparam("of_kind", type_=Duty.kind.type),
            _duty.period == bindparam("of_period"),
            _duty.subject == "",
        )
        .exists(),
    )
    .order_by(_project.id),
    _listed,
)


def following(session: Session, after: int, limit: int) -> list[int]:
    """The next projects by id."""
    return _FOLLOWING.all(session, after=after, most=limit)


def without(
    session: Session, kind: DutyKind, period: Period, project_ids: Collection[int]
) -> Sequence[Listed]:
    """Those of these projects that may owe this kind for the period (on the list since its first day) and have no
    duty for it yet."""
    return _WITHOUT.all(
        session, projects=list(project_ids), of_kind=kind, of_period=str(period), first_day=period.first_day
    )


def without_word(
    session: Session, month: Period, zone: ZoneInfo, project_ids: Collection[int]
) -> "list[Row[Issue, Project]]":
    """These projects' general problems older than the month, open at its end, without a duty to say a word for it."""
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
                Issue.project_id.in_(project_ids),
                Issue.severity == Severity.GENERAL,
                Issue.filed < begins,
                ~exists,
            )
            .order_by(Issue.id)
        )
    )


def _open_at(moment: datetime) -> ColumnElement[bool]:
    """The condition that a problem was open at a moment, each part of it by the index on `closed`.

    Asked for with an OR, all problems there ever were would be read.
    """
    still = select(Issue.id).where(Issue.closed.is_(None))
    closed_since = select(Issue.id).where(Issue.closed >= moment)
    return few(Issue.id, union_all(still, closed_since))


_OPEN = Change(insert(Duty.metadata.tables["duties"]).on_conflict_do_nothing())


def open_all(session: Session, duties: Sequence[dict[str, object]]) -> None:
    """Inserts duties; those that exist already stay as they are."""
    _OPEN.run_many(session, duties)


_answers = Responsibility.__table__.c
_ANSWERING: Query[tuple[int, int, date, date | None]] = Query(
    select(_answers.project_id, _answers.person_id, _answers.since, _answers.until)
    .where(_answers.project_id.in_(among("projects")), or_(*(_answers.role == role for role in REPORTING)))
    .order_by(_answers.id),
    lambda *cells: cells,
)


def answerable(session: Session, duties: Sequence[Duty], zone: ZoneInfo) -> dict[int, list[int]]:
    """Who answered for each of these duties on its due date, by the city's calendar: one query for all of them."""
    by_project: dict[int, list[tuple[int, date, date | None]]] = {}
    for project, person, since, until in _ANSWERING.all(
        session, projects=list({duty.project_id for duty in duties})
    ):
        by_project.setdefault(project, []).append((person, since, until))
    found: dict[int, list[int]] = {}
    for duty in duties:
        due = duty.due.astimezone(zone).date()
        ids = (
            person
            for person, since, until in by_project.get(duty.project_id, ())
            if since <= due and (until is None or due < until)
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


_report = Report.__table__.c
_TO_CLOSE = Query(
    select(_duty.id)
    .select_from(Duty.__table__.outerjoin(Report.__table__, _report.id == _duty.report_id))
    .where(
        _duty.state.is_(None),
        _duty.closes <= bindparam("before"),
        or_(_report.mend_by.is_(None), _report.mend_by <= bindparam("before")),
    )
    .order_by(_duty.closes, _duty.id)
    .limit(bindparam("most")),
    int,
)


def to_close(session: Session, now: datetime, limit: int) -> Sequence[Duty]:
    """Duties past their close. One whose report was returned waits until that is mended, or can no longer be."""
    ids = _TO_CLOSE.all(session, before=now - SECOND, most=limit)
    if not ids:
        return ()
    return session.scalars(select(Duty).where(Duty.id.in_(ids)).order_by(Duty.closes, Duty.id)).all()


def any_to_close(session: Session, now: datetime) -> bool:
    """Whether a state that follows from a close is still to be written: how the city stands is not known yet."""
    return _TO_CLOSE.first(session, before=now - SECOND, most=1) is not None


def next_instant(session: Session, after: datetime) -> datetime | None:
    """The next moment at which a duty opens, falls due or closes."""
    instants = {moment for each in windows(session, after) for moment in (each.opens, each.due, each.closes)}
    return min((moment for moment in instants if moment > after), default=None)
