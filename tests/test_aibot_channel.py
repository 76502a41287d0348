"""A smart bot as a channel: what frames say, how sends end, and that a connection is kept without fighting for it.

Over a real socket on loopback, against the fake of the long connection. Pauses are written down and not waited for.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import wecom_aibot_looks as looks
from bot.channels.channel import (
    Blocked,
    NotSent,
    Refused,
    SendError,
    TooLarge,
    Unclear,
    Unfetchable,
    Unreadable,
)
from bot.channels.wecom_aibot import AibotChannel
from bot.channels.wecom_frames import read_frame
from bot.channels.wecom_socket import Replaced, Socket
from storage.messages import Arrived, Incoming, IncomingKind, MediaKind, Option, Outgoing
from tests.fakes.aibot.faults import cut, errcode, late, lost_ack, swallowed
from tests.fakes.aibot.server import BOT, SECRET, FakeAibot, Kick
from tests.fakes.aibot.speaking import read

Json = dict[str, Any]
PING = 30.0
LIMIT = 20 * 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


@dataclass
class Bot:
    """The channel, connected; what it stored, and how long it would have paused."""

    wecom: FakeAibot
    channel: AibotChannel
    waits: list[float]
    stored: list[Arrived] = field(default_factory=list)
    broken: bool = False

    async def store(self, arrived: Sequence[Arrived]) -> None:
        if self.broken:
            raise RuntimeError("the disk is full")
        self.stored += arrived

    async def has(self, count: int) -> list[Incoming | None]:
        await until(lambda: len(self.stored) >= count)
        return [self.channel.to_incoming(each.raw) for each in self.stored]


def channel_of(
    wecom: FakeAibot, waits: list[float], *, secret: str = SECRET, ack: float = 5.0
) -> AibotChannel:
    async def pause(seconds: float) -> None:
        if seconds != PING:
            waits.append(seconds)
        await asyncio.sleep(0.002)

    socket = Socket(BOT, secret, url=wecom.url, ping_seconds=PING, ack_seconds=ack, pause=pause)
    return AibotChannel(BOT, socket, welcome=lambda: "您好，请说一句话")


@asynccontextmanager
async def connected(wecom: FakeAibot, ack: float = 5.0) -> AsyncIterator[Bot]:
    waits: list[float] = []
    bot = Bot(wecom, channel_of(wecom, waits, ack=ack), waits)
    running = asyncio.create_task(bot.channel.run(bot.store))
    await wecom.until_subscribed()
    await until(lambda: not bot.channel.deaf_for())
    yield bot
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(fact: Any) -> None:  # noqa: ANN401 - any callable
    async with asyncio.timeout(5):
        while not fact():  # noqa: ASYNC110 - the program under test rings no bell
            await asyncio.sleep(0.001)


@pytest.fixture
async def wecom() -> AsyncIterator[FakeAibot]:
    async with FakeAibot() as wecom:
        yield wecom


# What frames say


def frame(body: Json, cmd: str = "aibot_msg_callback") -> bytes:
    return json.dumps({"cmd": cmd, "headers": {"req_id": "R1"}, "body": body}).encode()


def message(kind: str, content: object, **more: object) -> bytes:
    body = {"msgid": "M1", "aibotid": BOT, "chattype": "single", "from": {"userid": "LiSi"}, "msgtype": kind}
    return frame({**body, kind: content, **more})


def said(raw: bytes) -> Incoming:
    incoming = read_frame(raw, BOT)
    assert incoming is not None
    return incoming


FILE = {"url": "https://wework.qpic.cn/1", "aeskey": "a2V5"}


@pytest.mark.parametrize(
    ("raw", "kind", "text", "media"),
    [
        (message("text", {"content": "报进展"}), IncomingKind.TEXT, "报进展", []),
        (message("voice", {"content": "一千二百万。"}), IncomingKind.TEXT, "一千二百万。", []),
        (message("voice", {"content": ""}), IncomingKind.OTHER, "", []),
        (message("image", FILE), IncomingKind.MEDIA, "", [MediaKind.PHOTO]),
        (message("file", FILE), IncomingKind.MEDIA, "", [MediaKind.FILE]),
        (message("video", FILE), IncomingKind.MEDIA, "", [MediaKind.VIDEO]),
        (
            message(
                "mixed",
                {
                    "msg_item": [
                        {"msgtype": "text", "text": {"content": "封顶"}},
                        {"msgtype": "image", "image": FILE},
                        {"msgtype": "hologram", "hologram": {}},
                        {"msgtype": "image", "image": FILE},
                        {"msgtype": "text", "text": {"content": "两张"}},
                    ]
                },
            ),
            IncomingKind.MEDIA,
            "封顶\n两张",
            [MediaKind.PHOTO] * 2,
        ),
        (message("location", {"latitude": 1}), IncomingKind.OTHER, "", []),
        (
            message("text", {"content": "知悉"}, quote={"msgtype": "text", "text": {"content": "W12"}}),
            IncomingKind.TEXT, "知悉", [],
        ),
    ],
)  # fmt: skip
def test_every_kind_of_message_is_read(
    raw: bytes, kind: IncomingKind, text: str, media: list[MediaKind]
) -> None:
    incoming = said(raw)
    assert (incoming.kind, incoming.text, [each.kind for each in incoming.media]) == (kind, text, media)
    assert (incoming.address.user, incoming.address.chat, incoming.group) == ("LiSi", "LiSi", False)
    assert Incoming.model_validate_json(incoming.model_dump_json()) == incoming


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [
        ({"msgtype": "text", "text": {"content": "重大问题W12"}}, "重大问题W12"),
        ({"msgtype": "voice", "voice": {"content": "W12"}}, "W12"),
        ({"msgtype": "markdown", "markdown": {"content": "**W12** 城北水厂"}}, "**W12** 城北水厂"),
        (
            {"msgtype": "mixed", "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "W12"}}]}},
            "W12",
        ),
        ({"msgtype": "image", "image": FILE}, ""),
        ({"msgtype": "template_card", "template_card": {}}, ""),
        ({"msgtype": ["text"]}, ""),
        ("W12", ""),
        (None, ""),
    ],
    ids=str,
)
def test_what_a_message_quotes_is_its_words_and_one_that_cannot_be_read_costs_no_message(
    quote: object, quoted: str
) -> None:
    incoming = said(message("text", {"content": "知悉"}, quote=quote))
    assert (incoming.text, incoming.quoted) == ("知悉", quoted)


def test_a_group_is_answered_in_the_group_and_the_mention_is_taken_off() -> None:
    incoming = said(message("text", {"content": "@三报 报进展"}, chattype="group", chatid="wrkABC"))
    assert (incoming.group, incoming.text, incoming.address.chat) == (True, "报进展", "group:wrkABC")


def event(kind: str, told: Json | None = None, **more: object) -> bytes:
    told_event = {"eventtype": kind, **({kind: told} if told is not None else {})}
    body = {
        "msgid": "E1",
        "aibotid": BOT,
        "from": {"userid": "LiSi"},
        "msgtype": "event",
        "event": told_event,
    }
    return frame({**body, "chattype": "single", **more}, "aibot_event_callback")


def test_a_tap_is_its_buttons_key_or_what_was_marked() -> None:
    tapped = said(event("template_card_event", {"card_type": "x", "event_key": "t1|a|b c", "task_id": "T"}))
    assert (tapped.kind, tapped.text, tapped.press) == (IncomingKind.BUTTON, "t1|a|b c", "R1 T t1|a|b c")
    for options, text in ((["p7"], "p7"), ([], "")):
        items = {"selected_item": [{"question_key": "choice", "option_ids": {"option_id": options}}]}
        told = {
            "card_type": "vote_interaction",
            "event_key": "submit",
            "task_id": "T",
            "selected_items": items,
        }
        assert said(event("template_card_event", told)).text == text


@pytest.mark.parametrize(
    "raw",
    [
        event("feedback_event", {"id": "f", "type": 1}),
        event("enter_check_update"),
        frame({"anything": 1}, "aibot_get_mcp_config"),
        b'{"cmd":"ww_ai_robot_enter_event"}',
        frame({"msgtype": "event", "event": {"eventtype": "disconnected_event"}}, "aibot_event_callback"),
    ],
)
def test_what_is_not_for_us_says_nothing(raw: bytes) -> None:
    assert read_frame(raw, BOT) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["msgtype", "from", "userid", "event", "eventtype", "text", "mixed", "msg_item", "image"]),
            inner, max_size=5,
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_no_frame_whatever_it_holds_does_more_than_be_unreadable(body: object) -> None:
    for raw in (frame(body), json.dumps(body).encode(), event("template_card_event", body)):  # type: ignore[arg-type]
        with suppress(Unreadable):
            read_frame(raw, BOT)


# How messages look


CHOICES = tuple((Option(label=f"项目{number}", data=f"p{number}"),) for number in range(8))


def test_few_buttons_are_a_card_many_a_choice_and_a_group_gets_words() -> None:
    few = Outgoing(title="请核对", text="1200万元", rows=CHOICES[:2])
    assert looks.render(few, "T", grouped=False)["template_card"]["card_type"] == "button_interaction"
    many = looks.render(Outgoing(text="哪个项目？", rows=CHOICES), "T", grouped=False)["template_card"]
    assert (many["card_type"], len(many["checkbox"]["option_list"])) == ("vote_interaction", 8)
    words = looks.render(few, "T", grouped=True)
    assert read(words["markdown"]["content"]) == "请核对\n1200万元\n▸ 项目0\n▸ 项目1"
    assert words["markdown"]["content"].startswith("**请核对**")


@pytest.mark.parametrize(
    "text",
    [
        "**急**",
        "# 停工",
        "1\n2\n\n3",
        "<b>急</b>",
        "[看](http://x)",
        "- 甲\n- 乙",
        "甲\n---",
        "a_b_c",
        "`x`",
        "    四格",
        "> 引",
        "~~删~~",
    ],
)
def test_markup_that_people_write_is_shown_and_means_nothing(text: str) -> None:
    seen = read(looks.plain(text))
    twins = str.maketrans("＼｀＊＿［］＜＞｜～＃－＋＝\u3000", "\\`*_[]<>|~#-+= ")
    assert seen.translate(twins).split() == text.split()
    assert seen.count("\n") == text.count("\n")


def test_an_address_can_still_be_opened() -> None:
    assert looks.plain("请打开 https://x.cn/a_b?c=1~2 看*看*") == "请打开 https://x.cn/a_b?c=1~2 看＊看＊"


# Receiving


async def test_what_is_said_is_stored_in_order_under_its_msgid_and_in_its_own_case(wecom: FakeAibot) -> None:
    async with connected(wecom) as bot:
        li = wecom.member("LiSi")
        told = [li.says(str(number)) for number in range(30)]
        wecom.again(told[3])
        incoming = await bot.has(31)
        assert [each.external for each in bot.stored] == [each.id for each in told] + [told[3].id]
        assert bot.stored[0].sender == f"aibot:{BOT}:LiSi"
        assert [each.text for each in incoming if each] == [str(number) for number in range(30)] + ["3"]


async def test_what_the_database_does_not_take_is_held_in_order_and_acknowledgements_do_not_wait(
    wecom: FakeAibot,
) -> None:
    async with connected(wecom) as bot:
        li = wecom.member("LiSi")
        bot.broken = True
        li.says("一")
        li.says("二")
        await bot.channel.send("LiSi", Outgoing(text="在"))
        assert (await li.sees("在")).text == "在"
        assert not bot.stored
        bot.broken = False
        assert [each.text for each in await bot.has(2) if each] == ["一", "二"]


async def test_a_stop_stores_what_is_still_held(wecom: FakeAibot) -> None:
    async with connected(wecom) as bot:
        bot.broken = True
        told = wecom.member("LiSi").says("最后一句")
        await wecom.until(lambda: told.got_through)
        await bot.channel.send("LiSi", Outgoing(text="在"))
        bot.broken = False
    assert [each.external for each in bot.stored] == [told.id]


async def test_unknown_frames_are_stored_and_survived(wecom: FakeAibot) -> None:
    async with connected(wecom) as bot:
        wecom.says_raw({"cmd": "aibot_something_new", "headers": {"req_id": "x"}, "body": {"a": [1]}})
        wecom.says_raw({"headers": {"req_id": "nobody asked"}, "errcode": 0})
        wecom.says_raw({"cmd": 7})
        wecom.member("LiSi").says("还在吗")
        assert [each and each.text for each in await bot.has(3)] == [None, None, "还在吗"]


async def test_a_visit_is_greeted_in_words_at_once_and_not_stored(wecom: FakeAibot) -> None:
    """Not with a card: a tap is no word, and who has not spoken cannot be answered."""
    async with connected(wecom) as bot:
        li = wecom.member("LiSi")
        li.enters()
        greeting = await li.sees("请说一句话")
        assert (greeting.kind, bot.stored) == ("text", [])


# The connection


@pytest.mark.parametrize("how", ["closed in order", "broken"])
async def test_a_connection_that_ends_is_made_again(wecom: FakeAibot, how: str) -> None:
    async with connected(wecom) as bot:
        old = await wecom.until_subscribed()
        if how == "broken":
            old.abort()
        else:
            await old.close()
        await wecom.until(lambda: wecom.live not in (None, old))
        wecom.member("LiSi").says("在吗")
        await bot.has(1)


async def test_connections_that_do_not_last_are_made_ever_more_slowly(wecom: FakeAibot) -> None:
    async with connected(wecom) as bot:
        for count in range(1, 6):
            (await wecom.until_subscribed()).abort()
            await wecom.until(lambda count=count: len(wecom.subscribes) > count)
        assert bot.waits[:5] == [1, 2, 4, 8, 16]


async def test_a_refused_subscription_waits_five_seconds_at_least_and_five_minutes_at_most(
    wecom: FakeAibot,
) -> None:
    waits: list[float] = []
    running = asyncio.create_task(channel_of(wecom, waits, secret="wrong").run(_nowhere))
    await until(lambda: len(waits) >= 8)
    running.cancel()
    assert waits[:8] == [5, 10, 20, 40, 80, 160, 300, 300]


async def test_a_lock_out_is_waited_for(wecom: FakeAibot) -> None:
    wecom.subscribes_a_minute = 0
    waits: list[float] = []
    running = asyncio.create_task(channel_of(wecom, waits).run(_nowhere))
    await until(lambda: len(waits) >= 2)
    running.cancel()
    assert waits[:2] == [60, 60]


@pytest.mark.parametrize("kick", Kick)
async def test_who_is_replaced_does_not_fight(wecom: FakeAibot, kick: Kick) -> None:
    wecom.kick = kick
    first = asyncio.create_task(channel_of(wecom, []).run(_nowhere))
    await wecom.until_subscribed()
    async with connected(wecom) as second:
        with pytest.raises(Replaced):
            await asyncio.wait_for(first, 5)
        wecom.member("LiSi").says("谁在听")
        await second.has(1)
        assert len(wecom.subscribes) == 2


async def test_two_pings_without_an_answer_end_the_connection(wecom: FakeAibot) -> None:
    wecom.faults.script("ping", [swallowed(), swallowed()])
    async with connected(wecom, ack=0.05) as bot:
        old = await wecom.until_subscribed()
        await wecom.until(lambda: wecom.live not in (None, old))
        assert bot.waits[:1] == [1]


async def test_a_lost_subscription_is_made_anew_and_the_message_goes_again(wecom: FakeAibot) -> None:
    async with connected(wecom) as bot:
        li = wecom.member("LiSi")
        li.says("在吗")
        await bot.has(1)
        wecom.lose_subscription()
        with pytest.raises(NotSent) as failed:
            await bot.channel.send("LiSi", Outgoing(text="到期"), key="1")
        assert failed.value.everyone
        await wecom.until_subscribed()
        await until(lambda: not bot.channel.deaf_for())
        await bot.channel.send("LiSi", Outgoing(text="到期"), key="1")
        assert [shown.text for shown in li.shown] == ["到期"]


async def test_without_a_connection_nothing_was_sent(wecom: FakeAibot) -> None:
    with pytest.raises(NotSent) as failed:
        await channel_of(wecom, []).send("LiSi", Outgoing(text="到期"))
    assert failed.value.everyone


# Sending


CARD = Outgoing(text="哪个项目？", rows=CHOICES[:2])


@pytest.mark.parametrize(
    ("code", "error", "retry"),
    [
        (-1, NotSent, 5), (45009, NotSent, 60), (93006, Blocked, None), (40201, Refused, None),
        (600039, Refused, None),
    ],
)  # fmt: skip
async def test_an_errcode_is_classed_by_what_it_proves(
    wecom: FakeAibot, code: int, error: type[SendError], retry: float | None
) -> None:
    async with connected(wecom) as bot:
        wecom.member("LiSi").says("在吗")
        wecom.faults.script("aibot_send_msg", [errcode(code)])
        with pytest.raises(error) as failed:
            await bot.channel.send("LiSi", Outgoing(text="到期"))
        assert getattr(failed.value, "retry_after", None) == retry


@pytest.mark.parametrize("fault", [lost_ack(), late(0.2), cut(accepted=True), cut()])
async def test_a_frame_without_its_acknowledgement_may_have_arrived(wecom: FakeAibot, fault: Any) -> None:  # noqa: ANN401
    async with connected(wecom, ack=0.1) as bot:
        li = wecom.member("LiSi")
        li.says("在吗")
        wecom.faults.script("aibot_send_msg", [fault])
        with pytest.raises(Unclear):
            await bot.channel.send("LiSi", Outgoing(text="到期"))
        await until(lambda: not bot.channel.deaf_for())
        await bot.channel.send("LiSi", Outgoing(text="之后"))
        await li.sees("之后")


async def test_a_card_that_went_without_an_acknowledgement_is_not_shown_twice(wecom: FakeAibot) -> None:
    async with connected(wecom, ack=0.1) as bot:
        li = wecom.member("LiSi")
        li.says("在吗")
        wecom.faults.script("aibot_send_msg", [lost_ack(), None, swallowed()])
        for key in ("7", "8"):
            with pytest.raises(Unclear):
                await bot.channel.send("LiSi", CARD, key=key)
            await bot.channel.send("LiSi", CARD, key=key)
        assert [shown.kind for shown in li.shown] == ["template_card"] * 2


async def test_a_card_that_is_not_taken_is_said_in_words(wecom: FakeAibot) -> None:
    async with connected(wecom) as bot:
        li = wecom.member("LiSi")
        li.says("在吗")
        wecom.faults.script("aibot_send_msg", [errcode(40058)])
        await bot.channel.send("LiSi", CARD)
        assert (await li.sees("哪个项目？")).buttons == ["项目0", "项目1"]


@pytest.mark.parametrize(("rows", "left"), [(CHOICES[:2], ["✓ 项目1"]), (CHOICES, [])])
async def test_a_tap_is_marked_on_its_card(wecom: FakeAibot, rows: Any, left: list[str]) -> None:  # noqa: ANN401
    async with connected(wecom) as bot:
        li = wecom.member("LiSi")
        li.says("在吗")
        await bot.channel.send("LiSi", Outgoing(text="哪个项目？", rows=rows))
        li.taps("项目1")
        pressed = (await bot.has(2))[1]
        assert pressed is not None
        await bot.channel.answer_press(pressed.press)
        assert li.shown[-1].buttons == left
        await bot.channel.answer_press(pressed.press)  # a second answer is refused, and harmless
        await bot.channel.answer_press("R T a card of another life")


async def test_a_group_is_spoken_to_as_a_group_and_without_cards(wecom: FakeAibot) -> None:
    async with connected(wecom) as bot:
        group = wecom.in_group("LiSi", "wrkAbC")
        group.says("报进展")
        incoming = (await bot.has(1))[0]
        assert incoming is not None
        await bot.channel.send(incoming.address.chat, CARD)
        assert (await group.sees("哪个项目？")).kind == "markdown"


# Files


async def test_a_large_picture_goes_up_in_chunks_once_and_to_everybody(wecom: FakeAibot) -> None:
    picture = PNG + bytes(1_300_000)
    async with connected(wecom) as bot:
        for userid in ("LiSi", "WangWu"):
            wecom.member(userid).says("在吗")
            await bot.channel.send(userid, Outgoing(), (picture,))
            assert wecom.member(userid).shown[-1].picture == picture
        chunks = [call.body["chunk_index"] for call in wecom.sent("aibot_upload_media_chunk")]
        assert chunks == [0, 1, 2]
        wecom.clock.advance(3 * 86400 + 1)  # ours has not moved: WeCom has forgotten the file before we do
        await bot.channel.send("LiSi", Outgoing(), (picture,))
        assert len(wecom.sent("aibot_upload_media_finish")) == 2


async def test_a_picture_whose_upload_failed_was_surely_not_sent(wecom: FakeAibot) -> None:
    async with connected(wecom, ack=0.1) as bot:
        li = wecom.member("LiSi")
        li.says("在吗")
        wecom.faults.script("aibot_upload_media_chunk", [swallowed()])
        with pytest.raises(NotSent):
            await bot.channel.send("LiSi", Outgoing(), (PNG,))
        await bot.channel.send("LiSi", Outgoing(), (PNG,))
        assert [shown.kind for shown in li.shown] == ["image"]


@pytest.mark.parametrize("padded", [True, False])
async def test_a_file_is_decrypted_and_brings_its_name(wecom: FakeAibot, padded: bool) -> None:
    wecom.speaking.downloads.padded_keys = padded
    async with connected(wecom) as bot:
        wecom.member("LiSi").sends_file(PNG, "台账 4月.xlsx")
        (file,) = (await bot.has(1))[0].media  # type: ignore[union-attr]
        found = await bot.channel.fetch(file.reference, LIMIT)
        assert (found.content, found.name) == (PNG, "台账 4月.xlsx")
        with pytest.raises(TooLarge):
            await bot.channel.fetch(file.reference, 100)
        told = json.loads(file.reference)
        with pytest.raises(Unfetchable):
            await bot.channel.fetch(json.dumps({**told, "key": "c2hvcnQ"}), LIMIT)
        wecom.clock.advance(301)
        with pytest.raises(Unfetchable):
            await bot.channel.fetch(file.reference, LIMIT)


async def _nowhere(_arrived: Sequence[Arrived]) -> None: ...
