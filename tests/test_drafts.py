"""What becomes of a draft: cancelled and restored, set aside and found again, or gone."""

import pytest
from sqlalchemy.orm import Session

from storage.messages import Outgoing
from storage.tables.registry import Person
from storage.tables.reporting import ReportVersion
from storage.tables.traffic import Talk
from tests.builders import a_project
from tests.chat import Chat, labels
from tests.town import NORTH, SOUTH, Town


def begins_progress(me: Chat, project: str = NORTH, amount: str = "1200") -> Outgoing:
    me.says("报进展")
    if project in "".join(labels(me.last())):  # who has one project is not asked for it
        me.taps(project)
    return me.says(amount)


def comes_to_the_card(me: Chat) -> Outgoing:
    begins_progress(me)
    me.says("主体封顶")
    return me.taps("没有照片")


def looks(message: Outgoing) -> Outgoing:
    """The message apart from where it is shown."""
    return message.model_copy(update={"replaces": ""})


def states(town: Town) -> list[str]:
    return [talk.state for talk in town.rows(Talk)]


# Cancelled


@pytest.mark.parametrize("how", ["button", "word"])
def test_what_was_cancelled_at_the_card_is_restored_as_it_was(town: Town, how: str) -> None:
    me = town.reporter
    card = comes_to_the_card(me)
    cancelled = me.taps("取消")
    assert (cancelled.text, labels(cancelled)) == ("已取消，什么都没有上报。", ["恢复刚才填的"])
    restored = me.taps("恢复刚才填的") if how == "button" else me.says("恢复")
    assert looks(restored) == looks(card)
    assert me.taps("✅ 确认上报").title == "已收到 J1"


def test_what_was_cancelled_inside_an_edit_is_restored_inside_the_edit(town: Town) -> None:
    me = town.reporter
    comes_to_the_card(me)
    edit = me.taps("改形象进度")
    me.says("取消")
    assert looks(me.taps("恢复刚才填的")) == looks(edit)
    assert me.taps("不改了").title == f"请核对：{NORTH} 2012年3月进展"


def test_a_draft_survives_the_cancelling_of_a_restored_one(town: Town) -> None:
    me = town.reporter
    card = comes_to_the_card(me)
    for _ in range(3):
        me.says("取消")
        assert looks(me.says("恢复刚才填的")) == looks(card)


