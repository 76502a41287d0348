"""Reports in one line, in several, and in a pasted 接龙: what is said is not asked again, nothing is guessed."""

from datetime import date, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState, ProjectKind, Role, Stage
from storage.tables.registry import Binding, Person, Project, Responsibility
from storage.tables.reporting import Duty, Issue, Report, ReportVersion
from storage.tables.traffic import Talk
from tests.builders import a_binding, a_duty, a_milestone, a_person, a_project
from tests.chat import ZONE, Chat, button, labels
from tests.town import NORTH, SOUTH, Town


def test_one_line_comes_back_as_the_card_and_is_filed_by_one_tap(town: Town) -> None:
    card = town.reporter.says("城北水厂 本月1200万 形象70%")
    assert card.title == f"请核对：{NORTH} 2012年3月进展"
    assert "本月完成：1,200万元" in card.text
    assert "形象进度：完成70%" in card.text
    assert town.reporter.taps("✅").title == "已收到 J1"
    version = town.rows(ReportVersion)[0]
    assert (version.amount, version.progress, version.percent) == (12_000_000, "完成70%", 70)


def test_a_project_may_be_named_by_its_registry_number_and_what_is_unsaid_is_asked(town: Town) -> None:
    asked = town.reporter.says("13号 320万")
    assert asked.title == "形象进度到哪一步了？"
    town.reporter.says("路基完成")
    assert f"请核对：{SOUTH}" in town.reporter.taps("没有照片").title


def test_a_line_that_can_mean_several_projects_asks_which_with_these_only(town: Town) -> None:
    town.do(
        lambda session: a_project(
            session, name="城北水厂二期", number=21, reporter=session.get_one(Person, 1)
        )
    )
    town.sweep()
    asked = town.reporter.says("水厂 本月1200万 主体封顶")
    assert asked.title == "哪个项目？"
    assert labels(asked) == [NORTH, "城北水厂二期", "取消"]
    card = town.reporter.taps(NORTH)
    assert "本月完成：1,200万元" in card.text
    assert "形象进度：主体封顶" in card.text


def test_two_amounts_of_which_none_is_named_are_asked_and_not_guessed(town: Town) -> None:
    assert "完成投资多少" in town.reporter.says("城北水厂 1200万 1300万 主体封顶").title


def test_the_amount_of_another_month_is_not_taken_for_this_one(town: Town) -> None:
    told = town.reporter.says("城北水厂 2月份完成1200万 主体封顶").text
    assert told == f"{NORTH}：2月的月报没有开着，这条没有记下。现在开着的是2012年3月。"
    assert town.rows(Talk) == []


def makes_preliminary(town: Town, project: int) -> None:
    town.do(
        lambda session: session.execute(
            update(Project).where(Project.id == project).values(kind=ProjectKind.PRELIMINARY)
        )
    )


def test_an_amount_of_a_preliminary_project_is_said_not_to_be_taken(town: Town) -> None:
    makes_preliminary(town, town.south)
    asked = town.reporter.says("南湖大道 本月300万 主体三层")
    assert asked.text.startswith("前期项目不报投资，「300万」没有记。")
    card = town.reporter.taps("签约")
    assert "形象进度：主体三层" in card.text


def test_what_a_later_line_cannot_give_is_said_at_once_with_its_project(town: Town) -> None:
    makes_preliminary(town, town.south)
    card = town.reporter.says("城北水厂 本月1200万 主体封顶\n南湖大道 300万 路基完成")
    assert NORTH in card.title
    assert f"{SOUTH}：前期项目不报投资，「300万」没有记。" in card.text


def test_an_amount_is_said_not_to_be_taken_of_those_among_several_that_owe_none(town: Town) -> None:
    town.do(
        lambda session: a_project(
            session, name="城北水厂二期", number=21, reporter=session.get_one(Person, 1),
            kind=ProjectKind.PRELIMINARY,
        )
    )  # fmt: skip
    town.sweep()
    asked = town.reporter.says("水厂 本月300万 主体三层")
    assert asked.title == "哪个项目？"
    assert "城北水厂二期是前期项目，不报投资，「300万」没有记。" in asked.text


@pytest.mark.parametrize(
    "day", ["2月30日", "2012-02-30", "二月三十号", "2013年2月29日", "2月30号", "2月30日墩台"]
)
def test_a_day_that_does_not_exist_is_named_and_the_line_not_taken(town: Town, day: str) -> None:
    told = town.reporter.says(f"城北水厂 {day}完成300万").text
    written = day.removesuffix("墩台")
    assert told == f"{NORTH}：没有{written}这一天，这条没有记下。请改好再发。"
    assert town.rows(Talk) == []


