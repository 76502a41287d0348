"""The way of a problem in chat: each step by whose turn it is, told to whose turn it is next, and to nobody else."""

import json
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handlers.buttons import Direct, SayOf
from handlers.commands import TakeStep
from handlers.deeds.carry_out import carry_out
from handlers.opening import read_about_issue, read_instruction
from handlers.step_words import read_step
from rules.issue_clocks import per_holder, total
from rules.issue_life import who_may
from rules.kinds import (
    DutyKind,
    DutyState,
    EscalationState,
    IssueState,
    IssueStep,
    IssueWord,
    Lane,
    Role,
    Severity,
)
from storage import issue_life, ledger, outbox
from storage.messages import Outgoing
from storage.tables.escalating import Escalation
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Binding, Person
from storage.tables.reporting import Duty, Issue, IssueEvent, MediaFile, Report
from storage.tables.traffic import AwaitedPhoto, OutboxRow
from tests.builders import a_binding, a_person, a_project, a_unit
from tests.chat import CITY, WORDS, ZONE, Chat, labels
from tests.test_export import exported, table
from tests.test_scope import PEOPLE, a_turn
from tests.test_zeros import files_as_found, gives_zero, someone_of_another_unit
from tests.town import NORTH, Town, reports_problem

GENERAL = "一般问题"


@pytest.fixture
def bureau(town: Town) -> Chat:
    """The department that the rules name for 征拆, with somebody of it; its head is bound too."""

    def work(session: Session) -> int:
        unit = a_unit(session, name="市征收安置办")
        taker = a_person(session, unit=unit, role=Role.LEAD_DEPARTMENT, name="吴科长")
        head = a_person(session, unit=unit, role=Role.HEAD, name="郑主任")
        a_binding(session, head, channel="chat")
        return a_binding(session, taker, channel="chat").person_id

    return town.chat(str(town.do(work) + 1000))


def the_problem(town: Town) -> Issue:
    return town.rows(Issue)[0]


