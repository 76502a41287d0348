"""The sweep as a loop: the schedule is its net, but a rung of a major problem is said when it is due."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import update

from bot.clock import Clock
from bot.sweeping import Sweeping
from reminders import schedule
from storage.tables.escalating import Escalation
from tests.chat import START, ZONE
from tests.test_escalation import REACH
from tests.town import Town, reports_problem


class Running(Clock):
    """The city's clock from the town's first moment on."""

    def __init__(self) -> None:
        super().__init__()
        self.began = time.monotonic()

    def city(self) -> datetime:
        return START + timedelta(seconds=time.monotonic() - self.began)


async def test_a_rung_does_not_wait_for_the_schedule_to_ring(town: Town) -> None:
    reports_problem(town.reporter)
    clock, said = Running(), asyncio.Event()
    soon = clock.city() + timedelta(seconds=1)
    town.do(lambda session: session.execute(update(Escalation).values(next=soon)))

    def look() -> None:
        if town.rows(Escalation)[0].said == 2:
            said.set()

    sweeping = Sweeping(database=town.database, clock=clock, zone=ZONE, reach=REACH, after=look)
    loop = asyncio.create_task(sweeping.run())
    async with asyncio.timeout(schedule.EVERY_SECONDS - 1):
        await said.wait()
    loop.cancel()
    with suppress(asyncio.CancelledError):
        await loop
