"""What the office does to reports and duties in chat: returning, unlocking, exempting, and what becomes of the duty."""

import hashlib
import json
from datetime import date, datetime

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Binding, Project, Responsibility
from storage.tables.reporting import Duty, Report, ReportVersion
from tests.builders import a_binding, a_duty, a_person, a_responsibility, an_issue
from tests.chat import ZONE, Chat, labels
from tests.town import NORTH, SOUTH, Town, reports_problem


def files(person: Chat, project: str = NORTH, amount: str = "1200") -> None:
    for step in ("报进展", project, amount, "主体封顶", "没有", "确认"):
        person.says(step)


def mends(person: Chat, amount: str = "1300") -> None:
    """Answers what the office wants reported anew: the amount."""
    for step in ("报进展", NORTH, amount):
        person.says(step)
    assert person.says("确认").title.startswith("已更正")


def returns(town: Town, project: str = NORTH, part: str = "只改金额") -> None:
    if town.office.says("退回").title.startswith("退回哪个"):
        town.office.says(project)
    for step in ("数字有误", part):
        town.office.says(step)
    assert town.office.says("确认").title.startswith("已退回")


def unlocks(town: Town, until: str = "3个工作日", project: str = NORTH) -> None:
    if town.office.says("解锁").title.startswith("给哪个项目"):
        town.office.says(project)
    town.office.says("情况特殊")
    town.office.taps(until)
    assert town.office.says("确认").title.startswith("已解锁")


def duty(town: Town, project: int, period: str = "2012-03") -> Duty:
    [found] = [
        each
        for each in town.rows(Duty)
        if (each.project_id, each.kind, each.period) == (project, DutyKind.PROGRESS, period)
    ]
    return found


def acts(town: Town, act: str) -> list[dict[str, object]]:
    rows = [json.loads(row.canonical) for row in town.rows(LedgerRow)]
    return [row["facts"] for row in rows if row["act"] == act]


# 退回


def test_whose_report_is_returned_learns_why_and_by_when_with_a_button_that_opens_it(town: Town) -> None:
    files(town.reporter)
    returns(town)
    told = town.reporter.last()
    assert told.title == "市项目办退回了 J1"
    assert told.text.splitlines()[:3] == [f"{NORTH} 2012年3月进展", "原因：数字有误", "重报：只改金额"]
    assert "3月29日前改好" in told.text
    again = town.reporter.taps("改好再报")
    assert again.title.startswith(f"{NORTH}：2012年3月完成投资多少")
    assert "退回原因：数字有误" in again.text


def test_which_parts_are_wanted_stands_with_the_report(town: Town) -> None:
    files(town.reporter)
    returns(town)
    assert [row.returned_parts for row in town.rows(Report)] == [["amount"]]
    mends(town.reporter)
    returns(town, part="全部重报")
    assert [row.returned_parts for row in town.rows(Report)] == [None]


def test_a_returned_report_mended_in_time_counts_from_its_first_filing_even_after_the_close(
    town: Town,
) -> None:
    files(town.reporter)
    town.reaches(4, 10)
    returns(town)
    town.reaches(4, 12)
    assert duty(town, town.north).state is None, "it waits for the mending"
    assert f"{NORTH} 2012年3月进展被退回，4月13日" in town.reporter.says("我的待办").text
    assert duty(town, town.south).state is DutyState.MISSED
    mends(town.reporter)
    town.sweep()
    assert duty(town, town.north).state is DutyState.ON_TIME


def test_a_returned_report_mended_too_late_counts_from_the_mending(town: Town) -> None:
    files(town.reporter)
    returns(town)
    town.reaches(4, 6)
    mends(town.reporter)
    town.reaches(4, 11)
    assert duty(town, town.north).state is DutyState.LATE


def test_a_returned_report_that_is_never_mended_was_never_filed(town: Town) -> None:
    files(town.reporter)
    returns(town)
    town.reaches(4, 11)
    assert duty(town, town.north).state is DutyState.MISSED


def test_a_report_returned_twice_and_mended_twice_in_time_still_counts_from_its_first_filing(
    town: Town,
) -> None:
    files(town.reporter)
    first = duty(town, town.north).settled
    for hour in (10, 11):
        town.clock.strike(3, 26, hour)
        returns(town)
        mends(town.reporter)
    assert duty(town, town.north).settled == first


