"""Leaders are told of their own projects at their own time: once, short, and as one snapshot."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from fractions import Fraction

import pytest
from sqlalchemy import Connection, delete, event, select, true, update
from sqlalchemy.orm import Session

from reminders import digest_facts, digest_text
from reminders.digest_facts import Bar, DigestFacts, LateProblem, MissedPeriod
from reminders.digest_text import Form
from reminders.sweep import next_instant, sweep
from rules import pace
from rules.book import default_book
from rules.kinds import DutyKind, DutyState, IssueState, Light, Often, Role, Severity
from rules.periods import Period
from storage import codes, duties, news
from storage.codes import Figure, Part
from storage.news import Came, OpenProblem
from storage.scopes import Scope
from storage.tables.digests import Digest, FigureCode
from storage.tables.registry import Person, Project, Responsibility
from storage.tables.reminding import NudgeDuty
from storage.tables.reporting import Duty, Issue
from storage.tables.traffic import OutboxRow
from tests.builders import a_project, a_responsibility, a_year_plan, an_issue
from tests.chat import ZONE, Chat, labels
from tests.digests import REACH, another_leader, person_of, reaches, sweeps, unasked, wants
from tests.town import NORTH, SOUTH, Town, everybody_knows, reports_problem


def local(month: int, day: int, hour: int = 8, minute: int = 3) -> datetime:
    return datetime(2012, month, day, hour, minute, tzinfo=ZONE)


def rows_of(town: Town, chat: Chat) -> dict[str, str]:
    """The states of a person's digests by day."""
    mine = [row for row in town.rows(Digest) if row.person_id == person_of(chat)]
    return {f"{row.day:%m-%d}": row.state for row in mine}


def has_an_issue(town: Town, project_id: int, **given: object) -> int:
    def work(session: Session) -> int:
        given["project"] = session.get_one(Project, project_id)
        given["person"] = session.get_one(Person, person_of(town.reporter))
        return an_issue(session, **given).id  # type: ignore[arg-type]  # columns by name

    return town.do(work)


# When


def test_a_digest_comes_at_its_time_on_a_working_day_and_once_however_often_is_swept(town: Town) -> None:
    reaches(town, 3, 27, 8, 2)
    assert unasked(town.leader) == []
    reaches(town, 3, 27, 8, 3)
    assert [each.plain.splitlines()[0] for each in unasked(town.leader)] == [
        "王市长，早。3月27日（周二） 没有新情况。"
    ]
    sweeps(town)
    town.restarts()
    reaches(town, 3, 27, 8, 4)
    assert len(unasked(town.leader)) == 1


def test_none_comes_on_a_rest_day_and_a_made_up_saturday_is_a_working_day(town: Town) -> None:
    reaches(town, 3, 30)
    reaches(town, 3, 31)  # a Saturday that was worked before 清明
    reaches(town, 4, 2)  # 清明
    assert [each.plain[:20] for each in unasked(town.leader)] == [
        "王市长，早。3月30日（周五） 没有新情",
        "王市长，早。3月31日（周六） 没有新情",
    ]


def test_each_leader_has_it_at_the_time_that_was_chosen(town: Town) -> None:
    wants(town, town.leader, at=time(17, 33))
    reaches(town, 3, 27)
    assert unasked(town.leader) == []
    assert len(unasked(town.department)) == 1
    reaches(town, 3, 27, 17, 33)
    assert unasked(town.leader)[0].plain.startswith("王市长，您好。3月27日（周二）")


def test_a_weekly_one_comes_on_the_first_working_day_of_the_week(town: Town) -> None:
    wants(town, town.leader, often=Often.WEEKLY)
    for day in (27, 28, 29, 30):
        reaches(town, 3, day)
    assert unasked(town.leader) == []
    reaches(town, 4, 5)  # Monday to Wednesday are free
    assert [each.plain.splitlines()[0][:16] for each in unasked(town.leader)] == [
        "王市长，早。4月5日（周四）·一"
    ]


@pytest.mark.parametrize("word", ["红灯", "进度", "问题", "未报"])
def test_a_word_of_the_menu_leads_out_of_the_settings_typed_as_tapped(town: Town, word: str) -> None:
    town.leader.says("日报设置")
    typed = town.leader.says(word)
    assert typed.title.startswith(f"{word}（")
    assert "7:20" in town.leader.says("7:20").plain, "the settings still stand open"


