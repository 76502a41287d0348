"""Facts for what the office orders by hand: 督办, 节点督办, 抽查 and its results."""

from datetime import date, timedelta

from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.loading.orders import base_facts, leads_of
from handlers.moments import day, day_of
from handlers.order_facts import DueMilestone, OrderFacts
from handlers.words import Words
from rules.book import Book
from rules.kinds import OrderState, OrderStep, Role
from rules.limits import read_limit
from rules.order_clocks import default_limit
from rules.workdays import calendar_of
from storage import drawing, milestones_due, orders, people, projects, receivers
from storage import rules as stored_rules
from storage.messages import Outgoing
from storage.tables.ordering import Order


def make_order(loading: Loading) -> Facts:
    """What the sentence says of receiver and limit; all who could receive it, the one that is named first."""
    if not _office(loading):
        return base_facts(loading, OrderFacts())
    stored = loading.answers.get("sentence")
    what = str(stored.get("text", "")) if isinstance(stored, dict) else ""
    named = receivers.named(loading.session, what, None, loading.today)
    calendar = calendar_of(_book(loading))
    units = receivers.likely(loading.session, None, [named], loading.today)
    return base_facts(
        loading,
        OrderFacts(
            office=True,
            units=tuple(units.items()),
            leads=leads_of(loading),
            named=named,
            until=read_limit(what, loading.today, calendar),
            earliest=loading.today,
        ),
    )


def milestone_order(loading: Loading) -> Facts:
    if not _office(loading):
        return base_facts(loading, OrderFacts())
    book = _book(loading)
    until = loading.today + timedelta(days=book.supervision.milestone_days)
    rows = milestones_due.without_order(loading.session, until)
    found = tuple(_due(loading, book, row) for row in rows)
    return base_facts(
        loading,
        OrderFacts(office=True, milestones=found, milestone_days=book.supervision.milestone_days),
    )


def _due(loading: Loading, book: Book, row: milestones_due.Due) -> DueMilestone:
    words, over = loading.city.words, (loading.today - row.planned).days
    said = {"project": row.project, "name": row.name, "day": day_of(row.planned), "days": over}
    if over > 0:
        label, what = words.milestone_overdue.format(**said), words.milestone_what_overdue
        until = default_limit(loading.today, book)
    else:
        label, what, until = _coming(words, said), words.milestone_what, row.planned
    what = what.format(**{key: said[key] for key in ("name", "day", "days") if f"{{{key}}}" in what})
    return DueMilestone(row.id, label, what, row.project_id, row.unit_id, until)


def _coming(words: Words, said: dict[str, object]) -> str:
    return words.milestone_item.format(project=said["project"], name=said["name"], day=said["day"])


def spot_check(loading: Loading) -> Facts:
    if not _office(loading):
        return base_facts(loading, OrderFacts())
    rules = _book(loading).supervision
    among = {key: _among_name(loading.city.words, key) for key in drawing.among(loading.session)}
    chosen = str(loading.answers.get("among", ""))
    count = len(drawing.candidates(loading.session, chosen)) if chosen in among else 0
    return base_facts(
        loading,
        OrderFacts(
            office=True,
            among=tuple(among.items()),
            candidates=count,
            most=rules.most_drawn,
            spot_due=day_of(spot_until(loading.today, _book(loading))),
        ),
    )


def spot_until(today: date, book: Book) -> date:
    return calendar_of(book).nth_workday(today + timedelta(days=1), book.supervision.spot_workdays)


def _among_name(words: Words, key: str) -> str:
    kind, _, name = key.partition(":")
    return {
        "city": words.draw_among_city,
        "red": words.draw_among_red,
        "yellow": words.draw_among_yellow,
    }.get(kind, name)


def spot_results(loading: Loading) -> Facts:
    if not _office(loading):
        return base_facts(loading, OrderFacts())
    found = results(loading)
    lines = (found.title, *found.text.splitlines()) if found else ()
    return base_facts(loading, OrderFacts(office=True, results=lines))


def results(loading: Loading) -> Outgoing | None:
    """The newest draw: each project with what it has answered."""
    words, session = loading.city.words, loading.session
    draw = drawing.newest(session)
    if draw is None:
        return None
    rows = orders.of_draw(session, draw.id)
    answered = [order for order in rows if order.done is not None]
    title = words.draw_results.format(number=draw.id, done=len(answered), count=len(rows))
    seed = words.draw_seed.format(
        among=_among_name(words, draw.among), candidates=draw.candidates, seed=draw.seed
    )
    lines = [day(draw.at, loading.city.zone), *(_result(loading, order) for order in rows), seed]
    return Outgoing(title=title, text="\n".join(lines))


def _result(loading: Loading, order: Order) -> str:
    words, session = loading.city.words, loading.session
    name = projects.named(session, order.project_id).name if order.project_id else ""
    if order.done is None:
        withdrawn = order.state is OrderState.WITHDRAWN
        mark = "—" if withdrawn else "⚠" if loading.now > order.due else "○"
        return words.draw_result.format(
            mark=mark, order=order.number, project=name, said=words.draw_said_nothing
        )
    finished = orders.newest(session, order.id, (OrderStep.FINISH,))
    count = len(orders.photos(session, order.id))
    photos = words.draw_said_photos.format(count=count) if count else ""
    said = "，".join(filter(None, (finished.note if finished else "", photos)))
    return words.draw_result.format(mark="✔", order=order.number, project=name, said=said)


def _office(loading: Loading) -> bool:
    return Role.OFFICE in people.roles_of(loading.session, loading.person.id, loading.today)


def _book(loading: Loading) -> Book:
    return stored_rules.in_force(loading.session).book
