"""The export of a town lived through by hand: every figure right to the yuan, every text the text it was."""

import io
import os
import random
import re
import zipfile
from datetime import datetime
from enum import StrEnum

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import String, select, update
from sqlalchemy.orm import Session

from rules.kinds import DutyKind, DutyState, IssueState, ProjectState, ReportKind, Role, Severity, Stage
from storage import issues, reports
from storage.export import words as export_words
from storage.export.city import export
from storage.reports import Content
from storage.tables.base import Base
from storage.tables.ordering import Order
from storage.tables.registry import Person, Project, Unit, YearPlan
from storage.tables.reporting import Duty, Issue, ReportVersion
from tests.builders import (
    a_duty,
    a_person,
    a_project,
    a_report,
    a_responsibility,
    a_year_plan,
    an_issue,
    an_order,
)
from tests.chat import ZONE
from tests.town import NORTH, Town

UNIT = "城北区住建局"
Table = list[dict[str, object]]


def local(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2012, month, day, hour, minute, tzinfo=ZONE)


def exported(town: Town) -> Workbook:
    content = town.do(lambda session: export(session, town.clock.now, ZONE))
    return load_workbook(io.BytesIO(content))


def table(book: Workbook, title: str) -> Table:
    """The rows of a sheet by their headings."""
    headings, *rows = book[title].iter_rows(values_only=True)
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


def files(town: Town, project_id: int, period: str, at: datetime, content: Content) -> None:
    """The reporter files, or corrects what stands."""

    def work(session: Session) -> None:
        person = int(town.reporter.user) - 1000
        filed = reports.file(
            session, project_id=project_id, unit_id=1, kind=ReportKind.PROGRESS, period=period,
            person_id=person, content=content, talk_id=None, now=at,
        )  # fmt: skip
        duty = (Duty.project_id == project_id, Duty.period == period, Duty.settled.is_(None))
        session.execute(update(Duty).where(*duty).values(settled=at, report_id=filed.report_id))

    town.do(work)


def opens_at(town: Town, project_id: int, **columns: object) -> None:
    town.do(lambda session: session.execute(update(Project).where(Project.id == project_id).values(columns)))


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (export_words.DUTY_WORDS, DutyKind),
        (export_words.DUTY_STATE_WORDS, DutyState),
        (export_words.PROJECT_STATE_WORDS, ProjectState),
        (export_words.SEVERITY_WORDS, Severity),
        (export_words.ISSUE_STATE_WORDS, IssueState),
    ],
)
def test_every_value_that_a_row_can_hold_has_a_word_in_the_export(
    words: dict[str, str], values: type[StrEnum]
) -> None:
    """A problem that was said to be solved once broke the whole export."""
    assert set(words) == set(values)


def test_the_workbook_has_its_nine_sheets(town: Town) -> None:
    book = exported(town)
    assert book.sheetnames == [
        "项目",
        "人员",
        "应报台账",
        "进展",
        "进展各版",
        "问题",
        "督办",
        "问题经过",
        "完整率及时率",
        "讲评",
    ]
    assert all(page.freeze_panes == "A2" and page.auto_filter.ref for page in book)


# 项目, 人员


def test_the_registry_stands_there_with_its_people_of_today(town: Town) -> None:
    def change(session: Session) -> None:
        north = session.get_one(Project, town.north)
        former = a_person(session, name="前任")
        a_responsibility(session, north, former, Role.REPORTER, until=local(3, 26).date())
        north.total_investment = 123_456_789

    town.do(change)
    book = exported(town)
    [north] = [row for row in table(book, "项目") if row["项目名称"] == NORTH]
    assert (north["联络人"], north["分管领导"], north["牵头领导"]) == ("张三", "李四", "王市长")
    assert (north["总投资(万元)"], north["年度"], north["年度计划投资(万元)"]) == (12345.6789, 2012, 2400)
    assert (north["项目类型"], north["阶段"], north["状态"]) == ("重大建设", "开工", "在推进")
    assert north["实际开工"] == datetime(2011, 5, 1)  # noqa: DTZ001 - Excel knows no zones
    [zhang] = [row for row in table(book, "人员") if row["姓名"] == "张三"]
    assert (zhang["单位"], zhang["角色"], zhang["在岗"], zhang["已绑定"]) == (UNIT, "联络人", "是", "是")
    assert isinstance(zhang["手机"], str)