def test_a_moved_clock_stops_where_a_digest_is_due(town: Town) -> None:
    wants(town, town.leader, at=time(7, 20))
    instants = []
    now = local(3, 27, 0, 1)
    for _ in range(2):
        now = town.do(lambda session, at=now: next_instant(session, at, ZONE))
        instants.append(now)
    assert instants == [local(3, 27, 7, 20), local(3, 27, 8, 3)]


# Missed


def test_one_that_an_outage_missed_is_sent_the_same_day_once_and_says_that_it_is_late(town: Town) -> None:
    reaches(town, 3, 27)
    reaches(town, 3, 28, 11, 40)
    sweeps(town)
    assert [each.plain.splitlines()[0] for each in unasked(town.leader)][1:] == [
        "王市长，您好。3月28日（周三）·迟发 没有新情况。"
    ]


def test_a_late_one_does_not_go_into_the_evening_and_is_recorded_as_skipped(town: Town) -> None:
    reaches(town, 3, 27)
    reaches(town, 3, 28, 18, 0)
    assert len(unasked(town.leader)) == 1
    assert rows_of(town, town.leader)["03-28"] == "skipped"


def test_days_that_were_missed_are_recorded_and_the_next_one_tells_what_they_would_have(town: Town) -> None:
    reaches(town, 3, 27)
    town.clock.strike(3, 27, 10)
    has_an_issue(town, town.north, filed=local(3, 27, 10))
    reaches(town, 3, 30)
    assert rows_of(town, town.leader) == {
        "03-26": "skipped", "03-27": "written", "03-28": "skipped", "03-29": "skipped", "03-30": "written",
    }  # fmt: skip
    assert "问题1件" in unasked(town.leader)[-1].text


def test_what_a_digest_told_that_never_went_out_is_told_by_the_next(town: Town) -> None:
    """The channel was down all day: the message became useless at midnight."""
    reaches(town, 3, 27)
    has_an_issue(town, town.north, filed=local(3, 27, 10))
    reaches(town, 3, 28)
    assert "问题1件" in unasked(town.leader)[-1].text
    town.do(lambda session: session.execute(update(OutboxRow).values(state="expired")))
    reaches(town, 3, 29)
    assert "问题1件" in unasked(town.leader)[-1].text
    reaches(town, 3, 30)
    assert "没有新情况" in unasked(town.leader)[-1].plain


def test_nobodys_first_digest_is_a_late_one(town: Town) -> None:
    reaches(town, 3, 27, 9, 0)
    assert unasked(town.leader) == []


# What


def test_it_holds_majors_and_overdue_problems_first_then_news_debts_and_money(town: Town) -> None:
    reaches(town, 4, 5, 8, 3)
    major = has_an_issue(
        town, town.north, severity=Severity.MAJOR, category="relocation", filed=local(4, 6, 5, 0)
    )
    late = has_an_issue(town, town.south, category="safety", filed=local(3, 26, 10))
    town.has_reported(town.north, "2012-03", amount=3_760_000, filed=local(4, 5, 9))
    march = (Duty.project_id == town.north, Duty.period == "2012-03")
    town.do(lambda session: session.execute(update(Duty).where(*march).values(settled=local(4, 5, 9))))
    reaches(town, 4, 6)
    digest = unasked(town.leader)[-1]
    a = code_numbers(town, town.leader)
    assert digest.title == "王市长，早。4月6日（周五）"
    assert digest.text.splitlines()[:-1] == [
        f"重大1件 A{a['major']}：",
        f"·城北水厂扩建工程 征拆 已报3小时 无人认领 W{major}",
        f"逾期问题1件 A{a['overdue']}：",
        f"·南湖大道改造 质量安全 超4天 W{late}",
        f"新报 A{a['news']}：进展1项、问题1件",
        f"逾期未报1项 A{a['owing']}：城北区住建局1项",
        f"年投资 完成376万 A{a['done']}，占15.7%，序时26.5%，落后10.8个百分点",
        f"灯色 A{a['lights']}：转绿灯1（城北水厂扩建工程）",
    ]
    assert labels(digest) == [
        f"重大 A{a['major']}", f"逾期 A{a['overdue']}", f"未报 A{a['owing']}", f"投资 A{a['done']}",
        f"灯色 A{a['lights']}",
    ]  # fmt: skip


def code_numbers(town: Town, chat: Chat) -> dict[str, int]:
    """The newest code of each measure that a person was told."""
    mine = [row for row in town.rows(FigureCode) if row.person_id == person_of(chat)]
    return {row.measure: row.id for row in mine}