@pytest.mark.parametrize(
    "said",
    [
        *("3月20日", "2012-03-20", "2月29日", "1-3月 5栋"),
        *(
            "3月45号墩浇筑完成，主体",
            "3月32号承台完成，主体",
            "3月41号塔",
            "3月32号梁",
            "3月40号地块",
            "3月36号孔",
        ),
        *("3月33号段", "3月45号楼", "三月四十号楼"),
    ],
)
def test_a_day_that_exists_or_a_number_of_a_part_stops_no_line(town: Town, said: str) -> None:
    assert town.reporter.says(f"城北水厂 本月300 {said}封顶").title.startswith(f"请核对：{NORTH}")


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("本月12亿万", "「12亿万」没有记：没看懂这个金额。"),
        ("本月约1200万", "「1200万」没有记：请发准数"),
        ("1200万 1300万", "「1200万」「1300万」不知道是不是本月完成的，没有记成金额。"),
        ("累计5600万", "「5600万」不知道是不是本月完成的，没有记成金额。"),
    ],
)
def test_an_amount_that_is_not_taken_is_named_above_the_question_for_it(
    town: Town, amount: str, told: str
) -> None:
    asked = town.reporter.says(f"城北水厂 {amount} 形象30%")
    assert asked.title == f"{NORTH}：2012年3月完成投资多少？（万元）"
    assert told in asked.text


def test_two_percents_are_said_not_to_be_taken(town: Town) -> None:
    asked = town.reporter.says("城北水厂 本月1200万 形象70% 总体进度65%")
    assert asked.title == "形象进度到哪一步了？"
    assert "有两个百分比，形象进度没有记，请再说一次。" in asked.text


def test_an_amount_in_a_line_is_doubted_like_any_other(town: Town) -> None:
    assert town.reporter.says("城北水厂 本月200亿 主体封顶").title == f"{NORTH}：真是200亿元吗？"


def test_like_last_month_may_be_said_in_a_line(town: Town) -> None:
    town.has_reported(town.north, "2012-02", progress="主体封顶")
    card = town.reporter.says("城北水厂 同上月")
    assert "形象进度：主体封顶（同上月）" in card.text


def test_like_last_month_where_nothing_was_reported_says_why_and_asks(town: Town) -> None:
    asked = town.reporter.says("城北水厂 同上月")
    assert "上月没有报过，不能报同上月，请报一次。" in asked.text
    assert asked.title == f"{NORTH}：2012年3月完成投资多少？（万元）"


def test_like_last_month_with_a_milestone_due_says_why_it_is_not_taken(town: Town) -> None:
    town.has_reported(town.north, "2012-02", progress="主体封顶")
    town.do(
        lambda session: a_milestone(session, session.get_one(Project, town.north), planned=date(2012, 3, 20))
    )
    asked = town.reporter.says("城北水厂 同上月")
    assert "有节点到期，不能报同上月，请报一次。" in asked.text
    assert asked.title == f"{NORTH}：2012年3月完成投资多少？（万元）"


def test_like_last_month_of_what_has_not_begun_owes_no_amount_or_was_returned_says_why(town: Town) -> None:
    town.has_reported(town.north, "2012-02", progress="主体封顶")
    town.has_reported(
        town.south, "2012-02", progress="选址", returned=town.clock.now, returned_because="不实"
    )
    assert "上月的报告被退回了，不能报同上月" in town.reporter.says("南湖大道 同上月").text
    town.reporter.says("取消")
    changes = {"start_actual": None, "stage": Stage.SIGNED}
    town.do(lambda session: session.execute(update(Project).where(Project.id == town.north).values(changes)))
    assert "还没开工，不能报同上月" in town.reporter.says("城北水厂 同上月").text
    town.reporter.says("取消")
    makes_preliminary(town, town.north)
    assert "前期项目不能报同上月" in town.reporter.says("城北水厂 同上月").text


def test_like_last_month_beside_something_else_or_a_report_that_stands_is_said_not_to_be_taken(
    town: Town,
) -> None:
    card = town.reporter.says("城北水厂 同上月 1200万 主体封顶")
    assert "又说同上月又说了别的，同上月没有记。" in card.text
    town.reporter.taps("✅")
    assert "这个月已经报过，同上月没有记。" in town.reporter.says("城北水厂 同上月").text


def test_a_line_about_a_reported_project_is_a_correction(town: Town) -> None:
    town.reporter.says("城北水厂 本月1200万 主体封顶")
    town.reporter.taps("✅")
    card = town.reporter.says("城北水厂 本月1300万")
    assert card.title.endswith("（更正）")
    assert "形象进度：主体封顶" in card.text
    assert town.reporter.taps("✅").title == "已更正 J1（第2版）"


