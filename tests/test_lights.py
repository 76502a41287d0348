"""Lights in a lived town: they turn with what is reported, keep their history, and cost nothing while all is quiet."""

import io
import json
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.office import CompareRules, Office, compare_rules
from reminders import lights as judging
from reminders.sweep import sweep
from rules.kinds import Light, ProjectKind, Stage
from rules.light_words import told
from storage import light_exemptions, light_marks, lights
from storage import rules as stored_rules
from storage.export.city import export
from storage.lights import StoredLight
from storage.tables.ledger import LedgerRow
from storage.tables.lights import LightExemption, ProjectLight
from storage.tables.registry import Milestone, Project, YearPlan
from storage.tables.reporting import ReportVersion
from tests.builders import a_project, a_year_plan, added, an_issue
from tests.chat import CITY, ZONE, Chat
from tests.town import NORTH, Town

GREEN, YELLOW, RED = Light.GREEN, Light.YELLOW, Light.RED


def reports(chat: Chat, amount: str, project: str = NORTH) -> None:
    """The reporter's one line, confirmed."""
    chat.says(f"{project} 本月{amount} 主体施工")
    assert "已收到" in chat.says("确认").title


def light(town: Town, project: int | None = None) -> StoredLight:
    town.sweep()
    which = project or town.north
    return town.do(lambda session: lights.current(session, [which]))[which]


def history(town: Town, project: int | None = None) -> list[ProjectLight]:
    return [row for row in town.rows(ProjectLight) if row.project_id == (project or town.north)]


def said(town: Town, project: int | None = None) -> str:
    shown = light(town, project)
    return told(shown.light, shown.why, town.clock.now.astimezone(ZONE).date())


def acts(town: Town, act: str) -> list[dict[str, Any]]:
    rows = [json.loads(row.canonical) for row in town.rows(LedgerRow)]
    return [row["facts"] for row in rows if row["act"] == act]


def local(month: int, day: int, hour: int = 9, year: int = 2012) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZONE)


# What turns them


def test_a_project_is_judged_by_its_opening_figures_until_it_reports(town: Town) -> None:
    assert said(town) == "黄灯：完成0.0%，序时16.7%，落后16.7个百分点；措施：提醒"
    assert said(town, town.south) == "未评灯：没有2012年的年度计划投资"


def test_a_report_turns_the_light_at_the_next_sweep(town: Town) -> None:
    light(town)
    reports(town.reporter, "480万")
    shown = light(town)
    assert (shown.light, shown.month, shown.since) == (GREEN, "2012-03", town.clock.now)
    assert said(town) == "绿灯：完成20.0%，序时25.0%，落后5.0个百分点"


def test_a_correction_turns_it_again_and_the_history_tells_all_of_it(town: Town) -> None:
    light(town)
    reports(town.reporter, "480万")
    light(town)
    town.clock.pass_(hours=3)
    town.reporter.says("报进展")
    town.reporter.says(NORTH)
    town.reporter.taps("更正")
    town.reporter.taps("改本月完成")
    town.reporter.says("100万")
    town.reporter.says("确认")
    assert light(town).light is YELLOW
    rows = history(town)
    assert [(row.before, row.light, row.turned) for row in rows] == [
        (None, YELLOW, False), (YELLOW, GREEN, True), (GREEN, YELLOW, True),
    ]  # fmt: skip
    assert [row.replaced for row in rows] == [rows[1].at, rows[2].at, None]
    assert rows[2].why["numbers"]["done"] == 1_000_000
    version = town.do(stored_rules.in_force).version
    assert {row.rules_version for row in rows} == {version}
    assert [(each["before"], each["after"]) for each in acts(town, "turn_light")] == [
        ("yellow", "green"), ("green", "yellow"),
    ]  # fmt: skip


def test_a_withdrawn_report_turns_it_back(town: Town) -> None:
    reports(town.reporter, "480万")
    assert light(town).light is GREEN
    town.reporter.says("报进展")
    town.reporter.says(NORTH)
    town.reporter.taps("撤回")
    town.reporter.says("确认")
    assert light(town).light is YELLOW


def test_the_same_colour_with_other_numbers_keeps_its_since(town: Town) -> None:
    first = light(town)
    town.clock.pass_(days=1)
    reports(town.reporter, "120万")
    then = light(town)
    assert (then.light, then.since) == (YELLOW, first.since)
    assert (first.month, then.month) == ("2012-02", "2012-03")
    assert [row.turned for row in history(town)] == [False, False]