# 进展, 进展各版


def test_cumulatives_are_right_to_the_yuan_through_corrections_and_the_turn_of_the_year(town: Town) -> None:
    opens_at(
        town, town.north, opening_month="2012-02", opening_year_done=30_000_003, opening_total_done=90_000_009
    )
    for period, amount in {
        "2012-03": 12_000_000, "2012-04": 1, "2012-12": 5_000_000, "2013-01": 70_000, "2013-02": 20_001,
    }.items():  # fmt: skip
        files(town, town.north, period, local(4, 1), Content(amount=amount, progress="主体封顶"))
    files(town, town.north, "2012-03", local(4, 2), Content(amount=12_345_678, progress="更正"))
    town.do(
        lambda session: a_year_plan(session, session.get_one(Project, town.north), year=2013, amount=200_000)
    )
    rows = [row for row in table(exported(town), "进展") if row["项目"] == NORTH]
    assert [
        (
            row["期别"],
            yuan(row["本月完成(万元)"]),
            yuan(row["年初累计(万元)"]),
            yuan(row["开工累计(万元)"]),
            round(float(str(row["年度完成率"])), 12),
        )
        for row in rows
    ] == [
        ("2012年3月", 12_345_678, 42_345_681, 102_345_687, round(42_345_681 / 24_000_000, 12)),
        ("2012年4月", 1, 42_345_682, 102_345_688, round(42_345_682 / 24_000_000, 12)),
        ("2012年12月", 5_000_000, 47_345_682, 107_345_688, round(47_345_682 / 24_000_000, 12)),
        ("2013年1月", 70_000, 70_000, 107_415_688, round(70_000 / 200_000, 12)),
        ("2013年2月", 20_001, 90_001, 107_435_689, round(90_001 / 200_000, 12)),
    ]


def yuan(wan: object) -> int | None:
    return None if wan is None else round(float(str(wan)) * 10_000)


def test_a_correction_stands_and_what_it_replaced_is_kept(town: Town) -> None:
    files(town, town.north, "2012-03", local(3, 27), Content(amount=1_000_000, progress="打错了"))
    files(
        town, town.north, "2012-03", local(3, 28, 10, 5),
        Content(amount=10_000_000, progress="主体封顶", percent=70, next_plan="装修", coordination="用电"),
    )  # fmt: skip
    book = exported(town)
    [standing] = table(book, "进展")
    assert (standing["编号"], standing["版本"], standing["本月完成(万元)"]) == ("J1", 2, 1000)
    assert (standing["进度(%)"], standing["下月安排"], standing["需协调事项"]) == (70, "装修", "用电")
    assert standing["首报时间"] == datetime(2012, 3, 27, 9)  # noqa: DTZ001 - Excel knows no zones
    assert standing["报送时间"] == datetime(2012, 3, 28, 10, 5)  # noqa: DTZ001
    versions = table(book, "进展各版")
    assert [(row["版本"], row["现行"], row["形象进度"]) for row in versions] == [
        (1, "否", "打错了"), (2, "是", "主体封顶"),
    ]  # fmt: skip


def test_what_owes_no_amount_has_none_and_no_cumulatives_made_up(town: Town) -> None:
    files(town, town.south, "2012-03", local(3, 27), Content(stage=Stage.SIGNED, progress="已签约"))
    [row] = table(exported(town), "进展")
    assert (row["阶段"], row["本月完成(万元)"], row["开工累计(万元)"]) == ("签约", None, None)


def test_a_withdrawn_report_counts_for_nothing_and_its_versions_are_kept(town: Town) -> None:
    files(town, town.north, "2012-03", local(3, 27), Content(amount=5_000_000))
    files(town, town.north, "2012-04", local(4, 26), Content(amount=7))
    town.do(lambda session: reports.withdraw(session, 1, local(3, 28)))
    book = exported(town)
    assert [(row["编号"], yuan(row["开工累计(万元)"])) for row in table(book, "进展")] == [("J2", 7)]
    assert [(row["编号"], row["现行"]) for row in table(book, "进展各版")] == [("J1", "已撤回"), ("J2", "是")]


