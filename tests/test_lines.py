"""Reports in one line, in several, and in a pasted 接龙: what is said is not asked again, nothing is guessed."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from rules.kinds import Role
from storage.tables.registry import Person, Project
from storage.tables.reporting import Issue, Report, ReportVersion
from storage.tables.traffic import Talk
from tests.builders import a_binding, a_person, a_project
from tests.chat import button, labels
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
    assert "完成投资多少" in town.reporter.says("城北水厂 2月份完成1200万 主体封顶").title


def test_an_amount_in_a_line_is_doubted_like_any_other(town: Town) -> None:
    assert town.reporter.says("城北水厂 本月200亿 主体封顶").title == f"{NORTH}：真是200亿元吗？"


def test_like_last_month_may_be_said_in_a_line(town: Town) -> None:
    town.has_reported(town.north, "2012-02", progress="主体封顶")
    card = town.reporter.says("城北水厂 同上月")
    assert "形象进度：主体封顶（同上月）" in card.text


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
    receipt = town.reporter.taps("✅")
    second = town.reporter.taps("继续", receipt)
    assert second.title == f"请核对：{SOUTH} 2012年3月进展"
    town.reporter.taps("✅")
    assert [row.amount for row in town.rows(ReportVersion)] == [12_000_000, 8_000_000]


def test_the_next_report_button_finds_what_was_read_already(town: Town) -> None:
    town.reporter.says("城北水厂 本月1200万 主体封顶\n南湖大道 800万 路基完成")
    receipt = town.reporter.taps("✅")
    assert "本月完成：800万元" in town.reporter.taps("接着报", receipt).text


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
