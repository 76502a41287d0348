"""Telegram as a channel: what updates say, how sends end, and that nothing is confirmed before it is stored.

Real HTTP on loopback throughout: the fake Bot API server, and a scripted one where each answer is laid down.
"""

import asyncio
import json
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from aiohttp import ClientConnectionResetError, ClientOSError, ClientSession
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update

from bot.channels.channel import (
    Blocked,
    Channel,
    NotSent,
    Refused,
    SendError,
    TooLarge,
    Unclear,
    Unfetchable,
    Unreadable,
)
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_receiving import Store
from bot.channels.telegram_request import AiohttpRequest, NotReached, _was_closed_before_writing
from bot.channels.telegram_text import render, utf16_length
from bot.channels.telegram_updates import Me, piece, pieces, read_update
from handlers.menus import commands
from handlers.words import Words
from storage.messages import Arrived, Incoming, IncomingKind, MediaKind, Option, Outgoing
from tests.fakes.telegram_api import TOKEN, FakeTelegram, Fault, hang, reset, server_error, too_many

Json = dict[str, Any]

BOT_ID = int(TOKEN.partition(":")[0])
SECRET = "a-secret-of-the-webhook_1"
LIMIT = 20 * 1024 * 1024
MENU = commands(Words())
ME = Me(str(BOT_ID), "sanbao_bot")

# Payloads as the Bot API delivers them

OFFICER = {"id": 1001, "is_bot": False, "first_name": "李", "last_name": "四", "language_code": "zh-hans"}
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "三报", "username": "sanbao_bot"}
PRIVATE = {"id": 1001, "first_name": "李", "last_name": "四", "type": "private"}
GROUP = {"id": -1001234567890, "title": "项目群", "type": "supergroup"}
SIZES = [
    {"file_id": "small", "file_unique_id": "AQADs", "file_size": 1200, "width": 90, "height": 67},
    {"file_id": "large", "file_unique_id": "AQADl", "file_size": 150321, "width": 1280, "height": 960},
    {"file_id": "middle", "file_unique_id": "AQADm", "file_size": 20987, "width": 320, "height": 240},
]
FILE = {"file_id": "f1", "file_unique_id": "AgAD", "file_size": 4096}
STICKER = {**FILE, "width": 5, "height": 5, "type": "regular", "is_animated": False, "is_video": False}
ASKED = {
    "message_id": 7,
    "from": BOT,
    "chat": PRIVATE,
    "date": 1332691200,
    "text": "哪个项目？",
    "reply_markup": {"inline_keyboard": [[{"text": "地铁三号线", "callback_data": "t1:project:p17"}]]},
}


def message(chat: Json = PRIVATE, **content: object) -> Json:
    return {"message_id": 12, "from": OFFICER, "chat": chat, "date": 1332691260, **content}


def update(kind: str, content: object) -> bytes:
    return json.dumps({"update_id": 10000, kind: content}).encode()


def read(kind: str, content: object, me: Me = ME) -> Incoming | None:
    return read_update(update(kind, content), me)


def said(chat: Json = PRIVATE, me: Me = ME, **content: object) -> Incoming:
    incoming = read("message", message(chat, **content), me)
    assert incoming is not None
    return incoming


def member(status: str, chat: Json = PRIVATE) -> Json:
    old, new = ({"user": BOT, "status": each, "until_date": 0} for each in ("member", status))
    return {"chat": chat, "from": OFFICER, "date": 1332691260, "old_chat_member": old, "new_chat_member": new}


PRESS = {"id": "438200", "from": OFFICER, "message": ASKED, "chat_instance": "77", "data": "t1:project:p17"}
DOCUMENTED = {
    "text": ("message", message(text="报进展")),
    "command": (
        "message",
        message(text="/start AB12", entities=[{"type": "bot_command", "offset": 0, "length": 6}]),
    ),
    "photo": ("message", message(photo=SIZES, caption="主体封顶", media_group_id="135")),
    "document": ("message", message(document={**FILE, "file_name": "月报.xlsx"})),
    "voice": ("message", message(voice={**FILE, "duration": 4, "mime_type": "audio/ogg"})),
    "video": ("message", message(video={**FILE, "width": 640, "height": 480, "duration": 9})),
    "place": ("message", message(location={"latitude": 30.5, "longitude": 114.3})),
    "sticker": ("message", message(sticker=STICKER)),
    "edited": ("edited_message", message(text="报问题", edit_date=1332691300)),
    "press": ("callback_query", PRESS),
    "blocked": ("my_chat_member", member("kicked")),
    "group": ("message", message(GROUP, text="@sanbao_bot 报进展", reply_to_message=ASKED)),
}


# What updates say


