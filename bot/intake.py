"""What arrives is stored before it is confirmed: `store` returns after the commit, and only then may a channel move
its offset, answer 200 or acknowledge."""

from collections.abc import Callable, Sequence

from storage import inbox
from storage.database import Database
from storage.messages import Arrived


class Intake:
    """`await store(arrived)` commits; then the dispatcher is woken. Known updates change nothing."""

    def __init__(self, database: Database, wake: Callable[[], None]) -> None:
        self._database = database
        self._wake = wake

    async def store(self, arrived: Sequence[Arrived]) -> None:
        if not arrived:
            return
        await self._database.run(lambda session: inbox.store(session, arrived))
        self._wake()
