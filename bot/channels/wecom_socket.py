"""The long connection of a smart bot (智能机器人): frames out, acknowledgements and callbacks in, one at a time.

Rule 1  A frame counts as carried out when WeCom acknowledges it; one without an acknowledgement may have arrived.
Rule 2  Nothing is sent before the subscription is acknowledged. What is wrong with the subscription while the socket
        lives (846609, two pings without an answer) ends the socket, and another is made.
Rule 3  Who is replaced by another process does not fight it: that would go on for ever, and WeCom locks the bot.
Rule 4  Callbacks are handed on in order and never waited for here, so that no acknowledgement waits behind them.

Source: developer.work.weixin.qq.com, 智能机器人长连接 (101463).
"""

import asyncio
import itertools
import json
import logging
import secrets
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from bot.channels.channel import Calls
from bot.watching.pulse import Pulse

OFFICIAL_URL = "wss://openws.work.weixin.qq.com"

NOT_SUBSCRIBED = 846609
TOO_OFTEN = 45009
_SHORTEST_BACKOFF, _LONGEST_BACKOFF = 1.0, 60.0
# WeCom guards against subscribing over and over: after a refusal the wait has a floor.
_REFUSED_FLOOR, _REFUSED_CAP, _LOCKED_OUT = 5.0, 300.0, 60.0
# A connection that stood for so many seconds was well: what comes after it begins with the shortest wait.
_CALM = 60.0
_MISSED_PINGS = 2
_LARGEST_FRAME = 4 * 1024 * 1024

Json = dict[str, Any]
Pause = Callable[[float], Awaitable[None]]
# What came from WeCom by itself: its command, the id to answer by, and the frame as it came.
Callback = Callable[[str, str, Json, bytes], None]

log = logging.getLogger(__name__)


class NotConnected(Exception):  # noqa: N818 - it says what happened
    """Surely not sent: there is no subscribed connection."""


class NoAck(Exception):  # noqa: N818 - it says what happened
    """It may have been carried out: no acknowledgement in time, or the connection ended before it."""