def test_what_was_returned_is_owed_again_and_a_new_version_ends_it(town: Town) -> None:
    files(town.reporter)
    returns(town)
    first = town.reporter.says("我的待办").text.splitlines()[0]
    assert first == f"⚠ {NORTH} 2012年3月进展被退回，3月29日 23:59前改好"
    mends(town.reporter)
    assert "被退回" not in town.reporter.says("我的待办").text
    [report] = town.rows(Report)
    assert (report.returned, report.returned_because, report.mend_by) == (None, "", None)


def test_a_report_is_found_by_its_receipt_and_after_the_close_not_at_all(town: Town) -> None:
    files(town.reporter)
    files(town.reporter, SOUTH)
    town.office.says("退回")
    town.office.says("J2")
    assert town.office.says("数字有误").title == "要重报哪一部分？"
    town.office.says("全部重报")
    assert SOUTH in town.office.last().text
    town.reaches(4, 11)
    assert town.office.says("确认").text.startswith(("「退回」没有办成", "J2 没有退回"))
    assert all(report.returned is None for report in town.rows(Report))


def test_the_ledger_holds_that_a_report_was_returned_without_the_words(town: Town) -> None:
    files(town.reporter)
    for step in ("退回", "张三弄错了", "全部重报", "确认"):
        town.office.says(step)
    [facts] = acts(town, "return_report")
    assert (facts["report"], facts["parts"]) == ("J1", None)
    assert "张三弄错了" not in json.dumps(facts, ensure_ascii=False)
    assert facts["because"] != hashlib.sha256("张三弄错了".encode()).hexdigest(), "it could be guessed"


def test_a_report_of_who_has_left_the_project_is_returned_to_who_came_after_too(town: Town) -> None:
    files(town.reporter)

    def hands_over(session: Session) -> int:
        ended = session.query(Responsibility).filter_by(person_id=int(town.reporter.user) - 1000)
        ended.update({"until": date(2012, 3, 27)})
        successor = a_person(session, name="钱七")
        a_binding(session, successor, channel="chat")
        a_responsibility(session, session.get_one(Project, town.north), successor)
        return successor.id

    successor = town.chat(str(town.do(hands_over) + 1000))
    town.reaches(3, 28)
    returns(town)
    assert [chat.last().title for chat in (town.reporter, successor)] == ["市项目办退回了 J1"] * 2
    assert "退回原因" in successor.taps("改好再报").text


# 解锁


def test_a_zero_can_be_unlocked_too_and_is_late(town: Town) -> None:
    town.reaches(7, 9)
    for step in ("解锁", NORTH, "2012年上半年零报告", "情况特殊", "明天", "确认"):
        town.office.says(step)
    town.reporter.taps("零报告")
    assert town.reporter.says("确认").title == "零报告已收到"
    states = {each.project_id: each.state for each in town.rows(Duty) if each.period == "2012H1"}
    assert states == {town.north: DutyState.LATE, town.south: DutyState.MISSED}


def test_what_is_filed_while_a_missed_duty_stands_unlocked_is_late_and_the_ledger_keeps_both_states(
    town: Town,
) -> None:
    town.reaches(4, 11)
    unlocks(town)
    told = town.reporter.last()
    assert "4月16日 18:00以前可以补报，算迟报。原因：情况特殊" in told.text
    town.reporter.taps("报进展", told)
    for step in ("1200", "主体封顶", "没有"):
        town.reporter.says(step)
    assert town.reporter.says("确认").title == "已收到 J1"
    assert duty(town, town.north).state is DutyState.LATE
    [facts] = acts(town, "restate_duty")
    assert (facts["before"], facts["after"]) == ("missed", "late")


def test_an_unlocked_duty_that_nothing_is_filed_for_stays_missed_and_closes_again(town: Town) -> None:
    town.reaches(4, 11)
    unlocks(town, "到今天18:00")
    assert f"{NORTH} 2012年3月进展" in town.reporter.says("我的待办").text
    town.reaches(4, 11, 18, 1)
    assert town.reporter.says("报进展").text.startswith("现在没有要报的月报")
    assert duty(town, town.north).state is DutyState.MISSED


