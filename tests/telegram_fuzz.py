"""Forged, broken and strange updates against the webhook of Telegram, and against the reading of getUpdates' answers.

    python -m tests.telegram_fuzz --count 10000000      the long form; the short one runs with the other tests

Without the secret nothing may be taken, and every refusal must look the same. What comes with it, whatever it is, is
stored byte for byte in a real database; its reading ends in words, in nothing or in Unreadable, and what it says can be
kept by any database. One in `ANSWERS` is an answer of getUpdates, out of which every update is cut that is whole.
"""

import json
from collections.abc import Sequence
from copy import deepcopy
from random import Random

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from starlette.requests import Request

from bot.channels.channel import Unreadable
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_updates import pieces
from storage import inbox
from storage.messages import Arrived, Incoming
from storage.tables.traffic import InboxRow
from tests.fakes.telegram_api import TOKEN
from tests.fuzzing import Answers, Tally, main, mutated

SECRET = "a-secret-of-the-webhook_1"
FORGED, ANSWERS = 0.3, 8
# So many are stored together, and thrown away again.
BATCH = 200

OFFICER = {"id": 1001, "is_bot": False, "first_name": "李", "last_name": "四", "language_code": "zh-hans"}
BOT = {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "三报", "username": "sanbao_bot"}
PRIVATE = {"id": 1001, "first_name": "李", "type": "private"}
GROUP = {"id": -1001234567890, "title": "项目群", "type": "supergroup"}
FILE = {"file_id": "f1", "file_unique_id": "AgAD", "file_size": 4096}
PLAIN = {"message_id": 12, "from": OFFICER, "chat": PRIVATE, "date": 1332691260}
ASKED = {"message_id": 7, "from": BOT, "chat": PRIVATE, "date": 1332691200, "text": "哪个项目？"}
MEMBER = {"user": BOT, "status": "member"}
REAL: tuple[dict[str, object], ...] = (
    {"message": {**PLAIN, "text": "报进展"}},
    {"message": {**PLAIN, "chat": GROUP, "text": "@sanbao_bot 报进展", "reply_to_message": ASKED}},
    {"message": {**PLAIN, "photo": [{**FILE, "width": 9, "height": 6}], "caption": "主体封顶", "media_group_id": "1"}},
    {"message": {**PLAIN, "document": {**FILE, "file_name": "月报.xlsx", "mime_type": "image/jpeg"}}},
    {"message": {**PLAIN, "voice": {**FILE, "duration": 4}}},
    {"message": {**PLAIN, "video": {**FILE, "width": 640, "height": 480, "duration": 9, "file_name": "a.mp4"}}},
    {"message": {**PLAIN, "location": {"latitude": 30.5, "longitude": 114.3}}},
    {"message": {**PLAIN, "text": "x", "reply_to_message": ASKED, "quote": {"text": "哪个", "position": 0}}},
    {"message": {**PLAIN, "chat": GROUP, "migrate_to_chat_id": -100987}},
    {"edited_message": {**PLAIN, "text": "报问题", "edit_date": 1332691300}},
    {"callback_query": {"id": "4382", "from": OFFICER, "message": ASKED, "chat_instance": "77", "data": "t1|a|b"}},
    {"my_chat_member": {
        "chat": PRIVATE, "from": OFFICER, "date": 1, "old_chat_member": MEMBER,
        "new_chat_member": {**MEMBER, "status": "kicked", "until_date": 0},
    }},
)  # fmt: skip
# What stands where something else is expected; the last ones are JSON that json.dumps would not write.
JUNK: tuple[object, ...] = (
    None, True, False, 0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 1.5, -0.0, 1e308, "", "\x00", "\ud800",
    "\udfff\ud800", "a\x00b\udc80", "</b>", "9" * 400, "\u202e", "=1+1", [], {}, [[]], [None], {"id": None},
    {"id": "1001"}, {"id": True}, "private", "channel", "kicked", float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
NAMES = (
    "update_id", "message", "from", "chat", "id", "type", "text", "caption", "photo", "document", "data", "entities",
    "reply_to_message", "quote", "edited_message", "callback_query", "poll", "channel_post", "file_size", "",
)  # fmt: skip
RAW = (
    b"",
    b"null",
    b"[]",
    b"\xff\xfe",
    b'{"update_id":1}',
    b"{" * 999,
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"\x00",
)
WRONG = ("", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "\xfc", " " + SECRET)


class Fuzzer:
    """`tally` counts: forged and known updates, answers, and what must be 0: taken unsigned, unhandled."""

    def __init__(self, seed: int) -> None:
        self.tally, self.answers = Tally(), Answers()
        self._random = Random(seed)  # noqa: S311 - repeatable, not a secret
        self._channel = TelegramChannel(TOKEN, secret=SECRET)
        self._engine = create_engine("sqlite://")
        InboxRow.__table__.create(self._engine)  # type: ignore[attr-defined]  # a table, as of every model
        self._waiting: list[Arrived] = []

    async def run(self, count: int) -> None:
        for number in range(count):
            try:
                await (self._one() if number % ANSWERS else self._cut())
                if len(self._waiting) >= BATCH:
                    self._keep()
            except Exception as error:
                self.tally["unhandled"] += 1
                self.tally[f"unhandled: {type(error).__name__}: {error}"[:200]] += 1
        self._keep()

    async def _one(self) -> None:
        """One POST to the webhook, with the secret or without."""
        forged = self._random.random() < FORGED
        self.tally["forged" if forged else "known"] += 1
        before = len(self._waiting)
        secret = self._random.choice(WRONG) if forged else SECRET
        response = await self._channel.webhook(_posted(self._update(), secret), self._store)
        taken = len(self._waiting) - before
        if forged:
            self.answers[response.status_code, bytes(response.body)] += 1
            self.tally["taken unsigned"] += taken + (response.status_code == 200)
        elif (response.status_code, taken) != (200, 1):
            raise AssertionError(f"{response.status_code} and {taken} taken")

    async def _store(self, arrived: Sequence[Arrived]) -> None:
        self._waiting += arrived

    def _keep(self) -> None:
        """What has come lies in the inbox byte for byte, and is read from there."""
        waiting, self._waiting = self._waiting, []
        with Session(self._engine) as session:
            inbox.store(session, waiting)
            kept = session.scalars(select(InboxRow.raw).order_by(InboxRow.id)).all()
        first = {each.external: each.raw for each in reversed(waiting)}  # a known id is not taken twice
        if sorted(kept) != sorted(first.values()):
            raise AssertionError(f"{len(kept)} of {len(first)} are kept as they came")
        self.tally["kept"] += len(kept)
        for raw in kept:
            self._read(raw)

    def _read(self, raw: bytes) -> None:
        try:
            incoming = self._channel.to_incoming(raw)
        except Unreadable:
            self.tally["unreadable"] += 1
            return
        if incoming is None:
            self.tally["says nothing"] += 1
            return
        self.tally["read"] += 1
        written = incoming.model_dump_json()
        if "\\u0000" in written or Incoming.model_validate_json(written) != incoming:
            raise AssertionError(f"cannot be kept: {written}")
        if any(each.size is not None and not 0 <= each.size < 2**63 for each in incoming.media):
            raise AssertionError("a size that no column holds")

    async def _cut(self) -> None:
        """An answer of getUpdates: two whole updates, then anything at all."""
        self.tally["answers"] += 1
        whole = [json.dumps({"update_id": each, **self._random.choice(REAL)}).encode() for each in (1, 2)]
        body = b'{"ok":true,"result":[' + b",".join([*whole, self._update()]) + b"]}"
        if [each.raw for each in pieces(body)][:2] != whole:
            raise AssertionError("a whole update was not cut out")
        try:
            pieces(mutated(self._random, body))
        except ValueError:  # no list: asked for again
            self.tally["answers refused"] += 1

    # What comes

    def _update(self) -> bytes:
        draw = self._random.random()
        if draw < 0.02:
            return self._random.choice(RAW)
        if draw < 0.05:
            return self._random.randbytes(self._random.randrange(300))
        update: dict[str, object] = {
            "update_id": self._random.randrange(10**9), **self._random.choice(REAL),
        }  # fmt: skip
        if draw < 0.95:
            update = json.loads(json.dumps(update))
            for _ in range(self._random.choice((1, 1, 1, 2, 3))):
                self._spoil(update)
        raw = json.dumps(update, ensure_ascii=self._random.random() < 0.5).encode("utf-8", "surrogatepass")
        return mutated(self._random, raw) if self._random.random() < 0.1 else raw

    def _spoil(self, part: dict[str, object] | list[object]) -> None:
        """Replaces, adds or takes away something, anywhere within."""
        while part:
            key = self._random.choice(sorted(part) if isinstance(part, dict) else range(len(part)))
            inner = part[key]  # type: ignore[index]  # a key of the dict, or a place of the list
            if isinstance(inner, dict | list) and inner and self._random.random() < 0.7:
                part = inner
                continue
            match self._random.randrange(4):
                case 0:
                    del part[key]  # type: ignore[arg-type]
                case 1 if isinstance(part, dict):
                    part[self._random.choice(NAMES)] = self._piece(3)
                case _:
                    part[key] = self._piece(3)  # type: ignore[index]
            return

    def _piece(self, depth: int) -> object:
        draw = self._random.random()
        if depth and draw < 0.15:
            return {name: self._piece(depth - 1) for name in self._random.sample(NAMES, 3)}
        if depth and draw < 0.25:
            return [self._piece(depth - 1) for _ in range(self._random.randrange(3))]
        return deepcopy(self._random.choice(JUNK))


def _posted(body: bytes, secret: str) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"x-telegram-bot-api-secret-token", secret.encode("latin-1"))] if secret else []
    scope = {
        "type": "http", "method": "POST", "path": "/telegram/webhook", "headers": headers, "query_string": b"",
    }  # fmt: skip
    return Request(scope, receive)


if __name__ == "__main__":
    main(Fuzzer, "Fuzzes the webhook of Telegram and the answers of getUpdates.")
