"""督办单: an instruction becomes an order with a number, and every order comes back to who gave it."""

import io
from collections.abc import Iterator
from datetime import datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from reminders.reach import Reach
from reminders.sweep import next_instant, sweep
from rules.kinds import OrderKind, OrderState, OrderStep, Role, Severity
from storage import drawing, ledger
from storage import rules as stored_rules
from storage.export.city import export
from storage.messages import Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.ordering import Order, OrderDraw, OrderEvent
from storage.tables.registry import Binding, Person, Project
from storage.tables.reporting import Issue, MediaFile
from storage.tables.traffic import AwaitedPhoto, OutboxRow
from tests.builders import (
    a_binding,
    a_leave,
    a_milestone,
    a_person,
    a_project,
    a_role,
    a_secretary,
    a_unit,
    an_issue,
    an_order,
)
from tests.chat import START, ZONE, Chat, labels
from tests.town import NORTH, Town, reports_problem

REACH = Reach(frozenset({("chat", "bot")}))


@pytest.fixture(autouse=True)
def _the_ledger_holds(town: Town) -> Iterator[None]:
    yield
    assert town.do(ledger.verify) == []


@pytest.fixture
def bureau(town: Town) -> Chat:
    """市自然资源和规划局, with a contact of its own."""
    return joins(town, "规局长", Role.LEAD_DEPARTMENT, "市自然资源和规划局")


def joins(town: Town, name: str, role: Role, unit: str) -> Chat:
    def work(session: Session) -> int:
        person = a_person(session, name=name, role=role, unit=a_unit(session, name=unit))
        a_binding(session, person, channel="chat")
        return person.id

    return town.chat(str(town.do(work) + 1000))


def sweeps(town: Town) -> None:
    while town.do(lambda session: sweep(session, town.clock.now, ZONE, reach=REACH)):
        pass


def reaches(town: Town, month: int, day: int, hour: int = 9, minute: int = 0) -> None:
    """Time passes as in the program: it stops wherever something falls due."""
    end = datetime(2012, month, day, hour, minute, tzinfo=ZONE)
    while True:
        coming = town.do(lambda session: next_instant(session, town.clock.now, ZONE))
        town.clock.now = min(end, coming)
        sweeps(town)
        if town.clock.now == end:
            return


def the_order(town: Town, number: int = 1) -> Order:
    return town.do(lambda session: session.get_one(Order, number))


def about(chat: Chat, number: str = "D1") -> list[Outgoing]:
    """What was sent to somebody about an order."""
    bodies = [row for row in chat.rows() if row.number == number]
    return [Outgoing.model_validate(row.body) for row in bodies]


def draft(town: Town, text: str = "请自规局本周内拿方案") -> None:
    reports_problem(town.reporter)
    town.leader.says(f"W1 {text}")


def confirmed(town: Town) -> None:
    draft(town)
    town.office.says("确认 D1")


# From the leader's line to the report back


