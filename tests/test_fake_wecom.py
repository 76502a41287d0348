"""The fake WeCom does what WeCom documents: whoever passes against it may hope to pass against the real one."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.wecom.faults import errcode, server_error
from tests.fakes.wecom.sealing import Seal
from tests.fakes.wecom.server import AGENT, CORP, SECRET, FakeWecom
from tests.test_wecom_envelope import ECHO, KEY, POST
from tests.test_wecom_envelope import TOKEN as PUBLISHED_TOKEN

PNG = b"\x89PNG" + bytes(100)


class Caller:
    """An app of somebody else: plain calls, no cleverness."""

    def __init__(self, wecom: FakeWecom, session: aiohttp.ClientSession) -> None:
        self.wecom = wecom
        self.session = session
        self.token = ""

    async def get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        async with self.session.get(f"{self.wecom.url}/cgi-bin/{path}", params=query) as answer:
            return await answer.json(content_type=None)

    async def login(self) -> None:
        self.token = (await self.get("gettoken", corpid=CORP, corpsecret=SECRET))["access_token"]

    async def post(self, path: str, body: dict[str, object], **query: str) -> Any:  # noqa: ANN401 - JSON
        url = f"{self.wecom.url}/cgi-bin/{path}"
        params = {"access_token": self.token, **query}
        async with self.session.post(url, data=json.dumps(body), params=params) as answer:
            return await answer.json(content_type=None)

    async def status(self, path: str, body: dict[str, object]) -> int:
        url = f"{self.wecom.url}/cgi-bin/{path}"
        query = {"access_token": self.token}
        async with self.session.post(url, data=json.dumps(body), params=query) as answer:
            return answer.status

    async def says(self, to: str, text: str, **more: object) -> Any:  # noqa: ANN401 - JSON
        body = {"touser": to, "agentid": int(AGENT), "msgtype": "text", "text": {"content": text}, **more}
        return await self.post("message/send", body)

    async def shows(self, to: str, task: str, buttons: int = 2) -> Any:  # noqa: ANN401 - JSON
        card = {
            "card_type": "button_interaction", "main_title": {"title": "哪个？"}, "task_id": task,
            "button_list": [{"text": f"第{n}个", "key": f"k{n}"} for n in range(buttons)],
        }  # fmt: skip
        body = {"touser": to, "agentid": int(AGENT), "msgtype": "template_card", "template_card": card}
        return await self.post("message/send", body)


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with FakeWecom() as wecom, aiohttp.ClientSession() as session:
        found = Caller(wecom, session)
        await found.login()
        yield found


def test_its_sealing_is_the_published_one() -> None:
    seal = Seal(PUBLISHED_TOKEN, KEY, "wx5823bf96d3bd56c7")
    assert seal.open(ECHO[3]) == b"1616140317555161061"
    assert seal.signature(*POST[1:]) == POST[0]


async def test_a_token_lives_two_hours_is_the_same_meanwhile_and_may_die_early(caller: Caller) -> None:
    first = caller.token
    await caller.login()
    assert caller.token == first
    caller.wecom.clock.advance(7200)
    assert (await caller.get("user/get", access_token=first, userid="x"))["errcode"] == 42001
    await caller.login()
    caller.wecom.tokens.kill()
    assert (await caller.get("user/get", access_token=caller.token, userid="x"))["errcode"] == 40014
    assert (await caller.get("user/get", userid="x"))["errcode"] == 41001
    wrong = [("nobody", SECRET), (CORP, "guessed")]
    assert [(await caller.get("gettoken", corpid=c, corpsecret=s))["errcode"] for c, s in wrong] == [
        40013,
        40001,
    ]
    codes = [(await caller.get("gettoken", corpid=CORP, corpsecret=SECRET))["errcode"] for _ in range(31)]
    assert codes[-1] == 45009


async def test_an_untrusted_address_and_trouble_by_switch(caller: Caller) -> None:
    caller.wecom.member("zhang")
    caller.wecom.faults.untrusted = True
    answer = await caller.says("zhang", "a")
    assert answer["errcode"] == 60020
    assert "from ip: 203.0.113.7" in answer["errmsg"]
    caller.wecom.faults.untrusted = False
    caller.wecom.faults.script("message/send", [errcode(45009), errcode(-1), errcode(45033)])
    assert [(await caller.says("zhang", "a"))["errcode"] for _ in range(4)] == [45009, -1, 45033, 0]


async def test_what_errcode_0_does_not_say(caller: Caller) -> None:
    """Cut at 2048 bytes, dropped beyond thirty a minute, left out who is not in range: all with errcode 0."""
    zhang = caller.wecom.member("ZhangSan")
    caller.wecom.member("LiSi").visible = False
    caller.wecom.member("WangWu").licensed = False
    answer = await caller.says("zhangsan|LiSi|WangWu|Ghost", "字" * 700)
    assert (answer["errcode"], answer["invaliduser"], answer["unlicenseduser"]) == (0, "lisi|ghost", "wangwu")
    assert zhang.shown[0].text == "字" * 682
    for _ in range(30):
        assert (await caller.says("ZhangSan", "a"))["errcode"] == 0
    assert (len(zhang.shown), zhang.dropped) == (30, 1)
    caller.wecom.clock.advance(61)
    await caller.says("ZhangSan", "a")
    assert len(zhang.shown) == 31
    assert (await caller.says("Ghost", "a"))["errcode"] == 81013
    assert (await caller.says("|".join(["ZhangSan"] * 1001), "a"))["errcode"] == 40058


async def test_the_same_bytes_are_shown_once_within_their_window(caller: Caller) -> None:
    zhang = caller.wecom.member("zhang")
    once = {"enable_duplicate_check": 1, "duplicate_check_interval": 1800}
    first, second = [await caller.says("zhang", "a", **once) for _ in range(2)]
    await caller.says("zhang", "b", **once)
    assert first == second
    assert [each.text for each in zhang.shown] == ["a", "b"]
    caller.wecom.clock.advance(1801)
    await caller.says("zhang", "a", **once)
    await caller.says("zhang", "c")
    await caller.says("zhang", "c")
    assert [each.text for each in zhang.shown] == ["a", "b", "a", "c", "c"]


async def test_a_card_is_changed_once_and_its_task_is_its_own(caller: Caller) -> None:
    zhang = caller.wecom.member("zhang")
    code = (await caller.shows("zhang", "t1"))["response_code"]
    assert (await caller.shows("zhang", "t1"))["errcode"] == 40058
    assert (await caller.shows("zhang", "t 2"))["errcode"] == 40058
    assert (await caller.shows("zhang", "t3", buttons=7))["errcode"] == 40058
    assert "response_code" not in await caller.says("zhang", "a")
    change = {
        "userids": ["zhang"],
        "agentid": int(AGENT),
        "response_code": code,
        "button": {"replace_name": "已点"},
    }
    codes = [(await caller.post("message/update_template_card", change))["errcode"] for _ in range(2)]
    assert codes == [0, 40058]
    assert zhang.shown[0].replaced == "已点"
    late = (await caller.shows("zhang", "t4"))["response_code"]
    caller.wecom.clock.advance(72 * 3600)
    await caller.login()
    change["response_code"] = late
    assert (await caller.post("message/update_template_card", change))["errcode"] == 40058


async def test_a_message_is_recalled_within_a_day(caller: Caller) -> None:
    zhang = caller.wecom.member("zhang")
    first, second = [(await caller.says("zhang", "a"))["msgid"] for _ in range(2)]
    assert (await caller.post("message/recall", {"msgid": first}))["errcode"] == 0
    caller.wecom.clock.advance(24 * 3600)
    await caller.login()
    assert (await caller.post("message/recall", {"msgid": second}))["errcode"] != 0
    assert [each.recalled for each in zhang.shown] == [True, False]


async def test_files_live_three_days_and_come_in_ranges(caller: Caller) -> None:
    media = caller.wecom.files.keep("image", "照片.jpg", b"0123456789")
    url = f"{caller.wecom.url}/cgi-bin/media/get"
    query = {"access_token": caller.token, "media_id": media}
    async with caller.session.get(url, params=query, headers={"Range": "bytes=2-4"}) as answer:
        assert (answer.status, await answer.read()) == (206, b"234")
        assert "filename" in answer.headers["Content-disposition"]
    caller.wecom.clock.advance(3 * 24 * 3600)
    await caller.login()
    assert (await caller.get("media/get", access_token=caller.token, media_id=media))["errcode"] == 40007


async def test_an_upload_must_be_what_it_says(caller: Caller) -> None:
    async def upload(kind: str, content: bytes) -> Any:  # noqa: ANN401 - JSON
        form = aiohttp.FormData()
        form.add_field("media", content, filename="a.png")
        query = {"access_token": caller.token, "type": kind}
        async with caller.session.post(
            f"{caller.wecom.url}/cgi-bin/media/upload", params=query, data=form
        ) as got:
            return await got.json(content_type=None)

    assert (await upload("image", PNG))["media_id"]
    assert (await upload("image", b"no picture at all"))["errcode"] == 40009
    assert (await upload("file", b"1234"))["errcode"] == 44001
    assert (await upload("picture", PNG))["errcode"] == 40004


async def test_the_address_book_tells_no_telephone_and_a_login_code_serves_once(caller: Caller) -> None:
    caller.wecom.member("zhang", "张三")
    told = await caller.get("user/get", access_token=caller.token, userid="zhang")
    assert told["name"] == "张三"
    assert not told.keys() & {"mobile", "email", "avatar", "gender", "address"}
    assert (await caller.get("user/get", access_token=caller.token, userid="ghost"))["errcode"] == 60111
    code = caller.wecom.world.login_code("zhang", "state1")
    answers = [await caller.get("auth/getuserinfo", access_token=caller.token, code=code) for _ in range(2)]
    assert (answers[0]["userid"], answers[1]["errcode"]) == ("zhang", 40029)
    late = caller.wecom.world.login_code("zhang")
    caller.wecom.clock.advance(300)
    assert (await caller.get("auth/getuserinfo", access_token=caller.token, code=late))["errcode"] == 40029


async def test_groups_are_for_apps_that_the_whole_company_sees(caller: Caller) -> None:
    for name in ("zhang", "li"):
        caller.wecom.member(name)
    group = {"name": "W3", "owner": "zhang", "userlist": ["zhang", "li"], "chatid": "W3"}
    caller.wecom.groups.range_is_root = False
    assert (await caller.post("appchat/create", group))["errcode"] == 60011
    caller.wecom.groups.range_is_root = True
    assert (await caller.post("appchat/create", group))["chatid"] == "W3"
    said = {"chatid": "W3", "msgtype": "text", "text": {"content": "续报"}}
    assert (await caller.post("appchat/send", said))["errcode"] == 0
    assert (await caller.post("appchat/send", {**said, "msgtype": "template_card"}))["errcode"] == 40008
    assert (await caller.post("appchat/send", {**said, "chatid": "W4"}))["errcode"] == 86001
    assert [each.text for each in caller.wecom.groups.made["W3"].shown] == ["续报"]


async def test_a_webhook_takes_twenty_a_minute_and_4096_bytes(caller: Caller) -> None:
    group = caller.wecom.webhook("key")
    said: dict[str, Any] = {
        "msgtype": "markdown",
        "markdown": {"content": '**重大** <font color="warning">问题</font>'},
    }
    answers = [(await caller.post("webhook/send", said, key="key"))["errcode"] for _ in range(21)]
    assert answers == [0] * 20 + [45009]
    assert group.shown[0].text == "重大 问题"
    assert (await caller.post("webhook/send", said, key="other"))["errcode"] == 93000
    caller.wecom.clock.advance(61)
    said["markdown"]["content"] = "a" * 4097
    assert (await caller.post("webhook/send", said, key="key"))["errcode"] == 40058


async def test_a_menu_has_three_entries_of_sixteen_bytes(caller: Caller) -> None:
    entry = {"type": "click", "name": "报进展", "key": "报进展"}
    for button in ([], [entry] * 4, [{**entry, "name": "零报告·我的"}]):
        assert (await caller.post("menu/create", {"button": button}, agentid=AGENT))["errcode"] != 0
    assert (await caller.post("menu/create", {"button": [entry]}, agentid=AGENT))["errcode"] == 0


class Listener:
    """An app's address that answers as it is told."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.seen: list[tuple[dict[str, str], bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append((dict(request.query), await request.read()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