def test_a_problem_in_a_line_begins_its_report(town: Town) -> None:
    asked = town.reporter.says("城北水厂 有问题 两户阻工")
    assert asked.title == f"{NORTH}：问题有多严重？"
    town.reporter.taps("一般问题")
    town.reporter.says("征拆")
    town.reporter.taps("暂时不需要")
    town.reporter.taps("没有照片")
    town.reporter.taps("✅")
    assert "两户阻工" in town.rows(Issue)[0].what


def test_chatter_is_no_report(town: Town) -> None:
    for said in ("今天下雨", "几号截止", "知道了", "城北水厂什么时候报？"):
        town.reporter.says(said)
    assert town.rows(Talk) == []


def test_several_lines_are_confirmed_one_after_the_other(town: Town) -> None:
    card = town.reporter.says("城北水厂 本月1200万 主体封顶\n南湖大道 800万 路基完成")
    assert "另有1条也读出来了" in card.text
    assert NORTH in card.title
    second = town.reporter.says("确认")
    assert second.title == f"请核对：{SOUTH} 2012年3月进展"
    receipt = town.reporter.messages()[-2]
    assert (receipt.title, labels(receipt)) == ("已收到 J1", [])
    town.clock.pass_(seconds=5)
    assert town.reporter.says("确认").title == "已收到 J2"
    assert [row.amount for row in town.rows(ReportVersion)] == [12_000_000, 8_000_000]


def test_who_agrees_twice_in_one_breath_files_the_card_that_was_seen_and_no_other(town: Town) -> None:
    me = town.reporter
    me.says("城北水厂 本月1200万 主体封顶\n南湖大道 800万 路基完成")
    me.says("确认")
    assert me.says("确认").title == f"请核对：{SOUTH} 2012年3月进展"
    assert [row.amount for row in town.rows(ReportVersion)] == [12_000_000]
    assert me.taps("✅").title == "已收到 J2", "a tap is on the card itself"


def test_what_waited_behind_a_line_for_hours_does_not_come_after_something_else(town: Town) -> None:
    me = town.reporter
    me.says("城北水厂 本月1200万 主体封顶\n南湖大道 800万 路基完成")
    me.says("取消")
    town.clock.pass_(hours=30)
    for said in ("报问题", NORTH, "一般问题", "征拆", "两户阻工", "暂时不需要", "没有照片"):
        me.says(said)
    assert me.says("确认").title.startswith("已登记 W1")


def test_what_waits_behind_a_line_comes_by_itself_only_once(town: Town) -> None:
    me = town.reporter
    me.says("城北水厂 本月1200万 主体封顶\n南湖大道 800万 路基完成")
    assert SOUTH in me.says("确认").title
    sets_aside(me)
    corrected = me.says("城北水厂 本月1300万")
    assert corrected.title.endswith("（更正）")
    assert me.taps("✅").title == "已更正 J1（第2版）"
    assert f"继续「报进展」{SOUTH}" in labels(me.last())


def test_the_report_that_is_next_and_begun_already_has_one_button(town: Town) -> None:
    me = town.reporter
    me.says("南湖大道 800万 路基完成")
    sets_aside(me)
    me.says("城北水厂 本月1200万 主体封顶")
    assert labels(me.taps("✅")) == [f"继续「报进展」{SOUTH}", f"不要了：「报进展」{SOUTH}"]


def test_a_problem_told_beside_figures_is_a_report_of_its_own_that_comes_next(town: Town) -> None:
    me = town.reporter
    card = me.says("城北水厂 本月1200万 形象70% 有问题 两户阻工")
    assert "问题“两户阻工”单独报，报完进展接着填。" in card.text
    assert "形象进度：完成70%" in card.text
    assert me.says("确认").title == f"{NORTH}：问题有多严重？"
    town.clock.pass_(seconds=30)
    me.taps("一般问题")
    me.says("征拆")
    me.taps("暂时不需要")
    me.taps("没有照片")
    me.says("确认")
    assert [row.what for row in town.rows(Issue)] == ["两户阻工"]


def test_what_a_line_calls_a_problem_with_a_colon_is_no_less_one(town: Town) -> None:
    card = town.reporter.says("城北水厂 三月完成三百万，形象进度75%，存在问题：资金不到位，两户阻工")
    assert "问题“资金不到位，两户阻工”单独报" in card.text


def test_a_problem_beside_the_figures_of_anothers_line_waits_for_its_owner_too(town: Town) -> None:
    another_reporter(town)
    town.office.says("#接龙\n1. 东风桥改造 80万 桩基完成 有问题 两户阻工\n2. 城北水厂 本月1200万 主体封顶")
    owner = town.chat("900")
    assert "问题“两户阻工”单独报" in owner.last().text
    assert owner.taps("✅").title == "东风桥改造：问题有多严重？"


