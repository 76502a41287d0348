"""What a platform would keep for us: the messages of the try-out page, as its people see them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, BigId


class TryoutMessage(Base):
    """One bubble. `body` holds title, text, rows, media and the id of the bubble that it takes the place of."""

    __tablename__ = "tryout_messages"
    __table_args__ = (Index("ix_tryout_messages_person_id_id", "person_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    mine: Mapped[bool]
    at: Mapped[datetime]  # by the city's clock
    body: Mapped[dict[str, Any]]
