"""Lines about orders: D5 looked up, 签收 D5, D5 改时限 8月15日; and 批示 on a report or a figure (J5 请…, A17 请…)."""

from typing import Any

from handlers import talking
from handlers.commands import DirectSource
from handlers.deeds.carry_out import carry_out
from handlers.deeds.order_showing import look_up_order
from handlers.lengths import is_too_long
from handlers.limits import read_until
from handlers.loading.base import kept_media
from handlers.loading.orders import steps_possible
from handlers.opening import is_no_instruction
from handlers.order_words import OrderLine, SourceLine
from handlers.scope import allows
from handlers.turning import Turn
from rules.kinds import OrderStep
from rules.orders import Needs, OrderWho, move, needs
from rules.workdays import calendar_of
from storage import receivers
from storage import rules as stored_rules
from storage.messages import Outgoing
from storage.order_scope import whos
from storage.tables.ordering import Order


def take(turn: Turn, said: OrderLine) -> None:
    order = turn.session.get(Order, said.order)
    step = _step(turn, said, order)
    if step is None:
        turn.answer(look_up_order(turn, said.order))
        return
    if is_too_long(turn, said.note):
        return
    answers = {"order": f"{said.order}.{step}", **_given(turn, said, order, step)}
    talking.open_prefilled(turn, "handle_order", answers)


def _step(turn: Turn, said: OrderLine, order: Order | None) -> OrderStep | None:
    """The step that was typed. Words alone, of who works on it, are its feedback."""
    if said.steps:
        return steps_possible(order, said.steps) if order is not None else said.steps[0]
    if order is None or not (said.note or turn.incoming.media):
        return None
    works = OrderWho.RECEIVER in whos(turn.session, turn.person.id, order, turn.today)
    can = move(order.state, OrderStep.FEEDBACK, led=order.led) is not None
    return OrderStep.FEEDBACK if works and can and said.note else None


def _given(turn: Turn, said: OrderLine, order: Order | None, step: OrderStep) -> dict[str, Any]:
    """What was said along, as the answers that it gives."""
    name = f"{said.order}.{step}"
    wanted = needs(step)
    if wanted is Needs.EVIDENCE and turn.incoming.media:
        sent = kept_media(turn.session, turn.person.id, turn.now, turn.today)
        return {f"proof@{name}": {"ids": list(sent), "text": said.note}}
    if not said.note:
        return {}
    match wanted:
        case Needs.EVIDENCE:
            return {f"proof@{name}": {"text": said.note}}
        case Needs.DAY | Needs.LONGER:
            return _day_and_why(turn, said.note, name, alone=wanted is Needs.DAY)
        case Needs.TEXT:
            return {f"why@{name}": {"text": said.note}}
        case None if step is OrderStep.DENY:
            return {f"why@{name}": {"text": said.note}}
        case _:
            project = order.project_id if order is not None else None
            unit = receivers.named(turn.session, said.note, project, turn.today)
            return {f"unit@{name}": str(unit)} if unit is not None else {}


def _day_and_why(turn: Turn, note: str, name: str, *, alone: bool) -> dict[str, Any]:
    """`到7月20日 等批文`: the day, and what stands behind it."""
    calendar = calendar_of(stored_rules.in_force(turn.session).book)
    first, _, rest = note.partition(" ")
    day = read_until(note if alone else first.rstrip(",，:：。"), turn.today, calendar)
    found = {f"until@{name}": {"day": day.isoformat()}} if day else {}
    why = rest.strip() if day else note
    return found if alone or not why else {**found, f"why@{name}": {"text": why}}


def direct(turn: Turn, said: SourceLine) -> bool:
    """Whether it was taken as an instruction: only of those who may give one on it."""
    command = DirectSource(said.source, said.text)
    if not allows(turn, command):
        return False
    if is_no_instruction(said.text, turn.city.words):
        turn.answer(Outgoing(text=turn.city.words.order_nothing_said.format(source=said.source)))
        return True
    if is_too_long(turn, said.text):
        return True
    turn.answer(carry_out(turn, command, None).message)
    return True
