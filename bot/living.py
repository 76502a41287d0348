"""This process among the others of its city: alive as long as it renews its own lease.

Rule 1  Whoever finds a process dead settles what it was sending: it may have arrived (storage/sends.py, rule 3).
Rule 2  A process that was taken for dead sends nothing until it lives again, under a new lease: what it had claimed is
        no longer its own.
"""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.holding import RENEWALS, SECONDS, Holding
from storage import claiming, leases, sends
from storage.database import Database

log = logging.getLogger(__name__)


class Living:
    """`await run()` looks for dead processes; `after` is called when there was one, and when this one lives."""

    def __init__(
        self, *, database: Database, clock: Clock, holder: str, after: Callable[[], None], seconds: float = SECONDS
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._after = after
        self._seconds = seconds
        # At a stop it ends by itself: what is still being sent then is nobody else's to settle.
        self.own = Holding(
            database=database, clock=clock, name=f"{leases.PROCESS}{holder}", holder=holder, seconds=seconds,
            hands_over=False,
        )  # fmt: skip

    @property
    def alive(self) -> bool:
        return self.own.held

    async def run(self) -> None:
        await self.own.run(self._bury_again_and_again)

    async def _bury_again_and_again(self) -> None:
        self._after()
        while True:
            if await self._database.run(self._bury):
                self._after()
            await asyncio.sleep(self._seconds / RENEWALS)

    def _bury(self, session: Session) -> int:
        machine = self._clock.machine()
        dead = leases.dead_processes(session, claiming.clock(session, machine))
        for held in dead:
            log.warning("%s is dead or frozen; what it was sending is settled", held.name)
            sends.end_leases(session, machine, held.name.removeprefix(leases.PROCESS))
            leases.forget(session, held)
        return len(dead)
