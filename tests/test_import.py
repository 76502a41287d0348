"""The registry import: what a workbook may hold, what is refused, what is remembered."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from rules.kinds import Role, Stage
from storage import registry, workbook
from storage.advancing import NOTHING, as_it_stands, follow, of_version
from storage.entries import HEADINGS, MILESTONES, PEOPLE, PROJECTS, UNITS
from storage.likeness import near
from storage.preview import Preview
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Milestone, Person, PersonRole, Project, Responsibility, Unit, YearPlan
from storage.tables.reporting import ReportVersion
from tests.builders import a_report

NOW = datetime(2012, 3, 26, 1, 0, tzinfo=UTC)
TODAY = date(2012, 3, 26)
Row = dict[str, Any]
Sheets = dict[str, list[Row]]


def a_city() -> Sheets:
    """A small office's file: two units, five people, a project with a part of its own."""
    project = {
        "number": 3,
        "code": "A-3",
        "name": "城北水厂扩建工程",
        "kind": "重大建设",
        "total_investment": 32000,
        "year": 2012,
        "amount": 8000,
        "to_finish": "是",
        "stage": "开工",
        "start_actual": date(2011, 5, 6),
        "opening_month": "2012-02",
        "opening_year_done": 900,
        "opening_total_done": 12000,
        "unit": "城北区住建局",
        "reporters": "李一、王二",
        "heads": "赵三",
        "lead_leaders": "钱四",
        "lead_departments": "市住建局",
        "registered": date(2011, 12, 1),
    }
    part = {
        **{name: project[name] for name in ("kind", "stage", "opening_month", "unit", "registered")},
        "number": 4,
        "name": "城北水厂取水口",
        "total_investment": 1200.5,
        "parent": 3,
    }
    return {
        UNITS: [{"name": "城北区住建局", "district": "城北区"}, {"name": "市住建局"}, {"name": "市政府"}],
        PEOPLE: [
            a_person("李一", "19900000001", "联络人"),
            a_person("王二", "19900000002", "联络人"),
            a_person("赵三", "19900000003", "一把手、联络人"),
            a_person("钱四", "19900000004", "牵头领导") | {"unit": "市政府"},
            a_person("孙五", "19900000005", "牵头部门") | {"unit": "市住建局"},
        ],
        PROJECTS: [project, part],
        MILESTONES: [
            {"project": 3, "project_name": "城北水厂扩建工程", "name": "主体封顶", "planned": "2012.6.30"}
        ],
    }


def a_person(name: str, phone: str, roles: str) -> Row:
    return {"name": name, "unit": "城北区住建局", "phone": phone, "roles": roles}


