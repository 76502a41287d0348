"""Finding one project or unit among all of the city's: by a part of the name, 3号, J12, or pinyin initials.

Only matches are loaded, and never more than asked for: a city may have ten thousand projects.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select, text
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState, ProjectState, ReportKind
from storage.duties import awaited
from storage.tables.registry import Project, Unit
from storage.tables.reporting import Duty, Report

# A duty that closed longer ago is history, and not unlocked any more.
UNLOCKED_FOR = timedelta(days=400)

_NUMBER = re.compile(r"(\d{1,9})号?")
_RECEIPT = re.compile(r"j(\d{1,12})")


class Found(NamedTuple):
    id: int
    number: int  # of the registry; 0 for a unit
    name: str
    unit: str


def on_list() -> ColumnElement[bool]:
    """Projects on the expected list (应报名单)."""
    return Project.state == ProjectState.ACTIVE


def off_list() -> ColumnElement[bool]:
    """Projects that were paused or ended."""
    return Project.state != ProjectState.ACTIVE


def with_report() -> ColumnElement[bool]:
    """Projects with a monthly report that can be returned: it stands, and its duty has not closed."""
    # By the duties that are not closed, whose index is small; most projects have no such report.
    return Project.id.in_(
        select(Duty.project_id).join(Report, Report.id == Duty.report_id).where(*returnable())
    )


def returnable() -> tuple[ColumnElement[bool], ...]:
    return (
        Report.kind == ReportKind.PROGRESS,
        Report.returned.is_(None),
        Report.withdrawn.is_(None),
        Duty.state.is_(None),
    )


def with_unlockable(now: datetime) -> ColumnElement[bool]:
    """Projects with a closed duty that can be opened once more."""
    return select(Duty.id).where(Duty.project_id == Project.id, *unlockable(now)).exists()


def unlockable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """`rules.duties.may_be_unlocked`, of what has closed not too long ago."""
    since = now - UNLOCKED_FOR
    return (
        Duty.kind.in_(list(DutyKind)),  # with the period, this is how a project's duties are found
        Duty.period >= f"{since.year}",
        or_(
            Duty.state == DutyState.MISSED,
            and_(Duty.kind == DutyKind.PROGRESS, Duty.state.in_([DutyState.ON_TIME, DutyState.LATE])),
        ),
        Duty.closes > since,
    )


def with_awaited() -> ColumnElement[bool]:
    """Projects with a duty that waits for its report, or was exempt from it."""
    return select(Duty.id).where(Duty.project_id == Project.id, Duty.state.is_(None), awaited()).exists()


# Word for word as in the partial index, without which it would not be used.
_UNDELIVERED = text("duties.state = 'undelivered'")


def with_undelivered() -> ColumnElement[bool]:
    """Projects with a duty that was not provably delivered, of which the office has not said what it makes of it."""
    return Project.id.in_(select(Duty.project_id).where(*undelivered()))


def undelivered() -> tuple[ColumnElement[bool], ...]:
    return (and_(_UNDELIVERED), Duty.judged.is_(None))


def projects(session: Session, among: ColumnElement[bool], typed: str, limit: int) -> list[Found]:
    """The first of the projects that fulfil a condition; with `typed`, of those that it means."""
    wanted = _projects().where(among)
    if typed:
        wanted = wanted.where(_meant_by(_folded(typed)))
    return [Found(*row) for row in session.execute(wanted.limit(limit))]


def in_pieces(session: Session, among: ColumnElement[bool], letters: str, limit: int) -> list[Found]:
    """Projects in whose names these letters stand in this order: 君山垃圾发电 for 君山垃圾焚烧发电."""
    pattern = "%" + "%".join(_escaped(letter) for letter in letters) + "%"
    wanted = _projects().where(among, Project.name.ilike(pattern, escape="/"))
    return [Found(*row) for row in session.execute(wanted.limit(limit))]


def sharing(session: Session, among: ColumnElement[bool], parts: Iterable[str], limit: int) -> list[Found]:
    """Projects in whose names one of these parts stands."""
    shared = or_(*(Project.name.icontains(part, autoescape=True) for part in parts))
    return [Found(*row) for row in session.execute(_projects().where(among, shared).limit(limit))]


def _escaped(letter: str) -> str:
    return f"/{letter}" if letter in "%_/" else letter


def project(session: Session, among: ColumnElement[bool], project_id: int) -> list[Found]:
    """This project, if it fulfils the condition."""
    return [Found(*row) for row in session.execute(_projects().where(among, Project.id == project_id))]


def units(session: Session, typed: str, limit: int) -> list[Found]:
    wanted = select(Unit.id, Unit.name).order_by(Unit.id)
    if typed:
        wanted = wanted.where(Unit.name.icontains(_folded(typed), autoescape=True))
    return [Found(row.id, 0, row.name, "") for row in session.execute(wanted.limit(limit))]


def unit(session: Session, unit_id: int) -> list[Found]:
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.id == unit_id))
    return [Found(row.id, 0, row.name, "") for row in rows]


def _projects() -> "Select[int, int, str, str]":
    return (
        select(Project.id, Project.number, Project.name, Unit.name)
        .join(Unit, Unit.id == Project.unit_id)
        .order_by(Project.number)
    )


def _folded(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", typed).split())


def _meant_by(typed: str) -> ColumnElement[bool]:
    """A registry number or a receipt means that one; anything else is a part of the name, or initials."""
    if number := _NUMBER.fullmatch(typed):
        return Project.number == int(number[1])
    if receipt := _RECEIPT.fullmatch(typed.lower()):
        return Project.id == select(Report.project_id).where(Report.id == int(receipt[1])).scalar_subquery()
    by_name = Project.name.icontains(typed, autoescape=True)
    if typed.isascii() and typed.isalnum():
        return or_(by_name, Project.initials.startswith(typed.lower(), autoescape=True))
    return by_name
