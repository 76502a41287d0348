"""Forged, broken and strange callbacks against the self-built app, and strange frames against the smart bot.

    python -m tests.wecom_fuzz --count 10000000      the long form; the short one runs with the other tests

Of what WeCom did not sign nothing may be taken, and every answer must be the same; of what it did sign, and of frames,
nothing may end in an error that is not foreseen, and every frame is stored. One in `FRAMES` is a frame. All cores work.
"""

import json
from collections.abc import AsyncIterator, Sequence
from random import Random
from time import time
from urllib.parse import urlencode

from aiohttp import WSMessage, WSMsgType
from starlette.requests import Request

from bot.channels.channel import Unreadable
from bot.channels.wecom_aibot import AibotChannel
from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_envelope import Envelope
from bot.channels.wecom_request import Token, WecomRequest
from bot.channels.wecom_socket import Replaced, Socket
from storage.messages import Arrived
from tests.fakes.wecom.callbacks import document
from tests.fakes.wecom.sealing import Seal
from tests.fakes.wecom.server import AGENT, CORP, KEY, SECRET, TOKEN
from tests.fuzzing import Answers, Tally, main, mutated

NAMES = (
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "AgentID", "Content",
    "MediaId", "Location_X", "Location_Y", "TaskId", "ResponseCode", "SelectedItems", "SelectedItem", "OptionIds",
    "OptionId",
)  # fmt: skip
WORDS = (
    "text", "image", "voice", "location", "event", "click", "template_card_event", "subscribe", AGENT, "submit", "",
    "nan", "1e999", "-91", "报进展", "\x00", "]]>", "<b>", "9" * 400, "\U0001f600",
)  # fmt: skip
FRAME_NAMES = (
    "msgtype", "from", "userid", "event", "eventtype", "text", "mixed", "msg_item", "image", "voice", "file", "content",
    "url", "aeskey", "quote", "chattype", "chatid", "msgid", "template_card_event", "event_key", "task_id",
    "selected_items", "selected_item", "option_ids", "option_id",
)  # fmt: skip
FRAME_WORDS = (
    "text", "image", "mixed", "voice", "event", "group", "single", "enter_chat", "template_card_event", "submit", "",
    "disconnected_event", "@三报 报进展", "\x00", "W1", "\ud800", 0, -1, 1e308, None, True,
)  # fmt: skip
COMMANDS = ("aibot_msg_callback", "aibot_event_callback", "aibot_other", "", None)

# One in so many is a frame; and an envelope is used so often before another is sealed, for it is then spoilt anew.
FRAMES, REUSED = 4, 8


class _NoTokens:
    async def load(self) -> Token | None:
        return None

    async def claim(self, until: float) -> bool:
        return True

    async def let_go(self) -> None:
        pass

    async def keep(self, token: Token) -> None:
        pass