def to_file(sheets: Sheets) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(HEADINGS[name].values()))
        for row in rows:
            sheet.append([row.get(column) for column in HEADINGS[name]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def planned(session: Session, sheets: Sheets) -> Preview:
    return registry.plan(session, workbook.read(to_file(sheets)))


def imported(session: Session, sheets: Sheets, today: date = TODAY) -> Preview:
    preview = planned(session, sheets)
    assert preview.ok, preview.summary()
    registry.apply(session, preview, today, NOW)
    session.commit()
    return preview


def complaint(session: Session, sheets: Sheets) -> tuple[str, int, str, str, str]:
    """The one error of a file."""
    (error,) = planned(session, sheets).errors
    return error.sheet, error.row, error.column, error.found, error.expected


def living(session: Session, role: Role) -> list[tuple[str, date, date | None]]:
    query = (
        select(Person.name, Responsibility.since, Responsibility.until)
        .join(Person, Person.id == Responsibility.person_id)
        .where(Responsibility.role == role)
        .order_by(Responsibility.id)
    )
    return [(name, since, until) for name, since, until in session.execute(query)]


# What is written


def test_an_import_writes_the_registry_to_the_yuan(session: Session) -> None:
    imported(session, a_city())
    parent, part = session.scalars(select(Project).order_by(Project.number))
    assert (parent.total_investment, parent.opening_year_done) == (320_000_000, 9_000_000)
    assert (part.parent_id, part.total_investment, part.sub_owes) == (parent.id, 12_005_000, False)
    plan = session.scalars(select(YearPlan)).one()
    assert (plan.year, plan.amount, plan.to_finish, plan.to_start) == (2012, 80_000_000, True, False)
    assert session.scalars(select(Milestone)).one().planned == date(2012, 6, 30)
    assert [name for name, _, _ in living(session, Role.REPORTER)] == ["李一", "王二"]


def test_initials_that_were_made_ahead_are_written_and_missing_ones_are_made(session: Session) -> None:
    book = registry.spelled(workbook.read(to_file(a_city())))
    first, second = sorted(book.initials)
    preview = registry.plan(session, book.model_copy(update={"initials": {first: "madeahead"}}))
    registry.apply(session, preview, TODAY, NOW)
    written = {row.name: row.initials for row in session.scalars(select(Project))}
    assert written == {first: "madeahead", second: book.initials[second]}


def test_a_lead_department_named_by_its_unit_means_its_people_with_that_role(session: Session) -> None:
    imported(session, a_city())
    assert living(session, Role.LEAD_DEPARTMENT) == [("孙五", TODAY, None)]


def test_importing_twice_changes_nothing(session: Session) -> None:
    imported(session, a_city())
    again = imported(session, a_city(), date(2012, 5, 1))
    assert again.changes_nothing
    assert [(sheet.sheet, sheet.unchanged) for sheet in again.sheets] == [
        (UNITS, 3),
        (PEOPLE, 5),
        (PROJECTS, 2),
        (MILESTONES, 1),
    ]
    assert session.scalar(select(func.count()).select_from(LedgerRow)) == 3


def reports(session: Session, **said: object) -> None:
    """A report of 城北水厂扩建工程 that says this of the project, as filing one writes it."""
    project = session.scalars(select(Project).where(Project.number == 3)).one()
    person = session.scalars(select(Person).where(Person.name == "李一")).one()
    report = a_report(session, project=project, person=person)
    version = session.scalars(select(ReportVersion).where(ReportVersion.report_id == report.id)).one()
    for column, value in said.items():
        setattr(version, column, value)
    session.flush()
    new = of_version(version.stage, version.started, version.not_started_because, version.milestones)
    follow(session, project.id, as_it_stands(session, project.id, new.milestones), NOTHING, new)
    session.commit()


def reports_the_milestone_done(session: Session) -> None:
    milestone = session.scalars(select(Milestone)).one()
    reports(session, milestones=[{"id": milestone.id, "done": "2012-04-25", "why": ""}])
    assert milestone.actual == date(2012, 4, 25)


def not_started() -> Sheets:
    sheets = a_city()
    sheets[PROJECTS][0] |= {"stage": "签约", "start_actual": None, "not_started_because": "等批文"}
    return sheets


def test_the_same_file_again_leaves_what_was_reported_meanwhile(session: Session) -> None:
    imported(session, a_city())
    reports_the_milestone_done(session)
    assert imported(session, a_city()).changes_nothing
    assert session.scalars(select(Milestone)).one().actual == date(2012, 4, 25)


@pytest.mark.parametrize("because", ["", "等批文"])
def test_a_reported_start_outlives_an_older_file_that_knows_of_none_and_so_does_its_stage(
    session: Session, because: str
) -> None:
    sheets = not_started()
    sheets[PROJECTS][0]["not_started_because"] = because
    imported(session, sheets)
    reports(session, started=date(2012, 4, 2))
    assert imported(session, sheets).changes_nothing
    project = session.scalars(select(Project).where(Project.number == 3)).one()
    assert (project.start_actual, project.not_started_because, project.stage) == (
        date(2012, 4, 2),
        "",
        Stage.STARTED,
    )


def test_a_reported_reason_for_not_having_begun_outlives_an_empty_cell(session: Session) -> None:
    sheets = not_started()
    sheets[PROJECTS][0]["not_started_because"] = ""
    imported(session, sheets)
    reports(session, not_started_because="等图纸")
    assert imported(session, sheets).changes_nothing


def test_a_filled_cell_that_differs_from_what_was_reported_is_shown_and_counts(session: Session) -> None:
    imported(session, a_city())
    reports_the_milestone_done(session)
    sheets = a_city()
    sheets[MILESTONES][0]["actual"] = "2012.4.20"
    assert "实际完成 2012-04-25 → 2012-04-20" in planned(session, sheets).summary()
    imported(session, sheets)
    assert session.scalars(select(Milestone)).one().actual == date(2012, 4, 20)


def test_what_a_file_brought_an_empty_cell_empties_also_where_reports_say_something_else(
    session: Session,
) -> None:
    imported(session, a_city())
    reports_the_milestone_done(session)
    sheets = a_city()
    sheets[MILESTONES][0]["actual"] = "2012.4.20"
    imported(session, sheets)
    imported(session, a_city())
    assert session.scalars(select(Milestone)).one().actual is None


def test_planning_writes_nothing(session: Session) -> None:
    assert planned(session, a_city()).ok
    assert session.scalar(select(func.count()).select_from(Unit)) == 0


def test_a_preview_shows_each_field_from_old_to_new(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PROJECTS][0] |= {"amount": "0.9亿", "reporters": "王二", "to_finish": ""}
    text = planned(session, sheets).summary()
    assert "项目：新增 0，变更 1，不变 1，文件里没有 0" in text
    expected = "年度计划投资(万元) 8,000万元 → 9,000万元；年内竣工 是 → 否；联络人 李一、王二 → 王二"
    assert f"项目第2行 城北水厂扩建工程：{expected}" in text


def test_a_row_missing_from_a_new_file_is_listed_and_never_ended(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PROJECTS].pop()
    sheets[PEOPLE][0] |= {"title": "主任"}
    preview = imported(session, sheets)
    assert [sheet.missing for sheet in preview.sheets] == [(), (), ("城北水厂取水口",), ()]
    assert session.scalar(select(func.count()).select_from(Project)) == 2


def test_a_file_without_milestones_leaves_them_alone(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    del sheets[MILESTONES]
    assert imported(session, sheets).changes_nothing
    assert session.scalar(select(func.count()).select_from(Milestone)) == 1


def test_headings_may_stand_in_any_order_below_a_title() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = UNITS
    sheet.append(["2012年重大项目责任单位"])
    sheet.append(["备注", "所属区域 ", "单位名称"])
    sheet.append(["x", "城北区", "城北区住建局"])
    out = io.BytesIO()
    book.save(out)
    (unit,) = workbook.read(out.getvalue()).units
    assert (unit.row, unit.name, unit.district) == (3, "城北区住建局", "城北区")


def test_a_hidden_row_is_listed_and_taken_only_if_asked(session: Session) -> None:
    book = load_workbook(io.BytesIO(to_file(a_city())))
    book[UNITS].append(["市教育局", ""])
    book[UNITS].row_dimensions[5].hidden = True
    out = io.BytesIO()
    book.save(out)
    preview = registry.plan(session, workbook.read(out.getvalue()))
    assert "市教育局" not in preview.sheets[0].added
    assert "“单位”表隐藏的1行没有读；要导入就取消隐藏，或加 --with-hidden：第5行" in preview.notes
    assert (
        "市教育局" in registry.plan(session, workbook.read(out.getvalue(), with_hidden=True)).sheets[0].added
    )


# Dated responsibility


def test_a_changed_contact_keeps_its_dated_history(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PROJECTS][0]["reporters"] = "王二、赵三"
    imported(session, sheets, date(2012, 5, 1))
    assert living(session, Role.REPORTER) == [
        ("李一", TODAY, date(2012, 5, 1)),
        ("王二", TODAY, None),
        ("赵三", date(2012, 5, 1), None),
    ]


def test_a_role_taken_away_ends_and_one_given_begins(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PEOPLE][2]["roles"] = "一把手、管理员"
    imported(session, sheets, date(2012, 5, 1))
    query = (
        select(PersonRole.role, PersonRole.since, PersonRole.until).join(Person).where(Person.name == "赵三")
    )
    assert {tuple(row) for row in session.execute(query)} == {
        (Role.HEAD, TODAY, None),
        (Role.REPORTER, TODAY, date(2012, 5, 1)),
        (Role.ADMIN, date(2012, 5, 1), None),
    }


def test_a_role_goes_with_the_projects_that_the_same_file_gives_to_others(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PEOPLE][0]["roles"] = "分管领导"
    sheets[PROJECTS][0]["reporters"] = "王二"
    imported(session, sheets)
    sheets[PEOPLE][1]["roles"] = "分管领导"
    sheets[PROJECTS] = []
    assert "他还是“城北水厂扩建工程”的联络人" in complaint(session, sheets)[4]


# Identity


def test_a_person_is_the_phone_so_a_move_to_another_unit_is_a_change(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PEOPLE][0]["unit"] = "市住建局"
    assert "李一（市住建局）：单位 城北区住建局 → 市住建局" in imported(session, sheets).summary()
    assert session.scalar(select(func.count()).select_from(Person)) == 5


def test_a_person_with_a_new_phone_is_found_by_name_and_unit(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PEOPLE][0]["phone"] = 19900000011.0
    assert "手机 19900000001 → 19900000011" in imported(session, sheets).summary()


def test_two_people_may_swap_accounts_and_two_projects_their_numbers(session: Session) -> None:
    sheets = a_city()
    sheets[PROJECTS][1]["code"] = "A-4"
    imported(session, sheets)
    one, two = sheets[PROJECTS]
    one["number"], two["number"], two["parent"] = 4, 3, 4
    sheets[MILESTONES][0]["project"] = 4
    one["name"], two["name"] = "城北水厂扩建工程（主体）", "城北水厂取水口工程"
    sheets[MILESTONES][0]["project_name"] = one["name"]
    sheets[PEOPLE][0]["wecom_userid"], sheets[PEOPLE][1]["wecom_userid"] = "li", "wang"
    imported(session, sheets)
    sheets[PEOPLE][0]["wecom_userid"], sheets[PEOPLE][1]["wecom_userid"] = "wang", "li"
    imported(session, sheets)
    assert dict(session.execute(select(Project.code, Project.number)).all()) == {"A-3": 4, "A-4": 3}
    names = session.execute(select(Person.name, Person.wecom_userid).where(Person.wecom_userid.is_not(None)))
    assert dict(names.all()) == {"李一": "wang", "王二": "li"}


def test_the_account_of_somebody_who_left_is_not_given_to_another(session: Session) -> None:
    sheets = a_city()
    sheets[PEOPLE][0]["wecom_userid"] = "li"
    imported(session, sheets)
    session.execute(update(Person).where(Person.name == "李一").values(active=False))
    sheets[PEOPLE][0] = a_person("欧阳新", "19900000099", "联络人") | {"wecom_userid": "li"}
    sheets[PROJECTS][0]["reporters"] = "欧阳新、王二"
    assert complaint(session, sheets)[2:] == (
        "企业微信账号", "写的是“li”", "没有别人登记过的账号；“李一”（已离任）登记的就是它"
    )  # fmt: skip


def test_a_namesake_in_another_unit_is_a_second_person_if_both_have_phones(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PEOPLE][0] |= {"unit": "市住建局", "phone": None}
    sheets[PROJECTS][0]["reporters"] = "李一"
    assert "登记的“李一（城北区住建局）”" in complaint(session, sheets)[4]
    sheets[PEOPLE][0]["phone"] = "19900000099"
    assert planned(session, sheets).sheets[1].added == ("李一（市住建局）",)


def test_an_old_phone_under_a_quite_different_name_is_an_error(session: Session) -> None:
    """A successor with the predecessor's phone must not inherit the predecessor's past."""
    imported(session, a_city())
    sheets = a_city()
    sheets[PEOPLE][0]["name"] = sheets[PROJECTS][0]["reporters"] = "周六"
    error = planned(session, sheets).errors[0]
    assert (error.sheet, error.row, error.column, error.found) == (PEOPLE, 2, "姓名", "写的是“周六”")
    assert "李一" in error.expected


def test_a_project_under_a_similar_name_is_an_error_and_not_a_second_project(session: Session) -> None:
    sheets = a_city()
    sheets[PROJECTS][0]["code"] = None
    imported(session, sheets)
    sheets[PROJECTS][0] |= {"name": "城北水厂扩建"}
    sheets[MILESTONES][0]["project_name"] = ""
    places = [(e.row, e.column, e.found) for e in planned(session, sheets).errors]
    assert (2, "项目名称", "写的是“城北水厂扩建”") in places


def test_a_code_that_slipped_a_row_is_an_error(session: Session) -> None:
    sheets = a_city()
    sheets[PROJECTS][1]["code"] = "A-4"
    imported(session, sheets)
    sheets[PROJECTS][0]["code"], sheets[PROJECTS][1]["code"] = "A-4", "A-3"
    assert [error.column for error in planned(session, sheets).errors][:2] == ["项目名称", "项目名称"]


def test_a_unit_under_its_short_name_is_an_error(session: Session) -> None:
    sheets = a_city()
    sheets[UNITS].append({"name": "城北区住房和城乡规划局", "district": "城北区"})
    imported(session, sheets)
    sheets[UNITS][3]["name"] = "城北区规划局"
    assert complaint(session, sheets)[:3] == (UNITS, 5, "单位名称")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("城北水厂扩建工程", "城北水厂扩建项目", True),
        ("云溪区住房和城乡建设局", "云溪区住建局", True),
        ("职业教育园一期", "职业教育园二期", False),
        ("云溪区财政局", "云溪区教育局", False),
    ],
)
def test_near_names_are_slips_but_numerals_tell_apart(one: str, other: str, alike: bool) -> None:
    assert near(one, other) is alike


# What is refused


def spoil(sheet: str, place: int, **cells: object) -> Callable[[Sheets], None]:
    return lambda sheets: sheets[sheet][place].update(cells)


MONEY = "以万元计、精确到元的金额，如 3200、3,200万元、0.32亿"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (
            spoil(PROJECTS, 0, total_investment="约三亿"),
            (PROJECTS, 2, "总投资(万元)", "写的是“约三亿”", MONEY),
        ),
        (spoil(PROJECTS, 1, total_investment=-5), (PROJECTS, 3, "总投资(万元)", "写的是“-5”", MONEY)),
        (spoil(PROJECTS, 1, total_investment=True), (PROJECTS, 3, "总投资(万元)", "写的是“True”", MONEY)),
        (
            spoil(PROJECTS, 1, stage="动工"),
            (PROJECTS, 3, "阶段", "写的是“动工”", "意向、签约、开工、竣工、投产、效益"),
        ),
        (
            spoil(PROJECTS, 1, start_planned="2012-02-30"),
            (PROJECTS, 3, "计划开工", "写的是“2012-02-30”", "日期，如 2012-06-30 或 2012.6.30"),
        ),
        (
            spoil(PROJECTS, 1, unit="城北住建局"),
            (
                PROJECTS,
                3,
                "责任单位",
                "写的是“城北住建局”",
                "单位表里或已登记的单位；是不是“城北区住建局”",
            ),
        ),
        (
            spoil(PROJECTS, 1, reporters="周六"),
            (PROJECTS, 3, "联络人", "写的是“周六”", "人员表里或已登记的人"),
        ),
        (
            spoil(PROJECTS, 1, reporters="钱四"),
            (PROJECTS, 3, "联络人", "写的是“钱四”", "人员表里角色含“联络人”的人"),
        ),
        (
            spoil(PROJECTS, 1, parent=9),
            (PROJECTS, 3, "上级项目(序号)", "写的是“9”", "项目表里或已登记的项目序号"),
        ),
        (
            spoil(PROJECTS, 1, number=3, parent=None, reporters="李一"),
            (PROJECTS, 3, "序号", "写的是“3”", "不重复；第2行已经有了"),
        ),
        (
            spoil(PEOPLE, 1, phone="19900000001"),
            (PEOPLE, 3, "手机", "写的是“19900000001”", "不重复；第2行已经有了"),
        ),
        (
            spoil(PEOPLE, 4, phone="1990000"),
            (PEOPLE, 6, "手机", "写的是“1990000”", "11位手机号，或带区号的座机号"),
        ),
        (
            spoil(UNITS, 2, name="市 住建局"),
            (UNITS, 4, "单位名称", "写的是“市 住建局”", "不重复；第3行已经有了"),
        ),
        (
            spoil(MILESTONES, 0, project_name="别的项目"),
            (MILESTONES, 2, "项目名称", "写的是“别的项目”", "“城北水厂扩建工程”（3号项目的名称）"),
        ),
    ],
)
def test_an_error_names_sheet_row_column_found_and_expected(
    session: Session, wrong: Callable[[Sheets], None], expected: tuple[str, int, str, str, str]
) -> None:
    sheets = a_city()
    wrong(sheets)
    errors = planned(session, sheets).errors
    assert expected in [(e.sheet, e.row, e.column, e.found, e.expected) for e in errors]


