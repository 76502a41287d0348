"""What 报进展 promises beyond the usual month: it asks only what can have changed, and doubts what cannot be."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from rules.kinds import ProjectKind, Stage
from storage import rules as stored_rules
from storage.messages import Outgoing
from storage.tables.registry import Milestone, Project
from storage.tables.reporting import Duty, Report, ReportVersion
from tests.builders import a_milestone, a_project
from tests.chat import ZONE, Chat, labels
from tests.town import NORTH, SOUTH, Town


def changes(town: Town, project_id: int, **values: object) -> None:
    town.do(lambda session: session.execute(update(Project).where(Project.id == project_id).values(**values)))


def chooses(chat: Chat, project: str = NORTH) -> Outgoing:
    chat.says("报进展")
    return chat.says(project)


def finishes(chat: Chat, amount: str = "1200", text: str = "主体封顶") -> Outgoing:
    chat.says(amount)
    chat.says(text)
    chat.taps("没有照片")
    return chat.taps("✅")


# Amounts that are hard to believe (N11)


def test_an_amount_in_the_wrong_unit_brings_one_question_with_both_readings(town: Town) -> None:
    chooses(town.reporter)
    asked = town.reporter.says("200亿")
    assert asked.title == f"{NORTH}：真是200亿元吗？"
    assert labels(asked)[:2] == ["200万元", "200亿元，没错"]
    assert town.reporter.taps("200万元").title == "形象进度到哪一步了？"
    town.reporter.says("主体封顶")
    assert "本月完成：200万元" in town.reporter.taps("没有照片").text


def test_an_amount_that_is_right_after_all_is_taken_by_one_tap(town: Town) -> None:
    town.has_reported(town.north, "2012-02", amount=1_000_000)
    chooses(town.reporter)
    asked = town.reporter.says("1000")
    assert "上月是100万元" in asked.text
    town.reporter.taps("1,000万元，没错")
    town.reporter.says("主体封顶")
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    assert town.rows(ReportVersion)[-1].amount == 10_000_000


def test_a_believable_amount_is_not_doubted(town: Town) -> None:
    chooses(town.reporter)
    assert town.reporter.says("1200").title == "形象进度到哪一步了？"


def test_another_amount_typed_at_the_doubt_is_taken_and_doubted_in_its_turn(town: Town) -> None:
    chooses(town.reporter)
    town.reporter.says("200亿")
    assert town.reporter.says("300亿").title == f"{NORTH}：真是300亿元吗？"
    town.reporter.says("1200")
    town.reporter.says("主体封顶")
    assert "本月完成：1,200万元" in town.reporter.taps("没有照片").text


def test_the_way_back_from_a_doubt_that_was_answered_leads_to_the_amount(town: Town) -> None:
    me = town.reporter
    town.has_reported(town.north, "2012-02", amount=12_000_000)
    chooses(me)
    assert me.says("1200元").title == f"{NORTH}：真是1,200元吗？"
    assert me.says("1200.123456").title == "形象进度到哪一步了？"
    assert me.says("上一步").title == f"{NORTH}：2012年3月完成投资多少？（万元）"
    assert me.says("1300").title == "形象进度到哪一步了？"
    me.says("主体封顶")
    assert "本月完成：1,300万元" in me.taps("没有照片").text


def test_an_amount_that_is_said_again_is_doubted_again(town: Town) -> None:
    me = town.reporter
    chooses(me)
    me.says("200亿")
    me.says("300亿")
    me.says("1200")
    me.says("上一步")
    assert me.says("200亿").title == f"{NORTH}：真是200亿元吗？"
    assert me.says("上一步").title == f"{NORTH}：2012年3月完成投资多少？（万元）"


def test_who_comes_back_to_a_doubted_amount_means_it(town: Town) -> None:
    me = town.reporter
    chooses(me)
    for said in ("200亿", "300亿"):
        me.says(said)
    assert me.says("200亿").title == "形象进度到哪一步了？"
    me.says("主体封顶")
    assert "本月完成：2,000,000万元" in me.taps("没有照片").text


# Projects that have not begun


def test_a_project_that_has_not_begun_is_asked_why_and_needs_no_words_on_progress(town: Town) -> None:
    changes(town, town.south, start_actual=None)
    asked = chooses(town.reporter, SOUTH)
    assert asked.title == f"{SOUTH}：开工了吗？"
    assert labels(asked)[:3] == ["今天开工", "没开工：天气", "没开工：手续"]
    town.reporter.taps("没开工：天气")
    card = town.reporter.taps("还没有投资")
    assert "形象进度：未开工：天气" in card.text
    town.reporter.taps("✅")
    assert town.rows(Project)[1].not_started_because == "天气"
    assert (town.rows(ReportVersion)[0].amount, town.rows(ReportVersion)[0].not_started_because) == (
        0,
        "天气",
    )


def test_the_start_of_a_project_is_taken_with_its_day_and_not_asked_again(town: Town) -> None:
    changes(town, town.south, start_actual=None, not_started_because="资金", stage=Stage.SIGNED)
    assert "上次说没开工：资金" in chooses(town.reporter, SOUTH).text
    town.reporter.says("3月20日")
    finishes(town.reporter)
    project = town.rows(Project)[1]
    assert (project.start_actual, project.not_started_because) == (date(2012, 3, 20), "")
    assert project.stage is Stage.STARTED
    town.reaches(4, 26)
    assert "完成投资多少" in chooses(town.reporter, SOUTH).title


def test_a_preliminary_project_that_starts_says_when(town: Town) -> None:
    changes(town, town.south, kind=ProjectKind.PRELIMINARY, start_actual=None, stage=Stage.SIGNED)
    chooses(town.reporter, SOUTH)
    assert town.reporter.taps("开工").title == f"{SOUTH}：开工了吗？"
    town.reporter.taps("今天开工")
    town.reporter.says("场地平整")
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    assert town.rows(Project)[1].start_actual == town.clock.now.date()


def test_a_bare_day_is_the_start_of_the_month_before_and_never_a_reason(town: Town) -> None:
    changes(town, town.south, start_actual=None)
    town.reaches(4, 3)
    chooses(town.reporter, SOUTH)
    town.reporter.says("28号")
    finishes(town.reporter)
    project = town.rows(Project)[1]
    assert (project.start_actual, project.not_started_because) == (date(2012, 3, 28), "")


@pytest.mark.parametrize("said", ["已经开工了", "开工了", "是的", "早就动工了"])
def test_who_says_that_it_has_begun_is_asked_for_the_day(town: Town, said: str) -> None:
    changes(town, town.south, start_actual=None)
    chooses(town.reporter, SOUTH)
    assert "哪天开工的？" in town.reporter.says(said).text
    assert town.reporter.says("已于3月20日开工").title.startswith(f"{SOUTH}：2012年3月完成投资")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("4月1日", "还没到"),
        ("4月1日开工", "还没到"),
        ("3月中旬", "没看懂是哪一天"),
        ("明天", "没看懂是哪一天"),
        ("2月30日", "没有2月30日这一天"),
        ("2月30日开工", "没有2月30日这一天"),
    ],
)
def test_a_day_that_has_not_come_or_is_not_read_is_no_reason(town: Town, said: str, answer: str) -> None:
    changes(town, town.south, start_actual=None)
    chooses(town.reporter, SOUTH)
    assert answer in town.reporter.says(said).text


@pytest.mark.parametrize("said", ["等3号变电站迁移", "4月10日才拿到施工许可", "没完成征拆"])
def test_a_reason_may_name_a_day_or_what_is_not_done(town: Town, said: str) -> None:
    changes(town, town.south, start_actual=None)
    chooses(town.reporter, SOUTH)
    town.reporter.says(said)
    assert f"形象进度：未开工：{said}" in town.reporter.taps("还没有投资").text


def test_today_is_the_day_on_which_it_was_said(town: Town) -> None:
    changes(town, town.south, start_actual=None)
    chooses(town.reporter, SOUTH)
    said = town.clock.now.date()
    town.reporter.taps("今天开工")
    town.clock.pass_(days=2)
    finishes(town.reporter)
    assert town.rows(Project)[1].start_actual == said


# Milestones


def test_a_milestone_said_to_be_done_is_never_filed_as_late(town: Town) -> None:
    town.do(
        lambda session: a_milestone(session, session.get_one(Project, town.north), planned=date(2012, 3, 20))
    )
    chooses(town.reporter)
    town.reporter.says("1200")
    assert "哪天完成的？" in town.reporter.says("已完成").text
    town.reporter.says("按期完成")
    town.reporter.says("主体封顶")
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    assert town.rows(Milestone)[0].actual == date(2012, 3, 20)


def test_a_milestone_that_is_due_is_asked_once_and_done_by_a_day_or_late_for_a_reason(town: Town) -> None:
    town.do(
        lambda session: a_milestone(session, session.get_one(Project, town.north), planned=date(2012, 3, 20))
    )
    chooses(town.reporter)
    asked = town.reporter.says("1200")
    assert asked.title == "节点“基础完工”（计划3月20日）完成了吗？"
    town.reporter.taps("没完成：手续")
    town.reporter.says("主体封顶")
    card = town.reporter.taps("没有照片")
    assert "节点“基础完工”：没完成（手续）" in card.text
    town.reporter.taps("改节点：基础完工")
    card = town.reporter.says("3月22日")
    assert "节点“基础完工”：3月22日完成" in card.text
    town.reporter.taps("✅")
    assert town.rows(Milestone)[0].actual == date(2012, 3, 22)
    town.reaches(4, 26)
    chooses(town.reporter)
    assert town.reporter.says("1000").title == "形象进度到哪一步了？"


def test_a_reason_for_a_late_milestone_is_kept_and_it_is_asked_again_next_month(town: Town) -> None:
    town.do(
        lambda session: a_milestone(session, session.get_one(Project, town.north), planned=date(2012, 3, 20))
    )
    chooses(town.reporter)
    town.reporter.says("1200")
    town.reporter.says("等图纸")
    town.reporter.says("主体封顶")
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    milestone = town.rows(Milestone)[0]
    assert (milestone.actual, milestone.why_late) == (None, "等图纸")
    town.reaches(4, 26)
    chooses(town.reporter)
    assert town.reporter.says("1000").title.startswith("节点“基础完工”")


def is_asked_about_a_milestone(town: Town, planned: date = date(2012, 3, 20)) -> Outgoing:
    town.do(lambda session: a_milestone(session, session.get_one(Project, town.north), planned=planned))
    chooses(town.reporter)
    return town.reporter.says("1200")


def test_a_milestones_day_long_ago_is_asked_about_before_it_is_taken(town: Town) -> None:
    me = town.reporter
    is_asked_about_a_milestone(town)
    asked = me.says("1900-01-01")
    assert asked.title == "节点“基础完工”（计划3月20日）完成了吗？"
    assert "那是很久以前了，对吗？" in asked.text
    assert labels(asked)[0] == "没错，是1900年1月1日"
    assert me.says("3月2日").title == "形象进度到哪一步了？"
    me.says("主体封顶")
    me.taps("没有照片")
    me.taps("✅")
    assert town.rows(Milestone)[0].actual == date(2012, 3, 2)


@pytest.mark.parametrize("agreed", ["没错，是2011年3月19日", "对"])
def test_a_milestones_day_long_ago_is_taken_when_agreed_to_and_shown_with_its_year(
    town: Town, agreed: str
) -> None:
    me = town.reporter
    is_asked_about_a_milestone(town)
    me.says("2011-03-19")
    assert me.says(agreed).title == "形象进度到哪一步了？"
    me.says("主体封顶")
    assert "节点“基础完工”：2011年3月19日完成" in me.taps("没有照片").text
    me.taps("✅")
    assert town.rows(Milestone)[0].actual == date(2011, 3, 19)


def test_a_day_near_the_plan_is_not_doubted_however_long_ago_the_plan_was(town: Town) -> None:
    asked = is_asked_about_a_milestone(town, planned=date(2010, 3, 20))
    assert asked.title == "节点“基础完工”（计划2010年3月20日）完成了吗？"
    assert labels(asked)[0] == "按期完成（2010年3月20日）"
    assert town.reporter.says("2010年3月2日").title == "形象进度到哪一步了？"


def test_a_start_long_ago_is_asked_about_before_it_is_taken(town: Town) -> None:
    changes(town, town.south, start_actual=None)
    chooses(town.reporter, SOUTH)
    asked = town.reporter.says("1900-01-01")
    assert labels(asked)[0] == "没错，是1900年1月1日"
    town.reporter.taps("没错")
    town.reporter.says("1200")
    town.reporter.says("主体封顶")
    assert "开工：1900年1月1日" in town.reporter.taps("没有照片").text


def comes_to_the_card_with_its_start(town: Town) -> Outgoing:
    changes(town, town.south, start_actual=None)
    me = town.reporter
    chooses(me, SOUTH)
    for said in ("3月20日", "1200", "主体封顶"):
        me.says(said)
    return me.taps("没有照片")


def test_the_day_that_was_answered_before_stands_while_another_is_doubted(town: Town) -> None:
    me, card = town.reporter, comes_to_the_card_with_its_start(town)
    me.taps("改开工")
    doubted = me.says("2009年3月20日")
    assert labels(doubted)[0] == "没错，是2009年3月20日"
    kept = me.taps("不改了", doubted)
    assert (kept.title, kept.text) == (card.title, card.text)
    again = me.taps("改开工")
    assert "没错" not in labels(again)[0]
    assert "那是很久以前了" not in again.text


def test_a_doubted_day_takes_the_place_of_the_one_before_when_it_is_agreed_to(town: Town) -> None:
    me = town.reporter
    comes_to_the_card_with_its_start(town)
    me.taps("改开工")
    me.says("2009年3月20日")
    assert "开工：2009年3月20日" in me.says("对").text


# Cumulatives


def test_a_cumulative_that_follows_is_not_asked(town: Town) -> None:
    town.has_reported(town.north, "2012-03", amount=1_000_000)
    town.reaches(4, 26)
    chooses(town.reporter)
    assert town.reporter.says("120").title == "形象进度到哪一步了？"


def test_a_silent_month_makes_the_cumulative_a_question_and_what_it_adds_is_kept(town: Town) -> None:
    town.reaches(4, 26)
    chooses(town.reporter)
    asked = town.reporter.says("1200")
    assert asked.title == "开工至本月累计多少？（万元）"
    assert "2012年3月没有报过，按已报的算是1,200万元。" in asked.text
    assert "比已报的1,200万元还少" in town.reporter.says("900").text
    town.reporter.says("2000")
    town.reporter.says("主体封顶")
    card = town.reporter.taps("没有照片")
    assert "年初累计：2,000万元" in card.text
    town.reporter.taps("✅")
    town.reaches(5, 26)
    assert "年初至今累计 2,000万元" in chooses(town.reporter).text


# Like last month


def test_several_projects_that_stand_still_are_reported_by_one_tap_and_one_confirmation(town: Town) -> None:
    for project in (town.north, town.south):
        town.has_reported(project, "2012-02", progress="主体封顶")
    town.reporter.says("帮助")
    before = len(town.reporter.messages())
    town.reporter.says("报进展")
    card = town.reporter.taps("都同上月（2个项目）")
    assert card.title == "请核对：2个项目都同上月"
    receipt = town.reporter.taps("✅")
    assert receipt.title == "已收到2份"
    assert len(town.reporter.messages()) - before == 3
    versions = [row for row in town.rows(ReportVersion) if row.carried]
    assert [(row.amount, row.progress) for row in versions] == [(0, "主体封顶")] * 2


def test_one_that_has_moved_is_left_out_of_the_several(town: Town) -> None:
    for project in (town.north, town.south):
        town.has_reported(project, "2012-02", progress="主体封顶")
    town.reporter.says("报进展")
    town.reporter.taps("都同上月")
    town.reporter.taps("只报其中几个")
    town.reporter.taps(f"☑ {NORTH}")
    card = town.reporter.taps("完成")
    assert NORTH not in card.text
    assert SOUTH in card.text
    town.reporter.taps("✅")
    assert [row.project_id for row in town.rows(Report) if row.period == "2012-03"] == [town.south]


def test_last_months_words_are_carried_over_by_one_tap_and_marked_so_if_nothing_was_spent(
    town: Town,
) -> None:
    town.has_reported(town.north, "2012-02", amount=10_000_000, progress="主体封顶")
    chooses(town.reporter)
    town.reporter.says("0")
    town.reporter.taps("和上月一样")
    assert "形象进度：主体封顶（同上月）" in town.reporter.taps("没有照片").text
    town.reporter.taps("改本月完成")
    card = town.reporter.says("1200")
    assert "形象进度：主体封顶" in card.text.splitlines()
    town.reporter.taps("✅")
    version = town.rows(ReportVersion)[-1]
    assert (version.progress, version.carried) == ("主体封顶", False)


def test_a_correction_that_adds_money_is_like_last_month_no_more(town: Town) -> None:
    town.has_reported(town.north, "2012-02", amount=10_000_000, progress="主体封顶")
    chooses(town.reporter)
    town.reporter.taps("同上月")
    town.reporter.taps("✅")
    assert town.rows(ReportVersion)[-1].carried
    chooses(town.reporter)
    town.reporter.taps("更正这份报告")
    town.reporter.taps("改本月完成")
    town.reporter.says("1200")
    town.reporter.taps("✅")
    assert not town.rows(ReportVersion)[-1].carried


# Buttons of months gone by


@pytest.mark.parametrize("day", [15, 27])
def test_a_button_of_a_closed_month_says_that_it_has_closed(town: Town, day: int) -> None:
    """Whether nothing is open, or already the next month."""
    town.reaches(4, day)
    answer = town.reporter.presses(f"o|report_progress|{town.north}.2012-03")
    assert "这个按钮是报2012年3月进展的，已经截止" in answer.text
    if day == 27:
        assert answer.title == "哪个项目？"
        assert town.reporter.taps(NORTH).title.startswith(f"{NORTH}：2012年4月完成投资")


def test_a_button_of_an_open_month_says_nothing_of_a_close(town: Town) -> None:
    answer = town.reporter.presses(f"o|report_progress|{town.north}.2012-03")
    assert answer.title.startswith(f"{NORTH}：2012年3月完成投资")
    assert "截止" not in answer.text


# Projects in the list


def test_what_is_still_owed_stands_first_and_what_is_done_under_more(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    asked = town.reporter.says("报进展")
    assert [label for label in labels(asked) if "（" not in label] == [SOUTH, "取消"]
    assert labels(town.reporter.taps("翻到第2页"))[0] == f"{NORTH}（已报）"


def march_is_unlocked(town: Town) -> None:
    """In April's window the office opens March again: two months of 城北水厂 are open at once."""
    town.reaches(4, 26)
    for step in ("解锁", NORTH, "情况特殊"):
        town.office.says(step)
    town.office.taps("3个工作日")
    town.office.says("确认")


