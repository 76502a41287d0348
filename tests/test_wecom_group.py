"""A group of WeCom is told of major problems: once, in words that stay words, within its limits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot import wecom as wiring
from bot.channels.channel import NotSent, Refused, SendError
from bot.channels.wecom_group import WecomGroupChannel, render
from bot.channels.wecom_request import Wire
from bot.rates import Rates
from bot.settings import Settings
from rules.kinds import Lane
from storage import groups
from storage.messages import Option, Outgoing
from storage.parts import parts
from storage.tables.traffic import OutboxRow
from tests.builders import NOW
from tests.fakes.wecom.faults import errcode, server_error
from tests.fakes.wecom.screens import without_markup
from tests.fakes.wecom.server import FakeWecom
from tests.files import a_picture
from tests.phones import on_wecom, userid
from tests.town import NORTH, Town

KEY = "a-key-of-the-group"


@pytest.fixture
async def wecom() -> AsyncIterator[FakeWecom]:
    async with FakeWecom() as found:
        found.webhook(KEY)
        yield found


@pytest.fixture
async def group(wecom: FakeWecom) -> AsyncIterator[WecomGroupChannel]:
    channel = WecomGroupChannel("重点项目群", KEY, Wire(wecom.url, read_timeout=0.5))
    await channel.start()
    yield channel
    await channel.close()


async def test_a_major_problem_stands_in_the_group_and_a_general_one_does_not(
    town: Town, tmp_path: Path
) -> None:
    wecom = FakeWecom()
    screen = wecom.webhook(KEY)
    async with on_wecom(town, tmp_path, {"WECOM_GROUP_KEYS": f"重点项目群={KEY}"}, wecom):
        me = wecom.member(userid(town.reporter))
        for severity, end in (("一般问题", ()), ("重大问题", ("刚才", "就在项目现场"))):
            for said in ("报问题", NORTH, "新问题"):
                me.says(said) if said != "新问题" or severity == "重大问题" else None
            for said in (severity, "征拆", "两户*阻工*", *end, "请派工作组", "没有", "确认"):
                me.says(said)
            await me.sees("W1" if severity == "一般问题" else "W2")
        alarm = await screen.sees("两户")
        assert "W2" in alarm.text
        assert len(screen.shown) == 1
    rows = [row for row in town.rows(OutboxRow) if row.channel == groups.CHANNEL]
    assert [(row.lane, row.number, row.state, row.person_id) for row in rows] == [
        (Lane.URGENT.order, "W2", "sent", None)
    ]


async def test_peoples_words_never_become_markup(group: WecomGroupChannel, wecom: FakeWecom) -> None:
    words = '**加粗** [链接](https://x) <@all> <font color="warning">红</font>\n# 标题\n> 引用 `码`'
    await group.send("g", Outgoing(title="重大*问题*", text=words))
    [shown] = wecom.webhook(KEY).shown
    markdown = shown.body["markdown"]["content"]
    assert markdown.startswith("**重大＊问题＊**\n")
    assert without_markup(markdown.partition("\n")[2]) == markdown.partition("\n")[2]
    assert "<" not in markdown


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=5000), st.text(max_size=30))
def test_no_message_to_a_group_is_longer_than_it_may_be(text: str, title: str) -> None:
    rows = ((Option(label="已知悉", data="a|1"),),)
    for part in parts(Outgoing(title=title, text=text, rows=rows), WecomGroupChannel.capabilities.text_limit):
        assert not part.rows
        assert len(render(part).encode()) <= 4096


async def test_a_picture_goes_with_its_checksum_and_a_large_one_smaller(
    group: WecomGroupChannel, wecom: FakeWecom
) -> None:
    small, large = a_picture(), a_picture("BMP", size=(1200, 900))
    assert len(large) > 2 << 20
    for picture in (small, large):
        await group.send("g", Outgoing(photos=(1,)), (picture,))
    shown = wecom.webhook(KEY).shown
    assert shown[0].picture == small
    assert len(shown[1].picture) <= 2 << 20


@pytest.mark.parametrize(
    ("code", "expected"), [(45009, NotSent), (93000, NotSent), (40058, Refused)], ids=str
)
async def test_a_refusal_is_classed_and_tells_no_key(
    group: WecomGroupChannel, wecom: FakeWecom, code: int, expected: type[SendError]
) -> None:
    wecom.faults.script("webhook/send", [errcode(code)])
    with pytest.raises(expected) as told:
        await group.send("g", Outgoing(text="a"))
    assert KEY not in str(told.value)
    wecom.faults.script("webhook/send", [server_error()])
    with pytest.raises(SendError) as told:
        await group.send("g", Outgoing(text="a"))
    assert KEY not in str(told.value)


def test_a_group_gets_less_than_twenty_in_any_minute() -> None:
    now = [0.0]
    rates = Rates(wiring.GROUP_LIMITS, lambda: now[0], is_group=lambda _chat: True)
    moments = []
    for _ in range(60):
        now[0] = max(now[0], rates.when(Lane.URGENT, "g"))
        rates.take(Lane.URGENT, "g")
        moments.append(now[0])
    assert all(sum(each < first + 60 for each in moments[at:]) < 20 for at, first in enumerate(moments))


def test_every_group_that_runs_is_told_once_for_each_occurrence(town: Town) -> None:
    running = {(groups.CHANNEL, "甲"), (groups.CHANNEL, "乙"), ("wecom", "1")}
    for _ in range(2):
        town.do(
            lambda session: groups.tell(
                session,
                running,
                Outgoing(text="今日调度"),
                Lane.DIGEST,
                now=NOW,
                limit=1340,
                once="digest:2012-03-26",
            )
        )
    told = [row.account for row in town.rows(OutboxRow) if row.channel == groups.CHANNEL]
    assert sorted(told) == sorted(["甲", "乙"])


@pytest.mark.parametrize("keys", ["abc", "=abc", "a=", "a=1,a=2", "a=1,,b=2"])
def test_groups_are_names_with_keys_and_never_without_a_channel(keys: str) -> None:
    telegram = {"telegram_token": "1:abc"}
    with pytest.raises(ValidationError, match="NAME=KEY"):
        Settings(wecom_group_keys=keys, **telegram, _env_file=None)
    with pytest.raises(ValidationError, match="no channel"):
        Settings(wecom_group_keys="甲=1", _env_file=None)
    assert Settings(wecom_group_keys="甲=1, 乙=2", **telegram, _env_file=None).wecom_groups == {
        "甲": "1",
        "乙": "2",
    }