class FrameRefused(Exception):  # noqa: N818 - it says what happened
    """WeCom acknowledged with an errcode other than 0."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}")
        self.code = code


class Replaced(Exception):  # noqa: N818 - it says what happened
    """Another process subscribed for the same bot."""


class Socket:
    """`await run(callback)` keeps one subscribed connection until it is replaced; then it raises Replaced."""

    def __init__(
        self,
        bot_id: str,
        secret: str,
        *,
        url: str = OFFICIAL_URL,
        proxy: str | None = None,
        ping_seconds: float = 30.0,
        ack_seconds: float = 8.0,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._bot_id = bot_id
        self._secret = secret
        self._url = url
        self._proxy = proxy
        self._ping_seconds = ping_seconds
        self._ack_seconds = ack_seconds
        self._pause = pause
        self._numbers = itertools.count(1)
        self._live: aiohttp.ClientWebSocketResponse | None = None
        self._lost = Pulse()
        self.connections = 0
        self.calls: Counter[Calls] = Counter()
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    def down_for(self) -> float:
        """Seconds since which no subscribed connection stands; 0 while one does."""
        return 0 if self._live is not None else max(self._lost.silent_for(), sys.float_info.min)

    # Asking

    async def ask(self, command: str, body: Json, request: str = "") -> Json:
        """Sends a frame and returns its acknowledgement; `request` answers a callback by its id.

        Raises NotConnected, NoAck, FrameRefused.
        """
        socket = self._live
        if socket is None or socket.closed:
            self.calls[Calls.NOT_REACHED] += 1
            raise NotConnected("the long connection is down")
        return await self._exchange(socket, command, body, request)

    async def _exchange(
        self, socket: aiohttp.ClientWebSocketResponse, command: str, body: Json | None, request: str = ""
    ) -> Json:
        name = request or f"{command}_{next(self._numbers)}_{secrets.token_hex(4)}"
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[name] = answer
        frame: Json = {"cmd": command, "headers": {"req_id": name}}
        if body is not None:
            frame["body"] = body
        try:
            return await self._acknowledged(socket, frame, answer)
        finally:
            self._waiting.pop(name, None)

    async def _acknowledged(
        self, socket: aiohttp.ClientWebSocketResponse, frame: Json, answer: asyncio.Future[Json]
    ) -> Json:
        try:
            async with asyncio.timeout(self._ack_seconds):
                await socket.send_str(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
                ack = await answer
        except (TimeoutError, ConnectionError, aiohttp.ClientError):
            self.calls[Calls.UNKNOWN] += 1
            raise NoAck(f"{frame['cmd']} was not acknowledged") from None
        code = ack.get("errcode", 0)
        if code == NOT_SUBSCRIBED:
            await socket.close()
        self.calls[{0: Calls.OK, TOO_OFTEN: Calls.TOO_OFTEN}.get(code, Calls.REFUSED)] += 1
        if code:
            raise FrameRefused(code if isinstance(code, int) else -1, str(ack.get("errmsg", ""))[:200])
        return ack

    # Living

    async def run(self, callback: Callback) -> None:
        failures = 0
        async with aiohttp.ClientSession(proxy=self._proxy) as session:
            while True:
                began = asyncio.get_running_loop().time()
                fault = await self._until_it_ends(session, callback)
                lasted = asyncio.get_running_loop().time() - began
                failures = 1 if lasted >= _CALM else failures + 1
                await self._pause(_wait(fault, failures))

    async def _until_it_ends(self, session: aiohttp.ClientSession, callback: Callback) -> Exception | None:
        """One connection's life; what ended it, if anything was wrong."""
        try:
            await self._live_once(session, callback)
        except FrameRefused as refusal:
            log.error("WeCom refused the bot's subscription: %s. Check the bot's id and secret.", refusal)
            return refusal
        except (aiohttp.ClientError, OSError, TimeoutError, NoAck) as fault:
            log.warning("The long connection failed: %s", type(fault).__name__)
            return fault
        log.info("The long connection ended")
        return None

    async def _live_once(self, session: aiohttp.ClientSession, callback: Callback) -> None:
        async with session.ws_connect(self._url, max_msg_size=_LARGEST_FRAME, autoping=True) as socket:
            reading = asyncio.create_task(self._read(socket, callback))
            try:
                await self._subscribe(socket)
                pinging = asyncio.create_task(self._keep_alive(socket))
                try:
                    await reading
                finally:
                    pinging.cancel()
            finally:
                if self._live is not None:
                    self._lost.beat()
                self._live = None
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                self._give_up_waiting()

    async def try_subscription(self) -> None:
        """Subscribes and leaves. It ends another process's connection: only for who knows that there is none.

        Raises FrameRefused, NoAck, aiohttp.ClientError.
        """
        async with (
            aiohttp.ClientSession(proxy=self._proxy) as session,
            session.ws_connect(self._url, max_msg_size=_LARGEST_FRAME) as socket,
        ):
            reading = asyncio.create_task(self._read(socket, lambda *_: None))
            try:
                await self._subscribe(socket)
            finally:
                self._live = None
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _subscribe(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        await self._exchange(socket, "aibot_subscribe", {"bot_id": self._bot_id, "secret": self._secret})
        self._live = socket
        self.connections += 1
        log.info("The long connection stands")

    async def _keep_alive(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        missed = 0
        while missed < _MISSED_PINGS:
            await self._pause(self._ping_seconds)
            try:
                await self._exchange(socket, "ping", None)
                missed = 0
            except NoAck:
                missed += 1
            except FrameRefused:
                break
        await socket.close()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, callback: Callback) -> None:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            raw = message.data.encode("utf-8", "surrogatepass")
            frame = _frame(raw)
            request = _request_of(frame)
            if "cmd" not in frame:
                self._acknowledge(request, frame)
            elif _event(frame) == "disconnected_event":
                raise Replaced("another process has taken over this bot")
            else:
                callback(str(frame["cmd"]), request, frame, raw)

    def _acknowledge(self, request: str, frame: Json) -> None:
        answer = self._waiting.get(request)
        if answer is not None and not answer.done():
            answer.set_result(frame)

    def _give_up_waiting(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the long connection ended"))


def _wait(fault: Exception | None, failures: int) -> float:
    """Seconds before the next connection."""
    doubled = 2.0 ** min(failures - 1, 16)
    if isinstance(fault, FrameRefused):
        least = _LOCKED_OUT if fault.code == TOO_OFTEN else 0.0
        return max(least, min(_REFUSED_CAP, _REFUSED_FLOOR * doubled))
    return min(_LONGEST_BACKOFF, _SHORTEST_BACKOFF * doubled)


def _frame(raw: bytes) -> Json:
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        return {"cmd": "", "body": {}}
    return frame if isinstance(frame, dict) else {"cmd": "", "body": {}}


def _request_of(frame: Json) -> str:
    headers = frame.get("headers")
    return str(headers.get("req_id", "")) if isinstance(headers, dict) else ""


def _event(frame: Json) -> str:
    body = frame.get("body")
    event = body.get("event") if isinstance(body, dict) else None
    return str(event.get("eventtype", "")) if isinstance(event, dict) else ""
