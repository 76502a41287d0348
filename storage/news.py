"""What a leader wants to know of some projects: problems that stand open, what has come, who has not reported.

Rule 1  Each is one query over a condition on projects (storage/scopes.py), whatever their number; none looks further
        back than the year before.
Rule 2  What is counted is streamed or counted by the database: nothing is kept but what is told.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from rules.issue_life import OPEN
from rules.kinds import DutyKind, DutyState, IssueAct, Light, ReportKind, Severity
from storage import lights
from storage.duties import SECOND, awaited
from storage.few import few
from storage.issue_life import REAL
from storage.issues import bars
from storage.lights import LightChange
from storage.owing import Span
from storage.tables.escalating import Escalation
from storage.tables.lights import ProjectLight
from storage.tables.registry import Project, Unit
from storage.tables.reporting import Duty, Issue, IssueEvent, Report, ReportVersion

STREAMED = 500


class OpenProblem(NamedTuple):
    id: int
    project_id: int
    project: str
    severity: Severity
    category: str
    filed: datetime
    due: datetime | None  # 办理时限, once somebody holds it
    unclaimed: bool  # a major problem of which nobody has taken note yet (知悉), or in vain
    unfollowed: bool  # somebody had taken note, and nothing followed


class Came(NamedTuple):
    """What has come since a moment: reports that stand (zeros apart), problems, and problems said to be solved."""

    reports: int
    zeros: int
    problems: int
    solved: int

    @property
    def anything(self) -> bool:
        return any(self)


class Debt(NamedTuple):
    """Of one project, how many reports are overdue (past due, not closed)."""

    project_id: int
    unit_id: int
    unit: str
    owed: int


class Missed(NamedTuple):
    """Of one project and period, how many reports of a kind never came (未报)."""

    kind: DutyKind
    period: str
    project_id: int
    project: str
    reports: int


def open_problems(session: Session, which: ColumnElement[bool]) -> Iterator[OpenProblem]:
    """The problems that are open, major ones first, then the oldest first."""
    unclaimed = ~exists().where(Escalation.issue_id == Issue.id, Escalation.taken.is_not(None))
    unfollowed = exists().where(
        Escalation.issue_id == Issue.id,
        Escalation.since > 1,
        Escalation.taken.is_(None),
        IssueEvent.issue_id == Issue.id,
        IssueEvent.kind == IssueAct.ACKNOWLEDGED,
        IssueEvent.at >= Escalation.opened,
    )
    wanted = (
        select(
            Issue.id,
            Issue.project_id,
            Project.name,
            Issue.severity,
            Issue.category,
            Issue.filed,
            Issue.due,
            unclaimed,
            unfollowed,
        )
        .join(Project, Project.id == Issue.project_id)
        .where(which, REAL, Issue.state.in_(OPEN))
        .order_by(Issue.severity != Severity.MAJOR, Issue.filed, Issue.id)
    )
    for row in session.execute(wanted.execution_options(yield_per=STREAMED)):
        yield OpenProblem(*row)


def came(session: Session, which: ColumnElement[bool], since: datetime, until: datetime) -> Came:
    """What came after `since`, up to and with `until`. Each report counts once, however often it was corrected."""
    year = str(since.year - 1)  # a report of an earlier year is no news of a project
    versions = select(ReportVersion.id).where(
        ReportVersion.report_id == Report.id, ReportVersion.filed > since, ReportVersion.filed <= until
    )
    counted = (
        select(Report.kind, func.count())
        .join(Project, Project.id == Report.project_id)
        .where(
            which,
            Report.kind.in_(list(ReportKind)),  # so that the index finds the year
            Report.period >= year,
            Report.withdrawn.is_(None),
            versions.exists(),
        )
        .group_by(Report.kind)
    )
    reports: dict[ReportKind, int] = dict(session.execute(counted).all())
    problems, solved = _problems_since(session, which, since, until)
    return Came(reports.get(ReportKind.PROGRESS, 0), reports.get(ReportKind.ZERO, 0), problems, solved)


def _problems_since(
    session: Session, which: ColumnElement[bool], since: datetime, until: datetime
) -> tuple[int, int]:
    """How many were filed, and how many were said to be solved."""
    filed = and_(Issue.filed > since, Issue.filed <= until)
    closed = and_(Issue.closed > since, Issue.closed <= until)
    row = session.execute(
        select(_count(filed), _count(closed))
        .join(Project, Project.id == Issue.project_id)
        .where(which, REAL, or_(filed, closed))
    ).one()
    return row[0] or 0, row[1] or 0


def overdue(
    session: Session, which: ColumnElement[bool], now: datetime, half: Span, zero_period: str
) -> Iterator[Debt]:
    """Projects that have not reported what is due and still open, unit by unit.

    `zero_period` is the half-year whose zeros may be open, `half` its instants: a problem in it answers for the zero.
    """
    barred = select(Issue.id).where(Issue.project_id == Duty.project_id, bars(*half)).exists()
    wanted = (
        select(Duty.project_id, Duty.unit_id, Unit.name, func.count())
        .join(Project, Project.id == Duty.project_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(
            which,
            Duty.state.is_(None),
            Duty.exempt.is_(None),
            Duty.opens <= now,
            Duty.due <= now - SECOND,
            Duty.closes > now - SECOND,
            awaited(),
            Duty.kind != DutyKind.DAILY,  # the day's word is noted by itself (reminders/daily_words.py)
            or_(Duty.kind != DutyKind.ZERO, Duty.period != zero_period, ~barred),
        )
        .group_by(Duty.project_id, Duty.unit_id, Unit.name)
        .order_by(Duty.unit_id, Duty.project_id)
    )
    for row in session.execute(wanted.execution_options(yield_per=STREAMED)):
        yield Debt(*row)


def missed(
    session: Session, which: ColumnElement[bool], since: datetime, until: datetime
) -> Iterator[Missed]:
    """What was written down as 未报 since and still is, project by project."""
    written = select(Duty.id).where(Duty.missed > since, Duty.missed <= until)
    wanted = (
        select(Duty.kind, Duty.period, Duty.project_id, Project.name, func.count())
        .join(Project, Project.id == Duty.project_id)
        .where(
            few(Duty.id, written),
            which,
            Duty.state == DutyState.MISSED,
            Duty.kind != DutyKind.DAILY,  # the day's word is noted by itself (reminders/daily_words.py)
        )
        .group_by(Duty.kind, Duty.period, Duty.project_id, Project.name, Project.number)
        .order_by(Project.number, Duty.project_id, Duty.period, Duty.kind)
    )
    for row in session.execute(wanted.execution_options(yield_per=STREAMED)):
        yield Missed(*row)


def turned(
    session: Session, which: ColumnElement[bool], since: datetime, until: datetime
) -> list[LightChange]:
    """Which projects have another light than they had at `since`; the first green one that is known is no news."""
    wanted = (
        select(ProjectLight.project_id)
        .join(Project, Project.id == ProjectLight.project_id)
        .where(which, ProjectLight.at > since, ProjectLight.at <= until, ProjectLight.turned.is_(True))
        .distinct()
    )
    found = lights.changed(session, session.scalars(wanted).all(), since, until)
    return [
        each for each in found if each.after is not None and (each.before or each.after is not Light.GREEN)
    ]


def _count(condition: ColumnElement[bool]) -> "ColumnElement[int]":
    return func.sum(case((condition, 1), else_=0))
