"""The platform's side: a channel that ends each call as the test says, and everything that has arrived through it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bot.channels.channel import Capabilities, NotSent, Unclear
from storage.messages import Incoming, Outgoing


class End(StrEnum):
    """How a call ends; `took` says of the last four whether the message arrived all the same."""

    ACCEPTED = "accepted"
    WAIT = "not sent, wait"
    DOWN = "not sent, no connection"
    LOST = "unclear, and lost"
    TAKEN = "unclear, and accepted"
    DIES = "the process died, and it was lost"
    DIES_TAKEN = "the process died, and it was accepted"

    @property
    def took(self) -> bool:
        return self in (End.ACCEPTED, End.TAKEN, End.DIES_TAKEN)

    @property
    def doubtful(self) -> bool:
        return self in (End.LOST, End.TAKEN)


class Seen(NamedTuple):
    """A message in somebody's chat, by the platform's id."""

    chat: str
    id: str
    message: Outgoing


@dataclass
class Phone:
    """`called` is told of each call before it ends; `dies` ends the process."""

    called: Callable[[str, Outgoing, str, End], None]
    dies: Callable[[], None]
    ends: list[End] = field(default_factory=list)  # how the next calls end; then all are accepted
    seen: list[Seen] = field(default_factory=list)
    name: str = "chat"
    account: str = "bot"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(edits=True, text_limit=4096))

    def to_incoming(self, raw: bytes) -> Incoming | None:
        return Incoming.model_validate_json(raw)

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        end = self.ends.pop(0) if self.ends else End.ACCEPTED
        self.called(chat, message, key, end)
        if end.took:
            self.seen.append(Seen(chat, message.replaces or f"m{len(self.seen)}", message))
        match end:
            case End.WAIT:
                raise NotSent("too many", retry_after=5)
            case End.DOWN:
                raise NotSent("no connection", everyone=True)
            case End.LOST | End.TAKEN:
                raise Unclear("no answer")
            case End.DIES | End.DIES_TAKEN:
                self.dies()
                await asyncio.Event().wait()
        return self.seen[-1].id

    async def answer_press(self, press: str) -> None:
        raise AssertionError(f"nothing here is to be answered before the work: {press}")

    async def fetch(self, reference: str, limit: int) -> bytes:
        raise AssertionError(f"nothing here is fetched: {reference}, {limit}")
