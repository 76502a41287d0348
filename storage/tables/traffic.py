"""What came in, what is being talked about, what goes out, and what has been done once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, BigId


class InboxRow(Base):
    """A raw update, stored before it is confirmed to its platform.

    state: new | done | refused (read and answered with a refusal) | ignored (a flood) | parked (a bug met it).
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "account", "external"),
        Index("ix_inbox_sender_received", "sender", "received"),
        Index(
            "ix_inbox_new", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")
        ),
        Index(
            "ix_inbox_sender_new",
            "sender",
            "id",
            sqlite_where=text("state = 'new'"),
            postgresql_where=text("state = 'new'"),
        ),
        Index(
            "ix_inbox_retry",
            "retry",
            sqlite_where=text("state = 'new' AND retry IS NOT NULL"),
            postgresql_where=text("state = 'new' AND retry IS NOT NULL"),
        ),
        Index(
            "ix_inbox_parked",
            "id",
            sqlite_where=text("state = 'parked'"),
            postgresql_where=text("state = 'parked'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    account: Mapped[str]
    external: Mapped[str]
    sender: Mapped[str]  # channel:account:user, the unit of order before binding
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received: Mapped[datetime]

    state: Mapped[str] = mapped_column(default="new")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    retry: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    done: Mapped[datetime | None]


class Talk(Base):
    """A conversation of a person: its answers by question key, as JSON, and the key last shown.

    state: current | paused | done | cancelled (by the person) | gone (what it was about is no longer theirs
    to report). One current talk a person.
    """

    __tablename__ = "talks"
    __table_args__ = (
        Index(
            "uq_talks_current",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
        Index(
            "ix_talks_paused",
            "person_id",
            "touched",
            sqlite_where=text("state = 'paused'"),
            postgresql_where=text("state = 'paused'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    script: Mapped[str]
    answers: Mapped[dict[str, Any]]
    asked: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="current")
    outcome: Mapped[str] = mapped_column(default="")
    opened: Mapped[datetime]
    touched: Mapped[datetime]


class OutboxRow(Base):
    """A message to be sent, or that was.

    state: due | sending (under a lease) | sent | unknown (may have arrived) | failed | expired | nobody.
    `part_of` is the part of a long text before this one. `number` (W12, J34) makes an answer a receipt.
    The attempt that ended it stands here (claimed, ended, state, note), those before it in `attempts`.
    City clock: written, due, useless_after, claimed, ended. Machine clock: retry, lease.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "channel",
            "account",
            "lane",
            "due",
            "id",
            sqlite_where=text("state IN ('due', 'sending')"),
            postgresql_where=text("state IN ('due', 'sending')"),
        ),
        Index(
            "ix_outbox_troubled",
            "state",
            sqlite_where=text("state IN ('unknown', 'failed', 'expired', 'nobody')"),
            postgresql_where=text("state IN ('unknown', 'failed', 'expired', 'nobody')"),
        ),
        Index(
            "ix_outbox_part_of",
            "part_of",
            sqlite_where=text("part_of IS NOT NULL"),
            postgresql_where=text("part_of IS NOT NULL"),
        ),
        Index(
            "ix_outbox_sending",
            "channel",
            "account",
            "chat",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index("ix_outbox_person_id_id", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))  # what it answers, if anything
    channel: Mapped[str]
    account: Mapped[str]
    chat: Mapped[str]
    lane: Mapped[int]  # Lane.order
    body: Mapped[dict[str, Any]]  # Outgoing
    number: Mapped[str] = mapped_column(default="")
    part_of: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    once: Mapped[str | None] = mapped_column(unique=True)  # the occurrence that wrote it

    written: Mapped[datetime]
    due: Mapped[datetime]
    useless_after: Mapped[datetime | None]

    state: Mapped[str] = mapped_column(default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    ambiguous: Mapped[int] = mapped_column(default=0)  # how many attempts may have arrived unseen
    retry: Mapped[datetime | None]  # not before
    lease: Mapped[datetime | None]
    claimed: Mapped[datetime | None]  # when the last attempt began
    holder: Mapped[str] = mapped_column(default="")  # the process that took it last
    ended: Mapped[datetime | None]
    external: Mapped[str] = mapped_column(default="")  # the platform's id of the sent message
    note: Mapped[str] = mapped_column(default="")


class Attempt(Base):
    """An attempt to send after which the message was to go again. `outcome` is storage.outbox.End. City clock."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    claimed: Mapped[datetime | None]  # None: by a version that did not write it down
    ended: Mapped[datetime]
    outcome: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class Absence(Base):
    """A span in which nobody heard what people said or tapped on an account; `after` is who was told of it last.

    kind: messages (all that was said is lost) | taps (only presses of buttons are). City clock: began, ended, told.
    """

    __tablename__ = "absences"
    __table_args__ = (
        Index(
            "ix_absences_untold",
            "id",
            sqlite_where=text("told IS NULL"),
            postgresql_where=text("told IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    account: Mapped[str]
    kind: Mapped[str]
    began: Mapped[datetime]
    ended: Mapped[datetime]
    after: Mapped[int] = mapped_column(default=0)
    told: Mapped[datetime | None]


class AwaitedPhoto(Base):
    """A photo that a message was to bring and that was not fetched yet: it follows once it is stored."""

    __tablename__ = "awaited_photos"

    media_id: Mapped[int] = mapped_column(ForeignKey("media.id"), primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), primary_key=True)


class Occurrence(Base):
    """Something due that happened once: the key says what and when; claiming it is inserting it."""

    __tablename__ = "occurrences"

    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Notice(Base):
    """通知: a text of the office to many people; its outgoing rows carry the number T and the id."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sent_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    audience: Mapped[str]

    @property
    def number(self) -> str:
        return f"T{self.id}"


class Workbook(Base):
    """A registry workbook that the office sent in chat: what was read from it, until it is taken or left."""

    __tablename__ = "workbooks"

    media_id: Mapped[int] = mapped_column(ForeignKey("media.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    read: Mapped[datetime]
    book: Mapped[dict[str, Any]]  # storage.entries.Book
    taken: Mapped[datetime | None]