@pytest.mark.parametrize("name", DOCUMENTED)
def test_we_read_the_same_as_python_telegram_bot(name: str) -> None:
    """Our short way of reading finds the person, chat, words and message that the library finds."""
    raw = update(*DOCUMENTED[name])
    theirs, ours = Update.de_json(json.loads(raw), None), read_update(raw, ME)
    assert ours is not None
    assert theirs.effective_user is not None
    assert theirs.effective_chat is not None
    assert ours.address.user == str(theirs.effective_user.id)
    assert ours.address.chat == str(theirs.effective_chat.id)
    assert ours.sender_name == theirs.effective_user.full_name
    if theirs.callback_query:
        assert (ours.text, ours.press) == (theirs.callback_query.data, theirs.callback_query.id)
    elif theirs.effective_message:
        words = theirs.effective_message.text or theirs.effective_message.caption or ""
        assert ours.text == words.replace("@sanbao_bot ", "")
        assert ours.message == str(theirs.effective_message.message_id)
    assert Incoming.model_validate_json(ours.model_dump_json()) == ours


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("text", IncomingKind.TEXT),
        ("command", IncomingKind.TEXT),
        ("photo", IncomingKind.MEDIA),
        ("place", IncomingKind.MEDIA),
        ("sticker", IncomingKind.OTHER),
        ("edited", IncomingKind.EDITED),
        ("press", IncomingKind.BUTTON),
        ("blocked", IncomingKind.BLOCKED),
    ],
)
def test_each_update_has_its_kind(name: str, kind: IncomingKind) -> None:
    incoming = read(*DOCUMENTED[name])
    assert incoming is not None
    assert incoming.kind is kind


def test_a_start_code_stays_in_the_text() -> None:
    assert said(text="/start AB12").text == "/start AB12"


def test_of_a_photo_the_largest_size_is_taken() -> None:
    photo = said(photo=SIZES, caption="主体封顶")
    assert photo.text == "主体封顶"
    assert [(media.kind, media.reference, media.size) for media in photo.media] == [
        (MediaKind.PHOTO, "large", 150321)
    ]


def test_the_photos_of_an_album_are_known_to_belong_together() -> None:
    assert said(photo=SIZES, media_group_id="135").album == "135"
    assert said(photo=SIZES).album == ""


def test_a_photo_sent_as_a_file_is_a_photo_that_kept_its_name() -> None:
    (media,) = said(document={**FILE, "file_name": "IMG_1.jpg", "mime_type": "image/jpeg"}).media
    assert (media.kind, media.name) == (MediaKind.PHOTO, "IMG_1.jpg")
    (media,) = said(document={**FILE, "file_name": "月报.xlsx"}).media
    assert (media.kind, media.name, media.size) == (MediaKind.FILE, "月报.xlsx", 4096)


def test_an_animation_is_a_video_although_it_comes_as_a_document_too() -> None:
    animation = {**FILE, "width": 1, "height": 1, "duration": 1}
    (media,) = said(animation=animation, document=FILE).media
    assert media.kind is MediaKind.VIDEO


def test_a_place_has_its_coordinates() -> None:
    (place,) = said(location={"latitude": 30.5, "longitude": 114.3}).media
    assert (place.kind, place.latitude, place.longitude) == (MediaKind.PLACE, 30.5, 114.3)


def test_a_press_on_a_message_that_telegram_no_longer_shows_is_understood() -> None:
    gone = {"chat": PRIVATE, "message_id": 3, "date": 0}
    pressed = read("callback_query", {**PRESS, "message": gone})
    assert pressed is not None
    assert (pressed.text, pressed.message, pressed.address.chat) == ("t1:project:p17", "3", "1001")


def test_who_stops_the_bot_is_blocked_and_who_returns_is_not() -> None:
    kinds = [read("my_chat_member", member(status)) for status in ("kicked", "member")]
    assert [each and each.kind for each in kinds] == [IncomingKind.BLOCKED, IncomingKind.UNBLOCKED]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("channel_post", {"message_id": 1, "chat": {"id": -1, "type": "channel"}, "date": 1, "text": "新闻"}),
        ("message", {"message_id": 1, "chat": GROUP, "date": 1, "text": "anonymous"}),
        ("message", {**message(GROUP, text="/zero"), "from": {**BOT, "id": 5}}),
        ("message", message(pinned_message=ASKED)),
        ("my_chat_member", member("kicked", GROUP)),
        ("poll", {"id": "1"}),
    ],
)
def test_what_nobody_said_to_us_is_nothing(kind: str, content: Json) -> None:
    assert read(kind, content) is None


@pytest.mark.parametrize(
    ("text", "heard", "to_me"),
    [
        ("/zero", "/zero", True),
        ("/zero@sanbao_bot", "/zero", True),
        ("/ZERO@Sanbao_Bot 三月", "/ZERO 三月", True),
        ("/zero@other_bot", "/zero@other_bot", False),
        ("@sanbao_bot 报进展", "报进展", True),
        ("@Sanbao_bot报进展", "报进展", True),
        ("请 @sanbao_bot2 看", "请 @sanbao_bot2 看", False),
        ("mail@sanbao_bot", "mail@sanbao_bot", False),
        ("大家好", "大家好", False),
    ],
)
def test_in_a_group_only_commands_and_mentions_are_meant_for_us(text: str, heard: str, to_me: bool) -> None:
    incoming = said(GROUP, text=text)
    assert (incoming.text, incoming.to_me, incoming.group) == (heard, to_me, True)


