"""A faithful fake of WeCom for one self-built app: qyapi over HTTP, callbacks to us, and members who look and tap.

    async with FakeWecom() as wecom:
        zhang = wecom.member("zhangsan", "张三")
        zhang.says("报进展")
        card = await zhang.sees("哪个项目")
        zhang.taps("城北水厂")

The program under test runs wherever it likes, is killed and comes back; this server stays and remembers. Its time
(`clock`) can be moved: tokens, files, codes and limits follow it.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote

from tests.fakes.telegram.clock import Clock
from tests.fakes.telegram.wire import Answer, Connection, Request, Response, encode, read_parameters
from tests.fakes.telegram.world import Moments
from tests.fakes.wecom.callbacks import Callbacks
from tests.fakes.wecom.cards import Cards
from tests.fakes.wecom.errors import ApiError, refused
from tests.fakes.wecom.faults import Fault, Faults
from tests.fakes.wecom.files import Files
from tests.fakes.wecom.groups import Groups
from tests.fakes.wecom.members import Member
from tests.fakes.wecom.screens import Json, Screen
from tests.fakes.wecom.sealing import Seal
from tests.fakes.wecom.sending import Sending
from tests.fakes.wecom.tokens import Tokens
from tests.fakes.wecom.world import World

CORP, AGENT, SECRET = "ww1234567890abcdef", "1000002", "a-secret-of-the-fake-app"
TOKEN, KEY = "QDG6eKtoken", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


@dataclass(slots=True)
class Call:
    """One call. `accepted` is the server's truth, whatever the caller learnt."""

    path: str
    query: Json
    body: bytes
    accepted: bool = False
    code: int = 0
    fault: Fault | None = None

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.body)
        return found


class FakeWecom:
    def __init__(self, callback_url: str = "", *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.url = ""
        """The base without /cgi-bin, known once the server runs."""
        self.clock = Clock()
        self.faults = Faults()
        self.calls: list[Call] = []
        self._moments = Moments()
        self.callbacks = Callbacks(callback_url, CORP, AGENT, Seal(TOKEN, KEY, CORP), self.clock)
        self.callbacks.on_change = self._moments.look
        self.tokens = Tokens(self.clock, CORP, SECRET)
        self.files = Files(self.clock)
        self.world = World(self.clock, self.tokens, self.callbacks, self.files, Cards(self.clock))
        self.sending = Sending(self.world)
        self.groups = Groups(self.world)
        self._address = (host, port)
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()

    async def __aenter__(self) -> Self:
        host, port = self._address
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._serve, self._connections), host, port
        )
        self._address = (host, self._server.sockets[0].getsockname()[1])
        self.url = f"http://{host}:{self._address[1]}"
        await self.callbacks.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        await self.callbacks.stop()
        self._server.close()
        for connection in list(self._connections):
            connection.close()
        await self._server.wait_closed()

    # What tests use

    def settings(self, public_url: str = "") -> dict[str, str]:
        """The settings of a program that talks to this fake, without their prefix."""
        return {
            "WECOM_CORP_ID": CORP, "WECOM_AGENT_ID": AGENT, "WECOM_SECRET": SECRET, "WECOM_TOKEN": TOKEN,
            "WECOM_AES_KEY": KEY, "WECOM_API_URL": self.url,
        }  # fmt: skip

    def member(self, userid: str, name: str = "张三") -> Member:
        return self.world.member(userid, name)

    def webhook(self, key: str) -> Screen:
        return self.groups.webhook(key)

    def sent(self, path: str = "message/send") -> list[Call]:
        """The calls of one path that were carried out."""
        return [call for call in self.calls if call.path == path and call.accepted]

    async def until(self, fact: Callable[[], Any], timeout: float = 20.0) -> None:  # noqa: ASYNC109
        """Waits for a fact; it is looked at with every call and every callback that ended."""
        await self._moments.until(fact, timeout)

    # HTTP

    def _serve(self, request: Request) -> Answer | Coroutine[Any, Any, Answer]:
        path = request.path.removeprefix("/cgi-bin/")
        call = Call(path, dict(parse_qsl(request.query)), request.body)
        self.calls.append(call)
        fault = self.faults.for_call(path)
        if fault is not None:
            return self._go_wrong(request, call, fault)
        response = self._carry_out(request, call)
        self._moments.look()
        return response

    async def _go_wrong(self, request: Request, call: Call, fault: Fault) -> Answer:
        call.fault = fault
        if fault.accepted:
            self._carry_out(request, call)
        self._moments.look()
        if fault.code:
            call.code = fault.code
            return _answer(refused(fault.code).as_json())
        if fault.status:
            return Response(b"<html>bad gateway</html>", fault.status, "text/html")
        await asyncio.sleep(fault.seconds)
        request.connection.reset()
        return None

    def _carry_out(self, request: Request, call: Call) -> Response:
        try:
            if call.path == "gettoken":
                given = self.tokens.give(call.query.get("corpid", ""), call.query.get("corpsecret", ""))
                return self._accept(call, given)
            if call.path == "webhook/send":
                return self._accept(call, self.groups.into(call.query.get("key", ""), call.json))
            self.tokens.check(call.query.get("access_token"))
            if call.path == "media/get":
                return self._file(request, call)
            return self._accept(call, self._act(request, call))
        except ApiError as refusal:
            call.code = refusal.code
            return _answer(refusal.as_json())
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            call.code = 40058
            return _answer(refused(40058, type(error).__name__).as_json())

    def _act(self, request: Request, call: Call) -> Json:
        match call.path:
            case "message/send":
                return self.sending.send(call.json, call.body)
            case "message/update_template_card":
                self.world.cards.change(call.json["response_code"], call.json)
            case "message/recall":
                self.sending.recall(call.json["msgid"])
            case "media/upload":
                fields, files = read_parameters(request)
                return self.files.upload(fields["type"], *files["media"])
            case "user/get":
                return self.world.user(call.query.get("userid", ""))
            case "menu/create":
                self.world.make_menu(call.json)
            case "auth/getuserinfo":
                return self.world.login(call.query.get("code", ""))
            case "appchat/create":
                return self.groups.create(call.json)
            case "appchat/send":
                return self.groups.send(call.json)
            case "getcallbackip":
                return {"ip_list": ["127.0.0.1"]}
            case _:
                raise refused(40066, f"invalid url {call.path}")
        return {}

    def _file(self, request: Request, call: Call) -> Response:
        file = self.files.get(call.query.get("media_id", ""))
        call.accepted = True
        response = _File(file.content, file.name)
        wanted = request.header(b"range")
        if wanted.startswith("bytes="):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            end = int(last) + 1 if last else len(file.content)
            response = _File(file.content[int(first) : end], file.name, 206)
        return response

    def _accept(self, call: Call, result: Json) -> Response:
        call.accepted = True
        return _answer({"errcode": 0, "errmsg": "ok", **result})


class _File(Response):
    """A file with its name, as media/get gives it."""

    __slots__ = ("name",)

    def __init__(self, content: bytes, name: str, status: int = 200) -> None:
        super().__init__(content, status, "application/octet-stream")
        self.name = name

    def as_bytes(self, keep_alive: bool) -> bytes:
        head, _, body = super().as_bytes(keep_alive).partition(b"\r\n\r\n")
        return (
            head
            + f'\r\nContent-disposition: attachment; filename="{quote(self.name)}"\r\n\r\n'.encode()
            + body
        )


def _answer(result: Json) -> Response:
    return Response(encode(result))