def test_months_made_up_for_count_in_the_cumulatives_and_stand_beside_them(town: Town) -> None:
    content = Content(amount=100, backfill_year=20, backfill_total=3_000)
    files(town, town.north, "2012-04", local(4, 26), content)
    [row] = table(exported(town), "进展")
    wanted = ("补记(万元)", "年初累计(万元)", "开工累计(万元)")
    assert [yuan(row[heading]) for heading in wanted] == [3_000, 120, 3_100]


def test_a_month_within_the_opening_figures_gets_no_cumulative(town: Town) -> None:
    opens_at(town, town.north, opening_month="2012-03", opening_total_done=500)
    files(town, town.north, "2012-03", local(4, 1), Content(amount=100))
    files(town, town.north, "2012-04", local(5, 1), Content(amount=7))
    assert [yuan(row["开工累计(万元)"]) for row in table(exported(town), "进展")] == [None, 507]


# 应报台账, 完整率及时率


def test_duties_and_figures_say_who_was_on_time_late_and_missing(town: Town) -> None:
    files(town, town.north, "2012-03", local(4, 6), Content(amount=100))
    town.reaches(4, 11)
    files(town, town.south, "2012-04", local(4, 25), Content(amount=100))
    town.reaches(4, 26)
    book = exported(town)
    march = [row for row in table(book, "应报台账") if row["期别"] == "2012年3月"]
    assert [(row["项目序号"], row["是否按时"], row["编号"], row["报送人"]) for row in march] == [
        (7, "迟报", "J1", "张三"), (13, "未报", None, None),
    ]  # fmt: skip
    assert march[0]["应报时间"] == datetime(2012, 4, 5, 18)  # noqa: DTZ001 - Excel knows no zones
    assert march[0]["实报时间"] == datetime(2012, 4, 6, 9)  # noqa: DTZ001
    figures = {row["期别"]: row for row in table(book, "完整率及时率")}
    assert list(figures) == ["2012年3月", "2012年4月"]
    closed, still_open = figures.values()
    assert (closed["应报"], closed["已报"], closed["迟报"], closed["未报"]) == (2, 1, 1, 1)
    assert (closed["完整率"], closed["及时率"], closed["说明"]) == (0.5, 0, None)
    assert (still_open["待报"], still_open["完整率"], still_open["及时率"]) == (1, 0.5, 0.5)
    assert still_open["说明"] == "未截止，暂计"


def test_a_monthly_word_names_its_problem(town: Town) -> None:
    def word(session: Session) -> None:
        a_duty(session, project=session.get_one(Project, town.north), kind=DutyKind.ISSUE, subject="12")

    town.do(word)
    [row] = [row for row in table(exported(town), "应报台账") if row["方式"] == "一般问题月报告"]
    assert (row["问题"], row["项目"]) == ("W12", NORTH)


# 问题


def test_a_problem_has_its_category_by_name_and_who_took_note_of_it(town: Town) -> None:
    def happen(session: Session) -> None:
        north, person = (
            session.get_one(Project, town.north),
            session.get_one(Person, int(town.reporter.user) - 1000),
        )
        issue = an_issue(
            session, project=north, person=person, category="land", what="两户未签", filed=local(3, 26, 10)
        )
        leader = int(town.leader.user) - 1000
        issues.acknowledge(session, issue, leader, local(3, 26, 10, 1))
        issues.add_event(session, issue.id, int(town.office.user) - 1000, "acknowledged", local(3, 26, 11))

    town.do(happen)
    [row] = table(exported(town), "问题")
    assert (row["编号"], row["项目"], row["级别"], row["类别"]) == ("W1", NORTH, "一般问题", "用地")
    assert (row["提出人"], row["提出单位"], row["状态"], row["知悉人"]) == ("张三", UNIT, "已知悉", "王市长")
    assert row["知悉时间"] == datetime(2012, 3, 26, 10, 1)  # noqa: DTZ001 - Excel knows no zones
    assert row["代报人"] is None


def test_a_problem_by_telephone_was_raised_by_who_telephoned_beside_who_filed_it(town: Town) -> None:
    for step in ("代报", NORTH, "张三", "问题", "一般问题", "征拆", "阻工", "不需要", "没有", "确认"):
        town.office.says(step)
    [row] = table(exported(town), "问题")
    assert (row["提出人"], row["提出单位"], row["代报人"]) == ("张三", UNIT, "周科长")


# Texts

