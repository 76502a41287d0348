"""The fake smart-bot server keeps WeCom's rules: spoken to frame by frame, and by Tencent's own SDK.

Each test is a line of the documents or of the field reports; what the program does about it is tested elsewhere.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aibot
import aibot.ws
import aiohttp
import pytest

from tests.fakes.aibot.faults import cut, errcode, late, lost_ack
from tests.fakes.aibot.server import BOT, SECRET, FakeAibot, Kick
from tests.fakes.aibot.speaking import read

Json = dict[str, Any]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


class Client:
    """A client of nothing but frames."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.callbacks: asyncio.Queue[Json] = asyncio.Queue()
        self.ended = asyncio.Event()
        self._numbers = 0
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            frame = json.loads(message.data)
            if "cmd" in frame:
                self.callbacks.put_nowait(frame)
            else:
                self._acks.pop(frame["headers"]["req_id"]).set_result(frame)
        self.ended.set()

    async def ask(self, command: str, body: Json | None = None, request: str = "") -> Json:
        self._numbers += 1
        request = request or f"{command}_{self._numbers}"
        self._acks[request] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"cmd": command, "headers": {"req_id": request}, "body": body or {}})
        async with asyncio.timeout(2):
            return await self._acks[request]

    async def subscribe(self, bot: str = BOT, secret: str = SECRET) -> Json:
        return await self.ask("aibot_subscribe", {"bot_id": bot, "secret": secret})

    async def says(self, chat: str, text: str = "您好", kind: int | None = 1, **body: object) -> int:
        told: Json = {"chatid": chat, "msgtype": "markdown", "markdown": {"content": text}, **body}
        if kind is not None:
            told["chat_type"] = kind
        return int((await self.ask("aibot_send_msg", told))["errcode"])

    async def next(self) -> Json:
        async with asyncio.timeout(2):
            return await self.callbacks.get()

    async def end(self) -> int | None:
        """Waits for the end; gives back the close code."""
        async with asyncio.timeout(2):
            await self.ended.wait()
        return self.socket.close_code


@asynccontextmanager
async def connected(wecom: FakeAibot, *, subscribed: bool = True) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session, session.ws_connect(wecom.url) as socket:
        client = Client(socket)
        if subscribed:
            assert (await client.subscribe())["errcode"] == 0
        yield client


@pytest.fixture
async def wecom() -> AsyncIterator[FakeAibot]:
    async with FakeAibot() as wecom:
        yield wecom


def card(task: str = "t1", **given: object) -> Json:
    return {
        "card_type": "button_interaction", "main_title": {"title": "哪个项目？"}, "task_id": task,
        "button_list": [{"text": "城北水厂", "key": "p7"}], **given,
    }  # fmt: skip


def a_card(task: str = "t1", **given: object) -> Json:
    return {"msgtype": "template_card", "template_card": card(task, **given)}


# Subscribing


async def test_nothing_is_taken_before_the_subscription(wecom: FakeAibot) -> None:
    async with connected(wecom, subscribed=False) as client:
        wecom.member("Li").says("在吗")
        assert await client.says("Li") == 846609
        assert client.callbacks.empty()


@pytest.mark.parametrize(("bot", "secret", "code"), [("other", SECRET, 93019), (BOT, "wrong", 40001)])
async def test_wrong_keys_are_refused_and_the_socket_closed(
    wecom: FakeAibot, bot: str, secret: str, code: int
) -> None:
    async with connected(wecom, subscribed=False) as client:
        assert (await client.subscribe(bot, secret))["errcode"] == code
        assert await client.end() == 1000


async def test_who_subscribes_too_often_is_locked_out(wecom: FakeAibot) -> None:
    wecom.subscribes_a_minute = 2
    for code in (0, 0, 45009):
        async with connected(wecom, subscribed=False) as client:
            assert (await client.subscribe())["errcode"] == code
    wecom.clock.advance(61)
    async with connected(wecom, subscribed=False) as client:
        assert (await client.subscribe())["errcode"] == 0


@pytest.mark.parametrize(("kick", "code"), [(Kick.CLOSED, 1000), (Kick.CUT, 1006), (Kick.LEFT, None)])
async def test_a_second_subscription_replaces_the_first(
    wecom: FakeAibot, kick: Kick, code: int | None
) -> None:
    wecom.kick = kick
    async with connected(wecom) as first, connected(wecom) as second:
        event = await first.next()
        assert event["body"]["event"] == {"eventtype": "disconnected_event"}
        assert not {"from", "chatid"} & event["body"].keys()
        wecom.member("Li").says("在吗")
        assert (await second.next())["body"]["text"]["content"] == "在吗"
        if code is not None:
            assert await first.end() == code
        else:  # half alive: pings are answered, and that is all
            assert (await first.ask("ping"))["errcode"] == 0
            assert await first.says("Li") == 846609
            assert first.callbacks.empty()