def test_an_unlock_opens_one_project_for_one_period_only(town: Town) -> None:
    town.reaches(4, 11)
    unlocks(town)
    assert town.reporter.says("报进展").title.startswith(f"{NORTH}：2012年3月完成投资多少")


@pytest.mark.parametrize(
    ("said", "shown"), [("4月20日", "4月20日 18:00"), ("明天", "4月12日 18:00"), ("15号", "4月15日 18:00")]
)
def test_until_when_can_be_typed(town: Town, said: str, shown: str) -> None:
    town.reaches(4, 11)
    for step in ("解锁", NORTH, "情况特殊"):
        town.office.says(step)
    assert f"开到：{shown}" in town.office.says(said).text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2012年4月10日", "不能早于4月11日"),
        ("2012-06-30", "不能晚于5月12日"),
        ("下个月", "没看懂这个日期"),
        ("31日晚上", "没看懂这个日期"),
    ],
)
def test_a_day_that_is_past_too_far_or_none_is_refused(town: Town, said: str, told: str) -> None:
    town.reaches(4, 11)
    for step in ("解锁", NORTH, "情况特殊"):
        town.office.says(step)
    assert told in town.office.says(said).text


def test_an_unlocked_report_can_be_corrected_again_as_long_as_it_stands_unlocked(town: Town) -> None:
    town.reaches(4, 11)
    unlocks(town)
    files(town.reporter)
    town.reporter.says("报进展")
    for tap in ("更正", "改本月完成"):
        town.reporter.taps(tap)
    town.reporter.says("1300")
    assert town.reporter.says("确认").title == "已更正 J1（第2版）"
    assert duty(town, town.north).state is DutyState.LATE
    town.reaches(4, 17)
    assert town.reporter.says("报进展").text.startswith("现在没有要报的月报")


def test_what_was_filed_in_time_is_unlocked_for_correction_and_stays_on_time(town: Town) -> None:
    files(town.reporter)
    town.reaches(4, 11)
    first = duty(town, town.north).settled
    unlocks(town)
    assert "已经报过，只开给更正" in town.office.last().text
    assert "4月16日 18:00以前可以更正。原因：情况特殊" in town.reporter.last().text
    town.reporter.taps("报进展")
    assert town.reporter.says("我的待办").text.startswith("现在没有欠报的"), "it is not owed"
    for step in ("报进展", "更正"):
        town.reporter.says(step)
    town.reporter.taps("改本月完成")
    town.reporter.says("1300")
    assert town.reporter.says("确认").title == "已更正 J1（第2版）"
    after = duty(town, town.north)
    assert (after.state, after.settled) == (DutyState.ON_TIME, first)


def test_what_closed_with_a_report_is_never_left_without_one(town: Town) -> None:
    files(town.reporter)
    town.reaches(4, 11)
    unlocks(town)
    for step in ("报进展", "撤回", "确认"):
        town.reporter.says(step)
    assert "只能更正，不能撤回" in town.reporter.last().text
    assert [row.withdrawn for row in town.rows(Report)] == [None]


def test_a_missed_word_on_a_problem_can_be_unlocked_too_and_is_late(town: Town) -> None:
    def has_problems(session: Session) -> None:
        for day in (10, 11):
            an_issue(
                session,
                project=session.get_one(Project, town.north),
                filed=datetime(2012, 2, day, tzinfo=ZONE),
            )

    town.do(has_problems)
    town.sweep()
    town.reaches(4, 11)
    for step in ("解锁", NORTH):
        town.office.says(step)
    assert town.office.taps("2012年3月问题月报 W2").title == f"{NORTH} 2012年3月问题月报 W2：什么原因？"
    town.office.says("情况特殊")
    town.office.taps("3个工作日")
    town.office.says("确认")
    assert "4月16日 18:00前说一声" in town.reporter.says("我的待办").text
    town.reporter.says("W1 仍在")
    town.reporter.says("W2 仍在")
    words = {row.subject: row.state for row in town.rows(Duty) if row.kind is DutyKind.ISSUE}
    assert words == {"1": DutyState.MISSED, "2": DutyState.LATE}
    [facts] = acts(town, "restate_duty")
    assert (facts["before"], facts["after"]) == ("missed", "late")