def test_a_leader_sees_only_what_they_answer_for_on_that_day(town: Town) -> None:
    other = another_leader(town, town.south)
    has_an_issue(town, town.north, severity=Severity.MAJOR, filed=local(3, 27, 7))

    def hands_over(session: Session) -> None:
        mine = (Responsibility.person_id == person_of(town.leader), Responsibility.project_id == town.north)
        session.execute(update(Responsibility).where(*mine).values(until=date(2012, 3, 28)))
        theirs = session.get_one(Person, person_of(other))
        a_responsibility(
            session, session.get_one(Project, town.north), theirs, Role.LEAD_LEADER, since=date(2012, 3, 28)
        )

    town.do(hands_over)
    reaches(town, 3, 27)
    assert "重大1件" in unasked(town.leader)[-1].text
    assert "没有新情况" in unasked(other)[-1].plain
    reaches(town, 3, 28)
    assert "没有新情况" in unasked(town.leader)[-1].plain
    assert "重大1件" in unasked(other)[-1].text


def test_the_head_of_a_unit_sees_the_unit_and_the_office_the_city(town: Town) -> None:
    town.do(lambda session: an_issue(session, severity=Severity.MAJOR, filed=local(3, 27, 7)).id)
    has_an_issue(town, town.north, severity=Severity.MAJOR, filed=local(3, 27, 7))
    reaches(town, 3, 27)
    assert "重大1件" in unasked(town.head)[-1].text
    assert "重大2件" in unasked(town.office)[-1].text
    assert unasked(town.deputy) == unasked(town.reporter) == []


def test_with_nothing_new_comes_one_line_or_nothing_as_was_chosen(town: Town) -> None:
    wants(town, town.department, silent=True)
    reaches(town, 3, 27)
    assert unasked(town.leader)[-1].plain.splitlines()[0] == "王市长，早。3月27日（周二） 没有新情况。"
    assert unasked(town.department) == []
    assert rows_of(town, town.department)["03-27"] == "empty"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({"severity": Severity.MAJOR, "filed": local(3, 20)}, "重大1件", id="a major one stands"),
        pytest.param({"category": "safety", "filed": local(3, 15)}, "逾期问题1件", id="one is overdue"),
        pytest.param({"filed": local(3, 27, 9)}, "问题1件", id="one has come"),
        pytest.param(
            {"filed": local(3, 1), "state": IssueState.SOLVED, "closed": local(3, 27, 9)}, "解决1件", id="one is solved"
        ),
    ],
)  # fmt: skip
def test_one_look_at_the_city_misses_no_problem_that_is_to_be_told(
    town: Town, given: dict[str, object], told: str
) -> None:
    """Each by itself: who has nothing new is found before anybody's projects are read (storage/touched.py)."""
    reaches(town, 3, 27)
    has_an_issue(town, town.south, **given)
    reaches(town, 3, 28)
    assert told in unasked(town.leader)[-1].text


def test_one_look_at_the_city_misses_no_report_and_no_debt(town: Town) -> None:
    reaches(town, 3, 27)
    town.has_reported(town.south, "2012-02", filed=local(3, 27, 9))
    reaches(town, 3, 28)
    assert "进展1项" in unasked(town.leader)[-1].text
    reaches(town, 4, 5)
    reaches(town, 4, 6)
    assert "逾期未报2项" in unasked(town.leader)[-1].text
    assert "逾期未报2项" in unasked(town.head)[-1].text


# What closed without a report. March closes on Tuesday, April 10th, at 18:00


def missed(chat: Chat) -> list[str]:
    """What each digest of a person says was missed, without its code; "" if it says nothing of it."""
    lines = (
        [line for line in each.plain.splitlines() if line.startswith("截止未报")] for each in unasked(chat)
    )
    return ["".join(re.sub(r" A\d+：", "：", line) for line in found) for found in lines]


BOTH = f"截止未报2项：3月进展 {NORTH}、{SOUTH}"


def test_the_first_digest_after_a_close_says_what_was_not_reported_of_which_month_once(town: Town) -> None:
    """The head of the unit read 没有新情况 on the morning after."""
    reaches(town, 4, 10)
    reaches(town, 4, 11)
    town.restarts()
    sweeps(town)
    reaches(town, 4, 12)
    for chat in (town.head, town.leader, town.department, town.office):
        assert missed(chat) == ["", BOTH, ""]
    assert "没有新情况" in unasked(town.head)[-1].plain
    assert unasked(town.deputy) == []