def test_a_problem_beside_figures_of_a_month_that_is_not_open_reaches_its_owner(town: Town) -> None:
    another_reporter(town)
    answer = town.office.says("#接龙\n1. 东风桥改造 2月80万 桩基完成 有问题 两户阻工")
    assert "接龙里读出1条。" in answer.text
    assert "东风桥改造：2月的月报没有开着，这条没有记下。" in answer.text
    assert "东风桥改造：问题已发给刘六核对" in answer.text
    owner = town.chat("900")
    assert owner.last().title == "东风桥改造：问题有多严重？"
    for step in ("一般问题", "征拆", "暂时不需要", "没有照片", "确认"):
        owner.says(step)
    assert [row.what for row in town.rows(Issue)] == ["两户阻工"]


@pytest.mark.parametrize("another", ["", "\n2. 南湖大道 800万 路基完成"])
def test_a_problem_told_again_in_the_same_words_is_one_problem(town: Town, another: str) -> None:
    me, line = town.reporter, "城北水厂 本月1200万 形象70% 有问题 两户阻工"
    for _ in range(2):
        me.says(f"#接龙\n1. {line}{another}" if another else line)
    waiting = [talk.script for talk in drafts_of(town) if talk.script == "report_issue"]
    assert waiting == ["report_issue"]
    assert me.says("确认").title == f"{NORTH}：问题有多严重？"
    me.says(line)
    assert len([talk for talk in drafts_of(town) if talk.script == "report_issue"]) == 1


def test_a_chain_of_an_owner_that_is_passed_on_twice_lays_its_problem_aside_once(town: Town) -> None:
    another_reporter(town)
    for _ in range(2):
        town.office.says(
            "#接龙\n1. 东风桥改造 80万 桩基完成 有问题 两户阻工\n2. 城北水厂 本月1200万 主体封顶"
        )
    assert [talk.script for talk in drafts_of(town)].count("report_issue") == 1


def test_a_chain_counts_its_entries_and_not_the_reports_that_they_begin(town: Town) -> None:
    card = town.reporter.says(
        "#接龙\n1. 城北水厂 1200万 有问题 两户阻工\n2. 南湖大道 800万 路基完成\n3. 王五 都挺好"
    )
    assert "接龙里读出2条。" in card.text


def test_a_wish_for_help_in_a_line_is_no_progress(town: Town) -> None:
    card = town.reporter.says("城北水厂 本月300 主体封顶，形象70%，两户阻工，请协调")
    assert "形象进度：主体封顶，完成70%" in card.text
    assert "需协调：两户阻工，请协调" in card.text
    labelled = town.reporter.says("城北水厂 本月300 形象70%\n需协调：两户阻工")
    assert "需协调：两户阻工\n" in labelled.text + "\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("本月-300 形象70%", "「-300」没有记：金额不能是负数"),
        ("本月300~500 形象70%", "「300~500」没有记：里面有几个数"),
        ("本月300 累计5亿 形象70%", "累计「5亿」没有记"),
        ("本月300 形象170%", "「形象170%」超过100%，形象进度没有记"),
    ],
)
def test_a_figure_of_a_line_that_is_not_taken_is_named(town: Town, said: str, told: str) -> None:
    assert told in town.reporter.says(f"城北水厂 {said}").text


def test_a_cumulative_that_follows_is_not_worth_a_word(town: Town) -> None:
    assert "没有记" not in town.reporter.says("城北水厂 本月300 累计300万 形象70%").text


@pytest.mark.parametrize(
    ("said", "progress"),
    [
        ("形象三层封顶", "三层封顶"),
        ("形象进度主体封顶", "主体封顶"),
        ("形象百分之四十", "完成40%"),
        ("形象进度百分之七十五", "完成75%"),
        ("形象大门完成", "形象大门完成"),
    ],
)
def test_the_word_for_the_progress_is_no_part_of_it(town: Town, said: str, progress: str) -> None:
    card = town.reporter.says(f"城北水厂 本月300 {said}")
    assert f"形象进度：{progress}\n" in card.text


def test_an_amount_that_would_be_written_as_nothing_is_asked_about(town: Town) -> None:
    assert town.reporter.says("城北水厂 本月0.001万 形象40%").title == f"{NORTH}：真是10元吗？"


def test_a_line_of_no_known_project_is_named_and_the_others_are_kept(town: Town) -> None:
    card = town.reporter.says("城北水厂 本月1200万 形象70%\n不存在项目 300万")
    assert "第2行没认出项目，没有记：不存在项目 300万" in card.text
    assert "形象进度：完成70%\n" in card.text


