"""Registry workbooks that the office sent in chat: found once they are stored, kept as read until taken or left."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage import people
from storage.entries import Book
from storage.messages import MediaKind
from storage.tables.reporting import MediaFile
from storage.tables.traffic import Workbook

NOT_OLDER = timedelta(
    days=1
)  # a file that could not be read for a day is not read behind anybody's back later


def is_workbook(kind: MediaKind, name: str) -> bool:
    return kind is MediaKind.FILE and name.lower().endswith(".xlsx")


def unread(session: Session, now: datetime, today: date) -> Sequence[MediaFile]:
    """Stored .xlsx files of people of the office that have not been read yet."""
    files = session.scalars(
        select(MediaFile)
        .outerjoin(Workbook, Workbook.media_id == MediaFile.id)
        .where(
            # These three make it a look into an index, and a short one.
            MediaFile.person_id.in_(people.in_role(session, Role.OFFICE, today)),
            MediaFile.version_id.is_(None),
            MediaFile.issue_id.is_(None),
            MediaFile.kind == MediaKind.FILE,
            MediaFile.state == "stored",
            MediaFile.received > now - NOT_OLDER,
            Workbook.media_id.is_(None),
        )
        .order_by(MediaFile.id)
    )
    return [each for each in files if is_workbook(each.kind, each.name)]


def begin(session: Session, media_id: int, person_id: int, now: datetime) -> None:
    """Marks a file before it is read: one that ends the program must not be read again by the next."""
    session.add(Workbook(media_id=media_id, person_id=person_id, read=now, book={}))
    session.flush()


def cut_off(session: Session) -> Sequence[Workbook]:
    """What a program began to read that ended before it was done."""
    open_ones = session.scalars(select(Workbook).where(Workbook.taken.is_(None)).order_by(Workbook.media_id))
    return [row for row in open_ones if not row.book]


def keep(session: Session, media_id: int, person_id: int, book: Book, now: datetime) -> None:
    row = Workbook(media_id=media_id, person_id=person_id, read=now, book=book.model_dump(mode="json"))
    session.merge(row)
    session.flush()


def pass_over(session: Session, ids: Sequence[int], person_id: int, now: datetime) -> None:
    """These were sent as an answer: evidence, and no registry to be read, whatever becomes of the answer."""
    session.add_all(
        Workbook(media_id=each, person_id=person_id, read=now, taken=now, book={}) for each in ids
    )
    session.flush()


def waiting(session: Session, person_id: int, media_id: int | None = None) -> Workbook | None:
    """A workbook of this person that is neither taken nor left: the one asked for, else the newest."""
    wanted = select(Workbook).where(Workbook.person_id == person_id, Workbook.taken.is_(None))
    if media_id is not None:
        wanted = wanted.where(Workbook.media_id == media_id)
    found = session.scalars(wanted.order_by(Workbook.media_id.desc()))
    return next((row for row in found if row.book), None)  # an empty one is being read


def book_of(row: Workbook) -> Book:
    return Book.model_validate(row.book)


def close(session: Session, row: Workbook, now: datetime) -> None:
    """It has been taken in, or left: nothing waits any more, and what was read from it need not be kept."""
    row.taken, row.book = now, {}
    session.flush()
