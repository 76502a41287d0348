"""Deeds of an order's life (督办单): each step by the table of rules/orders, told to whose turn it is then."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers.commands import TakeOrderStep
from handlers.deeds.order_noting import note_order, standing
from handlers.deeds.order_showing import about, draft_message, due_name, is_open_draw, rows, slip, took
from handlers.loading.orders import brief, not_now
from handlers.moments import day_ahead, named_ahead
from handlers.order_words import order_step_name
from handlers.outcome import Outcome, digest, refusal
from handlers.screen import Rows
from handlers.turning import Turn
from rules.kinds import Lane, OrderKind, OrderState, OrderStep
from rules.order_clocks import limit_on
from rules.orders import Needs, OrderMove, OrderWho, move, needs
from rules.workdays import calendar_of
from storage import media, orders, people
from storage import rules as stored_rules
from storage.messages import Option, Outgoing
from storage.order_scope import those, whos
from storage.orders import Rules
from storage.tables.ordering import Order, OrderEvent

S, P = OrderState, OrderStep
_ASKING = (P.RECEIVER, P.LIMIT, P.TEXT)  # changes of a draft: the draft is shown again
_DAY = timedelta(days=1)


def take_order_step(turn: Turn, command: TakeOrderStep) -> Outcome:
    order = turn.session.get_one(Order, command.order_id, with_for_update=True)
    found = move(order.state, command.step, led=order.led)
    if found is None or not whos(turn.session, turn.person.id, order, turn.today) & {*found.who}:
        return refusal(not_now(turn.city.words, order, command.step))
    if refused := _cannot(turn, order, command):
        return refusal(refused)
    if command.step is P.CONFIRM:
        if command.unit_id is not None:
            order.unit_id = command.unit_id
        return confirm(turn, order)
    told = _receiver(turn, order)  # who had it, where a step takes it from them
    before = standing(order)
    _do(turn, order, command, found)
    orders.add_event(turn.session, order, turn.person.id, command.step, turn.now, _said(turn, command))
    note_order(
        turn, order, f"order_{command.step}", before=before, note=digest(turn, command.note),
        photos=len(command.photos),
    )  # fmt: skip
    _tell(turn, order, command, told)
    return _receipt(turn, order, command)


def add_to_finished_order(
    turn: Turn, done: OrderEvent, photos: tuple[int, ...], more: str, whole: str
) -> str:
    """What came behind a 办结 that waits is a part of it, and `more` words are told like it; gives back the number."""
    order = turn.session.get_one(Order, done.order_id)
    media.tie(turn.session, turn.person.id, photos, order_id=order.id)
    before, after = digest(turn, done.note), digest(turn, whole)
    note_order(turn, order, "add_media", count=len(photos), before=before, after=after)
    done.note = whole
    if more and order.kind is not OrderKind.CHECK:  # a draw is told once, when all have answered
        _tell(turn, order, TakeOrderStep(order.id, P.FINISH, more, photos), [])
    return order.number


def confirm(turn: Turn, order: Order) -> Outcome:
    """下达: to the unit's head and contact; where nobody can be reached the office telephones."""
    words, before, rules = turn.city.words, standing(order), _rules(turn)
    order.confirmed = turn.now
    orders.stand(turn.session, order, S.CONFIRMED, turn.now, rules)
    orders.add_event(turn.session, order, turn.person.id, P.CONFIRM, turn.now)
    found = people.contacts(turn.session, _receiver(turn, order), turn.city.running)
    reached = any(each.address for each in found)
    if reached:
        orders.stand(turn.session, order, S.DELIVERED, turn.now, rules)
    note_order(turn, order, "confirm_order", before=before, reached=reached)
    title = words.order_title.format(number=order.number)
    message = Outgoing(title=title, text="\n".join(slip(turn, order)), rows=_receivers_rows(turn, order))
    for contact in found:
        turn.push(contact, message, Lane.REMINDER, number=order.number)
    template = words.order_confirmed if reached else words.order_undeliverable
    said = {
        "number": order.number,
        "unit": orders.unit_name(turn.session, order),
        "due": due_name(turn, order),
    }
    text = template.format(**{key: value for key, value in said.items() if f"{{{key}}}" in template})
    shown = () if reached else rows(turn, order, frozenset({OrderWho.OFFICE}))
    return Outcome(Outgoing(text=text, rows=shown), order.number, text)


