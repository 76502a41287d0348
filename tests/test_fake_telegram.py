"""The fake Bot API server keeps the promises that our own tests rest on."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message, Update
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter, TimedOut

from tests.fakes.telegram_api import TOKEN, FakeTelegram, Person, hang, reset, server_error, too_many

DAY = 24 * 3600
JPEG = b"\xff\xd8\xff\xe0 a small picture"
Ask = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


@pytest.fixture
async def api() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def ask(api: FakeTelegram, http: aiohttp.ClientSession) -> Ask:
    """One call with a JSON body; the whole answer with its HTTP status."""

    async def call(method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - the API's own looseness
        async with http.post(f"{api.url}/bot{TOKEN}/{method}", json=parameters) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == answer.get("error_code", 200)
            return answer

    return call


@pytest.fixture
async def bot(api: FakeTelegram) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot") as client:
        yield client


@pytest.fixture
def officer(api: FakeTelegram) -> Person:
    return api.person(1001, "张三", started=True)


def ids(answer: dict[str, Any]) -> list[int]:
    return [update["update_id"] for update in answer["result"]]


# Speaking the protocol


async def test_a_call_may_come_as_json_form_multipart_or_query(
    api: FakeTelegram, http: aiohttp.ClientSession, officer: Person
) -> None:
    url = f"{api.url}/bot{TOKEN}/sendMessage"
    fields = {"chat_id": "1001", "text": "你好 + & ="}
    multipart = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        multipart.add_field(name, value)
    for body in ({"json": fields}, {"data": fields}, {"data": multipart}, {"params": fields}):
        async with http.post(url, **body) as response:
            assert (await response.json())["result"]["text"] == "你好 + & ="
    assert len(officer.chat.shown) == 4


async def test_a_wrong_token_is_401_and_an_unknown_method_404(
    api: FakeTelegram, http: aiohttp.ClientSession, ask: Ask
) -> None:
    async with http.get(f"{api.url}/bot1:wrong/getMe") as response:
        assert response.status == 401
        assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert await ask("sendTea") == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_message_ids_rise_over_all_chats_of_the_bot(
    api: FakeTelegram, ask: Ask, officer: Person
) -> None:
    api.person(1002, "李四", started=True)
    first = await ask("sendMessage", chat_id=1001, text="一")
    officer.says("二")
    second = await ask("sendMessage", chat_id=1002, text="三")
    assert second["result"]["message_id"] == first["result"]["message_id"] + 2


# Polling


async def test_only_a_higher_offset_confirms(ask: Ask, officer: Person) -> None:
    one, two = officer.says("一"), officer.says("二")
    assert ids(await ask("getUpdates")) == [one, two]
    assert ids(await ask("getUpdates", offset=one)) == [one, two]
    assert ids(await ask("getUpdates", offset=two)) == [two]
    assert ids(await ask("getUpdates")) == [two]


async def test_a_batch_has_at_most_100_updates_and_no_more_than_asked(ask: Ask, officer: Person) -> None:
    for number in range(150):
        officer.says(str(number))
    assert len(ids(await ask("getUpdates", limit=1000))) == 100
    assert len(ids(await ask("getUpdates", limit=3))) == 3


async def test_a_long_poll_ends_with_the_first_update(api: FakeTelegram, ask: Ask, officer: Person) -> None:
    poll = asyncio.create_task(ask("getUpdates", timeout=30))
    await api.until(lambda: api.calls.of("getUpdates"))
    said = officer.says("在")
    assert ids(await asyncio.wait_for(poll, 2)) == [said]


async def test_a_long_poll_without_updates_ends_empty_after_its_time(ask: Ask) -> None:
    began = asyncio.get_running_loop().time()
    assert (await ask("getUpdates", timeout=1))["result"] == []
    assert 0.9 < asyncio.get_running_loop().time() - began < 2


async def test_a_second_poller_ends_the_waiting_one_with_409(
    api: FakeTelegram, ask: Ask, officer: Person
) -> None:
    waiting = asyncio.create_task(ask("getUpdates", timeout=30))
    await api.until(lambda: api.calls.of("getUpdates"))
    second = asyncio.create_task(ask("getUpdates", timeout=30))
    assert (await waiting)["error_code"] == 409
    said = officer.says("在")
    assert ids(await second) == [said]


async def test_with_updates_pending_two_pollers_both_receive_them(ask: Ask, officer: Person) -> None:
    said = officer.says("在")
    assert ids(await ask("getUpdates", timeout=30)) == ids(await ask("getUpdates", timeout=30)) == [said]


async def test_messages_live_24_hours_and_callback_queries_150_seconds(
    api: FakeTelegram, ask: Ask, officer: Person
) -> None:
    keyboard = {"inline_keyboard": [[{"text": "确认", "callback_data": "ok"}]]}
    await ask("sendMessage", chat_id=1001, text="确认？", reply_markup=keyboard)
    said, _pressed = officer.says("在"), officer.presses("确认")
    api.clock.advance(151)
    assert ids(await ask("getUpdates")) == [said]
    api.clock.advance(DAY)
    assert ids(await ask("getUpdates")) == []
    assert api.counts()["expired"] == 2


async def test_after_a_silent_week_the_numbering_restarts_and_an_old_offset_loses_nothing(
    api: FakeTelegram, ask: Ask, officer: Person
) -> None:
    before = officer.says("一")
    assert before is not None
    await ask("getUpdates", offset=before + 1)
    api.clock.advance(8 * DAY)
    after = officer.says("二")
    assert after is not None
    assert abs(after - before) > 10
    assert ids(await ask("getUpdates", offset=before + 1)) == [after]


async def test_kinds_that_were_not_asked_for_are_not_kept(ask: Ask, officer: Person) -> None:
    await ask("getUpdates", allowed_updates=["message"])
    said = officer.says("一")
    assert officer.edits(max(officer.chat.messages), "二") is None
    assert ids(await ask("getUpdates")) == [said]


# Webhook


class Receiver:
    """A bot's webhook that remembers what came and answers as `status` says."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.secrets: set[str | None] = set()
        self.status: Callable[[str], int] = lambda _: 200
        self.reply: dict[str, Any] | None = None
        self.url = ""
        self._news = asyncio.Event()

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        text = (await request.json())["message"]["text"]
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.texts.append(text)
        self._news.set()
        return web.json_response(self.reply, status=self.status(text))

    async def has(self, texts: list[str]) -> None:
        while self.texts != texts:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 5)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/hook"
    yield receiver
    await runner.cleanup()