async def test_who_is_silent_for_too_long_is_closed(wecom: FakeAibot) -> None:
    wecom.idle_seconds = 0.05
    async with connected(wecom) as client:
        assert await client.end() == 1000


async def test_a_lost_subscription_shows_only_when_something_is_sent(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        wecom.member("Li").says("在吗")
        await client.next()
        wecom.lose_subscription()
        assert wecom.member("Li").says("喂").written is None
        assert (await client.ask("ping"))["errcode"] == 0
        assert await client.says("Li") == 846609


async def test_an_acknowledgement_has_no_cmd_and_may_be_late_lost_or_a_refusal(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        li = wecom.member("Li")
        li.says("在吗")
        wecom.faults.script("aibot_send_msg", [None, errcode(-1), late(0.05), lost_ack(), cut(accepted=True)])
        assert await client.says("Li", "一") == 0
        assert await client.says("Li", "二") == -1
        assert await client.says("Li", "三") == 0
        silent = asyncio.create_task(client.says("Li", "四"))
        await li.sees("四")
        assert not silent.done()
        silent.cancel()
        broken = asyncio.create_task(client.says("Li", "五"))
        await li.sees("五")
        assert await client.end() == 1006
        broken.cancel()
    assert [shown.text for shown in li.shown] == ["一", "三", "四", "五"]


# What is told


async def test_every_kind_of_message_has_its_documented_form(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        li, group = wecom.member("LiSi"), wecom.in_group("LiSi", "wrkGroup")
        li.says("报进展", quoting={"msgtype": "text", "text": {"content": "重大问题 W12"}})
        li.sends_mixed("看", PNG)
        li.sends_photo(PNG)
        li.speaks("完成一千二百万")
        li.sends_file(b"x" * 10, "台账.xlsx")
        li.sends_video(b"mp4" * 9)
        group.says("报进展")
        bodies = [(await client.next())["body"] for _ in range(7)]
    kinds = [body["msgtype"] for body in bodies]
    assert kinds == ["text", "mixed", "image", "voice", "file", "video", "text"]
    assert all(body["from"] == {"userid": "LiSi"} and body["aibotid"] == BOT for body in bodies)
    assert all(("chatid" in body) == (body["chattype"] == "group") for body in bodies)
    assert bodies[0]["quote"]["text"]["content"] == "重大问题 W12"
    assert [item["msgtype"] for item in bodies[1]["mixed"]["msg_item"]] == ["text", "image"]
    assert set(bodies[2]["image"]) == {"url", "aeskey"}
    assert bodies[6]["text"]["content"] == "@三报 报进展"


async def test_messages_may_come_again_out_of_order_and_all_at_once(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        li = wecom.member("Li")
        wecom.hold()
        told = [li.says(str(number)) for number in range(50)]
        wecom.release(reversed)
        wecom.again(told[7])
        frames = [await client.next() for _ in range(51)]
    said = [frame["body"]["text"]["content"] for frame in frames]
    assert said == [str(number) for number in reversed(range(50))] + ["7"]
    assert frames[-1]["body"]["msgid"] == told[7].id
    assert len({frame["headers"]["req_id"] for frame in frames}) == 51


async def test_what_is_said_while_nobody_listens_is_lost(wecom: FakeAibot) -> None:
    told = wecom.member("Li").says("有人吗")
    async with connected(wecom) as client:
        await client.ask("ping")
        assert client.callbacks.empty()
    assert not told.got_through


async def test_a_visit_is_told_once_a_day_and_greeted_within_five_seconds(wecom: FakeAibot) -> None:
    hello = {"msgtype": "text", "text": {"content": "您好"}}
    async with connected(wecom) as client:
        li = wecom.member("Li")
        li.enters()
        request = (await client.next())["headers"]["req_id"]
        assert li.enters() is None
        assert (await client.ask("aibot_respond_welcome_msg", hello, request))["errcode"] == 0
        assert (await li.sees()).text == "您好"
        assert (await client.ask("aibot_respond_welcome_msg", hello, request))["errcode"] == 846605
        wecom.clock.advance(86400)
        li.enters()
        late_request = (await client.next())["headers"]["req_id"]
        wecom.clock.advance(6)
        assert (await client.ask("aibot_respond_welcome_msg", hello, late_request))["errcode"] == 846605
        li.says("在吗")
        message = (await client.next())["headers"]["req_id"]
        assert (await client.ask("aibot_respond_welcome_msg", hello, message))["errcode"] == 846605


# What is said


async def test_a_reply_needs_the_id_of_a_message_of_this_connection(wecom: FakeAibot) -> None:
    words = {"msgtype": "markdown", "markdown": {"content": "收到"}}
    async with connected(wecom) as client:
        li = wecom.member("Li")
        li.says("在吗")
        request = (await client.next())["headers"]["req_id"]
        assert (await client.ask("aibot_respond_msg", words, request))["errcode"] == 0
        as_text = {"msgtype": "text", "text": {"content": "收到"}}
        assert (await client.ask("aibot_respond_msg", as_text, request))["errcode"] == 40008
        li.enters()
        event = (await client.next())["headers"]["req_id"]
        assert (await client.ask("aibot_respond_msg", words, event))["errcode"] == 846605
        assert (await client.ask("aibot_respond_msg", words))["errcode"] == 846605
        wecom.clock.advance(86401)
        assert (await client.ask("aibot_respond_msg", words, request))["errcode"] == 846605
        wecom.clock.advance(-86401)
    async with connected(wecom) as client:
        assert (await client.ask("aibot_respond_msg", words, request))["errcode"] == 846605


async def test_a_stream_is_replaced_whole_ends_once_and_lasts_six_minutes(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        li = wecom.member("Li")
        li.says("在吗")
        request = (await client.next())["headers"]["req_id"]

        async def stream(number: str, text: str, finish: bool = False, **more: object) -> int:
            told = {"id": number, "content": text, "finish": finish, **more}
            ack = await client.ask("aibot_respond_msg", {"msgtype": "stream", "stream": told}, request)
            return int(ack["errcode"])

        assert await stream("s1", "正在") == 0
        assert await stream("s1", "正在查，好了", finish=True) == 0
        assert [shown.text for shown in li.shown] == ["正在查，好了"]
        assert await stream("s1", "再改") == 40058
        assert await stream("s2", "字" * 6827) == 40058
        assert await stream("s3", "图", msg_item=[{}]) == 40058
        assert await stream("s4", "慢") == 0
        wecom.clock.advance(361)
        assert await stream("s4", "慢慢") == 846608


async def test_a_push_needs_a_conversation_in_which_somebody_has_spoken(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        li = wecom.member("LiSi")
        assert await client.says("LiSi") == 93006
        li.enters()
        assert await client.says("LiSi") == 93006
        li.says("在吗")
        assert await client.says("LiSi") == 0
        assert await client.says("lisi") == 93006
        assert await client.says("LiSi", msgtype="text") == 40008
        assert await client.says("LiSi", "") == 40058
        assert await client.says("LiSi", "字" * 6827) == 40058


async def test_without_a_chat_type_a_group_is_guessed_first(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        li, group = wecom.member("same"), wecom.in_group("LiSi", "same")
        li.says("在吗")
        group.says("在吗")
        assert await client.says("same", "猜", kind=None) == 0
        assert await client.says("same", "群", kind=2) == 0
        assert await client.says("same", "人", kind=1) == 0
        assert await client.says("same", kind=7) == 40058
        to_group = {"chatid": "same", "chat_type": 2, **a_card()}
        assert (await client.ask("aibot_send_msg", to_group))["errcode"] == 40058
    assert [shown.text for shown in group.shown] == ["猜", "群"]
    assert [shown.text for shown in li.shown] == ["人"]


async def test_a_conversation_takes_thirty_a_minute_and_a_thousand_an_hour(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        wecom.member("Li").says("在吗")
        wecom.member("Wang").says("在吗")
        codes = [await client.says("Li") for _ in range(31)]
        assert codes == [0] * 30 + [45009]
        assert await client.says("Wang") == 0
        for _ in range(33):
            wecom.clock.advance(61)
            codes += [await client.says("Li") for _ in range(30)]
        assert codes.count(0) == 1000


# Cards


async def test_a_card_event_comes_once_and_the_card_may_change_within_five_seconds(wecom: FakeAibot) -> None:
    async with connected(wecom) as client:
        li = wecom.member("Li")
        li.says("报进展")
        await client.next()
        assert await client.says("Li", **a_card()) == 0
        assert await client.says("Li", **a_card()) == 40058, "a task_id serves once"
        li.taps("城北")
        frame = await client.next()
        pressed = frame["body"]["event"]["template_card_event"]
        assert pressed == {"card_type": "button_interaction", "event_key": "p7", "task_id": "t1"}
        request = frame["headers"]["req_id"]
        change = {"response_type": "update_template_card", "template_card": card("other")}
        assert (await client.ask("aibot_respond_update_msg", change, request))["errcode"] == 40058
        shown = [{"text": "✓ 城北水厂", "key": "p7"}]
        change["template_card"] = card(button_list=shown)
        assert (await client.ask("aibot_respond_update_msg", change, request))["errcode"] == 0
        assert li.shown[-1].buttons == ["✓ 城北水厂"]
        assert (await client.ask("aibot_respond_update_msg", change, request))["errcode"] == 846605
        li.taps("✓")
        late_request = (await client.next())["headers"]["req_id"]
        wecom.clock.advance(6)
        assert (await client.ask("aibot_respond_update_msg", change, late_request))["errcode"] == 846605


async def test_a_choice_brings_what_was_marked(wecom: FakeAibot) -> None:
    vote = {
        "card_type": "vote_interaction", "main_title": {"title": "哪个？"}, "task_id": "v1",
        "checkbox": {"question_key": "q", "option_list": [{"id": f"p{n}", "text": f"项目{n}"} for n in range(20)]},
        "submit_button": {"text": "确定", "key": "submit"},
    }  # fmt: skip
    async with connected(wecom) as client:
        li = wecom.member("Li")
        li.says("报进展")
        await client.next()
        assert await client.says("Li", msgtype="template_card", template_card=vote) == 0
        li.taps("项目7")
        pressed = (await client.next())["body"]["event"]["template_card_event"]
    marked = [{"question_key": "q", "option_ids": {"option_id": ["p7"]}}]
    assert (pressed["event_key"], pressed["selected_items"]["selected_item"]) == ("submit", marked)


# Files


async def test_a_file_is_uploaded_in_chunks_in_any_order_across_connections(wecom: FakeAibot) -> None:
    content = PNG + bytes(700_000)
    first, second = content[: 512 * 1024], content[512 * 1024 :]
    begin = {
        "type": "image", "filename": "a.png", "total_size": len(content), "total_chunks": 2,
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
    }  # fmt: skip

    def part(upload: str, index: int, data: bytes) -> Json:
        return {
            "upload_id": upload,
            "chunk_index": index,
            "base64_data": base64.b64encode(data).decode(),
        }

    async with connected(wecom) as client:
        wecom.member("Li").says("在吗")
        upload = (await client.ask("aibot_upload_media_init", begin))["body"]["upload_id"]
        assert (await client.ask("aibot_upload_media_chunk", part(upload, 1, second)))["errcode"] == 0
    async with connected(wecom) as client:
        for index, data, code in ((2, second, 40058), (0, content[: 512 * 1024 + 1], 40058), (0, first, 0)):
            assert (await client.ask("aibot_upload_media_chunk", part(upload, index, data)))[
                "errcode"
            ] == code
        assert (await client.ask("aibot_upload_media_chunk", part(upload, 0, b"again")))["errcode"] == 0
        done = (await client.ask("aibot_upload_media_finish", {"upload_id": upload}))["body"]
        shown = {"msgtype": "image", "image": {"media_id": done["media_id"]}}
        assert await client.says("Li", **shown) == 0
        assert wecom.member("Li").shown[-1].picture == content
        wecom.clock.advance(3 * 86400 + 1)
        assert await client.says("Li", **shown) == 40007
        upload = (await client.ask("aibot_upload_media_init", begin))["body"]["upload_id"]
        wecom.clock.advance(1801)
        assert (await client.ask("aibot_upload_media_chunk", part(upload, 0, first)))["errcode"] == 40058


@pytest.mark.parametrize(
    "fault", [{"total_size": 4}, {"total_size": 3 << 20}, {"total_chunks": 101}, {"filename": "字" * 86}]
)
async def test_an_upload_beyond_the_limits_is_refused(wecom: FakeAibot, fault: Json) -> None:
    begin = {"type": "image", "filename": "a.png", "total_size": 5, "total_chunks": 1, **fault}
    async with connected(wecom) as client:
        assert (await client.ask("aibot_upload_media_init", begin))["errcode"] == 40058


async def test_an_upload_of_other_bytes_than_were_announced_is_refused(wecom: FakeAibot) -> None:
    begin = {"type": "file", "filename": "a", "total_size": 5, "total_chunks": 1, "md5": "0" * 32}
    async with connected(wecom) as client:
        upload = (await client.ask("aibot_upload_media_init", begin))["body"]["upload_id"]
        part = {"upload_id": upload, "chunk_index": 0, "base64_data": base64.b64encode(b"12345").decode()}
        await client.ask("aibot_upload_media_chunk", part)
        assert (await client.ask("aibot_upload_media_finish", {"upload_id": upload}))["errcode"] == 40058


async def test_the_link_of_a_file_dies_after_five_minutes(wecom: FakeAibot) -> None:
    link = wecom.speaking.downloads.keep(PNG, "现场 照片.png")
    async with aiohttp.ClientSession() as session:
        async with session.get(link["url"]) as answer:
            assert answer.headers["Content-Disposition"].endswith(
                "filename*=UTF-8''%E7%8E%B0%E5%9C%BA%20%E7%85%A7%E7%89%87.png"
            )
            assert len(await answer.read()) % 32 == 0
        wecom.clock.advance(301)
        async with session.get(link["url"]) as answer:
            assert answer.status == 403


@pytest.mark.parametrize(
    ("markdown", "seen"),
    [
        ("一  \n二", "一\n二"),
        ("一\n二", "一 二"),
        ("**粗** [字](http://x) `码`", "粗 字 码"),
        ('# 题\n<font color="info">绿</font>', "题\n绿"),
    ],
)
def test_a_strict_reader_sees_markdown_so(markdown: str, seen: str) -> None:
    assert read(markdown) == seen


# Tencent's own SDK


@pytest.fixture
def without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK insists on TLS, even for an address without."""
    monkeypatch.setattr(aibot.ws, "_SSL_CONTEXT", None)


@asynccontextmanager
async def official(wecom: FakeAibot) -> AsyncIterator[Any]:
    options = aibot.WSClientOptions(
        bot_id=BOT, secret=SECRET, ws_url=wecom.url, heartbeat_interval=50, logger=_Silent()
    )
    client = aibot.WSClient(options)
    await client.connect()
    await wecom.until_subscribed()
    yield client
    client.disconnect()
    await wecom.until(lambda: not wecom.connections)


class _Silent:
    def debug(self, *_: object) -> None: ...

    info = warn = warning = error = debug


@pytest.mark.usefixtures("without_tls")
async def test_tencents_sdk_receives_replies_pushes_and_shows_cards(wecom: FakeAibot) -> None:
    async with official(wecom) as sdk:
        told: asyncio.Queue[Json] = asyncio.Queue()
        for kind in ("message.text", "message.image", "event.template_card_event", "event.enter_chat"):
            sdk.on(kind, told.put_nowait)
        li = wecom.member("LiSi")
        li.enters()
        await sdk.reply_welcome(await told.get(), {"msgtype": "text", "text": {"content": "您好"}})
        assert (await li.sees()).text == "您好"
        li.says("报进展")
        frame = await told.get()
        await sdk.reply_stream(frame, "s1", "正在", finish=False)
        await sdk.reply_stream(frame, "s1", "哪个项目？", finish=True)
        assert (await li.sees("哪个项目？")).kind == "stream"
        await sdk.reply_template_card(frame, card())
        li.taps("城北")
        await sdk.update_template_card(await told.get(), card(button_list=[{"text": "已选", "key": "p7"}]))
        assert li.shown[-1].buttons == ["已选"]
        await sdk.send_message("LiSi", {"msgtype": "markdown", "markdown": {"content": "**到期**"}})
        assert (await li.sees("到期")).text == "到期"
        for padded in (True, False):
            wecom.speaking.downloads.padded_keys = padded
            li.sends_photo(PNG, "现场.png")
            image = (await told.get())["body"]["image"]
            assert await sdk.download_file(image["url"], image["aeskey"]) == (PNG, "现场.png")
        pings = len([call for call in wecom.calls if call.command == "ping"])
        await wecom.until(lambda: len([call for call in wecom.calls if call.command == "ping"]) > pings + 1)


@pytest.mark.usefixtures("without_tls")
async def test_tencents_sdk_is_refused_as_anybody_is(wecom: FakeAibot) -> None:
    async with official(wecom) as sdk:
        with pytest.raises(RuntimeError, match="93006"):
            await sdk.send_message("nobody", {"msgtype": "markdown", "markdown": {"content": "到期"}})