def test_of_four_lines_with_one_of_no_known_project_the_others_are_confirmed(town: Town) -> None:
    lines = ("城北水厂 本月1200万", "东风桥改造300万", "南湖大道 300万 路基完成", "城北水厂 形象80%")
    card = town.reporter.says("\n".join(lines))
    assert card.title == f"请核对：{NORTH} 2012年3月进展"
    assert "第2行没认出项目，没有记：东风桥改造300万" in card.text
    assert f"{NORTH}有两行" in card.text
    town.reporter.says("确认")
    town.clock.pass_(seconds=5)
    town.reporter.says("确认")
    found = [(row.amount, row.progress) for row in town.rows(ReportVersion)]
    assert found == [(12_000_000, "完成80%"), (3_000_000, "路基完成")]


@pytest.mark.parametrize(
    "text",
    [
        "城北水厂\n本月1200万\n主体封顶，形象70%",
        "城北水厂 本月1200万\n主体封顶，形象70%",
        "城北水厂 形象70%\n目前主体封顶\n本月实际完成1200万",
        "各位领导\n城北水厂 本月1200万 主体封顶 形象70%",
    ],
)
def test_lines_that_go_on_with_the_one_above_are_a_part_of_it(town: Town, text: str) -> None:
    card = town.reporter.says(text)
    assert card.title == f"请核对：{NORTH} 2012年3月进展"
    assert "没有记" not in card.text
    assert "本月完成：1,200万元" in card.text
    assert "主体封顶" in card.text
    assert "完成70%" in card.text


@pytest.mark.parametrize(
    "none",
    [
        "存在问题：无",
        "存在问题：暂无",
        "存在问题：没有",
        "困难：无",
        "存在问题：无 需协调事项：无",
        "存在的主要问题和困难 暂无。",
    ],
)
@pytest.mark.parametrize(
    "before", ["城北水厂 本月1200万，主体封顶\n", "#接龙\n1. 城北水厂 本月1200万，主体封顶 "]
)
def test_a_heading_of_problems_with_none_below_it_is_no_problem(town: Town, before: str, none: str) -> None:
    card = town.reporter.says(before + none)
    assert card.title == f"请核对：{NORTH} 2012年3月进展"
    assert "形象进度：主体封顶\n" in card.text
    assert "单独报" not in card.text
    assert "没有记" not in card.text
    assert "需协调：" not in card.text
    assert len(drafts_of(town)) == 1


def test_a_problem_that_begins_with_none_is_one_all_the_same(town: Town) -> None:
    card = town.reporter.says("城北水厂 本月1200万，主体封顶\n存在问题：无法进场")
    assert "问题“无法进场”单独报" in card.text


@pytest.mark.parametrize(
    ("said", "progress"),
    [
        ("主体封顶，无需协调", "主体封顶，无需协调"),
        ("主体封顶，不需要协调", "主体封顶，不需要协调"),
        ("主体封顶，需协调：无", "主体封顶"),
        ("主体封顶\n需协调事项：无", "主体封顶"),
        ("主体封顶，征拆问题已协调解决", "主体封顶，征拆问题已协调解决"),
        ("主体封顶，已请自规局协调解决", "主体封顶，已请自规局协调解决"),
    ],
)
def test_what_needs_no_help_or_has_had_it_is_no_wish(town: Town, said: str, progress: str) -> None:
    card = town.reporter.says(f"城北水厂 本月300万，{said}")
    assert f"形象进度：{progress}\n" in card.text
    assert "需协调：" not in card.text


@pytest.mark.parametrize(
    ("said", "progress"),
    [
        ("本月完成 1-3 栋，投资300万", "本月完成 1-3 栋"),
        ("本月 3~5 层浇筑，完成投资300万", "本月 3~5 层浇筑"),
    ],
)
def test_from_one_floor_to_another_is_no_amount(town: Town, said: str, progress: str) -> None:
    card = town.reporter.says(f"城北水厂 {said}")
    assert "本月完成：300万元" in card.text
    assert f"形象进度：{progress}\n" in card.text


def test_floors_alone_are_progress_and_the_amount_is_asked(town: Town) -> None:
    asked = town.reporter.says("城北水厂 本月完成 1-3 栋")
    assert "完成投资多少" in asked.title
    assert "没有记" not in asked.text
    assert "形象进度：本月完成 1-3 栋\n" in town.reporter.says("300").text


@pytest.mark.parametrize(
    "further",
    [
        "三月份建安投资1200万",
        "固定资产投资本月1200万元",
        "甲标段：1200万",
        "十二标段：1200万",
        "张三报：本月1200万",
    ],
)
def test_an_amount_below_a_line_of_one_project_without_one_is_its_amount(town: Town, further: str) -> None:
    told = town.reporter.says(f"城北水厂 主体封顶\n{further}").text
    assert "没认出" not in told
    assert "1,200万元" in told or "「1200万」" in told, "read, or asked about"


def test_lots_below_the_amount_of_a_project_are_its_lots(town: Town) -> None:
    card = town.reporter.says("城北水厂 本月1200万 主体封顶\n甲标段：800万\n乙标段：400万")
    assert "没认出" not in card.text
    assert "本月完成：1,200万元" in card.text


