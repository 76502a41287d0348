"""The ladder of a major problem (上报链), frozen when it opened, whom it has told when, and its group."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rules.kinds import EscalationState
from storage.tables.base import Base, BigId, by_value


class Escalation(Base):
    """One problem's way up. `rung` and `turn` are the step to be said next, due at `next`.

    `next` is the one instant at which something is to be done: a step, the end of a drill, or the moment by which
    something must have followed. None: nothing is due any more.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        Index(
            "ix_escalations_next",
            "next",
            sqlite_where=text("next IS NOT NULL"),
            postgresql_where=text("next IS NOT NULL"),
        ),
        Index(
            "ix_escalations_word_due",
            "word_due",
            sqlite_where=text("word_due IS NOT NULL"),
            postgresql_where=text("word_due IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), unique=True)
    opened: Mapped[datetime]
    ladder: Mapped[dict[str, Any]]  # rules.book.Ladder
    alert: Mapped[dict[str, Any]]  # Outgoing: what was said first, and is said again
    ends: Mapped[datetime | None]  # of a drill

    state: Mapped[EscalationState] = mapped_column(by_value(EscalationState), default=EscalationState.RUNNING)
    next: Mapped[datetime | None]
    rung: Mapped[int] = mapped_column(default=0)
    turn: Mapped[int] = mapped_column(default=0)
    said: Mapped[int] = mapped_column(default=0)  # how many steps were said
    since: Mapped[int] = mapped_column(
        default=1
    )  # the first of them that counts: those before it were answered

    # 续报: the day on which the unit was asked last, and until when it owes its word.
    asked_on: Mapped[date | None]
    word_due: Mapped[datetime | None]

    taken: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class EscalationAlert(Base):
    """One person told by one step; nobody is told twice by the same one. `acknowledged` is the person's own answer.

    may      whether the person may stop the ladder; the unit's own head may not (decisions: 9)
    acts_for whose secretary or stand-in it is
    """

    __tablename__ = "escalation_alerts"
    __table_args__ = (
        UniqueConstraint("escalation_id", "step", "person_id"),
        Index("ix_escalation_alerts_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalations.id"))
    step: Mapped[int]
    rung: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    acts_for: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    may: Mapped[bool]
    at: Mapped[datetime]
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))  # None: no channel reaches them
    acknowledged: Mapped[datetime | None]


class IssueChat(Base):
    """The group of a major problem in WeCom. `ended`: it could not be made, or is gone; nothing is written to it."""

    __tablename__ = "issue_chats"
    __table_args__ = (UniqueConstraint("chat"),)

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    account: Mapped[str]
    chat: Mapped[str]
    name: Mapped[str]
    members: Mapped[list[Any]]  # userids; the first owns it
    opened: Mapped[datetime]
    ended: Mapped[datetime | None]
