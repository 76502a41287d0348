"""The sweep as a loop: the schedule is its net, but a rung of a major problem is said when it is due."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import update

from bot.clock import Clock
from bot.sweeping import Sweeping
from reminders import schedule
from rules.kinds import DutyState
from storage.tables.escalating import Escalation
from storage.tables.reporting import Duty
from storage.tables.traffic import InboxRow
from tests.builders import an_inbox_row
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


class Standing(Clock):
    """The city's clock and the machine's, which stand at a moment."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def city(self) -> datetime:
        return self.at

    def machine(self) -> datetime:
        return self.at


async def test_what_was_said_in_time_and_waits_to_be_taken_keeps_its_duty_open(town: Town) -> None:
    after = datetime(2012, 4, 10, 18, 5, tzinfo=ZONE)  # March has closed five minutes ago
    row = town.do(lambda session: an_inbox_row(session, received=after - timedelta(minutes=6)).id)
    sweeping = Sweeping(
        database=town.database, clock=Standing(after), zone=ZONE, reach=REACH, after=lambda: None
    )

    def states() -> set[DutyState | None]:
        return {duty.state for duty in town.rows(Duty) if duty.period == "2012-03"}

    await sweeping.sweep_all()
    assert states() == {None}
    town.do(lambda session: session.execute(update(InboxRow).where(InboxRow.id == row).values(state="done")))
    await sweeping.sweep_all()
    assert None not in states()