async def test_a_webhook_gets_what_waited_and_what_comes_with_the_secret(
    api: FakeTelegram, ask: Ask, officer: Person, receiver: Receiver
) -> None:
    officer.says("一")
    await ask("setWebhook", url=receiver.url, secret_token="s3cret")
    officer.says("二")
    await api.all_confirmed()
    assert receiver.texts == ["一", "二"]
    assert receiver.secrets == {"s3cret"}


async def test_a_refused_update_blocks_its_own_chat_and_no_other(
    api: FakeTelegram, ask: Ask, officer: Person, receiver: Receiver
) -> None:
    receiver.status = lambda text: 500 if text == "一" and "乙" not in receiver.texts else 200
    await ask("setWebhook", url=receiver.url)
    officer.says("一")
    officer.says("二")
    await receiver.has(["一"])
    api.person(1002, "李四").says("乙")
    await api.all_confirmed()
    assert receiver.texts == ["一", "乙", "一", "二"]
    assert "Wrong response" in (await ask("getWebhookInfo"))["result"]["last_error_message"]


async def test_any_2xx_confirms(api: FakeTelegram, ask: Ask, officer: Person, receiver: Receiver) -> None:
    receiver.status = lambda _: 204
    await ask("setWebhook", url=receiver.url)
    officer.says("一")
    await api.all_confirmed()
    assert receiver.texts == ["一"]


