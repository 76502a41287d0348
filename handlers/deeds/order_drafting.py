"""A leader's instruction becomes a draft of a 督办单; the office confirms it with a tap, or changes it first.

Rule 1  Nothing is asked of the leader. What the words do not say (who, by when) is proposed to the office.
Rule 2  The draft is a row from the first moment, and is chased until the office has decided (rules/order_clocks).
"""

from dataclasses import dataclass

from handlers.commands import DirectSource, DrawChecks, MakeOrder
from handlers.deeds import on_behalf
from handlers.deeds.order_noting import enter_city, note_order
from handlers.deeds.order_showing import draft_message
from handlers.deeds.order_steps import confirm
from handlers.loading.new_orders import spot_until
from handlers.outcome import Outcome, digest, refusal
from handlers.turning import Turn
from rules.kinds import Lane, OrderKind, Role
from rules.limits import read_limit
from rules.order_clocks import default_limit, limit_on
from rules.orders import OrderWho
from rules.workdays import calendar_of
from storage import drawing, order_sources, orders, people, receivers
from storage import rules as stored_rules
from storage.messages import Outgoing
from storage.order_scope import those
from storage.orders import Rules
from storage.tables.ordering import Order, OrderDraw
from storage.tables.registry import Project


@dataclass(frozen=True, slots=True)
class Instruction:
    """What was said of what. `leader`: whose word it is, if who typed it acts for somebody."""

    text: str
    source: str
    project_id: int | None
    issue_id: int | None = None
    leader: int | None = None
    lane: Lane = Lane.REMINDER


def direct_source(turn: Turn, command: DirectSource) -> Outcome:
    """批示 on a report (J5) or a figure (A17) that the leader was shown."""
    words = turn.city.words
    source = order_sources.find(turn.session, command.source)
    if source is None:
        return refusal(words.no_such_order.format(number=command.source))
    leader = None
    if source.project_id is not None:
        leader = on_behalf.acting(turn.session, source.project_id, turn.today).get(turn.person.id)
    order = draft(turn, Instruction(command.text, command.source, source.project_id, leader=leader))
    kept = words.order_directive_kept.format(text=command.text)
    text = f"{kept}\n{words.order_drafted.format(number=order.number)}"
    return Outcome(Outgoing(text=text), order.number, text)


def draft(turn: Turn, said: Instruction) -> Order:
    """The order as the words have it, shown to the office."""
    rules = stored_rules.in_force(turn.session)
    book, zone = rules.book, turn.city.zone
    day = read_limit(said.text, turn.today, calendar_of(book)) or default_limit(turn.today, book)
    order = Order(
        kind=OrderKind.DIRECTIVE,
        what=said.text,
        source=said.source,
        issue_id=said.issue_id,
        project_id=said.project_id,
        unit_id=receivers.named(turn.session, said.text, said.project_id, turn.today),
        leader_id=_leader(turn, said),
        drafted=turn.now,
        drafted_by=turn.person.id,
        due=limit_on(day, book, zone),
    )
    orders.add(turn.session, order, Rules(book, zone))
    note_order(turn, order, "draft_order", text=digest(turn, said.text))
    show_draft(turn, order, said.lane)
    return order


def _leader(turn: Turn, said: Instruction) -> int | None:
    """To whom it is reported back; what the office itself has said is its own order."""
    if said.leader is not None:
        return said.leader
    roles = people.roles_of(turn.session, turn.person.id, turn.today)
    return None if Role.OFFICE in roles else turn.person.id


def show_draft(turn: Turn, order: Order, lane: Lane) -> None:
    office = [
        each for each in those(turn.session, OrderWho.OFFICE, order, turn.today) if each != turn.person.id
    ]
    for contact in people.contacts(turn.session, office, turn.city.running):
        turn.push(contact, draft_message(turn, order), lane, number=order.number)


# By hand of the office


def make_order(turn: Turn, command: MakeOrder) -> Outcome:
    """An order of the office itself: drafted and confirmed by the same hand."""
    if limit_on(command.until, _rules(turn).book, turn.city.zone) <= turn.now:
        return refusal(turn.city.words.order_due_unreadable)
    order = _new(turn, command)
    return confirm(turn, order)


def _new(turn: Turn, command: MakeOrder, draw_id: int | None = None) -> Order:
    rules = _rules(turn)
    order = Order(
        kind=command.kind,
        what=command.what,
        project_id=command.project_id,
        milestone_id=command.milestone_id,
        draw_id=draw_id,
        unit_id=command.unit_id,
        drafted=turn.now,
        drafted_by=turn.person.id,
        due=limit_on(command.until, rules.book, rules.zone),
    )
    orders.add(turn.session, order, rules)
    note_order(turn, order, "draft_order", text=digest(turn, command.what), milestone=command.milestone_id)
    return order


def draw_checks(turn: Turn, command: DrawChecks) -> Outcome:
    """抽查: draws with a new seed, and asks each drawn project's unit."""
    session, rules, words = turn.session, _rules(turn), turn.city.words
    ids = drawing.candidates(session, command.among)
    if not ids:
        return refusal(words.draw_nothing)
    draw = OrderDraw(
        at=turn.now, by=turn.person.id, among=command.among, candidates=len(ids),
        candidates_hash=drawing.hash_of(ids), seed=drawing.new_seed(),
    )  # fmt: skip
    session.add(draw)
    session.flush()
    found = drawing.drawn(draw.seed, ids, min(command.number, rules.book.supervision.most_drawn))
    enter_city(turn, "draw_checks", draw=draw.id, among=command.among, seed=draw.seed,
               candidates=len(ids), candidates_hash=draw.candidates_hash, drawn=found)  # fmt: skip
    until, lines = spot_until(turn.today, rules.book), []
    for project_id in found:
        project = session.get_one(Project, project_id)
        command_ = MakeOrder(OrderKind.CHECK, words.draw_what, project.unit_id, until, project_id)
        order = _new(turn, command_, draw.id)
        confirm(turn, order)
        unit = orders.unit_name(session, order)
        lines.append(words.draw_line.format(order=order.number, project=project.name, unit=unit))
    title = words.draw_done.format(number=draw.id, count=len(found))
    return Outcome(Outgoing(title=title, text="\n".join(lines)), summary=title)


def _rules(turn: Turn) -> Rules:
    return Rules(stored_rules.in_force(turn.session).book, turn.city.zone)