def test_a_month_that_was_not_reported_puts_the_light_out(town: Town) -> None:
    town.reaches(4, 10, 18)
    assert light(town).light is YELLOW
    town.clock.now += timedelta(seconds=1)
    assert said(town) == "未评灯：3月未报"


def test_what_is_reported_late_or_after_an_unlock_lights_it_again(town: Town) -> None:
    town.reaches(4, 12)
    assert light(town).light is None
    town.office.says("解锁")
    town.office.says(NORTH)
    town.office.says("情况特殊")
    town.office.taps("3个工作日")
    town.office.says("确认")
    reports(town.reporter, "480万")
    assert light(town).light is GREEN


def test_december_and_january_are_each_judged_by_their_own_year(town: Town) -> None:
    """All of the old year's plan is done; the new year begins with nothing, 8.3 points behind."""

    def work(session: Session) -> None:
        project = session.get_one(Project, town.north)
        project.opening_month, project.opening_year_done = "2012-11", 24_000_000
        a_year_plan(session, project, year=2013, amount=60_000_000)

    town.do(work)
    town.clock.now = local(12, 26)
    town.sweep()
    reports(town.reporter, "0")
    assert said(town) == "绿灯：完成100.0%，序时100.0%，与序时持平"
    town.clock.now = local(1, 20, year=2013)
    assert light(town).light is GREEN
    town.clock.now = local(1, 26, year=2013)
    town.sweep()
    reports(town.reporter, "0")
    assert said(town) == "绿灯：完成0.0%，序时8.3%，落后8.3个百分点"
    town.clock.now = local(2, 26, year=2013)
    town.sweep()
    reports(town.reporter, "0")
    assert said(town) == "黄灯：完成0.0%，序时16.7%，落后16.7个百分点；措施：提醒"


def test_a_year_of_months_without_money_runs_from_yellow_to_red(town: Town) -> None:
    """Each month is reported in time, with nothing done: yellow from February on, red from May, all year through."""
    turned = [(light(town).light, "2012-02")]
    for month in range(3, 13):
        day = local(month, 26)
        town.clock.now = max(town.clock.now, day)
        town.sweep()
        reports(town.reporter, "0")
        shown = light(town)
        turned.append((shown.light, shown.month))
    assert [colour for colour, _ in turned] == [YELLOW, YELLOW, RED, RED, RED, RED, RED, RED, RED, RED, RED]
    assert [month for _, month in turned] == [f"2012-{month:02}" for month in range(2, 13)]
    shown = light(town)
    assert shown.since == local(4, 26)
    assert shown.why.numbers["months"] == 9  # April to December
    assert said(town).endswith("落后100.0个百分点；连续9个月（自4月）；措施：约谈")


def test_a_start_that_does_not_come_is_red_in_the_third_month(town: Town) -> None:
    project = town.do(
        lambda session: (
            a_project(session, stage=Stage.SIGNED, start_actual=None, start_planned=date(2012, 3, 10)).id
        )
    )
    colours = []
    for month in (3, 4, 5, 6, 7):
        town.reaches(month, 27)
        colours.append(light(town, project).light)
    assert colours == [None, YELLOW, YELLOW, RED, RED]
    assert said(town, project).startswith("红灯：计划3月10日开工，至6月底未开工；连续4个月（自3月）")


def test_days_that_pass_turn_what_is_overdue(town: Town) -> None:
    """Nothing is said, nothing closes: a day pass finds the milestone, and only writes when the light turns."""

    def work(session: Session) -> int:
        project = a_project(session, kind=ProjectKind.PRELIMINARY, start_actual=None)
        added(session, Milestone(project_id=project.id, name="立项", planned=date(2012, 3, 20)))
        return project.id

    project = town.do(work)
    town.reaches(3, 31)
    assert light(town, project).light is GREEN
    town.reaches(4, 5)
    assert said(town, project) == "黄灯：节点“立项”应3月20日完成，已逾期16天；措施：提醒"
    for day in (6, 7, 8, 9):
        town.reaches(4, day)
    assert len(history(town, project)) == 2, "days that pass add no row"


def test_an_overdue_problem_is_said_beside_the_figures_and_then_turns_the_light(town: Town) -> None:
    def work(session: Session) -> None:
        project = session.get_one(Project, town.north)
        project.opening_year_done = 12_000_000
        an_issue(session, project=project, category="safety.hazard", filed=local(3, 1))  # seven days

    town.do(work)
    town.do(lambda session: session.query(ProjectLight).delete())
    town.do(lambda session: light_marks.keep_pass(session, light_marks.Pass(date(2012, 1, 1), 0, whole=True)))
    assert said(town).endswith("问题W1应3月8日办结，已逾期18天；措施：提醒")
    assert light(town).light is GREEN
    town.reaches(4, 7)
    assert said(town).startswith("黄灯：问题W1应3月8日办结，已逾期30天")