def test_the_months_report_is_unlocked_by_its_month_whatever_daily_words_were_missed(town: Town) -> None:
    def daily(session: Session) -> None:
        for day in range(1, 17):
            a_duty(
                session, project=session.get_one(Project, town.north), kind=DutyKind.DAILY, subject="1",
                period=f"2012-03-{day:02}", state=DutyState.MISSED,
            )  # fmt: skip

    town.do(daily)
    town.reaches(4, 11)
    town.office.says("解锁")
    listed = town.office.says(NORTH)
    assert labels(listed)[0] == "2012年3月进展"
    assert not any("续报" in label for label in labels(listed))
    assert town.office.says("3月").title == f"{NORTH} 2012年3月进展：什么原因？"


# 免报


def exempts(town: Town, because: str = "汛期停工") -> None:
    for step in ("免报", NORTH, "2012年3月进展", because):
        town.office.says(step)
    assert town.office.says("确认").text == f"已免报：{NORTH} 2012年3月进展"


def test_an_exempt_duty_is_not_owed_and_closes_as_exempt(town: Town) -> None:
    exempts(town)
    assert town.reporter.last().text == f"{NORTH} 2012年3月进展免报，不用报了。原因：汛期停工"
    assert NORTH not in town.reporter.says("我的待办").text
    assert town.reporter.says("报进展").title.startswith(f"{SOUTH}：")
    town.reaches(4, 11)
    assert duty(town, town.north).state is DutyState.EXEMPT


def test_an_exemption_can_be_taken_back_and_the_duty_is_owed_again(town: Town) -> None:
    exempts(town)
    for step in ("免报", NORTH):
        town.office.says(step)
    town.office.taps("2012年3月进展（已免报）")
    assert town.office.taps("收回免报").text == f"已收回免报：{NORTH} 2012年3月进展"
    assert "请在4月10日 18:00前报" in town.reporter.last().text
    town.reaches(4, 11)
    assert duty(town, town.north).state is DutyState.MISSED


def test_what_was_reported_or_has_closed_cannot_be_exempted(town: Town) -> None:
    files(town.reporter)
    town.office.says("免报")
    assert "2012年3月进展" not in labels(town.office.says(NORTH))
    for step in (SOUTH, "免报", SOUTH, "2012年3月进展", "停工"):
        town.office.says(step)
    town.reaches(4, 11)
    town.office.says("确认")
    assert duty(town, town.south).state is DutyState.MISSED
    assert acts(town, "exempt_duty") == []


# 暂停, 恢复, 结束


def puts(town: Town, word: str, *steps: str) -> None:
    for step in (word, *steps):
        town.office.says(step)
    town.office.says("确认")


def test_a_paused_project_no_longer_owes_what_it_was_not_on_the_list_for_in_full(town: Town) -> None:
    puts(town, "暂停", NORTH, "停工")
    assert town.reporter.last().text == f"{NORTH}已暂停，从今天起不在应报名单。原因：停工"
    assert {duty(town, town.north, period).state for period in ("2012-03", "2012-04")} == {DutyState.VOID}
    assert duty(town, town.south).state is None
    assert all(facts["after"] == "void" for facts in acts(town, "restate_duty"))
    assert NORTH not in town.reporter.says("我的待办").text


def test_a_project_paused_after_the_month_still_owes_and_reports_it(town: Town) -> None:
    town.reaches(4, 2)
    for step in ("暂停", NORTH):
        town.office.says(step)
    card = town.office.says("停工")
    assert "仍要报：2012年3月进展" in card.text
    assert "不再应报：2012年4月进展" in card.text
    town.office.says("确认")
    files(town.reporter)
    town.reaches(4, 11)
    assert duty(town, town.north).state is DutyState.ON_TIME


def test_the_last_month_of_an_ended_project_can_be_reported_by_telephone(town: Town) -> None:
    town.reaches(4, 5)
    puts(town, "结束", NORTH, "撤项")
    for step in ("代报", NORTH, "张三", "进展", "0", "已撤项", "没有"):
        town.office.says(step)
    assert town.office.says("确认").title == "已收到 J1"