def test_who_reads_only_once_a_week_reads_in_that_one_what_was_missed(town: Town) -> None:
    wants(town, town.head, often=Often.WEEKLY)
    for day in (5, 10, 11, 16, 23):
        reaches(town, 4, day)
    assert missed(town.head) == ["", BOTH, ""]


def test_what_closes_before_rest_days_is_told_on_the_first_working_day_after_them(town: Town) -> None:
    """July closes on Friday, August 10th, at 18:00."""
    reaches(town, 8, 10)
    for day in (11, 12, 13, 14):
        reaches(town, 8, day)
    assert missed(town.head)[1:] == [f"截止未报2项：7月进展 {NORTH}、{SOUTH}", ""]


def test_a_month_of_last_year_that_was_missed_is_told_with_its_year(town: Town) -> None:
    town.reaches(12, 31)
    town.do(everybody_knows)
    town.clock.now = datetime(2013, 1, 11, 8, 3, tzinfo=ZONE)
    sweeps(town)
    assert f"2012年12月进展 {NORTH}、{SOUTH}" in missed(town.head)[-1]


def test_a_close_in_an_outage_is_told_by_the_late_digest(town: Town) -> None:
    reaches(town, 4, 10)
    reaches(town, 4, 11, 11, 40)
    reaches(town, 4, 12)
    assert missed(town.head) == ["", BOTH, ""]
    assert "迟发" in unasked(town.head)[1].plain


def test_what_a_lost_digest_said_was_missed_is_said_by_the_next(town: Town) -> None:
    reaches(town, 4, 10)
    reaches(town, 4, 11)
    town.do(lambda session: session.execute(update(OutboxRow).values(state="expired")))
    reaches(town, 4, 12)
    reaches(town, 4, 13)
    assert missed(town.head) == ["", BOTH, BOTH, ""]


def test_a_digest_waits_for_what_was_said_before_a_close_and_is_not_taken_yet(town: Town) -> None:
    """Else it would be silent about those who missed it, or name who has reported."""
    reaches(town, 4, 10)
    town.clock.strike(4, 11, 8, 3)
    town.do(everybody_knows)

    def sweeps_up_to(said: datetime) -> None:
        while town.do(lambda session: sweep(session, town.clock.now, ZONE, said, REACH)):
            pass

    sweeps_up_to(local(4, 10, 17, 59))
    assert missed(town.head) == [""]
    norths = (Duty.project_id == town.north, Duty.period == "2012-03")
    filed = update(Duty).where(*norths).values(settled=local(4, 10, 17, 59))
    town.do(lambda session: session.execute(filed))
    sweeps_up_to(town.clock.now)
    assert missed(town.head) == ["", f"截止未报1项：3月进展 {SOUTH}"]


def test_a_digest_waits_for_a_close_no_longer_than_it_may_be_late(town: Town) -> None:
    reaches(town, 4, 10)
    town.clock.strike(4, 11, 8, 34)
    town.do(everybody_knows)
    not_taken_yet = local(4, 10, 17, 59)
    while town.do(lambda session: sweep(session, town.clock.now, ZONE, not_taken_yet, REACH)):
        pass
    assert missed(town.head) == ["", ""], "it went, and what is written down later the next one tells"
    reaches(town, 4, 12)
    assert missed(town.head) == ["", "", BOTH]


def test_what_nobody_provably_heard_of_is_told_as_missed_once_the_office_has_judged_it_so(town: Town) -> None:
    town.known = False
    town.do(lambda session: session.execute(delete(NudgeDuty)))
    reaches(town, 4, 10)
    reaches(town, 4, 11)
    town.clock.pass_(minutes=30)  # after that day's digest
    for step in ("送达异常", NORTH, "算未报", "已电话通知过", "确认"):
        town.office.says(step)
    reaches(town, 4, 12)
    reaches(town, 4, 13)
    assert missed(town.head) == ["", "", f"截止未报1项：3月进展 {NORTH}", ""]


def test_what_was_unlocked_and_reported_by_then_is_not_told_as_missed(town: Town) -> None:
    reaches(town, 4, 10)
    reaches(town, 4, 10, 18, 5)
    norths = (Duty.project_id == town.north, Duty.period == "2012-03")
    [duty] = town.do(lambda session: session.scalars(select(Duty.id).where(*norths)).all())
    town.do(lambda session: duties.restate(session, duty, DutyState.LATE, town.clock.now))
    reaches(town, 4, 11)
    assert missed(town.head) == ["", f"截止未报1项：3月进展 {SOUTH}"]


