"""Running the web servers: ports are taken before anything is announced, and signals end the program in order."""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp

from bot.settings import Settings, SettingsError


def bound(settings: Settings) -> socket.socket:
    """The listening socket of the page. Raises SettingsError if the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((settings.http_host, settings.http_port))
    except OSError as error:
        opened.close()
        raise SettingsError(
            f"SANBAO_HTTP_PORT: found {settings.http_host}:{settings.http_port} not free ({error.strerror}); "
            "expected an address of this machine that nothing else listens on. Stop the other program, or set another."
        ) from error
    return opened


def hosts(settings: Settings) -> list[str]:
    """Host headers that are answered: a page of another site must not reach us through its visitor's browser."""
    if settings.http_host in {"0.0.0.0", "::"}:  # noqa: S104 - asked for by the operator
        return ["*"]
    found = {"127.0.0.1", "localhost", "[::1]", settings.http_host}
    if settings.public_url:
        found.add(settings.public_url.split("//", 1)[1].split("/", 1)[0].rsplit(":", 1)[0])
    return sorted(found)


def server(app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app, access_log=False, log_config=None, timeout_graceful_shutdown=3, lifespan="off"
    )
    return uvicorn.Server(config)


async def until_stopped(
    main: uvicorn.Server, sockets: Sequence[socket.socket], hang_up: Callable[[], None]
) -> None:
    """Serves until SIGINT or SIGTERM; `hang_up` then ends the answers that have no end of their own.

    uvicorn's own `serve` raises the signal again at its end: that would end the program in mid-send.
    """

    def stop(number: int) -> None:
        main.handle_exit(number, None)
        hang_up()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop, each)
    await beside(main, sockets)


async def beside(other: uvicorn.Server, sockets: Sequence[socket.socket]) -> None:
    """Serves without taking the signals."""
    await other._serve(list(sockets))