def test_an_ended_project_gets_no_new_duties(town: Town) -> None:
    puts(town, "结束", NORTH, "已竣工验收")
    town.reaches(5, 1)
    assert [
        each.period for each in town.rows(Duty) if each.project_id == town.south and each.kind == "progress"
    ]
    assert duty(town, town.south, "2012-05").state is None
    assert [
        each
        for each in town.rows(Duty)
        if each.project_id == town.north and each.kind is DutyKind.PROGRESS and each.period == "2012-05"
    ] == []


def test_a_resumed_project_owes_from_its_first_full_period(town: Town) -> None:
    puts(town, "暂停", NORTH, "停工")
    town.reaches(4, 12)
    puts(town, "恢复")
    assert town.reporter.last().text == f"{NORTH}已恢复，从2012年5月起报。"
    town.reaches(5, 1)
    assert duty(town, town.north, "2012-04").state is DutyState.VOID
    assert duty(town, town.north, "2012-05").state is None


def test_a_project_resumed_before_the_month_begins_owes_it_after_all(town: Town) -> None:
    puts(town, "暂停", NORTH, "停工")
    assert duty(town, town.north, "2012-04").state is DutyState.VOID
    town.clock.strike(3, 30)
    puts(town, "恢复")
    assert duty(town, town.north, "2012-04").state is None
    assert duty(town, town.north, "2012-03").state is DutyState.VOID
    assert [facts["after"] for facts in acts(town, "restate_duty")][-1] is None
    town.reaches(5, 11)
    assert duty(town, town.north, "2012-04").state is DutyState.MISSED


def test_a_pause_that_is_taken_back_on_the_same_day_never_was(town: Town) -> None:
    """Once a slip of the finger voided the running month for good."""
    town.reaches(4, 6)
    puts(town, "暂停", NORTH, "点错了")
    assert duty(town, town.north, "2012-04").state is DutyState.VOID
    puts(town, "恢复")
    assert town.reporter.last().text == f"{NORTH}已恢复，从2012年4月起报。"
    assert duty(town, town.north, "2012-04").state is None
    assert all(project.resumed is None for project in town.rows(Project))
    town.reaches(7, 2)
    halves = {each.project_id for each in town.rows(Duty) if each.period == "2012H1" and each.state is None}
    assert halves == {town.north, town.south}, "it was on the list for the whole half-year"


def test_what_a_project_owed_before_a_pause_it_owes_after_another(town: Town) -> None:
    town.reaches(4, 2)
    puts(town, "暂停", NORTH, "停工")
    town.reaches(4, 6)
    puts(town, "恢复")
    town.reaches(4, 8)
    for step in ("暂停", NORTH):
        town.office.says(step)
    assert "仍要报：2012年3月进展" in town.office.says("停工").text
    town.office.says("确认")
    assert duty(town, town.north).state is None
    town.reaches(4, 11)
    assert duty(town, town.north).state is DutyState.MISSED


def test_what_is_withdrawn_after_a_pause_in_its_month_is_owed_no_more(town: Town) -> None:
    files(town.reporter)
    puts(town, "暂停", NORTH, "停工")
    assert duty(town, town.north).state is None, "what was reported stands"
    for step in ("报进展", NORTH, "撤回"):
        town.reporter.says(step)
    receipt = town.reporter.taps("确认撤回")
    assert receipt.text == f"已撤回 J1。{NORTH}已不在应报名单，2012年3月不用再报。"
    assert duty(town, town.north).state is DutyState.VOID
    assert [facts["after"] for facts in acts(town, "restate_duty")][-1] == "void"


def test_what_is_returned_after_a_pause_in_its_month_can_be_mended_and_is_not_missed(town: Town) -> None:
    files(town.reporter)
    puts(town, "暂停", NORTH, "停工")
    returns(town)
    assert duty(town, town.north).state is None
    town.reaches(4, 11)
    assert duty(town, town.north).state is DutyState.VOID


def test_an_exemption_outlives_a_pause(town: Town) -> None:
    for step in ("免报", NORTH, "2012年4月进展", "停工", "确认"):
        town.office.says(step)
    puts(town, "暂停", NORTH, "停工")
    town.clock.strike(3, 30)
    puts(town, "恢复")
    assert duty(town, town.north, "2012-03").state is DutyState.VOID
    town.reaches(5, 11)
    assert duty(town, town.north, "2012-04").state is DutyState.EXEMPT
    assert duty(town, town.north, "2012-05").state is None


