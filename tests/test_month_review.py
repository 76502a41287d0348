"""一月一讲评: every unit's month, ranked by a rule that is shown, sent once after the closing and the same for all."""

import io
from datetime import timedelta
from fractions import Fraction

import pytest
from openpyxl import load_workbook

from reminders.sweep import next_instant
from rules.figures import Tally
from rules.review import UnitMonth, rank
from storage import rules as stored_rules
from storage.export.city import export
from storage.tables.digests import FigureCode, Review
from storage.tables.reporting import Duty
from tests.chat import ZONE, labels
from tests.digests import person_of, reaches, sweeps, unasked
from tests.town import NORTH, Town

QUARTER = Fraction(1, 4)


def a_month(unit_id: int, done: int = 0, plan: int = 0, **given: object) -> UnitMonth:
    values = {
        "unit_id": unit_id,
        "unit": f"单位{unit_id}",
        "projects": 1,
        "duties": Tally(on_time=1),
        **given,
    }
    return UnitMonth(done=done, plan=plan, **values)  # type: ignore[arg-type]  # columns by name


def places(*rows: UnitMonth) -> list[tuple[int, int | None]]:
    return [(placed.row.unit_id, placed.place) for placed in rank(rows, QUARTER)]


def test_the_best_against_time_progress_stands_first() -> None:
    assert places(a_month(1, 20, 100), a_month(2, 30, 100), a_month(3, 200, 1000)) == [(2, 1), (1, 2), (3, 2)]


def test_equals_are_told_apart_by_completeness_then_timeliness_and_else_share_a_place() -> None:
    late = {"duties": Tally(late=1)}
    missed = {"duties": Tally(missed=1)}
    found = places(
        a_month(1, 1, 4, **missed),
        a_month(2, 1, 4, **late),
        a_month(3, 1, 4),
        a_month(4, 1, 4),
        a_month(5, 0, 4),
    )
    assert found == [(3, 1), (4, 1), (2, 3), (5, 4), (1, None)]


def test_a_unit_without_a_plan_has_no_place_and_one_with_nothing_at_all_is_not_listed() -> None:
    nothing = a_month(3, projects=0, duties=Tally())
    assert places(a_month(1, 5, 0), a_month(2, 1, 4), nothing) == [(2, 1), (1, None)]
    assert rank([], QUARTER) == []


def test_the_distance_is_of_unrounded_shares() -> None:
    [placed] = rank([a_month(1, 6290, 6474)], Fraction(10, 12))
    assert placed.ahead == Fraction(6290, 6474) - Fraction(10, 12)


def files(town: Town, amount: str) -> None:
    for step in ("报进展", NORTH, amount, "主体封顶", "没有", "确认"):
        town.reporter.says(step)


@pytest.fixture
def after_march(town: Town) -> Town:
    """One of two reports came on time; the month has closed, and the next working day has begun."""
    town.clock.strike(3, 27, 10)
    files(town, "1200")
    reaches(town, 4, 10, 18, 1)
    reaches(town, 4, 11, 8, 32)
    return town


def test_who_reported_nothing_stands_after_who_did_without_a_place() -> None:
    silent = {"duties": Tally(missed=1)}
    assert places(a_month(1, 9, 10, **silent), a_month(2, 8, 10, **silent), a_month(3, 1, 10), a_month(4, 5, 0)) == [
        (3, 1), (1, None), (2, None), (4, None),
    ]  # fmt: skip


def test_where_nobody_reported_nobody_is_first_and_the_table_ranks_nobody(town: Town) -> None:
    reaches(town, 4, 10, 18, 1)
    reaches(town, 4, 11, 8, 33)
    [message] = [each for each in unasked(town.leader) if "讲评" in each.title]
    assert "完整率0.0%" in message.text
    assert "比序时" not in message.text
    assert "后1：城北区住建局 未报" in message.text
    assert "不排 城北区住建局：完成" in town.leader.says("讲评").text


def reviews_of(town: Town, who: str) -> list[str]:
    said = (each.title for each in unasked(getattr(town, who)))
    return [title for title in said if "讲评" in title]


