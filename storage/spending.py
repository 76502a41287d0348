"""完成投资 of a year against the year plan, project by project, for any set of projects. Money in yuan.

Rule 1  Counted are construction projects (重大建设) on the list in the year; a sub-project is in its parent's figures
        (decisions: 1). Preliminary ones owe no amount.
Rule 2  The database adds up; where months were made up for (补记), `rules.figures` does, for they must not count twice.
        It comes to what the sheet 进展 of the export says, to the yuan.
Rule 3  Rows come as a stream. Only the year's own reports are read, however long the history.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from rules.figures import Added, Opening, cumulate
from rules.kinds import ProjectKind, ReportKind
from rules.periods import Period
from storage import advance
from storage.tables.registry import Project, Unit, YearPlan
from storage.tables.reporting import Report, ReportVersion

STREAMED = 500  # rows in memory at a time; as many ids go into one query


class ProjectDone(NamedTuple):
    """年初累计 of a project with the month asked for, and its year plan (0: none)."""

    id: int
    name: str
    unit_id: int
    unit: str
    district: str
    front: str
    plan: int
    done: int


def by_project(session: Session, through: Period, which: ColumnElement[bool]) -> Iterator[ProjectDone]:
    """What the projects had done in the year by the end of a month (2012-03), in the order of their ids."""
    wanted = _sums(through).where(which).execution_options(yield_per=STREAMED)
    for rows in session.execute(wanted).partitions():
        made_up = [row.id for row in rows if row.made_up]
        corrected = _cumulated(session, through, made_up) if made_up else {}
        for row in rows:
            done = corrected.get(row.id, row.opening + row.added)
            yield ProjectDone(
                row.id, row.name, row.unit_id, row.unit, row.district, row.front, row.plan, done
            )


def _of_year(through: Period) -> tuple[ColumnElement[bool], ...]:
    """The condition that a report's month is in the year, by that month, and not in the opening figures already."""
    return (
        Report.project_id == Project.id,
        Report.kind == ReportKind.PROGRESS,
        Report.period >= f"{through.year}-01",
        Report.period <= str(through),
        Report.period > Project.opening_month,
        advance.counting(),
    )


def _sums(through: Period) -> Select[*tuple[Any, ...]]:
    plan = func.coalesce(YearPlan.amount, 0)
    return (
        select(
            Project.id,
            Project.name,
            Project.unit_id,
            Unit.name.label("unit"),
            Project.district,
            Project.front,
            plan.label("plan"),
            _opening(through.year).label("opening"),
            func.coalesce(func.sum(ReportVersion.amount), 0).label("added"),
            func.coalesce(func.sum(ReportVersion.backfill_year), 0).label("made_up"),
        )
        .join(Unit, Unit.id == Project.unit_id)
        .outerjoin(YearPlan, and_(YearPlan.project_id == Project.id, YearPlan.year == through.year))
        .outerjoin(Report, and_(*_of_year(through)))
        .outerjoin(
            ReportVersion,
            and_(ReportVersion.report_id == Report.id, ReportVersion.version == Report.version),
        )
        .where(*counted(through.year))
        .group_by(Project.id, Unit.name, YearPlan.amount)
        .order_by(Project.id)
    )


def _opening(year: int) -> "ColumnElement[int]":
    """What the opening figures hold of the year."""
    return case((func.substr(Project.opening_month, 1, 4) == str(year), Project.opening_year_done), else_=0)


def counted(year: int) -> tuple[ColumnElement[bool], ...]:
    """The condition that a project's money is counted in a year."""
    return (
        Project.kind == ProjectKind.CONSTRUCTION,
        Project.parent_id.is_(None),
        or_(Project.ended.is_(None), Project.ended >= date(year, 1, 1)),
    )


_SAID = (Report.period, ReportVersion.amount, ReportVersion.backfill_year, ReportVersion.backfilled)


def _cumulated(session: Session, through: Period, project_ids: Collection[int]) -> dict[int, int]:
    """年初累计 of projects with months that were made up for."""
    rows = session.execute(
        select(Project.id, Project.opening_month, _opening(through.year).label("opening"), *_SAID)
        .select_from(Project)
        .join(Report, and_(*_of_year(through)))
        .join(
            ReportVersion,
            and_(ReportVersion.report_id == Report.id, ReportVersion.version == Report.version),
        )
        .where(Project.id.in_(project_ids))
        .order_by(Project.id, Report.period)
    )
    of_project: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        of_project.setdefault(row.id, []).append(row)
    return {project_id: _year_of(each) for project_id, each in of_project.items()}


def _year_of(rows: Sequence[Row[*tuple[Any, ...]]]) -> int:
    opening = Opening(rows[0].opening_month, rows[0].opening, 0)
    added = [
        Added(row.period, row.amount or 0, row.backfill_year, row.backfill_year, tuple(row.backfilled or ()))
        for row in rows
    ]
    *_, last = cumulate(opening, added)
    return last.year if last is not None else rows[0].opening
