"""The bell between the processes of a city: PostgreSQL's LISTEN and NOTIFY.

Rule 1  A ring says only that there is something to do, and where it is: the rows say what. So one that is missed costs
        the wait for the slow poll, and one too many costs a look.
Rule 2  After each new connection everything is rung once: what was rung while nobody listened is found.
Rule 3  A process rings for what it leaves to others, and rarely: commits with a NOTIFY wait for each other.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial

from storage import claiming
from storage.database import Database

log = logging.getLogger(__name__)

TURNS, POST, FILES = "turns", "post", "files"

RING_SECONDS = 0.05  # what is rung meanwhile is rung together
AGAIN_SECONDS = 2.0


class Bell:
    """`ring(topic)` is heard by every other process; `await run()` listens, until it is cancelled."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._topics: set[str] = set()
        self._rung = asyncio.Event()

    def ring(self, topic: str) -> None:
        if not self._database.alone:
            self._topics.add(topic)
            self._rung.set()

    async def run(self, heard: Mapping[str, Callable[[], None]]) -> None:
        """`heard` says what each topic wakes here."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen_again_and_again(heard))
            group.create_task(self._ring())

    async def _ring(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            topics, self._topics = self._topics, set()
            await self._database.run(partial(claiming.ring, topics=topics))
            await asyncio.sleep(RING_SECONDS)

    async def _listen_again_and_again(self, heard: Mapping[str, Callable[[], None]]) -> None:
        from psycopg import Error  # a city on SQLite does without it

        while True:
            try:
                await self._listen(heard)
            except (Error, OSError) as error:
                log.warning("the bell is out of order (%s); rows are found by looking", type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self, heard: Mapping[str, Callable[[], None]]) -> None:
        from psycopg import AsyncConnection

        address = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with await AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(f"LISTEN {claiming.BELL}")
            for wake in heard.values():
                wake()
            async for notice in connection.notifies():
                if notice.payload in heard:
                    heard[notice.payload]()
