"""Photos that a message brings along: which of them can go now, and the others once they are stored.

Rule 1  Words wait for no photo. One that is not fetched yet follows in its own row, under the message's title.
Rule 2  A row of a photo alone is written in the transaction that stores the photo, once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage.database import mark
from storage.messages import MediaKind, Outgoing
from storage.tables.reporting import MediaFile
from storage.tables.traffic import AwaitedPhoto, OutboxRow

_ENDED_BADLY = {"failed", "expired", "nobody"}


class Photos(NamedTuple):
    """Ids of media, in their order."""

    stored: tuple[int, ...] = ()
    awaited: tuple[int, ...] = ()


def of(session: Session, ids: Sequence[int]) -> Photos:
    """Which of them are photos on the shelf, and which still may be. Costs nothing for a message without any."""
    if not ids:
        return Photos()
    wanted = select(MediaFile.id, MediaFile.state).where(
        MediaFile.id.in_(ids), MediaFile.kind == MediaKind.PHOTO
    )
    states = {row.id: row.state for row in session.execute(wanted)}
    awaited = tuple(each for each in ids if states.get(each) == "wanted")
    # Until the row that awaits them is there: one that is stored at this moment would never follow.
    mark(session, MediaFile.metadata.tables["media"], awaited)
    return Photos(tuple(each for each in ids if states.get(each) == "stored"), awaited)


def lane(words: Lane) -> Lane:
    """Photos of what is urgent go in the lane of answers: behind every urgent word, before what is routine."""
    return Lane.REPLY if words is Lane.URGENT else words


def await_for(session: Session, ids: Sequence[int], outbox_id: int) -> None:
    session.add_all(AwaitedPhoto(media_id=each, outbox_id=outbox_id) for each in ids)


def follow(session: Session, media_id: int, now: datetime) -> None:
    """The photo is stored: it is written to everyone who has the words and not the photo."""
    awaiting = (
        select(OutboxRow)
        .join(AwaitedPhoto, AwaitedPhoto.outbox_id == OutboxRow.id)
        .join(MediaFile, MediaFile.id == AwaitedPhoto.media_id)
        .where(AwaitedPhoto.media_id == media_id, MediaFile.state != "dropped")
        .order_by(OutboxRow.id)
    )
    for words in session.scalars(awaiting).all():
        if words.state not in _ENDED_BADLY:
            session.add(_row(words, media_id, now))
    forget(session, media_id)


def forget(session: Session, media_id: int) -> None:
    """It will never come, or has been sent after its words."""
    session.execute(delete(AwaitedPhoto).where(AwaitedPhoto.media_id == media_id))


def _row(words: OutboxRow, media_id: int, now: datetime) -> OutboxRow:
    message = Outgoing(title=str(words.body.get("title", "")), photos=(media_id,))
    return OutboxRow(
        person_id=words.person_id, inbox_id=words.inbox_id, channel=words.channel, account=words.account,
        chat=words.chat, lane=max(words.lane, Lane.REPLY.order), number=words.number, written=now, due=now,
        useless_after=words.useless_after, part_of=words.id,
        body=message.model_dump(mode="json", exclude_defaults=True),
    )  # fmt: skip
