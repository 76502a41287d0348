"""A whole city's messy ledger goes in: right to the yuan, its mistakes named, and the same again changes nothing."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rules.kinds import ProjectKind, Role, Stage
from storage.preview import Preview
from storage.tables.registry import Person, Project, Responsibility, Unit, YearPlan
from tests.ledgers import imported, planned
from tests.messy_city import BUILDING, DISTRICTS, LEADERS, MISTAKES, PREPARING, UNITS, City, a_city


def figures(session: Session) -> dict[str, tuple[int, int, int, int]]:
    query = select(
        Project.name,
        Project.total_investment,
        func.coalesce(YearPlan.amount, 0),
        Project.opening_year_done,
        Project.opening_total_done,
    ).outerjoin(YearPlan, YearPlan.project_id == Project.id)
    return {name: (total, plan, year, done) for name, total, plan, year, done in session.execute(query)}


def true_figures(city: City) -> dict[str, tuple[int, int, int, int]]:
    return {name: (each.total, each.plan, each.year, each.done) for name, each in city.truth.items()}


def found(preview: Preview) -> list[tuple[str, int, str]]:
    return [(error.sheet, error.row, error.column) for error in preview.errors]


def test_a_messy_ledger_comes_out_right_to_the_yuan(session: Session) -> None:
    city = a_city()
    imported(session, city.file())
    assert len(city.truth) == 64
    assert figures(session) == true_figures(city)


def test_what_surrounds_the_figures_comes_out_right_too(session: Session) -> None:
    city = a_city()
    imported(session, city.file())
    assert set(session.scalars(select(Unit.name))) == {*UNITS, "市领导"}
    kinds = dict(session.execute(select(Project.kind, func.count()).group_by(Project.kind)).all())
    assert kinds == {ProjectKind.CONSTRUCTION: 48, ProjectKind.PRELIMINARY: 16}
    starts = dict(session.execute(select(Project.name, Project.start_actual)).all())
    assert starts == {name: truth.start for name, truth in city.truth.items()}
    stages = dict(session.execute(select(Project.stage, func.count()).group_by(Project.stage)).all())
    assert stages == {Stage.STARTED: 48, Stage.INTENTION: 16}
    districts = session.execute(select(Project.district, func.count()).group_by(Project.district)).all()
    assert {tuple(row) for row in districts} == {("", 48), *((district, 8) for district in DISTRICTS)}
    assert set(session.scalars(select(Project.opening_month))) == {"2012-03"}
    assert sorted(session.scalars(select(Project.number))) == list(range(1, 65))


def test_everybody_answers_for_what_they_answer_for(session: Session) -> None:
    city = a_city()
    imported(session, city.file())
    query = (
        select(Project.name, Person.name)
        .join(Responsibility, Responsibility.project_id == Project.id)
        .join(Person, Person.id == Responsibility.person_id)
    )
    reporters = dict(session.execute(query.where(Responsibility.role == Role.REPORTER)).all())
    assert reporters == {name: truth.reporter for name, truth in city.truth.items()}
    leaders = session.execute(query.where(Responsibility.role == Role.LEAD_LEADER)).all()
    assert len(leaders) == 48
    assert {leader for _, leader in leaders} == set(LEADERS)
    assert session.scalar(select(func.count()).select_from(Person)) == 24 + 16 + len(LEADERS)


def test_the_same_ledger_again_changes_nothing(session: Session) -> None:
    content = a_city().file()
    imported(session, content)
    again = planned(session, content)
    assert again.changes_nothing
    assert [sheet.missing for sheet in again.sheets] == [(), (), ()]


def test_a_month_later_only_what_moved_is_a_change(session: Session) -> None:
    city = a_city()
    imported(session, city.file())
    sheet, row = city.rows["滨江产业园"]
    city.cell(sheet, row, 3, "扩大规模")
    [change] = planned(session, city.file()).sheets[2].changed
    assert (change.row, change.name, [each.field for each in change.changes]) == (
        row,
        "滨江产业园",
        ["建设内容"],
    )


def spoiled(session: Session, skip: bool) -> tuple[City, Preview]:
    city = a_city()
    for mistake in MISTAKES:
        sheet, row = city.rows[mistake.project]
        city.cell(sheet, row, mistake.place, mistake.value)
    first = city.rows["城北湿地修复"][1] - 1
    city.cell(BUILDING, first, 0, "四、生态环保项目（11个）")
    city.cell(BUILDING, first + 13, 8, 1)
    return city, planned(session, city.file(), skip=skip)


def test_every_planted_mistake_is_named_and_nothing_else(session: Session) -> None:
    city, preview = spoiled(session, skip=False)
    expected = {(*city.rows[each.project], each.column) for each in MISTAKES}
    section = city.rows["城北湿地修复"][1] - 1
    expected |= {(BUILDING, section, ""), (BUILDING, section + 13, "2012年投资计划")}
    assert sorted(found(preview)) == sorted(expected)
    for mistake in MISTAKES:
        place = (*city.rows[mistake.project], mistake.column)
        [error] = [each for each in preview.errors if (each.sheet, each.row, each.column) == place]
        assert error.found.startswith(mistake.found), error
        assert error.expected


def test_with_the_bad_rows_left_out_the_rest_is_right_to_the_yuan(session: Session) -> None:
    city, preview = spoiled(session, skip=True)
    assert preview.ok
    bad = {mistake.project for mistake in MISTAKES}
    assert set(preview.sheets[2].added) == set(city.truth) - bad
    imported(session, city.file(), skip=True)
    assert figures(session) == {name: each for name, each in true_figures(city).items() if name not in bad}


@pytest.mark.parametrize("sheet", [BUILDING, PREPARING])
def test_the_preview_says_of_each_sheet_what_it_concluded(session: Session, sheet: str) -> None:
    text = planned(session, a_city().file()).summary(shown=100)
    assert f"“{sheet}”表累计截至2012-03" in text or sheet == PREPARING
    assert f"“{sheet}”表没有另外写明的项目，类型按标题“" in text
    assert f"”算作{sheet}\n" in text
    assert "隐藏的工作表“2011年”（2行有内容）没有读" in text
    assert "“填表说明”表不是台账" in text
