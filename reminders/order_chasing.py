"""催办 of orders (督办单): what follows when nobody takes the next step, by rules/order_clocks.

Rule 1  Only in working hours, and each once: the row is claimed by what it was to be chased with.
Rule 2  Whose turn it is hears of it with buttons; the head and the office get a copy; the office not of a draw
        (抽查), whose answers stand in one list.
Rule 3  A draft that the office leaves lying is told to the admin too: an instruction is never lost.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from reminders.moment import SLICE, Moment
from reminders.wording import orders as words
from rules.kinds import Lane, OrderKind, OrderState, OrderStep
from rules.order_clocks import Chase, following
from rules.orders import ENDED, TURN, OrderWho, moves
from rules.workdays import in_working_hours, local_date
from storage import departments, ledger, orders, outbox, people
from storage.messages import Option, Outgoing
from storage.order_scope import heads, those
from storage.orders import Rules
from storage.tables.ordering import Order

_BUTTONS_A_ROW = 3


def chase_orders(session: Session, moment: Moment) -> bool:
    """A slice of what is to be chased by now."""
    book = moment.rules.book
    found = orders.to_chase(session, moment.now, SLICE)
    if not found or not in_working_hours(moment.now, book, moment.zone):
        return False
    rules = Rules(book, moment.zone)
    for order in found:
        place, coming = order.chased, _coming(order, rules)
        if not orders.claim_chase(session, order) or coming is None:
            continue
        session.refresh(order)
        _chase(session, moment, order, coming, rules)
        if order.state not in ENDED:
            orders.plan(order, place + 1, rules, moment.now)
    session.flush()
    return True


def _coming(order: Order, rules: Rules) -> Chase | None:
    found = following(order.state, order.chased, order.since, order.due, rules.book, rules.zone)
    return found.chase if found else None


def _chase(session: Session, moment: Moment, order: Order, chase: Chase, rules: Rules) -> None:
    today = local_date(moment.now, moment.zone)
    if chase is Chase.FILE or (chase is Chase.UNCHECKED and order.kind is OrderKind.CHECK):
        _file(session, moment, order, rules)
        return
    who = TURN[order.state]
    ids = those(session, who, order, today)
    message = _message(session, moment, order, chase, who)
    if who is OrderWho.RECEIVER and not _reachable(session, moment, ids):
        ids, message = _instead(session, moment, order, message)
    _send(session, moment, order, ids, message)
    if chase is Chase.UNCONFIRMED:
        admins = people.admins(session, moment.reach.admin, today)
        _send(session, moment, order, [each for each in admins if each not in ids],
              _message(session, moment, order, chase, None))  # fmt: skip
    if chase in (Chase.HEAD, Chase.UNSIGNED_HEAD):
        copied = heads(session, order, today)
        if order.kind is not OrderKind.CHECK:
            copied = [*copied, *those(session, OrderWho.OFFICE, order, today)]
        _send(
            session,
            moment,
            order,
            [each for each in copied if each not in ids],
            _copy(session, moment, order),
        )


def _reachable(session: Session, moment: Moment, ids: Iterable[int]) -> list[int]:
    return [each.id for each in people.contacts(session, ids, moment.reach.running) if each.address]


def _instead(session: Session, moment: Moment, order: Order, message: Outgoing) -> tuple[list[int], Outgoing]:
    """Nobody to whom it was delivered is bound any more: others of the unit are asked, else the office telephones."""
    today, unit = local_date(moment.now, moment.zone), orders.unit_name(session, order)
    others = departments.speaking(session, order.unit_id, today) if order.unit_id is not None else []
    if found := _reachable(session, moment, others):
        return found, message.model_copy(update={"text": f"{words.INSTEAD}\n{message.text}"})
    text = f"{words.NOBODY_BOUND.format(unit=unit)}\n{message.text}"
    return those(session, OrderWho.OFFICE, order, today), message.model_copy(
        update={"text": text, "rows": ()}
    )


def _file(session: Session, moment: Moment, order: Order, rules: Rules) -> None:
    """归档 by rule: the leader has had time to send it back."""
    before = order.state
    orders.stand(session, order, OrderState.CLOSED, moment.now, rules)
    orders.add_event(session, order, None, OrderStep.CLOSE, moment.now)
    chain = f"unit:{order.unit_id}" if order.unit_id is not None else "city"
    ledger.append(
        session, chain=chain, who="system", act="order_close", now=moment.now,
        facts={"order": order.number, "before": before, "after": order.state, "late": order.late},
    )  # fmt: skip


def _message(session: Session, moment: Moment, order: Order, chase: Chase, who: OrderWho | None) -> Outgoing:
    past = orders.is_past(order, moment.now)
    template = words.UNCONFIRMED_PAST if past and chase is Chase.UNCONFIRMED else words.TEXTS[chase]
    text = template.format(
        what=order.what,
        past=words.PAST if past else "",
        unit=orders.unit_name(session, order) or words.NO_UNIT,
        due=moment.day_ahead(order.due),
        asked=moment.day_ahead(order.asked_until or order.due),
    )
    title = words.TITLES[chase].format(number=order.number)
    return Outgoing(title=title, text=text, rows=_rows(order, who, past) if who else ())


def _copy(session: Session, moment: Moment, order: Order) -> Outgoing:
    signed = order.state is not OrderState.DELIVERED
    late = (words.LATE_OVERDUE if signed else words.LATE_UNSIGNED).format(due=moment.day_ahead(order.due))
    text = words.COPY_TO_HEAD.format(what=order.what, unit=orders.unit_name(session, order), late=late)
    return Outgoing(title=words.COPY_TITLE.format(number=order.number), text=text)


def _rows(order: Order, who: OrderWho, past: bool) -> tuple[tuple[Option, ...], ...]:
    """What moves the order on, by whose turn it is."""
    options = []
    for each in moves(order.state, [who], led=order.led, past=past):
        label = words.STEPS.get(each.step)
        if label is not None and each.who[0] is who:
            if each.step is OrderStep.CONFIRM and order.unit_id is None:
                label = words.CHOOSE
            options.append(Option(label=label, data=f"o|handle_order|{order.id}.{each.step}"))
    return tuple(tuple(options[at : at + _BUTTONS_A_ROW]) for at in range(0, len(options), _BUTTONS_A_ROW))


def _send(session: Session, moment: Moment, order: Order, ids: Iterable[int], message: Outgoing) -> None:
    for contact in people.contacts(session, ids, moment.reach.running):
        outbox.write(
            session, address=contact.address, person_id=contact.id, message=message, lane=Lane.REMINDER,
            now=moment.now, number=order.number,
            limit=moment.reach.limit(contact.address.channel if contact.address else ""),
            once=f"order {order.number} {order.state} {order.since.isoformat()} {order.chased} for person {contact.id}",
        )  # fmt: skip
