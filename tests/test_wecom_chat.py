"""A major problem has its group in WeCom where the app may make one; nobody depends on it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.channel import Blocked, NotSent, SendError, Unclear
from bot.channels.wecom_cards import without_card
from bot.channels.wecom_chat import WecomChatChannel
from bot.channels.wecom_request import WecomRequest
from reminders.reach import Reach
from rules.kinds import Role, Severity
from storage import erasing, groups, issue_chats, people, quiet_hours
from storage.issue_chats import CHANNEL, Gathering
from storage.messages import Address, Option, Outgoing
from storage.parts import parts
from storage.tables.escalating import IssueChat
from storage.tables.registry import Binding, Person, Project, Responsibility
from storage.tables.reporting import Issue
from storage.tables.traffic import OutboxRow
from tests.builders import a_person, a_responsibility
from tests.chat import CITY, ZONE, Chat
from tests.fakes.wecom.faults import Fault, errcode, reset, server_error
from tests.fakes.wecom.server import AGENT, CORP, SECRET, FakeWecom
from tests.files import a_picture
from tests.phones import on_wecom, userid
from tests.test_wecom_app import KeptToken
from tests.town import NORTH, Town, reports_problem

CHAT = "W1x0123456789ab"
MADE_OF = Gathering("W1 城北水厂扩建工程", ["ZhangSan", "LiSi"])


@pytest.fixture
async def wecom() -> AsyncIterator[FakeWecom]:
    async with FakeWecom() as found:
        for user in MADE_OF.members:
            found.member(user)
        yield found


@pytest.fixture
async def channel(wecom: FakeWecom) -> AsyncIterator[WecomChatChannel]:
    async def gathering(chat: str) -> Gathering | None:
        return MADE_OF if chat == CHAT else None

    request = WecomRequest(
        CORP, SECRET, tokens=KeptToken(), epoch=wecom.clock.now, api_url=wecom.url, read_timeout=0.5
    )
    found = WecomChatChannel(AGENT, request, gathering)
    await found.start()
    yield found
    await found.close()


def shown(wecom: FakeWecom) -> list[str]:
    return [each.text for each in wecom.groups.made[CHAT].shown]


# The channel


async def test_the_first_message_makes_the_group_and_no_other_does(
    channel: WecomChatChannel, wecom: FakeWecom
) -> None:
    for text in ("首报", "续报", "终报"):
        await channel.send(CHAT, Outgoing(text=text))
    assert shown(wecom) == ["首报", "续报", "终报"]
    assert wecom.groups.users == {CHAT: list(MADE_OF.members)}
    [created] = [call for call in wecom.calls if call.path == "appchat/create"]
    assert (created.json["name"], created.json["owner"]) == (MADE_OF.name, "ZhangSan")


@pytest.mark.parametrize("doubt", [server_error(accepted=True), reset(accepted=True)], ids=["502", "reset"])
async def test_a_group_whose_making_was_in_doubt_is_made_once_and_its_message_goes_again(
    channel: WecomChatChannel, wecom: FakeWecom, doubt: Fault
) -> None:
    wecom.faults.script("appchat/create", [doubt])
    with pytest.raises(NotSent):
        await channel.send(CHAT, Outgoing(text="首报"))
    await channel.send(CHAT, Outgoing(text="首报"))
    assert shown(wecom) == ["首报"]


@pytest.mark.parametrize(
    ("path", "fault", "expected"),
    [
        ("appchat/create", errcode(60011), Blocked),
        ("appchat/create", errcode(60020), Blocked),
        ("appchat/create", errcode(86216), Blocked),
        ("appchat/create", errcode(45009), NotSent),
        ("appchat/create", errcode(-1), NotSent),
        ("appchat/send", errcode(60020), NotSent),
        ("appchat/send", errcode(45033), NotSent),
        ("appchat/send", server_error(), Unclear),
    ],
    ids=str,
)
async def test_a_refusal_is_classed_by_what_it_proves(
    channel: WecomChatChannel, wecom: FakeWecom, path: str, fault: Fault, expected: type[SendError]
) -> None:
    wecom.faults.script(path, [fault])
    with pytest.raises(SendError) as told:
        await channel.send(CHAT, Outgoing(text="首报"))
    assert type(told.value) is expected


async def test_a_group_that_is_gone_and_cannot_be_made_again_is_given_up(
    channel: WecomChatChannel, wecom: FakeWecom
) -> None:
    await channel.send(CHAT, Outgoing(text="首报"))
    wecom.faults.always("appchat/send", errcode(86001))
    with pytest.raises(Blocked):
        await channel.send(CHAT, Outgoing(text="续报"))
    with pytest.raises(Blocked):
        await channel.send("W9xnobody", Outgoing(text="续报"))


async def test_a_photo_goes_into_the_group(channel: WecomChatChannel, wecom: FakeWecom) -> None:
    await channel.send(CHAT, Outgoing(photos=(1,)), (a_picture(),))
    assert wecom.groups.made[CHAT].shown[0].kind == "image"


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=3000), st.text(max_size=30))
def test_no_message_to_a_group_is_longer_than_wecom_shows(text: str, title: str) -> None:
    rows = ((Option(label="已知悉", data="a|1"),),)
    for part in parts(Outgoing(title=title, text=text, rows=rows), WecomChatChannel.capabilities.text_limit):
        assert not part.rows
        assert len(without_card(part)["text"]["content"].encode()) <= 2048


# In the program


def reports(wecom: FakeWecom, town: Town, *which: str) -> None:
    """`which` tells a new problem from one that is open on the project."""
    me = wecom.member(userid(town.reporter))
    for said in ("报问题", NORTH, *which, "重大问题", "征拆", "两户阻工", "刚才"):
        me.says(said)
    for said in ("就在项目现场", "请派工作组", "没有", "确认"):
        me.says(said)


async def test_the_thread_of_a_major_problem_stands_in_its_group(town: Town, tmp_path: Path) -> None:
    wecom = FakeWecom()
    async with on_wecom(town, tmp_path, wecom=wecom):
        people = {
            name: wecom.member(userid(getattr(town, name)))
            for name in ("reporter", "leader", "office", "department")
        }
        reports(wecom, town)
        for name in ("leader", "office", "department"):  # the group stands in for none of them
            await people[name].sees("重大问题 W1")
        await wecom.until(lambda: wecom.groups.made)
        [(chat, screen)] = wecom.groups.made.items()
        alarm = await screen.sees("重大问题 W1")
        assert alarm.buttons == []
        people["leader"].says("知悉 W1")
        await screen.sees("已知悉 W1")
        people["reporter"].says("W1 有变化：又来了一户")
        people["reporter"].says("确认")
        await screen.sees("又来了一户")
        people["reporter"].says("W1 已解决：谈妥了")
        people["reporter"].says("确认")
        await screen.sees("谈妥了")
        people["office"].says("销号 W1 属实")
        await screen.sees("W1")
    assert set(wecom.groups.users[chat]) == {userid(getattr(town, name)) for name in people}
    assert wecom.groups.users[chat][0] == userid(town.office)
    assert screen.name == f"W1 {NORTH}"


async def test_where_no_group_may_be_made_all_are_told_alone_and_the_admin_learns_it_once(
    town: Town, tmp_path: Path
) -> None:
    wecom = FakeWecom()
    wecom.groups.range_is_root = False
    admin = {"ADMIN": str(int(town.office.user) - 1000)}
    async with on_wecom(town, tmp_path, admin, wecom) as phones:
        leader, office = wecom.member(userid(town.leader)), wecom.member(userid(town.office))
        reports(wecom, town)
        await leader.sees("重大问题 W1")
        await office.sees("没能为重大问题建群（60011")
        for said in ("W1 有变化：又来了一户", "确认"):
            wecom.member(userid(town.reporter)).says(said)
        await leader.sees("又来了一户")
        reports(wecom, town, "新问题")
        await leader.sees("重大问题 W2")
        await wecom.until(lambda: len([c for c in wecom.calls if c.path == "appchat/create"]) == 2)
        await phones.program.delivery.emptied(20)  # that it failed is written down
        leader.says("知悉 W2")
        await office.sees("已知悉 W2")
        assert len([each for each in office.shown if "没能为重大问题建群" in each.text]) == 1
    assert [(row.number, row.state) for row in town.rows(OutboxRow) if row.channel == CHANNEL] == [
        ("W1", "failed"),
        ("W2", "failed"),
    ]
    assert all(row.ended for row in town.rows(IssueChat))


async def test_a_city_may_do_without_groups_of_problems(town: Town, tmp_path: Path) -> None:
    wecom = FakeWecom()
    async with on_wecom(town, tmp_path, {"WECOM_CHATS": "false"}, wecom):
        reports(wecom, town)
        await wecom.member(userid(town.leader)).sees("重大问题 W1")
    assert town.rows(IssueChat) == []


# Written in the alarm's own transaction


def grouped(town: Town) -> Town:
    """The app makes groups, and one group is told things."""
    running = CITY.running | {(CHANNEL, "bot"), (groups.CHANNEL, "甲群")}
    for chat in members(town):
        chat.city = replace(CITY, running=running)
    return town


def members(town: Town) -> list[Chat]:
    return [town.reporter, town.leader, town.office, town.department]


def rows(town: Town, channel: str) -> list[OutboxRow]:
    return [row for row in town.rows(OutboxRow) if row.channel == channel]


def written(town: Town, channel: str) -> list[str]:
    return [Outgoing.model_validate(row.body).plain for row in rows(town, channel)]


def bind(session: Session, person_id: int, user: str, now: datetime) -> None:
    people.bind(
        session, person_id, Address(channel=issue_chats.APP, account="bot", user=user, chat=user), now
    )


def block(town: Town, chat: Chat) -> None:
    def work(session: Session) -> None:
        wanted = select(Binding).where(Binding.channel == issue_chats.APP, Binding.user == userid(chat))
        session.scalars(wanted).one().blocked = True

    town.do(work)


@pytest.fixture
def in_the_app(town: Town) -> Town:
    """Everybody of the town is in the app, too."""

    def join(session: Session) -> None:
        for chat in members(town):
            bind(session, int(chat.user) - 1000, userid(chat), town.clock.now)

    town.do(join)
    return grouped(town)


def test_a_problem_that_is_opened_again_rings_in_the_groups_again(in_the_app: Town) -> None:
    town = in_the_app
    reports_problem(town.reporter)
    town.leader.says("知悉 W1")
    town.office.says("认定误报 W1 看错了")
    town.office.says("重新打开 W1 又堵上了")
    for channel in (CHANNEL, groups.CHANNEL):
        assert len([each for each in written(town, channel) if each.startswith("🔴 重大问题 W1")]) == 2
    assert len(town.rows(IssueChat)) == 1


def test_a_drill_makes_no_group_and_is_marked_in_the_citys(in_the_app: Town) -> None:
    town = in_the_app
    for step in ("演练", NORTH, "确认"):
        town.office.says(step)
    assert town.rows(IssueChat) == []
    assert written(town, CHANNEL) == []
    assert all(each.startswith("【演练】") for each in written(town, groups.CHANNEL))


def test_a_general_problem_has_no_group(in_the_app: Town) -> None:
    reports_problem(in_the_app.reporter, severity="一般问题")
    in_the_app.reporter.says("W1 有变化：又来了一户")
    assert in_the_app.rows(IssueChat) == []


def test_one_alone_in_the_app_makes_no_group(town: Town) -> None:
    grouped(town)
    reports_problem(town.reporter)
    assert town.rows(IssueChat) == []


@pytest.mark.parametrize("moment", [(3, 28, 23, 30), (4, 2, 12, 0)], ids=["night", "rest day"])
def test_the_alarm_goes_at_any_hour_and_what_follows_waits_for_the_morning(
    in_the_app: Town, moment: tuple[int, int, int, int]
) -> None:
    town = in_the_app
    town.clock.strike(*moment)
    reports_problem(town.reporter)
    town.leader.says("知悉 W1")
    alarm, taken = rows(town, CHANNEL)
    assert alarm.due == town.clock.now
    assert taken.due == town.do(lambda session: quiet_hours.may_go(session, town.clock.now, ZONE))
    assert taken.due > town.clock.now
    assert taken.useless_after is not None
    assert taken.useless_after > taken.due


def test_once_a_problem_is_lowered_its_group_hears_nothing_more(in_the_app: Town) -> None:
    town = in_the_app
    reports_problem(town.reporter)
    before = written(town, CHANNEL)
    town.office.says("降为一般 W1 一户而已")
    town.reporter.says("W1 有变化：又来了一户")
    town.reporter.says("确认")
    assert [row.severity for row in town.rows(Issue)] == [Severity.GENERAL]
    assert written(town, CHANNEL) == before


def test_a_group_hears_no_judgement(in_the_app: Town) -> None:
    town = in_the_app
    reports_problem(town.reporter)
    before = written(town, CHANNEL)
    town.office.says("认定误报 W1 张三看错了")
    assert any("张三看错了" in each.text for each in town.reporter.messages())
    assert written(town, CHANNEL) == before


def test_when_others_are_concerned_another_group_is_made_into_which_goes_what_waits(in_the_app: Town) -> None:
    town = in_the_app
    reports_problem(town.reporter)
    [first] = town.rows(IssueChat)

    def replaced(session: Session) -> None:
        old = session.scalars(
            select(Responsibility).where(
                Responsibility.project_id == town.north, Responsibility.role == Role.LEAD_DEPARTMENT
            )
        ).one()
        old.until = town.clock.now.date()
        successor = a_person(session, role=Role.LEAD_DEPARTMENT)
        a_responsibility(session, session.get_one(Project, town.north), successor, Role.LEAD_DEPARTMENT)
        bind(session, successor.id, "successor", town.clock.now)

    town.do(replaced)
    town.leader.says("知悉 W1")
    [now] = town.rows(IssueChat)
    assert now.chat != first.chat
    assert {*now.members} == {*first.members} - {userid(town.department)} | {"successor"}
    assert [row.chat for row in rows(town, CHANNEL)] == [now.chat, now.chat]


def test_who_has_blocked_the_app_stands_in_no_group(in_the_app: Town) -> None:
    block(in_the_app, in_the_app.department)
    reports_problem(in_the_app.reporter)
    [chat] = in_the_app.rows(IssueChat)
    assert {*chat.members} == {userid(each) for each in members(in_the_app)} - {userid(in_the_app.department)}


def test_when_too_few_are_left_in_the_app_nothing_is_written_to_the_group(in_the_app: Town) -> None:
    town = in_the_app
    reports_problem(town.reporter)
    for each in (town.reporter, town.leader, town.department):
        block(town, each)
    town.leader.says("知悉 W1")
    assert len(rows(town, CHANNEL)) == 1


def test_who_is_erased_stands_in_no_group_and_the_group_is_made_anew_without_them(in_the_app: Town) -> None:
    town = in_the_app
    reports_problem(town.reporter)
    [first] = town.rows(IssueChat)

    def erase(session: Session) -> None:
        person = session.get_one(Person, int(town.department.user) - 1000)
        person.active = False
        erasing.erase(session, person, town.clock.now)

    town.do(erase)
    [now] = town.rows(IssueChat)
    assert {*now.members} == {*first.members} - {userid(town.department)}
    assert now.chat != first.chat
    assert [row.chat for row in rows(town, CHANNEL)] == [now.chat]


def test_a_problem_that_becomes_major_by_rule_rings_in_the_groups_and_has_its_own(in_the_app: Town) -> None:
    town = in_the_app
    reports_problem(town.reporter, severity="一般问题")
    town.reach = Reach(running=town.reporter.city.running)
    town.reaches(6, 25)
    assert len(town.rows(IssueChat)) == 1
    for channel in (CHANNEL, groups.CHANNEL):
        assert len([each for each in written(town, channel) if each.startswith("🔴 重大问题 W1")]) == 1
