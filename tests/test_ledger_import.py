"""Ledgers of one row a project: what is read from them, what is kept, what is refused, and that it is said."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.office import ImportRegistry
from rules.kinds import ProjectKind, Role, Stage
from storage import registry, workbook
from storage.tables.registry import Person, PersonRole, Project, Responsibility, Unit, YearPlan
from tests.ledgers import (
    HEADING,
    NOW,
    TITLE,
    TODAY,
    a_ledger,
    a_row,
    fill,
    imported,
    places,
    planned,
    to_bytes,
)
from tests.test_import import a_city, to_file


def the_project(session: Session, number: int = 1) -> Project:
    session.expire_all()
    return session.scalars(select(Project).where(Project.number == number)).one()


def in_role(session: Session, role: Role, number: int = 1) -> list[str]:
    query = (
        select(Person.name)
        .join(Responsibility, Responsibility.person_id == Person.id)
        .join(Project, Project.id == Responsibility.project_id)
        .where(Responsibility.role == role, Responsibility.until.is_(None), Project.number == number)
        .order_by(Responsibility.id)
    )
    return list(session.scalars(query))


# What is written


def test_a_ledger_becomes_projects_units_and_people_to_the_yuan(session: Session) -> None:
    imported(
        session,
        a_ledger(a_row(), a_row(2, "滨江路改造", 联络人="王二", 联系电话="199-0000-0002", 总投资="1.5亿元")),
    )
    project, road = the_project(session), the_project(session, 2)
    assert (project.name, project.kind, project.stage) == (
        "城北水厂扩建",
        ProjectKind.CONSTRUCTION,
        Stage.STARTED,
    )
    assert (project.total_investment, road.total_investment) == (32_000_000, 150_000_000)
    assert (project.opening_month, project.opening_year_done, project.opening_total_done) == (
        "2012-03",
        900_000,
        12_000_000,
    )
    assert (project.start_actual, project.registered) == (date(2011, 5, 1), TODAY)
    plan = session.scalars(select(YearPlan).where(YearPlan.project_id == project.id)).one()
    assert (plan.year, plan.amount) == (2012, 8_000_000)
    assert in_role(session, Role.REPORTER, 2) == ["王二"]
    assert set(session.scalars(select(Person.phone))) == {"19900000001", "19900000002"}
    assert session.scalars(select(Unit.name)).all() == ["市水务局"]


def test_importing_a_ledger_twice_changes_nothing(session: Session) -> None:
    content = a_ledger(a_row(), a_row(2, "滨江路改造", 联络人="王二", 联系电话=None))
    imported(session, content)
    assert planned(session, content).changes_nothing


def test_a_ledger_says_the_same_after_its_way_through_the_servers_socket(session: Session) -> None:
    """A running server gets the book as JSON, in which dates are text."""
    heading = tuple(each for each in HEADING if each != "年初至今完成")
    row = [*a_row(实际开工="2012.2")[:7], 1200, "2012.2"]
    sent = ImportRegistry(book=workbook.read(a_ledger(row, heading=[heading])))
    got = ImportRegistry.model_validate_json(sent.model_dump_json())
    here, there = (registry.plan(session, each.book) for each in (sent, got))
    assert here.ok
    assert (there.work.projects, there.notes, there.sheets) == (here.work.projects, here.notes, here.sheets)


def test_what_was_derived_is_said_with_its_rows(session: Session) -> None:
    text = planned(session, a_ledger(a_row(), a_row(2, "滨江路改造"))).summary()
    for said in (
        "“重大建设”表累计截至2012-03（按标题“2012年重大建设项目进展情况表(截至3月底)”）",
        "“总投资”“年度计划”“年初至今完成”“自开工累计”按表头上面写的单位：万元",
        "没有另外写明的项目，类型按标题“2012年重大建设项目进展情况表(截至3月底)”算作重大建设",
        "“年度计划”算作2012年的",
        "“实际开工”没有写到日的，按月初、年初（2行：第4-5行）",
        "阶段算作“开工”：有实际开工日期（2行：第4-5行）",
        "新项目的登记日期是导入当天",
    ):
        assert said in text


@pytest.mark.parametrize(
    "above",
    [
        ("填报单位：元江县", "单位：万元"),
        ("联系单位：元江县发改局", "单位：万元"),
        ("填报单位：元 江 县", "单位：万元"),
        ("填报单位：元江县　　单位：万元",),
        ("责任单位：市水务局    单位：万元    填报日期：2012年4月2日",),
        ("（金额单位：人民币万元、%）",),
    ],
)
def test_the_unit_of_money_is_never_taken_from_the_name_of_an_office(
    session: Session, above: tuple[str, ...]
) -> None:
    imported(session, a_ledger(a_row(), above=((TITLE,), *((line,) for line in above))))
    assert the_project(session).total_investment == 32_000_000


@pytest.mark.parametrize("above", [("单位：亿元、万元",), ("单位：亿元", "单位：万元")])
def test_two_units_of_money_above_a_ledger_are_an_error(session: Session, above: tuple[str, ...]) -> None:
    preview = planned(session, a_ledger(a_row(), above=((TITLE,), *((line,) for line in above))))
    assert [each.found for each in preview.errors] == ["写的是“亿元”“万元”"]


# What the ledger does not have


def test_columns_that_the_file_lacks_leave_what_is_registered(session: Session) -> None:
    imported(session, to_file_of_a_city())
    before = the_project(session, 3)
    registered = {
        name: getattr(before, name) for name in ("code", "opening_month", "opening_total_done", "registered")
    }
    heading = ("项目名称", "责任单位", "总投资（万元）", "建设内容")
    preview = imported(
        session, a_ledger(("城北水厂扩建工程", "城北区住建局", 32001, "日供水5万吨"), heading=[heading])
    )
    after = the_project(session, 3)
    assert (after.total_investment, after.content) == (320_010_000, "日供水5万吨")
    assert {name: getattr(after, name) for name in registered} == registered
    assert in_role(session, Role.REPORTER, 3) == ["李一", "王二"]
    assert in_role(session, Role.LEAD_DEPARTMENT, 3) == ["孙五"]
    [changed] = preview.sheets[2].changed
    assert {change.field for change in changed.changes} == {"建设内容", "总投资(万元)"}


def to_file_of_a_city() -> bytes:
    return to_file(a_city())


def test_an_empty_cell_of_a_column_that_is_there_empties_the_field(session: Session) -> None:
    imported(session, a_ledger(a_row()))
    imported(session, a_ledger(a_row(年度计划=None, 年初至今完成=None, 实际开工="—")))
    project = the_project(session)
    assert (project.opening_year_done, project.start_actual) == (0, None)
    assert session.scalars(select(YearPlan.amount)).one() == 0


def test_a_derived_stage_moves_a_project_on_and_never_back(session: Session) -> None:
    imported(session, a_ledger(a_row(实际开工=None, 年初至今完成=0, 自开工累计=0)))
    assert the_project(session).stage is Stage.SIGNED
    imported(session, a_ledger(a_row()))
    assert the_project(session).stage is Stage.STARTED
    the_project(session).stage = Stage.COMPLETED
    session.flush()
    assert planned(session, a_ledger(a_row())).changes_nothing


def test_a_registered_project_keeps_its_number_and_a_new_one_gets_a_free_one(session: Session) -> None:
    imported(session, a_ledger(a_row(1), a_row(2, "滨江路改造")))
    preview = imported(session, a_ledger(a_row(1, "职业教育园"), a_row(2), a_row(3, "滨江路改造")))
    assert dict(session.execute(select(Project.number, Project.name)).all()) == {
        1: "城北水厂扩建",
        2: "滨江路改造",
        4: "职业教育园",
    }
    assert "序号和登记的不同，登记的不变（2行：第5-6行）" in preview.summary()
    assert "登记的序号另编：4" in preview.summary()


def test_numbers_may_begin_again_in_the_next_section_but_not_come_twice_in_one(session: Session) -> None:
    good = a_ledger(("城北区（1个）",), a_row(1), ("城南区（1个）",), a_row(1, "滨江路改造"))
    imported(session, good)
    assert the_project(session, 2).name == "滨江路改造"
    assert the_project(session, 2).district == "城南区"
    bad = planned(session, a_ledger(a_row(1), a_row(1, "滨江路改造")))
    assert ("重大建设", 5, "序号", "写的是“1”") in places(bad)


def test_a_left_out_row_does_not_lose_its_number_to_another(session: Session) -> None:
    rows = (a_row(1, 总投资="?"), a_row(2, "滨江路改造"), ("城南区",), a_row(1, "职教园"))
    imported(session, a_ledger(*rows, merges=["A6:C6"]), skip=True)
    assert dict(session.execute(select(Project.number, Project.name)).all()) == {2: "滨江路改造", 3: "职教园"}


def test_a_new_project_without_a_contact_or_a_kind_is_refused(session: Session) -> None:
    heading = [each for each in HEADING if each not in ("联络人", "联系电话")]
    row = [value for each, value in zip(HEADING, a_row(), strict=True) if each in heading]
    preview = planned(
        session,
        a_ledger(row, heading=[heading], title="Sheet1", above=(("2012年（截至3月底）",), ("单位：万元",))),
    )
    assert [(e.row, e.column, e.found) for e in preview.errors] == [
        (0, "联络人", "没有"),
        (4, "项目类型", ""),
    ]


# Months of the cumulatives


def test_without_a_month_for_the_cumulatives_the_error_says_what_to_do(session: Session) -> None:
    content = a_ledger(a_row(), above=(("2012年重大建设项目",), ("单位：万元",)))
    [error] = planned(session, content).errors
    assert (error.row, error.column) == (3, "年初至今完成、自开工累计")
    assert "--as-of 2012-03" in error.expected
    imported(session, content, as_of="2012-02")
    assert the_project(session).opening_month == "2012-02"


@pytest.mark.parametrize(
    ("heading", "month"),
    [
        ("截至2012年2月底累计完成投资", "2012-02"),
        ("截止3月末自开工累计完成投资", "2012-03"),
        ("2012年1-2月完成投资", "2012-02"),
    ],
)
def test_the_month_of_the_cumulatives_may_stand_in_their_heading(
    session: Session, heading: str, month: str
) -> None:
    headings = [*HEADING[:7], heading, HEADING[9]]
    row = [*a_row()[:7], 1200, "2012.1.5"]
    imported(session, a_ledger(row, heading=[headings], above=(("2012年重大建设项目",), ("单位：万元",))))
    assert the_project(session).opening_month == month


def test_a_month_that_contradicts_the_command_is_an_error(session: Session) -> None:
    [error] = planned(session, a_ledger(a_row()), as_of="2012-02").errors
    assert (error.found, error.expected) == ("写的是2012-03", "和 --as-of 的2012-02一致")


def headed(name: str, instead: str) -> list[str]:
    return [instead if each == name else each for each in HEADING]


def test_a_month_without_a_year_that_contradicts_the_command_is_an_error_too(session: Session) -> None:
    above = (("重大建设项目进展情况表",), ("单位：万元",))
    heading = headed("年初至今完成", "1-3月完成")
    [error] = planned(session, a_ledger(a_row(), above=above, heading=[heading]), as_of="2012-02").errors
    assert (error.found, error.expected) == ("写的是3月", "和 --as-of 的2012-02一致")
    imported(session, a_ledger(a_row(), above=above, heading=[heading]), as_of="2012-03")
    assert the_project(session).opening_month == "2012-03"


@pytest.mark.parametrize("span", ["“十二五”（2011-2015年）", "2011年至2015年", "2011—2015"])
def test_a_span_of_years_in_the_title_is_never_the_year_of_a_month(session: Session, span: str) -> None:
    above = ((f"{span}重大建设项目进展情况表",), ("截至3月底", "单位：万元"))
    content = a_ledger(a_row(年度计划=None, 实际开工="6月"), above=above)
    errors = planned(session, content).errors
    assert ("标题“截至3月底”", "写的是3月，没有写哪一年") in [(each.column, each.found) for each in errors]
    imported(session, content, as_of="2012-03")
    assert the_project(session).opening_month == "2012-03"


def test_a_ledger_counts_up_to_no_month_that_has_not_come_yet(session: Session) -> None:
    above = (("2021年重大建设项目（截至3月底）",), ("单位：万元",))
    book = workbook.read(a_ledger(a_row(), a_row(2, "滨江路改造"), above=above))
    [error] = registry.plan(session, workbook.up_to(book, TODAY)).errors
    assert (error.row, error.found, error.expected) == (0, "写的是“2021-03”", "不晚于本月（2012-04）")
    this_month = workbook.read(
        a_ledger(a_row(), above=(("2012年重大建设项目（截至4月底）",), ("单位：万元",)))
    )
    assert registry.plan(session, workbook.up_to(this_month, TODAY)).ok


def test_nor_does_a_row_of_the_registry_workbook(session: Session) -> None:
    sheets = a_city()
    sheets["项目"][0]["opening_month"] = "2012-05"
    [error, *_] = registry.plan(session, workbook.up_to(workbook.read(to_file(sheets)), TODAY)).errors
    assert (error.sheet, error.column, error.found) == ("项目", "累计截至(年-月)", "写的是“2012-05”")


def test_the_missing_one_of_the_two_cumulatives_grows_with_the_other(session: Session) -> None:
    imported(session, a_ledger(a_row()))
    headings = [each for each in HEADING if each != "年初至今完成"]
    row = [value for each, value in zip(HEADING, a_row(自开工累计=1500), strict=True) if each in headings]
    above = (("2012年重大建设项目（截至4月底）",), ("单位：万元",))
    imported(session, a_ledger(row, heading=[headings], above=above))
    project = the_project(session)
    assert (project.opening_month, project.opening_year_done, project.opening_total_done) == (
        "2012-04",
        3_900_000,
        15_000_000,
    )


def test_over_the_turn_of_the_year_the_missing_cumulative_follows_from_december_only(
    session: Session,
) -> None:
    headings = [each for each in HEADING if each != "年初至今完成"]
    row = [value for each, value in zip(HEADING, a_row(自开工累计=1500), strict=True) if each in headings]
    imported(session, a_ledger(a_row(), above=(("2011年重大建设项目（截至12月底）",), ("单位：万元",))))
    imported(session, a_ledger(row, heading=[headings]))
    assert the_project(session).opening_year_done == 3_000_000
    the_project(session).opening_month = "2011-11"
    session.flush()
    [error] = planned(session, a_ledger(row, heading=[headings])).errors
    assert (error.column, error.expected) == ("年初累计(万元)", "一列年初以来的累计：从登记的2011-11推不出来")


def test_what_was_done_before_this_year_and_since_make_the_whole(session: Session) -> None:
    headings = [*HEADING[:7], "截至2011年底累计完成投资", "今年以来完成投资", HEADING[9]]
    imported(session, a_ledger([*a_row()[:7], 1110, 90, "2011.5"], heading=[headings]))
    assert the_project(session).opening_total_done == 12_000_000


# Units of money


def test_money_without_a_unit_is_an_error_and_no_guess(session: Session) -> None:
    preview = planned(session, a_ledger(a_row(), above=((TITLE,), ("",))))
    assert {error.found for error in preview.errors} == {"没有写金额单位"}
    assert [error.column for error in preview.errors] == ["总投资", "年度计划", "年初至今完成", "自开工累计"]


def test_each_heading_has_its_own_unit_before_that_of_the_sheet(session: Session) -> None:
    headings = [*HEADING[:5], "总投资额（亿元）", "2012年计划投资（万元）", *HEADING[7:]]
    above = ((TITLE,), ("金额单位：元",))
    row = a_row(总投资=1.23456789, 年初至今完成=900_000, 自开工累计="１２，０００，０００")
    imported(session, a_ledger(row, heading=[headings], above=above))
    project = the_project(session)
    assert (project.total_investment, project.opening_year_done, project.opening_total_done) == (
        123_456_789,
        900_000,
        12_000_000,
    )
    assert session.scalars(select(YearPlan.amount)).one() == 8_000_000


# Headings


def test_two_row_headings_are_read_with_and_without_merges(session: Session) -> None:
    upper = [
        "序号",
        "项目名称",
        "责任单位",
        "责任人",
        None,
        "总投资",
        None,
        "年度计划（万元）",
        None,
        "建设年限",
    ]
    lower = [None, None, None, "姓名", "电话", "计划", "完成", "计划", "完成", None]
    row = [1, "城北水厂扩建", "市水务局", "李一", 19900000001, 3200, 1200, 800, 90, "2011.5-2013.6"]
    merges = ["A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:G3", "H3:I3", "J3:J4"]
    imported(session, a_ledger(row, heading=[upper, lower], merges=merges))
    project = the_project(session)
    assert (project.total_investment, project.opening_total_done, project.opening_year_done) == (
        32_000_000,
        12_000_000,
        900_000,
    )
    assert (project.start_planned, project.finish_planned) == (date(2011, 5, 1), date(2013, 6, 30))
    assert session.scalars(select(YearPlan.amount)).one() == 8_000_000
    assert in_role(session, Role.REPORTER) == ["李一"]
    assert planned(session, a_ledger(row, heading=[upper, lower])).changes_nothing


def test_a_heading_repeated_on_every_page_is_no_project(session: Session) -> None:
    imported(session, a_ledger(a_row(), HEADING, a_row(2, "滨江路改造")))
    assert session.scalar(select(func.count()).select_from(Project)) == 2


def test_a_second_table_below_the_first_has_its_own_title_unit_and_headings(session: Session) -> None:
    heading = ("编号", "名称", "业主单位", "联系人", "投资总额")
    titles = (["2012年重大前期项目表"], ["单位：亿元"])
    road = [1, "洞庭大桥", "市交通局", "王二", 32]
    imported(session, a_ledger(a_row(), ["注：以上为重大建设项目"], *titles, heading, road), as_of="2012-03")
    assert the_project(session).kind is ProjectKind.CONSTRUCTION
    assert the_project(session, 2).kind is ProjectKind.PRELIMINARY
    assert the_project(session, 2).total_investment == 3_200_000_000


def test_a_heading_of_three_rows_is_read(session: Session) -> None:
    heading = (
        ["序号", "项目名称", "责任单位", "投资情况（万元）", None, None, None, "联络人"],
        [None, None, None, "总投资", "2012年", None, None, None],
        [None, None, None, None, "计划", "1-3月", "占比", None],
    )
    merges = ["A3:A5", "B3:B5", "C3:C5", "D3:G3", "D4:D5", "E4:G4", "H3:H5"]
    imported(
        session,
        a_ledger([1, "城北水厂", "市水务局", 3200, 800, 90, "11%", "李一"], heading=heading, merges=merges),
    )
    project = the_project(session)
    assert (project.total_investment, project.opening_year_done) == (32_000_000, 900_000)
    assert session.scalars(select(YearPlan.amount)).one() == 8_000_000


def test_two_columns_for_one_figure_are_an_error(session: Session) -> None:
    preview = planned(session, a_ledger([*a_row(), 3200], heading=[(*HEADING, "项目总投资（万元）")]))
    assert places(preview) == [("重大建设", 3, "项目总投资（万元）", "和“总投资”是同一项")]


def test_columns_of_no_use_are_named(session: Session) -> None:
    row = [*a_row(), "x", "y"]
    text = planned(session, a_ledger(row, heading=[(*HEADING, "备注", "环评批复文号")])).summary()
    assert "没有用到的列：备注、环评批复文号" in text


def test_several_ledgers_in_one_workbook_and_sheets_that_are_none(session: Session) -> None:
    book = Workbook()
    first, notes, second = book.worksheets[0], book.create_sheet("填表说明"), book.create_sheet("重大前期")
    first.title = "重大建设"
    fill(first, ((TITLE,), ("单位：万元",), HEADING, a_row()))
    fill(notes, (("每月5日前报送",),))
    above = (("2012年重大前期项目（截至3月底）",), ("单位：亿元",))
    fill(
        second,
        (
            *above,
            HEADING,
            a_row(1, "洞庭大桥", 总投资=32, 年度计划=None, 年初至今完成=0, 自开工累计=0, 实际开工=None),
        ),
    )
    preview = imported(session, to_bytes(book))
    assert (the_project(session).kind, the_project(session, 2).kind) == (
        ProjectKind.CONSTRUCTION,
        ProjectKind.PRELIMINARY,
    )
    assert the_project(session, 2).total_investment == 3_200_000_000
    assert the_project(session, 2).stage is Stage.INTENTION
    assert "“填表说明”表不是台账" in preview.summary()


def test_a_workbook_without_any_ledger_says_what_is_expected(session: Session) -> None:
    [error] = planned(session, a_ledger(("a", "b"), heading=[("c", "d")])).errors
    assert (error.sheet, error.found) == ("文件", "没有一张表有台账的表头")


# Totals and sections


def a_ledger_with_sums(upper: object, lower: object, grand: object) -> bytes:
    return a_ledger(
        ["合计", *[None] * 4, grand],
        ["一、基础设施项目（2个）"],
        a_row(1, 总投资=1200.5),
        a_row(2, "滨江路改造", 总投资=800),
        ["", "小计", *[None] * 3, upper],
        ["二、产业项目（1个）"],
        a_row(3, "农产品物流园", 总投资=300),
        ["", "小计", *[None] * 3, lower],
    )


def test_sums_are_recognised_checked_and_not_imported(session: Session) -> None:
    preview = imported(session, a_ledger_with_sums(2000.5, 300, "2,300.5"))
    assert session.scalar(select(func.count()).select_from(Project)) == 3
    assert "合计、小计只核对，不导入（3行：第4、8、11行）" in preview.summary()


@pytest.mark.parametrize(
    ("sums", "row", "found", "expected"),
    [
        ((2001.5, 300, 2300.5), 8, "2001.5", "2,000.5万元（第6-7行之和，差1万元）"),
        ((2000.5, 30, 2300.5), 11, "30", "300万元（第10行之和，差-270万元）"),
        ((2000.5, 300, "2300.4"), 4, "2300.4", "2,300.5万元（第6-7、10行之和，差-0.1万元）"),
    ],
)
def test_a_wrong_sum_names_what_was_found_and_what_the_rows_give(
    session: Session, sums: tuple[object, object, object], row: int, found: str, expected: str
) -> None:
    [error] = planned(session, a_ledger_with_sums(*sums)).errors
    assert (error.row, error.column, error.found, error.expected) == (
        row,
        "总投资",
        f"写的是“{found}”",
        expected,
    )


def test_a_sum_is_compared_as_exactly_as_it_is_printed(session: Session) -> None:
    headings = [*HEADING[:5], "总投资（亿元）", *HEADING[6:]]
    rows = (a_row(1, 总投资=1.234), a_row(2, "滨江路改造", 总投资=2.341))
    assert planned(session, a_ledger(*rows, ["合计", *[None] * 4, 3.6], heading=[headings])).ok
    assert not planned(session, a_ledger(*rows, ["合计", *[None] * 4, 3.7], heading=[headings])).ok


def test_a_section_that_says_how_many_projects_it_has_is_counted(session: Session) -> None:
    [error] = planned(session, a_ledger(["一、重大建设项目（3个）"], a_row(), a_row(2, "滨江路改造"))).errors
    assert (error.row, error.found) == (4, "写的是“一、重大建设项目(3个)”")
    assert error.expected == "2个（第5-6行的项目）"


def test_a_section_may_have_its_numeral_in_a_cell_of_its_own_and_carry_a_sum(session: Session) -> None:
    def with_sum(amount: int) -> bytes:
        head = ["一", "重大建设项目（2个）", None, None, None, amount]
        return a_ledger(
            head, a_row(), a_row(2, "滨江路改造"), ["二", "重大前期项目（1个）"], a_row(3, "大桥")
        )

    assert planned(session, with_sum(6400)).ok
    [error] = planned(session, with_sum(6500)).errors
    assert (error.row, error.column, error.expected) == (4, "总投资", "6,400万元（第5-6行之和，差100万元）")


@pytest.mark.parametrize("name", ["新建5个社区服务中心", "(二)期污水处理厂", "一、二期安置房", "经济开发区"])
def test_a_project_without_a_unit_is_an_error_however_much_its_name_looks_like_a_heading(
    session: Session, name: str
) -> None:
    preview = planned(session, a_ledger(a_row(), a_row(2, name, 责任单位=None), a_row(3, "滨江路改造")))
    assert places(preview) == [("重大建设", 5, "责任单位", "")]


def test_a_heading_with_money_and_no_project_below_it_is_an_error(session: Session) -> None:
    bare = dict.fromkeys(("序号", "责任单位", "联络人", "联系电话", "实际开工"))
    preview = planned(session, a_ledger(a_row(), a_row(0, "经济开发区", **bare)))
    assert places(preview) == [("重大建设", 5, "", "写的是“经济开发区”")]
    assert "若它是项目，写上责任单位" in preview.summary()


def test_a_district_may_sum_up_the_categories_below_it(session: Session) -> None:
    def heading(name: str, total: int) -> list[object]:
        return [None, name, None, None, None, total, *(None,) * 4]

    rows = [
        *(heading("江北区", 6400), heading("基础设施", 3200), a_row()),
        *(heading("民生保障", 3200), a_row(2, "滨江路改造")),
        *(heading("江南区", 3200), heading("基础设施", 3200), a_row(3, "江南二小")),
    ]
    assert planned(session, a_ledger(*rows)).errors == ()


def test_a_section_gives_kind_and_category(session: Session) -> None:
    rows = (
        ["一、重大前期项目"],
        ["（一）基础设施类（1个）"],
        a_row(实际开工=None, 自开工累计=0, 年初至今完成=0),
    )
    preview = imported(session, a_ledger(*rows, title="台账"))
    project = the_project(session)
    assert (project.kind, project.category) == (ProjectKind.PRELIMINARY, "基础设施")
    assert "项目类型按分组“重大前期项目”（1行：第6行）" in preview.summary()


def test_a_row_that_is_neither_project_nor_heading_is_an_error(session: Session) -> None:
    preview = planned(session, a_ledger(a_row(), [None, "其中：取水口工程", None, None, None, 300]))
    assert [(e.row, e.column) for e in preview.errors] == [(5, "项目名称")]


def test_notes_below_the_table_are_left_alone(session: Session) -> None:
    assert planned(
        session,
        a_ledger(a_row(), ["注：本表按月填报，每月5日前报市项目办。"], ["填表人：", None, "审核人："]),
    ).ok


def test_a_formula_without_a_result_is_an_error_in_a_project_and_unchecked_in_a_sum(session: Session) -> None:
    [error] = planned(session, a_ledger(a_row(总投资="=1200*2"))).errors
    assert (error.row, error.column, error.found) == (4, "总投资", "写的是“=1200*2”")
    preview = planned(session, a_ledger(a_row(), ["合计", *[None] * 4, "=SUM(F4:F4)"]))
    assert preview.ok
    assert "合计没有核对：它没有结果，或它上面有看不清的数（1行：第5行）" in preview.summary()


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(session: Session) -> None:
    """Excel stores what =IF(…,"") gives as an empty text, and that is a result."""
    content = a_ledger(a_row(年度计划='=IF(1,"","")'))
    inside, out = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as changed:
        for name in inside.namelist():
            part = inside.read(name)
            changed.writestr(name, part.replace(b'<c r="G4">', b'<c r="G4" t="str">'))
    assert not planned(session, content).ok
    assert planned(session, out.getvalue()).ok


# Merged cells and what is hidden


def test_a_merged_cell_belongs_to_all_of_its_rows(session: Session) -> None:
    rows = (a_row(1), a_row(2, "滨江路改造", 责任单位=None, 联络人=None, 联系电话=None))
    imported(session, a_ledger(*rows, merges=["C4:C5", "D4:D5", "E4:E5"]))
    assert the_project(session).unit_id == the_project(session, 2).unit_id
    assert in_role(session, Role.REPORTER, 2) == ["李一"]


def test_a_figure_merged_over_two_projects_cannot_be_divided(session: Session) -> None:
    rows = (a_row(1), a_row(2, "滨江路改造", 总投资=None))
    preview = planned(session, a_ledger(*rows, merges=["F4:F5"]))
    assert [(e.row, e.column) for e in preview.errors] == [(4, "总投资"), (5, "总投资")]
    assert {e.expected for e in preview.errors} == {"每个项目各写各的金额（这一格和别的项目合并了）"}


def test_a_project_over_several_rows_is_one_with_all_of_its_people(session: Session) -> None:
    second = [None, None, None, "王二", "19900000002"]
    imported(session, a_ledger(a_row(), second, merges=["A4:A5", "B4:B5", "F4:F5"]))
    assert session.scalar(select(func.count()).select_from(Project)) == 1
    assert in_role(session, Role.REPORTER) == ["李一", "王二"]


def test_a_second_figure_for_one_project_is_an_error(session: Session) -> None:
    second = [None, None, None, "王二", "19900000002", 999]
    preview = planned(session, a_ledger(a_row(), second, merges=["B4:B5"]))
    assert ("重大建设", 5, "总投资", "写的是“999”") in places(preview)


def test_hidden_rows_are_listed_and_taken_only_if_asked(session: Session) -> None:
    content = a_ledger(a_row(), a_row(2, "滨江路改造"), hidden=[5])
    preview = imported(session, content)
    assert "“重大建设”表隐藏的1行没有读；要导入就取消隐藏，或加 --with-hidden：第5行" in preview.summary()
    assert session.scalar(select(func.count()).select_from(Project)) == 1
    preview = registry.plan(session, workbook.read(content, with_hidden=True))
    assert preview.sheets[2].added == ("滨江路改造",)
    assert "隐藏的1行一并读了" in preview.summary()


def test_a_sum_that_holds_hidden_rows_says_so(session: Session) -> None:
    rows = (a_row(), a_row(2, "滨江路改造"), ["合计", *[None] * 4, 6400])
    [error] = planned(session, a_ledger(*rows, hidden=[5])).errors
    assert "算上隐藏的行就对" in error.expected


def test_a_hidden_sheet_is_listed_and_not_taken(session: Session) -> None:
    book = Workbook()
    fill(book.worksheets[0], ((TITLE,), ("单位：万元",), HEADING, a_row()))
    old = book.create_sheet("去年")
    fill(old, ((TITLE,), ("单位：万元",), HEADING, a_row(2, "滨江路改造")))
    old.sheet_state = "hidden"
    preview = planned(session, to_bytes(book))
    assert preview.sheets[2].added == ("城北水厂扩建",)
    assert "隐藏的工作表“去年”（4行有内容）没有读" in preview.summary()


# Dates


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2012.2", date(2012, 2, 1)),
        ("２０１２年２月底", date(2012, 2, 29)),
        ("2月", date(2012, 2, 1)),
        (40940, date(2012, 2, 1)),
        (datetime(2012, 2, 3), date(2012, 2, 3)),  # noqa: DTZ001  # a cell of Excel has no time zone
        ("2012年2月3日", date(2012, 2, 3)),
        (2012.2, date(2012, 2, 1)),
        ("2012年", date(2012, 1, 1)),
    ],
)
def test_a_start_is_read_as_people_write_it(session: Session, cell: object, day: date) -> None:
    imported(session, a_ledger(a_row(实际开工=cell)))
    assert the_project(session).start_actual == day


@pytest.mark.parametrize("cell", ["6月31日", 2012.1, "去年", "13月", 1.5, True])
def test_a_day_that_is_not_clear_is_an_error(session: Session, cell: object) -> None:
    assert [(e.row, e.column) for e in planned(session, a_ledger(a_row(实际开工=cell))).errors] == [
        (4, "实际开工")
    ]


def test_a_month_alone_needs_a_year_somewhere(session: Session) -> None:
    headings = [*HEADING[:6], HEADING[9]]
    row = [*a_row()[:6], "6月"]
    content = a_ledger(row, heading=[headings], above=(("重大建设项目",), ("单位：万元",)))
    assert [(e.row, e.column) for e in planned(session, content).errors] == [(4, "实际开工")]


def test_a_start_without_a_word_is_real_if_it_is_over_and_planned_if_it_is_to_come(session: Session) -> None:
    headings = [*HEADING[:9], "开工时间"]
    rows = (
        a_row(1, 实际开工="2012.3"),
        a_row(2, "滨江路改造", 实际开工="2012.6", 自开工累计=0, 年初至今完成=0),
    )
    imported(session, a_ledger(*rows, heading=[headings]))
    one, two = the_project(session), the_project(session, 2)
    assert (one.start_actual, one.start_planned, one.stage) == (date(2012, 3, 1), None, Stage.STARTED)
    assert (two.start_actual, two.start_planned, two.stage) == (None, date(2012, 6, 30), Stage.SIGNED)


# People and units


@pytest.mark.parametrize(
    ("cell", "phone", "expected"),
    [
        ("李一、王二", "19900000001\n19900000002", {("李一", "19900000001"), ("王二", "19900000002")}),
        ("李　一 19900000001", None, {("李一", "19900000001")}),
        ("李一（科长）\n王二", None, {("李一", None), ("王二", None)}),
        ("李一 王二", None, {("李一", None), ("王二", None)}),
        ("李一\n19900000001", None, {("李一", "19900000001")}),
        ("李一（办公室主任，19900000001）", None, {("李一", "19900000001")}),
        ("李一副主任、局长王二", None, {("李一", None), ("王二", None)}),
        ("阿依古丽·买买提", "0730-8880001", {("阿依古丽·买买提", "07308880001")}),
    ],
)
def test_people_are_read_as_they_are_written(
    session: Session, cell: str, phone: object, expected: set[tuple[str, str | None]]
) -> None:
    imported(session, a_ledger(a_row(联络人=cell, 联系电话=phone)))
    assert {tuple(row) for row in session.execute(select(Person.name, Person.phone))} == expected


@pytest.mark.parametrize(
    ("cell", "phone"),
    [("李一、王二", "19900000001"), ("待定人选中", None), ("李主任", None), ("李一", "1990000")],
)
def test_people_that_are_not_clear_are_an_error(session: Session, cell: str, phone: object) -> None:
    preview = planned(session, a_ledger(a_row(联络人=cell, 联系电话=phone)))
    assert [(e.row, e.column) for e in preview.errors] == [(4, "联络人")]


def test_the_same_person_on_many_rows_is_one(session: Session) -> None:
    rows = (a_row(), a_row(2, "滨江路改造", 联系电话=None), a_row(3, "职教园", 责任单位="市教育局"))
    preview = imported(session, a_ledger(*rows))
    assert session.scalars(select(Person.name)).all() == ["李一"]
    assert in_role(session, Role.REPORTER, 3) == ["李一"]
    assert preview.ok


def test_one_person_with_two_numbers_or_one_number_with_two_names_is_an_error(session: Session) -> None:
    two_numbers = planned(session, a_ledger(a_row(), a_row(2, "滨江路改造", 联系电话="19900000009")))
    assert [(e.row, e.column, e.found) for e in two_numbers.errors] == [
        (5, "联络人", "电话写的是“19900000009”")
    ]
    two_names = planned(session, a_ledger(a_row(), a_row(2, "滨江路改造", 联络人="王二")))
    assert [(e.row, e.column, e.found) for e in two_names.errors] == [(5, "联络人", "写的是“王二”")]


def test_a_registered_person_keeps_unit_and_roles_and_gains_the_new_one(session: Session) -> None:
    imported(session, to_file_of_a_city())
    imported(
        session, a_ledger(a_row(7, "新城学校", 责任单位="市教育局", 联络人="孙五", 联系电话="19900000005"))
    )
    query = select(PersonRole.role).join(Person).where(Person.name == "孙五", PersonRole.until.is_(None))
    assert set(session.scalars(query)) == {Role.LEAD_DEPARTMENT, Role.REPORTER}
    unit = session.scalars(
        select(Unit.name).join(Person, Person.unit_id == Unit.id).where(Person.name == "孙五")
    ).one()
    assert unit == "市住建局"


def test_a_registered_leader_is_known_by_name_and_a_new_one_joins_the_leaders(session: Session) -> None:
    imported(session, to_file_of_a_city())
    row = [*a_row(7, "新城学校"), "钱四、周六"]
    row[3:5] = ["郑七", "19900000077"]
    preview = imported(session, a_ledger(row, heading=[(*HEADING, "市级联系领导")]))
    assert in_role(session, Role.LEAD_LEADER, 7) == ["钱四", "周六"]
    assert "没有登记的牵头领导归入“市领导”" in preview.summary()
    assert session.scalar(select(func.count()).select_from(Person).where(Person.name == "钱四")) == 1


def test_people_in_charge_report_where_nobody_else_is_named_to(session: Session) -> None:
    headings = [*HEADING[:3], "责任人", *HEADING[4:]]
    text = imported(session, a_ledger(a_row(), heading=[headings])).summary()
    assert in_role(session, Role.REPORTER) == ["李一"]
    assert "“责任人”算作联络人" in text
    both = [*HEADING, "责任人"]
    imported(session, a_ledger([*a_row(), "赵三"], heading=[both]))
    assert in_role(session, Role.DEPUTY) == ["赵三"]


def test_two_spellings_of_one_unit_are_an_error(session: Session) -> None:
    rows = (a_row(责任单位="市住房和城乡建设局"), a_row(2, "滨江路改造", 责任单位="市住建局"))
    [error] = planned(session, a_ledger(*rows)).errors
    assert (error.row, error.column, error.found) == (5, "责任单位", "写的是“市住建局”")
    assert "第4行的“市住房和城乡建设局”" in error.expected


def test_a_unit_near_a_registered_one_is_an_error_whatever_its_district(session: Session) -> None:
    imported(session, to_file_of_a_city())
    preview = planned(
        session,
        a_ledger(a_row(7, "新城学校", 责任单位="城北区住房和城乡建设局", 联络人="郑七", 联系电话=None)),
    )
    assert ("重大建设", 4, "责任单位", "写的是“城北区住房和城乡建设局”") in places(preview)


def test_a_project_near_a_registered_one_is_an_error(session: Session) -> None:
    imported(session, a_ledger(a_row(1, "城北水厂扩建工程")))
    preview = planned(session, a_ledger(a_row(1, "城北水厂扩建项目")))
    assert [(e.row, e.column) for e in preview.errors] == [(4, "项目名称")]


def test_of_several_units_in_a_cell_the_first_is_responsible_and_that_is_said(session: Session) -> None:
    preview = imported(session, a_ledger(a_row(责任单位="市水务局、城北区政府")))
    assert session.scalars(select(Unit.name)).all() == ["市水务局"]
    assert "责任单位写了几个的，取排在最前的一个（1行：第4行）" in preview.summary()


# Progress


def test_reading_planning_and_writing_tell_how_far_they_are(session: Session) -> None:
    told: dict[str, list[tuple[int, int]]] = {}

    def progress(what: str, done: int, of: int) -> None:
        told.setdefault(what, []).append((done, of))

    rows = [a_row(number, f"{number}号路") for number in range(1, 601)]
    book = workbook.read(a_ledger(*rows), progress=progress)
    preview = registry.plan(session, book, progress=progress)
    registry.apply(session, preview, TODAY, NOW, progress)
    assert list(told) == ["Opening", "Reading", "Comparing", "Planning", "Writing"]
    for steps in told.values():
        assert steps == sorted(steps)
        assert all(done <= of for done, of in steps)


# Skipping


def test_bad_rows_are_left_out_only_on_request_and_listed(session: Session) -> None:
    content = a_ledger(a_row(总投资="约三亿"), a_row(2, "滨江路改造"), a_row(3, "职教园", 实际开工="?"))
    assert not planned(session, content).ok
    preview = imported(session, content, skip=True)
    assert [(e.row, e.column) for e in preview.left] == [(4, "总投资"), (6, "实际开工")]
    assert session.scalars(select(Project.name)).all() == ["滨江路改造"]
    assert "有 2 处错误，这些行没有导入：" in preview.summary()


def test_a_mistake_in_a_heading_is_no_row_to_leave_out(session: Session) -> None:
    preview = planned(session, a_ledger(a_row(), above=((TITLE,),)), skip=True)
    assert not preview.ok


def test_what_refers_to_a_row_left_out_is_left_out_too(session: Session) -> None:
    sheets = a_city()
    sheets["人员"][0]["phone"] = "1990"
    sheets["项目"][1] |= {"reporters": "赵三", "sub_owes": "是"}
    preview = registry.plan(session, workbook.read(to_file(sheets)), skip_bad_rows=True)
    assert preview.ok
    left = [(error.sheet, error.row, error.column) for error in preview.left]
    assert left == [
        ("人员", 2, "手机"),
        ("项目", 2, "联络人"),
        ("项目", 3, "上级项目(序号)"),
        ("节点", 2, "项目序号"),
    ]
    registry.apply(session, preview, TODAY, NOW)
    assert session.scalar(select(func.count()).select_from(Project)) == 0


def test_a_registered_row_that_was_left_out_is_not_called_missing(session: Session) -> None:
    imported(session, a_ledger(a_row(), a_row(2, "滨江路改造")))
    preview = planned(session, a_ledger(a_row(总投资="?"), a_row(2, "滨江路改造")), skip=True)
    assert preview.sheets[2].missing == ()
    assert planned(session, a_ledger(a_row())).sheets[2].missing == ("滨江路改造",)


def test_every_mistake_of_a_ledger_is_collected(session: Session) -> None:
    rows: Sequence[Sequence[object]] = (
        a_row(总投资=None, 年度计划="很多"),
        a_row("x", "滨江路改造", 责任单位=None),  # type: ignore[arg-type]  # a number that is none
        a_row(3, "职教园", 自开工累计=50),
    )
    assert [(e.row, e.column) for e in planned(session, a_ledger(*rows)).errors] == [
        (4, "总投资"),
        (4, "年度计划"),
        (5, "责任单位"),
        (5, "序号"),
        (6, "自开工累计"),
    ]


@pytest.mark.parametrize("shown_as", ["0!.0000", "#,##0,", '0"."0000', "0.0,,"])
def test_a_number_that_its_format_shows_as_another_is_an_error(session: Session, shown_as: str) -> None:
    book = load_workbook(io.BytesIO(a_ledger(a_row(总投资=32_000_000))))
    book.worksheets[0]["F4"].number_format = shown_as
    [error] = planned(session, to_bytes(book)).errors
    assert (error.row, error.column) == (4, "总投资")
    assert error.found == "写的是“32000000，但单元格格式显示成别的数”"


@pytest.mark.parametrize(
    "shown_as", ["#,##0", "#,##0.00;-#,##0.00", '0.0"万元"', "0.00_ ", "General", "[红色]0"]
)
def test_a_number_that_its_format_only_dresses_is_read(session: Session, shown_as: str) -> None:
    book = load_workbook(io.BytesIO(a_ledger(a_row())))
    book.worksheets[0]["F4"].number_format = shown_as
    assert planned(session, to_bytes(book)).errors == ()