def test_a_pause_puts_the_light_out_and_coming_back_lights_it(town: Town) -> None:
    light(town)
    town.office.says("暂停")
    town.office.says(NORTH)
    town.office.says("停工")
    town.office.says("确认")
    assert said(town) == "未评灯：项目暂停"
    town.office.says("恢复")
    town.office.says("确认")
    assert light(town).light is YELLOW


def test_new_rules_judge_everything_anew_and_are_kept_with_the_light(town: Town) -> None:
    before = light(town)
    assert before.light is YELLOW
    rule = '[[lights]]\nkey="mild"\nname="宽"\nmeasure="behind_points"\npace="year"\nred={more_than=50}\n'
    version = town.do(lambda session: stored_rules.take(session, rule, town.clock.now))
    assert (light(town).light, light(town).why.rule) == (GREEN, "mild")
    assert [row.rules_version for row in history(town)] == [version - 1, version]


def test_a_workbook_that_was_taken_in_judges_everything_anew(town: Town) -> None:
    light(town)

    def work(session: Session) -> None:
        session.query(YearPlan).update({"amount": 1})
        from storage import ledger

        ledger.append(session, chain="unit:1", who="office", act="import", facts={}, now=town.clock.now)

    town.do(work)
    assert light(town).why.numbers["plan"] == 1


def test_an_exemption_holds_to_its_last_day(town: Town) -> None:
    town.do(
        lambda session: added(
            session,
            LightExemption(
                project_id=town.north, since=date(2012, 3, 26), until=date(2012, 3, 30), because="设计变更",
                approved_by=1, approved=town.clock.now,
            ),
        )
    )  # fmt: skip
    town.reaches(3, 27)
    assert said(town) == "未评灯：灯色豁免，到3月30日"
    town.reaches(3, 30, 23)
    assert light(town).light is None
    town.reaches(3, 31, 0)
    assert light(town).light is YELLOW


# What it costs


def statements(town: Town) -> list[str]:
    """Of one sweep step, of lights alone."""
    found: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(town.database.engine, "before_cursor_execute", note)
    town.sweep()
    event.remove(town.database.engine, "before_cursor_execute", note)
    tables = ("lights", "ledger ", "city_facts", "milestones")
    return [each for each in found if any(table in each for table in tables)]


def test_a_sweep_with_nothing_new_looks_and_judges_nothing(town: Town) -> None:
    town.sweep()
    idle = statements(town)
    assert len(idle) <= 4
    assert not any("milestones" in each or "INSERT" in each or "UPDATE" in each for each in idle)


def test_only_who_was_touched_is_judged_again(town: Town) -> None:
    town.do(lambda session: [a_project(session, number=number) for number in range(100, 300)])
    town.sweep()
    rows = len(town.rows(ProjectLight))
    reports(town.reporter, "480万")
    town.sweep()
    assert len(town.rows(ProjectLight)) == rows + 1
    judged = town.do(lambda session: light_marks.tail(session, 10))
    assert judged is None


def test_many_projects_are_judged_in_slices(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "SLICE_SECONDS", 0)
    town.do(lambda session: [a_project(session, number=number) for number in range(100, 300)])
    rule = '[[lights]]\nkey="a"\nname="a"\nmeasure="behind_points"\npace="year"\nred={more_than=50}\n'
    town.do(lambda session: stored_rules.take(session, rule, town.clock.now))
    assert town.sweep() > ceil(202 / judging.TOGETHER)
    assert len([row for row in town.rows(ProjectLight) if row.replaced is None]) == 202
    assert town.sweep() == 1


def test_a_sweep_that_is_cut_off_goes_on_where_it_was(town: Town) -> None:
    town.do(lambda session: [a_project(session, number=number) for number in range(100, 300)])
    town.clock.pass_(days=1)
    for _ in range(4):
        town.do(lambda session: sweep(session, town.clock.now, ZONE))
    town.restarts()
    town.sweep()
    standing = [row.project_id for row in town.rows(ProjectLight) if row.replaced is None]
    assert len(standing) == len(set(standing))


# What is read of them


def changes(town: Town, after: datetime, until: datetime) -> list[tuple[int, Light | None, Light | None]]:
    found = town.do(lambda session: lights.changed(session, [town.north, town.south], after, until))
    return [(each.project_id, each.before, each.after) for each in found]


