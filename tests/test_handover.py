"""交接: responsibility passes on a day, both sides have one message and say so, and nobody inherits a past."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.commands import HandOver
from handlers.deeds.carry_out import carry_out
from rules.kinds import DutyKind, Role
from storage import ledger
from storage.messages import Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Handover, Person, Project, Responsibility
from storage.tables.reporting import Duty
from tests.builders import a_binding, a_person, a_responsibility, a_role, a_unit, an_issue
from tests.chat import labels
from tests.test_scope import a_turn
from tests.town import NORTH, SOUTH, Town

REPORTER, DEPUTY, HEAD = 1, 2, 3  # the town's first people
DAY = date(2012, 3, 26)


def hands_over(town: Town, *edits: str) -> Outgoing:
    """The reporter gives everything to 李四, with what is changed on the card first: buttons, or typed words."""
    me = town.reporter
    me.says("交接")
    me.taps("李四")
    for edit in edits:
        _ = me.taps(edit[1:]) if edit.startswith("*") else me.says(edit)
    return me.taps("✅ 确认交接")


def answers(town: Town, project: int, day: date, role: Role = Role.REPORTER) -> list[int]:
    def work(session: Session) -> list[int]:
        rows = session.scalars(select(Responsibility).order_by(Responsibility.id))
        return [
            row.person_id
            for row in rows
            if row.project_id == project
            and row.role is role
            and row.since <= day
            and (row.until is None or day < row.until)
        ]

    return town.do(work)


def test_from_the_day_of_the_hand_over_the_successor_answers_and_not_before(town: Town) -> None:
    assert hands_over(town, "*改日期", "4月2日").title == "交接已办：张三→李四"
    assert answers(town, town.north, date(2012, 4, 1)) == [REPORTER]
    assert answers(town, town.north, date(2012, 4, 2)) == [DEPUTY]


def hands_on(town: Town, *edits: str) -> Outgoing:
    """The reporter thinks better of it and gives everything to 赵局长."""
    me = town.reporter
    me.says("交接")
    me.taps("赵局长")
    for edit in edits:
        _ = me.taps(edit[1:]) if edit.startswith("*") else me.says(edit)
    return me.taps("✅ 确认交接")


def becomes(town: Town, name: str) -> None:
    """The office has somebody else report on 城北水厂 from today."""
    for step in ("换人", NORTH, "联络人", name, "确认"):
        town.office.says(step)


def open_packets(town: Town) -> list[tuple[int, int]]:
    return [(row.from_id, row.to_id) for row in town.rows(Handover) if row.project_ids]


@pytest.mark.parametrize("edits", [("*改日期", "4月9日"), ()], ids=["later", "today"])
def test_of_two_hand_overs_ahead_only_the_last_takes_place(town: Town, edits: tuple[str, ...]) -> None:
    hands_over(town, "*改日期", "4月2日")
    hands_on(town, *edits)
    assert answers(town, town.north, date(2012, 4, 5)) == ([REPORTER] if edits else [HEAD])
    assert answers(town, town.north, date(2012, 4, 10)) == [HEAD]
    assert open_packets(town) == [(REPORTER, HEAD)]
    assert town.deputy.last().text == f"原定4月2日交给您的项目改由别人接手，不交给您了：{NORTH}、{SOUTH}。"
    assert town.deputy.says("已交接").text == "没有等您确认的交接。"


def test_the_packet_of_a_hand_over_that_was_called_off_cannot_be_confirmed(town: Town) -> None:
    hands_over(town, "*改日期", "4月2日")
    packet = next(each for each in town.deputy.messages() if "已交接" in labels(each))
    hands_on(town)
    assert town.deputy.taps("已交接", of=packet).text == "没有等您确认的交接。"


def test_a_hand_over_that_is_brought_forward_is_one_hand_over(town: Town) -> None:
    hands_over(town, "*改日期", "4月2日")
    hands_over(town)
    for day in (DAY, date(2012, 4, 10)):
        assert answers(town, town.north, day) == [DEPUTY]
    assert open_packets(town) == [(REPORTER, DEPUTY)]


def test_of_some_projects_handed_on_the_rest_pass_as_arranged(town: Town) -> None:
    hands_over(town, "*改日期", "4月2日")
    hands_on(town, "*只交其中几个", f"*☑ {SOUTH}", "*完成")
    assert answers(town, town.north, date(2012, 4, 10)) == [HEAD]
    assert answers(town, town.south, DAY) == [REPORTER]
    assert answers(town, town.south, date(2012, 4, 10)) == [DEPUTY]


def test_somebody_put_in_meanwhile_takes_the_place_of_both(town: Town) -> None:
    town.do(lambda session: a_role(session, session.get_one(Person, HEAD), Role.REPORTER))
    hands_over(town, "*改日期", "4月2日")
    becomes(town, "赵局长")
    for day in (DAY, date(2012, 4, 10)):
        assert answers(town, town.north, day) == [HEAD]
    assert answers(town, town.south, date(2012, 4, 10)) == [DEPUTY]
    assert [each.title for each in town.reporter.messages()][-1] == "您的项目交给赵局长了"


def test_who_was_to_hand_over_can_be_kept(town: Town) -> None:
    hands_over(town, "*改日期", "4月2日")
    told = len(town.reporter.messages())
    becomes(town, "张三")
    for day in (DAY, date(2012, 4, 10)):
        assert answers(town, town.north, day) == [REPORTER]
    assert len(town.reporter.messages()) == told  # nothing passes from them to themselves
    assert open_packets(town) == [(REPORTER, DEPUTY)]
    assert [row.project_ids for row in town.rows(Handover)] == [[town.south]]


def test_another_field_changed_meanwhile_leaves_a_hand_over_ahead_as_it_is(town: Town) -> None:
    hands_over(town, "*改日期", "4月2日")
    for step in ("改项目", NORTH, "年度目标", "封顶", "确认"):
        town.office.says(step)
    assert answers(town, town.north, DAY) == [REPORTER]
    assert answers(town, town.north, date(2012, 4, 10)) == [DEPUTY]


def test_if_the_successor_leaves_before_the_day_the_giver_goes_on_and_is_told(town: Town) -> None:
    hands_over(town, "*改日期", "4月2日")
    for step in ("解绑", "李四", "离任"):
        town.head.says(step)
    assert "原定交给他的项目不交了，仍由张三负责。" in town.head.says("确认").text
    assert answers(town, town.north, date(2012, 4, 10)) == [REPORTER]
    assert town.reporter.last().text.startswith(
        f"原定4月2日交给李四的项目仍由您负责，李四已离任：{NORTH}、{SOUTH}"
    )
    called_off = f'"called_off":[{town.north},{town.south}]'
    assert any(called_off in row.canonical for row in town.rows(LedgerRow))
    assert "还没确认的交接" not in town.office.says("台账").text


def test_the_successor_of_somebody_who_left_before_has_the_packet_too(town: Town) -> None:
    town.do(lambda session: a_role(session, session.get_one(Person, DEPUTY), Role.REPORTER))
    for step in ("解绑", "张三", "离任", "确认"):
        town.office.says(step)
    town.clock.pass_(days=1)
    becomes(town, "李四")
    packet = town.deputy.last()
    assert packet.title == "张三的项目交给您了"
    assert "　欠报：2012年3月进展" in packet.text
    town.deputy.taps("已交接")
    assert any("交接完成" in each.text for each in town.office.messages())


def test_a_second_contact_takes_nothing_over_from_the_first(town: Town) -> None:
    town.do(lambda session: a_role(session, session.get_one(Person, DEPUTY), Role.REPORTER))
    becomes(town, "张三、李四")
    assert answers(town, town.north, DAY) == [REPORTER, DEPUTY]
    assert town.rows(Handover) == []


def test_some_projects_can_be_handed_over_and_the_rest_kept(town: Town) -> None:
    hands_over(town, "*只交其中几个", f"*☑ {SOUTH}", "*完成")
    assert answers(town, town.north, date(2012, 3, 26)) == [DEPUTY]
    assert answers(town, town.south, date(2012, 3, 26)) == [REPORTER]


def test_the_successor_has_one_message_with_what_is_open_and_buttons_for_it(town: Town) -> None:
    town.do(lambda session: an_issue(session, project=session.get_one(Project, town.north), what="两户阻工"))
    before = len(town.deputy.messages())
    hands_over(town)
    [packet] = town.deputy.messages()[before:]
    assert packet.title == "张三的项目交给您了"
    assert packet.text.splitlines() == [
        "联络人，3月26日起由您负责：",
        f"7号 {NORTH}",
        "　欠报：2012年3月进展，4月5日 18:00前",
        "　问题 W1：两户阻工",
        f"13号 {SOUTH}",
        "　欠报：2012年3月进展，4月5日 18:00前",
        "接清楚了，点「已交接」。",
    ]
    assert labels(packet) == ["已交接", f"报进展：{NORTH}", f"报进展：{SOUTH}"]
    assert town.deputy.taps("报进展", of=packet).title.startswith("城北水厂扩建工程：2012年3月完成投资")


def test_what_fell_due_before_is_named_as_the_predecessors(town: Town) -> None:
    town.clock.strike(4, 6)
    hands_over(town)
    assert "2012年3月进展已过4月5日 18:00，记在张三名下" in town.deputy.last().text


def test_both_confirm_and_then_the_office_is_told_once(town: Town) -> None:
    hands_over(town)
    assert town.deputy.taps("已交接").text == "已记下：您确认已交接。"
    assert town.deputy.says("已交接").text == "没有等您确认的交接。"
    assert "张三还没点" in town.office.says("台账").text
    assert "李四、" not in town.office.last().text
    assert town.reporter.says("已交接").text == "已记下：您确认已交接。"
    told = [each.text for each in town.office.messages() if "交接完成" in each.text]
    assert told == ["交接完成：张三→李四，联络人，2个项目，双方都已确认。"]
    assert "还没确认的交接" not in town.office.says("台账").text
    [packet] = town.rows(Handover)
    assert packet.given is not None
    assert packet.taken is not None
    assert town.do(ledger.verify) == []


def test_a_tap_on_anothers_packet_confirms_nothing(town: Town) -> None:
    hands_over(town)
    assert town.head.presses("o|handed_over|1").text == "没有等您确认的交接。"
    assert [(row.given, row.taken) for row in town.rows(Handover)] == [(None, None)]


def test_a_late_report_stays_with_who_answered_when_it_fell_due(town: Town) -> None:
    town.clock.strike(4, 6)  # a day after the due date, four before the close
    hands_over(town)
    town.reaches(4, 11)
    closed = [row for row in town.rows(Duty) if row.period == "2012-03" and row.kind is DutyKind.PROGRESS]
    by_project = {row.project_id: row.answerable for row in closed}
    assert by_project == {town.north: [REPORTER, DEPUTY, HEAD], town.south: [REPORTER, HEAD]}


def test_a_report_due_after_the_hand_over_is_the_successors(town: Town) -> None:
    hands_over(town)
    town.reaches(4, 11)
    [south] = [row for row in town.rows(Duty) if row.project_id == town.south and row.state]
    assert south.answerable == [HEAD, DEPUTY]


def test_a_contact_hands_over_only_to_a_colleague(town: Town) -> None:
    def work(session: Session) -> None:
        a_person(session, name="外单位的", unit=a_unit(session))

    town.do(work)
    people = labels(town.reporter.says("交接"))
    assert [each for each in people if "（" in each] == ["李四（城北区住建局）", "赵局长（城北区住建局）"]


def test_the_head_hands_over_a_colleagues_projects_and_the_office_anybodys(town: Town) -> None:
    town.head.says("交接")
    town.head.taps("张三")
    town.head.taps("李四")
    assert town.head.taps("✅ 确认交接").title == "交接已办：张三→李四"
    assert town.reporter.last().title == "您的项目交给李四了"
    town.office.says("交接")
    town.office.taps("王市长")

    def new_leader(session: Session) -> None:
        a_person(session, name="陈副市长", role=Role.LEAD_LEADER)

    town.office.says("取消")
    town.do(new_leader)
    town.office.says("交接")
    town.office.taps("王市长")
    town.office.taps("陈副市长")
    assert town.office.taps("✅ 确认交接").title == "交接已办：王市长→陈副市长"


def test_a_role_of_a_leader_passes_only_to_who_holds_it(town: Town) -> None:
    town.head.says("交接")
    town.head.taps("赵局长")
    assert town.head.last().text == "没有可以接手的人。请先让市项目办在台账里加人或加角色。"


def test_a_colleague_who_reported_nothing_becomes_a_contact(town: Town) -> None:
    def work(session: Session) -> int:
        colleague = a_person(
            session, name="小吴", unit_id=session.get_one(Person, REPORTER).unit_id, role=None
        )
        a_binding(session, colleague, channel="chat")
        return colleague.id

    colleague = town.chat(str(town.do(work) + 1000))
    town.reporter.says("交接")
    town.reporter.taps("小吴")
    town.reporter.taps("✅ 确认交接")
    assert colleague.says("报进展").title == "哪个项目？"
    assert town.reporter.says("报进展").text == "没有要您上报的项目。如有出入，请告诉市项目办。"


def test_what_has_passed_meanwhile_cannot_be_handed_over_again(town: Town) -> None:
    town.reporter.says("交接")
    card = town.reporter.taps("李四")
    town.head.says("交接")
    town.head.taps("张三")
    town.head.taps("赵局长")
    town.head.taps("✅ 确认交接")
    town.reporter.taps("✅ 确认交接", of=card)
    assert len(town.rows(Handover)) == 1


def test_a_hand_over_never_begins_in_the_past(town: Town) -> None:
    town.reporter.says("交接")
    town.reporter.taps("李四")
    town.reporter.taps("改日期")
    assert "不能早于3月26日" in town.reporter.says("2012-03-01").text


def test_a_successor_takes_over_a_project_that_they_have_already_only_once(town: Town) -> None:
    def work(session: Session) -> None:
        a_responsibility(session, session.get_one(Project, town.north), session.get_one(Person, DEPUTY))

    town.do(work)
    hands_over(town)
    assert answers(town, town.north, date(2012, 3, 26)) == [DEPUTY]


def test_who_hands_over_themselves_is_answered_once(town: Town) -> None:
    before = len(town.reporter.messages())
    done = hands_over(town)
    assert labels(done) == ["已交接"]
    assert len(town.reporter.messages()) - before == 3  # whom to, the card, the answer


def test_nobody_waits_for_the_word_of_who_has_left(town: Town) -> None:
    hands_over(town)
    for step in ("解绑", "张三", "离任", "确认"):
        town.office.says(step)
    assert "李四还没点" in town.office.says("台账").text
    town.deputy.says("已交接")
    assert any("交接完成" in each.text for each in town.office.messages())
    assert "还没确认的交接" not in town.office.says("台账").text


def test_the_word_of_one_side_is_not_the_others(town: Town) -> None:
    hands_over(town)
    town.reporter.says("已交接")
    assert [(row.given is None, row.taken is None) for row in town.rows(Handover)] == [(False, True)]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (HandOver(REPORTER, DEPUTY, Role.REPORTER, (99,), DAY), "没有办成，情况有变化"),
        (HandOver(REPORTER, DEPUTY, Role.REPORTER, (), DAY), "没有办成，情况有变化"),
        (HandOver(REPORTER, DEPUTY, Role.REPORTER, (1,), date(2012, 3, 1)), "没有办成，情况有变化"),
        (HandOver(HEAD, REPORTER, Role.HEAD, (1,), DAY), "张三没有「一把手」这个角色"),
        (HandOver(REPORTER, 4, Role.REPORTER, (1,), DAY), "只能交给本单位的同事"),
    ],
)
def test_the_deed_itself_refuses_what_no_card_offers(town: Town, command: HandOver, said: str) -> None:
    outcome = town.do(lambda session: carry_out(a_turn(town, session, "head"), command, None))
    assert outcome.message.text.startswith(said)
    assert town.rows(Handover) == []
