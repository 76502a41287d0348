"""When a loop last came round: it beats once a round, and whoever watches asks how long ago that was."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Pulse:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last = monotonic()  # a loop that never comes round is silent since it was made

    def beat(self) -> None:
        self._last = self._monotonic()

    def silent_for(self) -> float:
        return self._monotonic() - self._last


class Kept(Protocol):
    """A loop of the program. `run` ends only when it is cancelled."""

    pulse: Pulse

    async def run(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Watched:
    """A loop that is to come round within so many seconds, whatever it is busy with, while this process has it."""

    pulse: Pulse
    within: float
    held: Callable[[], bool] = lambda: True

    def silent_for(self) -> float:
        """Seconds; one that another process has begins anew when it comes to us."""
        if not self.held():
            self.pulse.beat()
        return self.pulse.silent_for()