def test_an_error_reads_as_a_sentence(session: Session) -> None:
    sheets = a_city()
    sheets[PROJECTS][0]["kind"] = None
    (error,) = planned(session, sheets).errors
    assert str(error) == (
        "“项目”表第2行“项目类型”：空；应为：重大建设、重大前期，不能为空（合并的单元格请先取消合并）"
    )


def test_every_error_is_collected_and_nothing_is_written(session: Session) -> None:
    sheets = a_city()
    sheets[PEOPLE][1]["roles"] = "联系人"
    sheets[PROJECTS][0] |= {"amount": "很多", "registered": 41000, "stage": "?"}
    preview = planned(session, sheets)
    assert [(error.row, error.column) for error in preview.errors] == [
        (3, "角色"),
        (2, "年度计划投资(万元)"),
        (2, "阶段"),
        (2, "登记日期"),
    ]
    with pytest.raises(ValueError, match="4 errors"):
        registry.apply(session, preview, TODAY, NOW)
    for table in (Unit, Person, Project, LedgerRow):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_namesake_must_be_told_apart_by_unit_or_phone(session: Session) -> None:
    sheets = a_city()
    sheets[PEOPLE].append(a_person("李一", "19900000006", "联络人"))
    assert complaint(session, sheets)[3:] == (
        "写的是“李一”",
        "唯一的人；有同名的，请写成 姓名(单位) 或写手机",
    )
    sheets[PROJECTS][0]["reporters"] = "19900000006"
    assert planned(session, sheets).ok
    sheets[PEOPLE][5]["unit"], sheets[PROJECTS][0]["reporters"] = "市住建局", "李一（市住建局）"
    assert planned(session, sheets).ok