def test_what_is_paused_cannot_be_paused_again(town: Town) -> None:
    for step in ("暂停", NORTH, "停工"):
        town.office.says(step)
    other = town.chat(town.office.user)
    card = other.last()
    other.taps("✅ 确认", card)
    assert len(acts(town, "pause_project")) == 1
    town.office.says("暂停")
    assert town.office.last().title == f"{SOUTH}：什么原因？", "the one project that is left is not asked for"


# 代报


def test_a_report_by_telephone_is_marked_and_shown_to_whose_it_is(town: Town) -> None:
    for step in ("代报", NORTH, "张三", "进展", "1200", "主体封顶", "没有"):
        town.office.says(step)
    receipt = town.office.says("确认")
    assert receipt.title == "已收到 J1"
    assert "已告诉张三" in receipt.text
    office, reporter = (int(chat.user) - 1000 for chat in (town.office, town.reporter))
    assert [(row.filed_by, row.for_person) for row in town.rows(ReportVersion)] == [(office, reporter)]
    told = town.reporter.last()
    assert told.text.startswith(f"周科长代您报了{NORTH} 2012年3月进展（J1）")
    assert "要更正吗" in town.reporter.taps("更正", told).title
    assert duty(town, town.north).settled is not None


def test_the_returned_report_of_who_telephoned_is_told_to_them(town: Town) -> None:
    for step in ("代报", NORTH, "张三", "进展", "1200", "主体封顶", "没有", "确认"):
        town.office.says(step)
    returns(town)
    assert town.reporter.last().title == "市项目办退回了 J1"


def by_telephone(town: Town, project: str, *steps: str) -> None:
    for step in ("代报", project, "张三", "进展", *steps):
        town.office.says(step)


def test_by_telephone_a_report_can_be_mended_and_taken_back_too(town: Town) -> None:
    files(town.reporter)
    returns(town)
    by_telephone(town, NORTH, "1300")
    assert town.office.says("确认").title == "已收到 J1"
    assert town.rows(Report)[0].returned is None
    by_telephone(town, NORTH, "撤回", "确认")
    assert duty(town, town.north).settled is None
    assert "撤回" in town.reporter.last().text


def test_a_draft_of_one_project_is_not_taken_up_for_another(town: Town) -> None:
    by_telephone(town, NORTH)
    for step in ("未报", "代报"):
        town.office.says(step)
    assert town.office.says(SOUTH).title == f"{SOUTH}：谁打的电话？"
    for step in ("代报", NORTH):
        town.office.says(step)
    assert town.office.last().title.startswith(f"{NORTH}：2012年3月完成投资多少")


def test_by_telephone_the_month_is_asked_for_where_two_are_open(town: Town) -> None:
    town.reaches(4, 11)
    unlocks(town, "3个工作日")
    town.clock.strike(4, 11)
    for step in ("解锁", SOUTH, "情况特殊", "4月30日", "确认"):
        town.office.says(step)
    town.reaches(4, 26)
    by_telephone(town, SOUTH)
    both = town.office.last()
    assert [each for each in labels(both) if each.startswith("南湖")] != []
    town.office.taps(labels(both)[0])
    assert "完成投资多少" in town.office.last().title
    for step in ("500", "路基", "没有", "确认"):
        town.office.says(step)
    assert [row.for_person for row in town.rows(ReportVersion)] == [int(town.reporter.user) - 1000]


def test_a_major_problem_by_telephone_alerts_as_ever_and_is_told_to_who_telephoned(town: Town) -> None:
    steps = ("重大", "征拆", "两户阻工", "刚才", "就在项目现场", "不需要", "没有")
    for step in ("代报", NORTH, "张三", "问题", *steps):
        town.office.says(step)
    receipt = town.office.says("确认")
    assert "已发给：王市长、孙主任、赵局长" in receipt.text
    assert town.leader.last().title == f"🔴 重大问题 W1：{NORTH}"
    assert "城北区住建局 张三（周科长代报） 13900000001" in town.leader.last().text
    assert town.reporter.last().text.startswith(f"周科长代您报了{NORTH}的问题（W1）：两户阻工")


