"""Trouble on purpose: which frame goes wrong, how, and whether it was carried out all the same."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One frame's trouble: an errcode, an acknowledgement that comes late or never, or a connection that is cut.

    `accepted`: the server carried it out although the client cannot know.
    """

    code: int = 0
    late: float = 0.0
    silent: bool = False
    cut: bool = False
    accepted: bool = True


def errcode(code: int) -> Fault:
    return Fault(code=code, accepted=False)


def late(seconds: float) -> Fault:
    """Carried out at once, acknowledged later."""
    return Fault(late=seconds)


def lost_ack() -> Fault:
    """Carried out, and never acknowledged."""
    return Fault(silent=True)


def swallowed() -> Fault:
    """Neither carried out nor acknowledged."""
    return Fault(silent=True, accepted=False)


def cut(*, accepted: bool = False) -> Fault:
    """The connection breaks instead of an acknowledgement."""
    return Fault(cut=True, accepted=accepted)


class Faults:
    def __init__(self) -> None:
        self._scripts: defaultdict[str, deque[Fault | None]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}

    def script(self, command: str, faults: Iterable[Fault | None]) -> None:
        """The next frames of this command meet these in order; None lets one pass."""
        self._scripts[command].extend(faults)

    def always(self, command: str, fault: Fault | None) -> None:
        """From now on every frame of this command; None ends it."""
        if fault is None:
            self._always.pop(command, None)
        else:
            self._always[command] = fault

    def for_frame(self, command: str) -> Fault | None:
        if self._scripts.get(command):
            return self._scripts[command].popleft()
        return self._always.get(command)