def test_in_a_group_an_answer_to_our_message_is_meant_for_us() -> None:
    assert said(GROUP, text="好的", reply_to_message=ASKED).to_me
    assert not said(GROUP, text="好的", reply_to_message=message(text="x")).to_me


def test_a_reply_names_our_message_and_what_was_marked_in_it() -> None:
    heard = said(text="请抓紧", reply_to_message=ASKED, quote={"text": "W3 两户阻工", "position": 0})
    assert (heard.quotes, heard.quoted) == (str(ASKED["message_id"]), "W3 两户阻工")
    others = said(text="请抓紧", reply_to_message=message(text="W3"), quote={"text": "W3", "position": 0})
    assert (others.quotes, others.quoted) == ("", "")
    assert said(text="请抓紧").quotes == ""


def test_before_our_name_is_known_no_mention_is_ours() -> None:
    assert not said(GROUP, Me(ME.account), text="@sanbao_bot 报进展").to_me
    assert said(GROUP, Me(ME.account), text="/zero").to_me


def test_what_no_database_can_keep_is_taken_out_of_words() -> None:
    assert said(text="a\x00b\ud800c").text == "abc"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'{"message":{}}',
        b'{"update_id":"1","message":{}}',
        b'{"update_id":1}',
        b'{"update_id":1,"unheard_of":{}}',
        b'{"update_id":1,"message":null}',
        b'{"update_id":1,"message":[]}',
        b'{"update_id":NaN,"message":{}}',
        b"[" * 100_000,
        b'{"update_id":' + b"9" * 5000 + b"}",
        update("message", message(text=["no", "text"])),
        update("message", message(location={"latitude": 91, "longitude": 0})),
        update("message", message(photo=[])),
        update("message", {**message(text="x"), "message_id": True}),
        update("callback_query", {**PRESS, "id": 5}),
    ],
)
def test_what_is_not_documented_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read_update(raw, ME)


_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def _spoiled(draw: st.DrawFn) -> bytes:
    """A documented update with some of its parts replaced by junk or left out."""
    kind, content = DOCUMENTED[draw(st.sampled_from(sorted(DOCUMENTED)))]
    whole: Json = json.loads(update(kind, content))
    for _ in range(draw(st.integers(1, 3))):
        part: Any = whole
        while True:
            key = draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
            if isinstance(part[key], dict | list) and part[key] and draw(st.booleans()):
                part = part[key]
                continue
            part[key] = draw(_junk)
            break
    return json.dumps(whole).encode()


@given(_spoiled())
def test_a_spoiled_update_is_read_or_parked_and_never_an_error(raw: bytes) -> None:
    with suppress(Unreadable):
        incoming = read_update(raw, ME)
        assert incoming is None or Incoming.model_validate_json(incoming.model_dump_json())
    assert piece(raw).raw == raw


# How updates are cut out of an answer


def test_each_update_keeps_its_own_bytes() -> None:
    one, two = update("message", message(text='"result":[{}]')), '{"update_id":2, "x":"报\\ud800"}'.encode()
    found = pieces(b'{"ok":true, "result":[' + one + b" ,\n" + two + b"]}")
    assert [(each.update_id, each.user, each.raw) for each in found] == [(10000, "1001", one), (2, "-", two)]