def test_a_zero_by_telephone_is_for_the_one_project(town: Town) -> None:
    town.reaches(7, 2)
    for step in ("代报", SOUTH, "张三"):
        town.office.says(step)
    card = town.office.says("没有问题")
    assert SOUTH in card.text
    assert NORTH not in card.text
    town.office.says("确认")
    assert town.reporter.last().text.startswith(f"周科长代您报了2012年上半年零报告：{SOUTH}")


def test_the_card_by_telephone_names_whom_the_receipt_says_was_told(town: Town) -> None:
    for step in (
        "代报",
        NORTH,
        "赵局长",
        "问题",
        "重大",
        "征拆",
        "阻工",
        "刚才",
        "就在项目现场",
        "不需要",
        "没有",
    ):
        town.office.says(step)
    named = "王市长、孙主任、赵局长"
    assert f"{named}" in town.office.last().text
    assert "周科长" not in town.office.last().text
    assert f"已发给：{named}" in town.office.says("确认").text


def test_a_further_word_by_telephone_is_the_word_of_who_telephoned(town: Town) -> None:
    reports_problem(town.reporter)
    for step in ("代报", NORTH, "李四", "问题", "W1", "有变化", "一户已搬"):
        town.office.says(step)
    assert town.office.says("确认").text.splitlines()[-1] == "已告诉李四。"
    assert town.deputy.last().text.startswith(f"周科长代您说了W1 {NORTH}：有变化，一户已搬。")
    assert "城北区住建局 李四（周科长代报）" in town.leader.last().text
    assert "李四：有变化" in town.leader.says("W1").text
    [facts] = acts(town, "follow_up")
    assert facts["for_person"] == int(town.deputy.user) - 1000


def test_whose_report_is_corrected_by_telephone_for_another_learns_of_it(town: Town) -> None:
    files(town.reporter)
    for step in ("代报", NORTH, "李四", "进展", "更正"):
        town.office.says(step)
    town.office.taps("改本月完成")
    town.office.says("1300")
    town.office.says("确认")
    assert town.reporter.last().text.startswith("李四（周科长代报）更正了")
    assert "周科长代您报了" in town.deputy.last().text


def test_whose_report_by_telephone_is_corrected_learns_of_it_and_not_who_typed_it(town: Town) -> None:
    by_telephone(town, NORTH, "1200", "主体封顶", "没有", "确认")
    before = len(town.office.messages())
    for step in ("报进展", "更正"):
        town.deputy.says(step)
    town.deputy.taps("改本月完成")
    town.deputy.says("1300")
    town.deputy.says("确认")
    assert town.reporter.last().text.startswith("李四更正了")
    assert len(town.office.messages()) == before


def test_who_has_a_report_taken_back_by_telephone_is_told_and_so_is_whose_it_was(town: Town) -> None:
    files(town.deputy)
    by_telephone(town, NORTH, "撤回", "确认")
    assert town.reporter.last().text.startswith(f"周科长代您撤回了{NORTH} 2012年3月进展（J1）")
    assert town.deputy.last().text.startswith("张三（周科长代报）撤回了您报的")


def test_who_cannot_be_reached_is_not_said_to_have_been_told(town: Town) -> None:
    town.do(lambda session: session.execute(delete(Binding).where(Binding.person_id == 1)))
    by_telephone(town, NORTH, "1200", "主体封顶", "没有")
    assert town.office.says("确认").text.splitlines()[-1] == "没能告诉张三（没绑定或已停用）。"


# 不归我报


def test_a_project_of_others_is_told_to_the_office_once_and_stays_owed(town: Town) -> None:
    for _ in range(2):
        for step in ("不归我报", NORTH, "已移交"):
            town.reporter.says(step)
    told = [each for each in town.office.messages() if "不归他" in each.text]
    assert len(told) == 1
    assert told[0].text.startswith(
        "城北区住建局 张三 13900000001说，城北水厂扩建工程不归他（她）报：已移交。"
    )
    assert NORTH in town.reporter.says("我的待办").text
    assert acts(town, "disown_project")[0]["reason"] == "passed_on"
