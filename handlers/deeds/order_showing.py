"""How an order is shown: the slip (督办单) as it is drafted and sent, and all of it when its number is asked for."""

from handlers.deeds import figure_parts
from handlers.loading.orders import brief
from handlers.moments import day, day_ahead, day_and_hour
from handlers.order_words import order_kind_name, order_state_name, order_step_name
from handlers.screen import Rows
from handlers.turning import Turn
from handlers.words import Words
from rules.kinds import OrderKind, OrderState, OrderStep
from rules.orders import ENDED, OrderMove, OrderWho, moves
from storage import orders, people, projects
from storage.messages import Option, Outgoing
from storage.order_scope import sees, whos
from storage.tables.digests import FigureCode
from storage.tables.ordering import Order, OrderEvent
from storage.tables.reporting import Issue

_COLUMNS = 3
# Whatever else may be done is found by looking the order up.
_ASIDE = frozenset({OrderStep.WITHDRAW})
# The office acts for a receiver only where the receiver cannot; it is not offered.
_FOR_RECEIVER = frozenset({OrderStep.SIGN, OrderStep.REFUSE, OrderStep.FEEDBACK, OrderStep.FINISH})


def look_up_order(turn: Turn, number: int) -> Outgoing:
    """For those who have a part in it or may see it; to all others it does not exist."""
    words, order = turn.city.words, turn.session.get(Order, number)
    if order is None or not sees(turn.session, turn.person.id, order, turn.today):
        return Outgoing(text=words.no_such_order.format(number=f"D{number}"))
    title = words.order_state_title.format(number=order.number, state=order_state_name(words, order.state))
    history = [_event(turn, each) for each in orders.events(turn.session, order.id)]
    count = len(orders.photos(turn.session, order.id))
    lines = [*slip(turn, order), *took(turn, order), *history]
    if count:
        lines.append(words.order_photos.format(count=count))
    who = whos(turn.session, turn.person.id, order, turn.today)
    return Outgoing(title=title, text="\n".join(lines), rows=rows(turn, order, who, aside=True))


def slip(turn: Turn, order: Order) -> list[str]:
    """事由、要求、承办、时限、签批, a line each."""
    words, unit = turn.city.words, orders.unit_name(turn.session, order)
    return [
        words.order_line_about.format(about=about(turn, order)),
        words.order_line_what.format(what=order.what),
        words.order_line_receiver.format(unit=unit) if unit else words.order_line_no_receiver,
        _limit(turn, order),
        _signed_by(turn, order),
    ]


def _limit(turn: Turn, order: Order) -> str:
    """A draft whose limit has passed cannot be sent as it is; it says so before somebody tries."""
    words = turn.city.words
    past = order.state is OrderState.DRAFTED and turn.now > order.due
    template = words.order_line_due_past if past else words.order_line_due
    return template.format(due=due_name(turn, order))


def draft_message(turn: Turn, order: Order) -> Outgoing:
    """The draft as the office sees it, to be confirmed or changed."""
    return Outgoing(
        title=turn.city.words.order_draft_title.format(number=order.number),
        text="\n".join(slip(turn, order)),
        rows=rows(turn, order, frozenset({OrderWho.OFFICE}), aside=True),
    )


def about(turn: Turn, order: Order) -> str:
    """What it answers: a problem, a report or figure of a project; else what kind of order it is."""
    words, session = turn.city.words, turn.session
    name = projects.named(session, order.project_id).name if order.project_id is not None else ""
    if order.issue_id is not None:
        issue = session.get_one(Issue, order.issue_id)
        return words.order_about_issue.format(number=issue.number, project=name, brief=brief(issue.what))
    if order.source.startswith("A"):
        return _figure(turn, int(order.source[1:]))
    if order.source:
        return words.order_about_project.format(source=order.source, project=name).strip()
    kind = order_kind_name(words, order.kind)
    return f"{kind} {name}".strip()


def _figure(turn: Turn, number: int) -> str:
    """A figure's code says nothing to its receiver: what it counts, and when it was told."""
    words, row = turn.city.words, turn.session.get_one(FigureCode, number)
    what = figure_parts.measured(words, row.measure)
    return words.order_about_figure.format(
        code=row.code, what=what, time=day_and_hour(row.as_of, turn.city.zone)
    )


def due_name(turn: Turn, order: Order) -> str:
    return day_ahead(order.due, turn.city.zone, turn.now)


def took(turn: Turn, order: Order) -> list[str]:
    """用时 and 按时与否, once it is reported done."""
    if order.done is None:
        return []
    words, zone = turn.city.words, turn.city.zone
    begun = (order.confirmed or order.drafted).astimezone(zone).date()
    days = (order.done.astimezone(zone).date() - begun).days
    return [
        words.order_line_took.format(
            day=day(order.done, zone),
            days=words.order_days.format(days=days) if days else words.order_days_none,
            on_time=words.order_late if order.late else words.order_on_time,
        )
    ]


def rows(turn: Turn, order: Order, who: frozenset[OrderWho], *, aside: bool = False) -> Rows:
    """What somebody may press under an order."""
    words = turn.city.words
    options = [
        Option(label=_label(words, order, each), data=step_data(order, each.step))
        for each in moves(order.state, who, led=order.led, past=orders.is_past(order, turn.now))
        if (aside or each.step not in _ASIDE) and (each.who[0] in who or each.step not in _FOR_RECEIVER)
    ]
    alone = int(
        order.state is OrderState.DRAFTED
    )  # what is usually pressed, apart from what changes the draft
    rest = (tuple(options[at : at + _COLUMNS]) for at in range(alone, len(options), _COLUMNS))
    return tuple(filter(None, (tuple(options[:alone]), *rest)))


def step_data(order: Order, step: OrderStep) -> str:
    return f"o|handle_order|{order.id}.{step}"


def _label(words: Words, order: Order, found: OrderMove) -> str:
    if found.step is OrderStep.CONFIRM and order.unit_id is None:
        return words.order_confirm_choosing
    return order_step_name(words, found.step)


def _signed_by(turn: Turn, order: Order) -> str:
    words = turn.city.words
    if order.leader_id is None:
        return words.order_line_office
    return words.order_line_leader.format(name=people.names(turn.session, [order.leader_id])[order.leader_id])


def _event(turn: Turn, event: OrderEvent) -> str:
    words = turn.city.words
    name = words.order_by_rule
    if event.person_id is not None:
        name = people.names(turn.session, [event.person_id])[event.person_id]
    template = words.order_line_event_note if event.note else words.order_line_event
    step = order_step_name(words, event.step)
    return template.format(time=day_and_hour(event.at, turn.city.zone), name=name, step=step, note=event.note)


def is_open_draw(order: Order) -> bool:
    """A drawn project that has not answered yet."""
    return order.kind is OrderKind.CHECK and order.state not in (OrderState.DONE, *ENDED)