def test_of_many_projects_that_missed_a_month_two_are_named_and_all_are_counted(town: Town) -> None:
    def more(session: Session) -> None:
        unit = session.get_one(Project, town.north).unit_id
        for each in range(3):
            a_project(session, number=100 + each, unit_id=unit)

    town.do(more)
    reaches(town, 5, 10)
    reaches(town, 5, 11)
    assert missed(town.head)[-1] == f"截止未报5项：4月进展 {NORTH}、{SOUTH}等5项"


def test_a_report_counts_as_new_once_however_often_it_was_corrected(town: Town) -> None:
    reaches(town, 3, 27)
    town.clock.strike(3, 27, 10)
    for step in ("报进展", NORTH, "1200", "主体封顶", "没有", "确认"):
        town.reporter.says(step)
    for step in ("报进展", NORTH):
        town.reporter.says(step)
    for tap in ("更正这份报告", "改本月完成"):
        town.reporter.taps(tap)
    town.reporter.says("1300")
    town.reporter.taps("✅")
    reaches(town, 3, 28)
    assert "新报" in unasked(town.leader)[-1].text
    assert "进展1项" in unasked(town.leader)[-1].text
    assert "完成1300万" in unasked(town.leader)[-1].text


def test_the_worst_day_still_fits_on_a_phones_screen() -> None:
    facts = the_worst()
    given = {each.measure: f"A{999_000 + place}" for place, each in enumerate(digest_text.told(facts))}
    form = Form("欧阳副市长", weekly=True, late=True, last="账本 1a2b3c4d5e6f7a8b")
    message = digest_text.message(facts, given, form, default_book(), ZONE)
    assert all(code in message.text for code in given.values())
    assert len(message.plain.splitlines()) <= digest_text.LINES == 13
    assert len(message.plain) <= digest_text.LENGTH == 460


def the_worst() -> DigestFacts:
    name = "岳阳临港新区长江沿岸综合交通枢纽及配套基础设施建设工程"
    many = 12_345
    problems = tuple(
        OpenProblem(900_000 + n, n, name, Severity.MAJOR, "utilities.roads", local(1, 2), None, True, False)
        for n in (1, 2)
    )
    return DigestFacts(
        local(3, 26), local(12, 12), date(2012, 12, 12), Period.month(2012, 12),
        Came(many, many, many, many), Figure(codes.DONE, 123_456_789_012_345, "2012-12", 987_654_321_098_765),
        (Bar(name, 1, 2),),
        Figure(codes.MAJOR, many), problems,
        Figure(codes.OVERDUE, many), tuple(LateProblem(each, 1234) for each in problems),
        Figure(codes.OWING, many), tuple((name, many) for _ in range(40)),
        Figure(codes.MISSED, 3 * many), tuple(
            MissedPeriod(kind, Period.parse(period), many, (name, name))
            for kind, period in ((DutyKind.PROGRESS, "2011-12"), (DutyKind.ZERO, "2011H2"), (DutyKind.ISSUE, "2011-12"))
        ),
        Figure(codes.LIGHTS, many), ((Light.RED, name), (Light.RED, name)),
        ((Light.RED, many), (Light.YELLOW, many), (Light.GREEN, many)),
    )  # fmt: skip


# Figures


def test_points_come_from_unrounded_shares() -> None:
    """629.0/647.4 is 97.16 %, less 83.33 % is 13.8 points; the rounded 97.2 would give 13.9."""
    ahead = pace.ahead(62_900_000_000, 64_740_000_000, pace.of_month(Period.month(2012, 10)))
    assert ahead is not None
    assert (pace.written(Fraction(6290, 6474)), pace.written(ahead)) == ("97.2", "13.8")


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2012, 1, 1), Fraction(1, 366)), (date(2013, 12, 31), Fraction(1))]
)
def test_the_time_progress_of_a_day_counts_the_days_of_its_year(day: date, expected: Fraction) -> None:
    assert pace.of_day(day) == expected


def test_a_share_is_rounded_half_away_from_zero() -> None:
    assert [pace.written(Fraction(n, 2000)) for n in (1, -1, 3)] == ["0.1", "-0.1", "0.2"]


