"""督办单: an order with its way, and the draws (抽查) of which some come."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rules.kinds import OrderKind, OrderState, OrderStep
from storage.tables.base import Base, BigId, by_value


class Order(Base):
    """What somebody is to do by when, and how far that is.

    source      what it answers, by its code (W12, J5, A17); empty if nothing
    unit_id     the receiver (承办单位); None in a draft whose words name none
    leader_id   whose instruction it is, to be reported back to at the end
    since       of the state it is in; `chase_at` is when place `chased` of that state's list is to be said
    late        it was once reported done after its limit; mending does not make that good
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index(
            "ix_orders_chase_at",
            "chase_at",
            sqlite_where=text("chase_at IS NOT NULL"),
            postgresql_where=text("chase_at IS NOT NULL"),
        ),
        Index("ix_orders_state_id", "state", "id"),
        Index("ix_orders_unit_id_state", "unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[OrderKind] = mapped_column(by_value(OrderKind))
    state: Mapped[OrderState] = mapped_column(by_value(OrderState), default=OrderState.DRAFTED)
    what: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestones.id"), index=True)
    draw_id: Mapped[int | None] = mapped_column(ForeignKey("order_draws.id"), index=True)

    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    drafted: Mapped[datetime]
    drafted_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due: Mapped[datetime]
    asked_until: Mapped[datetime | None]

    since: Mapped[datetime]
    chased: Mapped[int] = mapped_column(default=0)
    chase_at: Mapped[datetime | None]

    confirmed: Mapped[datetime | None]
    signed: Mapped[datetime | None]
    done: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)

    @property
    def number(self) -> str:
        return f"D{self.id}"

    @property
    def led(self) -> bool:
        return self.leader_id is not None


class OrderEvent(Base):
    """One step of an order, by whom (None: by rule), with what was said."""

    __tablename__ = "order_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    step: Mapped[OrderStep] = mapped_column(by_value(OrderStep))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


class OrderDraw(Base):
    """不定期抽查: with its seed and the same candidates it gives the same projects again (storage/drawing)."""

    __tablename__ = "order_draws"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    among: Mapped[str]  # what they were drawn from: city, district:..., front:..., light:red
    candidates: Mapped[int]
    candidates_hash: Mapped[str]
    seed: Mapped[str]