def test_a_formula_without_a_result_is_an_error_and_no_empty_cell(session: Session) -> None:
    sheets = a_city()
    sheets[PROJECTS][0]["opening_year_done"] = "=H2*0.1"
    assert complaint(session, sheets)[1:4] == (2, "年初累计(万元)", "写的是“=H2*0.1”")


def test_a_text_that_a_spreadsheet_would_run_is_refused(session: Session) -> None:
    sheets = a_city()
    sheets[UNITS].append({"name": '=HYPERLINK("http://example.invalid")'})
    assert complaint(session, sheets)[:3] == (UNITS, 5, "单位名称")
    sheets[UNITS][3] = {"name": "#REF!"}
    assert complaint(session, sheets)[3] == "写的是“#REF!”"


def test_a_missing_heading_is_named_and_hides_no_other_error(session: Session) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = UNITS
    sheet.append(["单位名称"])
    out = io.BytesIO()
    book.save(out)
    errors = registry.plan(session, workbook.read(out.getvalue())).errors
    assert [(error.sheet, error.row, error.column) for error in errors] == [
        (UNITS, 1, "所属区域"),
        (PEOPLE, 0, ""),
        (PROJECTS, 0, ""),
    ]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", "单位名称,所属区域".encode()])
def test_a_file_that_is_no_workbook_is_one_error(session: Session, content: bytes) -> None:
    (error,) = registry.plan(session, workbook.read(content)).errors
    assert (error.sheet, error.found) == ("文件", "打不开")