def has_not_begun(town: Town, project: int) -> None:
    changes = {"start_actual": None, "stage": Stage.SIGNED}
    town.do(lambda session: session.execute(update(Project).where(Project.id == project).values(changes)))


def test_a_report_of_another_project_is_no_reason_why_this_one_has_not_begun(town: Town) -> None:
    has_not_begun(town, town.north)
    me = town.reporter
    me.says("报进展")
    assert me.taps(NORTH).title == f"{NORTH}：开工了吗？"
    card = me.says("南湖大道 本月300万 路基完成")
    assert card.title == f"请核对：{SOUTH} 2012年3月进展"
    assert f"（先报{SOUTH}的。）" in card.text
    sets_aside(me)
    me.says("报进展")
    me.taps(NORTH)
    assert me.says("南湖大道 有问题 两户阻工").title == f"{SOUTH}：问题有多严重？"


@pytest.mark.parametrize("step", ["开工了吗？", "形象进度到哪一步了？"])
def test_a_whole_report_of_the_same_project_fills_in_the_report_at_hand(town: Town, step: str) -> None:
    me = town.reporter
    if step == "开工了吗？":
        has_not_begun(town, town.north)
    me.says("报进展")
    asked = me.taps(NORTH)
    if step not in asked.title:
        asked = me.says("1200")
    assert step in asked.title
    after = me.says("城北水厂 本月300万 主体封顶")
    if step == "开工了吗？":
        after = me.taps("没开工：手续")
    assert "本月完成：300万元" in after.text
    assert len(drafts_of(town)) == 1


@pytest.mark.parametrize("own", ["城北水厂 有问题 两户阻工", "城北水厂 本月300万，两户阻工，进不了场"])
def test_a_whole_report_is_no_description_of_what_has_happened(town: Town, own: str) -> None:
    me = town.reporter
    for step in ("报问题", NORTH, "一般问题", "征拆"):
        me.says(step)
    assert me.says("南湖大道 本月300万 形象70%").title == f"请核对：{SOUTH} 2012年3月进展"
    me.says("确认")
    assert me.taps("继续「报问题」").title == "出了什么事？"
    assert me.says(own).title == "需要谁帮什么忙？", "what speaks of the project at hand is one"


@pytest.mark.parametrize(
    "text",
    [
        "南湖大道交叉口已贯通，完成70%", "南湖大道封路影响，完成60%", "南湖大道改造影响进场，问题：交叉施工",
        "南湖大道段：存在问题两户未拆", "南湖大道侧管线完成投资300万",
    ],
)  # fmt: skip
def test_progress_that_begins_with_another_projects_name_is_this_ones(town: Town, text: str) -> None:
    me = town.reporter
    for said in ("报进展", NORTH, "1200"):
        me.says(said)
    me.says(text)
    card = me.taps("没有照片")
    assert card.title == f"请核对：{NORTH} 2012年3月进展"
    assert "本月完成：1,200万元" in card.text
    assert len(drafts_of(town)) == 1


def test_what_is_planned_for_next_month_leaves_this_months_figures_as_they_are(town: Town) -> None:
    me = town.reporter
    me.says("城北水厂 本月1200万 形象70%")
    me.taps("＋下月安排")
    card = me.says("城北水厂本月底前完成投资500万，形象80%")
    assert "本月完成：1,200万元" in card.text
    assert "下月安排：城北水厂本月底前完成投资500万，形象80%" in card.text


def test_the_card_says_why_a_project_has_not_begun_beside_its_progress(town: Town) -> None:
    has_not_begun(town, town.north)
    me = town.reporter
    me.says("城北水厂 本月300万 场地平整完成")
    card = me.taps("没开工：手续")
    assert "未开工原因：手续" in card.text
    assert "形象进度：场地平整完成" in card.text
    me.taps("改开工")
    assert "未开工原因：资金" in me.taps("没开工：资金").text


def sets_aside(person: Chat) -> None:
    """What is open waits as a draft: an open question would take a line for its answer."""
    for said in ("报问题", "取消"):
        person.says(said)


def march_stands_unlocked(town: Town) -> None:
    """On 26 April, beside the month of April itself."""
    town.reaches(4, 26)
    for step in ("解锁", NORTH, "情况特殊"):
        town.office.says(step)
    town.office.taps("3个工作日")
    town.office.says("确认")


def test_a_line_goes_to_the_month_that_it_names(town: Town) -> None:
    march_stands_unlocked(town)
    for month in (3, 4):
        town.reporter.says(f"{NORTH} {month}月份完成1200万 主体封顶")
        sets_aside(town.reporter)
    about = {row.answers["project"]: row.answers for row in drafts_of(town)}
    assert set(about) == {f"{town.north}.2012-03", f"{town.north}.2012-04"}
    assert all(answers[f"amount@{key}"] == {"yuan": 12_000_000} for key, answers in about.items())


