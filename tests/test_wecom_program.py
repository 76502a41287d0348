"""The whole program on the self-built app: who is known, what comes twice, what fails, what waits."""

from collections import Counter
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import wecom as wiring
from bot.rates import Rates
from rules.kinds import Lane
from storage.tables.registry import Binding, Person
from storage.tables.reporting import MediaFile, Report
from storage.tables.traffic import InboxRow, OutboxRow
from tests.chat import Chat
from tests.fakes.wecom.faults import server_error
from tests.fakes.wecom.server import FakeWecom
from tests.files import a_picture
from tests.phones import on_wecom, userid
from tests.town import NORTH, Town


def named(town: Town, chat: Chat, userid: str) -> None:
    """The registry knows this person's WeCom account, and no binding was ever made."""

    def work(session: Session) -> None:
        session.get_one(Person, int(chat.user) - 1000).wecom_userid = userid

    town.do(work)


async def test_a_userid_of_the_registry_is_bound_without_a_code(town: Town, tmp_path: Path) -> None:
    wecom = FakeWecom()
    named(town, town.reporter, "ZhangSan")
    async with on_wecom(town, tmp_path, wecom=wecom):
        zhang = wecom.member("ZhangSan")
        zhang.says("报进展")
        await zhang.sees("张三")
        await zhang.sees(lambda each: NORTH[:4] in "".join(each.buttons))
        ghost = wecom.member("Ghost")
        ghost.says("报进展")
        await ghost.sees("邀请码")
    bound = town.do(lambda s: s.scalars(select(Binding).where(Binding.user == "ZhangSan")).all())
    assert [(each.person_id, each.channel) for each in bound] == [(int(town.reporter.user) - 1000, "wecom")]


async def test_whose_account_was_ended_needs_a_code_again(town: Town, tmp_path: Path) -> None:
    wecom = FakeWecom()
    named(town, town.reporter, userid(town.reporter))
    async with on_wecom(town, tmp_path, wecom=wecom) as phones:
        me = wecom.member(userid(town.reporter))
        await phones.program.database.run(
            lambda s: [setattr(each, "ended", town.clock.now) for each in s.scalars(select(Binding))]
        )
        me.says("报进展")
        await me.sees("邀请码")


async def test_a_message_that_comes_four_times_is_taken_once(town: Town, tmp_path: Path) -> None:
    wecom = FakeWecom()
    wecom.callbacks.repeats = 4
    async with on_wecom(town, tmp_path, wecom=wecom):
        me = wecom.member(userid(town.reporter))
        for said in ("报进展", NORTH, "1200", "主体封顶", "没有", "确认"):
            me.says(said)
        await me.sees("已收到 J1")
        await wecom.callbacks.settled()
    assert len(town.rows(Report)) == 1
    assert Counter(row.state for row in town.rows(InboxRow)) == {"done": 6}


async def test_a_receipt_in_doubt_is_sent_again_and_seen_once(town: Town, tmp_path: Path) -> None:
    wecom = FakeWecom()
    async with on_wecom(town, tmp_path, wecom=wecom):
        me = wecom.member(userid(town.reporter))
        for said in ("报进展", NORTH, "1200", "主体封顶", "没有"):
            me.says(said)
        await me.sees("请核对")
        await me.sees(lambda each: bool(each.choices))  # the card comes after its words
        wecom.faults.script("message/send", [server_error(accepted=True)])
        me.says("确认")
        await me.sees("已收到 J1")
        await wecom.until(lambda: wecom.sending.swallowed)
        assert len([each for each in me.shown if each.text.startswith("已收到 J1")]) == 1
    [row] = town.do(lambda s: s.scalars(select(OutboxRow).where(OutboxRow.number == "J1")).all())
    assert (row.attempts, row.ambiguous) == (2, 1)


async def test_a_photo_from_wecom_is_filed_with_its_report(town: Town, tmp_path: Path) -> None:
    wecom = FakeWecom()
    async with on_wecom(town, tmp_path, wecom=wecom) as phones:
        me = wecom.member(userid(town.reporter))
        for said in ("报进展", NORTH, "1200", "主体封顶"):
            me.says(said)
        await me.sees("照片")
        me.sends_photo(a_picture())
        await me.sees("已收1张")
        me.taps("就这些")
        await me.sees("请核对")
        me.says("确认")
        await me.sees("已收到 J1")
        database = phones.program.database

        async def stored() -> list[str]:
            return await database.read(lambda s: list(s.scalars(select(MediaFile.state))))

        while await stored() != ["stored"]:
            await wecom.callbacks.settled()


async def test_an_untrusted_address_is_explained_to_the_admin_by_another_channel(
    town: Town, tmp_path: Path
) -> None:
    wecom = FakeWecom()
    wecom.faults.untrusted = True
    admin = str(int(town.office.user) - 1000)
    async with on_wecom(town, tmp_path, {"ADMIN": admin}, wecom) as phones:
        me = wecom.member(userid(town.reporter))
        me.says("帮助")
        me.says("帮助")
        database = phones.program.database

        async def told() -> list[OutboxRow]:
            wanted = select(OutboxRow).where(OutboxRow.lane == Lane.URGENT.order)
            return await database.read(lambda s: list(s.scalars(wanted)))

        while not await told():
            await wecom.until(lambda: wecom.callbacks.deliveries)
        [row] = await told()
        assert row.channel == "tryout"
        assert "203.0.113.7" in row.body["text"]
        wecom.faults.untrusted = False
        await me.sees("报进展", timeout=20)


async def test_a_restart_does_not_forget_what_a_member_got_in_the_last_minute(
    town: Town, tmp_path: Path
) -> None:
    wecom = FakeWecom()
    user = userid(town.reporter)
    async with on_wecom(town, tmp_path, wecom=wecom):
        me = wecom.member(user)
        for _ in range(20):
            me.says("帮助")
        await wecom.until(lambda: len(me.shown) == 20)
    async with on_wecom(town, tmp_path, wecom=wecom):
        for _ in range(20):
            me.says("帮助")
        await wecom.until(lambda: len(me.shown) == wiring.LIMITS.group)
        other = wecom.member(userid(town.office))
        other.says("帮助")
        await other.sees("您能做什么")
        assert (len(me.shown), me.dropped) == (wiring.LIMITS.group, 0)


def test_no_member_gets_more_than_wecom_would_show_in_a_minute_or_an_hour() -> None:
    now = [0.0]
    rates = Rates(wiring.LIMITS, lambda: now[0], is_group=lambda _chat: True)
    moments: list[float] = []
    while len(moments) < 1200:
        now[0] = max(now[0], rates.when(Lane.REPLY, "zhang"))
        rates.take(Lane.REPLY, "zhang")
        moments.append(now[0])
    for span, most in ((60, 30), (3600, 1000)):
        for at, moment in enumerate(moments):
            assert sum(each < moment + span for each in moments[at:]) <= most