# Cells


@pytest.mark.parametrize("day", [date(2012, 6, 30), "2012-06-30", "2012.6.30", "2012/6/30", "2012年6月30日"])
def test_a_date_may_be_a_real_one_or_text(session: Session, day: object) -> None:
    sheets = a_city()
    sheets[PROJECTS][1]["finish_planned"] = day
    imported(session, sheets)
    assert session.scalars(select(Project.finish_planned).where(Project.number == 4)).one() == date(
        2012, 6, 30
    )


@pytest.mark.parametrize("month", [date(2012, 2, 29), "2012-02", "2012.2", "2012年2月"])
def test_the_month_of_the_opening_figures_may_be_a_date_or_text(session: Session, month: object) -> None:
    sheets = a_city()
    sheets[PROJECTS][1]["opening_month"] = month
    imported(session, sheets)
    assert set(session.scalars(select(Project.opening_month))) == {"2012-02"}


@pytest.mark.parametrize("cell", ["李一、王二", "李一，王二", "王二;李一", "李一\n王二", "李 一、王二、李一"])
def test_several_people_may_stand_in_one_cell(session: Session, cell: str) -> None:
    sheets = a_city()
    sheets[PROJECTS][0]["reporters"] = cell
    imported(session, sheets)
    assert {name for name, _, _ in living(session, Role.REPORTER)} == {"李一", "王二"}


