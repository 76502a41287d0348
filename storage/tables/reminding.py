"""催报: which reminders of a period went out, whom each was for, about which duties; and who asked for a later one."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rules.kinds import Snooze
from storage.tables.base import Base, BigId, by_value


class ReminderRound(Base):
    """One step of the rules for all duties of a window: each stands here once, sent or left out with the reason.

    state: running (`cursor` is the last person it has come to, `written` how many messages) | done | skipped.
    """

    __tablename__ = "reminder_rounds"
    __table_args__ = (
        UniqueConstraint("closes", "due", "opens", "step"),
        Index(
            "ix_reminder_rounds_running",
            "id",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    opens: Mapped[datetime]
    due: Mapped[datetime]
    closes: Mapped[datetime]
    step: Mapped[str]  # due-5, overdue-1
    planned: Mapped[datetime]

    state: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    begun: Mapped[datetime]
    cursor: Mapped[int] = mapped_column(BigId, default=0)
    written: Mapped[int] = mapped_column(default=0)


class Nudge(Base):
    """One message that reminds one person, or the reason why there is none.

    state: written | overtaken (something it names was done before it was sent: it is written anew, or not at all) |
    settled (nothing was left of it) | suppressed. `why`: away, unreachable, day_cap, month_cap.
    """

    __tablename__ = "nudges"
    __table_args__ = (
        Index("ix_nudges_person_id_at", "person_id", "at"),
        Index(
            "ix_nudges_overtaken",
            "id",
            sqlite_where=text("state = 'overtaken'"),
            postgresql_where=text("state = 'overtaken'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    step: Mapped[str]  # of the period that called for it; snoozed if the person had asked for it
    state: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)


class NudgeDuty(Base):
    """A duty that a nudge is about. `own`: it was for who has to report it; others hear what was tried."""

    __tablename__ = "nudge_duties"
    __table_args__ = (Index("ix_nudge_duties_duty_id", "duty_id"),)

    nudge_id: Mapped[int] = mapped_column(ForeignKey("nudges.id"), primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"), primary_key=True)
    own: Mapped[bool]


class SnoozedNudge(Base):
    """稍后提醒我: somebody wants to hear of a nudge again. Once each choice; `done` when that has been looked after."""

    __tablename__ = "snoozed_nudges"
    __table_args__ = (
        UniqueConstraint("nudge_id", "choice"),
        Index(
            "ix_snoozed_nudges_waiting",
            "until",
            sqlite_where=text("done IS NULL"),
            postgresql_where=text("done IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    nudge_id: Mapped[int] = mapped_column(ForeignKey("nudges.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    choice: Mapped[Snooze] = mapped_column(by_value(Snooze))
    asked: Mapped[datetime]
    until: Mapped[datetime]
    done: Mapped[datetime | None]