def test_a_broken_update_stands_in_nobodys_way() -> None:
    whole, nameless = update("message", message(text="x")), b'{"message":{}}'
    deep = b'{"update_id":10002,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    found = pieces(b'{"ok":true,"result":[' + b",".join([whole, nameless, deep]) + b"]}")
    assert [each.update_id for each in found] == [10000, None, 10002]
    assert found[1].external.startswith("#")


def test_bytes_that_are_no_text_spoil_only_the_update_in_which_they_stand() -> None:
    """They once made the whole answer unreadable, which was asked for again and again."""
    whole, spoilt = (
        update("message", message(text="报进展")),
        b'{"update_id":10001,"message":{"text":"\xff"}}',
    )
    found = pieces(b'{"ok":true,"result":[' + b",".join([whole, spoilt, whole]) + b"]}")
    assert [each.raw for each in found] == [whole, spoilt, whole]
    with pytest.raises(Unreadable):
        read_update(found[1].raw, ME)


def test_an_answer_without_updates_is_refused() -> None:
    assert pieces(b'{"ok":true,"result":[]}') == []
    with pytest.raises(ValueError, match="without a list"):
        pieces(b'{"ok":true}')


# What a message looks like


def test_the_title_is_bold_and_nothing_that_a_person_wrote_is_markup() -> None:
    text, mode = render(Outgoing(title="<b>3&4", text="</b><a href='x'>报告</a>"))
    assert (text, mode) == (
        "<b>&lt;b&gt;3&amp;4</b>\n&lt;/b&gt;&lt;a href='x'&gt;报告&lt;/a&gt;",
        "HTML",
    )


def test_bidirectional_controls_are_taken_out() -> None:
    controls = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
    assert render(Outgoing(title=f"李{controls}四", text=f"a{controls}b")) == ("<b>李四</b>\nab", "HTML")


def test_length_is_counted_in_utf_16_units() -> None:
    assert (utf16_length("报告"), utf16_length("😀")) == (2, 2)


# Sending


@asynccontextmanager
async def running(api_url: str, **options: Any) -> AsyncIterator[TelegramChannel]:  # noqa: ANN401
    channel = TelegramChannel(options.pop("token", TOKEN), api_url=api_url, **options)
    await channel.start()
    try:
        yield channel
    finally:
        await channel.close()


class Scripted:
    """A server that gives the answers of a list, one per call, then none; it remembers what it was asked."""

    def __init__(self, *answers: tuple[int, object]) -> None:
        self.answers = list(answers)
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.url = ""
        self.done = asyncio.Event()

    async def __aenter__(self) -> "Scripted":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        length = next(
            (int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length")), 0
        )
        self.bodies.append(await reader.readexactly(length))
        if not self.answers:
            self.done.set()
            await asyncio.Event().wait()
        status, answer = self.answers.pop(0)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


def refusal(code: int, words: str, **parameters: object) -> tuple[int, Json]:
    return code, {"ok": False, "error_code": code, "description": words, "parameters": parameters}


JPEG = b"\xff\xd8\xff\xe0 a picture"
HELLO = Outgoing(title="收到", text="编号 J-0001", rows=((Option(label="修改", data="edit"),),))
SENT = (200, {"ok": True, "result": {"message_id": 5, "date": 1332691200, "chat": PRIVATE}})


async def test_a_message_arrives_with_its_bold_title_and_buttons() -> None:
    async with FakeTelegram() as api, running(api.url) as telegram:
        channel: Channel = telegram
        api.person(1001, started=True)
        sent = await channel.send("1001", HELLO)
        (shown,) = api.shown(1001)
        assert (str(shown.id), shown.text, shown.buttons) == (sent, "收到\n编号 J-0001", ["修改"])
        assert shown.entities == [{"type": "bold", "offset": 0, "length": 2}]
        assert api.calls[-1].structure("link_preview_options") == {"is_disabled": True}


async def test_an_edit_takes_the_place_of_the_message() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        first = await channel.send("1001", HELLO)
        edited = Outgoing(text="已修改", replaces=first)
        assert await channel.send("1001", edited) == first
        assert await channel.send("1001", edited) == first, "'not modified' is a success"
        (shown,) = api.shown(1001)
        assert (shown.text, shown.buttons) == ("已修改", [])


async def test_what_can_no_longer_be_edited_is_sent_anew() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        officer = api.person(1001)
        officer.says("我的")
        for gone in ("999", "1", "no number"):
            assert await channel.send("1001", Outgoing(text="新的", replaces=gone)) != gone
        assert [shown.text for shown in api.shown(1001)] == ["新的"] * 3


async def test_a_photo_carries_short_words_as_its_caption() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        await channel.send("1001", HELLO, (JPEG,))
        (shown,) = api.shown(1001)
        assert (shown.text, shown.buttons) == ("收到\n编号 J-0001", ["修改"])
        assert api.file(shown.payload["photo"][-1]["file_id"]) == JPEG


async def test_several_photos_are_one_album_in_one_call() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        await channel.send("1001", Outgoing(), (JPEG,) * 10)
        assert [call.method for call in api.calls] == ["sendMediaGroup"]
        assert len({shown.payload["media_group_id"] for shown in api.shown(1001)}) == 1


async def test_the_words_below_a_picture_are_edited_as_its_caption() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        first = await channel.send("1001", HELLO, (JPEG,))
        edited = Outgoing(title="收到", text="已修改", replaces=first)
        assert await channel.send("1001", edited) == first
        assert await channel.send("1001", edited) == first, "'not modified' is a success"
        (shown,) = api.shown(1001)
        assert (shown.text, shown.buttons, "photo" in shown.payload) == ("收到\n已修改", [], True)


async def test_words_too_long_to_stand_below_a_picture_are_sent_anew() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        first = await channel.send("1001", HELLO, (JPEG,))
        assert await channel.send("1001", Outgoing(text="长" * 1025, replaces=first)) != first


async def test_a_picture_that_may_have_arrived_is_unclear_and_one_that_was_kept_back_is_not_sent() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        for method, files in (("sendPhoto", (JPEG,)), ("sendMediaGroup", (JPEG, JPEG))):
            api.faults.script(method, [server_error(503), too_many(7)])
            with pytest.raises(Unclear):
                await channel.send("1001", Outgoing(), files)
            with pytest.raises(NotSent) as kept_back:
                await channel.send("1001", Outgoing(), files)
            assert kept_back.value.retry_after == 7


async def test_a_picture_that_is_no_photo_to_telegram_is_sent_as_a_file() -> None:
    odd = refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    async with Scripted(odd, SENT) as server, running(server.url) as channel:
        assert await channel.send("1001", HELLO, (JPEG,)) == "5"
        assert [head.split()[1].rpartition("/")[2] for head in server.heads] == ["sendPhoto", "sendDocument"]


async def test_refused_markup_is_sent_as_the_same_words_in_plain() -> None:
    odd = refusal(400, "Bad Request: can't parse entities: Unsupported start tag")
    async with Scripted(odd, SENT) as server, running(server.url) as channel:
        assert await channel.send("1001", HELLO) == "5"
        plain = json.loads(server.bodies[1])
        assert (plain["text"], "parse_mode" in plain) == ("收到\n编号 J-0001", False)
        assert plain["reply_markup"] == json.loads(server.bodies[0])["reply_markup"]


async def test_a_group_that_became_a_supergroup_is_followed() -> None:
    moved = refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009)
    async with Scripted(moved, SENT) as server, running(server.url) as channel:
        await channel.send("-9", HELLO)
        assert [json.loads(body)["chat_id"] for body in server.bodies] == ["-9", "-1009"]


# How sends end


@pytest.mark.parametrize("accepted", [False, True], ids=["not accepted", "accepted"])
@pytest.mark.parametrize("trouble", [server_error, hang, reset])
async def test_what_may_have_been_sent_is_unclear(trouble: Any, accepted: bool) -> None:  # noqa: ANN401
    fault: Fault = trouble(accepted=accepted)
    async with FakeTelegram() as api, running(api.url, read_timeout=0.2) as channel:
        api.person(1001, started=True)
        api.faults.script("sendMessage", [fault])
        with pytest.raises(Unclear):
            await channel.send("1001", HELLO)
        assert len(api.shown(1001)) == accepted


async def test_a_refused_connection_is_surely_not_sent() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        await api.stop()
        with pytest.raises(NotSent) as outcome:
            await channel.send("1001", HELLO)
        await api.start()
    assert (outcome.value.retry_after, outcome.value.everyone) == (None, True)


async def test_a_full_pool_of_connections_is_surely_not_sent() -> None:
    async with FakeTelegram() as api:
        api.faults.script("getMe", [hang()])
        async with AiohttpRequest(TOKEN, api.url, connections=1, connect_timeout=0.2) as request:
            waiting = asyncio.create_task(request.call("getMe", {}))
            await api.until(lambda: api.calls.of("getMe"))
            with pytest.raises(NotReached) as error:
                await request.call("sendMessage", {"chat_id": 1001, "text": "x"})
            waiting.cancel()
        assert not api.calls.of("sendMessage")
        assert str(error.value) == "ConnectionTimeoutError", "aiohttp's own text holds the address"


async def test_a_429_says_when_to_come_back() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        api.faults.script("sendMessage", [too_many(17)])
        with pytest.raises(NotSent) as outcome:
            await channel.send("1001", HELLO)
    assert (outcome.value.retry_after, outcome.value.everyone) == (17, False)


async def test_a_wrong_token_loses_nothing_and_stops_everyone() -> None:
    async with FakeTelegram() as api, running(api.url, token="110201543:wrong") as channel:
        with pytest.raises(NotSent) as outcome:
            await channel.send("1001", HELLO)
    assert outcome.value.everyone


async def test_who_blocked_the_bot_or_never_started_it_is_blocked() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True).blocks()
        for chat in ("1001", "2002"):
            with pytest.raises(Blocked):
                await channel.send(chat, HELLO)


async def test_what_telegram_will_never_take_is_refused() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        for never in (Outgoing(), Outgoing(text="长" * 4097)):
            with pytest.raises(Refused):
                await channel.send("1001", never)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, b"<html>"), Unclear),
        ((200, {"ok": True}), Unclear),
        ((301, b""), NotSent),
        ((403, b"<html>the proxy says no</html>"), NotSent),
        ((404, b"nginx"), NotSent),
        ((407, b""), NotSent),
        ((429, b"slow down"), NotSent),
        ((400, {"ok": False}), Refused),
        ((413, b"<html>"), Refused),
        ((404, {"ok": False, "description": "Not Found"}), NotSent),
        ((500, {"ok": False}), Unclear),
    ],
)
async def test_only_the_bot_api_itself_can_speak_about_a_person(
    answer: tuple[int, object], outcome: type[SendError]
) -> None:
    """A page that something between us and Telegram wrote never ends a message."""
    async with Scripted(answer) as server, running(server.url) as channel:
        with pytest.raises(outcome):
            await channel.send("1001", HELLO)


