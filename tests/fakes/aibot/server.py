"""A faithful fake of WeCom for one smart bot: the long connection over WebSocket, and the links of files over HTTP.

    async with FakeAibot() as wecom:
        zhang = wecom.member("ZhangSan", "张三")
        zhang.says("报进展")
        card = await zhang.sees("哪个项目")
        zhang.taps("城北水厂")

The program under test runs wherever it likes, is killed and comes back; this server stays and remembers. Nothing that
was said while no subscribed connection stood is told later. Its time (`clock`) can be moved: links, windows, streams
and limits follow it.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.fakes.aibot.connections import Callback, Connection
from tests.fakes.aibot.faults import Fault, Faults
from tests.fakes.aibot.people import InGroup, Member, Told
from tests.fakes.aibot.speaking import Speaking
from tests.fakes.telegram.clock import Clock
from tests.fakes.telegram.world import Moments
from tests.fakes.wecom.errors import ApiError, refused
from tests.fakes.wecom.screens import Json

BOT, SECRET = "aibmXyZ-0123456789", "a-secret-of-the-fake-bot"
NOT_SUBSCRIBED = 846609


class Kick(StrEnum):
    """How the connection that is replaced ends."""

    CLOSED = "closed"  # 1000
    CUT = "cut"  # 1006
    LEFT = "left"  # it stays open and half alive


@dataclass(slots=True)
class Call:
    """One frame of a client. `accepted` is the server's truth, whatever the client learnt."""

    command: str
    request: str
    body: Json
    connection: int
    accepted: bool = False
    code: int = 0
    fault: Fault | None = None