class Fuzzer:
    """`tally` counts: forged and signed callbacks, answers, and what must be 0: taken unsigned, unhandled."""

    def __init__(self, seed: int) -> None:
        self.tally, self.answers = Tally(), Answers()
        self._random = Random(seed)  # noqa: S311 - repeatable, not a secret
        self._seal = Seal(TOKEN, KEY, CORP)
        self._strangers = (
            Seal("another", KEY, CORP),
            Seal(TOKEN, KEY[::-1], CORP),
            Seal(TOKEN, KEY, "wwanother"),
        )
        request = WecomRequest(CORP, SECRET, tokens=_NoTokens(), epoch=time)
        self._channel = WecomAppChannel(AGENT, envelope=Envelope(TOKEN, KEY, CORP), request=request)
        self._socket = Socket("bot", SECRET)
        self._bot = AibotChannel("bot", self._socket, welcome=lambda: "您好")
        self._stored: list[Arrived] = []
        self._sealed = ""

    async def run(self, count: int) -> None:
        for number in range(count):
            await (self._one() if number % FRAMES else self._frame())

    async def _frame(self) -> None:
        """One text frame through the reader of the long connection, and what it stored through the reading."""
        raw = self._framed()
        self.tally["frames"] += 1
        try:
            await self._socket._read(_Wire(raw), self._bot._called)  # type: ignore[arg-type]  # the network's edge
        except Replaced:
            self.tally["replaced"] += 1
        except Exception as error:
            self._unhandled(error)
        for arrived in self._bot._waiting():
            self.tally["frames stored"] += 1
            try:
                self._bot.to_incoming(arrived.raw)
            except Unreadable:
                self.tally["frames unreadable"] += 1
            except Exception as error:
                self._unhandled(error)

    def _unhandled(self, error: Exception) -> None:
        self.tally["unhandled"] += 1
        self.tally[f"unhandled: {type(error).__name__}: {error}"[:200]] += 1

    async def _one(self) -> None:
        forged = self._random.random() < 0.8
        self.tally["forged" if forged else "signed"] += 1
        self._stored.clear()
        try:
            response = await self._channel.callback(self._forged() if forged else self._signed(), self._store)
            for arrived in self._stored:
                self._read(arrived)
        except Exception as error:
            self._unhandled(error)
            return
        if forged:
            self.answers[response.status_code, bytes(response.body)] += 1
            self.tally["taken unsigned"] += len(self._stored) + (response.status_code == 200)
        else:
            self.tally["taken"] += len(self._stored)

    def _read(self, arrived: Arrived) -> None:
        try:
            self._channel.to_incoming(arrived.raw)
        except Unreadable:
            self.tally["unreadable"] += 1

    async def _store(self, arrived: Sequence[Arrived]) -> None:
        self._stored += arrived

    # What comes

    def _signed(self) -> Request:
        """WeCom's own envelope around anything at all."""
        raw = self._document() if self._random.random() < 0.7 else mutated(self._random, self._document())
        return self._posted(self._seal, self._seal.close(raw))

    def _forged(self) -> Request:
        draw = self._random.randrange(6)
        encrypted = self._envelope()
        if draw == 0:
            stranger = self._random.choice(self._strangers)
            return self._posted(stranger, stranger.close(self._document()))
        if draw == 1:
            return self._posted(self._seal, encrypted, signature=self._random.randbytes(20).hex())
        if draw == 2:  # signed as it should be, and changed afterwards
            spoilt = mutated(self._random, encrypted.encode())
            return self._posted(
                self._seal, encrypted, body=_outer(spoilt if spoilt != encrypted.encode() else b"")
            )
        if draw == 3:
            return self._posted(
                self._seal, encrypted, body=self._random.randbytes(self._random.randrange(400))
            )
        if draw == 4:  # who knows the token, and not the key
            junk = self._random.choice((encrypted[:-4], encrypted[4:], "", "====", "é" * 8, "A" * 64))
            return self._posted(self._seal, junk)
        return self._asked(encrypted)

    def _envelope(self) -> str:
        if not self._sealed or not self._random.randrange(REUSED):
            self._sealed = self._seal.close(self._document())
        return self._sealed

    def _asked(self, encrypted: str) -> Request:
        """The console's GET with anything wrong."""
        query = {"msg_signature": "0" * 40, "timestamp": str(int(time())), "nonce": "1", "echostr": encrypted}
        for name in self._random.sample(sorted(query), self._random.randrange(3)):
            query[name] = self._random.choice(WORDS)
        return _request("GET", query, b"")

    def _posted(
        self, seal: Seal, encrypted: str, *, signature: str | None = None, body: bytes | None = None
    ) -> Request:
        timestamp, nonce = str(int(time())), str(self._random.randrange(10**9))
        given = signature if signature is not None else seal.signature(timestamp, nonce, encrypted)
        query = {"msg_signature": given, "timestamp": timestamp, "nonce": nonce}
        return _request("POST", query, _outer(encrypted.encode()) if body is None else body)

    def _document(self) -> bytes:
        names = self._random.sample(NAMES, self._random.randrange(1, 10))
        return document(**{name: self._value(2) for name in names})

    def _value(self, depth: int) -> object:
        draw = self._random.random()
        if depth and draw < 0.15:
            return {name: self._value(depth - 1) for name in self._random.sample(NAMES, 2)}
        if depth and draw < 0.25:
            return [self._value(depth - 1) for _ in range(2)]
        return self._random.choice(WORDS)

    def _framed(self) -> str:
        body = {
            name: self._piece(3) for name in self._random.sample(FRAME_NAMES, self._random.randrange(1, 8))
        }
        frame = {"cmd": self._random.choice(COMMANDS), "headers": {"req_id": "R"}, "body": body}
        if not self._random.randrange(4):
            frame[self._random.choice(("cmd", "headers", "body"))] = self._piece(2)
        if not self._random.randrange(8):
            frame.pop(self._random.choice(("cmd", "headers", "body")))
        text = json.dumps(frame)
        return (
            text
            if self._random.randrange(4)
            else mutated(self._random, text.encode()).decode("utf-8", "replace")
        )

    def _piece(self, depth: int) -> object:
        draw = self._random.random()
        if depth and draw < 0.5:
            return {name: self._piece(depth - 1) for name in self._random.sample(FRAME_NAMES, 4)}
        if depth and draw < 0.6:
            return [self._piece(depth - 1) for _ in range(2)]
        return self._random.choice(FRAME_WORDS)


def _outer(encrypted: bytes) -> bytes:
    return b"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[" + encrypted + b"]]></Encrypt></xml>"


def _request(method: str, query: dict[str, str], body: bytes) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http", "method": method, "path": "/wecom/callback", "headers": [],
        "query_string": urlencode(query).encode(),
    }  # fmt: skip
    return Request(scope, receive)


class _Wire:
    """A connection that brings one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def __aiter__(self) -> AsyncIterator[WSMessage]:
        yield WSMessage(WSMsgType.TEXT, self._text, None)


if __name__ == "__main__":
    main(Fuzzer, "Fuzzes callbacks of the self-built app and frames of the smart bot.")