def test_a_connection_that_was_closing_when_we_took_it_has_sent_nothing() -> None:
    closing = ClientOSError(None, "Can not write request body for http://…")
    closing.__cause__ = ClientConnectionResetError("Cannot write to closing transport")
    assert _was_closed_before_writing(closing)
    closing.__cause__ = ClientConnectionResetError("Connection lost")
    assert not _was_closed_before_writing(closing)


# Proxies


async def test_the_proxy_is_used_with_its_password() -> None:
    async with Scripted(SENT) as proxy:
        through = proxy.url.replace("//", "//user:word@")
        async with running("http://api.example", proxy=through) as channel:
            await channel.send("1001", HELLO)
        assert proxy.heads[0].startswith(f"POST http://api.example/bot{TOKEN}/sendMessage ")
        assert "Proxy-Authorization: Basic dXNlcjp3b3Jk" in proxy.heads[0]


async def test_the_environments_proxy_is_used_but_never_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Scripted(SENT) as proxy, FakeTelegram() as api:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        api.person(1001, started=True)
        async with running("http://api.example") as far, running(api.url) as near:
            await far.send("1001", HELLO)
            await near.send("1001", HELLO)
        assert (len(proxy.heads), len(api.shown(1001))) == (1, 1)


async def test_a_proxy_that_refuses_has_sent_nothing() -> None:
    async with Scripted((403, b"")) as proxy:
        through = proxy.url.replace("//", "//user:pass-word@")
        async with running("https://api.example", proxy=through) as channel:
            with pytest.raises(NotSent) as outcome:
                await channel.send("1001", HELLO)
    assert str(outcome.value) == "ClientHttpProxyError 403"


