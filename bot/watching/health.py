"""Is the program alive and really working: the database takes writes, what came in is taken, what is urgent goes out,
each loop comes round, each channel hears and sends.

Rule 1  It asks, it changes nothing but one fact of its own, and no question waits longer than a few seconds: a database
        that hangs is an answer too.
Rule 2  A fault has a part that is always called the same, by which an incident is known, and a reason with figures.
Rule 3  Ages are by the clock that the row was written with. What a moved clock has jumped over is no delay.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.clock import Clock
from bot.delivery import Delivery
from bot.supervisor import Supervisor
from bot.watching.pulse import Watched
from rules.kinds import Lane
from storage import inbox, waits
from storage.database import Database
from storage.messages import Account
from storage.tables.ledger import CityFact
from storage.waits import Waits

# Seconds; a promise is a minute (delivery.md 3).
LATE = 60.0
DEAF = 90.0  # connections drop and come back
MUTE = 60.0
CRASHES = 3  # of one loop in ten minutes
DATABASE_PATIENCE = 10.0
FRESH = 5.0  # whoever asks again so soon gets the same answer

_FACT = "examined"


class Kind(StrEnum):
    DATABASE = "database"
    INBOX = "inbox"
    URGENT = "urgent"
    LOOP = "loop"
    CRASHES = "crashes"
    HEARING = "hearing"
    SENDING = "sending"


@dataclass(frozen=True, slots=True)
class Fault:
    """`name` is the loop or the channel; `account` is what should not be used to tell of it."""

    kind: Kind
    reason: str
    name: str = ""
    account: Account | None = None

    @property
    def part(self) -> str:
        return " ".join([self.kind.value, *([self.name] if self.name else []), *(self.account or ())])


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found: `facts` are figures by name, for who reads them."""

    faults: tuple[Fault, ...]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class _Queues:
    oldest: datetime | None
    waits: list[Waits]


