"""What a deed answers with, and the ledger row that it leaves."""

from dataclasses import dataclass

from handlers.turning import Turn
from storage import ledger
from storage.messages import Outgoing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person is told; `number` (J12, W3) marks a receipt; `summary` is kept with the ended talk."""

    message: Outgoing
    number: str = ""
    summary: str = ""


def refusal(text: str) -> Outcome:
    return Outcome(Outgoing(text=text), summary=text)


def enter(turn: Turn, unit_id: int, act: str, **facts: object) -> None:
    """Appends the act to the chain of the unit it concerns."""
    ledger.append(
        turn.session, chain=f"unit:{unit_id}", who=f"person:{turn.person.id}", act=act,
        facts={**facts, "inbox": turn.inbox_id}, now=turn.now,
    )  # fmt: skip


def digest(turn: Turn, text: str) -> str:
    """What stands in the ledger for a text: without the person's key even a short one cannot be guessed from it."""
    return ledger.sealed(turn.session, text, turn.person.id)