# Money


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        (3200, 32_000_000),
        (0.1 + 0.2, 3_000),
        (1234.5678, 12_345_678),
        (28577000.0, 285_770_000_000),
        ("3,200万元", 32_000_000),
        ("0.32亿", 32_000_000),
        ("１２００", 12_000_000),
    ],
)
def test_money_is_exact_to_the_yuan(session: Session, cell: object, yuan: int) -> None:
    sheets = a_city()
    sheets[PROJECTS][1]["total_investment"] = cell
    imported(session, sheets)
    assert session.scalars(select(Project.total_investment).where(Project.number == 4)).one() == yuan


# The ledger, and the load


def test_the_ledger_keeps_counts_and_the_files_hash_and_no_person(session: Session) -> None:
    preview = imported(session, a_city())
    rows = session.scalars(select(LedgerRow).order_by(LedgerRow.id)).all()
    assert [row.chain for row in rows] == ["unit:1", "unit:2", "unit:3"]
    assert f'"facts":{{"milestones":1,"people":3,"projects":2,"sha256":"{preview.sha256}","units":1}}' in (
        rows[0].canonical
    )
    assert not any("李一" in row.canonical or "1990000" in row.canonical for row in rows)


def test_a_plan_takes_eight_queries_whatever_the_size(session: Session) -> None:
    """One for each table, and one for what stands in reports: an empty cell does not wipe it."""
    imported(session, a_city())
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append(call[2]))
    assert planned(session, a_city()).changes_nothing
    assert len([query for query in asked if query.startswith("SELECT")]) == 8