def test_a_proxy_that_we_cannot_use_is_told_without_its_password() -> None:
    with pytest.raises(ValueError, match=r"found socks5://…$"):
        TelegramChannel(TOKEN, proxy="socks5://user:word@127.0.0.1:1080")


# Presses, files, name, menu


async def test_a_press_is_answered_and_a_late_answer_harms_nobody() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.person(1001, started=True)
        await channel.send("1001", HELLO)
        api.person(1001).presses("修改")
        press = next(iter(api._world.queries))
        await channel.answer_press(press)
        assert api.calls[-1].accepted
        await channel.answer_press(press)
        await api.stop()
        await channel.answer_press(press)
        await api.start()


async def test_a_file_is_fetched_by_its_reference() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        officer = api.person(1001)
        officer.sends_photo(b"jpeg", "现场")
        (update,) = api._world.updates.backlog()
        incoming = channel.to_incoming(update.body)
        assert incoming is not None
        assert await channel.fetch(incoming.media[0].reference, LIMIT) == b"jpeg"


async def test_a_file_that_will_never_come_is_unfetchable() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        with pytest.raises(Unfetchable):
            await channel.fetch("no such file", LIMIT)


async def test_a_file_that_telegram_hands_to_no_bot_is_too_large() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        big = api._world.shelf.put(b"0" * (LIMIT + 1), "documents", ".pdf")
        with pytest.raises(TooLarge):
            await channel.fetch(big["file_id"], LIMIT)


async def test_a_file_larger_than_our_limit_is_not_read_at_all() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        file = api._world.shelf.put(b"0" * 1001, "documents", ".pdf")
        with pytest.raises(TooLarge) as refused:
            await channel.fetch(file["file_id"], 1000)
        assert refused.value.found == 1001


async def test_a_file_that_grew_past_what_was_announced_is_not_read_to_its_end() -> None:
    announced = (200, {"ok": True, "result": {"file_id": "f", "file_path": "documents/f.pdf"}})
    async with (
        Scripted(announced, (200, b"0" * (LIMIT + 1))) as server,
        running(server.url) as channel,
    ):
        with pytest.raises(TooLarge):
            await channel.fetch("f", LIMIT)


@pytest.mark.parametrize("fault", [server_error(), reset(), too_many(3)])
async def test_a_file_is_asked_for_again_after_any_trouble_on_the_way(fault: Fault) -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        api.faults.script("getFile", [fault])
        with pytest.raises(NotSent):
            await channel.fetch("any", LIMIT)


async def test_an_outage_does_not_stop_the_start() -> None:
    async with FakeTelegram() as api:
        await api.stop()
        async with running(api.url) as channel:
            assert not await channel.greet()
            assert not await channel.set_commands(MENU)
            assert not await channel.set_webhook("https://example.org", SECRET)
            await api.start()
            assert await channel.greet()
            assert channel.username == "sanbao_bot"
            assert channel.account == str(BOT_ID)


async def test_the_menu_shows_every_command() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        assert await channel.set_commands(MENU)
        shown = {each["command"]: each["description"] for each in api.commands}
        assert shown == dict(MENU)
        assert shown["zero"] == "零报告"


# Long polling


