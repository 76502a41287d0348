"""What a member sees: every message with its words, buttons and pictures, as the client would show it."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Wanted = str | Callable[["Shown"], bool]

# What a message of words that cannot be tapped writes out; a person then types it.
WRITTEN = re.compile(r"▸ (.+)")


@dataclass
class Shown:
    """One message on a member's screen. A card changes after it was tapped; a recalled message is gone."""

    id: str
    kind: str
    body: Json
    text: str
    picture: bytes = b""
    response_code: str = ""
    replaced: str = ""
    recalled: bool = False

    @property
    def card(self) -> Json:
        found: Json = self.body.get("template_card", {})
        return found

    @property
    def choices(self) -> dict[str, str]:
        """The labels that can be tapped, each with what it sends."""
        if self.replaced:
            return {}
        if self.card.get("card_type") == "button_interaction":
            return {each["text"]: each["key"] for each in self.card["button_list"]}
        if self.card.get("card_type") == "vote_interaction":
            return {each["text"]: each["id"] for each in self.card["checkbox"]["option_list"]}
        return {}

    @property
    def buttons(self) -> list[str]:
        """Everything that is offered: on a card, or written out."""
        return list(self.choices) or WRITTEN.findall(self.text)


def words_of(body: Json) -> str:
    """What can be read of a message, without its markup."""
    kind = body["msgtype"]
    if kind == "text":
        return str(body["text"]["content"])
    if kind in ("markdown", "markdown_v2"):
        return without_markup(str(body[kind]["content"]))
    if kind == "template_card":
        card = body["template_card"]
        title = card.get("main_title", {})
        parts = (title.get("title"), title.get("desc"), card.get("sub_title_text"))
        return "\n".join(part for part in parts if part)
    return ""


def without_markup(text: str) -> str:
    """The subset that WeCom shows: headings, bold, links, inline code, quotes, coloured text."""
    text = re.sub(r"</?font[^>]*>", "", text)
    text = re.sub(r"^(#{1,6}|>) ?", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\*\*|`", "", text)


@dataclass
class Screen:
    """A chat with the app, or a group."""

    name: str
    shown: list[Shown] = field(default_factory=list)
    dropped: int = 0
    """Messages that WeCom took and never showed: more than thirty a minute."""
    _looked_at: int = 0
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def show(self, message: Shown) -> None:
        self.shown.append(message)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    @property
    def unread(self) -> list[Shown]:
        return self.shown[self._looked_at :]

    async def sees(self, wanted: Wanted = "", timeout: float = 20.0) -> Shown:  # noqa: ASYNC109
        """The next message that contains the text or fulfils the predicate; looks only after the last one found."""
        try:
            async with asyncio.timeout(timeout):
                return await self._next(wanted)
        except TimeoutError:
            seen = [message.text for message in self.unread]
            raise AssertionError(f"{self.name} saw no {wanted!r} in {timeout} s, only {seen}") from None

    async def _next(self, wanted: Wanted) -> Shown:
        at = self._looked_at
        while True:
            while at < len(self.shown):
                message, at = self.shown[at], at + 1
                if wanted in message.text if isinstance(wanted, str) else wanted(message):
                    self._looked_at = at
                    return message
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future
