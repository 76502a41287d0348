"""The parts of a running program, and the loops that keep it going."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from starlette.routing import BaseRoute

from bot.beside import Beside
from bot.channels.channel import Channel
from bot.channels.tryout import TryoutChannel
from bot.clock import Clock
from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.fetching import Fetching
from bot.holding import Holding
from bot.intake import Intake
from bot.supervisor import Supervisor
from bot.sweeping import Sweeping
from bot.watching.health import Health
from bot.watching.pulse import Kept, Watched
from handlers.city import City
from storage.database import Database
from storage.messages import Account

Loop = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Running:
    """The parts of a running program, for the web's routes and for tests."""

    database: Database
    clock: Clock
    channels: dict[Account, Channel]
    dispatch: Dispatch
    delivery: Delivery
    fetching: Fetching
    sweeping: Sweeping
    intake: Intake
    supervisor: Supervisor
    city: City
    beside: Beside
    loops: dict[str, Loop] = field(default_factory=dict)
    watched: dict[str, Watched] = field(default_factory=dict)
    routes: list[BaseRoute] = field(default_factory=list)
    health: Health | None = None

    def keep(self, name: str, loop: Kept, within: float, lease: Holding | None = None) -> None:
        """Runs a loop that is to come round within so many seconds; of those under a lease, one process at a time."""
        if lease is None:
            self.loops[name], self.watched[name] = loop.run, Watched(loop.pulse, within)
        else:
            self.loops[name] = partial(lease.run, loop.run)
            self.watched[name] = Watched(loop.pulse, within, lambda: lease.held)

    def hang_up(self) -> None:
        """Ends what pages are still being told; they would keep the program from ending."""
        for channel in self.channels.values():
            if isinstance(channel, TryoutChannel):
                channel.hang_up()