class Inbox:
    """Where updates are committed; fails as often as it is told, and remembers the waits between tries."""

    def __init__(self, api: FakeTelegram | None = None, failures: int = 0) -> None:
        self.rows: list[Arrived] = []
        self.waits: list[float] = []
        self.pending_before_commit: list[int] = []
        self._api = api
        self._failures = failures

    async def store(self, arrived: Sequence[Arrived]) -> None:
        if self._api is not None:
            self.pending_before_commit.append(self._api.pending_updates)
        if self._failures:
            self._failures -= 1
            raise OSError("the disk is full")
        self.rows += arrived

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def polling(api_url: str, inbox: Inbox) -> AsyncIterator[TelegramChannel]:
    async with running(api_url, poll_seconds=5, pause=inbox.pause) as channel:
        task = asyncio.create_task(channel.poll(inbox.store))
        try:
            yield channel
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def offsets(api: FakeTelegram) -> list[int | None]:
    return [call.parameters.get("offset") for call in api.calls.of("getUpdates")]


async def test_an_update_is_confirmed_only_after_it_was_committed() -> None:
    async with FakeTelegram() as api:
        inbox = Inbox(api)
        api.person(1001).says("报进展")
        api.person(1002).says("零报告")
        async with polling(api.url, inbox):
            await api.all_confirmed()
        assert inbox.pending_before_commit[0] == 2
        assert [row.sender for row in inbox.rows] == [f"telegram:{BOT_ID}:100{n}" for n in (1, 2)]
        assert offsets(api)[:2] == [None, int(inbox.rows[-1].external) + 1]
        assert api.calls.of("getUpdates")[0].structure("allowed_updates") == [
            "message",
            "edited_message",
            "callback_query",
            "my_chat_member",
        ]


async def test_a_database_that_fails_keeps_the_offset_and_the_waits_double() -> None:
    async with FakeTelegram() as api:
        inbox = Inbox(api, failures=7)
        api.person(1001).says("报进展")
        async with polling(api.url, inbox):
            await api.all_confirmed()
        assert offsets(api)[:8] == [None] * 8
        assert inbox.pending_before_commit == [1] * 8
        assert inbox.waits == [1, 2, 4, 8, 16, 30, 30]
        assert len(inbox.rows) == 1


async def test_after_all_is_confirmed_no_offset_hides_a_new_numbering() -> None:
    """After a silent week Telegram numbers updates anew, perhaps lower than before."""
    nothing: Json = {"ok": True, "result": []}
    first, second = ({"ok": True, "result": [json.loads(update("message", message(text="x")))]}, nothing)
    async with (
        Scripted((200, first), (200, second), (200, nothing)) as server,
        running(server.url) as channel,
    ):
        receiver, inbox, offset = channel._receiver, Inbox(), 0
        for _ in range(3):
            offset = await receiver._take_in(inbox.store, offset)
        assert [json.loads(body).get("offset") for body in server.bodies] == [None, 10001, None]


async def test_polling_outlives_every_trouble_and_an_outage_at_the_start() -> None:
    async with FakeTelegram() as api:
        inbox = Inbox()
        api.faults.script("deleteWebhook", [server_error()])
        api.faults.script("getMe", [reset()])
        api.faults.script("getUpdates", [server_error(), too_many(9), reset(), None])
        api.person(1001).says("报进展")
        async with polling(api.url, inbox) as channel:
            await api.all_confirmed()
            assert channel.username == "sanbao_bot"
        assert inbox.waits == [1, 2, 4, 9, 16]
        assert len(inbox.rows) == 1


async def test_a_second_poller_is_logged_once_an_episode_and_waited_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    conflict = refusal(409, "Conflict: terminated by other getUpdates request")
    nothing, yes = (200, {"ok": True, "result": []}), (200, {"ok": True, "result": True})
    who = (200, {"ok": True, "result": BOT})
    inbox = Inbox()
    answers = [yes, who, conflict, conflict, conflict, nothing, conflict, nothing]
    async with Scripted(*answers) as server, polling(server.url, inbox):
        await server.done.wait()
    assert inbox.waits == [1, 2, 4, 1]
    assert [record.message for record in caplog.records].count(
        "Taking updates in: Conflict: Conflict: terminated by other getUpdates request. Trying again."
    ) == 2


async def test_an_update_that_is_none_blocks_nobody() -> None:
    async with FakeTelegram() as api:
        inbox = Inbox()
        api.inject({"unheard_of": {"from": "nobody"}})
        api.inject({"message": None})
        api.person(1001).says("报进展")
        async with polling(api.url, inbox) as channel:
            await api.all_confirmed()
            for row in inbox.rows[:2]:
                with pytest.raises(Unreadable):
                    channel.to_incoming(row.raw)
            assert channel.to_incoming(inbox.rows[2].raw)
        assert [row.sender for row in inbox.rows] == [
            f"telegram:{BOT_ID}:{user}" for user in ("-", "-", 1001)
        ]


# Webhook


