"""What only one process of a city does at a time: under a lease that it renews, and whose loss ends the work.

Rule 1  Whoever has the lease works; everybody else asks for it every few seconds. If its holder dies, freezes or is cut
        off from the database, another has it after `seconds`, and a stop hands it over at once.
Rule 2  Work that wakes up after a freeze must not write: it calls `prove` in the transaction, which refuses.
Rule 3  A program that has its database to itself (SQLite, bot/lock.py) has everything, and asks nobody.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.clock import Clock
from storage import claiming, leases
from storage.database import Database
from storage.leases import Held, Lost

log = logging.getLogger(__name__)

SECONDS = 10.0
# A lease is renewed so many times before it would end.
RENEWALS = 3


class Holding:
    """One lease: `await keep()` takes and renews it, `await run(work)` works whenever it is ours."""

    def __init__(
        self, *, database: Database, clock: Clock, name: str, holder: str, seconds: float = SECONDS,
        hands_over: bool = True,
    ) -> None:  # fmt: skip
        self.name = name
        self._database = database
        self._clock = clock
        self._holder = holder
        self._seconds = seconds
        self._hands_over = hands_over
        self._held: Held | None = None
        self._until = 0.0
        self._ends: datetime | None = (
            None  # by the machine's clock, which goes on while the machine is suspended
        )
        self._gained, self._lost = asyncio.Event(), asyncio.Event()

    @property
    def held(self) -> bool:
        """As far as this process can know; what writes asks `prove`, which knows."""
        return self._database.alone or (
            self._held is not None
            and self._ends is not None
            and self._clock.monotonic() < self._until
            and self._clock.machine() < self._ends
        )

    def prove(self, session: Session) -> None:
        """Raises storage.leases.Lost if the work is no longer ours."""
        if self._database.alone:
            return
        if self._held is None:
            raise Lost(self.name)
        leases.prove(session, self._held)

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Works while the lease is ours, and begins anew when it is ours again. Raises what the work raised."""
        if self._database.alone:
            return await work()
        while True:
            await self._gained.wait()
            working, lost = asyncio.ensure_future(work()), asyncio.ensure_future(self._lost.wait())
            try:
                await asyncio.wait({working, lost}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended = working.done()
                for task in (working, lost):
                    task.cancel()
                await asyncio.gather(working, lost, return_exceptions=True)
            if ended and not isinstance(working.exception(), Lost):
                return working.result()
            await self._lost.wait()

    async def keep(self) -> None:
        """Takes the lease when it is free and renews it, until cancelled; then hands it over."""
        try:
            while True:
                if await self._take():
                    log.info("this process has the lease of %s", self.name)
                    self._lost.clear()
                    self._gained.set()
                    await self._renew()
                    self._let_go()
                await asyncio.sleep(self._seconds / RENEWALS)
        finally:
            await self._hand_over()

    async def _take(self) -> bool:
        machine, asked = self._clock.machine(), self._clock.monotonic()
        until = machine + timedelta(seconds=self._seconds)
        try:
            self._held = await self._database.run(partial(self._take_it, machine=machine))
        except Exception:
            log.exception("the lease of %s could not be asked for", self.name)
        self._until, self._ends = asked + self._seconds, until
        return self._held is not None

    def _take_it(self, session: Session, machine: datetime) -> Held | None:
        now = claiming.clock(session, machine)
        return leases.take(session, self.name, self._holder, now, now + timedelta(seconds=self._seconds))

    def _keep_it(self, session: Session, held: Held, machine: datetime) -> None:
        leases.keep(session, held, claiming.clock(session, machine) + timedelta(seconds=self._seconds))

    async def _renew(self) -> None:
        """Returns when the lease is lost."""
        while (held := self._held) is not None:
            await asyncio.sleep(self._seconds / RENEWALS)
            machine, asked = self._clock.machine(), self._clock.monotonic()
            until = machine + timedelta(seconds=self._seconds)
            try:
                await self._database.run(partial(self._keep_it, held=held, machine=machine))
            except Lost:
                log.warning("another process has taken over %s", self.name)
                return
            except Exception:
                log.exception("the lease of %s could not be renewed", self.name)
                if not self.held:
                    return
            else:
                self._until, self._ends = asked + self._seconds, until

    def _let_go(self) -> Held | None:
        held, self._held = self._held, None
        self._gained.clear()
        self._lost.set()
        return held

    async def _hand_over(self) -> None:
        if (held := self._let_go()) is None or not self._hands_over:
            return
        machine = self._clock.machine()
        with suppress(Exception):  # it ends by itself
            await self._database.run(
                lambda session: leases.give_back(session, held, claiming.clock(session, machine))
            )
