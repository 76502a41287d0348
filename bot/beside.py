"""A process beside the others of its city: its name, the bell between them, and what it has to itself.

Alone on its database (SQLite) it has everything, and all this costs nothing.
"""

import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.bell import Bell
from bot.clock import Clock
from bot.holding import Holding
from bot.living import Living
from bot.sharing import ServerSeconds
from storage import claiming, leases
from storage.database import Database
from storage.messages import Account

# It is said once a minute (bot/watching/heartbeat.py).
ILL_FOR = timedelta(minutes=3)


class Beside:
    """`loops` are for the supervisor. `after` is called when this process lives, and when a dead one's work is free.

    seconds      the clock that rates are counted by: one that all processes have, where they share them
    told         hears the time of the database server
    polling      the accounts whose updates one process fetches
    connections  the accounts that only one process can speak for, by its connection
    post         of what is to be sent one process takes care; the others come after it, should it be slow or dead
    """

    def __init__(
        self, database: Database, clock: Clock, lease_seconds: float, after: Callable[[], None]
    ) -> None:
        self.holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(3)}"
        server = ServerSeconds(clock.monotonic, clock.machine())
        self.seconds = clock.monotonic if database.alone else server
        self.told = server.told
        self.bell = Bell(database)
        self.polling: dict[Account, Holding] = {}
        self.connections: dict[Account, Holding] = {}
        self.loops: dict[str, Callable[[], Awaitable[None]]] = {}
        self._database = database
        self._clock = clock
        self._alone = database.alone
        self._lease = partial(
            Holding, database=database, clock=clock, holder=self.holder, seconds=lease_seconds
        )
        self._living = Living(
            database=database, clock=clock, holder=self.holder, after=after, seconds=lease_seconds
        )
        self.post = self.lease("post")
        if not self._alone:
            self.loops |= {"living": self._living.run, "lease of life": self._living.own.keep}

    def lease(self, name: str) -> Holding:
        """The lease of a work of which there is one in the city."""
        found = self._lease(name=name)
        if not self._alone:
            self.loops[f"lease of {name}"] = found.keep
        return found

    def poll(self, account: Account) -> Holding:
        return self.polling.setdefault(account, self.lease(f"updates of {' '.join(account)}"))

    def connect(self, account: Account) -> Holding:
        return self.connections.setdefault(account, self.lease(f"connection of {' '.join(account)}"))

    @property
    def posts(self) -> bool:
        """Whether this process looks at once for what is to be sent, also by its own connections."""
        mine = (self.post, *self.connections.values())
        return self._living.alive and any(each.held for each in mine)

    async def all_well(self, well: bool) -> bool:
        """Whether this process and all others are; the others hear how this one is."""
        if self._alone:
            return well

        def work(session: Session) -> bool:
            now = claiming.clock(session, self._clock.machine())
            leases.note_health(session, self.holder, well, now, now + ILL_FOR)
            return leases.all_well(session, now)

        return await self._database.run(work)

    def serves(self, account: Account) -> bool:
        """Whether this process may speak for an account now."""
        return self._living.alive and (account not in self.connections or self.connections[account].held)
