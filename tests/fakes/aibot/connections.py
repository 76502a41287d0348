"""One connection of a client: its frames in and out, and the ids by which its callbacks may be answered."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
_numbers = itertools.count(1)


@dataclass
class Callback:
    """A message or an event as it was told to one connection. An answer to an event serves once."""

    kind: str  # message, enter_chat, template_card_event ...
    conversation: str
    at: float
    task: str = ""
    answered: bool = False


@dataclass
class Connection:
    socket: web.WebSocketResponse
    transport: asyncio.Transport
    subscribed: bool = False
    callbacks: dict[str, Callback] = field(default_factory=dict)
    number: int = field(default_factory=lambda: next(_numbers))
    heard: float = 0.0
    """When it was last heard of, by the loop's clock."""
    _queue: "asyncio.Queue[tuple[str, asyncio.Future[bool]]]" = field(default_factory=asyncio.Queue)

    def put(self, frame: Json) -> "asyncio.Future[bool]":
        """Sends in order; the future tells whether it was written to a socket that stood."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((json.dumps(frame, ensure_ascii=False), written))
        return written

    async def write(self) -> None:
        while True:
            text, written = await self._queue.get()
            try:
                await self.socket.send_str(text)
            except (ConnectionError, RuntimeError):
                written.set_result(False)
            else:
                written.set_result(True)

    def acknowledge(
        self, request: str, code: int = 0, words: str = "ok", body: Json | None = None
    ) -> "asyncio.Future[bool]":
        frame: Json = {"headers": {"req_id": request}, "errcode": code, "errmsg": words}
        if body is not None:
            frame["body"] = body
        return self.put(frame)

    def abort(self) -> None:
        """The connection breaks without a word (1006)."""
        self.transport.abort()

    async def close(self) -> None:
        """In order (1000)."""
        await self.socket.close(code=1000)