@dataclass
class FakeAibot:
    bot_id: str = BOT
    secret: str = SECRET
    name: str = "三报"
    host: str = "127.0.0.1"
    port: int = 0
    idle_seconds: float = 90.0
    """A connection that is silent for so long is closed."""
    subscribes_a_minute: int = 1000
    kick: Kick = Kick.CLOSED
    calls: list[Call] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.url = ""
        """ws://HOST:PORT, known once the server runs."""
        self.speaking = Speaking(self.clock)
        self.connections: list[Connection] = []
        self.subscribes: list[float] = []
        self._held: list[tuple[Told, str, str, str]] | None = None
        self._moments = Moments()
        self._runner: web.AppRunner | None = None
        self._late: set[asyncio.TimerHandle] = set()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_get("/", self._connected)
        app.router.add_get("/media/{number}", self.speaking.downloads.serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"ws://{self.host}:{self.port}"
        self.speaking.downloads.base = f"http://{self.host}:{self.port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        for timer in self._late:
            timer.cancel()
        for connection in list(self.connections):
            connection.abort()
        await self._runner.cleanup()

    # What tests use

    def settings(self) -> dict[str, str]:
        """The settings of a program that talks to this fake, without their prefix."""
        return {"AIBOT_ID": self.bot_id, "AIBOT_SECRET": self.secret, "AIBOT_URL": self.url}

    def member(self, userid: str, name: str = "张三") -> Member:
        found = self.speaking.screens.setdefault(userid, Member(self, userid, name))
        assert isinstance(found, Member)
        return found

    def in_group(self, userid: str, chatid: str, name: str = "项目群") -> InGroup:
        voice = InGroup(self, userid, chatid, name)
        self.speaking.screens.setdefault(voice.key, voice)
        return voice

    @property
    def live(self) -> Connection | None:
        """The connection that callbacks go to."""
        return next((each for each in reversed(self.connections) if each.subscribed), None)

    def sent(self, command: str = "aibot_send_msg") -> list[Call]:
        """The frames of one command that were carried out."""
        return [call for call in self.calls if call.command == command and call.accepted]

    async def until(self, fact: Callable[[], Any], timeout: float = 20.0) -> None:  # noqa: ASYNC109
        """Waits for a fact; it is looked at with every frame and every connection."""
        await self._moments.until(fact, timeout)

    async def until_subscribed(self, timeout: float = 20.0) -> Connection:  # noqa: ASYNC109
        await self.until(lambda: self.live is not None, timeout)
        assert self.live is not None
        return self.live

    # Telling

    def tell(self, command: str, body: Json, conversation: str, kind: str, task: str = "") -> Told:
        told = Told(body, command)
        self.told.append(told)
        if self._held is not None:
            self._held.append((told, conversation, kind, task))
        else:
            self._push(told, conversation, kind, task)
        return told

    def hold(self) -> None:
        """What is said from now on waits for `release`."""
        self._held = []

    def release(self, order: Callable[[list[Any]], Iterable[Any]] = list) -> None:
        """Tells what was held, all at once, in an order of the test's choice."""
        held, self._held = self._held or [], None
        for each in order(held):
            self._push(*each)

    def again(self, told: Told) -> Told:
        """WeCom brings the same message once more: with its msgid, under a new req_id."""
        return self.tell(told.command, told.body, str(told.body["from"]["userid"]), "message")

    def _push(self, told: Told, conversation: str, kind: str, task: str) -> None:
        live = self.live
        if live is None:
            return
        request = secrets.token_urlsafe(18)
        live.callbacks[request] = Callback(kind, conversation, self.clock.now(), task)
        frame = {"cmd": told.command, "headers": {"req_id": request}, "body": told.body}
        told.written = live.put(frame)
        told.written.add_done_callback(lambda _: self._moments.look())

    def says_raw(self, frame: Json) -> None:
        """Any frame, as no document knows it."""
        assert self.live is not None
        self.live.put(frame)

    def lose_subscription(self) -> None:
        """The socket stays open and pings are answered; nothing else works, and nothing is told."""
        for connection in self.connections:
            connection.subscribed = False

    # Connections

    async def _connected(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=4 * 1024 * 1024, autoping=True)
        await socket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        connection = Connection(socket, request.transport)
        self.connections.append(connection)
        helpers = [asyncio.create_task(connection.write()), asyncio.create_task(self._watch(connection))]
        try:
            await self._serve(connection)
        finally:
            self.connections.remove(connection)
            connection.subscribed = False
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            self._moments.look()
        return socket

    async def _watch(self, connection: Connection) -> None:
        """Closes who says nothing for too long."""
        loop = asyncio.get_running_loop()
        connection.heard = loop.time()
        while (left := connection.heard + self.idle_seconds - loop.time()) > 0:  # noqa: ASYNC110 - silence is no event
            await asyncio.sleep(left)
        await connection.close()

    async def _serve(self, connection: Connection) -> None:
        async for message in connection.socket:
            connection.heard = asyncio.get_running_loop().time()
            if message.type is not WSMsgType.TEXT:
                return
            try:
                frame = json.loads(message.data)
                call = Call(
                    frame["cmd"], frame["headers"]["req_id"], frame.get("body", {}), connection.number
                )
            except (ValueError, KeyError, TypeError):
                return
            self.calls.append(call)
            if not await self._take(connection, call):
                return
            self._moments.look()

    async def _take(self, connection: Connection, call: Call) -> bool:
        """Carries a frame out and acknowledges it; False ends the connection."""
        call.fault = self.faults.for_frame(call.command)
        result: Json | None = None
        words = "ok"
        try:
            if call.fault is not None and call.fault.code:
                raise refused(call.fault.code)
            if call.fault is None or call.fault.accepted:
                result = await self._carry_out(connection, call)
                call.accepted = True
        except ApiError as refusal:
            call.code, words = refusal.code, refusal.words
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            call.code, words = 40058, type(error).__name__
        written = self._answer(connection, call, words, result)
        if call.command != "aibot_subscribe" or not call.code:
            return True
        if written is not None:
            await written
        await connection.close()
        return False

    def _answer(
        self, connection: Connection, call: Call, words: str, result: Json | None
    ) -> "asyncio.Future[bool] | None":
        fault = call.fault
        if fault is not None and fault.cut:
            connection.abort()
        elif fault is not None and fault.late:
            loop, told = asyncio.get_running_loop(), (call.request, call.code, words, result)
            self._late.add(loop.call_later(fault.late, connection.acknowledge, *told))
        elif fault is None or not fault.silent:
            return connection.acknowledge(call.request, call.code, words, result)
        return None

    # Frames

    async def _carry_out(self, connection: Connection, call: Call) -> Json | None:
        if call.command == "ping":
            return None
        if call.command == "aibot_subscribe":
            await self._subscribe(connection, call.body)
            return None
        if not connection.subscribed:
            raise ApiError(NOT_SUBSCRIBED, "aibot websocket not subscribed")
        return self._act(connection.callbacks.get(call.request), call)

    async def _subscribe(self, connection: Connection, body: Json) -> None:
        now = self.clock.now()
        self.subscribes = [*self.subscribes, now]
        if sum(at > now - 60 for at in self.subscribes) > self.subscribes_a_minute:
            raise refused(45009)
        if body["bot_id"] != self.bot_id:
            raise ApiError(93019, "invalid bot_id")
        if body["secret"] != self.secret:
            raise ApiError(40001, "invalid secret")
        for other in [each for each in self.connections if each.subscribed and each is not connection]:
            await self._replace(other)
        connection.subscribed = True

    async def _replace(self, other: Connection) -> None:
        other.subscribed = False
        event = {
            "aibotid": self.bot_id, "msgtype": "event", "create_time": int(self.clock.now()),
            "event": {"eventtype": "disconnected_event"},
        }  # fmt: skip
        headers = {"req_id": secrets.token_urlsafe(18)}
        await other.put({"cmd": "aibot_event_callback", "headers": headers, "body": event})
        match self.kick:
            case Kick.CLOSED:
                # Not awaited: who is replaced may be slow to answer the close.
                asyncio.create_task(_quietly(other))  # noqa: RUF006 - it ends with the connection
            case Kick.CUT:
                asyncio.get_running_loop().call_later(0.02, other.abort)

    def _act(self, callback: Callback | None, call: Call) -> Json | None:
        speaking, uploads = self.speaking, self.speaking.uploads
        match call.command:
            case "aibot_respond_msg":
                speaking.reply(callback, call.body)
            case "aibot_respond_welcome_msg":
                speaking.welcome(callback, call.body)
            case "aibot_respond_update_msg":
                speaking.change(callback, call.body)
            case "aibot_send_msg":
                speaking.push(call.body)
            case "aibot_upload_media_init":
                return uploads.init(call.body)
            case "aibot_upload_media_chunk":
                return uploads.chunk(call.body)
            case "aibot_upload_media_finish":
                return uploads.finish(call.body)
            case _:
                raise refused(40058, f"cmd {call.command}")
        return None


async def _quietly(connection: Connection) -> None:
    with contextlib.suppress(ConnectionError, RuntimeError):
        await connection.close()
