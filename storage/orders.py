"""Orders (督办单): drafted, moved on, chased. What may follow on what is decided by rules/orders, not here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from rules.book import Book
from rules.kinds import OrderState, OrderStep
from rules.order_clocks import following
from rules.orders import ENDED
from storage.tables.ordering import Order, OrderEvent
from storage.tables.registry import Unit
from storage.tables.reporting import MediaFile


@dataclass(frozen=True, slots=True)
class Rules:
    """By what an order's limits are counted."""

    book: Book
    zone: ZoneInfo


def add(session: Session, order: Order, rules: Rules) -> Order:
    """A new draft; the clock of its confirmation begins."""
    session.add(order)
    stand(session, order, OrderState.DRAFTED, order.drafted, rules)
    return order


def stand(session: Session, order: Order, state: OrderState, now: datetime, rules: Rules) -> None:
    """The order is in this state from now on, and is chased by that state's list."""
    order.state, order.since = state, now
    if state in ENDED:
        order.ended = now
    plan(order, 0, rules)
    session.flush()


def plan(order: Order, place: int, rules: Rules, last: datetime | None = None) -> None:
    """What is chased next of the state that it is in, and when."""
    coming = following(order.state, place, order.since, order.due, rules.book, rules.zone, last)
    order.chased = coming.place if coming else place
    order.chase_at = coming.at if coming else None


def is_past(order: Order, now: datetime) -> bool:
    """Whether the limit is: the one that is asked for, while the order waits for that."""
    asked = order.asked_until if order.state is OrderState.DEFERRING else None
    return now > (asked or order.due)


def add_event(
    session: Session, order: Order, person_id: int | None, step: OrderStep, now: datetime, note: str = ""
) -> None:
    session.add(OrderEvent(order_id=order.id, person_id=person_id, step=step, at=now, note=note))
    session.flush()


def events(session: Session, order_id: int) -> Sequence[OrderEvent]:
    """All that was done, oldest first."""
    wanted = select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.id)
    return session.scalars(wanted).all()


def newest(session: Session, order_id: int, steps: Collection[OrderStep]) -> OrderEvent | None:
    wanted = select(OrderEvent).where(OrderEvent.order_id == order_id, OrderEvent.step.in_(steps))
    return session.scalars(wanted.order_by(OrderEvent.id.desc()).limit(1)).first()


def done_by(session: Session, person_id: int, since: datetime) -> OrderEvent | None:
    """The newest 办结 that a person has said since then, and that nobody has checked yet."""
    wanted = (
        select(OrderEvent)
        .join(Order, Order.id == OrderEvent.order_id)
        .where(
            Order.state == OrderState.DONE,
            OrderEvent.person_id == person_id,
            OrderEvent.step == OrderStep.FINISH,
            OrderEvent.at >= since,
        )
    )
    return session.scalars(wanted.order_by(OrderEvent.id.desc()).limit(1)).first()


def photos(session: Session, order_id: int) -> tuple[int, ...]:
    wanted = select(MediaFile.id).where(
        MediaFile.order_id == order_id, MediaFile.state.in_(("wanted", "stored"))
    )
    return tuple(session.scalars(wanted.order_by(MediaFile.id)))


def unit_name(session: Session, order: Order) -> str:
    """The receiver; empty if there is none yet."""
    return session.get_one(Unit, order.unit_id).name if order.unit_id is not None else ""


# What waits, and what is to be chased


def open_for(
    session: Session, *, office: bool, unit_id: int | None, leader_ids: Iterable[int], limit: int
) -> Sequence[Order]:
    """Orders that are not over, the nearest limit first: all for the office, else those of a unit or of leaders."""
    mine: ColumnElement[bool] = or_(
        Order.leader_id.in_(list(leader_ids)),
        *([(Order.unit_id == unit_id) & (Order.state != OrderState.DRAFTED)] if unit_id is not None else []),
    )
    wanted = select(Order).where(Order.state.not_in(ENDED)).order_by(Order.due, Order.id).limit(limit)
    return session.scalars(wanted if office else wanted.where(mine)).all()


def to_confirm(session: Session, limit: int) -> Sequence[Order]:
    """Drafts that wait for the office's word (确认下达), the nearest limit first."""
    wanted = select(Order).where(Order.state == OrderState.DRAFTED).order_by(Order.due, Order.id)
    return session.scalars(wanted.limit(limit)).all()


def of_draw(session: Session, draw_id: int) -> Sequence[Order]:
    return session.scalars(select(Order).where(Order.draw_id == draw_id).order_by(Order.id)).all()


def to_chase(session: Session, now: datetime, limit: int) -> Sequence[Order]:
    wanted = select(Order).where(Order.chase_at <= now).order_by(Order.chase_at, Order.id).limit(limit)
    return session.scalars(wanted).all()


def claim_chase(session: Session, order: Order) -> bool:
    """Whether this sweep is the one that chases it: another's would find another instant."""
    claimed = session.execute(
        update(Order)
        .where(Order.id == order.id, Order.chase_at == order.chase_at, Order.chased == order.chased)
        .values(chase_at=None)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    )
    return claimed.scalar_one_or_none() is not None


def next_instant(session: Session, now: datetime) -> datetime | None:
    """The next moment at which an order is to be chased."""
    return session.scalar(select(func.min(Order.chase_at)).where(Order.chase_at > now))
