"""A process of the program on one database, that dies where the test says: all that it had in memory is gone.

Rule 1  Everything is the program's own; only its database refuses to go on, just before or just after a COMMIT.
Rule 2  Who is dead says, writes and hears nothing any more: whatever it still runs is cut off.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy.orm import Session

from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.intake import Intake
from bot.living import Living
from bot.rates import Limits, Rates
from bot.sweeping import Sweeping
from reminders.reach import Reach
from storage import claiming, leases
from storage.charts import Chart
from storage.database import Database
from storage.messages import Account
from storage.sends import Outcome
from storage.tables.sharing import Lease
from storage.work import T, Work
from tests import chat, test_dispatch
from tests.machine.phone import Phone

ACCOUNT: Account = ("chat", "bot")
REACH = Reach(running=frozenset({ACCOUNT}), limits={"chat": 4096})


class Killed(BaseException):
    """kill -9."""


class When(StrEnum):
    BEFORE = "just before a commit"
    AFTER = "just after a commit"
    CALLING = "while a call was at the platform"
    BETWEEN = "between two steps"


@dataclass
class Doom:
    """Dies at the n-th transaction from now."""

    when: When
    number: int = 1


class Mortal(Database):
    def __init__(self, url: str) -> None:
        super().__init__(url, busy_seconds=5)
        self.doom: Doom | None = None
        self.died: When | None = None
        self.dead = asyncio.Event()

    async def run(self, work: Work[T]) -> T:
        if self.died:
            raise Killed
        doom = self.doom
        if doom is None or doom.number > 1:
            self.doom = doom and Doom(doom.when, doom.number - 1)
            return await super().run(work)
        if doom.when is When.BEFORE:
            work = _undone(work)
        try:
            await super().run(work)
        finally:
            self.die(doom.when)
        raise Killed

    async def read(self, work: Work[T]) -> T:
        if self.died:
            raise Killed
        return await super().read(work)

    def die(self, when: When) -> None:
        self.died = when
        self.dead.set()


def _undone(work: Work[T]) -> Work[T]:
    def done_in_vain(session: Session) -> NoReturn:
        work(session)
        session.flush()
        raise Killed

    return done_in_vain


class Time(test_dispatch.Time):
    """All of the program's clocks, on the town's."""

    def monotonic(self) -> float:
        return self._clock.now.timestamp()


class Process:
    """`number` tells it from those before it."""

    def __init__(self, url: str, clock: chat.Clock, phone: Phone, number: int) -> None:
        self.database, self.name, time = Mortal(url), f"process {number}", Time(clock)
        self._time = time
        self.dispatch = Dispatch(
            database=self.database, channels={ACCOUNT: phone}, city=chat.CITY, clock=time, after=_nothing
        )
        self.intake = Intake(self.database, self.dispatch.wake)
        self.sweeping = Sweeping(
            database=self.database, clock=time, zone=chat.ZONE, reach=REACH, after=_nothing
        )
        self.delivery = Delivery(
            database=self.database, channels={ACCOUNT: phone}, rates={ACCOUNT: Rates(Limits(), time.monotonic)},
            clock=time, zone=chat.ZONE, media=_no_photo, pictures=_no_picture, on_failed=_nobody_blocks,
            holder=self.name,
        )  # fmt: skip
        self._living = Living(database=self.database, clock=time, holder=self.name, after=_nothing)

    async def begin(self) -> None:
        """On SQLite it ends what its predecessor had in hand; among others it takes a lease of its own."""
        if self.database.alone:
            await self.delivery._recover()
        else:
            await self.database.run(self._take_lease)

    async def bury(self) -> None:
        """What the program does every few seconds about other processes that are dead."""
        if not self.database.alone:
            await self.database.run(self._living._bury)

    def _take_lease(self, session: Session) -> None:
        now = claiming.clock(session, self._time.machine())
        leases.take(session, f"{leases.PROCESS}{self.name}", self.name, now, now + timedelta(days=1))

    def lease_runs_out(self, session: Session) -> None:
        """Of one that has died."""
        now = claiming.clock(session, self._time.machine())
        name = f"{leases.PROCESS}{self.name}"
        token = session.get_one(Lease, name).token
        leases.keep(session, leases.Held(name, token), now - timedelta(seconds=1))

    async def until_death(self, work: Coroutine[Any, Any, None]) -> When | None:
        """How it died of this work, if it did: then nothing of it goes on."""
        asyncio.get_running_loop().set_exception_handler(_but_its_death)
        working, dead = asyncio.create_task(work), asyncio.create_task(self.database.dead.wait())
        await asyncio.wait({working, dead}, return_when=asyncio.FIRST_COMPLETED)
        if self.database.died is None:
            dead.cancel()
            working.result()
            return None
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return self.database.died


def _but_its_death(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)


def _nothing() -> None:
    pass


async def _no_photo(_media: int) -> bytes | None:
    return None


async def _no_picture(_chart: Chart) -> bytes:
    return b"a picture"


def _nobody_blocks(_session: Session, outcome: Outcome, _now: datetime) -> None:
    raise AssertionError(f"nobody blocks us here: {outcome}")
