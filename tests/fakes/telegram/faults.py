"""Trouble on purpose: which call goes wrong, how, and whether it was carried out all the same.

A scripted list wins over chances; a method's own plan wins over the plan of "*". The same seed gives
the same trouble for the same order of calls.
"""

import random
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Trouble(StrEnum):
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    HANG = "hang"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Fault:
    """One call's trouble. `accepted`: the server carried the call out although the caller cannot know."""

    trouble: Trouble
    accepted: bool = False
    retry_after: int = 1
    status: int = 502
    seconds: float = 3600.0

    @property
    def name(self) -> str:
        return f"{self.trouble}{' after accepting' if self.accepted else ''}"


def too_many(retry_after: int = 1) -> Fault:
    return Fault(Trouble.TOO_MANY_REQUESTS, retry_after=retry_after)


def server_error(status: int = 502, *, accepted: bool = False) -> Fault:
    return Fault(Trouble.SERVER_ERROR, accepted, status=status)


def hang(seconds: float = 3600.0, *, accepted: bool = False) -> Fault:
    """No answer for so many real seconds, then the connection ends without one."""
    return Fault(Trouble.HANG, accepted, seconds=seconds)


def reset(*, accepted: bool = False) -> Fault:
    return Fault(Trouble.RESET, accepted)


def fault_from_json(fields: Mapping[str, Any]) -> Fault:
    return Fault(**{**fields, "trouble": Trouble(fields["trouble"])})


class Faults:
    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable trouble, not a secret
        self.duplicates = 0.0
        """The chance that a confirmed update is delivered once more (drawn again each time, at most 4)."""
        self.reorder = False
        """Updates of different chats overtake each other; within a chat, only what comes once more does."""
        self._scripts: defaultdict[str, deque[Fault | None]] = defaultdict(deque)
        self._chances: dict[str, list[tuple[Fault, float]]] = {}

    def script(self, method: str, faults: Iterable[Fault | None]) -> None:
        """The next calls of the method meet these in order; None lets one pass."""
        self._scripts[method.lower()].extend(faults)

    def chances(self, method: str, *odds: tuple[Fault, float]) -> None:
        """From now on each call of the method meets a fault with its probability."""
        self._chances[method.lower()] = list(odds)

    def clear(self) -> None:
        self.duplicates, self.reorder = 0.0, False
        self._scripts.clear()
        self._chances.clear()

    def for_call(self, method: str) -> Fault | None:
        if not self._scripts and not self._chances:
            return None
        for name in (method.lower(), "*"):
            if self._scripts.get(name):
                return self._scripts[name].popleft()
            if name in self._chances:
                return self._draw(self._chances[name])
        return None

    def _draw(self, odds: list[tuple[Fault, float]]) -> Fault | None:
        lot = self.random.random()
        for fault, probability in odds:
            if lot < probability:
                return fault
            lot -= probability
        return None

    def extra_deliveries(self) -> int:
        extra = 0
        while extra < 4 and self.duplicates and self.random.random() < self.duplicates:
            extra += 1
        return extra
