"""The month's review (一月一讲评) as it was drawn up: one row a month, so that all see the same figures for ever.

What was unlocked or mended afterwards changes nothing of it, as with a circular that was printed.
"""

from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from rules.figures import Tally
from rules.kinds import DutyKind, DutyState, PeriodKind, ProjectState
from rules.periods import Period, span
from rules.review import UnitMonth
from storage import spending
from storage.tables.digests import Review
from storage.tables.registry import Project, Unit
from storage.tables.reporting import Duty, Issue


def of_month(session: Session, month: Period) -> Review | None:
    return session.get(Review, str(month))


def newest(session: Session) -> Review | None:
    return session.scalars(select(Review).order_by(Review.month.desc()).limit(1)).first()


def rows_of(review: Review) -> list[UnitMonth]:
    return [UnitMonth(**{**row, "duties": Tally(**row["duties"])}) for row in review.units]


def closed(session: Session, month: Period, now: datetime) -> bool:
    """Whether every progress duty of the month is over, and there were any."""
    of_month = select(Duty.id).where(Duty.kind == DutyKind.PROGRESS, Duty.period == str(month))
    waits = of_month.where(Duty.state.is_(None), Duty.closes > now)
    return bool(session.scalar(select(of_month.exists()))) and not session.scalar(select(waits.exists()))


def draw_up(session: Session, month: Period, now: datetime, zone: ZoneInfo) -> Review:
    """The month's figures of every unit, as of now."""
    units = dict(session.execute(select(Unit.id, Unit.name)).all())
    projects = _projects(session, month)
    duties, problems, money = _duties(session, month), _problems(session, month, zone), _money(session, month)
    ids = sorted(projects.keys() | duties.keys() | problems.keys() | money.keys())
    rows = [
        UnitMonth(
            each, units[each], projects.get(each, 0), duties.get(each, Tally()), *money.get(each, (0, 0)),
            *problems.get(each, (0, 0, 0, 0)),
        )
        for each in ids
    ]  # fmt: skip
    review = Review(month=str(month), as_of=now, units=[asdict(row) for row in rows])
    session.add(review)
    session.flush()
    return review


def _projects(session: Session, month: Period) -> dict[int, int]:
    """Of each unit the projects that were on the list in the month: sub-projects are in their parents."""
    wanted = select(Project.unit_id, func.count()).where(
        Project.parent_id.is_(None),
        Project.registered <= month.last_day,
        or_(Project.state == ProjectState.ACTIVE, func.coalesce(Project.ended, Project.paused) >= month.first_day),
    )  # fmt: skip
    return dict(session.execute(wanted.group_by(Project.unit_id)).all())


def _duties(session: Session, month: Period) -> dict[int, Tally]:
    """What the units owed for the month: figures and words on problems, and zeros of a half-year that ended with it."""
    periods = [str(month), str(Period.of(PeriodKind.HALF, month.first_day))]
    if month.number % 6:
        periods.pop()
    wanted = (
        select(Duty.unit_id, Duty.state, func.count(), func.count(Duty.settled))
        .where(Duty.period.in_(periods), Duty.kind.in_(list(DutyKind)))
        .group_by(Duty.unit_id, Duty.state)
    )
    found: dict[int, Tally] = {}
    for unit_id, state, count, filed in session.execute(wanted):
        found[unit_id] = found.get(unit_id, Tally()) + _tally(state, count, filed)
    return found


def _tally(state: DutyState | None, count: int, filed: int) -> Tally:
    """So many duties of one state; one without a state waits to be mended (退回), and has not come yet."""
    match state:
        case None:
            return Tally(owing=count, provisional=True)
        case DutyState.ON_TIME:
            return Tally(on_time=count)
        case DutyState.LATE:
            return Tally(late=count)
        case DutyState.MISSED:
            return Tally(missed=count)
        case DutyState.UNDELIVERED:
            return Tally(undelivered=count, undelivered_filed=filed)
    return Tally(excused=count)


def _money(session: Session, month: Period) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for row in spending.by_project(session, month, Project.id.is_not(None)):
        done, plan = found.get(row.unit_id, (0, 0))
        found[row.unit_id] = done + row.done, plan + row.plan
    return found


def _problems(session: Session, month: Period, zone: ZoneInfo) -> dict[int, tuple[int, int, int, int]]:
    """Opened and closed in the month, open at its end, and how many days the oldest of those had been."""
    begins, ends = span(month, zone)
    opened = and_(Issue.filed >= begins, Issue.filed < ends)
    closed = and_(Issue.closed >= begins, Issue.closed < ends)
    standing = and_(Issue.filed < ends, or_(Issue.closed.is_(None), Issue.closed >= ends))
    wanted = (
        select(
            Issue.unit_id,
            *(func.sum(case((each, 1), else_=0)) for each in (opened, closed, standing)),
            func.min(case((standing, Issue.filed))),
        )
        .where(or_(opened, closed, standing))
        .group_by(Issue.unit_id)
    )
    found: dict[int, tuple[int, int, int, int]] = {}
    for unit_id, opens, closes, stands, oldest in session.execute(wanted):
        days = 0 if oldest is None else (ends - oldest).days
        found[unit_id] = opens, closes, stands, days
    return found