def is_signed(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    bureau.says("签收 W1")


def is_done(town: Town, bureau: Chat) -> None:
    is_signed(town, bureau)
    bureau.says("办结 W1 协议已签")


# 交办


def test_a_major_problem_goes_to_its_lead_department_by_rule_with_a_limit(town: Town, bureau: Chat) -> None:
    receipt = reports_problem(town.reporter)
    assert "已交办：市征收安置办，4月25日前办结" in receipt.text
    [given] = bureau.messages()
    assert given.title == f"🔴 重大问题 W1：{NORTH}"
    assert "需要：请派工作组" in given.text
    assert "城北区住建局 张三 139" in given.text
    assert "请在3月27日前签收" in given.text
    assert labels(given) == ["签收", "退单"]
    assert the_problem(town).due == datetime(2012, 4, 25, 18, tzinfo=ZONE)


def test_who_is_told_as_lead_department_and_holds_the_problem_gets_one_message_for_both(town: Town) -> None:
    reports_problem(town.reporter)
    [alert] = town.department.messages()
    assert labels(alert) == ["签收", "退单"]


def test_a_general_problem_waits_for_the_office_and_wakes_nobody(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter, GENERAL)
    assert (bureau.rows(), the_problem(town).state) == ([], IssueState.REGISTERED)


def test_the_office_assigns_with_a_card_who_helps_and_another_limit(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter, GENERAL)
    office = town.office
    assert labels(office.says("交办 W1"))[0] == "市征收安置办"  # whom the rules name stands first
    office.taps("市征收安置办")
    office.taps("＋配合单位")
    office.says("城北区")
    office.taps("改期限")
    card = office.says("4月20日")
    assert "牵头：市征收安置办\n配合：城北区住建局\n期限：4月20日前" in card.text
    assert office.taps("✅").text == "W1 已交办：市征收安置办，4月20日前办结。"
    assert labels(bureau.last()) == ["签收", "退单"]
    assert "牵头：市征收安置办" in town.reporter.last().text  # helping, and who raised it


def test_where_nobody_of_a_department_is_bound_the_office_is_told_and_acts_for_it(
    town: Town, bureau: Chat
) -> None:
    town.do(
        lambda session: session.execute(
            update(Binding).where(Binding.user == bureau.user).values(blocked=True)
        )
    )
    reports_problem(town.reporter)
    assert "市征收安置办没有人绑定，请您代办" in town.office.last().text
    assert town.office.taps("签收").text.startswith("已签收 W1")
    assert the_problem(town).state is IssueState.HANDLING


# 签收, 退单


def test_two_taps_and_a_photo_bring_a_problem_from_signing_to_done(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    signed = bureau.taps("签收")
    assert signed.text.startswith("已签收 W1，4月25日前办结。")
    bureau.taps("办结", signed)
    assert bureau.sends("photo").text.startswith("W1 已报办结")
    assert bureau.sends("another").text == "照片已补进 W1。"
    assert [row.issue_id for row in town.rows(MediaFile)] == [1, 1]
    assert labels(town.reporter.last()) == ["已解决", "还没解决"]


def test_a_photo_with_the_words_under_it_says_that_a_problem_is_done(town: Town, bureau: Chat) -> None:
    is_signed(town, bureau)
    assert bureau.sends("photo", caption="办结 W1").text.startswith("W1 已报办结")
    assert [row.issue_id for row in town.rows(MediaFile)] == [1]


def test_the_words_under_the_photo_that_answers_are_the_words_of_the_step(town: Town, bureau: Chat) -> None:
    """They were once lost: all who were told read 办结 and a name, and nobody knew what had been done."""
    is_signed(town, bureau)
    bureau.says("办结 W1")
    assert bureau.sends("photo", caption="已劝离，道路恢复").text.startswith("W1 已报办结")
    assert [row.issue_id for row in town.rows(MediaFile)] == [1]
    for each in (town.office, town.leader, town.reporter):
        assert "吴科长：已劝离，道路恢复" in each.last().text
    town.reporter.taps("已解决")
    assert town.office.last().text.splitlines()[0] == "办结（吴科长）：已劝离，道路恢复"


def of_album(chat: Chat, reference: str, caption: str = "", album: str = "135") -> Outgoing:
    """A photo of an album; gives back the answer."""
    chat.takes(chat.photos(reference, caption=caption).model_copy(update={"album": album}))
    return chat.last()


def is_done_by_an_album(town: Town, bureau: Chat, caption: str = "") -> None:
    is_signed(town, bureau)
    bureau.says("办结 W1")
    assert of_album(bureau, "a", caption).text.startswith("W1 已报办结")
    town.clock.pass_(seconds=1)


def test_words_under_a_later_photo_of_an_album_are_the_words_of_the_step_too(
    town: Town, bureau: Chat
) -> None:
    is_done_by_an_album(town, bureau)
    town.restarts()
    bureau.database = town.database
    assert of_album(bureau, "b", "已劝离，道路恢复").text == "照片和文字已补进 W1。"
    assert of_album(bureau, "c").text == "照片已补进 W1。"
    for each in (town.office, town.leader, town.reporter):
        assert "吴科长：已劝离，道路恢复" in each.last().text
    of_album(bureau, "d", "两车道都通了")
    assert [row.issue_id for row in town.rows(MediaFile)] == [1, 1, 1, 1]
    town.reporter.taps("已解决")
    assert town.office.last().text.splitlines()[0] == "办结（吴科长）：已劝离，道路恢复；两车道都通了"
    assert town.do(ledger.verify) == []


def test_words_under_an_album_whose_photo_said_itself_what_is_done_are_words_of_the_step(
    town: Town, bureau: Chat
) -> None:
    is_signed(town, bureau)
    assert of_album(bureau, "a", "办结 W1 已劝离").text.startswith("W1 已报办结")
    assert of_album(bureau, "b", "道路恢复").text.endswith("照片和文字已补进 W1。")
    assert "吴科长：道路恢复" in town.leader.last().text


def test_words_under_a_photo_outside_the_album_that_reported_it_done_are_no_part_of_it(
    town: Town, bureau: Chat
) -> None:
    """Sent into the wrong chat they entered the record and were told to leaders, unasked and with no undo."""
    is_done_by_an_album(town, bureau, "已劝离")
    told = [len(each.messages()) for each in (town.leader, town.office, town.reporter)]
    unnoted = "⚠ 一起发的字没有记下。\n照片已补进 W1。"
    assert bureau.sends("b", caption="南湖大道今天的路基照片，发错群了").text == unnoted
    assert of_album(bureau, "c", "发错群了", album="136").text == unnoted
    assert of_album(bureau, "d", "又发错了", album="136").text.endswith(unnoted)
    assert [row.issue_id for row in town.rows(MediaFile)] == [1, 1, 1, 1]
    assert [each.note for each in town.rows(IssueEvent) if each.kind == "finish"] == ["已劝离"]
    assert [len(each.messages()) for each in (town.leader, town.office, town.reporter)] == told


def test_a_one_line_report_under_a_photo_behind_a_step_stays_a_report(town: Town, bureau: Chat) -> None:
    is_done_by_an_album(town, bureau, "已劝离")

    def answers_for_a_project(session: Session) -> None:
        person = session.get_one(Person, int(bureau.user) - 1000)
        a_project(session, reporter=person, name="河堤加固", number=21)

    town.do(answers_for_a_project)
    town.sweep()
    asked = bureau.sends("b", caption="河堤加固 本月1200万 主体封顶")
    assert (asked.title, labels(asked)[0]) == ("有现场照片吗？", "用刚才发的1张")
    assert [each.note for each in town.rows(IssueEvent) if each.kind == "finish"] == ["已劝离"]


def test_words_under_all_photos_of_an_album_are_together_no_longer_than_a_text(
    town: Town, bureau: Chat
) -> None:
    is_done_by_an_album(town, bureau, "长" * 600)
    assert of_album(bureau, "b", "宽" * 399).text == "照片和文字已补进 W1。"
    told = len(town.leader.messages())
    assert of_album(bureau, "c", "高").text.endswith("⚠ 一起发的字没有记下。\n照片已补进 W1。")
    [note] = [each.note for each in town.rows(IssueEvent) if each.kind == "finish"]
    assert note == "长" * 600 + "；" + "宽" * 399
    assert len(town.leader.messages()) == told


def test_the_same_words_under_every_photo_of_an_album_are_told_once(town: Town, bureau: Chat) -> None:
    is_done_by_an_album(town, bureau, "已劝离")
    told = [len(each.messages()) for each in (town.leader, town.office, town.reporter)]
    assert of_album(bureau, "b", "已劝离").text == "照片已补进 W1。"
    assert [len(each.messages()) for each in (town.leader, town.office, town.reporter)] == told


def test_the_ledger_seals_what_a_step_said_before_and_after_words_were_added(
    town: Town, bureau: Chat
) -> None:
    is_done_by_an_album(town, bureau, "已劝离")
    of_album(bureau, "b", "道路恢复")
    person = int(bureau.user) - 1000
    added = next(row for row in town.rows(LedgerRow) if '"act":"add_media"' in row.canonical)
    facts = json.loads(added.canonical)["facts"]
    for key, said in (("before", "已劝离"), ("after", "已劝离；道路恢复")):
        assert facts[key] == town.do(partial(ledger.sealed, text=said, person_id=person))


def test_who_closes_a_problem_sees_what_the_department_said_and_sent(town: Town, bureau: Chat) -> None:
    is_signed(town, bureau)
    bureau.sends("photo", caption="办结 W1 两户已签，路通了")
    town.reporter.taps("已解决")
    assert town.office.last().text.splitlines()[:2] == ["办结（吴科长）：两户已签，路通了", "问题：两户阻工"]
    shown = [photo for row in town.office.messages() for photo in row.photos]
    waiting = [row.media_id for row in town.rows(AwaitedPhoto)]
    assert [*shown, *waiting].count(town.rows(MediaFile)[0].id) >= 1
    town.reporter.taps("还没解决")
    town.reporter.says("W1 已解决")
    assert not town.office.last().text.startswith("办结")  # it was not so


def test_signing_takes_note_too(town: Town) -> None:
    reports_problem(town.reporter)
    town.department.taps("签收")
    assert town.leader.last().text == f"3月26日 9:00 孙主任已签收 W1（{NORTH}）"


def test_a_refusal_says_why_and_the_office_decides_while_its_clock_runs(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    town.clock.pass_(days=1)
    assert bureau.taps("退单").title == "W1：为什么不归你们？"
    assert bureau.says("该归住建局").text.startswith("W1 已退单")
    put = town.office.last()
    assert "吴科长：该归住建局" in put.text
    assert labels(put) == ["交办", "驳回退单"]
    town.clock.pass_(days=2)
    assert town.office.taps("驳回退单", put).text == "W1 已驳回退单"
    town.clock.pass_(days=3)
    held = town.do(lambda session: issue_life.held(session, 1))
    spent = {unit: time.days for unit, time in per_holder(held, town.clock.now).items()}
    bureau_id = next(each.unit for each in held if each.refused)
    assert spent == {None: 2, bureau_id: 4}
    assert total(the_problem(town).filed, None, town.clock.now).days == 6
    assert "总用时6天；市项目办2天、市征收安置办4天" in bureau.says("W1").text


@pytest.mark.parametrize("typed", ["退单 W1 不归我局", "W1 退单 不归我局", "不归我局 W1 该归住建局"])
def test_a_refusal_can_be_typed_in_one_line(town: Town, bureau: Chat, typed: str) -> None:
    reports_problem(town.reporter)
    assert bureau.says(typed).text.startswith("W1 已退单")


# 延期


def test_more_time_is_asked_for_before_the_limit_and_moves_it_if_approved(town: Town, bureau: Chat) -> None:
    is_signed(town, bureau)
    assert (
        bureau.says("延期 W1 到5月10日 等省里批文").text
        == "W1 已申请延到5月10日，等市项目办批；批以前按原期限。"
    )
    assert "申请延到5月10日（原期限4月25日）" in town.office.last().text
    town.office.taps("同意延期")
    assert the_problem(town).due == datetime(2012, 5, 10, 18, tzinfo=ZONE)
    assert "请在5月10日前办结" in bureau.last().text


def test_more_time_that_is_not_granted_leaves_the_limit(town: Town, bureau: Chat) -> None:
    is_signed(town, bureau)
    bureau.says("延期 W1 到5月10日 等省里批文")
    town.office.taps("不同意延期")
    assert the_problem(town).due == datetime(2012, 4, 25, 18, tzinfo=ZONE)
    assert the_problem(town).state is IssueState.HANDLING


def test_more_time_is_not_given_once_the_limit_has_passed(town: Town, bureau: Chat) -> None:
    is_signed(town, bureau)
    town.clock.strike(4, 26)
    assert "的期限已过" in bureau.says("延期 W1 到5月10日 等省里批文").text
    assert "延期" not in labels(bureau.says("W1"))


# 办结, 确认, 销号


def test_done_is_confirmed_by_who_raised_it_with_one_tap_and_closed_by_the_office(
    town: Town, bureau: Chat
) -> None:
    is_done(town, bureau)
    assert town.reporter.taps("已解决").title == "W1 已记下：已解决"
    asked = town.office.last()
    assert labels(asked) == ["销号", "退回重办"]
    assert town.office.taps("销号").text == "W1 已销号"
    issue = the_problem(town)
    assert (issue.state, issue.closed_out) == (IssueState.CLOSED, town.clock.now)
    for chat in (town.reporter, town.leader, bureau):
        assert chat.last().title == f"✅ W1 终报（销号）：{NORTH}"
        assert "办结情况：协议已签\n" in chat.last().text
        assert "第1次上报" in chat.last().text  # to confirm is no further report
    assert town.do(lambda session: issue_life.holder(session, 1)) is None


def test_who_raised_it_and_is_not_satisfied_sends_it_back(town: Town, bureau: Chat) -> None:
    is_done(town, bureau)
    town.reporter.taps("还没解决")
    assert the_problem(town).state is IssueState.HANDLING
    assert bureau.last().title == f"W1 还没解决：{NORTH}"


def test_the_last_report_does_not_repeat_what_was_sent_back(town: Town, bureau: Chat) -> None:
    is_done(town, bureau)
    town.reporter.taps("还没解决")
    bureau.says("办结 W1 另选线路")
    town.reporter.taps("已解决")
    town.office.taps("销号")
    assert "办结情况：另选线路\n" in town.leader.last().text


def test_somebody_of_another_unit_who_raised_it_confirms_it_too(town: Town, bureau: Chat) -> None:
    is_signed(town, bureau)
    other = town.deputy  # of the unit, but let the problem be raised by a stranger to the project

    def strange(session: Session) -> int:
        person = a_person(session, name="钱七")
        a_binding(session, person, channel="chat")
        session.get_one(Issue, 1).filed_by = person.id
        return person.id

    other = town.chat(str(town.do(strange) + 1000))
    bureau.says("办结 W1 协议已签")
    assert other.taps("已解决").title == "W1 已记下：已解决"


def test_the_office_sends_back_what_is_not_solved_with_a_reason(town: Town, bureau: Chat) -> None:
    is_done(town, bureau)
    town.reporter.says("W1 已解决")
    assert town.office.says("退回重办 W1 现场还堵着").text == "W1 已退回重办"
    assert "周科长：现场还堵着" in bureau.last().text
    assert labels(bureau.last()) == ["办结", "反馈", "延期"]


def test_a_general_problem_that_its_unit_calls_solved_stays_one_tap(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    assert town.reporter.says("W1 已解决").title == "W1 已记下：已解决"
    assert town.office.rows() == []
    town.reaches(4, 9)  # after the office had its five working days (2-4 April are no working days)
    assert the_problem(town).state is IssueState.CLOSED


def test_what_was_closed_is_reopened_by_who_raised_it_for_a_time_and_by_the_office_always(
    town: Town, bureau: Chat
) -> None:
    is_done(town, bureau)
    town.office.says("销号 W1")
    town.clock.pass_(days=29)
    assert town.reporter.says("重新打开 W1 又堵上了").text == "W1 已重新打开"
    assert the_problem(town).state is IssueState.ASSIGNED  # the department signs anew
    assert labels(bureau.last()) == ["签收", "退单"]
    bureau.says("签收 W1")
    bureau.says("办结 W1 又通了")
    town.office.says("销号 W1")
    town.clock.pass_(days=31)
    assert "销号已过30天" in town.reporter.says("重新打开 W1 又堵上了").text
    assert town.office.says("重新打开 W1 又堵上了").text == "W1 已重新打开"


def test_no_monthly_word_is_missed_on_what_the_office_has_closed(town: Town) -> None:
    """Nobody can say a word on it any more, so nobody can owe one."""
    reports_problem(town.reporter, GENERAL)
    town.reaches(4, 26)  # the word of April is owed from the 25th
    town.office.says("认定误报 W1 看错了地方")
    town.reaches(5, 11)
    [duty] = [row for row in town.rows(Duty) if row.kind is DutyKind.ISSUE]
    assert duty.state is DutyState.ON_TIME


# 升, 降, 误报, 瞒报


def test_a_general_problem_raised_with_a_reason_alarms_its_leaders_under_its_number(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    assert town.reporter.says("升为重大 W1 停工三天了").text == "W1 已升为重大"
    assert town.leader.last().title == f"🔴 重大问题 W1：{NORTH}"
    assert "已知悉" in labels(town.leader.last())
    assert the_problem(town).state is IssueState.ASSIGNED


def test_only_office_and_lead_leader_lower_a_problem(town: Town) -> None:
    reports_problem(town.reporter)
    assert town.reporter.says("降级 W1 没那么严重").text == CITY.words.not_for_you
    assert town.leader.says("降级 W1 已经缓和").text == "W1 已降为一般"
    assert the_problem(town).severity is Severity.GENERAL


def test_a_problem_said_of_four_times_rises_by_rule_once_and_a_person_may_lower_it_for_good(
    town: Town,
) -> None:
    reports_problem(town.reporter, GENERAL)
    for day in (27, 28, 29):
        town.clock.strike(3, day)
        answer = town.reporter.says("W1 仍在")
    assert "第4次上报" in answer.text
    assert "按规则升为重大" in answer.text
    assert town.leader.last().title == f"🔴 重大问题 W1：{NORTH}"
    town.office.says("降级 W1 不用")
    town.clock.strike(3, 30)
    town.reporter.says("W1 仍在")
    assert the_problem(town).severity is Severity.GENERAL


def test_the_office_decides_on_a_false_report_and_it_bars_the_zero_no_more(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reporter.says("误报 W1")
    assert labels(town.office.last()) == ["认定误报", "认定不是误报"]
    town.office.taps("认定误报")
    town.office.says("看错了地方")
    assert the_problem(town).state is IssueState.FALSE
    town.reaches(7, 2)
    assert NORTH in town.reporter.says("零报告").text


def test_a_zero_given_in_spite_of_a_problem_does_not_count_once_the_office_has_decided_so(town: Town) -> None:
    gives_zero(town)
    files_as_found(someone_of_another_unit(town), "6月28日9点")
    put = next(each for each in town.office.messages() if "瞒报" in each.text)
    assert labels(put) == ["认定瞒报", "认定不是瞒报"]
    town.office.taps("认定瞒报", put)
    town.office.says("六月就停工了")
    assert "零报告 J1 不再算数" in town.chat("1007").last().text  # who raised it
    town.reaches(7, 10)  # the half-year has closed
    assert [row.withdrawn is not None for row in town.rows(Report) if row.id == 1] == [True]
    assert "认定瞒报" not in labels(town.office.says("W1"))
    assert town.do(ledger.verify) == []


def test_a_zero_that_had_been_kept_on_time_is_missed_once_it_was_found_to_conceal(town: Town) -> None:
    gives_zero(town)
    town.reaches(7, 10)
    other = someone_of_another_unit(town)
    for step in ("报问题", "重大", "征拆", "两户阻工", "6月28日9点"):
        other.says(step)
    other.taps("没错")  # it is long ago
    for step in ("现场", "不需要", "没有", "确认"):
        other.says(step)
    town.office.says("认定瞒报 W1 六月就停工了")
    [duty] = [
        row for row in town.rows(Duty)
        if (row.kind, row.period) == (DutyKind.ZERO, "2012H1") and row.project_id == town.rows(Issue)[0].project_id
    ]  # fmt: skip
    assert duty.state is DutyState.MISSED


def test_a_zero_stands_if_the_office_finds_that_nothing_was_concealed(town: Town) -> None:
    gives_zero(town)
    files_as_found(someone_of_another_unit(town), "6月28日9点")
    assert town.office.says("不是瞒报 W1 当天才发现").text == "W1 已认定不是瞒报"
    assert all(row.withdrawn is None for row in town.rows(Report))


# Who may


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("step", IssueStep)
def test_a_step_that_is_not_somebodys_is_refused_and_leaves_nothing(
    town: Town, step: IssueStep, who: str
) -> None:
    """The department holds nothing here, nobody helps, and the reporter has raised it."""
    stands = {
        "reporter": {"raiser"}, "deputy": {"raiser"}, "head": {"raiser"}, "leader": {"leader"},
        "department": {"department"}, "office": {"office"},
    }[who]  # fmt: skip
    reports_problem(town.reporter, GENERAL)
    if stands & set(who_may(step)):
        return

    def tried(session: Session) -> tuple[str, int]:
        before = len(session.scalars(select(LedgerRow)).all())
        outcome = carry_out(a_turn(town, session, who), TakeStep(1, step, "x"), None)
        return outcome.message.text, len(session.scalars(select(LedgerRow)).all()) - before

    assert town.do(tried) == (CITY.words.not_for_you, 0)


def test_a_stranger_learns_nothing_of_a_problem(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter, GENERAL)
    assert bureau.says("W1").text == "没有找到问题 W1。"
    assert bureau.says("签收 W1").text == "没有找到问题 W1。"


def test_a_step_whose_time_has_gone_says_how_the_problem_stands(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    given = bureau.last()
    bureau.taps("签收", given)
    assert bureau.taps("签收", given).text == "W1 现在是“办理中”，不能签收。"


def test_every_step_stands_in_the_ledger_with_before_and_after(town: Town, bureau: Chat) -> None:
    is_done(town, bureau)
    acts = [row.canonical for row in town.rows(LedgerRow) if '"act":"issue_' in row.canonical]
    assert [act.split('"act":"issue_')[1].split('"')[0] for act in acts] == ["assign", "sign", "finish"]
    assert all('"before"' in act and '"after"' in act for act in acts[1:])
    assert town.do(ledger.verify) == []


def test_a_problem_that_is_looked_up_shows_holder_state_and_what_happened(town: Town, bureau: Chat) -> None:
    is_done(town, bureau)
    seen = town.leader.says("W1").text
    assert "现在：报办结，待提出人确认（3月29日前）\n牵头：市征收安置办（4月25日前办结）" in seen
    assert "· 3月26日 按规则交办\n· 3月26日 吴科长签收\n· 3月26日 吴科长办结：协议已签" in seen


def test_the_sheet_of_problems_says_who_has_it_what_was_done_and_its_proof(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    town.office.says("改派 W1 市征收安置办")
    town.office.taps("＋配合单位")
    town.office.says("城北区住建局")
    town.office.taps("✅")
    bureau.says("签收 W1")
    bureau.says("反馈 W1 上门两次")
    bureau.says("反馈 W1 一户已签")
    bureau.sends("photo", caption="办结 W1")
    [row] = table(exported(town), "问题")
    assert (row["牵头单位"], row["配合单位"], row["责任领导"]) == ("市征收安置办", "城北区住建局", "王市长")
    assert (row["措施"], row["进展"], row["佐证"]) == ("上门两次", "一户已签", "1 个附件")
    assert (row["是否办结"], row["销号"], row["销号时间"], row["列入通报"]) == ("是", "否", None, "否")
    assert row["办理时限"].day == 25
    town.reporter.says("W1 已解决")
    town.office.says("销号 W1")
    [row] = table(exported(town), "问题")
    assert (row["配合单位"], row["销号"], row["销号时间"] is not None) == ("城北区住建局", "是", True)


def test_what_is_typed_behind_a_step_is_as_long_as_an_answer_to_it(town: Town, bureau: Chat) -> None:
    reports_problem(town.reporter)
    assert bureau.says(f"退单 W1 {'很' * 1001}").text == "太长了：1001字，最多1000字。请缩短后再发。"
    assert town.reporter.says(f"W1 有变化：{'很' * 1001}").text.startswith("太长了：1001字")
    assert the_problem(town).state is IssueState.ASSIGNED


def test_a_major_problem_that_is_opened_again_is_told_to_its_leaders_by_a_ladder_of_its_own(
    town: Town, bureau: Chat
) -> None:
    reports_problem(town.reporter)
    town.leader.says("知悉 W1")
    town.office.says("认定误报 W1 看错了")
    before = len(town.leader.messages()), len(bureau.messages())
    town.office.says("重新打开 W1 又阻工了")
    [told] = town.leader.messages()[before[0] :]
    assert told.text.startswith("重新打开：市政府 周科长：又阻工了\n两户阻工")
    assert labels(told) == ["已知悉", "我来处理", "转办", "批示"]
    [given] = bureau.messages()[before[1] :]
    assert labels(given)[:2] == ["签收", "退单"]
    [ladder] = town.rows(Escalation)
    assert (ladder.state, ladder.taken) == (EscalationState.RUNNING, None)


def test_who_raises_a_problem_to_a_major_one_says_why_to_its_leaders(town: Town) -> None:
    reports_problem(town.reporter, GENERAL)
    town.reporter.says("升为重大 W1 停工了")
    assert town.leader.last().text.startswith("升为重大：城北区住建局 张三：停工了\n两户阻工")


def test_that_a_problem_is_done_is_told_once_to_all_whom_it_concerns(town: Town, bureau: Chat) -> None:
    is_signed(town, bureau)
    before = {chat.user: len(chat.rows()) for chat in (town.leader, town.department, town.office, town.head)}
    bureau.says("办结 W1 协议已签")
    for chat in (town.leader, town.department, town.office, town.head):
        [told] = chat.messages()[before[chat.user] :]
        assert "W1 办结" in told.title
        assert labels(told) == []
    assert labels(town.reporter.last()) == ["已解决", "还没解决"]


def test_a_contact_of_the_department_who_signs_stops_the_ladder_but_not_the_units_own_head(
    town: Town, bureau: Chat
) -> None:
    def joins(session: Session) -> int:
        unit_id = session.get_one(Person, int(bureau.user) - 1000).unit_id
        person = a_person(session, unit_id=unit_id, role=Role.REPORTER, name="联络员")
        return a_binding(session, person, channel="chat").person_id

    contact = town.chat(str(town.do(joins) + 1000))
    reports_problem(town.reporter)
    assert "要由牵头领导、牵头部门或市项目办知悉" in town.head.says("知悉 W1").text
    assert town.rows(Escalation)[0].state is EscalationState.RUNNING
    contact.says("签收 W1")
    assert town.rows(Escalation)[0].state is EscalationState.TAKEN


def test_once_somebody_has_signed_the_others_alerts_offer_to_take_note_no_more(
    town: Town, bureau: Chat
) -> None:
    reports_problem(town.reporter)
    arrives_everywhere(town)
    [alert] = [row for row in town.leader.rows() if row.number == "W1"]
    bureau.says("签收 W1")
    [shown] = [each for each in town.leader.messages() if each.replaces]
    assert shown.replaces == f"m{alert.id}"
    assert shown.text.endswith("已由吴科长于3月26日 9:00知悉")
    assert labels(shown) == ["转办", "批示"]


def test_at_night_too_the_others_alerts_say_at_once_who_has_taken_it(town: Town) -> None:
    town.clock.strike(3, 28, 23, 30)
    reports_problem(town.reporter)
    arrives_everywhere(town)
    town.department.says("知悉 W1")
    [edit] = [row for row in town.leader.rows() if row.body.get("replaces")]
    assert (edit.due, edit.lane) == (town.clock.now, Lane.URGENT.order)


def test_what_somebody_did_on_their_alert_is_not_undone_when_another_takes_the_problem(town: Town) -> None:
    reports_problem(town.reporter)
    arrives_everywhere(town)
    [alert] = [row for row in town.leader.rows() if row.number == "W1"]

    def edit(session: Session) -> None:
        said = Outgoing(text="批示什么？", replaces=alert.external)
        outbox.write(
            session, address=town.leader.address, person_id=alert.person_id, message=said, lane=Lane.REPLY,
            now=town.clock.now, limit=4096,
        )  # fmt: skip

    town.do(edit)
    town.department.says("知悉 W1")
    assert [each.text for each in town.leader.messages() if each.replaces] == ["批示什么？"]


def arrives_everywhere(town: Town) -> None:
    def arrive(session: Session) -> None:
        for row in session.scalars(select(OutboxRow)):
            row.state, row.external = "sent", f"m{row.id}"

    town.do(arrive)


def test_an_alert_fits_one_screen_however_much_was_written(town: Town) -> None:
    reports_problem(town.reporter, what="很多情况。" * 60)
    told = town.leader.last()
    lines = told.plain.splitlines()
    assert sum(-(-len(line) // 20) for line in lines) <= 10
    assert "全文发 W1" in told.text
    assert "很多情况。" * 60 in town.leader.says("W1").text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("W12 办结：两户已签，路通了！", "两户已签，路通了！"),
        ("退单 W12 不归我局，请转区里", "不归我局，请转区里"),
    ],
)
def test_what_is_typed_behind_a_step_keeps_its_own_signs(line: str, said: str) -> None:
    step = read_step(line, WORDS)
    assert step is not None
    assert step.note == said


def test_a_word_on_a_problem_and_an_instruction_keep_their_own_signs() -> None:
    assert read_about_issue("W3 有变化：一户已签，另一户在谈", WORDS) == SayOf(
        3, IssueWord.CHANGED, "一户已签，另一户在谈"
    )
    assert read_instruction("W3 请住建局牵头，三天内报", WORDS) == Direct(3, "请住建局牵头，三天内报")
