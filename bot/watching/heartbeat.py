"""The outgoing heartbeat: a monitor outside is called every minute while all is well, and misses us when it is not.

Of several processes none beats while one of them is ill: one that is well would hide it.

The address opens nothing, but whoever has it can keep the monitor quiet: it stands in no log.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.watching.health import Health
from bot.watching.pulse import Pulse

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
PATIENCE = aiohttp.ClientTimeout(total=15)


class Heartbeat:
    """`await run()` beats until it is cancelled.

    `all_well` is told whether this process is well, and says whether the others are too.
    """

    def __init__(
        self, *, health: Health, all_well: Callable[[bool], Awaitable[bool]], url: str, proxy: str | None
    ) -> None:
        self._health = health
        self._all_well = all_well
        self._url = url
        self._proxy = proxy
        self._heard = True
        self.pulse = Pulse()

    async def run(self) -> None:
        async with aiohttp.ClientSession(proxy=self._proxy, timeout=PATIENCE) as client:
            while True:
                self.pulse.beat()
                await self.beat(client)
                await asyncio.sleep(EVERY_SECONDS)

    async def beat(self, client: aiohttp.ClientSession) -> bool:
        """False if it was withheld, or not heard."""
        try:
            if not await self._all_well((await self._health.findings()).ok):
                return False
        except SQLAlchemyError:  # the others cannot be asked
            return False
        try:
            async with client.get(self._url) as answer:
                heard, why = answer.status < 400, f"HTTP {answer.status}"
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            heard, why = False, type(error).__name__
        if not heard and self._heard:
            log.warning("the outside monitor does not take the heartbeat: %s", why)
        self._heard = heard
        return heard