def test_parts_that_are_not_kept_are_counted_and_add_up() -> None:
    gathered = codes.Gathering()
    for number in range(1, 81):
        gathered.add(Part(number, number), number)
    figure = gathered.figure(codes.DONE)
    assert (len(figure.parts), figure.parts[0].id, figure.rest) == (50, 80, (30, sum(range(1, 31))))
    assert sum(part.value for part in figure.parts) + figure.rest[1] == figure.value == sum(range(81))


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield seen
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_a_digest_asks_as_much_of_sixty_projects_as_of_two(town: Town) -> None:
    def asked(session: Session) -> int:
        scope = Scope("own", person_of(town.leader))
        with statements(session) as seen:
            digest_facts.read(
                session, scope, since=local(3, 26), as_of=local(3, 27), book=default_book(), zone=ZONE
            )
        return len(seen)

    few = town.do(asked)

    def more(session: Session) -> None:
        leader = session.get_one(Person, person_of(town.leader))
        for each in range(60):
            project = a_project(session, number=100 + each)
            a_year_plan(session, project)
            a_responsibility(session, project, leader, Role.LEAD_LEADER)
            an_issue(session, project=project)

    town.do(more)
    assert town.do(asked) <= few + 1 <= 10


# At once


def test_who_wants_it_at_once_hears_of_each_report_and_general_problem_of_their_projects(town: Town) -> None:
    other = another_leader(town, town.south)
    for chat in (town.leader, other):
        wants(town, chat, often=Often.INSTANT)
    town.clock.strike(3, 27, 10)
    for step in ("报进展", NORTH, "1200", "主体封顶", "没有", "确认"):
        town.reporter.says(step)
    reports_problem(town.reporter, severity="一般问题")
    sweeps(town)
    sweeps(town)
    [told] = unasked(town.leader)
    assert told.plain.splitlines() == [
        "您的项目新报2件",
        "·城北水厂扩建工程 2012年3月进展 1,200万元，主体封顶 J1",
        "·城北水厂扩建工程 征拆：两户阻工 W1",
    ]
    assert unasked(other) == []


def test_what_comes_at_night_waits_for_the_morning_and_comes_as_one(town: Town) -> None:
    wants(town, town.leader, often=Often.INSTANT)
    town.clock.strike(3, 27, 20)
    for project in (town.north, town.south):
        has_an_issue(town, project, filed=town.clock.now)
        sweeps(town)
    assert unasked(town.leader) == []
    at = town.do(lambda session: next_instant(session, local(3, 28, 8, 4), ZONE))
    assert at == local(3, 28, 8, 30)
    reaches(town, 3, 28, 8, 30)
    assert [each.title for each in unasked(town.leader)] == ["您的项目新报2件"]


def test_what_was_there_before_somebody_wanted_it_at_once_is_not_told(town: Town) -> None:
    has_an_issue(town, town.north)
    wants(town, town.leader, often=Often.INSTANT)
    reaches(town, 3, 27, 9)
    assert unasked(town.leader) == []


def test_a_major_problem_is_not_told_twice(town: Town) -> None:
    wants(town, town.leader, often=Often.INSTANT)
    town.clock.strike(3, 27, 10)
    reports_problem(town.reporter)
    sweeps(town)
    assert unasked(town.leader) == []
    assert len(town.rows(Issue)) == 1


def test_a_major_problem_is_unclaimed_until_somebody_takes_note_of_it(town: Town) -> None:
    def unclaimed() -> list[bool]:
        return town.do(lambda session: [each.unclaimed for each in news.open_problems(session, true())])

    reports_problem(town.reporter, "🔴 重大问题")
    assert unclaimed() == [True]
    town.leader.says("知悉 W1")
    assert unclaimed() == [False]


def test_a_time_that_is_none_is_told_how_a_time_is_written(town: Town) -> None:
    asked = town.leader.says("日报设置 99:99")
    assert "没有这个时间。时间从0:00到23:59，这样写：7:30。" in asked.plain
    assert town.leader.says("7:20").text.startswith("已设置：每日 7:20")


def test_who_says_only_the_word_is_shown_how_and_when_it_comes(town: Town) -> None:
    """It was offered 未报 instead."""
    assert town.leader.says("日报").plain.startswith("日报：每日 8:03")


def test_another_button_of_the_same_card_sets_anew(town: Town) -> None:
    """It once said that a report was finished."""
    card = town.leader.says("日报设置")
    town.leader.taps("每周", card)
    assert town.leader.taps("12:03", card).text.startswith("已设置：每周 12:03")