def test_two_sheets_whose_names_differ_by_a_space_are_an_error(session: Session) -> None:
    book = load_workbook(io.BytesIO(to_file(a_city())))
    again = book.copy_worksheet(book[PEOPLE])
    again.title = f"{PEOPLE} "
    out = io.BytesIO()
    book.save(out)
    [error] = registry.plan(session, workbook.read(out.getvalue())).errors
    assert (error.sheet, error.row) == (PEOPLE, 0)
    assert error.found.startswith("有几张这个名字的表")
    again.sheet_state, out = "hidden", io.BytesIO()
    book.save(out)
    assert registry.plan(session, workbook.read(out.getvalue())).ok


# What the preview shows


def test_the_preview_names_what_is_new_with_its_unit_and_its_money(session: Session) -> None:
    sheets = a_city()
    sheets[PROJECTS][0]["goal"] = "主体封顶"
    text = planned(session, sheets).summary()
    assert "\n新增：\n  单位 城北区住建局\n" in text
    assert "\n  人员 李一（城北区住建局）\n" in text
    assert (
        "\n  项目 城北水厂扩建工程，城北区住建局，总投资3.2亿元，2012年计划8,000万元，2012年目标“主体封顶”\n"
        in text
    )
    assert "项目 城北水厂取水口，城北区住建局，总投资1,200.5万元" in text


def test_what_is_new_is_counted_beyond_the_first_lines(session: Session) -> None:
    lines = planned(session, a_city()).summary(shown=2).splitlines()
    at = lines.index("新增：")
    assert lines[at + 1 : at + 4] == ["  单位 城北区住建局", "  单位 市住建局", "  …另有 9 处"]


def test_a_new_years_plan_is_shown_with_all_that_it_says(session: Session) -> None:
    imported(session, a_city())
    sheets = a_city()
    sheets[PROJECTS][0] |= {"year": 2013, "amount": 9876, "goal": "竣工投产", "to_finish": "是"}
    [change] = planned(session, sheets).sheets[2].changed
    assert (
        "年度 空 → 2013；年度计划投资(万元) 空 → 9,876万元；年度目标 空 → 竣工投产；年内竣工 空 → 是"
        in str(change)
    )