def test_a_project_with_two_open_months_stands_once_for_each_and_says_which(town: Town) -> None:
    march_is_unlocked(town)
    asked = town.reporter.says("报进展")
    assert [label for label in labels(asked) if "取消" not in label] == [
        f"{NORTH} 2012年3月",
        f"{NORTH} 2012年4月",
        SOUTH,
    ]
    assert town.reporter.taps(f"{NORTH} 2012年3月").title.startswith(f"{NORTH}：2012年3月完成投资")
    finishes(town.reporter)
    assert [row.period for row in town.rows(Report)] == ["2012-03"]


@pytest.mark.parametrize("said", [f"{NORTH}3月", f"{NORTH} 2012年3月", "7号3月", "3月"])
def test_a_project_with_two_open_months_is_found_by_its_name_and_the_month(town: Town, said: str) -> None:
    march_is_unlocked(town)
    town.reporter.says("报进展")
    assert f"{NORTH} 2012年3月、{NORTH} 2012年4月" in town.reporter.says(NORTH).text
    assert town.reporter.says(said).title.startswith(f"{NORTH}：2012年3月完成投资")


def test_who_reports_for_another_sees_which_month_is_meant(town: Town) -> None:
    march_is_unlocked(town)
    town.office.says("代报")
    town.office.says(NORTH)
    town.office.taps("张三")
    asked = town.office.taps("进展")
    assert labels(asked)[:2] == [f"{NORTH} 2012年3月", f"{NORTH} 2012年4月"]
    assert town.office.taps(f"{NORTH} 2012年4月").title.startswith(f"{NORTH}：2012年4月完成投资")