async def test_a_webhook_bars_polling_until_it_is_deleted(
    ask: Ask, officer: Person, receiver: Receiver
) -> None:
    await ask("setWebhook", url="http://127.0.0.1:9/nobody")
    said = officer.says("一")
    assert (await ask("getUpdates"))["error_code"] == 409
    assert (await ask("getWebhookInfo"))["result"]["pending_update_count"] == 1
    await ask("deleteWebhook")
    assert ids(await ask("getUpdates")) == [said]


async def test_pending_updates_can_be_dropped(ask: Ask, officer: Person) -> None:
    officer.says("一")
    await ask("deleteWebhook", drop_pending_updates=True)
    assert ids(await ask("getUpdates")) == []


async def test_a_call_in_the_webhooks_answer_is_carried_out(
    api: FakeTelegram, ask: Ask, officer: Person, receiver: Receiver
) -> None:
    receiver.reply = {"method": "sendMessage", "chat_id": 1001, "text": "收到"}
    await ask("setWebhook", url=receiver.url)
    officer.says("一")
    await officer.sees("收到")


# Limits and refusals


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n"}, "message text is empty"),
        ({"text": "字" * 4097}, "message is too long"),
        ({"text": "<b>粗", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
        ({"text": "<b><i>x</b></i>", "parse_mode": "HTML"}, "can't parse entities: Unmatched end tag"),
        ({"text": "</b>", "parse_mode": "HTML"}, "can't parse entities: Unexpected end tag"),
        ({"text": "<h1>x</h1>", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "h1"'),
        ({"text": "3 < 5", "parse_mode": "HTML"}, "can't parse entities: Unclosed start tag"),
        ({"chat_id": 4040}, "chat not found"),
        ({"chat_id": ""}, "chat_id is empty"),
        ({"reply_parameters": {"message_id": 999}}, "message to be replied not found"),
    ],
)
async def test_a_message_that_telegram_refuses_is_refused(
    ask: Ask, officer: Person, changes: dict[str, Any], refusal: str
) -> None:
    answer = await ask("sendMessage", **{"chat_id": 1001, "text": "好", **changes})
    assert answer["error_code"] == 400
    assert answer["description"].startswith(f"Bad Request: {refusal}")
    assert officer.chat.shown == []


@pytest.mark.parametrize(
    ("button", "refusal"),
    [
        ({"text": "好", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "好", "callback_data": "字" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "好"}, "Text buttons are unallowed"),
        ({"text": "好", "url": "http://localhost:8080/x"}, "Wrong HTTP URL"),
    ],
)
async def test_a_button_that_telegram_refuses_is_refused(
    ask: Ask, officer: Person, button: dict[str, str], refusal: str
) -> None:
    answer = await ask("sendMessage", chat_id=1001, text="?", reply_markup={"inline_keyboard": [[button]]})
    assert answer["error_code"] == 400
    assert refusal in answer["description"]


async def test_what_just_fits_is_taken(ask: Ask, officer: Person) -> None:
    keyboard = {"inline_keyboard": [[{"text": "好", "callback_data": "字" * 21 + "x"}]]}
    assert (await ask("sendMessage", chat_id=1001, text="😀" * 4096, reply_markup=keyboard))["ok"]


async def test_html_is_shown_as_text_with_entities_in_utf16_units(ask: Ask, officer: Person) -> None:
    text = '😀<b>粗<i>斜</i></b> <a href="https://example.org/?a=1&amp;b=2">链接</a> 1 &lt; 2 &amp;nbsp;'
    await ask("sendMessage", chat_id=1001, text=text, parse_mode="HTML")
    assert officer.last.text == "😀粗斜 链接 1 < 2 &nbsp;"
    assert officer.last.entities == [
        {"type": "bold", "offset": 2, "length": 2},
        {"type": "italic", "offset": 3, "length": 1},
        {"type": "text_link", "offset": 5, "length": 2, "url": "https://example.org/?a=1&b=2"},
    ]


async def test_a_caption_ends_at_1024_characters(bot: Bot, officer: Person) -> None:
    await bot.send_photo(1001, JPEG, caption="字" * 1024)
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(1001, JPEG, caption="字" * 1025)


async def test_a_blocked_bot_gets_403_until_it_is_unblocked(bot: Bot, officer: Person) -> None:
    officer.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(1001, "在吗")
    officer.unblocks()
    await bot.send_message(1001, "在吗")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change and change.new_chat_member.status for change in changes] == ["kicked", "member"]


async def test_the_bot_cannot_write_first(api: FakeTelegram, ask: Ask) -> None:
    stranger = api.person(7, "王五")
    assert "chat not found" in (await ask("sendMessage", chat_id=7, text="在吗"))["description"]
    stranger.says("/start")
    assert (await ask("sendMessage", chat_id=7, text="在吗"))["ok"]


# Editing and tapping


async def test_an_edit_without_change_is_refused_and_a_change_is_remembered(
    bot: Bot, officer: Person
) -> None:
    sent = await bot.send_message(1001, "第一版", reply_markup=_keyboard("改"))
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("第一版", 1001, sent.id, reply_markup=_keyboard("改"))
    await bot.edit_message_text("第二版", 1001, sent.id)
    assert officer.last.text == "第二版"
    assert officer.last.former_texts == ("第一版",)
    assert officer.last.keyboard == []


async def test_only_the_bots_own_standing_messages_can_be_edited(bot: Bot, officer: Person) -> None:
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", 1001, 4711)
    officer.says("我的")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", 1001, max(officer.chat.messages))


async def test_a_keyboard_can_be_taken_off(bot: Bot, officer: Person) -> None:
    sent = await bot.send_message(1001, "?", reply_markup=_keyboard("确认"))
    await bot.edit_message_reply_markup(1001, sent.id)
    assert officer.last.buttons == []
    with pytest.raises(LookupError, match="no message with buttons"):
        officer.presses("确认")


async def test_a_tap_carries_the_message_and_is_answered_once(bot: Bot, officer: Person) -> None:
    sent = await bot.send_message(1001, "?", reply_markup=_keyboard("确认"))
    officer.presses("确认")
    query = (await bot.get_updates())[0].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id, query.from_user.id) == ("d:确认", sent.id, 1001)
    await query.answer("好的")
    assert officer.toasts == ["好的"]
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_a_tap_can_be_answered_for_150_seconds(api: FakeTelegram, bot: Bot, officer: Person) -> None:
    await bot.send_message(1001, "?", reply_markup=_keyboard("确认"))
    officer.presses("确认")
    query = (await bot.get_updates())[0].callback_query
    assert query is not None
    api.clock.advance(150)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_an_old_screen_can_still_send_its_button(bot: Bot, officer: Person) -> None:
    sent = await bot.send_message(1001, "?", reply_markup=_keyboard("确认"))
    old = officer.last
    await bot.edit_message_text("已过期", 1001, sent.id)
    officer.presses("d:确认", old, anyway=True)
    query = (await bot.get_updates())[0].callback_query
    assert query is not None
    assert query.data == "d:确认"