def test_where_two_months_are_open_a_line_that_names_none_asks_which_and_loses_nothing(town: Town) -> None:
    march_stands_unlocked(town)
    asked = town.reporter.says(f"{NORTH} 完成1200万 主体封顶")
    assert asked.title == "哪个项目？"
    assert len(labels(asked)) == 3
    card = town.reporter.presses(asked.rows[0][0].data)
    assert card.title == f"请核对：{NORTH} 2012年3月进展"
    assert "本月完成：1,200万元" in card.text


def test_a_line_when_nothing_is_open_is_told_so(town: Town) -> None:
    town.reaches(4, 15)
    told = town.reporter.says(f"{NORTH} 本月1200万 主体封顶").text
    assert told == f"{NORTH}：现在没有开着的月报，这条没有记下。下次从4月25日起报。"
    assert town.rows(Talk) == []


def test_of_several_lines_one_that_cannot_be_taken_is_named_above_the_others(town: Town) -> None:
    card = town.reporter.says("城北水厂 2月份完成1200万 主体封顶\n南湖大道 800万 路基完成")
    assert card.title == f"请核对：{SOUTH} 2012年3月进展"
    assert f"{NORTH}：2月的月报没有开着，这条没有记下" in card.text


def test_no_problem_said_of_one_project_is_about_that_one(town: Town) -> None:
    town.reaches(7, 2)
    card = town.reporter.says(f"{NORTH} 没有问题")
    assert card.title == "请核对：2012年上半年零报告"
    assert SOUTH not in card.text
    town.reporter.taps("✅")
    filed = [row.project_id for row in town.rows(Duty) if row.kind is DutyKind.ZERO and row.settled]
    assert filed == [town.north]


def test_of_two_half_years_a_line_gives_the_zero_that_its_project_can_give(town: Town) -> None:
    town.reaches(7, 2)
    due = datetime(2012, 1, 9, 18, tzinfo=ZONE)

    def unlocked_for_another(session: Session) -> None:
        a_duty(
            session, project=session.get_one(Project, town.south), kind=DutyKind.ZERO, period="2011H2",
            state=DutyState.MISSED, opens=due, due=due, closes=due, unlocked_until=town.clock.now,
        )  # fmt: skip

    town.do(unlocked_for_another)
    assert town.reporter.says(f"{NORTH} 没有问题").title == "请核对：2012年上半年零报告"
    assert town.reporter.taps("✅").title == "零报告已收到"


def drafts_of(town: Town) -> list[Talk]:
    return [row for row in town.rows(Talk) if row.state in ("current", "paused")]


