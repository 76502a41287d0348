"""How long photos and files are kept: what has been kept long enough is marked, and its bytes are deleted afterwards.

Rule 1  Only what is stored expires. What is part of a draft that somebody may go on with is not loose, and what is part
        of a problem that is still open is kept.
Rule 2  A row stays, so that the ledger and the counts stay true; its own name, its place and its handle do not.
Rule 3  Bytes are deleted only when no living row has them: the same photo may be part of another report.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from rules.issue_life import ENDED
from storage import talks
from storage.tables.ordering import Order
from storage.tables.registry import Person
from storage.tables.reporting import Issue, MediaFile, Report, ReportVersion
from storage.tables.traffic import Workbook


@dataclass(frozen=True, slots=True)
class Due:
    """A file that has been kept long enough, and the unit in whose chain its removal is written."""

    id: int
    unit_id: int
    sha256: str


def loose_due(session: Session, before: datetime) -> list[Due]:
    """What came before then and never became part of anything."""
    rows = session.execute(
        select(MediaFile.id, MediaFile.sha256, MediaFile.person_id, Person.unit_id)
        .join(Person, Person.id == MediaFile.person_id)
        .where(
            MediaFile.version_id.is_(None),
            MediaFile.issue_id.is_(None),
            MediaFile.order_id.is_(None),
            MediaFile.state == "stored",
            MediaFile.received < before,
        )
        .order_by(MediaFile.person_id, MediaFile.id)
    ).all()
    found: list[Due] = []
    for person_id, theirs in groupby(rows, key=lambda row: row.person_id):
        drafts = talks.media_in_drafts(session, person_id)
        found += [Due(row.id, row.unit_id, row.sha256) for row in theirs if row.id not in drafts]
    return found


def filed_due(session: Session, before: datetime, limit: int) -> list[Due]:
    """What came before then and is part of a report, or of a problem or an order that was closed before then."""
    # Ids rise with time: what is younger than that is not looked at.
    younger = (
        select(MediaFile.id)
        .where(MediaFile.received >= before)
        .order_by(MediaFile.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            MediaFile.id,
            func.coalesce(Report.unit_id, Issue.unit_id, Order.unit_id, Person.unit_id),
            MediaFile.sha256,
        )
        .outerjoin(ReportVersion, ReportVersion.id == MediaFile.version_id)
        .outerjoin(Report, Report.id == ReportVersion.report_id)
        .outerjoin(Issue, Issue.id == MediaFile.issue_id)
        .outerjoin(Order, Order.id == MediaFile.order_id)
        .join(Person, Person.id == MediaFile.person_id)
        .where(
            MediaFile.state == "stored",
            or_(younger.is_(None), MediaFile.id < younger),
            or_(
                Report.id.is_not(None),
                Order.ended < before,
                and_(Issue.state.in_(ENDED), or_(Issue.closed.is_(None), Issue.closed < before)),
            ),
        )
        .order_by(MediaFile.id)
        .limit(limit)
    )
    return [Due(*row) for row in rows]


def expire(session: Session, ids: Iterable[int]) -> None:
    """Marks them; what was read from a workbook, people's names and telephone numbers, goes with its file."""
    gone = list(ids)
    session.execute(delete(Workbook).where(Workbook.media_id.in_(gone)))
    session.execute(
        update(MediaFile)
        .where(MediaFile.id.in_(gone))
        .values(state="expired", name="", reference="", latitude=None, longitude=None)
    )


@dataclass(frozen=True, slots=True)
class Expired:
    """Where the bytes of expired rows lie; those of `deletable` no living row has."""

    paths: list[str]
    deletable: list[str]


def expired(session: Session, limit: int) -> Expired:
    """Paths that have not been seen to yet."""
    paths = list(
        session.scalars(
            select(MediaFile.path)
            .where(MediaFile.state == "expired", MediaFile.path != "")
            .distinct()
            .limit(limit)
        )
    )
    shared = select(MediaFile.path).where(MediaFile.state == "stored", MediaFile.path.in_(paths))
    living = set(session.scalars(shared)) if paths else set()
    return Expired(paths, [path for path in paths if path not in living])


def forget_paths(session: Session, paths: Iterable[str]) -> None:
    """Expired rows have nothing at these places any more."""
    session.execute(
        update(MediaFile).where(MediaFile.state == "expired", MediaFile.path.in_(list(paths))).values(path="")
    )
