"""Forged, broken and strange callbacks against the self-built app, as fast as one process can make them.

    python -m tests.wecom_fuzz --count 10000000      the long form; the short one runs with the other tests

Of what WeCom did not sign nothing may be taken, and every answer must be the same; of what it did sign nothing may end
in an error that is not foreseen.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random
from time import time
from urllib.parse import urlencode

from starlette.requests import Request

from bot.channels.channel import Unreadable
from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_envelope import Envelope
from bot.channels.wecom_request import Token, WecomRequest
from storage.messages import Arrived
from tests.fakes.wecom.callbacks import document
from tests.fakes.wecom.sealing import Seal
from tests.fakes.wecom.server import AGENT, CORP, KEY, SECRET, TOKEN

NAMES = (
    "ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "AgentID", "Content",
    "MediaId", "Location_X", "Location_Y", "TaskId", "ResponseCode", "SelectedItems", "SelectedItem", "OptionIds",
    "OptionId",
)  # fmt: skip
WORDS = (
    "text", "image", "voice", "location", "event", "click", "template_card_event", "subscribe", AGENT, "submit", "",
    "nan", "1e999", "-91", "报进展", "\x00", "]]>", "<b>", "9" * 400, "\U0001f600",
)  # fmt: skip


class _NoTokens:
    async def load(self) -> Token | None:
        return None

    async def keep(self, token: Token) -> None:
        pass


class Fuzzer:
    """`tally` counts: forged and signed callbacks, answers, and what must be 0: taken unsigned, unhandled."""

    def __init__(self, seed: int) -> None:
        self.tally: Counter[str] = Counter()
        self.answers: Counter[tuple[int, bytes]] = Counter()
        self._random = Random(seed)  # noqa: S311 - repeatable, not a secret
        self._seal = Seal(TOKEN, KEY, CORP)
        self._strangers = (
            Seal("another", KEY, CORP),
            Seal(TOKEN, KEY[::-1], CORP),
            Seal(TOKEN, KEY, "wwanother"),
        )
        request = WecomRequest(CORP, SECRET, tokens=_NoTokens(), epoch=time)
        self._channel = WecomAppChannel(AGENT, envelope=Envelope(TOKEN, KEY, CORP), request=request)
        self._stored: list[Arrived] = []

    async def run(self, count: int) -> None:
        for _ in range(count):
            await self._one()

    async def _one(self) -> None:
        forged = self._random.random() < 0.8
        self.tally["forged" if forged else "signed"] += 1
        self._stored.clear()
        try:
            response = await self._channel.callback(self._forged() if forged else self._signed(), self._store)
            for arrived in self._stored:
                self._read(arrived)
        except Exception as error:
            self.tally["unhandled"] += 1
            self.tally[f"unhandled: {type(error).__name__}"] += 1
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
        raw = self._document() if self._random.random() < 0.7 else self._mutated(self._document())
        return self._posted(self._seal, self._seal.close(raw))

    def _forged(self) -> Request:
        draw = self._random.randrange(6)
        encrypted = self._seal.close(self._document())
        if draw == 0:
            stranger = self._random.choice(self._strangers)
            return self._posted(stranger, stranger.close(self._document()))
        if draw == 1:
            return self._posted(self._seal, encrypted, signature=self._random.randbytes(20).hex())
        if draw == 2:  # signed as it should be, and changed afterwards
            spoilt = self._mutated(encrypted.encode())
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

    def _mutated(self, raw: bytes) -> bytes:
        changed = bytearray(raw)
        for _ in range(self._random.randrange(1, 6)):
            at = self._random.randrange(len(changed) + 1)
            changed[at : at + self._random.randrange(4)] = self._random.randbytes(self._random.randrange(4))
        return bytes(changed)


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


def main() -> None:
    parser = argparse.ArgumentParser(description="Fuzzes the callbacks of the self-built app.")
    parser.add_argument("--count", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    fuzzer, begun = Fuzzer(given.seed), time()
    asyncio.run(fuzzer.run(given.count))
    report = (
        f"{given.count} callbacks in {time() - begun:.0f} s: {dict(fuzzer.tally)}; {dict(fuzzer.answers)}"
    )
    print(report)  # noqa: T201 - the command's whole output
    raise SystemExit(
        bool(fuzzer.tally["unhandled"] or fuzzer.tally["taken unsigned"] or len(fuzzer.answers) != 1)
    )


if __name__ == "__main__":
    main()
