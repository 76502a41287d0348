"""The sweep as a loop: woken by the schedule or by a rung that is due, slice after slice until nothing is.

One process at a time sweeps, so that nothing is looked for twice; that nothing is done twice is seen to by each step.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.intake import Proof, nothing_to_prove
from bot.watching.meters import Meters
from bot.watching.pulse import Pulse
from reminders import schedule
from reminders.reach import Reach
from reminders.sweep import sweep
from storage import escalations, inbox
from storage.database import Database


class Sweeping:
    """`await run()` sweeps whenever the schedule rings; `after` is called when a sweep was committed.

    `pulse` beats at each slice, `swept` when nothing was due any more.
    """

    def __init__(
        self, *, database: Database, clock: Clock, zone: ZoneInfo, reach: Reach, after: Callable[[], None],
        meters: Meters | None = None,
        prove: Proof = nothing_to_prove,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._zone = zone
        self._reach = reach
        self._after = after
        self._meters = meters or Meters()
        self.pulse = Pulse()
        self.swept = Pulse()
        self._prove = prove
        self._woken = asyncio.Event()
        self._sweeping = asyncio.Lock()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        clock = schedule.scheduler(self.wake)
        clock.start()
        try:
            while True:
                self._woken.clear()
                await self.sweep_all()
                await self._until_woken_or_due()
        finally:
            clock.shutdown(wait=False)

    async def _until_woken_or_due(self) -> None:
        """Until the schedule rings, or the next rung of a major problem is due: that is said to the second."""
        now = self._clock.city()
        rung = await self._database.read(lambda session: escalations.next_instant(session, now))
        seconds = (rung - now).total_seconds() if rung else None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def sweep_all(self, together: float = 0) -> None:
        """Everything that is due at this moment, each slice in a transaction of its own.

        `together`: slices that take so many seconds share one, and whoever asks for that sends what was written.
        """
        async with self._sweeping:
            began = time.monotonic()
            now, machine = self._clock.city(), self._clock.machine()
            oldest = await self._database.read(inbox.oldest_new)
            # What was said in time but not taken yet keeps its duty open until it is.
            said = now if oldest is None else min(now, now - (machine - oldest))

            def slice_(session: Session) -> bool:
                # Each slice has its own moment: waits count from when something was really said, and a thousand
                # ladders take seconds.
                self._prove(session)
                return sweep(session, self._clock.city(), self._zone, said, self._reach, _taken(together))

            # Between two slices a turn that waits goes first.
            while await self._database.run(slice_):
                self.pulse.beat()
            self.pulse.beat()
            self.swept.beat()
            self._meters.sweeps.observe(time.monotonic() - began)
            if not together:
                self._after()


def _taken(seconds: float) -> Callable[[], bool]:
    """Says when so long a time has passed."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until