def test_nothing_is_offered_back_where_only_a_project_was_chosen(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps(NORTH)
    assert labels(me.says("取消")) == []
    assert me.says("恢复").text.startswith("没有可以恢复的")
    assert me.presses("r|1").text == "这次填报已经结束：已取消，什么都没有上报。"


def test_old_buttons_of_a_cancelled_talk_still_say_that_it_is_over(town: Town) -> None:
    me = town.reporter
    card = comes_to_the_card(me)
    me.says("取消")
    assert me.taps("✅ 确认上报", card).text == "这次填报已经结束：已取消，什么都没有上报。"
    assert (town.rows(ReportVersion), states(town)) == ([], ["cancelled"])


def test_nobody_restores_what_another_has_cancelled(town: Town) -> None:
    comes_to_the_card(town.reporter)
    town.reporter.says("取消")
    assert town.deputy.presses("r|1").text == "这个按钮是发给别人的，您不能点。"
    assert town.deputy.says("恢复").text.startswith("没有可以恢复的")
    assert states(town) == ["cancelled"]


def test_a_draft_cancelled_more_than_a_week_ago_is_over(town: Town) -> None:
    me = town.reporter
    comes_to_the_card(me)
    me.says("取消")
    town.clock.pass_(days=7, seconds=1)
    assert me.says("恢复").text.startswith("没有可以恢复的")
    assert me.presses("r|1").text == "这次填报已经结束：已取消，什么都没有上报。"
    town.clock.pass_(seconds=-1)
    assert me.says("恢复").title == f"请核对：{NORTH} 2012年3月进展"


def test_what_ended_because_its_period_closed_is_not_restored(town: Town) -> None:
    """Not even when the period is open again for others."""
    me = town.reporter
    card = comes_to_the_card(me)
    town.reaches(4, 11)
    gone = me.taps("✅ 确认上报", card).text
    assert gone.startswith(f"报进展没有收下：{NORTH}的上报已经截止")
    town.clock.strike(3, 27)
    assert me.presses("r|1").text == f"这次填报已经结束：{gone}"
    assert me.says("恢复").text.startswith("没有可以恢复的")


def test_what_was_cancelled_before_its_period_closed_is_not_restored_after(town: Town) -> None:
    me = town.reporter
    town.clock.strike(4, 10)
    comes_to_the_card(me)
    me.says("取消")
    town.reaches(4, 11)
    assert me.taps("恢复刚才填的").text.startswith(f"报进展没有收下：{NORTH}的上报已经截止")
    assert states(town) == ["gone"]


def offers(message: Outgoing) -> list[str]:
    return [label for label in labels(message) if "「" in label]


def test_a_draft_that_can_no_longer_be_filed_is_offered_nowhere_and_kept(town: Town) -> None:
    me = town.reporter
    begins_progress(me)
    offered = me.says("我的待办")
    assert offers(offered) == [f"继续「报进展」{NORTH}", f"不要了：「报进展」{NORTH}"]
    town.reaches(4, 11)
    assert offers(me.says("我的待办")) == []
    assert "没报完的" not in me.last().text
    me.says("报问题")
    me.taps(NORTH)
    assert offers(me.says("取消")) == []
    assert "paused" in states(town)
    for step in ("解锁", NORTH, "情况特殊", "明天", "确认"):
        town.office.says(step)
    assert offers(me.says("我的待办")) == offers(offered)


def test_a_newer_draft_is_offered_before_one_whose_period_has_closed(town: Town) -> None:
    me = town.reporter
    begins_progress(me)
    town.reaches(4, 11)
    me.says("报问题")
    me.taps(SOUTH)
    me.taps("一般问题")
    assert offers(me.says("我的待办")) == [f"继续「报问题」{SOUTH}", f"不要了：「报问题」{SOUTH}"]


def test_what_is_cancelled_after_its_period_has_closed_is_not_offered_back(town: Town) -> None:
    me = town.reporter
    comes_to_the_card(me)
    town.reaches(4, 11)
    assert labels(me.says("取消")) == []


def test_a_zero_report_of_a_closed_half_year_is_not_offered(town: Town) -> None:
    me = town.reporter
    town.reaches(7, 2)
    me.says("零报告")
    me.taps("只报其中几个")
    me.taps(f"☑ {SOUTH}")
    assert offers(me.says("我的待办")) != []
    town.reaches(7, 15)
    assert [each for each in offers(me.says("我的待办")) if "零报告" in each] == []


def with_a_second_waterworks(town: Town) -> Chat:
    town.do(lambda s: a_project(s, name="城北水厂二期", number=21, reporter=s.get_one(Person, 1)))
    town.sweep()
    return town.reporter


def test_a_line_that_may_mean_two_projects_asks_which_once_the_line_before_it_is_filed(town: Town) -> None:
    me = with_a_second_waterworks(town)
    me.says("南湖大道 800万 路基完成\n水厂 本月1200万 主体封顶")
    asked = me.taps("✅")
    assert (asked.title, asked.text) == ("哪个项目？", "（接着核对下一条。）")
    me.says("报问题")
    me.says("取消")
    assert "没报完的：\n「报进展」" in me.says("我的待办").text
    assert labels(me.taps("继续「报进展」"))[:2] == [NORTH, "城北水厂二期"]
    assert "本月完成：1,200万元" in me.taps("城北水厂二期").text


def test_a_line_that_may_mean_two_projects_is_restored_when_it_was_cancelled(town: Town) -> None:
    me = with_a_second_waterworks(town)
    asked = me.says("水厂 本月1200万 主体封顶")
    assert labels(me.taps("取消")) == ["恢复刚才填的"]
    assert labels(me.taps("恢复刚才填的")) == labels(asked)


def test_a_line_all_of_whose_projects_have_closed_is_not_offered(town: Town) -> None:
    """Neither for the projects that are open still."""
    me = with_a_second_waterworks(town)
    me.says("水厂 本月1200万 主体封顶")
    me.says("报问题")
    town.reaches(4, 11)
    for step in ("解锁", SOUTH, "情况特殊", "明天", "确认"):
        town.office.says(step)
    assert labels(me.says("取消")) == []


def dykes(town: Town, count: int) -> str:
    """That many projects more for the reporter, and a line for each of them."""
    numbers = range(1, count + 1)

    def more(session: Session) -> None:
        for n in numbers:
            a_project(session, reporter=session.get_one(Person, 1), name=f"河堤{n}期", number=100 + n)

    town.do(more)
    town.sweep()
    return "\n".join(f"河堤{n}期 本月{n}00万 主体封顶" for n in numbers)


def test_my_duties_counts_every_draft_however_many_lines_left_one(town: Town) -> None:
    me = town.reporter
    me.says(dykes(town, 20))
    assert me.says("我的待办").text.endswith("还有17份，处理了上面的会接着列出。")


def test_however_many_newer_drafts_of_closed_months_hide_no_older_one(town: Town) -> None:
    me = town.reporter
    me.says("报问题")
    me.taps(SOUTH)
    me.taps("一般问题")
    town.clock.pass_(minutes=1)
    me.says(dykes(town, 20))
    town.reaches(4, 11)
    assert offers(me.says("我的待办")) == [f"继续「报问题」{SOUTH}", f"不要了：「报问题」{SOUTH}"]


def test_a_setting_or_a_menu_that_was_left_open_is_no_draft(town: Town) -> None:
    me = town.reporter
    me.says("请假")
    assert offers(me.says("我的待办")) == []
    me.says("报问题")
    assert "先放下" not in me.last().text
    assert offers(me.says("取消")) == []
    office = town.office
    office.says("日报设置")
    office.says("8:40")
    office.says("日报设置")
    assert offers(office.says("我的待办")) == []


def test_a_report_of_which_nothing_was_said_is_no_draft(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    assert offers(me.says("我的待办")) == []
    me.says("报进展")
    me.taps(NORTH)
    assert [label for label in offers(me.says("我的待办")) if label.startswith("继续")]


def test_days_of_leave_that_were_typed_are_a_draft(town: Town) -> None:
    me = town.reporter
    me.says("请假")
    asked = me.says("4月1日到4月10日")
    me.says("报问题")
    assert "「请假」先放下" in me.last().text
    assert offers(me.says("取消")) == ["继续「请假」", "不要了：「请假」"]
    assert looks(me.taps("继续「请假」")) == looks(asked)


def test_the_buttons_of_a_menu_that_was_left_open_go_on_where_it_stood(town: Town) -> None:
    me = town.reporter
    me.says("请假")
    asked = me.says("4月1日到4月10日")
    me.says("报问题")
    me.taps(labels(asked)[0], asked)
    assert "请假" in me.last().title


def test_what_was_typed_in_a_conversation_of_the_office_is_a_draft(town: Town) -> None:
    office = town.office
    office.says("通知")
    office.says("4月1日起系统升级，请提前填报。")
    assert offers(office.says("我的待办")) == ["继续「通知」", "不要了：「通知」"]


def test_restoring_sets_the_open_talk_aside_and_says_so(town: Town) -> None:
    me = town.reporter
    comes_to_the_card(me)
    cancelled = me.says("取消")
    begins_progress(me, SOUTH)
    assert f"（「报进展」{SOUTH}先放下，没报完的都留着。）" in me.taps("恢复刚才填的", cancelled).text
    assert sorted(states(town)) == ["current", "paused"]


def test_what_was_dropped_by_mistake_is_restored_too(town: Town) -> None:
    me = town.reporter
    question = begins_progress(me)
    me.says("报问题")
    me.says("取消")
    assert labels(me.taps("不要了")) == ["恢复刚才填的"]
    assert me.taps("恢复刚才填的") == question


def test_a_restored_draft_whose_report_was_filed_meanwhile_asks_whether_to_correct(town: Town) -> None:
    comes_to_the_card(town.reporter)
    town.reporter.says("取消")
    comes_to_the_card(town.deputy)
    town.deputy.taps("✅ 确认上报")
    assert "已由李四报过（J1）" in town.reporter.taps("恢复刚才填的").title


# Set aside


def test_opening_the_same_project_again_takes_its_draft_up(town: Town) -> None:
    """The manual promised it; a second draft was begun instead."""
    me = town.reporter
    begins_progress(me)
    begins_progress(me, SOUTH)
    me.says("报进展")
    question = me.taps(NORTH)
    assert question.title == "形象进度到哪一步了？"
    assert question.text.startswith("（接着上次没报完的。）")
    assert f"「报进展」{SOUTH}先放下" not in question.text  # that was said when it happened
    me.says("主体封顶")
    assert "本月完成：1,200万元" in me.taps("没有照片").text


def test_a_button_of_my_duties_takes_the_draft_on_its_project_up(town: Town) -> None:
    me = town.reporter
    begins_progress(me)
    me.says("报问题")
    me.says("我的待办")
    assert me.taps(f"报进展：{NORTH}").text.startswith("（接着上次没报完的。）")


def test_who_has_one_project_finds_the_draft_by_the_menu_word_alone(town: Town) -> None:
    me = town.deputy
    me.says("报进展")
    me.says("1200")
    me.says("报问题")
    assert me.says("报进展").title == "形象进度到哪一步了？"


def test_a_talk_that_holds_answers_is_not_swapped_for_a_draft_by_changing_its_project(town: Town) -> None:
    me = town.reporter
    me.says("报问题")
    me.taps(SOUTH)
    me.taps("一般问题")
    me.says("报问题")
    me.taps(NORTH)
    severity = me.taps("🔴 重大问题")
    me.taps("‹ 上一步", severity)
    me.taps("‹ 上一步")
    assert "接着上次没报完的" not in me.taps(SOUTH).text


def test_a_zero_report_set_aside_is_taken_up_with_what_was_picked(town: Town) -> None:
    me = town.reporter
    town.reaches(7, 2)
    me.says("零报告")
    me.taps("只报其中几个")
    picking = me.taps(f"☑ {SOUTH}")
    me.says("报问题")
    again = me.says("零报告")
    assert again.text.startswith("（接着上次没报完的。）")
    assert again.rows == picking.rows


def test_the_draft_of_another_conversation_on_the_same_project_is_left_alone(town: Town) -> None:
    me = town.reporter
    begins_progress(me)
    me.says("报问题")
    assert me.taps(NORTH).title == f"{NORTH}：问题有多严重？"


def test_my_duties_lists_three_drafts_with_their_buttons_and_counts_the_rest(town: Town) -> None:
    me = town.reporter

    def more_projects(session: Session) -> None:
        reporter = session.get_one(Person, int(me.user) - 1000)
        for number in (1, 2, 3):
            a_project(session, reporter=reporter, name=f"河堤{number}期")

    town.do(more_projects)
    for project in (NORTH, SOUTH, "河堤1期", "河堤2期", "河堤3期"):
        me.says("报问题")
        me.taps(project)
        me.taps("一般问题")
        town.clock.pass_(minutes=1)
    duties = me.says("我的待办")
    named = ["「报问题」河堤3期", "「报问题」河堤2期", "「报问题」河堤1期"]
    assert duties.text.endswith("\n".join(["没报完的：", *named, "还有2份，处理了上面的会接着列出。"]))
    offers = [label for label in labels(duties) if "「" in label]
    assert offers == [f"{verb}{name}" for name in named for verb in ("继续", "不要了：")]
    assert me.taps("继续「报问题」河堤2期").title == "是哪一类问题？"


def test_other_outcomes_offer_the_newest_draft_alone(town: Town) -> None:
    me = town.reporter
    begins_progress(me)
    begins_progress(me, SOUTH)
    me.says("报问题")
    assert labels(me.says("取消")) == [f"继续「报进展」{SOUTH}", f"不要了：「报进展」{SOUTH}"]