def test_what_turned_between_two_moments_is_told_once_and_not_if_it_turned_back(town: Town) -> None:
    light(town)
    began = town.clock.now
    town.clock.pass_(hours=1)
    reports(town.reporter, "480万")
    light(town)
    green = town.clock.now
    town.clock.pass_(hours=1)
    town.reporter.says("报进展")
    town.reporter.says(NORTH)
    town.reporter.taps("撤回")
    town.reporter.says("确认")
    light(town)
    assert changes(town, began, green) == [(town.north, YELLOW, GREEN)]
    assert changes(town, green, town.clock.now) == [(town.north, GREEN, YELLOW)]
    assert changes(town, began, town.clock.now) == []
    assert changes(town, town.clock.now, local(5, 1)) == []


def test_beginning_to_be_judged_is_no_change(town: Town) -> None:
    light(town)
    assert changes(town, local(1, 1), town.clock.now) == []


def test_projects_are_found_by_their_light_within_a_scope(town: Town) -> None:
    town.sweep()
    found = town.do(lambda session: lights.by_light(session, [YELLOW]))
    assert [(each.name, each.number) for each in found] == [(NORTH, 7)]
    assert town.do(lambda session: lights.by_light(session, [RED])) == []
    assert town.do(lambda session: lights.by_light(session, [YELLOW], Project.id == town.south)) == []


@pytest.mark.sqlite_only(reason="it reads SQLite's plan of the statement")
def test_the_current_lights_are_found_by_an_index(town: Town) -> None:
    def plan(session: Session) -> str:
        wanted = select(ProjectLight).where(
            ProjectLight.project_id.in_([1, 2]), ProjectLight.replaced.is_(None)
        )
        text = str(wanted.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        return str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())

    assert "uq_lights_standing" in town.do(plan)


def test_the_lights_of_more_projects_than_a_statement_holds_are_read(town: Town) -> None:
    town.sweep()
    found = town.do(lambda session: lights.current(session, range(1, 80_000)))
    assert set(found) == {town.north, town.south}


# 灯色豁免


def exempts(town: Town, until: str = "4月30日") -> None:
    for step in ("灯色豁免", NORTH, "设计变更", until):
        town.office.says(step)
    assert town.office.says("确认").text == f"已豁免：{NORTH}灯色，到4月30日"


def test_the_office_exempts_a_project_and_its_reporter_is_told(town: Town) -> None:
    assert light(town).light is YELLOW
    exempts(town)
    assert town.reporter.last().text == f"{NORTH}灯色豁免到4月30日，期间不评灯。原因：设计变更"
    assert said(town) == "未评灯：灯色豁免，到4月30日"
    [entry] = acts(town, "exempt_light")
    assert (entry["project"], entry["before"], entry["after"]) == (town.north, "", "2012-04-30")
    assert "设计变更" not in str(entry)


def test_an_exemption_is_ended_by_the_same_word(town: Town) -> None:
    exempts(town)
    light(town)
    town.office.says("灯色豁免")
    assert town.office.says(NORTH).title == f"{NORTH}已豁免到4月30日（设计变更）。要恢复评灯吗？"
    assert town.office.says("恢复评灯").text == f"已恢复评灯：{NORTH}"
    assert town.reporter.last().text == f"{NORTH}的灯色豁免已结束，恢复评灯。"
    assert light(town).light is YELLOW
    [entry] = acts(town, "end_light_exemption")
    assert (entry["before"], entry["after"]) == ("2012-04-30", "")


def test_leaving_an_exemption_changes_nothing(town: Town) -> None:
    exempts(town)
    for step in ("灯色豁免", NORTH):
        town.office.says(step)
    assert town.office.says("不恢复").text == "好，豁免不变。"
    assert light(town).light is None


def test_the_card_of_an_exemption_shows_the_light_it_is_about(town: Town) -> None:
    town.sweep()
    for step in ("灯色豁免", NORTH, "设计变更"):
        town.office.says(step)
    card = town.office.taps("半年底")
    assert "现在：🟡黄灯（3月26日起）：截至2月，完成0.0%，序时16.7%" in card.text
    assert "期限：到6月30日" in card.text


def test_two_of_the_office_do_not_exempt_one_project_twice(town: Town) -> None:
    for step in ("灯色豁免", NORTH, "设计变更", "4月30日"):
        town.office.says(step)
    town.do(
        lambda session: light_exemptions.give(
            session, town.north, until=date(2012, 5, 1), because="x", by=1, today=date(2012, 3, 26),
            now=town.clock.now,
        )
    )  # fmt: skip
    town.office.says("确认")
    assert len(town.rows(LightExemption)) == 1


