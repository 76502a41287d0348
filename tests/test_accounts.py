"""解绑, 离任, 换号: an account that is somebody's no more, somebody who left, and a code for a new telephone."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.kinds import Lane, Role
from storage import invites, ledger, sends
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Binding, Invite, Person, PersonRole, Responsibility
from storage.tables.traffic import OutboxRow, Talk
from tests.builders import a_binding, a_person, a_report, a_role, a_unit, an_outbox_row
from tests.chat import Chat, labels
from tests.town import Town

REPORTER, OFFICE = 1, 6  # of the town's people
STRANGER = "我还不认识您"


def unbinds(chat: Chat, name: str, how: str) -> str:
    chat.says("解绑")
    chat.says(name)
    chat.taps(how)
    return chat.taps("✅ 确认").text


@pytest.mark.parametrize("who", ["office", "head", "deputy"])
def test_an_account_ends_at_once_and_its_person_is_told(town: Town, who: str) -> None:
    assert unbinds(getattr(town, who), "张三", "只解绑账号") == "张三已解绑，账号失效。"
    assert town.reporter.last().text.startswith("您的账号已由")
    assert town.reporter.says("报进展").text.startswith(STRANGER)
    assert not any(row.until for row in town.rows(Responsibility))


def waits(town: Town, **given: object) -> int:
    """A notice that waits for 张三."""
    values = {"channel": "chat", "account": "bot", "chat": town.reporter.user, "person_id": REPORTER, **given}
    return town.do(lambda session: an_outbox_row(session, **values).id)


@pytest.mark.parametrize("how", ["只解绑账号", "离任"])
def test_what_waited_for_an_account_that_ended_is_never_sent(town: Town, how: str) -> None:
    row = waits(town)
    unbinds(town.head, "张三", how)
    assert town.do(lambda session: session.get_one(OutboxRow, row).state) == "expired"
    assert [each.body["text"] for each in town.reporter.rows() if each.state == "due"] == [
        each.text for each in town.reporter.messages() if each.text.startswith("您的账号已由")
    ]


def test_what_is_being_sent_to_an_account_that_ended_is_not_sent_again(town: Town) -> None:
    row = waits(town, state="sending", lease=town.clock.now, lane=Lane.URGENT.order)
    unbinds(town.head, "张三", "离任")
    town.clock.pass_(minutes=5)

    def claims(session: Session) -> list[int]:
        now = town.clock.now
        room, lease = sends.Room(100, 100), timedelta(minutes=1)
        found = sends.claim(
            session, channel="chat", account="bot", room=room, now=now, machine=now, lease=lease
        )
        return [each.id for each in found.rows]

    assert row not in town.do(claims)
    assert town.do(lambda session: session.get_one(OutboxRow, row).state) == "expired"


def test_others_get_what_waits_for_them(town: Town) -> None:
    row = waits(town, chat=town.deputy.user, person_id=2)
    unbinds(town.head, "张三", "离任")
    assert town.do(lambda session: session.get_one(OutboxRow, row).state) == "due"


def test_an_invite_that_was_not_used_ends_with_the_account(town: Town) -> None:
    code = town.do(lambda session: invites.create(session, REPORTER, town.clock.now))
    unbinds(town.office, "张三", "只解绑账号")
    assert town.chat("9").says(code).text.startswith("邀请码不对或已过期")


def test_who_leaves_holds_nothing_from_today_and_the_past_stays(town: Town) -> None:
    town.has_reported(town.north, "2012-02")
    said = unbinds(town.head, "张三", "离任")
    assert said.startswith("张三已离任")
    assert "这些项目现在没有联络人了：城北水厂扩建工程、南湖大道改造" in said
    person = town.do(lambda session: session.get_one(Person, REPORTER))
    assert not person.active
    today = date(2012, 3, 26)
    rows = [row for row in (*town.rows(PersonRole), *town.rows(Responsibility)) if row.person_id == REPORTER]
    assert {(row.since, row.until) for row in rows} == {(date(2012, 1, 1), today)}
    assert town.do(lambda session: session.scalars(select(Binding.ended).where(Binding.person_id == 1)).one())
    assert town.do(lambda session: a_report(session).id)  # reports still point at people who left
    assert town.do(ledger.verify) == []


def test_who_has_left_is_not_told_and_cannot_be_bound_again(town: Town) -> None:
    before = len(town.reporter.messages())
    unbinds(town.office, "张三", "离任")
    assert len(town.reporter.messages()) == before
    code = town.do(lambda session: invites.create(session, REPORTER, town.clock.now))
    assert town.reporter.says(code).text.startswith("邀请码不对或已过期")


def test_the_card_says_what_is_still_in_the_leavers_hands(town: Town) -> None:
    town.head.says("解绑")
    town.head.says("张三")
    assert "名下还有2个项目。最好先办「交接」" in town.head.taps("离任").text


def test_a_head_sees_only_the_own_unit(town: Town) -> None:
    town.do(lambda session: a_person(session, name="外单位的", unit=a_unit(session)).id)
    seen = [each for each in labels(town.head.says("解绑")) if "（" in each]
    assert seen == ["张三（城北区住建局）", "李四（城北区住建局）", "赵局长（城北区住建局）"]


def test_a_deputy_of_the_citys_unit_gets_no_code_for_the_office(town: Town) -> None:
    def work(session: Session) -> int:
        unit = session.get_one(Person, OFFICE).unit_id
        deputy = a_person(session, unit_id=unit, role=Role.DEPUTY, name="副秘书长")
        a_binding(session, deputy, channel="chat")
        return deputy.id

    chat = town.chat(str(town.do(work) + 1000))
    assert [each for each in labels(chat.says("换号")) if "（" in each] == ["副秘书长（市政府）"]


@pytest.mark.parametrize("word", ["解绑", "换号", "交接"])
def test_a_deputy_is_not_offered_their_own_head(town: Town, word: str) -> None:
    assert not any("赵局长" in each for each in labels(town.deputy.says(word)))


@pytest.mark.parametrize("who", ["reporter", "leader", "department"])
@pytest.mark.parametrize("word", ["解绑", "换号"])
def test_nobody_else_ends_accounts_or_gives_codes(town: Town, who: str, word: str) -> None:
    assert getattr(town, who).says(word).text == "这件事由市项目办或本单位一把手、分管领导办。"


def test_the_last_of_the_office_cannot_leave(town: Town) -> None:
    assert unbinds(town.office, "周科长", "离任").startswith("市项目办只剩这一个人了")
    assert town.office.says("台账").title == "台账"


def test_two_of_the_office_and_one_may_leave(town: Town) -> None:
    def work(session: Session) -> None:
        a_role(session, session.get_one(Person, 5), Role.OFFICE)

    town.do(work)
    assert unbinds(town.office, "孙主任", "离任").startswith("孙主任已离任")


def test_a_new_code_binds_a_new_telephone_and_only_then_the_old_one_ends(town: Town) -> None:
    town.head.says("换号")
    town.head.says("张三")
    given = town.head.taps("✅ 发邀请码")
    assert given.title == "张三的邀请码"
    code = given.text.splitlines()[0]
    assert town.reporter.says("报进展").title == "哪个项目？"
    assert town.chat("77").says(code).title.startswith("张三，您好")
    assert town.reporter.last().text.startswith("您已改用另一个账号上报")
    assert town.reporter.says("报进展").text.startswith(STRANGER)


def test_whoever_a_code_is_made_for_is_told_by_whom(town: Town) -> None:
    town.head.says("换号")
    town.head.says("张三")
    code = town.head.taps("✅ 发邀请码").text.splitlines()[0]
    told = town.reporter.last().text
    assert told.startswith("赵局长给您发了新的邀请码")
    assert code not in told


def test_a_code_is_said_once_and_is_nowhere_in_the_talk_or_the_ledger(town: Town) -> None:
    town.head.says("换号")
    card = town.head.says("张三")
    code = town.head.taps("✅ 发邀请码").text.splitlines()[0]
    assert town.head.taps("✅ 发邀请码", of=card).text.endswith("要再发，请重新点「换号」。")
    kept = [f"{row.answers}{row.outcome}" for row in town.rows(Talk)]
    kept += [row.canonical for row in town.rows(LedgerRow)]
    assert not any(code in text for text in kept)
    assert [row.code_hash for row in town.rows(Invite)] == [invites.digest(code)]