HOSTILE = [
    "=",
    "+",
    "-",
    "@",
    "=1+1",
    "=cmd|'/C calc'!A0",
    "@SUM(A1)",
    "{=1}",
    '=HYPERLINK("http://x","y")',
    "#REF!",
]
ODD = [
    "\t",
    "\n",
    "\r",
    "\x00",
    "\x1b[2J",
    "\x7f",
    "\u202e",
    "\ufeff",
    "\uffff",
    " ",
    "\u3000",
    "<f>",
    "&",
    "]]>",
    "'",
]


def hostile(number: int) -> str:
    """One of very many texts that begin as formulas do, behind or before what is odd."""
    dice = random.Random(number)  # noqa: S311 - no secret
    odd = "".join(dice.choices(ODD, k=dice.randrange(3)))
    return odd * dice.randrange(2) + dice.choice(HOSTILE) + odd + f"{number}"


def texts_of(model: type[Base]) -> list[str]:
    """The names of the columns in which people's words stand."""
    fixed = {"period", "opening_month"}
    plain = (column for column in model.__table__.columns if type(column.type) is String)
    return [column.key for column in plain if column.key not in fixed]


@pytest.mark.parametrize("model", [Unit, Person, Project, YearPlan, ReportVersion, Issue, Order])
def test_every_table_with_words_of_people_is_in_the_test_of_hostile_texts(model: type[Base]) -> None:
    assert texts_of(model)


def test_hostile_texts_through_every_text_column_give_no_formula(town: Town) -> None:
    """A thousand; the long form is of as many as SANBAO_HOSTILE_TEXTS says."""
    count = int(os.environ.get("SANBAO_HOSTILE_TEXTS", "1000"))

    def fill(session: Session) -> None:
        for number in range(count):
            _rows_full_of(session, hostile(number), number)

    town.do(fill)
    content = town.do(lambda session: export(session, town.clock.now, ZONE))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        pages = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert len(pages) == 10
    for page in pages:
        assert not re.search(rb"<f[ >/]", page)
        assert b't="e"' not in page
        assert b't="str"' not in page
    book = load_workbook(io.BytesIO(content), read_only=True)
    found = {value for page in book for row in page.iter_rows(values_only=True) for value in row}
    assert {f"=cmd|'/C calc'!A0{number}" for number in range(count)} & found
    assert sum(isinstance(value, str) and value.startswith("=") for value in found) > count / 5


def _rows_full_of(session: Session, text: str, number: int) -> None:
    """A row of every table, with that text in every column of words; where it must be unique, with its number."""

    def words(model: type[Base]) -> dict[str, str]:
        columns = model.__table__.columns
        return {name: f"{text}{number}" if columns[name].unique else text for name in texts_of(model)}

    unit = Unit(**words(Unit))
    session.add(unit)
    session.flush()
    person = a_person(session, unit=unit, **words(Person))
    project = a_project(session, reporter=person, number=1000 + number, **words(Project))
    a_year_plan(session, project, **words(YearPlan))
    an_order(session, project=project, drafted_by=person.id, **words(Order))
    report = a_report(session, project=project, person=person)
    session.execute(
        update(ReportVersion).where(ReportVersion.report_id == report.id).values(words(ReportVersion))
    )
    a_duty(session, project=project, report_id=report.id, settled=report.filed)
    an_issue(session, project=project, person=person, **words(Issue))


def test_a_zero_stands_in_the_ledger_with_its_receipt(town: Town) -> None:
    town.reaches(7, 2)

    def zero(session: Session) -> None:
        person = int(town.reporter.user) - 1000
        filed = reports.file(
            session, project_id=town.north, unit_id=1, kind=ReportKind.ZERO, period="2012H1", person_id=person,
            content=Content(), talk_id=None, now=town.clock.now,
        )  # fmt: skip
        duty = select(Duty).where(
            Duty.project_id == town.north, Duty.kind == DutyKind.ZERO, Duty.period == "2012H1"
        )
        row = session.scalars(duty).one()
        row.settled, row.report_id = town.clock.now, filed.report_id

    town.do(zero)
    book = exported(town)
    [row] = [
        row
        for row in table(book, "应报台账")
        if row["方式"] == "零报告" and row["项目"] == NORTH and row["编号"]
    ]
    assert (row["期别"], row["是否按时"], row["编号"]) == ("2012年上半年", "按时", "J1")
    assert table(book, "进展") == []
