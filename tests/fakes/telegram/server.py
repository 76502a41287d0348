"""The fake Bot API server: takes calls over HTTP, stages troubles, keeps the transcript.

    async with FakeTelegram() as api:
        officer = api.person(1001, "张三")
        officer.says("/start")
        await officer.sees("你好")

The bot under test runs wherever it likes, is killed and comes back; this server stays and remembers.
"""

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from tests.fakes.telegram.calls import Call, Pauses, Transcript
from tests.fakes.telegram.chats import Chat, Json, Shown
from tests.fakes.telegram.clock import Clock
from tests.fakes.telegram.control import Control
from tests.fakes.telegram.errors import (
    ApiError,
    not_found,
    server_error,
    too_large,
    too_many_requests,
    unauthorized,
)
from tests.fakes.telegram.faults import Fault, Faults, Trouble
from tests.fakes.telegram.methods import Methods
from tests.fakes.telegram.parameters import Parameters
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.webhook import Webhook
from tests.fakes.telegram.wire import Answer, Connection, Files, Request, Response, encode, read_parameters
from tests.fakes.telegram.world import Moments, World

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


class FakeTelegram:
    def __init__(
        self,
        token: str = TOKEN,
        *,
        username: str = "sanbao_bot",
        seed: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        keep_transcript: bool = True,
    ) -> None:
        self.token = token
        self.url = ""
        """The base without `/bot`, known once the server runs."""
        self._world = World(token, username, seed)
        self.clock: Clock = self._world.clock
        self.faults: Faults = self._world.faults
        self.calls = Transcript(keep=keep_transcript)
        self.pauses = Pauses(self.clock)
        self.webhook = Webhook(self._world.updates, self.clock, self.faults, self._call_from_reply)
        self._methods = Methods(self._world, self.webhook)
        self._moments = Moments()
        self._people: dict[int, Person] = {}
        self._control = Control(self)
        self._address = (host, port)
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._world.updates.on_change = self._moments.look

    # Running

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Starts listening; after `stop` it comes back on the same port with everything remembered."""
        host, port = self._address
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._serve, self._connections), host, port
        )
        port = self._server.sockets[0].getsockname()[1]
        self._address = (host, port)
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.webhook.remove()
        for connection in list(self._connections):
            connection.close()
        await self._server.wait_closed()

    # What tests use

    def person(self, user_id: int, first_name: str = "张三", *, started: bool = False) -> Person:
        """The user and the private chat. The bot cannot write there before the user spoke, or `started`."""
        if user_id not in self._people:
            user = {"id": user_id, "is_bot": False, "first_name": first_name, "language_code": "zh-hans"}
            self._people[user_id] = Person(self._world, user, self._world.chats.private(user))
        person = self._people[user_id]
        person.chat.known |= started
        return person

    def group(self, chat_id: int, title: str = "项目群") -> Chat:
        """A group in which the bot is a member."""
        return self._world.chats.group(chat_id, title)

    def chat(self, chat_id: int) -> Chat:
        found = self._world.chats.find(chat_id)
        if found is None:
            raise LookupError(f"no chat {chat_id}; known are {[chat.id for chat in self._world.chats]}")
        return found

    def shown(self, chat_id: int) -> list[Shown]:
        """The bot's messages in a chat as they stand now."""
        return self.chat(chat_id).shown

    def inject(self, update: Json, chat_id: int = 0) -> int:
        """Delivers any update as it is; gives it the next update id if it has none."""
        return self._world.updates.inject(update, ("chat", chat_id))

    def file(self, file_id: str) -> bytes:
        """The content of a file that somebody uploaded."""
        return self._world.shelf.content(file_id)

    @property
    def privacy(self) -> bool:
        return self._world.privacy

    @privacy.setter
    def privacy(self, on: bool) -> None:
        self._world.privacy = on

    @property
    def commands(self) -> list[Json]:
        return self._world.commands

    @property
    def pending_updates(self) -> int:
        """Updates that the bot has not confirmed."""
        return len(self.unconfirmed)

    @property
    def unconfirmed(self) -> frozenset[int]:
        """Their ids."""
        return frozenset(update.id for update in self._world.updates.backlog())

    def counts(self) -> dict[str, int]:
        updates = self._world.updates
        return {
            "calls": self.calls.count,
            "offered": updates.offered,
            "confirmed": updates.confirmed,
            "expired": updates.expired,
            "copies": updates.copies,
            "pending": self.pending_updates,
            "webhook_deliveries": self.webhook.deliveries,
            "pauses_broken": len(self.pauses.broken),
        }

    async def until(self, fact: Callable[[], Any], timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Waits for a fact; it is looked at with every call, every answer and every confirmed update."""
        await self._moments.until(fact, timeout)

    async def all_confirmed(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        await self.until(lambda: not self._world.updates.pending, timeout)

    # HTTP

    def _serve(self, request: Request) -> Answer | Coroutine[Any, Any, Answer]:
        _, first, *rest = request.path.split("/", 2)
        if first == f"bot{self.token}" and rest:
            return self._serve_call(request, rest[0])
        if first == "file":
            return self._serve_file(request.path)
        if first == "control":
            return self._control.serve(request)
        return _refused(unauthorized() if first.startswith("bot") else not_found())

    def _serve_file(self, path: str) -> Response:
        content = self._world.shelf.download(path.removeprefix(f"/file/bot{self.token}/"))
        if content is None:
            return _refused(not_found())
        return Response(content, kind="application/octet-stream")

    def _serve_call(self, request: Request, method: str) -> Answer | Coroutine[Any, Any, Answer]:
        if request.too_large:
            return _refused(too_large())
        try:
            raw, files = read_parameters(request)
        except (ValueError, KeyError, StopIteration):
            return _refused(ApiError(400, "Bad Request: can't parse the request"))
        parameters = Parameters(raw, files)
        call = self.calls.begin(self.clock, method, parameters)
        self._moments.look()
        fault = self.faults.for_call(method)
        if fault is not None:
            return self._go_wrong(request, call, parameters, fault)
        if method.lower() == "getupdates":
            return self._wait_for_updates(call, parameters)
        return self._answer(call, self._carry_out(call, parameters))

    async def _wait_for_updates(self, call: Call, parameters: Parameters) -> Response:
        return self._answer(call, await self._carry_out_poll(call, parameters))

    async def _carry_out_poll(self, call: Call, parameters: Parameters) -> Response:
        try:
            return self._accept(call, await self._methods.get_updates(parameters))
        except ApiError as refusal:
            return self._refuse(call, refusal)

    def _carry_out(self, call: Call, parameters: Parameters) -> Response:
        paused = self.pauses.check(call)
        if paused is not None:
            return self._refuse(call, paused)
        if not self._methods.knows(call.method):
            return self._refuse(call, not_found())
        try:
            return self._accept(call, self._methods.carry_out(call.method, parameters))
        except ApiError as refusal:
            return self._refuse(call, refusal)

    def _accept(self, call: Call, result: object) -> Response:
        call.accepted, call.status, call.result = True, 200, result
        return Response(
            b'{"ok":true,"result":' + (result if isinstance(result, bytes) else encode(result)) + b"}"
        )

    def _refuse(self, call: Call, refusal: ApiError) -> Response:
        call.status, call.refusal = refusal.code, refusal.description
        return _refused(refusal)

    def _answer(self, call: Call, response: Response) -> Response:
        call.answered = True
        self._moments.look()
        return response

    def _call_from_reply(self, method: str, raw: Json) -> None:
        parameters = Parameters(raw, Files())
        self._answer(
            call := self.calls.begin(self.clock, method, parameters), self._carry_out(call, parameters)
        )

    # Troubles

    async def _go_wrong(self, request: Request, call: Call, parameters: Parameters, fault: Fault) -> Answer:
        call.fault = fault.name
        if fault.accepted:
            await self._carry_out_unseen(call, parameters)
        self._moments.look()
        if fault.trouble is Trouble.TOO_MANY_REQUESTS:
            self.pauses.begin(call.chat_id, fault.retry_after)
            return self._answer(call, self._refuse(call, too_many_requests(fault.retry_after)))
        if fault.trouble is Trouble.SERVER_ERROR:
            return self._answer(call, _refused(server_error(fault.status)))
        if fault.trouble is Trouble.HANG:
            await asyncio.sleep(fault.seconds)
        request.connection.reset()
        return None

    async def _carry_out_unseen(self, call: Call, parameters: Parameters) -> None:
        if call.method.lower() == "getupdates":
            await self._carry_out_poll(call, parameters)
        else:
            self._carry_out(call, parameters)


def _refused(refusal: ApiError) -> Response:
    return Response(encode(refusal.as_json()), refusal.code)
