"""Deletes the bytes of photos and files that a sweep has marked as kept long enough (`reminders/retention.py`)."""

import asyncio
import logging

from bot.media.shelf import Shelf
from bot.watching.pulse import Pulse
from storage import retention
from storage.database import Database

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
SLICE = 500  # files in one go


class Tidying:
    """`await run()` tidies at once and then every hour, until it is cancelled."""

    def __init__(self, *, database: Database, shelf: Shelf) -> None:
        self._database = database
        self._shelf = shelf
        self.pulse = Pulse()

    async def run(self) -> None:
        while True:
            self.pulse.beat()
            while await self.tidy():
                self.pulse.beat()
            await asyncio.sleep(EVERY_SECONDS)

    async def tidy(self) -> int:
        """Deletes first and notes it afterwards: what a crash leaves unnoted is deleted again, which does no harm."""
        async with self._shelf.guard:
            expired = await self._database.read(lambda session: retention.expired(session, SLICE))
            if expired.paths:
                await self._shelf.take_away(expired.deletable)
                await self._database.run(lambda session: retention.forget_paths(session, expired.paths))
                log.info("%s files were deleted, kept long enough by the rules", len(expired.deletable))
        return len(expired.paths)
