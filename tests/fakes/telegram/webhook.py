"""Delivery by webhook: strict order per lane; any 2xx confirms, anything else blocks the lane."""

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

import httptools

from tests.fakes.telegram.chats import Json
from tests.fakes.telegram.clock import Clock
from tests.fakes.telegram.errors import bad_request
from tests.fakes.telegram.faults import Faults
from tests.fakes.telegram.updates import Lane, Pending, Updates

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LONGEST_OVERTAKING = 0.02
LATEST_COPY = 2.0


class Webhook:
    """Retries wait `first_pause`, doubled up to `longest_pause`: real seconds, far fewer than Telegram's."""

    first_pause = 0.05
    longest_pause = 1.0
    patience = 60.0

    def __init__(
        self, updates: Updates, clock: Clock, faults: Faults, reply: Callable[[str, Json], None]
    ) -> None:
        self.url = ""
        self.deliveries = 0
        self._updates = updates
        self._clock = clock
        self._faults = faults
        self._reply = reply
        self._secret = ""
        self._free = asyncio.Semaphore(40)
        self._most = 40
        self._last_error: Json = {}
        self._lanes: defaultdict[Lane, deque[Pending]] = defaultdict(deque)
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._copies: set[asyncio.Task[None]] = set()
        self._idle: list[_Caller] = []

    def set(self, url: str, secret: str, max_connections: int) -> None:
        if secret and not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        if urlsplit(url).scheme not in ("http", "https"):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self.remove()
        self.url, self._secret = url, secret
        self._most = max(1, min(max_connections, 100))
        self._free = asyncio.Semaphore(self._most)
        self._updates.push = self._offer
        for update in self._updates.backlog():
            self._offer(update)

    def remove(self) -> None:
        self.url = ""
        self._updates.push = None
        self._lanes.clear()
        for task in (*self._tasks.values(), *self._copies):
            task.cancel()
        self._tasks.clear()
        for caller in self._idle:
            caller.close()
        self._idle.clear()

    def info(self) -> Json:
        return {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(list(self._updates.backlog())),
            **(self._last_error if self.url else {}),
            **({"max_connections": self._most} if self.url else {}),
        }

    def _offer(self, update: Pending) -> None:
        self._lanes[update.lane].append(update)
        if update.lane not in self._tasks:
            self._tasks[update.lane] = asyncio.get_running_loop().create_task(self._empty(update.lane))

    async def _empty(self, lane: Lane) -> None:
        waiting = self._lanes[lane]
        while waiting:
            await self._deliver(waiting[0])
            waiting.popleft()
        del self._lanes[lane], self._tasks[lane]

    async def _deliver(self, update: Pending) -> None:
        pause = self.first_pause
        while self._updates.is_live(update):
            if await self._post(update):
                self._updates.confirm(update)
                break
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.longest_pause)
        for _ in range(self._faults.extra_deliveries()):
            if self._faults.reorder:
                copy = asyncio.get_running_loop().create_task(self._post_copy(update))
                self._copies.add(copy)
                copy.add_done_callback(self._copies.discard)
            else:
                await self._post_copy(update)

    async def _post_copy(self, update: Pending) -> None:
        if self._faults.reorder:
            # What was said after it has come meanwhile.
            await asyncio.sleep(self._faults.random.uniform(0, LATEST_COPY))
        if await self._post(update):
            self._updates.copies += 1
            self._updates.on_change()

    async def _post(self, update: Pending) -> bool:
        if self._faults.reorder:
            await asyncio.sleep(self._faults.random.uniform(0, LONGEST_OVERTAKING))
        async with self._free:
            self.deliveries += 1
            caller = self._idle.pop() if self._idle else _Caller(self.url, self._secret)
            try:
                async with asyncio.timeout(self.patience):
                    status, body = await caller.post(update.body)
            except (OSError, TimeoutError) as error:
                caller.close()
                return self._note(f"Connection failed: {error}")
            except asyncio.CancelledError:
                caller.close()
                raise
        if caller.is_open:
            self._idle.append(caller)
        if not 200 <= status < 300:
            return self._note(f"Wrong response from the webhook: {status}")
        self._carry_out_reply(body)
        return True

    def _note(self, error: str) -> bool:
        self._last_error = {"last_error_date": int(self._clock.now()), "last_error_message": error}
        return False

    def _carry_out_reply(self, body: bytes) -> None:
        # A bot may put one call into its answer; Telegram carries it out and tells nobody the result.
        if body.startswith(b"{") and b'"method"' in body:
            call: dict[str, Any] = json.loads(body)
            self._reply(str(call.pop("method")), call)


class _Caller(asyncio.Protocol):
    """One kept-alive connection to the bot's webhook."""

    def __init__(self, url: str, secret: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"POST {path} HTTP/1.1", f"Host: {parts.netloc}", "Content-Type: application/json"]
        if secret:
            lines.append(f"X-Telegram-Bot-Api-Secret-Token: {secret}")
        self._head = "\r\n".join([*lines, "Content-Length: "]).encode()
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._body: list[bytes] = []
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def post(self, body: bytes) -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        if not self.is_open:
            await loop.create_connection(lambda: self, self._host, self._port)
        assert self._transport is not None
        self._parser, self._body = httptools.HttpResponseParser(self), []
        self._answer = loop.create_future()
        self._transport.write(self._head + b"%d\r\n\r\n" % len(body) + body)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(exc or ConnectionError("the bot closed the connection"))

    def data_received(self, data: bytes) -> None:
        assert self._parser is not None
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(ConnectionError(str(error)))

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        assert self._parser is not None
        if not self._parser.should_keep_alive():
            self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), b"".join(self._body)))

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            failure = error if isinstance(error, OSError) else ConnectionError(str(error))
            self._answer.set_exception(failure)