# Where a light is shown


def test_whoever_looks_for_a_project_sees_its_light_and_why(town: Town) -> None:
    town.sweep()
    shown = town.reporter.says("城北水厂")
    assert shown.title.endswith(f"号 {NORTH}")
    assert (
        "🟡黄灯（3月26日起）：截至2月，完成0.0%，序时16.7%，落后16.7个百分点；措施：提醒"
        in shown.text.splitlines()
    )


def test_a_receipt_shows_the_light_too(town: Town) -> None:
    reports(town.reporter, "480万")
    town.sweep()
    assert town.reporter.says("J1").text.endswith(
        "🟢绿灯（3月26日起）：截至3月，完成20.0%，序时25.0%，落后5.0个百分点"
    )


def test_a_receipt_says_as_of_which_month_its_light_is_until_the_report_is_counted(town: Town) -> None:
    town.sweep()
    reports(town.reporter, "480万")
    assert "🟡黄灯（3月26日起）：截至2月，完成0.0%，序时16.7%" in town.reporter.says("J1").text


def test_a_light_that_was_not_judged_says_as_of_when_the_start_was_not_due(town: Town) -> None:
    town.do(
        lambda session: a_project(
            session,
            name="望江新城路网",
            stage=Stage.SIGNED,
            start_actual=None,
            start_planned=date(2012, 3, 10),
        )
    )
    town.reaches(3, 27)
    shown = town.office.says("望江新城路网").text
    assert "⚪未评灯（3月27日起）：截至2月，未到计划开工时间（3月10日）" in shown


def test_a_zero_is_asked_about_while_the_light_is_red_and_the_answer_is_kept(town: Town) -> None:
    town.do(lambda session: session.query(YearPlan).update({"amount": 2_400_000_000}))
    for month in ("2012-03", "2012-04", "2012-05", "2012-06"):
        town.has_reported(town.north, month, amount=1_000_000)
    town.reaches(7, 2)
    assert light(town).light is RED
    asked = town.reporter.says("零报告")
    assert asked.title == f"{NORTH}亮着红灯（完成0.2%，序时50.0%，落后49.8个百分点）。确实没有问题吗？"
    town.reporter.taps("确实没有")
    town.reporter.taps("✅")
    checks = [row.check for row in town.rows(ReportVersion) if row.check]
    assert {"flat": [], "nearby": [], "red": "progress", "answer": "none"} in checks


# Before new rules are taken


def test_a_rules_file_says_which_lights_it_would_change_before_it_is_taken(town: Town) -> None:
    town.sweep()
    stricter = '[[lights]]\nkey="progress"\nname="投资进度"\nmeasure="behind_points"\npace="year"\nred={more_than=10}\n'
    office = Office(zone=ZONE, city=CITY, city_now=lambda _session, machine: machine)

    def compare(session: Session) -> str:
        return compare_rules(session, CompareRules(text=stricter), town.clock.now, office).text

    text = town.do(compare)
    assert "lights.progress.red.more_than: 30 -> 10" in text
    assert "1 projects would change their light:" in text
    assert f"  7号 {NORTH}: 黄灯 -> 红灯：完成0.0%，序时16.7%，落后16.7个百分点" in text
    assert light(town).light is YELLOW, "nothing was taken"


def test_a_rules_file_that_changes_no_light_says_so(town: Town) -> None:
    office = Office(zone=ZONE, city=CITY, city_now=lambda _session, machine: machine)
    text = town.do(
        lambda session: (
            compare_rules(
                session, CompareRules(text="[caps]\ntext_length = 500\n"), town.clock.now, office
            ).text
        )
    )
    assert text.endswith("No project would change its light.")


# In the export


def test_the_progress_sheet_has_the_light_of_each_month_and_how_far_it_was_from_time(town: Town) -> None:
    reports(town.reporter, "480万")
    town.reaches(4, 26)
    reports(town.reporter, "0")
    town.sweep()
    content = town.do(lambda session: export(session, town.clock.now, ZONE))
    headings, *rows = load_workbook(io.BytesIO(content))["进展"].iter_rows(values_only=True)
    table = [dict(zip(headings, row, strict=True)) for row in rows]
    assert [(row["灯色"], round(row["序时差(百分点)"], 6)) for row in table] == [
        ("绿灯", -5), ("黄灯", round(20 - 100 / 3, 6)),
    ]  # fmt: skip
    assert table[1]["灯色原因"] == "完成20.0%，序时33.3%，落后13.3个百分点；措施：提醒"
