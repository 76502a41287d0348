"""台帐 and the city's own facts: the hash chain, its daily roots, the rules in force, the clock."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, BigId


class LedgerRow(Base):
    """One act, in one chain (unit:3, or city). `canonical` is the text that was hashed, kept as text.

    hash = SHA-256(previous + newline + canonical). Rows are append-only: triggers refuse UPDATE and DELETE.
    """

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("chain", "place"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chain: Mapped[str]
    place: Mapped[int]
    at: Mapped[datetime]
    canonical: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class LedgerRoot(Base):
    """One hash a day over the heads of all chains."""

    __tablename__ = "ledger_roots"

    day: Mapped[date] = mapped_column(primary_key=True)
    heads: Mapped[str]
    hash: Mapped[str]
    at: Mapped[datetime]


class LedgerSalt(Base):
    """The key under which a person's name, number and words stand hashed in the ledger; gone when they are erased."""

    __tablename__ = "ledger_salts"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    salt: Mapped[str]


class RulesVersion(Base):
    """The rules file as it was taken into force. What is open keeps its version."""

    __tablename__ = "rules_versions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    taken: Mapped[datetime]
    text: Mapped[str]
    sha256: Mapped[str]  # the same text may come into force again later


class CityFact(Base):
    """A few single facts of a city by name: the moved clock, how far sweeps have come."""

    __tablename__ = "city_facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
