"""What an order leaves in the ledger: in the chain of its receiver, else the city's."""

from handlers.turning import Turn
from storage import ledger
from storage.tables.ordering import Order


def note_order(turn: Turn, order: Order, act: str, **facts: object) -> None:
    chain = f"unit:{order.unit_id}" if order.unit_id is not None else "city"
    _enter(
        turn, chain, act, {"order": order.number, "source": order.source, **facts, "stands": standing(order)}
    )


def enter_city(turn: Turn, act: str, **facts: object) -> None:
    _enter(turn, "city", act, facts)


def standing(order: Order) -> dict[str, object]:
    """What a step changes, for the ledger."""
    return {
        "state": order.state,
        "unit": order.unit_id,
        "due": order.due.isoformat(),
        "late": order.late,
        "leader": order.leader_id,
        "project": order.project_id,
    }


def _enter(turn: Turn, chain: str, act: str, facts: dict[str, object]) -> None:
    ledger.append(
        turn.session, chain=chain, who=f"person:{turn.person.id}", act=act,
        facts={**facts, "inbox": turn.inbox_id}, now=turn.now,
    )  # fmt: skip