@asynccontextmanager
async def serving(channel: TelegramChannel, store: Store) -> AsyncIterator[str]:
    """The program's HTTP side with the webhook alone; yields its address."""

    async def receive(request: Request) -> Response:
        return await channel.webhook(request, store)

    app = Starlette(routes=[Route("/telegram/webhook", receive, methods=["POST"])])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def post(url: str, body: bytes, secret: str = SECRET) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    async with (
        ClientSession() as session,
        session.post(f"{url}/telegram/webhook", data=body, headers=headers) as response,
    ):
        return response.status


async def test_a_webhook_update_that_was_not_stored_comes_again() -> None:
    async with FakeTelegram() as api, running(api.url) as channel:
        inbox = Inbox(api, failures=1)
        async with serving(channel, inbox.store) as url:
            assert await channel.set_webhook(url, SECRET)
            api.person(1001).says("报进展")
            await api.all_confirmed()
        assert (len(inbox.rows), inbox.pending_before_commit) == (1, [1, 1])
        assert inbox.rows[0].sender == f"telegram:{BOT_ID}:1001"


async def test_only_who_knows_the_secret_is_let_in() -> None:
    inbox, good = Inbox(), update("message", message(text="x"))
    async with running("http://127.0.0.1:9", secret=SECRET) as channel, serving(channel, inbox.store) as url:
        statuses = [await post(url, good, secret) for secret in ("", "wrong", SECRET + "x", "ü")]
        assert statuses == [403] * 4
        assert not inbox.rows
        assert await post(url, good) == 200
    async with running("http://127.0.0.1:9") as open_door, serving(open_door, inbox.store) as url:
        assert await post(url, good, "") == 403, "without a secret nobody is let in"
    assert len(inbox.rows) == 1


async def test_what_is_no_update_is_stored_to_be_parked() -> None:
    inbox = Inbox()
    async with running("http://127.0.0.1:9", secret=SECRET) as channel, serving(channel, inbox.store) as url:
        assert await post(url, b"{not json") == 200
        assert await post(url, b"{not json") == 200
        with pytest.raises(Unreadable):
            channel.to_incoming(inbox.rows[0].raw)
    assert inbox.rows[0].raw == b"{not json"
    assert inbox.rows[0].external == inbox.rows[1].external, "a repetition is known again"


async def test_a_body_over_a_megabyte_is_not_taken() -> None:
    inbox = Inbox()
    async with running("http://127.0.0.1:9", secret=SECRET) as channel, serving(channel, inbox.store) as url:
        assert await post(url, b"0" * (1024 * 1024 + 1)) == 413
    assert not inbox.rows


# Secrets


async def test_no_log_and_no_error_ever_shows_token_or_secret(caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, through every kind of success and trouble."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("telegram.Bot").setLevel(logging.DEBUG)
    errors: list[str] = []
    inbox = Inbox(failures=1)
    login = "https://example.org/login?once=4f9a"
    async with FakeTelegram() as api, running(api.url, read_timeout=0.2, secret=SECRET) as channel:
        api.person(1001, started=True)
        await channel.greet()
        await channel.set_commands(MENU)
        await channel.set_webhook("http://127.0.0.1:9", SECRET)
        await channel.send("1001", Outgoing(text=login), (JPEG,))
        await channel.send("1001", Outgoing(text=login))
        for fault in (server_error(), hang(), reset(), too_many(1)):
            api.faults.script("sendMessage", [fault])
            errors.append(await _error_of(channel.send("1001", HELLO)))
        errors.append(await _error_of(channel.send("9", HELLO)))
        errors.append(await _error_of(channel.fetch("nothing", LIMIT)))
        async with polling(api.url, inbox):
            api.person(1001).says("x")
            await api.all_confirmed()
        await api.stop()
        errors.append(await _error_of(channel.send("1001", HELLO)))
        errors.append(await _error_of(channel._request.call("getMe", {})))
        errors.append(await _error_of(channel._bot.get_me()))
        await api.start()
    for url in ("http://", "nonsense", "ftp://127.0.0.1"):
        async with running(url) as channel:
            errors.append(await _error_of(channel.send("1001", HELLO)))
    async with running("http://127.0.0.1:9", token="110201543:wrong-token") as channel:
        errors.append(await _error_of(channel.send("1001", HELLO)))
    text = "\n".join([caplog.text, *errors])
    for secret in (TOKEN, TOKEN.partition(":")[2], "wrong-token", SECRET, login):
        assert secret not in text
    assert len(errors) == 13


async def _error_of(work: Any) -> str:  # noqa: ANN401
    try:
        await work
    except Exception as error:
        # With every error that this one hides: `from None` only keeps them out of the usual print.
        chain: list[BaseException] = []
        at: BaseException | None = error
        while at is not None:
            chain.append(at)
            at = at.__cause__ or at.__context__
        return "\n".join(repr(each) + "".join(traceback.format_exception(each)) for each in chain)
    raise AssertionError("it was to fail")
