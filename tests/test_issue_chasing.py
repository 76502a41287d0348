"""What happens when nobody takes the next step of a problem: asked, urged, copied to the head, on the list."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from reminders.issue_rising import next_rise
from reminders.reach import Reach
from reminders.sweep import next_instant, sweep
from rules.kinds import IssueState, Role, Severity
from storage.messages import Outgoing
from storage.rules import in_force
from storage.tables.reporting import Issue, IssueEvent
from tests.builders import a_binding, a_person, a_unit
from tests.chat import ZONE, Chat, labels
from tests.town import NORTH, Town, reports_problem

GENERAL = "一般问题"
REACH = Reach(running=frozenset({("chat", "bot")}))


class Bureau:
    """The department that the rules name for 征拆: somebody who takes problems, and its head."""

    def __init__(self, town: Town) -> None:
        def work(session: Session) -> tuple[int, int]:
            unit = a_unit(session, name="市征收安置办")
            people = [
                a_person(session, unit=unit, role=role, name=name)
                for role, name in ((Role.LEAD_DEPARTMENT, "吴科长"), (Role.HEAD, "郑主任"))
            ]
            taker, head = (a_binding(session, each, channel="chat").person_id for each in people)
            return taker, head

        self.taker, self.head = (town.chat(str(each + 1000)) for each in town.do(work))


@pytest.fixture
def bureau(town: Town) -> Bureau:
    return Bureau(town)


def reaches(town: Town, month: int, day: int, hour: int = 9) -> None:
    town.clock.strike(month, day, hour)
    while town.do(lambda session: sweep(session, town.clock.now, ZONE, reach=REACH)):
        pass


def told(chat: Chat) -> list[Outgoing]:
    """What somebody was told of the problem; digests and reviews come to them too."""
    return [each for each in chat.messages() if "W1" in each.title]


def titles(chat: Chat) -> list[str]:
    return [each.title for each in told(chat)]


def is_directed(town: Town) -> None:
    """A major problem on which a leader has given an instruction: its ladder is at its end, its life goes on."""
    reports_problem(town.reporter)
    town.leader.says("W1 请现场办公")


def test_what_is_not_signed_in_time_is_urged_then_copied_to_the_head_then_listed(
    town: Town, bureau: Bureau
) -> None:
    is_directed(town)  # Monday; to be signed by Tuesday 18:00
    reaches(town, 3, 27, 18)
    assert titles(bureau.taker) == [f"🔴 重大问题 W1：{NORTH}"]
    reaches(town, 3, 28)
    assert titles(bureau.taker)[1:] == [f"⏰ W1 催办：{NORTH}"]
    assert labels(told(bureau.taker)[-1]) == ["签收", "退单"]
    assert titles(bureau.head) == []
    reaches(town, 3, 30, 8)
    assert titles(bureau.head) == []
    reaches(town, 3, 30)  # two working days after the limit, in working hours
    assert titles(bureau.head) == [f"⏰ W1 超期抄送：{NORTH}"]
    reaches(town, 4, 6)  # five working days after it: 31 March was worked, 2-4 April were not
    assert titles(town.office)[-1] == f"📋 W1 列入通报：{NORTH}"
    assert "已列入通报" in town.office.says("W1").text
    assert [row.kind for row in town.rows(IssueEvent)].count("circular") == 1


def test_nothing_is_chased_twice_however_often_it_is_swept(town: Town, bureau: Bureau) -> None:
    reports_problem(town.reporter)
    for hour in (9, 10, 10, 11):
        reaches(town, 3, 28, hour)
    assert titles(bureau.taker).count(f"⏰ W1 催办：{NORTH}") == 1


def test_after_a_long_outage_nobody_is_passed_over_who_was_not_urged_first(
    town: Town, bureau: Bureau
) -> None:
    is_directed(town)
    reaches(town, 4, 19)  # Thursday
    assert titles(bureau.taker)[1:] == [f"⏰ W1 催办：{NORTH}"]
    assert titles(bureau.head) == []
    reaches(town, 4, 23)
    assert titles(bureau.head) == [f"⏰ W1 超期抄送：{NORTH}"]


def test_nothing_is_chased_at_night_or_on_rest_days(town: Town, bureau: Bureau) -> None:
    is_directed(town)
    for day, hour in ((27, 23), (28, 7)):
        reaches(town, 3, day, hour)
    assert titles(bureau.taker) == [f"🔴 重大问题 W1：{NORTH}"]
    office_hours = datetime(2012, 3, 28, 8, 30, tzinfo=ZONE)
    just_before = office_hours - timedelta(seconds=1)
    assert town.do(lambda session: next_instant(session, just_before, ZONE)) == office_hours


def test_at_half_time_who_works_on_it_is_asked_how_far_it_is_unless_they_have_said(
    town: Town, bureau: Bureau
) -> None:
    reports_problem(town.reporter)
    bureau.taker.says("签收 W1")
    reaches(town, 4, 11)
    assert titles(bureau.taker)[-1] == f"⏳ W1 请反馈：{NORTH}"
    assert bureau.taker.says("反馈 W1 一户已签").text == "W1 已反馈"
    assert "吴科长：一户已签" in town.reporter.last().text


def test_who_has_told_how_far_it_is_is_not_asked_at_half_time(town: Town, bureau: Bureau) -> None:
    reports_problem(town.reporter)
    bureau.taker.says("签收 W1")
    bureau.taker.says("反馈 W1 一户已签")
    reaches(town, 4, 11)
    assert not [each for each in titles(bureau.taker) if "请反馈" in each]


def test_an_overdue_refusal_is_told_to_the_office_and_then_to_who_supervises(
    town: Town, bureau: Bureau
) -> None:
    def supervision(session: Session) -> int:
        person = a_person(session, role=Role.SUPERVISION, name="徐主任")
        return a_binding(session, person, channel="chat").person_id

    supervisor = town.chat(str(town.do(supervision) + 1000))
    reports_problem(town.reporter)
    bureau.taker.says("退单 W1 不归我局")
    reaches(town, 3, 29)
    assert titles(town.office)[-1] == f"⏰ W1 催办：{NORTH}"
    assert labels(told(town.office)[-1]) == ["交办", "驳回退单"]
    reaches(town, 3, 31)  # a worked Saturday
    assert titles(supervisor) == [f"⏰ W1 超期抄送：{NORTH}"]


def test_where_its_raiser_says_nothing_the_office_decides(town: Town, bureau: Bureau) -> None:
    reports_problem(town.reporter)
    bureau.taker.says("签收 W1")
    bureau.taker.says("办结 W1 路已通")
    reaches(town, 3, 30)
    assert titles(town.reporter)[-1] == f"⏰ W1 催办：{NORTH}"
    assert labels(told(town.reporter)[-1]) == ["已解决", "还没解决"]
    reaches(town, 4, 1)
    reaches(town, 4, 5)
    assert titles(town.office)[-1] == f"❓ W1 请核实：{NORTH}"
    assert labels(told(town.office)[-1]) == ["销号", "退回重办"]


def test_a_general_problem_open_for_ninety_days_rises_by_rule_and_is_given_to_its_department(
    town: Town, bureau: Bureau
) -> None:
    reports_problem(town.reporter, GENERAL)
    reaches(town, 6, 23, 8)
    assert town.rows(Issue)[0].severity is Severity.GENERAL
    reaches(town, 6, 25)  # Monday
    issue = town.rows(Issue)[0]
    assert (issue.severity, issue.state) == (Severity.MAJOR, IssueState.ASSIGNED)
    risen = told(town.leader)[-1]
    assert risen.title == f"🔴 重大问题 W1：{NORTH}"
    assert "第1次上报，已91天还没有解决，按规则升为重大问题。" in risen.text
    assert labels(risen) == ["已知悉", "我来处理", "转办", "批示"]
    assert labels(told(bureau.taker)[-1]) == ["签收", "退单"]
    assert labels(told(town.head)[-1]) == []
    town.office.says("降级 W1 只是拖着")
    reaches(town, 6, 26)
    assert town.rows(Issue)[0].severity is Severity.GENERAL
    reaches(town, 6, 27)
    assert town.rows(Issue)[0].severity is Severity.GENERAL


def test_a_problem_lowered_and_raised_again_within_a_state_is_urged_anew(town: Town, bureau: Bureau) -> None:
    is_directed(town)
    reaches(town, 3, 28)
    town.office.says("降级 W1 已经缓和")
    town.clock.strike(3, 28, 10)
    town.office.says("升级 W1 又闹起来了")
    reaches(town, 3, 29)
    town.office.says("降级 W1 又缓和了")
    reaches(town, 3, 30)
    assert titles(bureau.taker).count(f"⏰ W1 催办：{NORTH}") == 2


def test_a_limit_beyond_the_year_is_said_with_its_year(town: Town, bureau: Bureau) -> None:
    reports_problem(town.reporter)
    bureau.taker.says("签收 W1")
    bureau.taker.says("延期 W1 到2013年1月8日 等省里批文")
    assert "申请延到2013年1月8日（原期限4月25日）" in town.office.last().text
    town.office.taps("同意延期")
    assert "请在2013年1月8日前办结" in bureau.taker.last().text


def test_an_extension_to_a_day_that_has_passed_is_not_granted(town: Town, bureau: Bureau) -> None:
    reports_problem(town.reporter)
    bureau.taker.says("签收 W1")
    bureau.taker.says("延期 W1 到4月26日 等省里批文")
    town.clock.strike(4, 27)
    assert "4月26日也已经过了，不能同意" in town.office.says("同意延期 W1").text
    assert town.rows(Issue)[0].state is IssueState.DEFERRING
    assert "不同意延期" in town.office.says("不同意延期 W1").text


def test_a_moved_clock_stops_where_a_problem_is_old_enough_to_rise(town: Town) -> None:
    """Day 90 was a Sunday; moved by the page, the clock came by next on Thursday, and it rose three days late."""
    reports_problem(town.reporter, GENERAL)
    monday = datetime(2012, 6, 25, 8, 30, tzinfo=ZONE)
    for day, hour in ((24, 0), (25, 7)):
        town.clock.strike(6, day, hour)
        assert town.do(lambda session: next_instant(session, town.clock.now, ZONE)) <= monday
        assert town.do(lambda s: next_rise(s, town.clock.now, ZONE, in_force(s).book)) == monday
