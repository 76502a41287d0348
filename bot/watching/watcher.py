"""Looks at the program's health every few seconds: an incident is told once when it begins, and once when it is over.

Rule 1  Over is what was well for a whole minute, so that what comes and goes is one incident.
Rule 2  What was told stands in the database (storage/incidents.py), so that a restart neither repeats nor forgets it,
        and of several processes that see it one tells. While the database is ill it stands in memory.
Rule 3  What nobody could be told of has not been told: it is tried again at every look.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from bot.clock import Clock
from bot.watching.alarm import Alarm
from bot.watching.health import Fault, Findings, Health, Kind
from bot.watching.pulse import Pulse
from handlers.words import Words
from storage import incidents
from storage.database import Database

log = logging.getLogger(__name__)

EVERY_SECONDS = 10.0
CALM_SECONDS = 60.0


class Watcher:
    """`await run()` looks until it is cancelled. `words` gives those in force."""

    def __init__(
        self, *, health: Health, alarm: Alarm, database: Database, clock: Clock, words: Callable[[], Words],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._health = health
        self._alarm = alarm
        self._database = database
        self._clock = clock
        self._words = words
        self._monotonic = monotonic
        # Beside other processes only what all of them see is kept in the database; the rest is each one's own.
        self._keeps = None if database.alone else (Kind.INBOX.value, Kind.URGENT.value, Kind.SENDING.value)
        self._told: dict[str, str] = {}  # what was said, by part
        self._seen: dict[str, float] = {}  # when a part was last found ill
        # Parts of which nothing is written down although we are to tell of them, so that they are ours alone.
        self._unwritten: set[str] = set()
        self._untold: set[str] = set()  # parts that are ill and of which nobody could be told
        self._resumed = False
        self.pulse = Pulse()

    async def run(self) -> None:
        while True:
            self.pulse.beat()
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        found = await self._health.findings()
        if not _has(found, Kind.DATABASE):
            await self._resume()
        now = self._monotonic()
        self._seen |= {fault.part: now for fault in found.faults}
        await self._tell_new(found)
        await self._tell_over([part for part in self._told if now - self._seen[part] > CALM_SECONDS])

    async def _resume(self) -> None:
        """Where the admins are, and what an earlier process has told and not seen the end of."""
        await self._alarm.remember(self._clock.city())
        if not self._resumed:
            standing = await self._database.read(incidents.standing)
            standing = {part: said for part, said in standing.items() if self._is_kept(part)}
            self._told = standing | self._told
            self._seen = dict.fromkeys(standing, self._monotonic()) | self._seen
            self._resumed = self._database.alone

    def _is_kept(self, part: str) -> bool:
        return self._keeps is None or part.startswith(self._keeps)

    async def _tell_new(self, found: Findings) -> None:
        new = {fault.part: fault for fault in found.faults if fault.part not in self._told}
        for part in new.keys() - self._untold:
            log.error("ill: %s", new[part].reason)
        said = {part: _in_words(self._words(), fault) for part, fault in new.items()}
        mine = [part for part in said if await self._begun(part, said[part])]
        self._told |= said
        self._untold = set()
        if mine:
            ill = frozenset(fault.account for fault in found.faults if fault.account)
            text = self._words().watch_ill.format(what=self._joined(said[part] for part in mine))
            if not await self._alarm.tell(text, ill):
                await self._take_back(mine)

    async def _take_back(self, parts: list[str]) -> None:
        """As if they had not begun: at the next look whoever sees them tries to tell."""
        for part in parts:
            await self._ended(part)
            del self._told[part]
            self._unwritten.discard(part)
        self._untold = set(parts)

    async def _tell_over(self, parts: list[str]) -> None:
        for part in parts:
            log.warning("well again: %s", part)
        mine = [part for part in parts if await self._ended(part)]
        if mine:
            what = self._joined(self._told[part] for part in mine)
            if not await self._alarm.tell(self._words().watch_well.format(what=what), frozenset()):
                self._unwritten |= set(mine)
                parts = [part for part in parts if part not in mine]
        for part in parts:
            del self._told[part], self._seen[part]
            self._unwritten.discard(part)

    def _joined(self, said: Iterable[str]) -> str:
        return self._words().watch_between.join(dict.fromkeys(said))

    async def _begun(self, part: str, said: str) -> bool:
        if not self._is_kept(part):
            return True
        now = self._clock.machine()
        try:
            return await self._write(lambda session: incidents.begin(session, part, said, now))
        except Exception:  # what cannot be written down is told all the same
            log.warning("the incident %s could not be written down", part)
            self._unwritten.add(part)
            return True

    async def _ended(self, part: str) -> bool:
        if not self._is_kept(part):
            return True
        try:
            known = await self._write(lambda session: incidents.end(session, part))
        except Exception:
            log.warning("the end of the incident %s could not be written down", part)
            return True
        return known or part in self._unwritten

    async def _write(self, work: Callable[..., bool]) -> bool:
        async with asyncio.timeout(EVERY_SECONDS):
            return await self._database.run(work)


def _has(found: Findings, kind: Kind) -> bool:
    return any(fault.kind is kind for fault in found.faults)


def _in_words(words: Words, fault: Fault) -> str:
    channel = words.watch_channel(fault.account[0]) if fault.account else ""
    match fault.kind:
        case Kind.DATABASE:
            return words.watch_database
        case Kind.INBOX:
            return words.watch_inbox
        case Kind.URGENT:
            return words.watch_urgent
        case Kind.LOOP:
            return words.watch_loop.format(name=words.watch_name(fault.name))
        case Kind.CRASHES:
            return words.watch_crashes.format(name=words.watch_name(fault.name))
        case Kind.HEARING:
            return words.watch_hearing.format(name=channel)
        case Kind.SENDING:
            return words.watch_sending.format(name=channel)
