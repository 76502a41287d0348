"""Photos, files, voice and places: wanted when their message is taken, fetched beside, tied to what is filed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from storage.messages import Incoming, MediaKind
from storage.prepared import Query
from storage.tables.reporting import MediaFile, ReportVersion


def want(
    session: Session, person_id: int, inbox_id: int, incoming: Incoming, now: datetime, machine: datetime
) -> tuple[int, ...]:
    """A row for each thing that came; a place needs no fetching."""
    rows = [
        MediaFile(
            person_id=person_id, inbox_id=inbox_id, received=now, channel=incoming.address.channel,
            account=incoming.address.account, kind=each.kind, reference=each.reference, name=each.name,
            latitude=each.latitude, longitude=each.longitude, size=each.size, next_try=machine,
            state="stored" if each.kind is MediaKind.PLACE else "wanted",
        )
        for each in incoming.media
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return tuple(row.id for row in rows)


_file = MediaFile.__table__.c
_LOOSE = Query(
    select(_file.id)
    .where(
        _file.person_id == bindparam("person"),
        _file.version_id.is_(None),
        _file.issue_id.is_(None),
        _file.received >= bindparam("since"),
        or_(_file.state == "wanted", _file.state == "stored"),
    )
    .order_by(_file.id),
    int,
)


def loose(session: Session, person_id: int, since: datetime) -> tuple[int, ...]:
    """What the person sent before any question since then, and that belongs to nothing yet."""
    return tuple(_LOOSE.all(session, person=person_id, since=since))


def count_of_report(session: Session, report_id: int) -> int:
    """Photos and files of all versions of a report: once filed they stay with it."""
    versions = select(ReportVersion.id).where(ReportVersion.report_id == report_id)
    return (
        session.scalar(select(func.count()).select_from(MediaFile).where(MediaFile.version_id.in_(versions)))
        or 0
    )


def tie(
    session: Session,
    person_id: int,
    ids: Sequence[int],
    *,
    version_id: int | None = None,
    issue_id: int | None = None,
) -> None:
    """Makes media part of a report's version or of a problem: only the person's own, and never taken from one."""
    if ids:
        session.execute(
            update(MediaFile)
            .where(
                MediaFile.id.in_(ids),
                MediaFile.person_id == person_id,
                MediaFile.version_id.is_(None),
                MediaFile.issue_id.is_(None),
            )
            .values(version_id=version_id, issue_id=issue_id)
        )


def wanted(session: Session, now: datetime, limit: int) -> Sequence[MediaFile]:
    return session.scalars(
        select(MediaFile)
        .where(MediaFile.state == literal_column("'wanted'"), MediaFile.next_try <= now)
        .order_by(MediaFile.next_try)
        .limit(limit)
    ).all()
