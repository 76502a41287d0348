"""What leaders are told: how each wants it, what was written, the codes of its figures, the month's review."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rules.kinds import Often
from storage.tables.base import Base, BigId, by_value


class DigestChoice(Base):
    """日报设置 of one person; who has none follows the rules. `at` is a time of day of the city."""

    __tablename__ = "digest_choices"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    often: Mapped[Often] = mapped_column(by_value(Often))
    at: Mapped[time] = mapped_column(index=True)
    silent: Mapped[bool]  # nothing at all when there is nothing new
    chosen: Mapped[datetime]


class Digest(Base):
    """One digest of a person for a day of the city: the claim that it is written once.

    form: daily | weekly | review. state: written | empty (nothing new, nothing was sent) | skipped (its day had
    passed) | nobody (no channel reaches the person). It tells what came after `since`, up to and with `at`.
    """

    __tablename__ = "digests"
    __table_args__ = (UniqueConstraint("person_id", "day", "form"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    day: Mapped[date]
    form: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    since: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)  # 迟发


class FigureCode(Base):
    """A figure as it was told: A and the id. What it was made of is kept, so that it can be explained later.

    `scope` is whose projects it counts (own:5, unit:3, city); `sources` are its parts (storage/codes.py).
    """

    __tablename__ = "figure_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    digest_id: Mapped[int] = mapped_column(ForeignKey("digests.id"), index=True)
    scope: Mapped[str]
    measure: Mapped[str]
    period: Mapped[str] = mapped_column(default="")
    as_of: Mapped[datetime]
    value: Mapped[int] = mapped_column(BigInteger)  # yuan, or how many
    sources: Mapped[dict[str, Any]]

    @property
    def code(self) -> str:
        return f"A{self.id}"


class AtOnce(Base):
    """How far what has come was told to those who want it at once (立即): one row, the newest ids looked at."""

    __tablename__ = "told_at_once"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(BigInteger)
    issue_id: Mapped[int] = mapped_column(BigInteger)


class Review(Base):
    """一月一讲评 of one month (2012-03), as it was drawn up: everybody sees the same figures. `units` are its rows."""

    __tablename__ = "reviews"

    month: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    units: Mapped[list[Any]]
