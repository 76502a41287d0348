"""The bell between the processes of a city: PostgreSQL's LISTEN and NOTIFY.

Rule 1  A ring says only that there is something to do, and where it is: the rows say what. So one that is missed costs
        the wait for the slow poll, and one too many costs a look.
Rule 2  After each new connection everything is rung once: what was rung while nobody listened is found.
Rule 3  A process rings for what it leaves to others, and rarely: commits with a NOTIFY wait for each other.
Rule 4  One connection rings and listens, and the event loop looks at it whenever bytes have come: a ring costs no
        transaction of the writers, and hearing one costs hardly anything to those whom it does not concern.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from storage import claiming
from storage.database import Database

if TYPE_CHECKING:  # a city on SQLite does without it
    from psycopg import AsyncConnection

log = logging.getLogger(__name__)

TURNS, POST, FILES = "turns", "post", "files"

RING_SECONDS = 0.05  # what is rung meanwhile is rung together
AGAIN_SECONDS = 2.0
ANSWER_SECONDS = 10.0  # a server that has not answered a ring by then is not there any more
_RING = "SELECT pg_notify(%s, topic) FROM unnest(%s::text[]) AS topic"


class Bell:
    """`ring(topic)` is heard by every process that listens; `await run()` rings and listens, until it is cancelled."""

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
        from psycopg import AsyncConnection, Error

        from storage.postgres_engine import connecting

        url = self._database.engine.url.set(drivername="postgresql")
        address = url.update_query_dict(connecting(url)).render_as_string(hide_password=False)
        while True:
            try:
                async with await AsyncConnection.connect(address, autocommit=True) as connection:
                    await self._attend(connection, heard)
            except (Error, OSError) as error:
                log.warning("the bell is out of order (%s); rows are found by looking", type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _attend(self, connection: "AsyncConnection", heard: Mapping[str, Callable[[], None]]) -> None:
        ears = _Ears(connection, heard, self._rung.set)
        async with asyncio.timeout(ANSWER_SECONDS):
            await connection.execute(f"LISTEN {claiming.BELL}")
        for wake in heard.values():
            wake()
        self._rung.set()  # for what could not be rung on the connection before
        while True:
            with ears:
                await self._rung.wait()
            self._rung.clear()
            if ears.failure is not None:
                raise ears.failure
            topics, self._topics = self._topics, set()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await connection.execute(_RING, (claiming.BELL, list(topics)))
            except Exception:
                self._topics |= topics
                raise
            with ears:
                await asyncio.sleep(RING_SECONDS)


class _Ears:
    """Hears while nothing else is asked of the connection, which itself tells what comes while something is."""

    def __init__(
        self,
        connection: "AsyncConnection",
        heard: Mapping[str, Callable[[], None]],
        failed: Callable[[], None],
    ) -> None:
        self.failure: Exception | None = None
        self._pgconn = connection.pgconn
        self._socket = connection.fileno()  # which a lost connection does not tell any more
        self._heard = heard
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        connection.add_notify_handler(lambda notice: self._wake(notice.payload))

    def __enter__(self) -> None:
        if self.failure is not None:
            raise self.failure
        self._loop.add_reader(self._socket, self._hear)
        self._hear()  # what had been read together with an answer

    def __exit__(self, *_: object) -> None:
        if self.failure is None:  # else its socket is closed, and the number may be somebody else's by now
            self._loop.remove_reader(self._socket)

    def _hear(self) -> None:
        try:
            self._pgconn.consume_input()
            while notice := self._pgconn.notifies():
                self._wake(notice.extra.decode())
        except Exception as failure:
            with suppress(Exception):  # libpq has closed the socket
                self._loop.remove_reader(self._socket)
            self.failure = failure
            self._failed()

    def _wake(self, topic: str) -> None:
        if topic in self._heard:
            self._heard[topic]()
