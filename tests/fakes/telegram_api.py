"""A faithful fake of the Telegram Bot API server, for tests and as the load partner of the benchmark.

In a test: `async with FakeTelegram() as api: ...` (see `tests/fakes/telegram/server.py`).
As a process of its own, with the remote control of `tests/fakes/telegram/control.py`:

    python -m tests.fakes.telegram_api --port 0      prints the port
"""

import argparse
import asyncio
from collections.abc import Coroutine
from typing import Any

from tests.fakes.telegram.calls import Call
from tests.fakes.telegram.chats import Chat, Shown
from tests.fakes.telegram.faults import Fault, Trouble, hang, reset, server_error, too_many
from tests.fakes.telegram.people import GroupVoice, Person
from tests.fakes.telegram.server import TOKEN, FakeTelegram

__all__ = [
    "TOKEN",
    "Call",
    "Chat",
    "FakeTelegram",
    "Fault",
    "GroupVoice",
    "Person",
    "Shown",
    "Trouble",
    "hang",
    "reset",
    "run_fast",
    "server_error",
    "too_many",
]


def run_fast(main: Coroutine[Any, Any, None]) -> None:
    """On uvloop where there is one: a benchmark's load partner should cost little itself."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


async def _serve(arguments: argparse.Namespace) -> None:
    api = FakeTelegram(arguments.token, seed=arguments.seed, host=arguments.host, port=arguments.port)
    async with api:
        print(api.url.rpartition(":")[2], flush=True)  # noqa: T201 - the caller reads the port here
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake Telegram Bot API server.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--seed", type=int, default=0)
    run_fast(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
