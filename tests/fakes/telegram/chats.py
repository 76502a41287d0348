"""Chats as people see them: every message with its text, keyboard and the edits it went through."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.telegram.errors import ApiError, bad_request, blocked

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One message on a person's screen. An edit makes a new value and keeps the former texts."""

    id: int
    chat_id: int
    by_bot: bool
    payload: Json
    former_texts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Text or caption without markup."""
        found: str = self.payload.get("text") or self.payload.get("caption") or ""
        return found

    @property
    def entities(self) -> list[Json]:
        found: list[Json] = self.payload.get("entities") or self.payload.get("caption_entities") or []
        return found

    @property
    def keyboard(self) -> list[list[Json]]:
        """The inline buttons in rows."""
        found: list[list[Json]] = self.payload.get("reply_markup", {}).get("inline_keyboard", [])
        return found

    @property
    def buttons(self) -> list[str]:
        """The labels of the inline buttons."""
        return [button["text"] for row in self.keyboard for button in row]

    def button(self, label_or_data: str) -> Json:
        buttons = [button for row in self.keyboard for button in row]
        for name in ("text", "callback_data"):
            for button in buttons:
                if button.get(name) == label_or_data:
                    return button
        raise LookupError(f"no button {label_or_data!r} on message {self.id}; it has {self.buttons}")


@dataclass
class Chat:
    id: int
    payload: Json
    known: bool = False
    """The bot may write here: the person has spoken to it, or it is a member of the group."""
    blocked: bool = False
    messages: dict[int, Shown] = field(default_factory=dict)
    news: list[Shown] = field(default_factory=list)
    """What the bot showed, in order: new messages and edits."""
    actions: list[str] = field(default_factory=list)
    reply_keyboard: Json | None = None
    on_news: Callable[[Shown], None] | None = None
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def shown(self) -> list[Shown]:
        """The bot's messages that still stand, oldest first."""
        return [message for message in self.messages.values() if message.by_bot]

    def check_reachable(self) -> None:
        if not self.known:
            raise _chat_not_found()
        if self.blocked:
            raise blocked()

    def add(self, message: Shown) -> None:
        self.messages[message.id] = message
        if message.by_bot:
            self._announce(message)

    def edit(self, message: Shown, payload: Json) -> Shown:
        edited = replace(message, payload=payload, former_texts=(*message.former_texts, message.text))
        self.messages[message.id] = edited
        if message.by_bot:
            self._announce(edited)
        return edited

    def _announce(self, message: Shown) -> None:
        self.news.append(message)
        if self.on_news is not None:
            self.on_news(message)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def next_news(self) -> None:
        """Returns after the bot's next message or edit."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future


class Chats:
    def __init__(self) -> None:
        self._by_id: dict[int, Chat] = {}

    def private(self, user: Json) -> Chat:
        return self._chat({"id": user["id"], "first_name": user["first_name"], "type": "private"})

    def group(self, chat_id: int, title: str) -> Chat:
        if chat_id >= 0:
            raise ValueError(f"a group's id is negative, not {chat_id}")
        kind = "supergroup" if str(chat_id).startswith("-100") else "group"
        chat = self._chat({"id": chat_id, "title": title, "type": kind})
        chat.known = True
        return chat

    def _chat(self, payload: Json) -> Chat:
        return self._by_id.setdefault(payload["id"], Chat(payload["id"], payload))

    def find(self, chat_id: int) -> Chat | None:
        return self._by_id.get(chat_id)

    def reachable(self, chat_id: int) -> Chat:
        """The chat that the bot may write to; raises the API's refusal."""
        chat = self._by_id.get(chat_id)
        if chat is None:
            raise _chat_not_found()
        chat.check_reachable()
        return chat

    def __iter__(self) -> Iterator[Chat]:
        return iter(self._by_id.values())


def without_quote(payload: Json) -> Json:
    """A quoted message does not carry what it quoted itself."""
    return {name: value for name, value in payload.items() if name != "reply_to_message"}


def _chat_not_found() -> ApiError:
    return bad_request("chat not found")