def test_a_project_is_found_by_the_initials_of_its_pinyin(town: Town) -> None:
    changes(town, town.north, initials="cbsckjgc")
    changes(town, town.south, initials="nhddgz")
    town.reporter.says("报进展")
    assert town.reporter.says("nhdd").title.startswith(SOUTH)


# Corrections, withdrawals, returns


def test_a_correction_opens_with_the_card_and_changes_only_what_is_opened(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    chooses(town.reporter)
    town.reporter.taps("更正这份报告")
    town.reporter.taps("改本月完成")
    town.reporter.says("1300")
    assert town.reporter.taps("✅").title == "已更正 J1（第2版）"
    versions = town.rows(ReportVersion)
    assert [(row.amount, row.progress) for row in versions] == [
        (12_000_000, "主体封顶"),
        (13_000_000, "主体封顶"),
    ]


def corrects(chat: Chat, project: str = NORTH) -> Outgoing:
    chooses(chat, project)
    return chat.taps("更正这份报告")


def says_when_it_started(town: Town, day: str = "3月20日") -> None:
    changes(town, town.south, start_actual=None, not_started_because="资金", stage=Stage.SIGNED)
    chooses(town.reporter, SOUTH)
    town.reporter.says(day)
    finishes(town.reporter)


def says_why_a_milestone_is_late(town: Town) -> None:
    town.do(
        lambda session: a_milestone(session, session.get_one(Project, town.north), planned=date(2012, 3, 20))
    )
    chooses(town.reporter)
    town.reporter.says("1200")
    town.reporter.says("等图纸")
    town.reporter.says("主体封顶")
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")


def test_a_correction_keeps_the_start_and_the_milestones_that_it_does_not_open(town: Town) -> None:
    says_when_it_started(town)
    says_why_a_milestone_is_late(town)
    for project in (NORTH, SOUTH):
        corrects(town.reporter, project)
        town.reporter.taps("改本月完成")
        town.reporter.says("1300")
        town.reporter.taps("✅")
    south, north = [row for row in town.rows(ReportVersion) if row.version == 2][::-1]
    assert (south.started, south.amount) == (date(2012, 3, 20), 13_000_000)
    assert north.milestones == [{"id": town.rows(Milestone)[0].id, "done": None, "why": "等图纸"}]
    assert town.rows(Project)[1].start_actual == date(2012, 3, 20)


def test_a_correction_keeps_why_a_project_has_not_begun(town: Town) -> None:
    changes(town, town.south, start_actual=None)
    chooses(town.reporter, SOUTH)
    town.reporter.taps("没开工：天气")
    town.reporter.taps("还没有投资")
    town.reporter.taps("✅")
    assert "形象进度：未开工：天气" in corrects(town.reporter, SOUTH).text
    town.reporter.taps("＋下月安排")
    town.reporter.says("进场")
    town.reporter.taps("✅")
    assert town.rows(ReportVersion)[-1].not_started_because == "天气"


def test_a_wrong_start_is_mended_by_a_correction_and_the_project_follows(town: Town) -> None:
    says_when_it_started(town, "3月2日")
    assert "改开工" in labels(corrects(town.reporter, SOUTH))
    town.reporter.taps("改开工")
    assert "开工：3月20日" in town.reporter.says("3月20日").text
    town.reporter.taps("✅")
    assert town.rows(Project)[1].start_actual == date(2012, 3, 20)


def test_a_start_that_was_none_is_taken_back_by_a_correction(town: Town) -> None:
    says_when_it_started(town)
    corrects(town.reporter, SOUTH)
    town.reporter.taps("改开工")
    assert "形象进度：未开工：手续" in town.reporter.taps("没开工：手续").text
    town.reporter.taps("✅")
    project = town.rows(Project)[1]
    assert (project.start_actual, project.not_started_because) == (None, "手续")
    assert project.stage is Stage.SIGNED


def test_who_corrects_that_it_has_begun_says_how_far_it_is(town: Town) -> None:
    changes(town, town.south, start_actual=None)
    chooses(town.reporter, SOUTH)
    town.reporter.taps("没开工：天气")
    town.reporter.taps("还没有投资")
    town.reporter.taps("✅")
    corrects(town.reporter, SOUTH)
    town.reporter.taps("改开工")
    assert town.reporter.says("3月20日").title == "形象进度到哪一步了？"


def test_a_wrong_milestone_is_mended_by_a_correction(town: Town) -> None:
    says_why_a_milestone_is_late(town)
    corrects(town.reporter)
    town.reporter.taps("改节点：基础完工")
    town.reporter.says("3月22日")
    town.reporter.taps("✅")
    assert (town.rows(Milestone)[0].actual, town.rows(Milestone)[0].why_late) == (date(2012, 3, 22), "")
    corrects(town.reporter)
    town.reporter.taps("改节点：基础完工")
    town.reporter.taps("没完成：手续")
    town.reporter.taps("✅")
    assert (town.rows(Milestone)[0].actual, town.rows(Milestone)[0].why_late) == (None, "手续")


def test_a_withdrawn_report_takes_back_what_it_said_of_the_project(town: Town) -> None:
    says_when_it_started(town)
    says_why_a_milestone_is_late(town)
    for project in (NORTH, SOUTH):
        chooses(town.reporter, project)
        town.reporter.taps("撤回")
        town.reporter.taps("确认撤回")
    project = town.rows(Project)[1]
    assert (project.start_actual, project.not_started_because) == (None, "资金")
    assert project.stage is Stage.SIGNED
    assert town.rows(Milestone)[0].why_late == ""


def test_what_the_office_has_registered_since_is_not_undone_by_a_withdrawal(town: Town) -> None:
    changes(town, town.south, start_actual=None)
    chooses(town.reporter, SOUTH)
    town.reporter.taps("没开工：天气")
    town.reporter.taps("还没有投资")
    town.reporter.taps("✅")
    changes(town, town.south, start_actual=date(2012, 3, 5), not_started_because="", stage=Stage.STARTED)
    chooses(town.reporter, SOUTH)
    town.reporter.taps("撤回")
    town.reporter.taps("确认撤回")
    assert town.rows(Project)[1].start_actual == date(2012, 3, 5)


def test_a_later_month_is_not_undone_by_the_correction_of_an_earlier_one(town: Town) -> None:
    says_why_a_milestone_is_late(town)
    milestone = town.rows(Milestone)[0]
    town.has_reported(town.north, "2012-04")
    said = {"milestones": [{"id": milestone.id, "done": None, "why": "图纸未到"}]}
    april = town.rows(ReportVersion)[-1].id
    town.do(
        lambda session: session.execute(update(ReportVersion).where(ReportVersion.id == april).values(**said))
    )
    corrects(town.reporter)
    town.reporter.taps("改节点：基础完工")
    town.reporter.taps("没完成：手续")
    town.reporter.taps("✅")
    assert town.rows(Milestone)[0].why_late == "图纸未到"


def test_a_withdrawn_report_counts_for_nothing_until_it_is_filed_again(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    chooses(town.reporter)
    town.reporter.taps("撤回这份报告")
    assert town.reporter.taps("确认撤回").text.startswith("已撤回 J1。")
    duty = next(row for row in town.rows(Duty) if row.project_id == town.north and row.period == "2012-03")
    assert (duty.settled, duty.report_id) == (None, None)
    town.clock.pass_(hours=1)
    chooses(town.reporter)
    assert finishes(town.reporter, "1300").title == "已收到 J1"
    duty = next(row for row in town.rows(Duty) if row.project_id == town.north and row.period == "2012-03")
    assert duty.settled == town.clock.now
    assert town.rows(Report)[0].withdrawn is None


def withdraws(chat: Chat) -> None:
    chooses(chat)
    chat.taps("撤回这份报告")
    chat.taps("确认撤回")


def test_who_files_a_withdrawn_report_again_has_filed_it_and_from_then_on(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    withdraws(town.reporter)
    town.clock.pass_(days=1)
    town.deputy.says("报进展")
    finishes(town.deputy)
    [report] = town.rows(Report)
    assert (report.filed_by, report.filed) == (int(town.deputy.user) - 1000, town.clock.now)
    assert "已由李四报过（J1）" in chooses(town.reporter).title


def test_a_correction_leaves_the_first_filing_to_who_made_it(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    first = town.clock.now
    town.clock.pass_(days=1)
    town.deputy.says("报进展")
    town.deputy.taps("更正")
    town.deputy.taps("改本月完成")
    town.deputy.says("1300")
    town.deputy.taps("✅")
    [report] = town.rows(Report)
    assert (report.filed_by, report.filed) == (int(town.reporter.user) - 1000, first)


def test_a_withdrawn_report_is_not_listed_as_sent(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    assert "J1" in town.reporter.says("我的待办").plain
    withdraws(town.reporter)
    assert "J1" not in town.reporter.says("我的待办").plain


def test_a_correction_of_what_was_withdrawn_meanwhile_is_received_as_a_report(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    town.deputy.says("报进展")
    town.deputy.taps("更正")
    town.deputy.taps("改本月完成")
    card = town.deputy.says("1300")
    withdraws(town.reporter)
    assert not town.deputy.taps("✅", card).title.startswith("已更正")


def test_to_the_very_second_of_the_due_instant_what_is_withdrawn_can_still_be_on_time(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    town.clock.strike(4, 5, 18)
    town.clock.pass_(milliseconds=500)
    chooses(town.reporter)
    town.reporter.taps("撤回这份报告")
    assert "前请重新报" in town.reporter.taps("确认撤回").text


def test_a_withdrawal_by_another_is_told_to_who_filed(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    town.deputy.says("报进展")
    town.deputy.taps("撤回")
    town.deputy.taps("确认撤回")
    assert town.reporter.last().text == f"李四撤回了您报的{NORTH} 2012年3月进展（J1），要重新报。"


def test_a_withdrawal_is_in_time_to_the_second(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    town.clock.now = datetime(2012, 4, 5, 18, 0, 0, 500_000, tzinfo=ZONE)
    chooses(town.reporter)
    town.reporter.taps("撤回这份报告")
    assert "18:00前请重新报" in town.reporter.taps("确认撤回").text


def test_nothing_is_withdrawn_after_the_close(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    chooses(town.reporter)
    card = town.reporter.taps("撤回")
    town.reaches(4, 11)
    town.reporter.taps("确认撤回", card)
    assert town.rows(Report)[0].withdrawn is None


@pytest.mark.parametrize(
    ("parts", "asked"), [(["amount"], "完成投资多少"), (["progress"], "形象进度到哪一步了？")]
)
def test_a_returned_report_asks_only_what_is_to_be_mended(town: Town, parts: list[str], asked: str) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    returned = {"returned": town.clock.now, "returned_because": "与台账不符", "returned_parts": parts}
    town.do(lambda session: session.execute(update(Report).values(**returned)))
    town.clock.pass_(days=1)
    town.reporter.says("报进展")
    question = town.reporter.taps(f"{NORTH}（被退回，要改）")
    assert asked in question.title
    card = town.reporter.says("1300" if parts == ["amount"] else "主体封顶，装修")
    assert "退回原因：与台账不符" in card.text
    town.reporter.taps("✅")
    assert town.rows(Report)[0].returned is None
    assert town.rows(ReportVersion)[-1].version == 2


def test_a_report_returned_as_a_whole_is_asked_as_a_whole(town: Town) -> None:
    changes(town, town.north, kind=ProjectKind.PRELIMINARY, start_actual=None, stage=Stage.INTENTION)
    chooses(town.reporter)
    town.reporter.taps("签约")
    town.reporter.says("合同已签")
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    returned = {"returned": town.clock.now, "returned_because": "阶段有误", "returned_parts": None}
    town.do(lambda session: session.execute(update(Report).values(**returned)))
    town.reporter.says("报进展")
    assert "前期工作到哪一步了" in town.reporter.taps(f"{NORTH}（被退回，要改）").title
    assert town.reporter.taps("意向").title == "形象进度到哪一步了？"
    assert town.reporter.says("谈判中").title == "有现场照片吗？"
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    assert town.rows(Project)[0].stage is Stage.INTENTION


def test_a_start_in_a_report_returned_as_a_whole_is_asked_again(town: Town) -> None:
    says_when_it_started(town)
    returned = {"returned": town.clock.now, "returned_because": "开工日期有误", "returned_parts": None}
    town.do(lambda session: session.execute(update(Report).values(**returned)))
    town.reporter.says("报进展")
    assert town.reporter.taps(f"{SOUTH}（被退回，要改）").title == f"{SOUTH}：开工了吗？"


def test_the_first_filing_time_counts_after_a_correction(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    first = town.clock.now
    town.clock.now += timedelta(days=1)
    chooses(town.reporter)
    town.reporter.taps("更正")
    town.reporter.taps("改本月完成")
    town.reporter.says("1300")
    town.reporter.taps("✅")
    assert [row.settled for row in town.rows(Duty) if row.settled] == [first]


def test_a_project_of_others_is_never_offered(town: Town) -> None:
    town.do(lambda session: a_project(session, name="别人的项目"))
    town.sweep()
    assert "别人的项目" not in str(labels(town.reporter.says("报进展")))


def test_a_description_is_as_long_as_the_rules_allow(town: Town) -> None:
    longest = town.do(lambda session: stored_rules.in_force(session).book.caps.text_length)
    chooses(town.reporter)
    town.reporter.says("1200")
    assert f"最多{longest}字" in town.reporter.says("长" * (longest + 1)).text
    assert town.reporter.says("长" * longest).title == "有现场照片吗？"


def test_to_agree_where_an_optional_text_is_open_agrees_to_the_card(town: Town) -> None:
    """确认 once became the text of 下月安排."""
    chooses(town.reporter)
    town.reporter.says("1200")
    town.reporter.says("主体封顶")
    town.reporter.taps("没有照片")
    town.reporter.taps("＋下月安排")
    card = town.reporter.says("确认")
    assert card.title.startswith("请核对")
    assert "下月安排" not in card.text


def test_what_the_card_asks_for_is_quoted_as_it_stands_on_the_button(town: Town) -> None:
    town.reaches(7, 2)
    town.reporter.says("零报告")
    assert "请点「确认：没有问题」" in town.reporter.says("这是什么").text


# Receipts


def test_a_receipt_looks_its_report_up_and_leads_to_its_correction(town: Town) -> None:
    chooses(town.reporter)
    finishes(town.reporter)
    town.sweep()
    seen = town.reporter.says("J1")
    assert seen.title == f"J1 {NORTH} 2012年3月进展"
    assert seen.text == (
        "本月完成：1,200万元\n形象进度：主体封顶\n第1版，3月26日 9:00由张三报\n"
        "🟢绿灯（3月26日起）：截至3月，完成50.0%，序时25.0%，超前25.0个百分点"
    )
    town.reporter.taps("更正或撤回", seen)
    town.reporter.taps("撤回")
    town.reporter.taps("确认撤回")
    assert "已撤回，现在算没报" in town.reporter.says("j1").text
    assert labels(town.office.says("J1")) == []


def test_a_receipt_tells_nothing_to_those_whom_it_does_not_concern(town: Town) -> None:
    chooses(town.reporter, SOUTH)
    finishes(town.reporter)
    assert town.deputy.says("J1").text == "没有找到报告 J1。"
    assert town.reporter.says("J99").text == "没有找到报告 J99。"
