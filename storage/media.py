"""Photos, files, voice and places: wanted when their message is taken, fetched beside, tied to what is filed.

One that was refused or lost stays where it belonged, as a question: the next that its sender sends takes its place.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import people, workbooks
from storage.messages import Incoming, MediaKind
from storage.prepared import Query
from storage.tables.ordering import Order
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue, MediaFile, Report, ReportVersion

LONGEST_NAME = 100
_MISSING = ("refused", "lost")

# What can be looked at, or soon can.
THERE = MediaFile.state.in_(("wanted", "stored"))


def want(
    session: Session, person_id: int, inbox_id: int, incoming: Incoming, now: datetime, machine: datetime
) -> tuple[int, ...]:
    """A row for each thing that came; a place needs no fetching."""
    rows = [
        MediaFile(
            person_id=person_id, inbox_id=inbox_id, received=now, channel=incoming.address.channel,
            account=incoming.address.account, kind=each.kind, reference=each.reference, name=own_name(each.name),
            latitude=each.latitude, longitude=each.longitude, size=each.size, next_try=machine,
            state="stored" if each.kind is MediaKind.PLACE else "wanted",
        )
        for each in incoming.media
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return tuple(row.id for row in rows)


def own_name(name: str) -> str:
    """A file's name as its sender gave it, without folders and without characters that hide or turn round its end."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(letter for letter in last if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"})
    stem, dot, ending = visible.strip(" .").rpartition(".")
    if not dot:
        return ending[:LONGEST_NAME]
    ending = ending[:10]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


_file = MediaFile.__table__.c


class _Loose(NamedTuple):
    id: int
    kind: MediaKind
    name: str


_LOOSE = Query(
    select(_file.id, _file.kind, _file.name)
    .where(
        _file.person_id == bindparam("person"),
        _file.version_id.is_(None),
        _file.issue_id.is_(None),
        _file.order_id.is_(None),
        _file.received >= bindparam("since"),
        or_(_file.state == "wanted", _file.state == "stored"),
    )
    .order_by(_file.id),
    _Loose,
)


def loose(session: Session, person_id: int, since: datetime, today: date) -> tuple[int, ...]:
    """What the person sent before any question since then, and that belongs to nothing yet.

    A registry workbook of the office is no evidence: it holds everybody's telephone number.
    """
    found = _LOOSE.all(session, person=person_id, since=since)
    books = {each.id for each in found if workbooks.is_workbook(each.kind, each.name)}
    if books and Role.OFFICE in people.roles_of(session, person_id, today):
        return tuple(each.id for each in found if each.id not in books)
    return tuple(each.id for each in found)


def count_of_report(session: Session, report_id: int) -> int:
    """Photos and files of all versions of a report: once filed they stay with it."""
    versions = select(ReportVersion.id).where(ReportVersion.report_id == report_id)
    wanted = select(func.count()).select_from(MediaFile).where(MediaFile.version_id.in_(versions), THERE)
    return session.scalar(wanted) or 0


def tie(
    session: Session,
    person_id: int,
    ids: Sequence[int],
    *,
    version_id: int | None = None,
    issue_id: int | None = None,
    order_id: int | None = None,
) -> None:
    """Makes media part of a report's version, a problem or an order: only one's own, and never taken from another."""
    if ids:
        session.execute(
            update(MediaFile)
            .where(
                MediaFile.id.in_(ids),
                MediaFile.person_id == person_id,
                MediaFile.version_id.is_(None),
                MediaFile.issue_id.is_(None),
                MediaFile.order_id.is_(None),
            )
            .values(version_id=version_id, issue_id=issue_id, order_id=order_id)
        )


def of_issue(session: Session, issue_id: int, person_id: int) -> tuple[int, ...]:
    """What a person has sent as part of a problem, oldest first."""
    wanted = select(MediaFile.id).where(
        MediaFile.issue_id == issue_id, MediaFile.person_id == person_id,
        MediaFile.state.in_(("wanted", "stored")),
    )  # fmt: skip
    return tuple(session.scalars(wanted.order_by(MediaFile.id)))


def wanted(session: Session, now: datetime, limit: int) -> Sequence[MediaFile]:
    return session.scalars(
        select(MediaFile)
        .where(MediaFile.state == literal_column("'wanted'"), MediaFile.next_try <= now)
        .order_by(MediaFile.next_try)
        .limit(limit)
    ).all()


def drop(session: Session, ids: Sequence[int]) -> None:
    """These are not wanted after all: one too many, or another has come for them."""
    if ids:
        session.execute(update(MediaFile).where(MediaFile.id.in_(ids)).values(state="dropped"))


def missing_among(session: Session, ids: Collection[int]) -> list[int]:
    """Those of them that were refused or lost."""
    if not ids:
        return []
    wanted = select(MediaFile.id).where(MediaFile.id.in_(ids), MediaFile.state.in_(_MISSING))
    return list(session.scalars(wanted.order_by(MediaFile.id)))


@dataclass(frozen=True, slots=True)
class Belonging:
    """The report, problem or order that a file is part of; an order need not be of a project."""

    number: str  # J12, W3, D5
    unit_id: int
    project_id: int | None
    project: str


def belonging(session: Session, row: MediaFile) -> Belonging | None:
    """What the file is part of; None while it is part of nothing."""
    if row.version_id is not None:
        report, name = session.execute(
            select(Report, Project.name)
            .join(ReportVersion, ReportVersion.report_id == Report.id)
            .join(Project, Project.id == Report.project_id)
            .where(ReportVersion.id == row.version_id)
        ).one()
        return Belonging(report.receipt, report.unit_id, report.project_id, name)
    if row.issue_id is not None:
        issue = session.get_one(Issue, row.issue_id)
        project = session.get_one(Project, issue.project_id)
        return Belonging(issue.number, issue.unit_id, project.id, project.name)
    if row.order_id is not None:
        order = session.get_one(Order, row.order_id)
        unit_id = order.unit_id or session.get_one(Person, row.person_id).unit_id
        name = session.get_one(Project, order.project_id).name if order.project_id is not None else ""
        return Belonging(order.number, unit_id, order.project_id, name)
    return None


def missing(session: Session, person_id: int, since: datetime) -> MediaFile | None:
    """The oldest file since then that a report or problem of the person was to have, and that was refused or lost."""
    # Ids rise with time: only what has come since then is looked at, not the files of ten years.
    before = (
        select(MediaFile.id)
        .where(MediaFile.received < since)
        .order_by(MediaFile.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return session.scalars(
        select(MediaFile)
        .where(
            MediaFile.person_id == person_id,
            or_(
                MediaFile.version_id.is_not(None),
                MediaFile.issue_id.is_not(None),
                MediaFile.order_id.is_not(None),
            ),
            MediaFile.state.in_(_MISSING),
            MediaFile.id > func.coalesce(before, 0),
        )
        .order_by(MediaFile.id)
        .limit(1)
    ).first()