async def test_what_is_not_answered_200_comes_again_three_times_with_a_new_signature() -> None:
    listener = Listener(500, 500, 500, 500)
    app = web.Application()
    app.router.add_post("/cb", listener.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with FakeWecom(f"http://127.0.0.1:{port}/cb") as wecom:
        wecom.callbacks.pause = 0
        lost = wecom.member("zhang").says("报进展")
        await wecom.callbacks.settled()
        assert (lost.answered, lost.statuses) == (False, [500] * 4)
        assert len({query["nonce"] for query, _ in listener.seen}) == 4
        assert len({query["timestamp"] for query, _ in listener.seen}) == 1
        event = wecom.member("zhang").enters()
        await wecom.callbacks.settled()
        assert event.statuses == [200]
        assert b"MsgId" not in event.document
    await runner.cleanup()


async def test_a_server_error_may_hide_that_it_was_carried_out(caller: Caller) -> None:
    zhang = caller.wecom.member("zhang")
    caller.wecom.faults.script("message/send", [server_error(accepted=True), server_error()])
    body: dict[str, object] = {
        "touser": "zhang",
        "agentid": int(AGENT),
        "msgtype": "text",
        "text": {"content": "a"},
    }
    assert [await caller.status("message/send", body) for _ in range(2)] == [502, 502]
    assert len(zhang.shown) == 1
