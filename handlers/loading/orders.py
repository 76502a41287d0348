"""Facts about orders (督办单): what waits for the person, or the one step that a button or a typed line named."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.facts import BRIEF, Facts
from handlers.loading.base import Loading, loose
from handlers.moments import day_ahead
from handlers.order_facts import OrderFacts, OrderItem
from handlers.order_words import order_state_name, order_step_name
from handlers.words import Words
from rules.kinds import OrderState, OrderStep, Role
from rules.orders import TURN, Needs, OrderMove, move, moves
from rules.workdays import calendar_of, local_date
from storage import departments, orders, people, receivers, secretaries
from storage import rules as stored_rules
from storage.order_scope import sees, whos
from storage.tables.ordering import Order
from storage.tables.reporting import Issue

MOST = 20  # orders that are listed


def handle_order(loading: Loading) -> Facts:
    named = str(loading.answers.get("order", ""))
    found = _named(loading, named) if "." in named else _waiting(loading)
    chosen = next((each for each in found.items if each.id == named), None)
    if chosen is not None:
        found = _detailed(loading, found, chosen)
    facts = base_facts(loading, found)
    return replace(facts, loose_media=loose(loading) if chosen and chosen.needs is Needs.EVIDENCE else ())


def base_facts(loading: Loading, found: OrderFacts) -> Facts:
    book = stored_rules.in_force(loading.session).book
    return Facts(
        loading.city.words,
        loading.person,
        today=loading.today,
        longest=book.caps.text_length,
        most_media=book.media.per_report,
        orders=replace(found, calendar=calendar_of(book)),
    )


def _named(loading: Loading, named: str) -> OrderFacts:
    """The step that was named, if it may be taken now; else why not."""
    words, session, (number, _, step) = loading.city.words, loading.session, named.partition(".")
    order = session.get(Order, int(number)) if number.isdecimal() else None
    known = step in frozenset(OrderStep)
    if order is None or not known or not sees(session, loading.person.id, order, loading.today):
        return OrderFacts(refusal=words.no_such_order.format(number=f"D{number}"))
    found = move(order.state, OrderStep(step), led=order.led)
    if found is None:
        return OrderFacts(refusal=not_now(words, order, OrderStep(step)))
    if not whos(session, loading.person.id, order, loading.today) & {*found.who}:
        return OrderFacts(refusal=words.not_for_you)
    if found.step is OrderStep.EXTEND and loading.now > order.due:
        return OrderFacts(refusal=words.order_extend_too_late.format(number=order.number))
    return OrderFacts(items=(_item(loading, order, found),))


def not_now(words: Words, order: Order, step: OrderStep) -> str:
    return words.order_not_now.format(
        number=order.number, state=order_state_name(words, order.state), step=order_step_name(words, step)
    )


def _waiting(loading: Loading) -> OrderFacts:
    """What is open, and the steps of those whose turn it is."""
    session, items, lines = loading.session, list[OrderItem](), list[str]()
    for order in _open(loading):
        lines.append(order_line(loading, order))
        turn = TURN[order.state]
        if turn in whos(session, loading.person.id, order, loading.today):
            past = orders.is_past(order, loading.now)
            items += [
                _item(loading, order, each) for each in moves(order.state, [turn], led=order.led, past=past)
            ]
    return OrderFacts(items=tuple(items), lines=tuple(lines))


def to_confirm(loading: Loading) -> OrderFacts:
    """Drafts that the person may confirm, with that one step of each, or a new limit first: for 我的待办."""
    session = loading.session
    if Role.OFFICE not in people.roles_of(session, loading.person.id, loading.today):
        return OrderFacts()
    items, lines = list[OrderItem](), list[str]()
    for order in orders.to_confirm(session, MOST):
        step = OrderStep.LIMIT if loading.now > order.due else OrderStep.CONFIRM
        if (found := move(order.state, step, led=order.led)) is not None:
            items.append(_item(loading, order, found))
            lines.append(order_line(loading, order))
    return OrderFacts(items=tuple(items), lines=tuple(lines))


def _open(loading: Loading) -> Sequence[Order]:
    session, today, person = loading.session, loading.today, loading.person
    roles = people.roles_of(session, person.id, today)
    leaders = [each.leader_id for each in secretaries.current(session, today) if each.person_id == person.id]
    speaks = departments.speaks_for(session, person.id, person.unit_id, today)
    return orders.open_for(
        session,
        office=not roles.isdisjoint({Role.OFFICE, Role.SUPERVISION}),
        unit_id=person.unit_id if speaks else None,
        leader_ids=[person.id, *leaders],
        limit=MOST,
    )


def order_line(loading: Loading, order: Order) -> str:
    words = loading.city.words
    past = order.state is OrderState.DRAFTED and loading.now > order.due
    return (words.order_line_past if past else words.order_line).format(
        number=order.number,
        unit=orders.unit_name(loading.session, order) or words.order_no_unit,
        brief=brief(order.what),
        state=order_state_name(words, order.state),
        due=day_ahead(order.due, loading.city.zone, loading.now),
    )


def brief(text: str) -> str:
    return text if len(text) <= BRIEF else f"{text[: BRIEF - 1]}…"


def _item(loading: Loading, order: Order, found: OrderMove) -> OrderItem:
    """A draft without a receiver is confirmed by choosing one."""
    words = loading.city.words
    step, wanted = order_step_name(words, found.step), found.needs
    if found.step is OrderStep.CONFIRM and order.unit_id is None:
        step, wanted = words.order_confirm_choosing, Needs.UNIT
    label = words.order_item.format(step=step, number=order.number)
    return OrderItem(order.id, order.kind, found.step, label, wanted)


def _detailed(loading: Loading, found: OrderFacts, chosen: OrderItem) -> OrderFacts:
    order = loading.session.get_one(Order, chosen.order_id)
    if chosen.needs is Needs.UNIT:
        return replace(found, units=_units(loading, order), leads=leads_of(loading))
    due = local_date(order.due, loading.city.zone)
    longer = chosen.needs is Needs.LONGER
    return replace(found, earliest=due + timedelta(days=1) if longer else loading.today)


def leads_of(loading: Loading) -> frozenset[int]:
    return frozenset(departments.leads(loading.session, loading.today))


def _units(loading: Loading, order: Order) -> tuple[tuple[int, str], ...]:
    """The department that the problem's category names comes first, then the project's own unit."""
    lead: list[int | None] = []
    if order.issue_id is not None and order.project_id is not None:
        book = stored_rules.in_force(loading.session).book
        category = book.category(loading.session.get_one(Issue, order.issue_id).category)
        if category is not None:
            named = departments.leading(loading.session, category.lead, order.project_id, loading.today)
            lead.append(named)
    return tuple(receivers.likely(loading.session, order.project_id, lead, loading.today).items())


def steps_possible(order: Order, steps: Iterable[OrderStep]) -> OrderStep:
    """Of the steps that a word may mean the one that its state allows (同意 of an extension, or of what is done)."""
    meant = list(steps)
    allowed = [each for each in meant if move(order.state, each, led=order.led) is not None]
    return (allowed or meant)[0]
