"""The whole program in the test's own process, on a town's database, with fake platforms at its edge.

    async with running(town, settings) as program: ...

Nothing of ours is replaced: settings, channels, intake, dispatch, delivery and the web server are those of
`sanbao serve`; only the sockets are the test's.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.app import put_together
from bot.clock import Clock, store_offset
from bot.running import Running
from bot.settings import Settings
from bot.web import serving
from bot.web.server import web_app
from tests.town import Town


def free_socket() -> socket.socket:
    """A bound port that nobody listens at yet: its address can be told before the program runs."""
    opened = socket.socket()
    opened.bind(("127.0.0.1", 0))
    return opened


def settings_for(town: Town, folder: Path, given: Mapping[str, str]) -> Settings:
    """`given` are settings without their prefix; the file is the town's. Rates are lifted."""
    values = {
        "DATA_DIR": str(folder), "DATABASE_URL": town.database.url, "TRYOUT": "true", "TELEGRAM_RATE": "0",
        "TELEGRAM_CHAT_RATE": "0", **given,
    }  # fmt: skip
    return Settings(**{name.lower(): value for name, value in values.items()}, _env_file=None)


@asynccontextmanager
async def running(town: Town, settings: Settings, listening: socket.socket) -> AsyncIterator[Running]:
    """The program, serving; its city clock goes on from where the town's stands."""
    moved = town.clock.now - Clock().machine()
    town.do(lambda session: store_offset(session, moved))
    town.database.close()
    async with AsyncExitStack() as stack:
        program = await put_together(settings, stack)
        server = serving.server(web_app(program.routes, hosts=["127.0.0.1"]))
        listening.listen()
        web = asyncio.create_task(serving.beside(server, [listening]))
        loops = asyncio.create_task(program.supervisor.run(program.loops))
        try:
            yield program
        finally:
            program.hang_up()
            server.should_exit = True
            loops.cancel()
            await asyncio.gather(loops, web, return_exceptions=True)
    town.restarts()