def _cannot(turn: Turn, order: Order, command: TakeOrderStep) -> str:
    """Why a step cannot be taken although its state allows it."""
    words = turn.city.words
    if command.step is P.EXTEND and turn.now > order.due:
        return words.order_extend_too_late.format(number=order.number)
    if command.step is P.APPROVE and order.asked_until is not None and turn.now > order.asked_until:
        asked = day_ahead(order.asked_until, turn.city.zone, turn.now)
        return words.order_approve_too_late.format(number=order.number, day=asked)
    if command.step is P.CONFIRM and command.unit_id is None and order.unit_id is None:
        return words.order_line_no_receiver
    if command.step is P.CONFIRM and turn.now > order.due:
        return words.order_past_due.format(number=order.number)
    missing = {
        Needs.UNIT: command.unit_id is None,
        Needs.DAY: command.until is None,
        Needs.LONGER: command.until is None or not command.note,
        Needs.TEXT: not command.note,
        Needs.EVIDENCE: not command.note and not command.photos,
        None: False,
    }
    return words.type_answer if missing[needs(command.step)] else ""


def _do(turn: Turn, order: Order, command: TakeOrderStep, found: OrderMove) -> None:
    _change(turn, order, command)
    media.tie(turn.session, turn.person.id, command.photos, order_id=order.id)
    if found.leads is not None:
        orders.stand(turn.session, order, found.leads, turn.now, _rules(turn))
    turn.session.flush()


def _change(turn: Turn, order: Order, command: TakeOrderStep) -> None:
    rules = _rules(turn)
    until = limit_on(command.until, rules.book, rules.zone) if command.until else None
    match command.step:
        case P.RECEIVER:
            order.unit_id = command.unit_id
        case P.LIMIT if until is not None:
            order.due = until
        case P.TEXT:
            order.what = command.note
        case P.SIGN:
            order.signed = turn.now
        case P.REFUSE:
            order.unit_id, order.confirmed = None, None
        case P.EXTEND:
            order.asked_until = until
        case P.APPROVE:
            order.due, order.asked_until = order.asked_until or order.due, None
        case P.DENY:
            order.asked_until = None
        case P.FINISH:
            order.signed = order.signed or turn.now
            order.done, order.late = turn.now, order.late or turn.now > order.due
        case P.SEND_BACK:
            order.done, order.due = None, max(order.due, _to_mend(turn, rules))


def _to_mend(turn: Turn, rules: Rules) -> datetime:
    last = calendar_of(rules.book).nth_workday(turn.today + _DAY, rules.book.supervision.mend_workdays)
    return limit_on(last, rules.book, rules.zone)


# Who hears of it


def _tell(turn: Turn, order: Order, command: TakeOrderStep, had_it: list[int]) -> None:
    match command.step:
        case P.AGREE:
            _report(turn, order)
            _tell_those(turn, order, command, [OrderWho.RECEIVER])
        case P.FINISH if order.kind is OrderKind.CHECK:
            _tell_if_all_in(turn, order)
        case P.REFUSE | P.FEEDBACK | P.EXTEND | P.FINISH:
            _tell_those(turn, order, command, [OrderWho.OFFICE])
        case P.APPROVE | P.DENY:
            _tell_those(turn, order, command, [OrderWho.RECEIVER])
        case P.SEND_BACK:
            _tell_those(turn, order, command, [OrderWho.RECEIVER, OrderWho.OFFICE])
        case P.WITHDRAW if order.confirmed is not None:
            _tell_those(turn, order, command, [OrderWho.OFFICE, OrderWho.LEADER], had_it)
        case P.WITHDRAW:
            _tell_those(turn, order, command, [OrderWho.OFFICE, OrderWho.LEADER])


def _tell_those(
    turn: Turn, order: Order, command: TakeOrderStep, whos_: Iterable[OrderWho], also: Iterable[int] = ()
) -> None:
    """Each of them once, with the buttons of how they stand to it."""
    told = {turn.person.id}
    for ids, buttons in (
        *(
            (those(turn.session, who, order, turn.today), rows(turn, order, frozenset({who})))
            for who in whos_
        ),
        (list(also), ()),
    ):
        others = [each for each in ids if each not in told]
        told.update(others)
        _push(turn, order, others, _news(turn, order, command, buttons))


