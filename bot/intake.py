"""What arrives is stored before it is confirmed: `store` returns after the commit, and only then may a channel move
its offset, answer 200 or acknowledge.

Rule 1  What arrives while others are being stored is stored together, in one statement. If that fails, each is
        stored alone, so that what cannot be stored stops nothing beside it.
Rule 2  What one process at a time may take in is stored only with the proof that it is this one (bot/holding.py).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from storage import inbox
from storage.database import Database
from storage.messages import Arrived

Proof = Callable[[Session], None]


def nothing_to_prove(_: Session) -> None:
    """For what any process may take in."""


@dataclass(frozen=True, slots=True)
class _Call:
    arrived: Sequence[Arrived]
    prove: Proof
    stored: asyncio.Future[None]

    def end(self, error: BaseException | None = None) -> None:
        if self.stored.done():  # who called was cancelled
            return
        if error is None:
            self.stored.set_result(None)
        else:
            self.stored.set_exception(error)


class Intake:
    """`await store(arrived)` commits; then the dispatcher is woken. Known updates change nothing."""

    def __init__(self, database: Database, wake: Callable[[], None]) -> None:
        self._database = database
        self._wake = wake
        self._calls: list[_Call] = []
        self._storing: asyncio.Task[None] | None = None

    async def store(self, arrived: Sequence[Arrived], prove: Proof = nothing_to_prove) -> None:
        """`prove` raises, in the transaction that stores, if this process may not."""
        if not arrived:
            return
        call = _Call(arrived, prove, asyncio.get_running_loop().create_future())
        self._calls.append(call)
        if self._storing is None:
            self._storing = asyncio.create_task(self._store_calls())
        await call.stored

    async def _store_calls(self) -> None:
        try:
            while self._calls:
                together, self._calls = self._calls, []
                await self._store(together)
        finally:
            self._storing = None

    async def _store(self, calls: Sequence[_Call]) -> None:
        def work(session: Session) -> None:
            for call in calls:
                call.prove(session)
            inbox.store(session, [each for call in calls for each in call.arrived])

        try:
            await self._database.run(work)
        except Exception as error:
            if len(calls) == 1:
                calls[0].end(error)
                return
            for call in calls:
                await self._store([call])
            return
        for call in calls:
            call.end()
        self._wake()
