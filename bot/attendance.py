"""Whether we listen: noted every few seconds for each account whose platform does not bring everything again.

Rule 1  A span in which nobody listened ends with the first note after it, and becomes an absence; who may have spoken
        in it is told by the sweep (reminders/absence.py).
Rule 2  What matters is the connection, not the note: while the database takes nothing, what is heard is held in memory,
        and nobody was away.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.channels.channel import Channel
from bot.clock import Clock
from bot.watching.pulse import Pulse
from storage import absences
from storage.absences import Loss
from storage.database import Database
from storage.messages import Account

EVERY_SECONDS = 15.0
SOON_SECONDS = 1.0  # while a connection is down: whoever waits for its return is told soon


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listener:
    """An account whose absence matters. `listens` says whether it is heard now."""

    account: Account
    loss: Loss
    patience: timedelta
    listens: Callable[[], bool]
    keeps: timedelta | None = None  # for how long the platform keeps messages

    def lost(self, span: timedelta) -> Loss:
        """What such a span has cost: what a platform keeps, it does not keep for ever."""
        return Loss.MESSAGES if self.keeps is not None and span > self.keeps else self.loss

    def tolerance(self, *, down: bool) -> timedelta:
        """What is no absence yet: a connection drops for seconds now and then. A program that was down was away, but
        for what the platform keeps."""
        return self.keeps or timedelta() if down and self.loss is Loss.MESSAGES else self.patience


def listeners(
    channels: Mapping[Account, Channel], listens: Callable[[Channel], Callable[[], bool]]
) -> list[Listener]:
    return [
        Listener(account, able.loses, timedelta(seconds=able.patience), listens(channel), _kept(able.keeps))
        for account, channel in channels.items()
        if (able := channel.capabilities).loses is not None
    ]


def _kept(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


class Attendance:
    """`await run()` notes until it is cancelled; `after` is called when somebody was away."""

    def __init__(
        self, *, database: Database, listeners: Sequence[Listener], clock: Clock, after: Callable[[], None]
    ) -> None:
        self._database = database
        self._listeners = listeners
        self._clock = clock
        self._after = after
        self._heard: dict[Account, datetime] = {}
        self._unnoted: list[tuple[Listener, datetime, datetime]] = []
        self.pulse = Pulse()

    async def run(self) -> None:
        while True:
            self.pulse.beat()
            all_heard = await self.note()
            await asyncio.sleep(EVERY_SECONDS if all_heard else SOON_SECONDS)

    async def note(self) -> bool:
        """Looks once at every account; False if one is not heard."""
        heard = [listener for listener in self._listeners if listener.listens()]
        for listener in heard:
            await self._note(listener)
        return len(heard) == len(self._listeners)

    async def _note(self, listener: Listener) -> None:
        machine, city = self._clock.machine(), self._clock.city()
        known = self._heard.get(listener.account)
        noted = await self._last_heard(listener.account)  # perhaps by another process, since
        before = max((each for each in (known, noted) if each is not None), default=None)
        if before is not None and machine - before > listener.tolerance(down=known is None):
            log.warning("nobody listened on %s for %s", " ".join(listener.account), machine - before)
            self._unnoted.append((listener, city - (machine - before), city))
        self._heard[listener.account] = machine
        await self._write(listener.account, machine)

    async def _last_heard(self, account: Account) -> datetime | None:
        return await self._database.read(lambda session: absences.last_heard(session, *account))

    async def _write(self, account: Account, machine: datetime) -> None:
        unnoted = list(self._unnoted)

        def write(session: Session) -> None:
            absences.heard(session, *account, machine)
            for listener, began, ended in unnoted:
                absences.note(session, *listener.account, listener.lost(ended - began), began, ended)

        await self._database.run(write)
        self._unnoted.clear()
        if unnoted:
            self._after()
