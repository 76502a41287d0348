"""Reminders reach only who still owes, in one message, by the ladder, and never silently not at all."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from reminders.sweep import next_instant
from rules.kinds import DutyKind, DutyState, ProjectState
from storage import rules as stored_rules
from storage.outbox import End
from storage.tables.registry import Binding, Person, Project, Responsibility
from storage.tables.reminding import Nudge, NudgeDuty
from storage.tables.reporting import Duty
from storage.tables.traffic import OutboxRow
from tests.builders import a_leave, a_person, a_project, a_responsibility
from tests.chat import START, ZONE, Chat, button, labels
from tests.reminding import lives, reminded, reminds, sends, steps, suppressed
from tests.town import NORTH, SOUTH, Town, reports_problem

MONTH = ((3, 28), (3, 30), (4, 1), (4, 5), (4, 6), (4, 9))


@pytest.fixture
def reminding(town: Town) -> Town:
    return reminds(town)


def person_of(chat: Chat) -> int:
    return int(chat.user) - 1000


def titles(chat: Chat) -> list[str]:
    return [message.title for message in reminded(chat)]


def files_same(chat: Chat, project: str) -> None:
    """A month in which nothing moved: all it takes is a look and a confirmation."""
    chat.says("报进展")
    chat.taps(project)
    chat.says("1200")
    chat.says("主体封顶")
    chat.taps("没有照片")
    chat.taps("✅")


def states(town: Town, period: str = "2012-03") -> set[DutyState | None]:
    return {row.state for row in town.rows(Duty) if row.period == period}


def without(town: Town, chat: Chat) -> None:
    """No account reaches that person any more."""
    gone = update(Binding).where(Binding.person_id == person_of(chat)).values(blocked=True)
    town.do(lambda session: session.execute(gone))


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
        *(["还有2项要报"] * 3), "今天到期：2项要报", *(["⚠ 已过期限：2项没报"] * 2),
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
    files_same(reminding.reporter, NORTH)
    files_same(reminding.reporter, SOUTH)
    lives(reminding, 3, 28, 8, 47)
    assert reminded(reminding.reporter) == []


def test_what_is_reported_before_the_message_has_gone_is_not_in_it(reminding: Town) -> None:
    reminding.reaches(3, 28, 8, 47)
    files_same(reminding.reporter, NORTH)
    sends(reminding)
    assert reminded(reminding.reporter) == []
    reminding.sweep()
    sends(reminding)
    [message] = reminded(reminding.reporter)
    assert (message.title, NORTH in message.text, SOUTH in message.text) == ("还有1项要报", False, True)


def test_a_message_of_which_nothing_is_left_never_goes(reminding: Town) -> None:
    reminding.reaches(3, 28, 8, 47)
    files_same(reminding.reporter, NORTH)
    files_same(reminding.reporter, SOUTH)
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
    assert "推迟过一次" in reminding.reporter.taps("2小时后", message).text
    lives(reminding, 3, 28, 11, 0)
    assert len(reminded(reminding.reporter)) == 1
    lives(reminding, 3, 28, 11, 1)
    assert titles(reminding.reporter) == ["还有2项要报"] * 2


def test_what_is_put_off_past_working_hours_comes_on_the_next_working_morning(reminding: Town) -> None:
    lives(reminding, 3, 30)
    reminding.clock.strike(3, 30, 16, 30)
    assert "3月31日 8:47" in reminding.reporter.says("稍后提醒我").text  # a Saturday that is worked
    lives(reminding, 3, 31, 8, 47)
    assert len(reminded(reminding.reporter)) == 2


def test_the_next_morning_can_be_typed_and_what_was_reported_is_not_asked_for(reminding: Town) -> None:
    lives(reminding, 3, 28)
    assert "3月29日 8:47" in reminding.reporter.says("明早提醒我").text
    files_same(reminding.reporter, NORTH)
    files_same(reminding.reporter, SOUTH)
    lives(reminding, 3, 29)
    assert len(reminded(reminding.reporter)) == 1
    assert "都报齐了" in reminding.reporter.says("稍后提醒我").text


def test_a_round_that_comes_first_stands_for_what_was_put_off(reminding: Town) -> None:
    lives(reminding, 4, 5)
    reminding.reporter.taps("明早", reminded(reminding.reporter)[-1])
    lives(reminding, 4, 6)
    assert titles(reminding.reporter)[1:] == ["⚠ 已过期限：2项没报"]


def test_nobody_puts_off_what_another_was_reminded_of(reminding: Town) -> None:
    lives(reminding, 3, 28)
    pressed = button(reminded(reminding.reporter)[0], "2小时后").data
    assert "按钮" in reminding.deputy.presses(pressed).text


# The ladder


def test_no_answer_goes_up_by_the_rules_and_says_what_was_tried(reminding: Town) -> None:
    for month, day in MONTH:
        lives(reminding, month, day)
        heads = sum("联络人" in message.text for message in reminded(reminding.deputy))
        assert heads == max(0, MONTH.index((month, day)) - 2)
    [*_, last] = reminded(reminding.head)
    assert last.title == "还有2项没报，请过问"
    assert last.text == (
        "联络人张三（13900000001）还欠2项：城北水厂扩建工程3月进展、南湖大道改造3月进展。"
        "已提醒5次（3月28日、30日、4月1日、5日、6日），还没报。"
    )


def test_who_cannot_be_reached_is_passed_over_at_once_and_it_says_so(reminding: Town) -> None:
    without(reminding, reminding.reporter)
    lives(reminding, 3, 28)
    [to_deputy], [to_head] = reminded(reminding.deputy), reminded(reminding.head)
    assert "联络人张三（13900000001）还欠1项：城北水厂扩建工程3月进展。联系不上本人。" in to_deputy.text
    assert SOUTH in to_head.text  # it has no deputy
    [to_office] = reminded(reminding.office)
    assert "有1人联系不上" in to_office.text
    assert "城北区住建局 张三 13900000001" in to_office.text
    assert suppressed(reminding) == [(person_of(reminding.reporter), "unreachable")]


def test_a_stand_in_is_reminded_for_who_is_away_and_nobody_above_hears_of_it(reminding: Town) -> None:
    def goes(session: Session) -> None:
        absent, deputy = (
            session.get_one(Person, person_of(each)) for each in (reminding.reporter, reminding.deputy)
        )
        a_leave(session, person=absent, stand_in=deputy, since=date(2012, 3, 27), until=date(2012, 4, 1))

    reminding.do(goes)
    lives(reminding, 3, 28)
    assert reminded(reminding.reporter) == reminded(reminding.head) == []
    [message] = reminded(reminding.deputy)
    assert message.text.endswith("您正在代张三报。")
    lives(reminding, 4, 1)
    assert len(reminded(reminding.reporter)) == 1


def test_who_is_away_without_a_stand_in_is_passed_over_and_named(reminding: Town) -> None:
    def goes(session: Session) -> None:
        absent = session.get_one(Person, person_of(reminding.reporter))
        a_leave(session, person=absent, since=date(2012, 3, 27), until=date(2012, 4, 1))

    reminding.do(goes)
    lives(reminding, 3, 28)
    assert reminded(reminding.reporter) == []
    assert "本人请假，没有人代。" in reminded(reminding.deputy)[0].text


def test_a_successor_is_reminded_from_the_day_of_the_hand_over(reminding: Town) -> None:
    def passes(session: Session) -> None:
        ended = update(Responsibility).where(Responsibility.person_id == person_of(reminding.reporter))
        session.execute(ended.values(until=date(2012, 4, 1)))
        successor = session.get_one(Person, person_of(reminding.deputy))
        for project_id in (reminding.north, reminding.south):
            a_responsibility(session, session.get_one(Project, project_id), successor, since=date(2012, 4, 1))

    reminding.do(passes)
    lives(reminding, 3, 30)
    lives(reminding, 4, 1)
    assert (len(reminded(reminding.reporter)), len(reminded(reminding.deputy))) == (1, 1)


# Quiet hours, caps, waves


def test_nothing_goes_out_in_quiet_hours_or_on_rest_days(reminding: Town) -> None:
    for month, day, hour in ((3, 28, 19), (3, 29, 8), (4, 1, 20), (4, 2, 10), (4, 4, 12), (4, 5, 7)):
        lives(reminding, month, day, hour)
    assert reminding.rows(Nudge) == []
    lives(reminding, 4, 5, 9)
    assert titles(reminding.reporter) == ["今天到期：2项要报"]


def test_what_has_not_gone_by_the_evening_does_not_go_at_night(reminding: Town) -> None:
    reminding.reaches(3, 28)
    reminding.clock.strike(3, 28, 18, 1)
    assert sends(reminding) == []
    assert [row.state for row in reminding.rows(OutboxRow) if row.lane == 2] == ["expired"]


def test_beyond_the_cap_nothing_is_sent_and_a_row_says_so(reminding: Town) -> None:
    reminding.do(lambda session: stored_rules.take(session, "[caps]\nreminders_a_month = 1", START))
    lives(reminding, 3, 28)
    lives(reminding, 3, 30)
    lives(reminding, 4, 1)
    lives(reminding, 4, 5)
    me = person_of(reminding.reporter)
    assert [each for each in suppressed(reminding) if each[0] == me] == [(me, "month_cap")] * 2
    assert len(reminded(reminding.reporter)) == 2


def test_a_wave_is_spread_by_the_rate_and_keeps_out_of_the_busy_minutes(reminding: Town) -> None:
    def grows(session: Session) -> None:
        for number in range(60):
            person = a_person(session)
            session.add(
                Binding(person_id=person.id, channel="chat", account="bot", user=f"u{number}",
                        chat=f"u{number}", bound=START, last_used=START)
            )  # fmt: skip
            a_project(session, reporter=person, number=100 + number)

    reminding.do(grows)
    rules = '[reminders]\nat = "08:58"\nper_minute = 20'
    reminding.do(lambda session: stored_rules.take(session, rules, START))
    reminding.reaches(3, 28, 8, 58)
    due = [row.due.astimezone(ZONE) for row in reminding.rows(OutboxRow) if row.lane == 2]
    assert len(due) == 61
    assert {moment.minute for moment in due} == {58, 59, 1, 2}
    assert max(due) - min(due) < timedelta(minutes=5)


# Fair lateness


def test_what_nobody_provably_heard_of_is_undelivered_and_not_missed(reminding: Town) -> None:
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.UNDELIVERED}


def test_a_reminder_that_a_channel_took_before_the_due_date_makes_it_missed(reminding: Town) -> None:
    lives(reminding, 3, 28)
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.MISSED}


@pytest.mark.parametrize("end", [End.REFUSED, End.UNCLEAR, End.BLOCKED])
def test_a_reminder_that_may_not_have_arrived_proves_nothing(reminding: Town, end: End) -> None:
    reminding.reaches(3, 28)
    reminding.clock.pass_(minutes=1)
    assert sends(reminding, end)
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.UNDELIVERED}


def test_a_reminder_after_the_due_date_comes_too_late_to_prove_anything(reminding: Town) -> None:
    lives(reminding, 4, 6)
    assert len(reminded(reminding.reporter)) == 1
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.UNDELIVERED}


def test_a_late_report_of_what_was_not_delivered_is_undelivered_too(reminding: Town) -> None:
    reminding.reaches(4, 6)
    files_same(reminding.reporter, NORTH)
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.UNDELIVERED}


# Missed sweeps


@pytest.mark.parametrize(
    ("until", "title", "skipped"),
    [
        pytest.param((4, 5, 8, 48), "今天到期：2项要报", ["due-5", "due-3", "due-1"], id="1 minute"),
        pytest.param((4, 5, 11, 47), "今天到期：2项要报", ["due-5", "due-3", "due-1"], id="3 hours"),
        pytest.param(
            (4, 6, 10, 47), "⚠ 已过期限：2项没报", ["due-5", "due-3", "due-1", "due-0"], id="26 hours"
        ),
    ],
)
def test_after_an_outage_only_the_last_that_still_counts_is_sent_once(
    reminding: Town, until: tuple[int, int, int, int], title: str, skipped: list[str]
) -> None:
    reminding.reaches(3, 28, 8, 46)
    reminding.restarts()
    lives(reminding, *until)
    lives(reminding, *until)
    assert titles(reminding.reporter) == [title]
    assert [step for step, state, _ in steps(reminding) if state == "skipped"] == skipped
    assert all(why for _, state, why in steps(reminding) if state == "skipped")


def test_an_outage_over_the_whole_period_is_declared_and_reminds_nobody_of_what_has_closed(
    reminding: Town,
) -> None:
    reminding.reaches(4, 4)
    lives(reminding, 4, 12)
    march = [each for each in steps(reminding) if each[2]]
    assert [step for step, _, _ in march] == ["due-5", "due-3", "due-1", "due-0", "overdue-1", "close-1"]
    assert march[-1][2] == "the period had closed"
    assert reminded(reminding.reporter) == []


def test_what_was_missed_waits_for_the_hour_of_reminding_and_is_one_message(reminding: Town) -> None:
    """Down over 1 April 8:47 until the evening of the 4th: on the 5th comes one message, not two."""
    lives(reminding, 3, 30)
    reminding.reaches(4, 4, 20)
    lives(reminding, 4, 5, 8, 31)
    assert len(reminded(reminding.reporter)) == 1
    lives(reminding, 4, 5, 8, 47)
    assert titles(reminding.reporter)[1:] == ["今天到期：2项要报"]
    assert steps(reminding)[-2:] == [("due-1", "skipped", "due-0 took its place"), ("due-0", "done", "")]


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=1)])
def test_a_clock_that_jumps_sends_nothing_twice_and_loses_nothing(reminding: Town, jump: timedelta) -> None:
    moment = datetime(2012, 3, 28, 8, 47, tzinfo=ZONE)
    for month, day in MONTH:
        moment = datetime(2012, month, day, 8, 47, tzinfo=ZONE)
        for at in (moment, moment + jump, moment + timedelta(minutes=5)):
            reminding.clock.now = at
            reminding.sweep()
            reminding.clock.pass_(minutes=1)
            sends(reminding)
    decided = [step for step, _, _ in steps(reminding)]
    assert sorted(decided) == sorted({*decided})
    assert len(decided) == 6
    done = [step for step, state, _ in steps(reminding) if state == "done"]
    assert len(reminded(reminding.reporter)) == len(done)


# The moved clock


def test_a_moved_clock_stops_at_the_next_reminder(reminding: Town) -> None:
    def following() -> datetime:
        return reminding.do(lambda session: next_instant(session, reminding.clock.now, ZONE))

    reminding.clock.strike(3, 28, 1)
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