class Health:
    """`await findings()` looks, or gives what it found a moment ago."""

    def __init__(
        self, *, database: Database, clock: Clock, channels: Mapping[Account, Channel], delivery: Delivery,
        supervisor: Supervisor, loops: Mapping[str, Watched], swept: Watched,
        serves: Callable[[Account], bool] = lambda _account: True, patience: float = DATABASE_PATIENCE,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._channels = channels
        self._delivery = delivery
        self._supervisor = supervisor
        self._loops = loops
        self._swept = swept
        self._serves = serves
        self._patience = patience
        self._asking = asyncio.Lock()
        self._last: tuple[float, Findings] | None = None
        self._moved, self._moved_at = clock.moved, -LATE

    async def findings(self) -> Findings:
        async with self._asking:
            if self._last is None or time.monotonic() - self._last[0] > FRESH:
                found = await self.examine()
                self._last = (time.monotonic(), found)
            return self._last[1]

    async def examine(self) -> Findings:
        facts: dict[str, Any] = {}
        ill = await self._database_faults(facts)
        loops = self._loop_faults(facts)
        if any(fault.kind is Kind.DATABASE for fault in ill):  # it is what they wait for
            loops = [fault for fault in loops if fault.kind is not Kind.LOOP]
        return Findings((*ill, *loops, *self._channel_faults(facts)), facts)

    # The database, and what waits in it

    async def _database_faults(self, facts: dict[str, Any]) -> list[Fault]:
        began, machine = time.monotonic(), self._clock.machine()

        def write(session: Session) -> None:
            session.merge(CityFact(name=_FACT, value=machine.isoformat()))

        try:
            await self._in_time(self._database.run(write))
            facts["write_seconds"] = round(time.monotonic() - began, 4)
            queues = await self._in_time(self._database.read(self._look))
        except Exception as error:
            return [Fault(Kind.DATABASE, f"the database takes no writes: {_why(error)}")]
        return self._queue_faults(facts, queues)

    async def _in_time(self, work: "Awaitable[Any]") -> Any:  # noqa: ANN401 - whatever the work returns
        async with asyncio.timeout(self._patience):
            return await work

    def _look(self, session: Session) -> _Queues:
        longest = waits.longest_due(session, self._channels.keys(), self._clock.city())
        return _Queues(inbox.oldest_new(session), longest)

    def _queue_faults(self, facts: dict[str, Any], queues: _Queues) -> list[Fault]:
        arrived = _seconds(self._clock.machine() - queues.oldest) if queues.oldest else 0.0
        facts["inbox_oldest_seconds"] = arrived
        facts["outbox_oldest_seconds"] = {
            lane.value: max((self._age(each) for each in queues.waits if each.lane is lane), default=0.0)
            for lane in Lane
        }
        faults = []
        if arrived > LATE:
            faults.append(Fault(Kind.INBOX, f"a message that came in has not been taken for {arrived:.0f} s"))
        return faults + [self._late(each) for each in queues.waits if self._is_late(each)]

    def _age(self, waits: Waits) -> float:
        return _seconds(self._clock.city() - waits.due)

    def _is_late(self, waits: Waits) -> bool:
        return waits.lane is Lane.URGENT and self._age(waits) > LATE and self._clock_stands()

    def _late(self, waits: Waits) -> Fault:
        account = (waits.channel, waits.account)
        reason = f"an urgent message has waited for {self._age(waits):.0f} s on {waits.channel}"
        return Fault(Kind.URGENT, reason, account=account)

    def _clock_stands(self) -> bool:
        """Whether the city's clock was not moved in the last minute."""
        if self._clock.moved != self._moved:
            self._moved, self._moved_at = self._clock.moved, time.monotonic()
        return time.monotonic() - self._moved_at > LATE

    # Loops

    def _loop_faults(self, facts: dict[str, Any]) -> list[Fault]:
        silences = {name: watched.silent_for() for name, watched in self._loops.items()}
        facts["loop_last_round_seconds"] = {name: round(found, 1) for name, found in silences.items()}
        facts["loop_crashes"] = dict(self._supervisor.crashes)
        swept = self._swept.silent_for()
        facts["last_sweep_seconds"] = round(swept, 1)
        stopped = [
            Fault(Kind.LOOP, f"the loop {name} has not come round for {found:.0f} s", name)
            for name, found in silences.items()
            if found > self._loops[name].within
        ]
        if not stopped and swept > self._swept.within:
            stopped = [Fault(Kind.LOOP, f"no sweep has come to its end for {swept:.0f} s", "sweeping")]
        return stopped + [
            Fault(Kind.CRASHES, f"the loop {name} crashed {times} times in ten minutes", name)
            for name in self._supervisor.crashes
            if (times := self._supervisor.crashed_lately(name)) >= CRASHES
        ]

    # Channels

    def _channel_faults(self, facts: dict[str, Any]) -> list[Fault]:
        deaf = {
            account: channel.deaf_for() if self._serves(account) else 0.0
            for account, channel in self._channels.items()
        }
        mute = self._delivery.ill()
        facts["channels"] = {
            " ".join(account): {
                "deaf_seconds": round(deaf[account], 1), "mute_seconds": round(mute.get(account, ("", 0.0))[1], 1)
            }
            for account in self._channels
        }  # fmt: skip
        return [
            Fault(Kind.HEARING, f"{account[0]} has not been heard for {seconds:.0f} s", account=account)
            for account, seconds in deaf.items()
            if seconds > DEAF
        ] + [
            Fault(Kind.SENDING, f"{account[0]} has taken nothing for {seconds:.0f} s: {why}", account=account)
            for account, (why, seconds) in mute.items()
            if seconds > MUTE
        ]


def _why(error: Exception) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__


def _seconds(span: timedelta) -> float:
    return round(max(0.0, span.total_seconds()), 1)
