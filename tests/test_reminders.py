"""Reminders reach only who still owes, in one message that begins the report with a tap, or comes again later."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from reminders.sweep import next_instant
from rules.kinds import DutyKind, ProjectState
from storage.tables.registry import Project
from storage.tables.reminding import Nudge, NudgeDuty
from storage.tables.reporting import Duty
from tests.chat import START, ZONE, button, labels
from tests.reminding import MONTH, files, lives, reminded, sends, steps, titles
from tests.test_desk_duties import returns
from tests.town import NORTH, SOUTH, Town, reports_problem

# When, and to whom


def test_five_three_and_one_working_days_before_on_the_day_once_late_and_before_the_close(
    reminding: Town,
) -> None:
    """31 March and 1 April 2012 are worked for 清明, the 2nd to the 4th are free."""
    reminding.reaches(3, 28, 8, 46)
    assert reminded(reminding.reporter) == []
    for month, day in MONTH:
        lives(reminding, month, day, 8, 47)
    assert titles(reminding.reporter) == [
        *(["还有2项要报"] * 3), "今天到期：2项要报", *(["已过期限：2项没报"] * 2),
    ]  # fmt: skip
    assert [step for step, _, _ in steps(reminding)] == [
        "due-5", "due-3", "due-1", "due-0", "overdue-1", "close-1",
    ]  # fmt: skip
    assert {state for _, state, _ in steps(reminding)} == {"done"}


def test_sweeping_again_and_again_reminds_nobody_twice(reminding: Town) -> None:
    for minute in (47, 47, 48, 59):
        reminding.reaches(3, 28, 8, minute)
    reminding.reaches(3, 28, 15)
    reminding.restarts()
    reminding.reaches(3, 28, 15, 1)
    assert len(sends(reminding)) == 1
    lives(reminding, 3, 29)
    assert len(reminded(reminding.reporter)) == 1


def test_one_message_holds_all_that_a_person_owes(reminding: Town) -> None:
    reports_problem(reminding.reporter, "一般问题", SOUTH)
    for month, day in MONTH:
        lives(reminding, month, day)
    lives(reminding, 6, 28)
    lives(reminding, 7, 3)
    last = reminded(reminding.reporter)[-1]
    assert last.title == "还有4项要报"
    assert last.text.splitlines() == [
        "城北水厂扩建工程 6月进展，7月5日18:00前",
        "南湖大道改造 6月进展，7月5日18:00前",
        "南湖大道改造 6月问题W1说一声，7月5日18:00前",
        "城北水厂扩建工程 上半年零报告，7月6日18:00前",
    ]
    assert labels(last) == [
        "报进展：城北水厂扩建工程", "报进展：南湖大道改造", "零报告（1个项目）",
        "W1 仍在", "W1 有变化", "W1 已解决", "2小时后提醒", "明早提醒",
    ]  # fmt: skip


def test_who_reported_ten_minutes_before_is_not_reminded(reminding: Town) -> None:
    reminding.reaches(3, 28, 8, 37)
    files(reminding.reporter, NORTH)
    files(reminding.reporter, SOUTH)
    lives(reminding, 3, 28, 8, 47)
    assert reminded(reminding.reporter) == []


def test_what_is_reported_before_the_message_has_gone_is_not_in_it(reminding: Town) -> None:
    reminding.reaches(3, 28, 8, 47)
    files(reminding.reporter, NORTH)
    sends(reminding)
    assert reminded(reminding.reporter) == []
    reminding.sweep()
    sends(reminding)
    [message] = reminded(reminding.reporter)
    assert (message.title, NORTH in message.text, SOUTH in message.text) == ("还有1项要报", False, True)


def test_a_message_of_which_nothing_is_left_never_goes(reminding: Town) -> None:
    reminding.reaches(3, 28, 8, 47)
    files(reminding.reporter, NORTH)
    files(reminding.reporter, SOUTH)
    sends(reminding)
    reminding.sweep()
    sends(reminding)
    assert reminded(reminding.reporter) == []
    [nudge] = reminding.rows(Nudge)
    assert nudge.state == "settled"


def test_exempt_paused_and_ended_projects_are_never_reminded(reminding: Town) -> None:
    def leaves(session: Session) -> None:
        session.get_one(Project, reminding.south).state = ProjectState.PAUSED
        exempt = update(Duty).where(Duty.project_id == reminding.north, Duty.period == "2012-03")
        session.execute(exempt.values(exempt=START))

    reminding.do(leaves)
    for month, day in MONTH:
        lives(reminding, month, day)
    assert reminding.rows(Nudge) == []


def test_a_zero_that_a_problem_has_answered_for_is_not_asked_for(reminding: Town) -> None:
    reports_problem(reminding.reporter, "一般问题", NORTH)
    lives(reminding, 7, 3)
    [message] = reminded(reminding.reporter)[-1:]
    assert "南湖大道改造 上半年零报告" in message.text
    assert "城北水厂扩建工程 上半年零报告" not in message.text


# One tap


def test_a_reminder_begins_the_report_with_one_tap(reminding: Town) -> None:
    lives(reminding, 3, 28)
    [message] = reminded(reminding.reporter)
    answer = reminding.reporter.taps("报进展：城北", message)
    assert "城北水厂扩建工程" in answer.plain
    assert "完成投资多少" in answer.plain


def test_a_reminder_offers_what_did_not_move_and_zeros_as_a_whole(reminding: Town) -> None:
    for project in (reminding.north, reminding.south):
        reminding.has_reported(project, "2012-02")
    lives(reminding, 3, 28)
    [message] = reminded(reminding.reporter)
    assert "2" in reminding.reporter.taps("都同上月", message).plain
    lives(reminding, 7, 3)
    answer = reminding.reporter.taps("零报告（2个项目）", reminded(reminding.reporter)[-1])
    assert "确认：没有问题" in "".join(labels(answer))


# Later


def test_a_reminder_is_put_off_by_two_hours_once(reminding: Town) -> None:
    lives(reminding, 3, 28)
    [message] = reminded(reminding.reporter)
    assert "3月28日 11:01" in reminding.reporter.taps("2小时后", message).text
    assert "已经推迟到3月28日 11:01" in reminding.reporter.taps("2小时后", message).text
    lives(reminding, 3, 28, 11, 0)
    assert len(reminded(reminding.reporter)) == 1
    lives(reminding, 3, 28, 11, 1)
    assert titles(reminding.reporter) == ["还有2项要报"] * 2
    assert "3月28日 11:01提醒过了" in reminding.reporter.taps("2小时后", message).text


def test_what_is_put_off_past_working_hours_comes_on_the_next_working_morning(reminding: Town) -> None:
    lives(reminding, 3, 30)
    reminding.clock.strike(3, 30, 16, 30)
    assert "3月31日 8:47" in reminding.reporter.says("稍后提醒我").text  # a Saturday that is worked
    lives(reminding, 3, 31, 8, 47)
    assert len(reminded(reminding.reporter)) == 2


def test_the_next_morning_can_be_typed_and_what_was_reported_is_not_asked_for(reminding: Town) -> None:
    lives(reminding, 3, 28)
    assert "3月29日 8:47" in reminding.reporter.says("明早提醒我").text
    files(reminding.reporter, NORTH)
    files(reminding.reporter, SOUTH)
    lives(reminding, 3, 29)
    assert len(reminded(reminding.reporter)) == 1
    assert "没有可以推迟的提醒" in reminding.reporter.says("稍后提醒我").text


def test_a_round_that_comes_first_stands_for_what_was_put_off(reminding: Town) -> None:
    lives(reminding, 4, 5)
    reminding.reporter.taps("明早", reminded(reminding.reporter)[-1])
    lives(reminding, 4, 6)
    assert titles(reminding.reporter)[1:] == ["已过期限：2项没报"]


def test_the_question_for_a_days_word_does_not_stand_for_what_was_put_off(reminding: Town) -> None:
    reports_problem(reminding.reporter)
    lives(reminding, 3, 28, 8, 47)
    [message] = [each for each in reminded(reminding.reporter) if "要报" in each.title]
    reminding.reporter.taps("2小时后", message)
    lives(reminding, 3, 28, 9, 2)
    lives(reminding, 3, 28, 10, 48)
    assert len([row for row in reminding.rows(Nudge) if row.step == "daily"]) == 1
    assert [title for title in titles(reminding.reporter) if "要报" in title] == ["还有2项要报"] * 2


def test_what_is_put_off_after_the_question_for_a_days_word_is_what_is_owed_otherwise(
    reminding: Town,
) -> None:
    reports_problem(reminding.reporter)
    lives(reminding, 3, 28, 8, 47)
    lives(reminding, 3, 28, 9, 2)
    assert "3月28日 11:03" in reminding.reporter.says("稍后提醒我").text
    lives(reminding, 3, 28, 11, 3)
    assert [title for title in titles(reminding.reporter) if "要报" in title] == ["还有2项要报"] * 2


def test_nobody_puts_off_what_another_was_reminded_of(reminding: Town) -> None:
    lives(reminding, 3, 28)
    pressed = button(reminded(reminding.reporter)[0], "2小时后").data
    assert "按钮" in reminding.deputy.presses(pressed).text


# The moved clock


def test_a_moved_clock_stops_at_the_next_reminder(reminding: Town) -> None:
    def following() -> datetime:
        return reminding.do(lambda session: next_instant(session, reminding.clock.now, ZONE))

    reminding.clock.strike(3, 28, 8, 5)  # the time of the digests is over
    assert following() == datetime(2012, 3, 28, 8, 47, tzinfo=ZONE)
    lives(reminding, 3, 28, 8, 47)
    reminding.reporter.says("稍后提醒我")
    assert following() == datetime(2012, 3, 28, 10, 48, tzinfo=ZONE)


def test_which_duties_a_reminder_was_about_is_kept(reminding: Town) -> None:
    lives(reminding, 3, 28)
    march = {
        row.id for row in reminding.rows(Duty) if row.period == "2012-03" and row.kind is DutyKind.PROGRESS
    }
    assert {row.duty_id for row in reminding.rows(NudgeDuty)} == march


# Returned


def test_what_can_still_be_mended_is_not_called_overdue_but_said_until_when(reminding: Town) -> None:
    files(reminding.reporter, NORTH)
    files(reminding.reporter, SOUTH)
    reminding.clock.strike(4, 5, 10)
    returns(reminding)
    lives(reminding, 4, 6)
    assert titles(reminding.reporter)[1:] == ["被退回：1项，可在4月10日前改正"]
    assert reminded(reminding.reporter)[1].text.splitlines() == [
        f"⚠ {NORTH} 3月进展被退回，4月10日23:59前改好"
    ]


def test_beside_what_is_overdue_only_that_counts_as_overdue(reminding: Town) -> None:
    files(reminding.reporter, NORTH)
    reminding.clock.strike(4, 5, 10)
    returns(reminding)
    lives(reminding, 4, 6)
    assert titles(reminding.reporter)[1:] == ["还有2项要报，1项已过期限"]


def test_what_was_not_mended_in_time_is_overdue_as_if_nothing_had_come(reminding: Town) -> None:
    files(reminding.reporter, NORTH)
    files(reminding.reporter, SOUTH)
    returns(reminding)
    lives(reminding, 4, 6)
    assert titles(reminding.reporter)[1:] == ["已过期限：1项没报"]


def test_what_is_due_today_stands_before_what_is_late_and_can_wait(reminding: Town) -> None:
    """On the last day of the zeros five late months once stood above them, and nobody saw that they were due."""
    lives(reminding, 7, 6, 8, 47)
    last = reminded(reminding.reporter)[-1]
    assert last.title == "还有4项要报，2项今天到期"
    assert [line.split("，")[-1] for line in last.text.splitlines()] == [
        *(["今天18:00前"] * 2), *(["7月10日18:00截止"] * 2),
    ]  # fmt: skip