def test_from_a_leaders_reply_to_the_report_back(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    receipt = town.leader.says("W1 请自规局本周内拿方案")
    assert receipt.text.splitlines()[1] == "已拟督办单 D1，由市项目办确认后下达，办结后向您报告。"
    shown = town.office.last()
    assert shown.title == "📝 请确认督办单 D1"
    assert shown.text.splitlines() == [
        f"事由：W1 {NORTH}：两户阻工",
        "要求：请自规局本周内拿方案",
        "承办：市自然资源和规划局",
        "时限：4月1日前",
        "签批：王市长",
    ]
    assert labels(shown)[0] == "确认下达"
    town.office.taps("确认下达", shown)
    sent = bureau.last()
    assert (sent.title, labels(sent)) == ("📌 督办单 D1", ["签收", "退单", "办结"])
    assert bureau.taps("签收").text == "已签收 D1，请在4月1日前办结"
    bureau.taps("申请延期")
    bureau.says("4月6日")
    assert bureau.says("等省里批文").text == "D1 已申请延到4月6日，等市项目办批"
    asked = town.office.last()
    assert asked.text.splitlines()[-1] == "想延到4月6日（原定4月1日）"
    town.office.taps("同意延期", asked)
    assert "时限：4月6日前" in bureau.last().text
    reaches(town, 4, 5)
    bureau.sends("plan", caption="办结 D1 方案已报市政府")
    done = town.office.last()
    assert "方案已报市政府" in done.text
    assert town.rows(AwaitedPhoto), "its photo follows the words"
    town.office.taps("同意办结", done)
    told = town.leader.last()
    assert told.title == "✅ 督办单 D1 已办结"
    assert told.text.splitlines()[2:] == [
        "承办：市自然资源和规划局",
        "4月5日完成，用时10天，按时",
        "结果：方案已报市政府",
    ]
    assert town.leader.rows()[-1].id in {row.outbox_id for row in town.rows(AwaitedPhoto)}
    assert the_order(town).state is OrderState.CHECKED


def test_the_office_taps_once_and_the_receiver_twice(town: Town, bureau: Chat) -> None:
    draft(town)
    before = len(town.office.rows())
    town.office.taps("确认下达")
    assert len(town.office.rows()) == before + 1
    bureau.taps("签收")
    bureau.says("D1 办结 方案已报")
    assert [event.step for event in town.rows(OrderEvent)] == [
        OrderStep.CONFIRM, OrderStep.SIGN, OrderStep.FINISH,
    ]  # fmt: skip


def test_the_office_is_told_of_an_instruction_once_and_the_unit_at_once(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    before = len(town.office.rows())
    town.leader.says("W1 请自规局本周内拿方案")
    assert len(town.office.rows()) == before + 1
    assert "王市长批示 W1" in town.reporter.last().text
    assert "王市长批示 W1" in town.head.last().text


def test_a_drill_becomes_no_order(town: Town) -> None:
    town.office.says("演练")
    town.office.says("7号")
    town.office.says("确认")
    town.leader.says("W1 请自规局本周内拿方案")
    assert town.rows(Order) == []


@pytest.mark.parametrize(
    ("text", "unit", "due"),
    [
        ("请自规局3个工作日内拿方案", "市自然资源和规划局", "03-29 18:00"),
        ("请市自然资源和规划局月底前拿方案", "市自然资源和规划局", "03-31 18:00"),
        ("请责任单位明天前报情况", "城北区住建局", "03-27 18:00"),
        ("住建局牵头、自规局配合，4月20日前办好", "城北区住建局", "04-20 18:00"),
        ("抓紧协调解决", None, "03-31 18:00"),  # five working days, one of them a Saturday that was worked
    ],
)
def test_who_and_by_when_are_found_in_the_words(
    town: Town, bureau: Chat, text: str, unit: str | None, due: str
) -> None:
    reports_problem(town.reporter)
    town.leader.taps("批示")
    town.leader.says(text)
    town.leader.taps("发出")
    order = the_order(town)
    name = town.do(lambda session: session.get_one(Person, int(bureau.user) - 1000).unit_id)
    names = {
        name: "市自然资源和规划局",
        town.do(lambda s: s.get_one(Project, town.north).unit_id): "城北区住建局",
    }
    assert names.get(order.unit_id or 0) == unit
    assert order.due.astimezone(ZONE).strftime("%m-%d %H:%M") == due


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("上半年 投资", "进度 上半年（您牵头的）"),
        ("红灯", "红灯（您牵头的）"),
        ("城北水厂", f"7号 {NORTH}"),
        ("W1", f"W1 🔴 重大问题：{NORTH}"),
        ("W1 怎么样了", f"W1 🔴 重大问题：{NORTH}"),
        ("进展如何？", f"W1 🔴 重大问题：{NORTH}"),
        ("城北区住建局 本月", "城北区住建局 本月（您牵头的）"),
    ],
)
def test_what_reads_as_a_question_is_answered_where_an_instruction_is_asked_for(
    town: Town, said: str, title: str
) -> None:
    reports_problem(town.reporter)
    town.leader.taps("批示")
    before = len(town.reporter.rows())
    assert town.leader.says(said).title == title
    assert town.rows(Order) == []
    assert len(town.reporter.rows()) == before
    assert town.leader.says("请自规局本周内拿方案").title == f"批示 W1 {NORTH}：", "the question still stands"


@pytest.mark.parametrize("step", ["prompt", "card"])
@pytest.mark.parametrize("said", ["请城北区住建局牵头", "由城北区住建局抓紧", "红灯 抓紧"])
def test_what_instructs_is_no_question_though_a_unit_in_it_could_be_asked_about(
    town: Town, step: str, said: str
) -> None:
    reports_problem(town.reporter)
    town.leader.taps("批示")
    if step == "card":
        town.leader.says("请自规局本周内拿方案")
    card = town.leader.says(said)
    assert card.title == f"批示 W1 {NORTH}："
    if step == "prompt":
        assert f"“{said}”" in card.text