def test_it_comes_once_after_the_closing_to_the_office_and_the_leaders(after_march: Town) -> None:
    town = after_march
    assert not any(reviews_of(town, who) for who in ("leader", "department", "office", "head"))
    reaches(town, 4, 11, 8, 33)
    sweeps(town)
    town.restarts()
    reaches(town, 4, 11, 8, 40)
    for who in ("leader", "department", "office"):
        assert reviews_of(town, who) == ["2012年3月讲评"], who
    assert reviews_of(town, "head") == reviews_of(town, "reporter") == []


def test_it_tells_the_own_money_by_twelfths_the_reports_the_ranking_and_its_rule(after_march: Town) -> None:
    reaches(after_march, 4, 11, 8, 33)
    [message] = [each for each in unasked(after_march.leader) if "讲评" in each.title]
    mine = [row for row in after_march.rows(FigureCode) if row.person_id == person_of(after_march.leader)]
    assert message.text.splitlines() == [
        f"您的项目 完成1200万 {mine[-1].code}，占50.0%，序时25.0%，超前25.0个百分点",
        "全市报送 应报2，按时1，完整率50.0%",
        "前1（比序时，百分点）：1.城北区住建局 +25.0",
        "问题 新增0，办结0，未结0",
        "按完成率与序时之差排名；并列看完整率、及时率。无年度计划、一项没报的不排。",
    ]
    assert message.chart is not None
    assert len(message.plain.splitlines()) <= 12


def test_what_is_shown_in_chat_and_stands_in_the_export_are_the_figures_that_were_sent(
    after_march: Town,
) -> None:
    town = after_march
    reaches(town, 4, 11, 8, 33)
    town.do(lambda session: session.query(Duty).filter_by(period="2012-03").update({"state": "late"}))
    answer = town.leader.says("讲评")
    assert answer.title == "2012年3月讲评（序时25.0%）"
    # What nobody was reminded of in time (送达异常) leaves timeliness and stays in completeness.
    assert "1 城北区住建局：完成50.0%，超前25.0个百分点；完整率50.0%，及时率50.0%" in answer.text
    assert town.leader.says("上月排名") == answer == town.office.says("讲评")
    assert "城北区住建局" in town.head.says("讲评").text
    book = load_workbook(io.BytesIO(town.do(lambda session: export(session, town.clock.now, ZONE))))
    heading, *rows = book["讲评"].iter_rows(values_only=True)
    [row] = [dict(zip(heading, each, strict=True)) for each in rows]
    told = [row[name] for name in ("月份", "名次", "单位", "完整率", "累计完成(万元)", "与序时之差")]
    assert told == ["2012年3月", 1, "城北区住建局", 0.5, 1200, 0.25]
    assert len(town.rows(Review)) == 1


def test_a_review_that_an_outage_missed_comes_when_the_program_is_back(after_march: Town) -> None:
    reaches(after_march, 4, 13, 10)
    assert reviews_of(after_march, "leader") == ["2012年3月讲评"]


def test_a_review_that_was_missed_waits_for_the_morning_if_the_program_is_back_in_the_evening(
    after_march: Town,
) -> None:
    reaches(after_march, 4, 13, 20)
    assert reviews_of(after_march, "leader") == []
    coming = after_march.do(lambda session: next_instant(session, after_march.clock.now, ZONE))
    assert coming <= after_march.clock.now + timedelta(hours=4)  # midnight at the latest
    reaches(after_march, 4, 16, 8, 30)
    assert reviews_of(after_march, "leader") == ["2012年3月讲评"]


@pytest.mark.parametrize("closes", [9, 12])
def test_rules_that_were_edited_while_a_month_was_open_move_its_review_no_more_than_its_closing(
    town: Town, closes: int
) -> None:
    """By closes_day = 9 the month would have counted as reviewed before it had closed, and its review been lost."""
    reaches(town, 4, 2)
    text = f"[monthly]\ncloses_day = {closes}\n"
    town.do(lambda session: stored_rules.take(session, text, town.clock.now))
    for day in (10, 11):
        reaches(town, 4, day, 8, 33)
        assert len(reviews_of(town, "leader")) == (day == 11)


def test_before_the_first_review_it_is_said_that_there_is_none_and_others_are_told_whose_it_is(
    town: Town,
) -> None:
    assert town.leader.says("讲评").text.startswith("还没有讲评")
    assert "只有牵头领导" in town.reporter.says("讲评").text
    assert labels(town.leader.last()) == []
