"""Trouble on purpose: which call goes wrong, how, and whether it was carried out all the same."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One call's trouble: an errcode, an HTTP status, or (neither) a connection that breaks after `seconds`.

    `accepted`: the server carried the call out although the caller cannot know.
    """

    code: int = 0
    status: int = 0
    seconds: float = 0.0
    accepted: bool = False


def errcode(code: int) -> Fault:
    return Fault(code=code)


def server_error(status: int = 502, *, accepted: bool = False) -> Fault:
    return Fault(status=status, accepted=accepted)


def hang(seconds: float = 3600.0, *, accepted: bool = False) -> Fault:
    return Fault(seconds=seconds, accepted=accepted)


def reset(*, accepted: bool = False) -> Fault:
    return Fault(accepted=accepted)


class Faults:
    def __init__(self) -> None:
        self.untrusted = False
        """The caller's address is not among the app's trusted ones: every call ends with 60020."""
        self._scripts: defaultdict[str, deque[Fault | None]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}

    def script(self, path: str, faults: Iterable[Fault | None]) -> None:
        """The next calls of this path ("message/send") meet these in order; None lets one pass."""
        self._scripts[path].extend(faults)

    def always(self, path: str, fault: Fault | None) -> None:
        """From now on every call of this path; None ends it."""
        if fault is None:
            self._always.pop(path, None)
        else:
            self._always[path] = fault

    def clear(self) -> None:
        self.untrusted = False
        self._scripts.clear()
        self._always.clear()

    def for_call(self, path: str) -> Fault | None:
        if self.untrusted:
            return errcode(60020)
        if self._scripts.get(path):
            return self._scripts[path].popleft()
        return self._always.get(path)
