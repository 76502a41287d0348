"""秘书: a secretary reads and acts on a leader's behalf, marked so, from the first day to the last."""

from datetime import date

from sqlalchemy.orm import Session

from storage import ledger
from storage.messages import Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Person, Secretary
from storage.tables.reporting import IssueEvent
from tests.builders import a_binding, a_person, a_secretary
from tests.chat import Chat, labels
from tests.town import Town

LEADER = 4  # 王市长


def a_helper(town: Town, **given: object) -> Chat:
    """王秘书, who acts for 王市长."""

    def work(session: Session) -> int:
        row = a_secretary(session, leader_id=LEADER, **given)  # type: ignore[arg-type]  # columns by name
        person = session.get_one(Person, row.person_id)
        a_binding(session, person, channel="chat")
        return person.id

    return town.chat(str(town.do(work) + 1000))


def a_major_problem(town: Town) -> Outgoing:
    me = town.reporter
    me.says("报问题")
    for step in ("城北水厂", "🔴 重大问题", "征拆"):
        me.taps(step)
    for words in ("两户阻工", "刚才", "就在项目现场", "暂时不需要"):
        me.says(words)
    me.taps("没有照片")
    return me.taps("🔴 确认，立即上报")


def test_the_secretary_gets_what_the_leader_gets_marked_as_on_behalf(town: Town) -> None:
    helper = a_helper(town)
    a_major_problem(town)
    mine, leaders = helper.last(), town.leader.last()
    assert mine.title == f"{leaders.title}（代王市长）"
    assert (mine.text, labels(mine)) == (leaders.text, labels(leaders))


def test_what_a_secretary_takes_note_of_is_stored_and_shown_as_on_behalf(town: Town) -> None:
    helper = a_helper(town)
    a_major_problem(town)
    assert "代王市长知悉 W1" in helper.taps("已知悉").text
    assert town.reporter.last().text == "3月26日 9:00 王秘书代王市长已知悉 W1（城北水厂扩建工程）"
    assert town.leader.last().text == "3月26日 9:00 王秘书代王市长已知悉 W1（城北水厂扩建工程）"
    assert "王秘书代王市长" in town.leader.says("W1").text
    [event] = [row for row in town.rows(IssueEvent) if row.kind == "acknowledged"]
    assert event.note == f"for {LEADER}"
    assert any(f'"leader":{LEADER}' in row.canonical for row in town.rows(LedgerRow))
    assert town.do(ledger.verify) == []


def test_the_leader_takes_note_as_themselves(town: Town) -> None:
    a_helper(town)
    a_major_problem(town)
    town.leader.taps("已知悉")
    assert town.reporter.last().text == "3月26日 9:00 王市长已知悉 W1（城北水厂扩建工程）"


def test_a_secretary_looks_up_what_the_leader_may(town: Town) -> None:
    a_major_problem(town)
    helper = a_helper(town)
    assert "两户阻工" in helper.says("W1").text


def test_after_the_last_day_the_secretary_sees_and_does_nothing_more(town: Town) -> None:
    helper = a_helper(town, until=date(2012, 3, 27))
    a_major_problem(town)
    alert = helper.last()
    town.clock.pass_(days=1)
    assert helper.taps("已知悉", of=alert).text == "没有找到问题 W1。"
    assert helper.says("W1").text == "没有找到问题 W1。"


def test_nobody_is_told_before_the_first_day(town: Town) -> None:
    helper = a_helper(town, since=date(2012, 3, 27))
    a_major_problem(town)
    assert helper.messages() == []


def test_who_is_told_themselves_acts_as_themselves(town: Town) -> None:
    def work(session: Session) -> None:
        a_secretary(session, leader_id=LEADER, person=session.get_one(Person, 5))

    town.do(work)
    a_major_problem(town)
    assert not town.department.last().title.endswith("（代王市长）")
    town.department.taps("签收")
    assert town.reporter.last().text == "3月26日 9:00 孙主任已签收 W1（城北水厂扩建工程）"


def test_the_office_appoints_with_dates_and_the_leader_is_told(town: Town) -> None:
    town.do(lambda session: a_person(session, name="王秘书", role=None))
    office = town.office
    office.says("秘书")
    office.says("王秘书")
    office.taps("王市长")
    office.taps("改「从哪天起」")
    office.says("4月1日")
    office.taps("改「到哪天止」")
    card = office.says("4月30日")
    assert "4月1日起，到4月30日止（含当天）" in card.text
    assert office.taps("✅ 确认设置").text == "已设置：4月1日起，王秘书代王市长。"
    [row] = town.rows(Secretary)
    assert (row.since, row.until) == (date(2012, 4, 1), date(2012, 5, 1))
    assert town.leader.last().text.startswith("4月1日起，王秘书代王市长接收消息")


def test_an_appointment_that_is_ended_ends_today(town: Town) -> None:
    helper = a_helper(town)
    town.office.says("秘书")
    town.office.taps("停：王秘书代王市长")
    assert town.office.taps("✅ 确认停止").text == "已停止：王秘书不再代王市长。"
    a_major_problem(town)
    assert [each.text for each in helper.messages()] == ["王秘书不再代王市长。"]


def test_nobody_but_the_office_appoints(town: Town) -> None:
    assert town.leader.says("秘书").text == "这件事由市项目办办。"