def test_a_line_about_a_draft_goes_into_that_draft(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    me.says("1200")
    me.says("主体封顶")
    me.sends("photo-1")
    me.taps("就这些")
    town.reaches(3, 28)  # no photo is lying loose any more
    for said in (f"{SOUTH} 本月300万 路基完成", f"{NORTH} 本月1300万 二层封顶"):
        sets_aside(me)
        card = me.says(said)
    assert "本月完成：1,300万元" in card.text
    assert "形象进度：二层封顶" in card.text
    assert "照片：1张" in card.text, "what was sent stays"
    names = sorted(str(row.answers["project"]).partition(".")[0] for row in drafts_of(town))
    assert names == sorted([str(town.north), str(town.south)])


def test_a_second_line_replaces_what_the_first_one_said(town: Town) -> None:
    town.reporter.says(f"{NORTH} 本月1200万 主体封顶")
    sets_aside(town.reporter)
    card = town.reporter.says(f"{NORTH} 本月1300万")
    assert "本月完成：1,300万元" in card.text
    assert "形象进度：主体封顶" in card.text
    assert len(drafts_of(town)) == 1


def test_a_second_problem_in_a_line_is_another_problem(town: Town) -> None:
    town.reporter.says(f"{NORTH} 有问题 两户阻工")
    town.reporter.taps("一般问题")
    sets_aside(town.reporter)
    town.reporter.says(f"{NORTH} 有问题 塔吊倒塌")
    assert len(drafts_of(town)) == 2


CHAIN = """#接龙
3月进展
1. 张三 城北水厂 本月1200万 主体封顶
2. 刘六：东风桥改造 80万 桩基完成
3. 王五 都挺好
"""


def another_reporter(town: Town) -> None:
    def add(session: Session) -> None:
        person = a_person(session, name="刘六", role=Role.REPORTER, unit_id=1)
        a_binding(session, person, channel="chat", user="900", chat="900")
        a_project(session, reporter=person, name="东风桥改造", number=30)

    town.do(add)
    town.sweep()


def test_a_pasted_chain_goes_to_each_owner_who_confirms_with_one_tap(town: Town) -> None:
    another_reporter(town)
    answer = town.office.says(CHAIN)
    assert "接龙里读出2条。" in answer.text
    assert "东风桥改造：已发给刘六核对" in answer.text
    assert "3. 王五 都挺好" in answer.text
    assert town.rows(Report) == []
    owner = town.chat("900")
    assert owner.last().title == "请核对：东风桥改造 2012年3月进展"
    assert owner.taps("✅").title == "已收到 J1"
    assert town.reporter.taps("✅").title == "已收到 J2"
    assert [row.filed_by for row in town.rows(Report)] == [7, 1]


def test_a_card_from_a_chain_waits_beside_what_the_owner_is_doing(town: Town) -> None:
    me = town.reporter
    me.says("报问题")
    me.taps(SOUTH)
    me.taps("一般问题")
    town.office.says("#接龙\n1. 城北水厂 本月1200万 主体封顶")
    card = me.last()
    me.says("征拆")
    assert me.last().title == "出了什么事？"
    assert me.taps("✅", card).title == "已收到 J1"
    assert button(me.last(), "继续「报问题」")


def test_nobody_passes_on_reports_for_projects_of_other_units(town: Town) -> None:
    another_reporter(town)
    town.do(lambda session: session.execute(update(Project).where(Project.number == 30).values(unit_id=2)))
    town.reporter.says("#接龙\n1. 城北水厂 本月1200万 主体封顶\n2. 东风桥改造 80万 桩基完成")
    assert town.chat("900").messages() == []


def test_a_card_goes_to_who_is_named_if_the_project_is_theirs(town: Town) -> None:
    answer = town.office.says(f"#接龙\n1. 李四 {NORTH} 1200万 主体封顶\n2. 李四 {SOUTH} 800万 路面完成")
    assert f"{NORTH}：已发给李四核对" in answer.text
    assert "有您这一条" in town.deputy.last().text
    assert f"{SOUTH}：已发给张三核对" in answer.text, "李四 does not report for it"
    [card] = town.reporter.messages()
    assert "这一条写的是李四。项目归您报" in card.text


def test_without_a_contact_a_line_goes_to_who_else_reports_for_the_project_or_is_shown_back(
    town: Town,
) -> None:
    def work(session: Session) -> None:
        nobodys = a_project(session, name="东风桥改造", number=30)
        assert nobodys
        session.execute(
            delete(Responsibility).where(
                Responsibility.project_id == town.north, Responsibility.role == Role.REPORTER
            )
        )

    town.do(work)
    answer = town.office.says(f"#接龙\n1. 张三 {NORTH} 1200万 主体封顶\n2. 刘六 东风桥改造 80万 桩基完成")
    assert f"· {NORTH}：已发给李四核对" in answer.text
    assert "· 东风桥改造：没有人报这个项目，没转出去。" in answer.text


def test_who_is_not_reached_is_not_said_to_have_been_sent_anything(town: Town) -> None:
    town.do(lambda session: session.execute(delete(Binding).where(Binding.person_id == 1)))
    answer = town.office.says(f"#接龙\n1. 张三 {SOUTH} 800万 路面完成\n2. 张三 {NORTH} 1200万 主体封顶")
    assert f"· {SOUTH}：张三没绑定或停用了，收不到，没转出去。请打电话。" in answer.text
    assert "已发给" not in answer.text
    assert drafts_of(town) == []


def test_what_cannot_be_taken_now_is_told_to_who_pasted_it_and_to_no_owner(town: Town) -> None:
    town.reaches(4, 15)
    before = len(town.reporter.messages())
    answer = town.office.says(f"#接龙\n1. 张三 {NORTH} 1200万 主体封顶\n2. 张三 {SOUTH} 没有问题")
    assert f"· {NORTH}：现在没有开着的月报，这条没有记下。" in answer.text
    assert f"· {SOUTH}：现在不用零报告" in answer.text
    assert len(town.reporter.messages()) == before


def test_a_line_that_others_pass_on_does_not_replace_what_the_owner_has_said(town: Town) -> None:
    town.reporter.says(f"{NORTH} 本月1200万")
    town.office.says(f"#接龙\n1. 张三 {NORTH} 1300万 主体封顶")
    card = town.reporter.last()
    assert "本月完成：1,200万元" in card.text
    assert "形象进度：主体封顶" in card.text
    assert len(drafts_of(town)) == 1


def test_who_is_busy_with_nothing_may_answer_a_passed_on_line_by_typing(town: Town) -> None:
    another_reporter(town)
    town.office.says("#接龙\n1. 刘六 东风桥改造 80万")
    owner = town.chat("900")
    assert owner.last().title == "形象进度到哪一步了？"
    owner.says("桩基完成")
    assert "本月完成：80万元" in owner.says("没有照片").text
