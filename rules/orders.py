"""督办单: the life of an order as one table. Who may do what in which state, what it needs, and where it leads.

Rule 1  What stands in LIFE may be done, and nothing else.
Rule 2  Every state but the last two waits for somebody who can lead out of it, and is chased (rules/order_clocks).
Rule 3  The first of `who` is whose step it is. The office may sign, report and finish for a receiver that is not bound.
Rule 4  What a leader has ordered is reported to the leader once the office agrees (CHECKED), who may send it back
        until it is filed away; what nobody has ordered by instruction is closed by the office's word.
Rule 5  Past its limit a draft cannot be confirmed, nor an extension asked for; nor one be approved past its own day.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from rules.kinds import OrderState, OrderStep

S, P = OrderState, OrderStep


class OrderWho(StrEnum):
    """How somebody stands to an order."""

    OFFICE = "office"  # 市项目办
    RECEIVER = "receiver"  # 承办单位
    LEADER = "leader"  # 签批领导, and who acts for them


class Needs(StrEnum):
    """What a step needs to be told."""

    UNIT = "unit"
    DAY = "day"
    TEXT = "text"
    LONGER = "longer"  # a later day, and why
    EVIDENCE = "evidence"  # a photo, a file or a sentence


@dataclass(frozen=True, slots=True)
class OrderMove:
    """One line of the table. `leads` None: it stays as it is. `led`: only with, or only without a leader."""

    states: tuple[OrderState, ...]
    step: OrderStep
    who: tuple[OrderWho, ...]
    leads: OrderState | None
    needs: Needs | None = None
    led: bool | None = None


ENDED = (S.CLOSED, S.WITHDRAWN)
SENT = (S.CONFIRMED, S.DELIVERED)
WORKED_ON = (S.SIGNED, S.DEFERRING)
IN_TIME = frozenset({P.CONFIRM, P.EXTEND, P.APPROVE})  # steps that can be taken before the limit only
_OFFICE, _LEADER = (OrderWho.OFFICE,), (OrderWho.LEADER, OrderWho.OFFICE)
_RECEIVER = (OrderWho.RECEIVER, OrderWho.OFFICE)

LIFE = (
    OrderMove((S.DRAFTED,), P.CONFIRM, _OFFICE, S.CONFIRMED),
    OrderMove((S.DRAFTED,), P.RECEIVER, _OFFICE, None, Needs.UNIT),
    OrderMove((S.DRAFTED,), P.LIMIT, _OFFICE, None, Needs.DAY),
    OrderMove((S.DRAFTED,), P.TEXT, _OFFICE, None, Needs.TEXT),
    OrderMove((S.CONFIRMED,), P.DELIVER, _OFFICE, S.DELIVERED),
    OrderMove(SENT, P.SIGN, _RECEIVER, S.SIGNED),
    OrderMove(SENT, P.REFUSE, _RECEIVER, S.DRAFTED, Needs.TEXT),
    OrderMove(WORKED_ON, P.FEEDBACK, _RECEIVER, None, Needs.TEXT),
    OrderMove((S.SIGNED,), P.EXTEND, (OrderWho.RECEIVER,), S.DEFERRING, Needs.LONGER),
    OrderMove((*SENT, *WORKED_ON), P.FINISH, _RECEIVER, S.DONE, Needs.EVIDENCE),
    OrderMove((S.DEFERRING,), P.APPROVE, _OFFICE, S.SIGNED),
    OrderMove((S.DEFERRING,), P.DENY, _OFFICE, S.SIGNED),
    OrderMove((S.DONE,), P.AGREE, _OFFICE, S.CHECKED, led=True),
    OrderMove((S.DONE,), P.AGREE, _OFFICE, S.CLOSED, led=False),
    OrderMove((S.DONE,), P.SEND_BACK, _OFFICE, S.SIGNED, Needs.TEXT),
    OrderMove((S.CHECKED,), P.SEND_BACK, _LEADER, S.SIGNED, Needs.TEXT),
    OrderMove((S.CHECKED,), P.CLOSE, _LEADER, S.CLOSED),
    OrderMove((S.DRAFTED, *SENT, *WORKED_ON, S.DONE), P.WITHDRAW, (OrderWho.OFFICE, OrderWho.LEADER),
              S.WITHDRAWN, Needs.TEXT),
)  # fmt: skip

# Whose turn it is in a state.
TURN: dict[OrderState, OrderWho] = {
    S.DRAFTED: OrderWho.OFFICE,
    S.CONFIRMED: OrderWho.OFFICE,
    S.DELIVERED: OrderWho.RECEIVER,
    S.SIGNED: OrderWho.RECEIVER,
    S.DEFERRING: OrderWho.OFFICE,
    S.DONE: OrderWho.OFFICE,
    S.CHECKED: OrderWho.LEADER,
}


def move(state: OrderState, step: OrderStep, *, led: bool) -> OrderMove | None:
    """The line of the table for a step in a state; None if it cannot be done there."""
    return next((each for each in LIFE if each.step is step and _stands(each, state, led)), None)


def moves(state: OrderState, whos: Collection[OrderWho], *, led: bool, past: bool) -> list[OrderMove]:
    """What somebody may do in a state, in the order of the table: their own steps, or all that the office may.

    `past`: the limit is; a draft then needs another one first (rule 5).
    """
    found = [each for each in LIFE if _stands(each, state, led) and not {*each.who}.isdisjoint(whos)]
    if not past:
        return found
    return sorted(
        (each for each in found if each.step not in IN_TIME), key=lambda each: each.step is not P.LIMIT
    )


def who_may(step: OrderStep) -> frozenset[OrderWho]:
    """All who may do a step in one state or another."""
    return frozenset(who for each in LIFE if each.step is step for who in each.who)


def needs(step: OrderStep) -> Needs | None:
    """What a step needs to be told; the same in whatever state."""
    return next(each.needs for each in LIFE if each.step is step)


def _stands(line: OrderMove, state: OrderState, led: bool) -> bool:
    return state in line.states and line.led in (None, led)
