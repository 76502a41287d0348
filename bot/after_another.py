"""What another process takes care of is looked for half a second later, should that one be slow or dead.

Rule    A look at the outbox costs several times what it costs to find out that nothing is left to look for.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.clock import Timed
from storage import sends
from storage.database import Database
from storage.messages import Account

SECONDS = 0.5


class AfterAnother:
    """`await run()` until it is cancelled; `wake` is called if something was left undone."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Timed,
        accounts: Collection[Account],
        serves: Callable[[Account], bool],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._serves = serves
        self._wake = wake
        self._written = asyncio.Event()

    def written(self) -> None:
        """Something was written and committed that another process takes care of."""
        self._written.set()

    async def run(self) -> None:
        while True:
            await self._written.wait()
            self._written.clear()
            await asyncio.sleep(SECONDS)
            await self.glance()

    async def glance(self) -> None:
        try:
            left, coming = await self._database.read(self._what_is_left)
        except Exception:
            left, coming = True, False  # the look says what is the matter
        if coming:
            self._written.set()
        if left:
            self._wake()

    def _what_is_left(self, session: Session) -> tuple[bool, bool]:
        """Whether something was left undone, and whether there is what may still be: it was written only just now."""
        served, machine = [each for each in self._accounts if self._serves(each)], self._clock.machine()
        now = self._clock.city()
        if not sends.any_left(session, served, now, machine):
            return False, False
        left = sends.any_left(session, served, now - timedelta(seconds=SECONDS / 2), machine)
        return left, not left
