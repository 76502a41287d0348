"""The self-built app as a channel, over HTTP against the fake WeCom."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels import wecom_cards as cards
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
from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_envelope import Envelope
from bot.channels.wecom_request import Token, WecomRequest
from bot.channels.wecom_updates import piece, read_update
from bot.web import serving
from bot.web.server import web_app
from bot.wecom import StoredTokens
from handlers.menus import bottom_menu
from handlers.words import Words
from storage.database import Database
from storage.messages import Arrived, Incoming, IncomingKind, MediaKind, Option, Outgoing
from storage.parts import parts
from tests.fakes.handed_out import HANDED_OUT
from tests.fakes.wecom.callbacks import Delivery, document
from tests.fakes.wecom.faults import errcode, hang, reset, server_error
from tests.fakes.wecom.server import AGENT, CORP, KEY, SECRET, TOKEN, FakeWecom
from tests.files import a_picture
from tests.program import free_socket


@dataclass
class KeptToken:
    """A token kept in memory, for as long as a test lasts."""

    token: Token | None = None

    async def load(self) -> Token | None:
        return self.token

    async def claim(self, until: float) -> bool:
        return True

    async def let_go(self) -> None:
        pass

    async def keep(self, token: Token) -> None:
        self.token = token


@dataclass
class App:
    wecom: FakeWecom
    channel: WecomAppChannel
    arrived: list[Arrived] = field(default_factory=list)
    refuses: int = 0
    """So many stores fail from now on, as with a full disk."""

    async def store(self, arrived: Sequence[Arrived]) -> None:
        if self.refuses:
            self.refuses -= 1
            raise OSError("disk full")
        self.arrived += arrived

    async def told(self, *deliveries: Delivery) -> list[Incoming | None]:
        await self.wecom.callbacks.settled()
        return [self.channel.to_incoming(each.raw) for each in self.arrived]


def a_channel(wecom: FakeWecom, tokens: "KeptToken | StoredTokens | None" = None) -> WecomAppChannel:
    request = WecomRequest(
        CORP, SECRET, tokens=tokens or KeptToken(), epoch=wecom.clock.now, api_url=wecom.url, read_timeout=0.5
    )
    return WecomAppChannel(AGENT, envelope=Envelope(TOKEN, KEY, CORP), request=request)


@asynccontextmanager
async def serving_app(wecom: FakeWecom) -> AsyncIterator[App]:
    channel = a_channel(wecom)
    app = App(wecom, channel)

    async def called(request: Request) -> Response:
        return await channel.callback(request, app.store)

    listening = free_socket()
    listening.listen()
    wecom.callbacks.url = f"http://127.0.0.1:{listening.getsockname()[1]}/wecom/callback"
    routes = [Route("/wecom/callback", called, methods=["GET", "POST"])]
    server = serving.server(web_app(routes, hosts=["127.0.0.1"]))
    web = asyncio.create_task(serving.beside(server, [listening]))
    await channel.start()
    try:
        yield app
    finally:
        await channel.close()
        server.should_exit = True
        await web


@pytest.fixture
async def app() -> AsyncIterator[App]:
    async with FakeWecom() as wecom, serving_app(wecom) as found:
        yield found


def menu_of(count: int, text: str = "哪个项目？") -> Outgoing:
    rows = tuple((Option(label=f"第{n}个", data=f"t:1:project:{n}"),) for n in range(count))
    return Outgoing(text=text, rows=rows)


# The address


async def test_the_console_verifies_the_address(app: App) -> None:
    assert await app.wecom.callbacks.verify() == (200, b"1616140317555161061")
    for _ in range(20):  # some of them hold a plus or a slash
        assert (await app.wecom.callbacks.verify(b"12345"))[1] == b"12345"


async def test_every_failure_of_a_callback_looks_the_same(app: App) -> None:
    callbacks, now = app.wecom.callbacks, str(int(time.time()))
    told = document(FromUserName="zhang", MsgType="text", Content="报进展", MsgId=1)
    good = callbacks.envelope(told)
    answers = {
        await callbacks.verify(signature="0" * 40),
        await callbacks.verify(receiver="wwanother"),
        await callbacks.post(good, now, signature="0" * 40),
        await callbacks.post(good, now, signature=""),
        await callbacks.post(good, now, body=b"not xml"),
        await callbacks.post(good, now, body=b"<xml/>"),
        await callbacks.post(good, now, body=b"<xml>" + b"x" * 70_000 + b"</xml>"),
        await callbacks.post(
            good, now, body=b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'
        ),
        await callbacks.post(callbacks.envelope(told, "wwanother"), now),
        await callbacks.post(good[:-4], now),
        await callbacks.post("", now),
        await callbacks.post(good, "soon"),
        await callbacks.post(good, str(int(now) - 7 * 3600)),
    }
    assert answers == {(403, b"forbidden")}
    assert app.arrived == []


async def test_a_clock_that_drifts_by_hours_loses_nothing(app: App) -> None:
    app.wecom.clock.advance(5 * 3600)
    delivery = app.wecom.member("zhang").says("报进展")
    await app.told()
    assert (delivery.statuses, delivery.body) == ([200], b"")


async def test_what_could_not_be_stored_is_not_confirmed_and_comes_again(app: App) -> None:
    app.refuses = 2
    delivery = app.wecom.member("zhang").says("报进展")
    [said] = await app.told()
    assert said is not None
    assert said.text == "报进展"
    assert delivery.statuses == [503, 503, 200]


async def test_a_repeated_message_has_the_same_name_and_two_messages_have_two(app: App) -> None:
    app.wecom.callbacks.repeats = 3
    zhang = app.wecom.member("zhang")
    zhang.says("1200")
    zhang.says("1200")
    zhang.enters()
    await app.told()
    names = [each.external for each in app.arrived]
    assert len(names) == 9
    assert len(set(names)) == 3
    assert {each.sender for each in app.arrived} == {f"wecom:{AGENT}:zhang"}


# What people send


async def test_everything_that_a_member_can_send_is_understood(app: App) -> None:
    zhang = app.wecom.member("Zhang")
    zhang.says("报进展 <b>&amp; ]]> 1200万")
    zhang.sends_photo(b"\xff\xd8\xff photo")
    zhang.sends_voice(b"#!AMR")
    zhang.sends_video(b"mp4")
    zhang.sends_location(28.2, 112.9, "五一大道")
    zhang.sends_link("https://example.org")
    zhang.comes_into_range()
    zhang.leaves_range()
    found = await app.told()
    said = [each for each in found if each is not None]
    assert len(said) == 8
    assert said[0].text == "报进展 <b>&amp; ]]> 1200万"
    assert [each.media[0].kind for each in said[1:5]] == [
        MediaKind.PHOTO, MediaKind.VOICE, MediaKind.VIDEO, MediaKind.PLACE,
    ]  # fmt: skip
    assert (said[4].media[0].latitude, said[4].media[0].name) == (28.2, "五一大道")
    kinds = [each.kind for each in said[5:]]
    assert kinds == [IncomingKind.OTHER, IncomingKind.UNBLOCKED, IncomingKind.BLOCKED]
    assert {(each.address.user, each.vouched) for each in said} == {("Zhang", True)}


async def test_what_is_unknown_or_says_nothing_is_stored_and_survived(app: App) -> None:
    zhang = app.wecom.member("zhang")
    zhang.sends("hologram", Shape="☃", Deep={"Er": ["a", "b"]})
    zhang.enters()
    zhang.is_located(28.2, 112.9)
    app.wecom.callbacks.tell(document(MsgType="event", Event="close_inactive_agent", AgentID=int(AGENT)))
    app.wecom.callbacks.tell(document(MsgType="text", Nothing=1))
    app.wecom.callbacks.tell(b"no xml at all")
    await app.wecom.callbacks.settled()
    assert len(app.arrived) == 6
    assert all(each.answered for each in app.wecom.callbacks.deliveries)
    for each in app.arrived:
        if each.sender.endswith(":zhang") or b"inactive" in each.raw:
            assert app.channel.to_incoming(each.raw) is None
        else:
            with pytest.raises(Unreadable):
                app.channel.to_incoming(each.raw)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_break_the_reading(raw: bytes) -> None:
    assert piece(raw).external
    with suppress(Unreadable):
        read_update(raw, AGENT)


# What people see


async def test_up_to_six_choices_are_buttons_up_to_twenty_a_list_and_more_are_words(app: App) -> None:
    zhang = app.wecom.member("zhang")
    for count in (1, 6, 7, 20, 21):
        for part in parts(menu_of(count), cards.FIT):
            await app.channel.send("zhang", part)
    kinds = [each.card.get("card_type", each.kind) for each in zhang.shown]
    assert kinds == ["button_interaction"] * 2 + ["vote_interaction"] * 2 + ["text"]
    assert all("哪个项目？" in each.text for each in zhang.shown)
    assert [len(each.buttons) for each in zhang.shown] == [1, 6, 7, 20, 21]


@pytest.mark.parametrize("count", [3, 9])
async def test_a_tap_comes_back_as_the_buttons_own_data_and_its_card_is_marked_once(
    app: App, count: int
) -> None:
    zhang = app.wecom.member("zhang")
    await app.channel.send("zhang", menu_of(count))
    zhang.taps("第1个")
    [tap] = await app.told()
    assert tap is not None
    assert (tap.kind, tap.text) == (IncomingKind.BUTTON, "t:1:project:1")
    await app.channel.answer_press(tap.press)
    await app.channel.answer_press(tap.press)  # the code is used up; nobody need know
    assert zhang.shown[0].replaced == cards.TAPPED
    assert zhang.shown[0].buttons == []


async def test_long_words_go_before_their_card_and_nothing_is_lost(app: App) -> None:
    zhang = app.wecom.member("zhang")
    summary = "\n".join(f"第{n}项：{'很长' * 20}" for n in range(60))
    message = menu_of(3, summary).model_copy(update={"title": "请确认上报"})
    for part in parts(message, cards.FIT):
        await app.channel.send("zhang", part)
    *texts, card = zhang.shown
    assert card.text == "请确认上报"
    assert card.buttons == ["第0个", "第1个", "第2个"]
    seen = "\n".join(each.text for each in texts)
    assert all(line in seen for line in summary.splitlines()[:3])
    assert sum(each.text.count("很长") for each in texts) == summary.count("很长")
    assert texts[0].text.endswith(f"(1/{len(texts)})")


WILD = st.text(st.characters(blacklist_categories=["Cs"]), max_size=3000)


@given(st.builds(Outgoing, title=WILD, text=WILD), st.integers(0, 25), st.text(min_size=1, max_size=40))
def test_no_message_is_ever_long_enough_to_be_cut(message: Outgoing, buttons: int, label: str) -> None:
    rows = tuple((Option(label=f"{label}{n}", data=f"d{n}"),) for n in range(buttons))
    for part in parts(message.model_copy(update={"rows": rows}), cards.FIT):
        for body in (cards.render(part, "k"), cards.without_card(part)):
            if body["msgtype"] == "text":
                assert 0 < len(body["text"]["content"].encode()) <= 2048
            else:
                card = body["template_card"]
                assert 0 < len(card["main_title"]["title"]) <= 36
                assert len(card["main_title"].get("desc", "")) <= 44
                assert len(card.get("sub_title_text", "")) <= 160


async def test_a_card_that_wecom_refuses_is_said_in_words(app: App) -> None:
    zhang = app.wecom.member("zhang")
    app.wecom.faults.script("message/send", [errcode(40058)])
    await app.channel.send("zhang", menu_of(3))
    assert (zhang.shown[0].kind, zhang.shown[0].buttons) == ("text", ["第0个", "第1个", "第2个"])


async def test_a_picture_is_uploaded_once_for_all_who_get_it(app: App) -> None:
    photo = a_picture()
    people = [app.wecom.member(name) for name in ("zhang", "li", "wang")]
    for _ in range(2):
        await asyncio.gather(
            *(app.channel.send(each.userid, Outgoing(photos=(1,)), (photo,), "7") for each in people)
        )
    assert all(each.shown[0].picture == photo for each in people)
    assert app.wecom.files.uploads == 1
    app.wecom.clock.advance(3 * 24 * 3600)
    await app.channel.send("zhang", Outgoing(photos=(1,)), (photo,))
    assert app.wecom.files.uploads == 2


async def test_what_is_no_photo_to_wecom_goes_as_a_file(app: App) -> None:
    await app.channel.send(app.wecom.member("zhang").userid, Outgoing(photos=(1,)), (b"RIFF....WEBPVP8 ",))
    assert app.wecom.member("zhang").shown[0].kind == "file"
    with pytest.raises(Refused):
        await app.channel.send("zhang", Outgoing(photos=(1,)), (bytes(21 << 20),))


# What a failure proves

OUTCOMES = [
    (errcode(-1), NotSent), (errcode(45009), NotSent), (errcode(45033), NotSent), (errcode(60020), NotSent),
    (errcode(40013), NotSent), (errcode(81013), Blocked), (errcode(60111), Blocked), (errcode(44004), Refused),
    (server_error(502), Unclear), (server_error(502, accepted=True), Unclear), (reset(), Unclear),
    (reset(accepted=True), Unclear), (hang(2), Unclear),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "expected"), OUTCOMES, ids=str)
async def test_a_failure_is_classed_by_what_it_proves(
    app: App, fault: object, expected: type[SendError]
) -> None:
    app.wecom.member("zhang")
    await app.channel.send("zhang", Outgoing(text="first"))  # else it might be the token's call that fails
    app.wecom.faults.script("message/send", [fault])  # type: ignore[list-item]  # a Fault, by the table
    with pytest.raises(expected):
        await app.channel.send("zhang", Outgoing(text="a"))


async def test_without_a_connection_nothing_was_sent_and_the_account_waits() -> None:
    async with FakeWecom() as wecom:
        channel = a_channel(wecom)
        await channel.start()
    with pytest.raises(NotSent) as told:
        await channel.send("zhang", Outgoing(text="a"))
    assert told.value.everyone
    await channel.close()


@pytest.mark.parametrize("spoil", ["visible", "licensed"])
async def test_an_errcode_of_0_for_a_member_who_got_nothing_is_no_success(app: App, spoil: str) -> None:
    setattr(app.wecom.member("ZhangSan"), spoil, False)
    with pytest.raises(Blocked):
        await app.channel.send("ZhangSan", Outgoing(text="a"))


async def test_a_resend_is_the_same_bytes_and_seen_once(app: App) -> None:
    zhang = app.wecom.member("zhang")
    for message, files in (
        (menu_of(3), ()),
        (Outgoing(text="已收到 J1"), ()),
        (Outgoing(photos=(1,)), (a_picture(),)),
    ):
        app.wecom.faults.script("message/send", [server_error(accepted=True)])
        before = len(zhang.shown)
        with pytest.raises(Unclear):
            await app.channel.send("zhang", message, files, key=f"{before}")
        await app.channel.send("zhang", message, files, key=f"{before}")
        assert len(zhang.shown) == before + 1
    assert app.wecom.sending.swallowed == 3


async def test_two_messages_of_the_same_words_are_both_seen(app: App) -> None:
    zhang = app.wecom.member("zhang")
    for key in ("1", "2", ""):
        await app.channel.send("zhang", Outgoing(text="请知悉"), key=key)
        await app.channel.send("zhang", menu_of(2), key=key)
    assert len(zhang.shown) == 6


async def test_trouble_that_somebody_must_mend_is_told_once_until_it_is_over(app: App) -> None:
    told: list[tuple[str, str]] = []

    async def note(fault: str, address: str) -> None:
        told.append((fault, address))

    app.channel.on_trouble = note
    app.wecom.member("zhang")
    for untrusted in (True, True, False, True):
        app.wecom.faults.untrusted = untrusted
        with pytest.raises(NotSent) if untrusted else nullcontext():
            await app.channel.send("zhang", Outgoing(text="a"))
    assert [address for _, address in told] == ["203.0.113.7"] * 2
    assert all(fault.startswith("60020 ") for fault, _ in told)


# The token


async def test_many_calls_at_once_share_one_token_and_renew_it_once(app: App) -> None:
    people = [app.wecom.member(f"m{n}") for n in range(30)]
    for expected in (1, 2, 3):
        await asyncio.gather(*(app.channel.send(each.userid, Outgoing(text="a")) for each in people))
        assert app.wecom.tokens.given == expected
        app.wecom.tokens.kill()
    assert all(len(each.shown) == 3 for each in people)
    assert len([call for call in app.wecom.calls if call.path == "gettoken"]) == 3


async def test_a_token_is_given_up_before_it_ends(app: App) -> None:
    app.wecom.member("zhang")
    await app.channel.send("zhang", Outgoing(text="a"))
    app.wecom.clock.advance(7200)
    await app.channel.send("zhang", Outgoing(text="a"))
    assert not [call for call in app.wecom.calls if call.code == 42001]


async def test_processes_share_a_token_and_a_restart_does_not_ask_again(database: Database) -> None:
    async with FakeWecom() as wecom:
        wecom.member("zhang")
        first, second = (a_channel(wecom, StoredTokens(database, AGENT, HANDED_OUT.add)) for _ in range(2))
        for channel in (first, second):
            await channel.start()
        await first.send("zhang", Outgoing(text="a"))
        await second.send("zhang", Outgoing(text="b"))
        assert len([call for call in wecom.calls if call.path == "gettoken"]) == 1
        wecom.tokens.kill()
        await second.send("zhang", Outgoing(text="c"))
        await first.send("zhang", Outgoing(text="d"))
        assert len([call for call in wecom.calls if call.path == "gettoken"]) == 2
        for channel in (first, second):
            await channel.close()


async def test_of_several_processes_that_learn_at_once_that_the_token_died_one_fetches_another(
    database: Database,
) -> None:
    async with FakeWecom() as wecom:
        wecom.member("zhang")
        channels = [a_channel(wecom, StoredTokens(database, AGENT, HANDED_OUT.add)) for _ in range(4)]
        for channel in channels:
            await channel.start()
        for _ in range(2):
            await asyncio.gather(*(channel.send("zhang", Outgoing(text="a")) for channel in channels))
            wecom.tokens.kill()
        assert len([call for call in wecom.calls if call.path == "gettoken"]) == 2
        for channel in channels:
            await channel.close()


async def test_who_died_while_fetching_a_token_bars_the_others_for_a_while_only(database: Database) -> None:
    now = [1000.0]
    first, second = (StoredTokens(database, AGENT, HANDED_OUT.add, lambda: now[0]) for _ in range(2))
    assert await first.claim(1035.0)
    assert not await second.claim(1035.0)
    now[0] = 1036.0
    assert await second.claim(1071.0)
    await second.let_go()
    assert await first.claim(1071.0)
    await first.keep(Token("t", 9000.0))
    assert await second.claim(1071.0)


async def test_a_wrong_secret_is_not_asked_with_again_and_again_for_one_call(app: App) -> None:
    app.wecom.faults.always("gettoken", errcode(40001))
    with pytest.raises(NotSent):
        await app.channel.send("zhang", Outgoing(text="a"))
    assert len(app.wecom.calls) <= 2


async def test_neither_token_nor_secret_stands_in_an_error(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    app.wecom.member("zhang")
    await app.channel.send("zhang", Outgoing(text="a"))
    token = app.wecom.calls[-1].query["access_token"]
    told = []
    for fault in (errcode(60020), server_error(), reset(), hang(2), errcode(40058)):
        app.wecom.faults.script("message/send", [fault])
        with pytest.raises(SendError) as error:
            await app.channel.send("zhang", Outgoing(text="a"))
        told.append(str(error.value))
    everything = caplog.text + "".join(told)
    assert token not in everything
    assert SECRET not in everything


# Files


async def test_a_file_is_fetched_whole_or_told_why_not(app: App) -> None:
    photo = a_picture()
    media = app.wecom.files.keep("image", "a.jpg", photo)
    assert await app.channel.fetch(media, len(photo)) == photo
    with pytest.raises(TooLarge):
        await app.channel.fetch(media, len(photo) - 1)
    with pytest.raises(Unfetchable):
        await app.channel.fetch("unknown", 1000)
    app.wecom.faults.script("media/get", [errcode(830002), server_error(), errcode(-1)])
    with pytest.raises(TooLarge):
        await app.channel.fetch(media, len(photo))
    for _ in range(2):
        with pytest.raises(NotSent):
            await app.channel.fetch(media, len(photo))


# What the office asks for


async def test_the_menu_says_the_words_that_people_would_type(app: App) -> None:
    await app.channel.set_menu(bottom_menu(Words()))
    zhang = app.wecom.member("zhang")
    for name in ("报进展", "报问题", "零报告", "我的待办"):
        zhang.taps_menu(name)
    said = await app.told()
    assert [each.text for each in said if each] == ["报进展", "报问题", "零报告", "我的待办"]


async def test_a_member_has_a_name_and_one_out_of_range_has_none(app: App) -> None:
    app.wecom.member("zhang", "张三")
    assert await app.channel.name_of("zhang") == "张三"
    assert await app.channel.name_of("ghost") == ""


async def test_a_call_is_what_wecom_documents(app: App) -> None:
    app.wecom.member("zhang")
    await app.channel.send("zhang", Outgoing(text="报进展"))
    [call] = app.wecom.sent()
    assert json.loads(call.body) == {
        "touser": "zhang", "agentid": int(AGENT), "msgtype": "text", "text": {"content": "报进展"},
    }  # fmt: skip
