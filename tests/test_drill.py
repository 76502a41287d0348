"""A drill (演练) goes down the real path, is marked everywhere, counts nowhere, and ends with what it found."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from reminders.sweep import next_instant
from rules.kinds import DutyKind, DutyState, EscalationState, IssueState, Often
from rules.periods import Period
from storage import issue_life, issues, light_facts, reviews
from storage import rules as stored_rules
from storage.database import Database
from storage.export.courses import courses
from storage.export.problems import problems
from storage.messages import Outgoing
from storage.tables.digests import FigureCode
from storage.tables.escalating import Escalation
from storage.tables.registry import Binding, Person
from storage.tables.reporting import Duty, Issue
from storage.tables.traffic import OutboxRow
from tests.chat import START, ZONE, Chat, labels
from tests.digests import reaches, unasked, wants
from tests.test_escalation import is_sent, passes, rules, sweeps
from tests.town import NORTH, Town, a_town, reports_problem


def drills(town: Town) -> Outgoing:
    for step in ("演练", NORTH, "确认"):
        town.office.says(step)
    return town.office.last()


def told(town: Town) -> list[Chat]:
    return [town.leader, town.department, town.head]


def test_a_drill_is_sent_down_the_ladder_and_every_message_says_that_it_is_one(town: Town) -> None:
    receipt = drills(town)
    assert receipt.title == "【演练】W1 已开始"
    assert receipt.text.endswith("最迟3月26日 10:00自动结束，结果会发给您。")
    passes(town, minutes=15)
    town.leader.taps("我来处理")
    town.department.says("W1 请自规局拿方案")
    passes(town, minutes=50)
    for chat in (*told(town), town.office, town.reporter):
        for message in chat.messages():
            about = message.title + message.text
            assert "W1" not in about or "【演练】" in about, about
    assert town.leader.messages()[0].title == f"【演练】🔴 重大问题 W1：{NORTH}"


def test_a_drill_ends_by_itself_and_tells_the_office_how_quick_everyone_was_and_what_is_broken(
    town: Town,
) -> None:
    head = int(town.head.user) - 1000
    town.do(
        lambda session: session.execute(update(Binding).where(Binding.person_id == head).values(ended=START))
    )
    drills(town)
    is_sent(town)
    town.clock.pass_(minutes=2)
    town.leader.taps("已知悉")
    passes(town, minutes=57)
    assert "演练】W1 已结束" not in town.office.last().title
    passes(town, minutes=1)
    assert town.office.last().title == f"【演练】W1 已结束：{NORTH}"
    assert town.office.last().text.splitlines() == [
        "知悉：王市长 2分钟",
        "没有知悉：孙主任",
        "没有送到：赵局长（没绑定、已停用或发送失败），请尽快补上。",
    ]
    assert town.leader.last().text == "【演练】W1 已结束，谢谢配合，不用再管。"
    [issue] = town.rows(Issue)
    assert (issue.drill, issue.state) == (True, IssueState.CLOSED)
    count = len(town.rows(OutboxRow))
    passes(town, hours=30)
    assert len(town.rows(OutboxRow)) == count


def test_a_drill_measures_everyone_and_ends_once_all_have_answered(town: Town) -> None:
    drills(town)
    is_sent(town)
    town.clock.pass_(minutes=1)
    town.leader.taps("已知悉", town.leader.messages()[0])
    town.clock.pass_(minutes=3)
    assert (
        town.department.taps("已知悉", town.department.messages()[0]).text
        == "【演练】W1 已记下您的知悉时间。"
    )
    sweeps(town)
    assert town.office.last().text.startswith("知悉：王市长 1分钟、孙主任 4分钟\n")
    assert town.rows(Escalation)[0].state is EscalationState.OVER


def test_a_drill_in_which_nobody_answers_goes_up_like_a_real_one(town: Town) -> None:
    drills(town)
    passes(town, minutes=15)
    assert "第2次提醒" in town.leader.last().text
    for _ in range(2):
        passes(town, minutes=15)
    assert "已通知王市长、孙主任，45分钟没有人知悉" in town.deputy.last().text


def test_a_drill_counts_nowhere(town: Town) -> None:
    drills(town)
    passes(town, hours=2)

    def looks(session: Session) -> None:
        half = (datetime(2012, 1, 1, tzinfo=ZONE), datetime(2012, 7, 1, tzinfo=ZONE))
        assert issues.barring(session, [town.north], *half) == {}
        assert issues.threads(session, [town.north]) == []
        assert list(problems(session, date(2012, 7, 1)).rows) == list(courses(session).rows) == []

    town.do(looks)
    town.reaches(7, 2)
    town.reporter.says("零报告")
    assert NORTH in "".join(labels(town.reporter.last())) + town.reporter.last().text
    town.reaches(7, 14)
    zeros = [row for row in town.rows(Duty) if row.kind is DutyKind.ZERO and row.period == "2012H1"]
    assert {row.state for row in zeros} == {DutyState.MISSED}, "a drill answers for no zero"
    assert "W1" not in town.reporter.says("我的待办").text


def test_an_open_drill_is_nobodys_work_chased_by_nobody_and_turns_no_light(town: Town) -> None:
    drills(town)

    def looks(session: Session) -> None:
        book, now = stored_rules.in_force(session).book, town.clock.now
        (_, standing), *_ = light_facts.standings(session, [town.north], book, now, ZONE)
        assert standing.problems == ()
        assert issue_life.standing_so(session, IssueState, 10) == issue_life.these(session, [1]) == []
        assert issue_life.next_instant(session, START) is None

    town.do(looks)
    assert "W1" not in town.office.says("待办问题").text


def without_root(told: Sequence[Outgoing]) -> list[Outgoing]:
    return [each.model_copy(update={"text": each.text.partition("\n账本 ")[0]}) for each in told]


def told_beside(database: Database, drill: bool) -> tuple[object, ...]:
    """What a town is told of its figures while a drill is open, or is not.

    A real problem is open in it and a report was filed; one of its leaders wants news at once.
    """
    town = a_town(database)
    wants(town, town.department, often=Often.INSTANT)
    reports_problem(town.reporter)
    reaches(town, 3, 27)
    town.has_reported(town.north, "2012-03", filed=town.clock.now + timedelta(hours=2))
    town.clock.strike(3, 28, 7, 50)
    if drill:
        drills(town)
    reaches(town, 3, 28)
    assert [row.closed for row in town.rows(Issue) if row.drill] == [None] * drill
    march = Period.parse("2012-03")
    review = town.do(lambda session: reviews.draw_up(session, march, town.clock.now, ZONE).units)
    codes = [(row.code, row.measure, row.value, row.sources) for row in town.rows(FigureCode)]
    people = (town.leader, town.department, town.head, town.office)
    digests = [without_root(unasked(chat)) for chat in people]  # a drill's acts stand in the ledger as all do
    answers = [chat.says(f"查 {code}") for chat in people for code, *_ in codes]
    return codes, review, digests, answers


def test_an_open_drill_changes_no_digest_no_review_and_no_figure_behind_a_code(
    new_city: Callable[[], str],
) -> None:
    told = []
    for drill in (False, True):
        database = Database(new_city(), busy_seconds=5)
        told.append(told_beside(database, drill))
        database.close()
    without, beside = told
    assert {measure for _, measure, *_ in without[0]} >= {"major", "news", "done"}
    assert beside == without


def test_only_the_office_holds_a_drill(town: Town) -> None:
    town.leader.says("演练")
    assert town.rows(Issue) == []


@pytest.mark.parametrize("held", [False, True])
def test_a_quarter_without_a_drill_proposes_one_by_a_tap_where_the_rules_want_it(
    town: Town, held: bool
) -> None:
    rules(town, "[drill]\nquarterly = true")
    town.clock.strike(4, 3)
    sweeps(town)
    if held:
        drills(town)
        passes(town, hours=2)
    town.clock.strike(4, 30)
    assert town.do(
        lambda session: next_instant(session, datetime(2012, 5, 2, 9, tzinfo=ZONE), ZONE)
    ) == datetime(2012, 5, 2, 10, tzinfo=ZONE)
    town.clock.strike(5, 2, 10)
    sweeps(town)
    sweeps(town)
    proposed = [message for message in town.office.messages() if "这个季度还没有做过上报演练" in message.text]
    assert len(proposed) == (0 if held else 1)
    if not held:
        assert town.office.taps("演练", proposed[0]).title == "用哪个项目演练？"


def test_a_drill_is_taken_note_of_and_nothing_else_is_done_about_it(town: Town) -> None:
    drills(town)
    town.leader.says("W1 转办 市政府")
    assert labels(town.department.last()) == ["已知悉", "我来处理", "转办", "批示"]
    before = len(town.leader.messages())
    for chat, lines in (
        (town.office, ("交办 W1 市政府", "降为一般 W1 说明", "办结 W1 好了")),
        (town.department, ("签收 W1", "退单 W1 不归我局")),
        (town.reporter, ("W1 仍在", "W1 已解决", "W1 有变化：已签一户", "W1 误报")),
    ):
        for line in lines:
            assert chat.says(line).text == "【演练】W1 只是演练，不用办。看到点“已知悉”就行。", line
        assert not {"交办", "降为一般", "仍在", "已解决"} & {*labels(chat.says("W1"))}
    assert len(town.leader.messages()) == before
    [issue] = town.rows(Issue)
    assert (issue.state, issue.times) == (IssueState.ACKNOWLEDGED, 1)
    passes(town, minutes=61)
    assert town.rows(Issue)[0].state is IssueState.CLOSED
    assert "只是演练" in town.office.says("重新打开 W1 再来").text


def test_a_drill_ends_although_who_took_it_has_left(town: Town) -> None:
    drills(town)
    town.leader.says("W1 请自规局拿方案")
    leader = int(town.leader.user) - 1000
    town.do(lambda session: session.execute(update(Person).where(Person.id == leader).values(active=False)))
    passes(town, minutes=10)
    passes(town, minutes=51)
    assert town.rows(Issue)[0].state is IssueState.CLOSED
    assert "已结束" in town.office.last().title
