"""What the processes of one city share: who does what only one may do, and what each account has sent lately."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class Lease(Base):
    """Work that one process has at a time, the processes themselves, and which of them are ill.

    `until` is by the database server's clock.

    `token` rises with every new holder: who comes back with an old one has lost the work.
    """

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    token: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime]


class Budget(Base):
    """What an account has sent lately (chat: empty), or what it has sent to one chat, by the database server's clock.

    `state` is what `bot/rates.py` counts. The chat is closed to something until `held`.
    """

    __tablename__ = "budgets"
    __table_args__ = (Index("ix_budgets_held", "channel", "account", "held"),)

    channel: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[dict[str, Any]]
    held: Mapped[datetime]