async def test_a_button_of_the_reply_keyboard_is_said(ask: Ask, officer: Person) -> None:
    await ask("sendMessage", chat_id=1001, text="?", reply_markup={"keyboard": [["我的待办"]]})
    officer.presses("我的待办")
    assert (await ask("getUpdates"))["result"][0]["message"]["text"] == "我的待办"


# What people send


async def test_everything_that_people_do_reads_as_an_update_in_both_libraries(
    api: FakeTelegram, ask: Ask, officer: Person
) -> None:
    await ask("sendMessage", chat_id=1001, text="?", reply_markup=_keyboard("确认").to_dict())
    officer.says("/start ABC-1 见 https://example.org #进展")
    officer.says("回复", reply_to=officer.last)
    officer.presses("确认")
    officer.sends_photo(JPEG, "现场", album="a")
    officer.sends_document(b"%PDF-", "批复.pdf")
    officer.sends_voice(b"OggS")
    officer.sends_location(24.5, 118.1)
    officer.sends_sticker()
    officer.edits(max(officer.chat.messages) - 6, "改了")
    officer.blocks()
    officer.unblocks()
    officer.in_group(-1001, "群").says("/help@sanbao_bot")
    updates = (await ask("getUpdates"))["result"]
    read = [Update.de_json(update, None) for update in updates]
    assert len(read) == 12
    assert read[0].message is not None
    assert [entity.type for entity in read[0].message.entities] == ["bot_command", "url", "hashtag"]
    aiogram = pytest.importorskip("aiogram.types")
    for update in updates:
        assert aiogram.Update.model_validate(update).event is not None