def _news(turn: Turn, order: Order, command: TakeOrderStep, buttons: Rows) -> Outgoing:
    words = turn.city.words
    title = words.told_order_step.format(
        number=order.number, step=order_step_name(words, command.step), what=brief(order.what)
    )
    template = words.told_order_by if command.note else words.told_order_by_bare
    said = {"unit": turn.person.unit, "name": turn.person.name, "note": command.note}
    lines = [template.format(**{key: said[key] for key in said if f"{{{key}}}" in template})]
    if command.step is P.EXTEND and order.asked_until is not None:
        asked = day_ahead(order.asked_until, turn.city.zone, turn.now)
        lines.append(words.told_order_asked.format(day=asked, due=due_name(turn, order)))
    if command.step in (P.APPROVE, P.DENY, P.SEND_BACK):
        lines.append(words.told_order_due.format(due=due_name(turn, order)))
    photos = command.photos if command.step is P.FINISH else ()
    return Outgoing(title=title, text="\n".join(lines), rows=buttons, photos=photos)


def _push(turn: Turn, order: Order, ids: Iterable[int], message: Outgoing) -> None:
    for contact in people.contacts(turn.session, ids, turn.city.running):
        turn.push(contact, message, Lane.REMINDER, number=order.number)


def _report(turn: Turn, order: Order) -> None:
    """办结报告 to the leader: what, who, when, how long, on time or not, and the result."""
    words = turn.city.words
    finished = orders.newest(turn.session, order.id, (P.FINISH,))
    lines = [
        words.order_line_about.format(about=about(turn, order)),
        words.order_line_what.format(what=order.what),
        words.order_line_receiver.format(unit=orders.unit_name(turn.session, order)),
        *took(turn, order),
    ]
    if finished and finished.note:
        lines.append(words.order_report_result.format(note=finished.note))
    message = Outgoing(
        title=words.order_report_title.format(number=order.number),
        text="\n".join(lines),
        rows=rows(turn, order, frozenset({OrderWho.LEADER})),
        photos=orders.photos(turn.session, order.id),
    )
    leaders = those(turn.session, OrderWho.LEADER, order, turn.today)
    _push(turn, order, [each for each in leaders if each != turn.person.id], message)


def _tell_if_all_in(turn: Turn, order: Order) -> None:
    """A draw is told to the office once, when its last project has answered."""
    if order.draw_id is None:
        return
    drawn = orders.of_draw(turn.session, order.draw_id)
    if any(is_open_draw(each) for each in drawn):
        return
    words = turn.city.words
    text = words.draw_all_in.format(number=order.draw_id, count=len(drawn))
    buttons = ((Option(label=words.draw_results_button, data="o|spot_results|"),),)
    _push(
        turn,
        order,
        those(turn.session, OrderWho.OFFICE, order, turn.today),
        Outgoing(text=text, rows=buttons),
    )


# What who did it is told


def _receipt(turn: Turn, order: Order, command: TakeOrderStep) -> Outcome:
    words, number = turn.city.words, order.number
    if command.step in _ASKING:
        return Outcome(draft_message(turn, order), number)
    asked = day_ahead(order.asked_until, turn.city.zone, turn.now) if order.asked_until else ""
    step = order_step_name(words, command.step)
    text = {
        P.SIGN: words.order_signed.format(number=number, due=due_name(turn, order)),
        P.EXTEND: words.order_extended.format(number=number, day=asked),
        P.FINISH: words.order_finished.format(number=number),
        P.DENY: _denied(turn, order, command),
    }.get(command.step, words.order_took_step.format(number=number, step=step))
    shown = _receivers_rows(turn, order) if command.step is P.SIGN else ()
    return Outcome(Outgoing(text=text, rows=shown), number, text)


def _denied(turn: Turn, order: Order, command: TakeOrderStep) -> str:
    words = turn.city.words
    if command.note:
        return words.order_denied_because.format(number=order.number, note=command.note)
    return words.order_denied.format(number=order.number)


def _receivers_rows(turn: Turn, order: Order) -> Rows:
    return rows(turn, order, frozenset({OrderWho.RECEIVER}))


def _receiver(turn: Turn, order: Order) -> list[int]:
    return those(turn.session, OrderWho.RECEIVER, order, turn.today)


def _said(turn: Turn, command: TakeOrderStep) -> str:
    """What stands in the history: the words, or the day that was chosen."""
    if command.until is not None:
        chosen = named_ahead(command.until, turn.today)
        return f"{chosen}，{command.note}" if command.note else chosen
    return command.note


def _rules(turn: Turn) -> Rules:
    return Rules(stored_rules.in_force(turn.session).book, turn.city.zone)
