"""What exists on the server's side: the bot's account, chats, files, open callback queries."""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from typing import Any

from tests.fakes.telegram.chats import Chat, Chats, Json, Shown
from tests.fakes.telegram.clock import Clock
from tests.fakes.telegram.errors import bad_request
from tests.fakes.telegram.faults import Faults
from tests.fakes.telegram.updates import CALLBACK_LIFETIME, Updates

MAX_DOWNLOAD = 20 * 1024 * 1024


class World:
    def __init__(self, token: str, username: str, seed: int) -> None:
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "三报",
            "username": username,
        }
        self.clock = Clock()
        self.faults = Faults(seed)
        self.updates = Updates(self.clock, self.faults)
        self.chats = Chats()
        self.shelf = FileShelf()
        self.queries: dict[str, tuple[float, Callable[[str, bool], None]]] = {}
        self.commands: list[Json] = []
        self.privacy = True
        """In groups the bot gets only commands, mentions and replies to itself."""
        self._message_ids = itertools.count(1)
        self._query_ids = itertools.count(10**17)

    def new_message(self, chat: Chat, sender: Json, content: Json) -> Shown:
        """A message that now stands in the chat, whoever wrote it."""
        payload = {
            "message_id": next(self._message_ids),
            "from": sender,
            "chat": chat.payload,
            "date": int(self.clock.now()),
            **content,
        }
        message = Shown(payload["message_id"], chat.id, sender is self.bot, payload)
        chat.add(message)
        return message

    def open_query(self, on_answer: Callable[[str, bool], None]) -> str:
        query_id = str(next(self._query_ids))
        self.queries[query_id] = (self.clock.now(), on_answer)
        return query_id

    def answer_query(self, query_id: str, text: str, alert: bool) -> None:
        opened, on_answer = self.queries.pop(query_id, (0.0, lambda _text, _alert: None))
        if self.clock.now() - opened >= CALLBACK_LIFETIME:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        on_answer(text, alert)


class FileShelf:
    """Files by their id, and by the path under which they are downloaded."""

    def __init__(self) -> None:
        self._by_id: dict[str, tuple[Json, bytes]] = {}
        self._by_path: dict[str, bytes] = {}

    def put(self, content: bytes, folder: str, suffix: str) -> Json:
        """The fields `file_id`, `file_unique_id`, `file_size` of a new file."""
        number = len(self._by_id)
        file_id = f"AgACAgUAAx{secrets.token_urlsafe(24)}"
        fields = {"file_id": file_id, "file_unique_id": f"AQAD{number:08d}", "file_size": len(content)}
        path = f"{folder}/file_{number}{suffix}"
        self._by_id[file_id] = ({**fields, "file_path": path}, content)
        self._by_path[path] = content
        return fields

    def describe(self, file_id: str) -> Json:
        """The answer of getFile."""
        if file_id not in self._by_id:
            raise bad_request("invalid file_id")
        fields, content = self._by_id[file_id]
        if len(content) > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        return fields

    def knows(self, file_id: str) -> bool:
        return file_id in self._by_id

    def fields(self, file_id: str) -> Json:
        fields = self._by_id[file_id][0]
        return {name: value for name, value in fields.items() if name != "file_path"}

    def content(self, file_id: str) -> bytes:
        return self._by_id[file_id][1]

    def download(self, path: str) -> bytes | None:
        return self._by_path.get(path)


class Moments:
    """Lets a test wait for a fact instead of sleeping: facts are looked at again after each event."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[None]]] = []

    def look(self) -> None:
        for fact, future in self._waiting:
            if not future.done() and fact():
                future.set_result(None)

    async def until(self, fact: Callable[[], Any], timeout: float) -> None:  # noqa: ASYNC109
        if fact():
            return
        entry = (fact, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        try:
            await asyncio.wait_for(entry[1], timeout)
        finally:
            self._waiting.remove(entry)
