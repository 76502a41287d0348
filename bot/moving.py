"""Moving the try-out city's clock: forward only, stepping through every sweep on the way (decisions: 22)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.clock import Clock, store_offset
from reminders.sweep import next_instant
from storage.database import Database

LONGEST = timedelta(days=366)


class MovingRefused(Exception):  # noqa: N818 - said to a person, who reads it as a sentence
    """The clock cannot be moved there."""


class Mover:
    """`await move(to)` steps from instant to instant, sweeping at each; returns the number of steps.

    `told` is called after each step, and shows on the page how far it has come.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        zone: ZoneInfo,
        sweep: Callable[[], Awaitable[None]],
        told: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._zone = zone
        self._sweep = sweep
        self._told = told
        self._moving = asyncio.Lock()

    async def move(self, to: datetime) -> int:
        async with self._moving:
            if not self._database.alone:
                # Each process has a clock of its own in memory: only this one's would move.
                raise MovingRefused("城市用PostgreSQL时不能拨时间，试用请用SQLite。")
            if to <= self._clock.city():
                raise MovingRefused("时间只能往前走。")
            if to - self._clock.city() > LONGEST:
                raise MovingRefused("一次最多走一年。")
            steps = 0
            while self._clock.city() < to:
                await self._step(to)
                self._told()
                steps += 1
            return steps

    async def _step(self, to: datetime) -> None:
        now = self._clock.city()
        following = await self._database.read(lambda session: next_instant(session, now, self._zone))
        await self._set(min(following, to))
        await self._sweep()

    async def _set(self, city: datetime) -> None:
        # Time has passed since the step was chosen; what is stored must not fall behind what was shown.
        offset = max(city - self._clock.machine(), self._clock.moved)

        def write(session: Session) -> None:
            store_offset(session, offset)

        await self._database.run(write)
        self._clock.set_offset(offset)
