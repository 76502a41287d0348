"""The sample city: the circular's totals, through the same importer as any other registry."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from bot.sample import draw_up
from bot.sample.city import BEGINS, workbook_bytes
from bot.sample.invented import DISTRICTS
from rules.kinds import ProjectKind, Role, Stage
from storage import registry, workbook
from storage.tables.all import metadata
from storage.tables.registry import Person, PersonRole, Project, Responsibility, Unit, YearPlan

YI = 100_000_000
BUILDING = (Project.kind == ProjectKind.CONSTRUCTION) & Project.parent_id.is_(None)
PREPARING = (Project.kind == ProjectKind.PRELIMINARY) & Project.parent_id.is_(None)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'city.db'}")
    metadata.create_all(engine)
    with Session(engine) as session:
        preview = registry.plan(session, workbook.read(workbook_bytes()))
        assert preview.ok, preview.summary()
        registry.apply(session, preview, BEGINS.date(), BEGINS)
        session.commit()
        yield session
    engine.dispose()


def total(city: Session, what: Any, *where: Any) -> Any:  # noqa: ANN401  # any expression of a query
    return city.scalar(select(what).select_from(Project).outerjoin(YearPlan).where(*where))


def test_the_totals_are_those_of_the_circular_to_the_yuan(city: Session) -> None:
    count, money = func.count(Project.id), func.sum(Project.total_investment)
    assert total(city, count, Project.parent_id.is_(None)) == 182
    assert total(city, money, Project.parent_id.is_(None)) == 285_770_000_000
    assert (total(city, count, BUILDING), total(city, money, BUILDING)) == (100, 123_840_000_000)
    assert (total(city, count, PREPARING), total(city, money, PREPARING)) == (82, 161_930_000_000)
    assert total(city, func.sum(YearPlan.amount), BUILDING) == 24_490_000_000
    assert total(city, func.sum(Project.opening_year_done), Project.parent_id.is_(None)) == 3_760_000_000


def test_33_are_to_finish_and_20_to_start_this_year(city: Session) -> None:
    count = func.count(Project.id)
    assert total(city, count, YearPlan.to_finish, BUILDING) == total(city, count, YearPlan.to_finish) == 33
    assert total(city, count, YearPlan.to_start, PREPARING) == total(city, count, YearPlan.to_start) == 20


def test_91_have_started_and_13_have_not_with_four_sub_projects(city: Session) -> None:
    count = func.count(Project.id)
    assert (
        total(city, count, BUILDING, Project.stage == Stage.STARTED, Project.start_actual.is_not(None)) == 91
    )
    waiting = select(Project).where(Project.not_started_because != "").order_by(Project.number)
    projects = city.scalars(waiting).all()
    assert [project.parent_id is None for project in projects].count(True) == 9
    assert [project.parent_id is None for project in projects].count(False) == 4
    causes = [project.not_started_because for project in projects]
    assert sum("阴雨" in cause for cause in causes) > len(causes) / 2
    assert all(project.start_actual is None and project.opening_total_done == 0 for project in projects)


def test_a_sub_project_belongs_to_a_started_project_of_its_own_unit(city: Session) -> None:
    parents = {project.id: project for project in city.scalars(select(Project))}
    parts = [project for project in parents.values() if project.parent_id]
    assert len(parts) == 12
    for part in parts:
        parent = parents[part.parent_id or 0]
        assert parent.start_actual
        assert parent.unit_id == part.unit_id
    assert {part.sub_owes for part in parts} == {True, False}


def test_no_figure_contradicts_another(city: Session) -> None:
    for project, plan in city.execute(select(Project, YearPlan).join(YearPlan)):
        assert project.opening_year_done <= plan.amount <= project.total_investment, project.name
        assert project.opening_year_done <= project.opening_total_done <= project.total_investment, (
            project.name
        )
        assert project.opening_month == "2012-02"
        if project.start_actual and project.finish_planned:
            assert project.start_actual < BEGINS.date() < project.finish_planned, project.name


def test_importing_the_sample_city_twice_changes_nothing(city: Session) -> None:
    assert registry.plan(city, workbook.read(workbook_bytes())).changes_nothing


def test_the_districts_are_the_real_ones_and_every_phone_is_plainly_invented(city: Session) -> None:
    assert set(city.scalars(select(Unit.district))) == {*DISTRICTS, "市本级"}
    phones = city.scalars(select(Person.phone)).all()
    assert all(phone and phone.startswith("1990000") and len(phone) == 11 for phone in phones)
    assert len(set(city.scalars(select(Person.name)))) == len(phones)


def test_every_project_has_its_people_and_contacts_have_one_to_eight(city: Session) -> None:
    roles = (Role.REPORTER, Role.DEPUTY, Role.HEAD, Role.LEAD_LEADER, Role.LEAD_DEPARTMENT)
    held = city.execute(select(Responsibility.project_id, Responsibility.role).join(Project)).all()
    owing = city.scalars(select(Project.id).where(Project.parent_id.is_(None) | Project.sub_owes)).all()
    assert {(project, role) for project in owing for role in roles} <= set(held)
    by_contact = (
        select(func.count())
        .select_from(Responsibility)
        .where(Responsibility.role == Role.REPORTER)
        .group_by(Responsibility.person_id)
    )
    counts = city.scalars(by_contact).all()
    assert (min(counts), max(counts)) == (1, 8)
    assert counts.count(1) >= 3


def test_number_3_is_the_waterworks_and_its_contact_has_three_projects(city: Session) -> None:
    project = city.scalars(select(Project).where(Project.number == 3)).one()
    assert project.name == "城北水厂扩建工程"
    query = select(Responsibility.person_id).where(
        Responsibility.project_id == project.id, Responsibility.role == Role.REPORTER
    )
    contact = city.scalars(query).one()
    mine = select(func.count()).select_from(Responsibility).where(Responsibility.person_id == contact)
    assert city.scalar(mine) == 3
    assert city.scalars(select(Project).where(Project.name == "君山垃圾焚烧发电")).one()


def test_the_citys_own_offices_are_staffed(city: Session) -> None:
    counts = dict(city.execute(select(PersonRole.role, func.count()).group_by(PersonRole.role)).all())
    assert (counts[Role.OFFICE], counts[Role.ADMIN], counts[Role.SUPERVISION]) == (2, 1, 1)
    assert (counts[Role.LEAD_LEADER], counts[Role.LEAD_DEPARTMENT]) == (8, 2)


def test_drawing_up_the_city_again_gives_the_file_in_the_package(tmp_path: Path) -> None:
    drawn = draw_up.to_bytes(draw_up.to_workbook(draw_up.draw_up()))
    assert cells(drawn) == cells(workbook_bytes())
    assert drawn == draw_up.to_bytes(draw_up.to_workbook(draw_up.draw_up()))


def cells(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_the_workbook_says_that_everything_in_it_is_invented() -> None:
    assert "虚构" in str(cells(workbook_bytes())["说明"])


def test_every_project_can_be_found_by_the_initials_of_its_name(city: Session) -> None:
    named = dict(city.execute(select(Project.name, Project.initials)).all())
    assert named["城北水厂扩建工程"] == "cbsckjgc"
    assert all(named.values())