async def test_in_a_group_privacy_lets_only_commands_mentions_and_replies_through(
    api: FakeTelegram, ask: Ask, officer: Person
) -> None:
    group = officer.in_group(-100123)
    await ask("sendMessage", chat_id=-100123, text="大家好")
    assert group.says("闲聊") is None
    heard = [group.says("/help"), group.says("@sanbao_bot 进展"), group.says("好", reply_to=group.last)]
    assert ids(await ask("getUpdates")) == heard
    api.privacy = False
    assert group.says("闲聊") is not None


async def test_files_go_both_ways_unchanged(api: FakeTelegram, bot: Bot, officer: Person) -> None:
    officer.sends_photo(JPEG + bytes(range(256)))
    message = (await bot.get_updates())[0].message
    assert message is not None
    file = await bot.get_file(message.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == JPEG + bytes(range(256))
    sent = await bot.send_document(1001, b"\r\n--x\r\n\x00", filename="表.xlsx")
    assert sent.document is not None
    assert sent.document.file_name == "表.xlsx"
    assert api.file(sent.document.file_id) == b"\r\n--x\r\n\x00"


async def test_a_file_over_20_megabytes_cannot_be_fetched(bot: Bot, officer: Person) -> None:
    officer.sends_document(bytes(20 * 1024 * 1024 + 1), "大.zip")
    message = (await bot.get_updates())[0].message
    assert message is not None
    assert message.document is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(message.document.file_id)


async def test_an_album_arrives_as_messages_of_one_group(bot: Bot, officer: Person) -> None:
    sent = await bot.send_media_group(1001, [InputMediaPhoto(JPEG, caption="一"), InputMediaPhoto(JPEG)])
    assert [message.caption for message in sent] == ["一", None]
    assert len({message.media_group_id for message in sent}) == 1
    with pytest.raises(BadRequest, match="2-10 media"):
        await bot.send_media_group(1001, [InputMediaPhoto(JPEG)])


async def test_a_picture_that_is_none_is_refused(bot: Bot, officer: Person) -> None:
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(1001, b"not a picture")


async def test_both_libraries_read_what_the_bot_sent(ask: Ask, officer: Person) -> None:
    keyboard = _keyboard("确认").to_dict()
    answer = await ask(
        "sendMessage", chat_id=1001, text="<b>好</b>", parse_mode="HTML", reply_markup=keyboard
    )
    message = Message.de_json(answer["result"], None)
    assert message.text_html == "<b>好</b>"
    assert message.reply_markup == _keyboard("确认")
    aiogram = pytest.importorskip("aiogram.types")
    assert aiogram.Message.model_validate(answer["result"]).text == "好"


# Seeing


async def test_seeing_waits_for_what_comes_and_finds_each_thing_once(bot: Bot, officer: Person) -> None:
    looking = asyncio.create_task(officer.sees("已收到"))
    await asyncio.sleep(0)
    await bot.send_message(1001, "请稍候")
    await bot.send_message(1001, "已收到 J1")
    assert (await looking).text == "已收到 J1"
    with pytest.raises(AssertionError, match="saw no '已收到'"):
        await officer.sees("已收到", timeout=0.05)
    sent = await bot.send_message(1001, "?")
    await bot.edit_message_text("已收到 J2", 1001, sent.id)
    assert (await officer.sees(lambda message: message.text.endswith("J2"))).id == sent.id


# Troubles


async def test_too_many_requests_pauses_the_chat_and_remembers_who_did_not_wait(
    api: FakeTelegram, bot: Bot, officer: Person
) -> None:
    api.faults.script("sendMessage", [too_many(7)])
    with pytest.raises(RetryAfter) as refusal:
        await bot.send_message(1001, "一")
    assert "Retry in 7 seconds" in str(refusal.value)
    with pytest.raises(RetryAfter):
        await bot.send_message(1001, "二")
    assert len(api.pauses.broken) == 1
    api.clock.advance(8)
    await bot.send_message(1001, "三")
    assert [message.text for message in officer.chat.shown] == ["三"]


@pytest.mark.parametrize("accepted", [False, True])
async def test_the_server_knows_what_it_accepted_whatever_the_caller_learnt(
    api: FakeTelegram, bot: Bot, officer: Person, accepted: bool
) -> None:
    api.faults.script(
        "sendMessage", [server_error(accepted=accepted), hang(accepted=accepted), reset(accepted=accepted)]
    )
    for expected in (NetworkError, TimedOut, NetworkError):
        with pytest.raises(expected):
            await bot.send_message(1001, "一", read_timeout=0.2)
    assert [call.accepted for call in api.calls.of("sendMessage")] == [accepted] * 3
    assert [call.answered for call in api.calls.of("sendMessage")] == [True, False, False]
    assert len(officer.chat.shown) == (3 if accepted else 0)


async def test_a_hang_ends_after_its_time_without_an_answer(
    api: FakeTelegram, bot: Bot, officer: Person
) -> None:
    api.faults.script("sendMessage", [None, hang(0.05)])
    await bot.send_message(1001, "一")
    with pytest.raises(NetworkError) as lost:
        await bot.send_message(1001, "二")
    assert not isinstance(lost.value, TimedOut)


async def test_a_reset_poll_still_confirmed_its_offset(api: FakeTelegram, bot: Bot, officer: Person) -> None:
    said = officer.says("一")
    assert said is not None
    api.faults.script("getUpdates", [reset(accepted=False), reset(accepted=True)])
    for left in (1, 0):
        with pytest.raises(NetworkError):
            await bot.get_updates(offset=said + 1, timeout=0)
        assert api.pending_updates == left


async def test_the_same_seed_makes_the_same_trouble() -> None:
    async def troubles() -> list[str]:
        async with FakeTelegram(seed=5) as api, Bot(TOKEN, base_url=f"{api.url}/bot") as bot:
            api.faults.chances("setMyCommands", (server_error(), 0.3), (too_many(), 0.3))
            for _ in range(30):
                try:
                    await bot.delete_my_commands()
                    await bot.set_my_commands([])
                except (NetworkError, RetryAfter):
                    pass
            return [call.fault for call in api.calls.of("setMyCommands")]

    first = await troubles()
    assert first == await troubles()
    assert set(first) == {"", "server_error", "too_many_requests"}


async def test_confirmed_updates_can_come_again(api: FakeTelegram, ask: Ask, officer: Person) -> None:
    api.faults.duplicates = 1.0
    said = officer.says("一")
    assert said is not None
    await ask("getUpdates")
    assert ids(await ask("getUpdates", offset=said + 1)) == [said] * 4


async def test_a_webhook_can_get_an_update_again(
    api: FakeTelegram, ask: Ask, officer: Person, receiver: Receiver
) -> None:
    api.faults.duplicates = 1.0
    await ask("setWebhook", url=receiver.url)
    officer.says("一")
    await receiver.has(["一"] * 5)


async def test_what_comes_again_to_a_webhook_may_come_after_what_was_said_later(
    api: FakeTelegram, ask: Ask, officer: Person, receiver: Receiver
) -> None:
    api.faults.duplicates, api.faults.reorder = 1.0, True
    await ask("setWebhook", url=receiver.url)
    said = [str(number) for number in range(6)]
    for text in said:
        officer.says(text)
    await api.until(lambda: api.counts()["copies"] == 4 * len(said))
    assert sorted(receiver.texts) == sorted(said * 5)
    assert list(dict.fromkeys(receiver.texts)) == said
    assert receiver.texts != sorted(receiver.texts)


async def test_reordering_keeps_the_order_within_a_chat(api: FakeTelegram, ask: Ask) -> None:
    api.faults.reorder = True
    people = [api.person(number, "某") for number in range(1, 6)]
    for number in range(6):
        for person in people:
            person.says(str(number))
    updates = (await ask("getUpdates"))["result"]
    said = [(update["message"]["from"]["id"], update["message"]["text"]) for update in updates]
    assert sorted(said) == [(person.id, str(number)) for person in people for number in range(6)]
    assert [each for each, _ in said] != [person.id for _ in range(6) for person in people]
    for person in people:
        assert [text for speaker, text in said if speaker == person.id] == [str(n) for n in range(6)]


# The real library, and the process of its own


async def test_the_polling_bot_is_ended_by_a_second_one_as_in_reality(api: FakeTelegram, bot: Bot) -> None:
    async with Bot(TOKEN, base_url=f"{api.url}/bot") as second:
        waiting = asyncio.create_task(bot.get_updates(timeout=10))
        await api.until(lambda: api.calls.of("getUpdates"))
        await second.get_updates(timeout=0)
        with pytest.raises(Conflict):
            await waiting


async def test_the_fake_comes_back_on_the_same_port_and_remembers(api: FakeTelegram, ask: Ask) -> None:
    officer = api.person(1001)
    said = officer.says("一")
    await api.stop()
    with pytest.raises(aiohttp.ClientError):
        await ask("getMe")
    await api.start()
    assert ids(await ask("getUpdates")) == [said]


async def test_the_fake_as_a_process_obeys_its_remote_control(http: aiohttp.ClientSession) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.telegram_api", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        base = f"http://127.0.0.1:{int(await process.stdout.readline())}"
        await _control_tour(http, base)
    finally:
        process.kill()
        await process.wait()


async def _control_tour(http: aiohttp.ClientSession, base: str) -> None:
    async def order(path: str, **fields: object) -> Any:  # noqa: ANN401 - whatever the order gives
        async with http.post(f"{base}/control/{path}", data=json.dumps(fields)) as response:
            return await response.json()

    said = await order("act", user_id=1001, act="says", arguments={"text": "/start"})
    script = [{"trouble": "too_many_requests", "retry_after": 3}]
    await order("faults", method="sendMessage", script=script)
    async with Bot(TOKEN, base_url=f"{base}/bot") as bot:
        assert [update.update_id for update in await bot.get_updates()] == [said["update_id"]]
        with pytest.raises(RetryAfter):
            await bot.send_message(1001, "你好")
        await order("clock", advance=4)
        await bot.send_message(1001, "你好")
    assert (await order("sees", user_id=1001, text="你好"))["text"] == "你好"
    assert [message["text"] for message in await order("chat", id=1001)] == ["/start", "你好"]
    assert [call["status"] for call in await order("transcript") if call["method"] == "sendMessage"] == [
        429,
        200,
    ]
    assert (await order("counts"))["offered"] == 1


def _keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=f"d:{label}")] for label in labels]
    )


@pytest.mark.parametrize(
    ("size", "taken"), [((1080, 2200), True), ((5001, 5000), False), ((2100, 100), False)]
)
async def test_a_photo_has_sides_that_telegram_takes(
    api: FakeTelegram, bot: Bot, size: tuple[int, int], taken: bool
) -> None:
    api.person(1001, started=True)
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")
    if taken:
        assert (await bot.send_photo(1001, out.getvalue())).photo
    else:
        with pytest.raises(BadRequest, match=r"(?i)photo_invalid_dimensions"):
            await bot.send_photo(1001, out.getvalue())
