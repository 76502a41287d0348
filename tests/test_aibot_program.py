"""The whole program on the smart bot, and on it and Telegram at once: who hears what, once, and where."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channels.wecom_aibot import AibotChannel
from bot.channels.wecom_socket import Replaced, Socket
from bot.clock import Clock
from bot.running import Running
from rules.kinds import Lane
from storage import absences, invites, outbox
from storage.messages import Address, Outgoing
from storage.sends import End
from storage.tables.ordering import Order
from storage.tables.registry import Binding
from storage.tables.reporting import MediaFile, Report
from storage.tables.traffic import Attempt, InboxRow, OutboxRow
from tests.fakes.aibot.faults import cut
from tests.fakes.aibot.server import BOT, SECRET, FakeAibot, Kick
from tests.files import a_picture
from tests.phones import Both, on_aibot, on_both, userid
from tests.town import NORTH, Town
from tests.workbooks import a_workbook


def admin(town: Town) -> dict[str, str]:
    return {"ADMIN": str(int(town.office.user) - 1000)}


async def until(program: Running, fact: Callable[[Session], object]) -> None:
    async with asyncio.timeout(10):
        while not await program.database.read(fact):  # noqa: ASYNC110 - the program rings no bell
            await asyncio.sleep(0.02)


def rows(town: Town, *where: object) -> list[OutboxRow]:
    return town.do(lambda s: list(s.scalars(select(OutboxRow).where(*where).order_by(OutboxRow.id))))  # type: ignore[arg-type]


# On the smart bot alone


async def test_a_stranger_is_bound_by_the_code_that_makes_them_speak(town: Town, tmp_path: Path) -> None:
    """Whoever is bound has spoken, and can be written to from then on."""
    wecom, person = FakeAibot(), int(town.reporter.user) - 1000
    async with on_aibot(town, tmp_path, wecom=wecom) as phones:
        machine = phones.program.clock.machine()
        code = await phones.program.database.run(lambda s: invites.create(s, person, machine))
        new = wecom.member("NewPhone")
        new.enters()
        await new.sees("邀请码")
        new.says(code)
        await new.sees("张三，您好！")
        new.says("报进展")
        await new.sees(lambda each: NORTH[:4] in "".join(each.buttons))
    [bound] = town.do(lambda s: s.scalars(select(Binding).where(Binding.user == "NewPhone")).all())
    assert (bound.channel, bound.account, bound.person_id) == ("aibot", BOT, person)


async def test_a_message_that_comes_again_is_taken_once(town: Town, tmp_path: Path) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom):
        me = wecom.member(userid(town.reporter))
        for said in ("报进展", NORTH, "1200", "主体封顶", "没有", "确认"):
            told = me.says(said)
            wecom.again(told)
        await me.sees("已收到 J1")
        me.says("帮助")
        await me.sees("报进展")
    assert len(town.rows(Report)) == 1
    assert Counter(row.state for row in town.rows(InboxRow)) == {"done": 7}


async def test_in_a_group_the_bot_points_to_the_single_chat(town: Town, tmp_path: Path) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom):
        group = wecom.in_group(userid(town.reporter), "wrkGroupOne")
        group.says("报进展")
        pointed = await group.sees()
        stranger = wecom.in_group("Stranger", "wrkGroupOne")
        stranger.says("报进展")
        await wecom.until(lambda: len(group.shown) == 2)
    assert pointed.text == group.shown[1].text == town.reporter.city.words.in_private_only
    assert not wecom.member(userid(town.reporter)).shown


async def test_a_voice_message_is_an_answer_and_a_photo_goes_with_the_report(
    town: Town, tmp_path: Path
) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom) as phones:
        me = wecom.member(userid(town.reporter))
        me.speaks("报进展。")
        await me.sees("哪个项目")
        me.taps(NORTH)
        await me.sees("完成投资多少")
        me.says("1200")
        await me.sees("形象进度")
        me.speaks("主体封顶。")
        await me.sees("照片")
        me.sends_mixed("现场", a_picture())
        await me.sees("已收1张")
        me.taps("就这些")
        await me.sees("请核对")
        me.says("确认")
        await me.sees("已收到 J1")
        await until(phones.program, lambda s: s.scalar(select(MediaFile.state)) == "stored")


async def test_a_workbook_is_known_by_the_name_that_comes_with_its_bytes(town: Town, tmp_path: Path) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom):
        office = wecom.member(userid(town.office))
        office.sends_file(a_workbook(), "台账 4月.xlsx")
        await office.sees("台账 4月.xlsx")


async def test_a_lost_acknowledgement_costs_no_receipt_and_shows_none_twice(
    town: Town, tmp_path: Path
) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom) as phones:
        me = wecom.member(userid(town.reporter))
        for said in ("报进展", NORTH, "1200", "主体封顶", "没有"):
            me.says(said)
        await me.sees("请核对")
        await me.sees(lambda each: bool(each.choices))
        wecom.faults.script("aibot_send_msg", [cut(accepted=True)])
        me.says("确认")
        receipt = select(OutboxRow.state).where(OutboxRow.number == "J1")
        await until(phones.program, lambda s: s.scalar(receipt) == "sent")
    assert [each.kind for each in me.shown if each.text.startswith("已收到 J1")] == ["template_card"]
    [row] = rows(town, OutboxRow.number == "J1")
    # While the connection is down, a try may fail that certainly sent nothing; each such is on record.
    tried = town.do(lambda s: s.scalars(select(Attempt.outcome).where(Attempt.outbox_id == row.id)).all())
    vain = sum(outcome == End.NOT_SENT for outcome in tried)
    assert (row.attempts - vain, row.ambiguous, row.state) == (2, 1, "sent")


async def test_a_lost_subscription_is_found_by_the_next_message_which_goes_again(
    town: Town, tmp_path: Path
) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom) as phones:
        me = wecom.member(userid(town.reporter))
        wecom.lose_subscription()
        await phones.program.database.run(lambda s: _urgent(s, town, "到期"))
        phones.program.delivery.wake()
        await me.sees("到期", timeout=20)
        urgent = select(OutboxRow.state).where(OutboxRow.lane == Lane.URGENT.order)
        await until(phones.program, lambda s: s.scalar(urgent) == "sent")
    [row] = rows(town, OutboxRow.lane == Lane.URGENT.order)
    assert (row.ambiguous, row.attempts >= 2) == (0, True)


def _urgent(session: Session, town: Town, text: str) -> None:
    user = userid(town.reporter)
    address = Address(channel="aibot", account=BOT, user=user, chat=user)
    outbox.write(
        session, address=address, person_id=int(town.reporter.user) - 1000, message=Outgoing(text=text),
        lane=Lane.URGENT, now=town.clock.now, limit=1000,
    )  # fmt: skip


@pytest.mark.parametrize("kick", Kick)
async def test_who_is_replaced_does_not_come_back_and_the_admin_learns_which_process(
    town: Town, tmp_path: Path, kick: Kick
) -> None:
    wecom = FakeAibot(kick=kick)
    async with on_both(town, tmp_path, admin(town), wecom) as both:
        other = AibotChannel(BOT, Socket(BOT, SECRET, url=wecom.url), welcome=str)
        taken = asyncio.create_task(other.run(_nowhere))
        told = await both.telegram(town.office).sees("被另一个程序接走了")
        assert f"进程 {os.getpid()}" in told.text
        both.telegram(town.reporter).says("报进展")
        await both.telegram(town.reporter).sees("哪个项目")
        assert len(wecom.subscribes) == 2
        taken.cancel()
        with pytest.raises((asyncio.CancelledError, Replaced)):
            await taken


async def test_after_an_absence_who_may_have_spoken_is_told_on_the_bot(town: Town, tmp_path: Path) -> None:
    town.clock.pass_(hours=1)
    wecom = FakeAibot()

    def was_heard(session: Session) -> None:
        absences.heard(session, "aibot", BOT, Clock().machine() - timedelta(minutes=19))

    town.do(was_heard)
    async with on_aibot(town, tmp_path, wecom=wecom):
        me = wecom.member(userid(town.reporter))
        shown = await me.sees("我不在线", timeout=20)
    assert "请再发一次" in shown.text


# On Telegram and the smart bot at once


async def test_a_conversation_goes_on_where_its_person_goes_on(town: Town, tmp_path: Path) -> None:
    async with on_both(town, tmp_path) as both:
        here, there = both.telegram(town.reporter), both.bot(town.reporter)
        here.says("报进展")
        await here.sees("哪个项目")
        there.says(NORTH)
        await there.sees("完成投资多少")
        here.says("1200")
        await here.sees("形象进度")
        there.says("主体封顶")
        await there.sees("照片")
        here.says("没有")
        await here.sees("请核对")
        there.says("确认")
        await there.sees("已收到 J1")
        assert not [each for each in here.chat.shown if "已收到" in each.text]
    assert len(town.rows(Report)) == 1


async def test_what_is_pushed_goes_to_the_channel_last_used_and_to_no_other(
    town: Town, tmp_path: Path
) -> None:
    async with on_both(town, tmp_path) as both:
        both.telegram(town.leader).says(
            "帮助"
        )  # touched within ten minutes of the bot: the bot stays the last
        await both.telegram(town.leader).sees()
        await _reports_a_problem(both, town)
        await both.bot(town.leader).sees("重大问题 W1")
        assert not [each for each in both.telegram(town.leader).chat.shown if "W1" in each.text]


async def test_who_cannot_be_reached_on_the_bot_is_reached_on_telegram_once(
    town: Town, tmp_path: Path
) -> None:
    wecom = FakeAibot()
    async with on_both(town, tmp_path, wecom=wecom) as both:
        wecom.speaking.spoken.discard(userid(town.leader))
        await _reports_a_problem(both, town)
        await both.telegram(town.leader).sees("重大问题 W1")
        both.telegram(town.leader).presses("已知悉")
        await both.telegram(town.leader).sees("知悉")
    person = int(town.leader.user) - 1000
    told = rows(
        town, OutboxRow.person_id == person, OutboxRow.lane == Lane.URGENT.order, OutboxRow.number == "W1"
    )
    assert [(row.channel, row.state) for row in told[:2]] == [("aibot", "failed"), ("telegram", "sent")]
    assert not rows(town, OutboxRow.once.startswith("unreached:")), (
        "somebody who was reached needs no telephone"
    )
    [binding] = town.do(
        lambda s: s.scalars(
            select(Binding).where(Binding.person_id == person, Binding.channel == "aibot")
        ).all()
    )
    assert binding.blocked


async def test_who_is_reached_nowhere_is_named_to_those_who_can_telephone(town: Town, tmp_path: Path) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom) as phones:
        await phones.program.database.run(
            lambda s: s.execute(update(Binding).where(Binding.channel != "aibot").values(blocked=True))
        )
        wecom.speaking.spoken.discard(userid(town.leader))
        me, office = wecom.member(userid(town.reporter)), wecom.member(userid(town.office))
        for said in PROBLEM:
            me.says(said)
        await me.sees("重大问题 W1 已报出", timeout=20)
        await office.sees("王市长", timeout=20)


async def test_a_message_in_doubt_never_falls_over(town: Town, tmp_path: Path) -> None:
    wecom = FakeAibot()
    async with on_both(town, tmp_path, wecom=wecom) as both:
        wecom.faults.always("aibot_send_msg", cut(accepted=True))
        await both.program.database.run(lambda s: _urgent(s, town, "到期"))
        both.program.delivery.wake()
        await until(both.program, lambda s: s.scalar(select(OutboxRow.state).where(OutboxRow.ambiguous == 2)))
        wecom.faults.always("aibot_send_msg", None)
        assert not [each for each in both.telegram(town.reporter).chat.shown if "到期" in each.text]
    [row] = rows(town, OutboxRow.lane == Lane.URGENT.order)
    assert (row.channel, row.state) == ("aibot", "unknown")


PROBLEM = (
    "报问题", NORTH, "重大问题", "征拆", "两户阻工", "刚才", "就在项目现场", "请派工作组", "没有", "确认",
)  # fmt: skip


async def _reports_a_problem(both: Both, town: Town) -> None:
    me = both.bot(town.reporter)
    for said in PROBLEM:
        me.says(said)
    await me.sees("重大问题 W1 已报出", timeout=20)


async def _nowhere(_arrived: object) -> None: ...


async def test_a_leader_who_quotes_an_alert_instructs_on_its_problem(town: Town, tmp_path: Path) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom):
        reporter = wecom.member(userid(town.reporter))
        for said in (
            "报问题",
            NORTH,
            "重大问题",
            "征拆",
            "两户阻工",
            "刚才",
            "就在项目现场",
            "请派工作组",
            "没有",
            "确认",
        ):
            reporter.says(said)
        leader = wecom.member(userid(town.leader))
        alert = await leader.sees("W1")
        leader.says("请自规局本周内拿方案", quoting={"msgtype": "text", "text": {"content": alert.text}})
        await leader.sees("批示已送")
    assert [(order.source, order.what) for order in town.rows(Order)] == [("W1", "请自规局本周内拿方案")]


async def test_the_greeting_follows_the_words_file(town: Town, tmp_path: Path) -> None:
    wecom = FakeAibot()
    async with on_aibot(town, tmp_path, wecom=wecom) as phones:
        me = wecom.member(userid(town.reporter))
        city = phones.program.city
        city.words = city.words.model_copy(update={"aibot_welcome": "新的问候"})  # as bot/editing.py does
        me.enters()
        await me.sees("新的问候")
