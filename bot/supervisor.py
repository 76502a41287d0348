"""Loops that run side by side: one that crashes is reported and restarted, and never takes the others along."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
CALM_SECONDS = 60.0  # a loop that ran this long is well again: its next crash waits briefly
LATELY_SECONDS = 600.0


@dataclass(slots=True)
class Supervisor:
    """`crashes` counts by loop, for /metrics and /healthz."""

    crashes: dict[str, int] = field(default_factory=dict)
    _when: dict[str, deque[float]] = field(default_factory=dict)

    def crashed_lately(self, name: str) -> int:
        """How often a loop crashed in the last ten minutes."""
        since = time.monotonic() - LATELY_SECONDS
        return sum(moment > since for moment in self._when.get(name, ()))

    async def run(self, loops: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
        """Runs all loops until it is cancelled."""
        self.crashes.update({name: self.crashes.get(name, 0) for name in loops})
        async with asyncio.TaskGroup() as group:
            for name, loop in loops.items():
                group.create_task(self._keep(name, loop), name=name)

    async def _keep(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        wait = FIRST_WAIT
        while True:
            began = time.monotonic()
            try:
                await loop()
                log.error("loop %s ended by itself; it is started again", name)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("loop %s crashed; it is started again", name)
            self.crashes[name] += 1
            self._when.setdefault(name, deque(maxlen=20)).append(time.monotonic())
            wait = FIRST_WAIT if time.monotonic() - began > CALM_SECONDS else min(wait * 2, LONGEST_WAIT)
            await asyncio.sleep(wait)