def test_a_code_and_a_word_of_assent_are_no_instruction_where_one_is_asked_for(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.taps("批示")
    assert "A17" in town.leader.says("查 A17").text
    assert "知悉 W1" in town.leader.says("好的").text
    assert town.rows(Order) == []


def test_an_instruction_is_seen_and_may_be_changed_before_it_goes(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.taps("批示")
    card = town.leader.says("岳阳楼区 本月")
    assert card.text.startswith("“岳阳楼区 本月”")
    assert town.rows(Order) == []
    town.leader.taps("改")
    town.leader.says("请自规局本周内拿方案")
    assert town.leader.says("发出").text.startswith("W1 的批示已送市项目办和责任单位：请自规局本周内拿方案")
    assert [row.what for row in town.rows(Order)] == ["请自规局本周内拿方案"]


@pytest.mark.parametrize("step", ["prompt", "card"])
@pytest.mark.parametrize("said", ["请抓紧", "好的", "确认"])
def test_an_instruction_that_was_not_given_for_hours_takes_nothing_that_is_said_later(
    town: Town, step: str, said: str
) -> None:
    reports_problem(town.reporter)
    shown = town.leader.taps("批示")
    if step == "card":
        shown = town.leader.says("请自规局本周内拿方案")
    town.clock.pass_(hours=3)
    town.leader.says(said)
    assert town.rows(Order) == []
    if step == "card":
        town.leader.taps("发出", shown)
        assert len(town.rows(Order)) == 1, "its button still means what it says"


def test_a_short_name_that_begins_with_the_city_means_the_citys_unit(town: Town) -> None:
    citys = joins(town, "市局长", Role.LEAD_DEPARTMENT, "市住房和城乡建设局")
    joins(town, "县局长", Role.HEAD, "汨罗市住房和城乡建设局")
    draft(town, "请市住建局本周内拿方案")
    assert "承办：市住房和城乡建设局" in town.office.last().text
    town.office.taps("确认下达")
    assert citys.last().title == "📌 督办单 D1"


@pytest.mark.parametrize("name", ["市住建局", "住建局"])
def test_a_short_name_that_many_have_means_the_department_that_leads(town: Town, name: str) -> None:
    """The hint itself said 如：住建局, and typed it was refused; a leader's 请住建局 named nobody."""
    joins(town, "市局长", Role.LEAD_DEPARTMENT, "市住房和城乡建设局")
    joins(town, "县局长", Role.HEAD, "汨罗市住房和城乡建设局")
    joins(town, "区局长", Role.HEAD, "云溪区住房和城乡建设局")
    draft(town, f"请{name}本周内拿方案")
    assert "承办：市住房和城乡建设局" in town.office.last().text
    draft(town, "抓紧协调解决")
    town.office.taps("选对象并下达", town.office.last())
    assert town.office.says(name).text.startswith("D2 已下达市住房和城乡建设局")


def test_where_no_unit_is_named_choosing_one_sends_the_order(town: Town, bureau: Chat) -> None:
    draft(town, "抓紧协调解决")
    shown = town.office.last()
    assert labels(shown)[0] == "选对象并下达"
    town.office.taps("选对象并下达")
    assert town.office.taps("市自然资源和规划局").text == "D1 已下达市自然资源和规划局，3月31日前办结"
    assert bureau.last().title == "📌 督办单 D1"


def test_the_office_changes_who_what_and_by_when_before_it_is_sent(town: Town, bureau: Chat) -> None:
    draft(town, "抓紧协调解决")
    assert "承办：市自然资源和规划局" in town.office.says("D1 改对象 自规局").text
    assert "时限：4月12日前" in town.office.says("D1 改时限 4月12日").text
    changed = town.office.says("改内容 D1 请拿出用地方案")
    assert "要求：请拿出用地方案" in changed.text
    town.office.taps("确认下达", changed)
    assert "要求：请拿出用地方案" in bureau.last().text
    before = len(bureau.rows())
    assert "不能改时限" in town.office.says("D1 改时限 4月20日").text
    assert len(bureau.rows()) == before


@pytest.mark.parametrize("word", ["", "确认"])
def test_a_receipt_told_twice_confirms_once(town: Town, bureau: Chat, word: str) -> None:
    draft(town)
    shown = town.office.last()
    town.office.taps("确认下达", shown)
    again = town.office.says("确认 D1") if word else town.office.taps("确认下达", shown)
    assert again.text == "D1 现在是“待签收”，不能确认下达。"
    assert len(about(bureau)) == 1


def test_a_secretarys_line_is_reported_back_to_the_leader_too(town: Town, bureau: Chat) -> None:
    def work(session: Session) -> int:
        helper = a_person(session, name="王秘书", role=None)
        a_binding(session, helper, channel="chat")
        a_secretary(session, leader_id=int(town.leader.user) - 1000, person=helper)
        return helper.id

    secretary = town.chat(str(town.do(work) + 1000))
    reports_problem(town.reporter)
    secretary.says("W1 请自规局本周内拿方案")
    assert "签批：王市长" in town.office.last().text
    town.office.taps("确认下达")
    bureau.says("办结 D1 方案已报")
    town.office.says("同意 D1")
    assert town.leader.last().title == secretary.last().title == "✅ 督办单 D1 已办结"


def test_what_the_office_itself_instructs_is_its_own_order(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    town.office.says("W1 请自规局本周内拿方案")
    assert the_order(town).leader_id is None
    town.office.says("确认 D1")
    bureau.says("办结 D1 方案已报")
    town.office.says("同意 D1")
    assert the_order(town).state is OrderState.CLOSED


# A reply that quotes


def quotes(chat: Chat, text: str, *, message: str = "", marked: str = "") -> Outgoing:
    incoming = chat.text(text).model_copy(update={"quotes": message, "quoted": marked})
    return chat.takes(incoming)[-1]


def is_on_the_platform(town: Town, chat: Chat) -> str:
    """The last message to this person has arrived under an id."""
    last = chat.rows()[-1].id

    def work(session: Session) -> None:
        session.get_one(OutboxRow, last).external = "77"

    town.do(work)
    return "77"


def test_a_reply_to_an_alert_needs_no_number(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    quotes(town.leader, "请自规局本周内拿方案", message=is_on_the_platform(town, town.leader))
    assert the_order(town).source == "W1"
    assert the_order(town).what == "请自规局本周内拿方案"


def test_a_reply_to_a_line_that_was_marked_is_about_that_line(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    quotes(town.leader, "请自规局本周内拿方案", message="1", marked="W1 城北水厂：两户阻工")
    assert the_order(town).source == "W1"


def test_a_marked_text_with_two_codes_is_about_neither(town: Town) -> None:
    reports_problem(town.reporter)
    quotes(town.leader, "请自规局本周内拿方案", marked="W1 两户阻工；W2 停电")
    assert town.rows(Order) == []


def test_what_somebody_else_was_sent_cannot_be_quoted(town: Town) -> None:
    reports_problem(town.reporter)
    message = is_on_the_platform(town, town.office)
    quotes(town.leader, "请自规局本周内拿方案", message=message)
    assert town.rows(Order) == []


def test_a_reply_to_an_order_is_its_feedback(town: Town, bureau: Chat) -> None:
    confirmed(town)
    bureau.says("签收 D1")
    quotes(bureau, "已踏勘现场", marked="D1")
    assert "已踏勘现场" in town.office.last().text


def test_a_leaders_reply_to_a_report_becomes_an_order(town: Town, bureau: Chat) -> None:
    town.has_reported(town.north, "2012-02")
    receipt = town.leader.says("J1 请责任单位本周内说明进度")
    assert receipt.text.splitlines() == [
        "批示已送市项目办：请责任单位本周内说明进度",
        "已拟督办单 D1，由市项目办确认后下达，办结后向您报告。",
    ]
    order = the_order(town)
    assert (order.source, order.project_id) == ("J1", town.north)


def test_nobody_of_the_unit_gives_instructions_on_its_report(town: Town) -> None:
    town.has_reported(town.north, "2012-02")
    town.head.says("J1 请责任单位本周内说明进度")
    assert town.rows(Order) == []


# Who may what


def test_an_order_is_nothing_to_those_whom_it_does_not_concern(town: Town, bureau: Chat) -> None:
    stranger = joins(town, "外人", Role.REPORTER, "别的单位")
    confirmed(town)
    assert stranger.says("D1").text == "没有找到督办单 D1。"
    assert stranger.says("办结 D1 好了").text == "没有找到督办单 D1。"
    assert the_order(town).state is OrderState.DELIVERED


def test_a_draft_is_nothing_to_its_receiver_yet(town: Town, bureau: Chat) -> None:
    draft(town)
    assert bureau.says("D1").text == "没有找到督办单 D1。"


def test_the_number_shows_state_limit_history_and_what_may_be_done(town: Town, bureau: Chat) -> None:
    confirmed(town)
    bureau.says("签收 D1")
    bureau.says("D1 反馈 已踏勘")
    shown = bureau.says("D1")
    assert shown.title == "督办单 D1（办理中）"
    assert shown.text.splitlines()[-3:] == [
        "3月26日 9:00 周科长：确认下达", "3月26日 9:00 规局长：签收", "3月26日 9:00 规局长：反馈，已踏勘",
    ]  # fmt: skip
    assert labels(shown) == ["反馈", "申请延期", "办结"]
    assert labels(town.office.says("D1")) == ["撤销"]
    assert labels(town.leader.says("D1")) == ["撤销"]


def test_who_supervises_sees_an_order_and_changes_nothing(town: Town, bureau: Chat) -> None:
    supervisor = joins(town, "督查", Role.SUPERVISION, "市督查室")
    confirmed(town)
    assert labels(supervisor.says("D1")) == []
    assert supervisor.says("撤销 D1 不办了").text == "这件事您这里不能办。" or the_order(town).ended is None
    assert the_order(town).state is OrderState.DELIVERED


def test_the_list_shows_each_what_waits_for_them(town: Town, bureau: Chat) -> None:
    confirmed(town)
    assert labels(bureau.says("督办单"))[:3] == ["签收 D1", "退单 D1", "办结 D1"]
    bureau.says("取消")
    assert "没有要您办的" in town.office.says("督办单").text
    assert town.reporter.says("督办单").text == "现在没有督办单要您办。"


def test_a_refused_order_is_a_draft_again_with_the_reason(town: Town, bureau: Chat) -> None:
    confirmed(town)
    assert bureau.says("退单 D1 归住建局").text == "D1 已退单"
    told = town.office.last()
    assert "归住建局" in told.text
    town.office.taps("选对象并下达", told)
    town.office.taps("城北区住建局")
    assert "📌 督办单 D1" in [message.title for message in town.reporter.messages()]
    assert bureau.says("D1").text == "没有找到督办单 D1。"


def test_a_denied_extension_says_so_with_the_reason_that_was_typed(town: Town, bureau: Chat) -> None:
    """已不同意延期 was read as 不同意 having been withdrawn, and the office's reason went nowhere."""
    confirmed(town)
    bureau.says("签收 D1")
    bureau.says("延期 D1 到4月20日 等省里批文")
    assert town.office.says("不同意 D1 批文已经到了").text == "没有同意 D1 延期：批文已经到了"
    assert "批文已经到了" in bureau.last().text
    bureau.says("延期 D1 到4月20日 等专家")
    assert town.office.says("不同意 D1").text == "没有同意 D1 延期"


def test_a_draft_whose_limit_has_passed_says_so_and_asks_for_a_new_one(town: Town, bureau: Chat) -> None:
    draft(town, "请自规局明天前拿方案")
    town.clock.strike(3, 28)
    assert "（⚠ 已过，请先点“改时限”定一个新的）" in town.office.says("D1").text
    assert "已过" not in town.office.says("D1 改时限 4月12日").text


def test_a_draft_whose_limit_has_passed_is_offered_a_new_limit_and_no_step_that_is_refused(
    town: Town, bureau: Chat
) -> None:
    draft(town, "请自规局明天前拿方案")
    town.office.says("知悉 W1")
    reaches(town, 3, 28, 12)
    told = about(town.office)[-1]
    assert "⚠ 时限3月27日已过" in told.text
    assert labels(told)[0] == "改时限"
    duties = town.office.says("我的待办")
    assert "⚠ 时限3月27日已过" in duties.text
    for shown in (told, town.office.says("D1"), duties, town.office.says("督办单")):
        assert not any("下达" in label for label in labels(shown))
    town.office.taps("改时限 D1", duties)
    assert "确认下达" in labels(town.office.says("4月12日"))


def test_a_reminder_past_the_limit_offers_no_extension(town: Town, bureau: Chat) -> None:
    draft(town, "请自规局3月28日前拿方案")
    town.office.says("确认 D1")
    bureau.says("签收 D1")
    reaches(town, 3, 29, 12)
    assert about(bureau)[-1].title == "⏰ D1 催办"
    assert labels(about(bureau)[-1]) == ["反馈", "办结"]


def test_an_extension_whose_day_has_passed_is_not_offered_for_approval(town: Town, bureau: Chat) -> None:
    draft(town, "请自规局3月28日前拿方案")
    town.office.says("确认 D1")
    bureau.says("签收 D1")
    bureau.says("延期 D1 到3月29日 等专家")
    reaches(town, 3, 30, 12)
    told = about(town.office)[-1]
    assert "想从3月28日延到3月29日（⚠ 已过），请批。" in told.text
    assert labels(told) == ["不同意延期"]


def test_a_withdrawn_order_is_told_to_who_had_it(town: Town, bureau: Chat) -> None:
    confirmed(town)
    town.leader.says("撤销 D1 已另行安排")
    assert "已另行安排" in bureau.last().text
    assert the_order(town).state is OrderState.WITHDRAWN
    assert "不能签收" in bureau.says("签收 D1").text


def test_an_extension_is_asked_for_before_the_limit_or_not_at_all(town: Town, bureau: Chat) -> None:
    confirmed(town)
    bureau.says("签收 D1")
    reaches(town, 4, 5)
    assert "不能再申请延期" in bureau.says("延期 D1 到4月20日 等批文").text
    assert the_order(town).asked_until is None


def test_what_the_leader_sends_back_is_mended_and_reported_again(town: Town, bureau: Chat) -> None:
    confirmed(town)
    bureau.says("办结 D1 方案已报")
    town.office.says("同意 D1")
    town.leader.taps("退回重办")
    town.leader.says("没有附图")
    assert "没有附图" in bureau.last().text
    assert the_order(town).state is OrderState.SIGNED
    reaches(town, 4, 1)
    bureau.says("办结 D1 已附图")
    town.office.says("同意 D1")
    assert "按时" in town.leader.last().text


def test_mending_does_not_make_a_late_answer_good(town: Town, bureau: Chat) -> None:
    confirmed(town)
    reaches(town, 4, 5)
    bureau.says("办结 D1 方案已报")
    town.office.says("退回 D1 没有附图")
    bureau.says("办结 D1 已附图")
    town.office.says("同意 D1")
    assert "超期" in town.leader.last().text


def test_photos_that_came_with_the_word_belong_to_the_order_only(town: Town, bureau: Chat) -> None:
    confirmed(town)
    bureau.sends("photo-1", caption="D1 办结")
    assert [file.order_id for file in town.rows(MediaFile)] == [1]
    assert the_order(town).state is OrderState.DONE


def test_the_words_under_the_photo_that_answers_are_the_words_of_the_order(town: Town, bureau: Chat) -> None:
    """They were once lost, and the leader's report said nothing but that there was a photo."""
    confirmed(town)
    bureau.says("办结 D1")
    bureau.sends("photo-1", caption="协调好了，见照片")
    assert [file.order_id for file in town.rows(MediaFile)] == [1]
    assert "协调好了，见照片" in town.office.last().text
    town.office.says("同意 D1")
    assert "协调好了，见照片" in town.leader.last().text


def test_an_album_belongs_to_the_order_as_a_whole_and_so_do_words_under_any_of_it(
    town: Town, bureau: Chat
) -> None:
    """Only its first photo did."""
    confirmed(town)
    bureau.says("办结 D1")
    before = len(bureau.messages())
    for reference, caption in (("a", ""), ("b", "协调好了，见照片"), ("c", "")):
        bureau.takes(bureau.photos(reference, caption=caption).model_copy(update={"album": "135"}))
    assert [message.text for message in bureau.messages()[before:]] == [
        "D1 已报办结，等市项目办核查",
        "照片已补进 D1。",
    ]
    assert [file.order_id for file in town.rows(MediaFile)] == [1, 1, 1]
    assert "协调好了，见照片" in town.office.last().text
    told = len(town.office.messages())
    town.clock.pass_(minutes=8)
    unnoted = "⚠ 一起发的字没有记下。\n照片已补进 D1。"
    assert bureau.sends("d", caption="发错群了").text == unnoted
    assert len(town.office.messages()) == told
    town.office.says("同意 D1")
    assert "协调好了，见照片" in town.leader.last().text
    assert "发错群了" not in town.leader.last().text


# What happens when nobody does anything


def test_a_draft_that_the_office_leaves_lying_is_told_to_the_admin_and_again_every_day(
    town: Town, bureau: Chat
) -> None:
    admin = joins(town, "管理员", Role.ADMIN, "市信息中心")
    draft(town)
    town.office.says("知悉 W1")
    reaches(town, 3, 26, 9, 59)
    assert about(admin) == []
    reaches(town, 3, 26, 10, 1)
    assert [message.title for message in about(admin)] == ["📝 D1 还没确认"]
    assert labels(about(town.office)[-1])[0] == "确认下达"
    reaches(town, 3, 29, 12)
    assert len(about(admin)) == 4
    town.office.taps("确认下达", about(town.office)[-1])
    reaches(town, 3, 30, 8)
    assert len(about(admin)) == 4


def test_an_order_is_urged_reminded_and_copied_to_the_head_each_once(town: Town, bureau: Chat) -> None:
    def work(session: Session) -> int:
        unit = session.get_one(Person, int(bureau.user) - 1000).unit_id
        head = a_person(session, name="一把手", role=Role.HEAD, unit_id=unit)
        a_binding(session, head, channel="chat")
        return head.id

    head = town.chat(str(town.do(work) + 1000))
    draft(town, "请自规局4月6日前拿方案")
    town.office.says("确认 D1")
    reaches(town, 3, 27)
    assert about(bureau)[-1].title == "⏰ D1 请签收"
    bureau.taps("签收", about(bureau)[-1])
    reaches(town, 4, 12, 12)
    titles = [message.title for message in about(bureau)]
    assert titles[-3:] == ["⏳ D1 快到期", "⏰ D1 催办", "⏰ D1 催办"]
    sweeps(town)
    reaches(town, 4, 20, 12)
    assert [message.title for message in about(bureau)] == titles
    assert about(town.office)[-1].title == "⏰ D1 抄送"
    assert "⏰ D1 催办" in [message.title for message in about(head)]


def test_nothing_of_an_order_is_said_at_night_or_on_a_rest_day(town: Town, bureau: Chat) -> None:
    confirmed(town)
    reaches(town, 5, 10, 12)
    for chat in (bureau, town.office):
        for row in chat.rows()[2:]:
            if row.number == "D1":
                local = row.written.astimezone(ZONE)
                assert 8 <= local.hour < 18
                assert local.strftime("%m-%d") not in {"04-02", "04-03", "04-04", "04-07", "04-08"}


def test_an_outage_is_caught_up_in_working_hours(town: Town, bureau: Chat) -> None:
    confirmed(town)
    before = len(about(bureau))
    town.clock.strike(3, 28, 22)
    sweeps(town)
    assert len(about(bureau)) == before
    town.clock.strike(3, 29, 9)
    sweeps(town)
    sweeps(town)
    assert len(about(bureau)) == before + 1


def test_where_nobody_can_be_reached_the_office_telephones_and_says_so(town: Town, bureau: Chat) -> None:
    town.do(lambda session: session.query(Binding).filter_by(user=bureau.user).update({"blocked": True}))
    draft(town)
    answer = town.office.taps("确认下达")
    assert "请打电话通知" in answer.text
    assert the_order(town).state is OrderState.CONFIRMED
    town.office.taps("已电话送达", answer)
    assert the_order(town).state is OrderState.DELIVERED
    town.office.says("办结 D1 电话里说方案已报")
    assert the_order(town).state is OrderState.DONE


def test_who_stands_in_for_a_receiver_on_leave_gets_the_order_and_may_sign(town: Town, bureau: Chat) -> None:
    def work(session: Session) -> int:
        person = session.get_one(Person, int(bureau.user) - 1000)
        other = a_person(session, name="代班", role=None, unit_id=person.unit_id)
        a_binding(session, other, channel="chat")
        a_leave(session, person=person, stand_in=other, since=START.date())
        return other.id

    stand_in = town.chat(str(town.do(work) + 1000))
    confirmed(town)
    stand_in.taps("签收")
    assert the_order(town).state is OrderState.SIGNED


def test_what_was_reported_to_the_leader_is_filed_away_by_itself(town: Town, bureau: Chat) -> None:
    confirmed(town)
    bureau.says("办结 D1 方案已报")
    town.office.says("同意 D1")
    before = len(town.leader.rows())
    reaches(town, 4, 10)
    assert the_order(town).state is OrderState.CLOSED
    assert len([row for row in town.leader.rows()[before:] if row.number == "D1"]) == 0


def test_every_step_stands_in_the_ledger_with_before_and_after(town: Town, bureau: Chat) -> None:
    confirmed(town)
    bureau.says("办结 D1 方案已报")
    town.office.says("同意 D1")
    rows = [row.canonical for row in town.rows(LedgerRow) if '"order":"D1"' in row.canonical]
    acts = [act for act in ("draft_order", "confirm_order", "order_finish", "order_agree")
            if any(f'"act":"{act}"' in row for row in rows)]  # fmt: skip
    assert len(acts) == 4
    assert not any("方案" in row for row in rows), "no free text in the ledger"
    [agreed] = [row for row in rows if "order_agree" in row]
    assert '"before":{' in agreed
    assert '"state":"checked"' in agreed


def test_the_export_says_of_every_order_where_it_came_from_and_how_it_went(town: Town, bureau: Chat) -> None:
    confirmed(town)
    bureau.says("签收 D1")
    reaches(town, 4, 5)
    bureau.says("办结 D1 方案已报")
    book = load_workbook(io.BytesIO(town.do(lambda session: export(session, town.clock.now, ZONE))))
    headings, row = book["督办"].iter_rows(values_only=True)
    found = dict(zip(map(str, headings), row, strict=True))
    shown = ("编号", "来源", "项目", "要求", "承办单位", "签批领导", "状态", "是否按时")
    assert [found[name] for name in shown] == [
        "D1", "W1", NORTH, "请自规局本周内拿方案", "市自然资源和规划局", "王市长", "待核查", "超期",
    ]  # fmt: skip
    assert str(found["签收时间"]).startswith("2012-03-26 09:00")


# By hand of the office


def test_a_day_in_an_order_that_does_not_exist_is_named_where_its_limit_is_asked(town: Town) -> None:
    town.office.says("督办")
    asked = town.office.says("请城北区住建局2月30日前办好施工许可")
    assert asked.title == "什么时候以前办结？"
    assert "没有2月30日这一天" in asked.text
    assert "没有4月31日这一天" in town.office.says("4月31日前").text


def test_an_order_by_hand_takes_a_sentence_and_a_tap(town: Town) -> None:
    town.office.says("督办")
    town.office.says("请城北区住建局本周内办好施工许可")
    assert town.office.taps("✅ 下达").text == "D1 已下达城北区住建局，4月1日前办结"
    sent = about(town.reporter)[-1]
    assert "签发：市项目办" in sent.text
    assert about(town.head)
    assert the_order(town).kind is OrderKind.KEY


def test_milestones_near_or_past_their_day_are_ordered_with_a_tap(town: Town) -> None:
    def work(session: Session) -> None:
        north = session.get_one(Project, town.north)
        a_milestone(session, north, name="主体封顶", planned=START.date().replace(day=20))
        a_milestone(session, north, name="基础完工", planned=START.date().replace(day=30))
        a_milestone(session, north, name="通水", planned=START.date().replace(month=9))
        a_milestone(session, north, name="已完", planned=START.date(), actual=START.date())

    town.do(work)
    shown = town.office.says("节点督办")
    assert [label for label in labels(shown) if NORTH in label] == [
        f"⚠ {NORTH} 主体封顶 3月20日（超6天）", f"{NORTH} 基础完工 3月30日",
    ]  # fmt: skip
    town.office.taps("⚠")
    assert "已超6天" in about(town.reporter)[-1].text
    assert the_order(town).kind is OrderKind.MILESTONE
    assert [label for label in labels(town.office.says("节点督办")) if NORTH in label] == [
        f"{NORTH} 基础完工 3月30日"
    ]


def draws(town: Town, number: int, among: str = "全市") -> Outgoing:
    town.office.says("抽查")
    town.office.taps(among)
    town.office.says(str(number))
    return town.office.says("确认")


def test_a_draw_can_be_repeated_from_the_ledger(town: Town) -> None:
    def work(session: Session) -> None:
        for place in range(20):
            a_project(session, number=100 + place)

    town.do(work)
    assert draws(town, 5).title == "抽查 1 已抽5个项目"
    [draw] = town.rows(OrderDraw)
    orders = town.rows(Order)
    ids = town.do(lambda session: drawing.candidates(session, "city"))
    assert drawing.drawn(draw.seed, ids, 5) == [order.project_id for order in orders]
    assert drawing.hash_of(ids) == draw.candidates_hash
    [row] = [row.canonical for row in town.rows(LedgerRow) if '"act":"draw_checks"' in row.canonical]
    assert draw.seed in row
    assert draw.candidates_hash in row
    assert f'"drawn":{[order.project_id for order in orders]}'.replace(" ", "") in row


def test_two_draws_differ_and_every_project_can_be_drawn() -> None:
    ids = list(range(1, 21))
    seen = {one for place in range(200) for one in drawing.drawn(f"seed {place}", ids, 3)}
    assert seen == {*ids}
    assert drawing.drawn("a", ids, 3) == drawing.drawn("a", ids, 3)


def test_a_drawn_unit_answers_with_a_photo_and_a_number_and_the_office_sees_all_in_one_screen(
    town: Town,
) -> None:
    draws(town, 2)
    assert {order.kind for order in town.rows(Order)} == {OrderKind.CHECK}
    before = len(town.office.rows())
    first, second = town.rows(Order)
    town.reporter.sends("site", caption=f"办结 {first.number} 本月完成1200万元，主体封顶")
    assert len(town.office.rows()) == before, "one answer of two is not told"
    town.reporter.says(f"办结 {second.number} 本月完成300万元")
    assert town.office.last().text == "抽查 1 的2个项目都报回来了。"
    shown = town.office.taps("抽查结果")
    assert shown.title == "抽查 1 结果：已报2，共2"
    assert any("本月完成1200万元，主体封顶，照片1张" in line for line in shown.text.splitlines())


def test_a_draw_is_of_a_district_a_front_or_a_light(town: Town) -> None:
    def work(session: Session) -> None:
        a_project(session, name="城东学校", district="城东区", front="社会事业")

    town.do(work)
    town.office.says("抽查")
    assert {"全市", "城东区", "社会事业"} <= {*labels(town.office.last())}
    town.office.taps("城东区")
    town.office.says("1")
    assert "城东学校" in town.office.says("确认").text


def test_a_general_problem_is_instructed_on_too(town: Town, bureau: Chat) -> None:
    town.do(
        lambda session: an_issue(
            session, project=session.get_one(Project, town.north), severity=Severity.GENERAL
        )
    )
    [issue] = town.rows(Issue)
    town.leader.says(f"{issue.number} 请自规局本周内拿方案")
    assert the_order(town).issue_id == issue.id


def test_rules_decide_the_usual_limit(town: Town) -> None:
    town.do(
        lambda session: stored_rules.take(session, "[supervision]\ndefault_workdays = 2\n", town.clock.now)
    )
    draft(town, "抓紧协调解决")
    assert the_order(town).due.astimezone(ZONE).strftime("%m-%d") == "03-28"


def test_the_office_can_do_what_a_role_gives_it(town: Town, bureau: Chat) -> None:
    town.do(lambda session: a_role(session, session.get_one(Person, int(bureau.user) - 1000), Role.OFFICE))
    confirmed(town)
    assert labels(bureau.says("D1")) == ["签收", "退单", "办结", "撤销"]


@pytest.mark.parametrize("said", ["好的", "W1 已阅。", "W1，知道了", "W1 OK👌"])
def test_a_leader_who_only_says_to_have_heard_orders_nothing(town: Town, said: str) -> None:
    reports_problem(town.reporter)
    answer = quotes(town.leader, said, marked="W1") if "W" not in said else town.leader.says(said)
    assert answer.text == "已记下：您于3月26日 9:00知悉 W1。"
    assert town.rows(Order) == []


@pytest.mark.parametrize("said", ["W1 怎么样了？", "W1 解决了吗", "W1 😀", "W1\u200b"])
def test_a_leader_who_asks_about_a_problem_sees_it_and_orders_nothing(town: Town, said: str) -> None:
    reports_problem(town.reporter)
    assert town.leader.says(said).title.startswith("W1 🔴 重大问题")
    assert town.rows(Order) == []


def test_a_polite_word_on_a_report_is_no_order(town: Town) -> None:
    town.has_reported(town.north, "2012-03")
    assert town.leader.says("J1 收到").text == "J1：没有当作批示，不下达。要批示请写明要求。"
    assert town.rows(Order) == []


def test_a_day_that_has_just_passed_is_no_limit_a_year_from_now(town: Town) -> None:
    reports_problem(town.reporter)
    town.leader.says("W1 请市政府3月25日前拿方案")
    assert the_order(town).due.year == 2012
    town.office.says("确认下达 D1")
    town.department.says("签收 D1")
    assert town.department.says("延期 D1 到3月20日 等批文").title == "D1：延到哪一天？"
    assert "本周内" in town.department.says("3月20日").text
    assert town.department.says("4月20日").text == "D1 已申请延到4月20日，等市项目办批"


def test_an_order_whose_receiver_is_bound_no_more_is_urged_to_another_of_the_unit_or_to_the_office(
    town: Town, bureau: Chat
) -> None:
    def joins(session: Session) -> int:
        unit_id = session.get_one(Person, int(bureau.user) - 1000).unit_id
        person = a_person(session, unit_id=unit_id, role=Role.REPORTER, name="联络员")
        return a_binding(session, person, channel="chat").person_id

    confirmed(town)
    other = town.chat(str(town.do(joins) + 1000))
    town.do(lambda session: session.query(Binding).filter_by(user=bureau.user).update({"blocked": True}))
    reaches(town, 3, 28)
    assert other.last().title == "⏰ D1 请签收"
    assert other.last().text.startswith("承办的同事联系不上")
    other.taps("签收")
    assert the_order(town).state is OrderState.SIGNED
    town.do(lambda session: session.query(Binding).filter_by(user=other.user).update({"blocked": True}))
    reaches(town, 4, 5)
    urged = [each for each in town.office.messages() if each.title == "⏰ D1 催办"]
    assert urged[0].text.startswith("市自然资源和规划局没有人绑定，请打电话催办。")


def test_an_order_that_waits_for_confirmation_stands_in_the_offices_duties_with_its_button(
    town: Town,
) -> None:
    assert town.office.says("我的待办").text.startswith("现在没有欠报的。")
    town.do(lambda session: an_order(session, project=session.get_one(Project, town.north)))
    duties = town.office.says("我的待办")
    assert duties.text.startswith("等您确认下达：D1 城北区住建局")
    assert "确认下达 D1" in labels(duties)
    for other in (town.reporter, town.leader):
        assert "D1" not in other.says("我的待办").text
    assert town.office.taps("确认下达 D1", duties).text.startswith("D1 已下达")
    assert "D1" not in town.office.says("我的待办").text
