"""Headings and cells of a ledger: every usual wording is known, and no reader ever guesses or fails."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import money
from rules.money import Unit
from storage.cells import to_yuan
from storage.flat.cells import EPOCH, decimals, to_day, to_people, to_phones, to_years
from storage.flat.headings import label
from storage.flat.notes import numbers
from storage.flat.synonyms import field_of

anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes() | st.dates()
years = st.integers(2000, 2050)
months = st.integers(1, 12)


@pytest.mark.parametrize(
    ("headings", "field"),
    [
        ("序号 编号 NO. 项目序号", "number"),
        ("项目名称 名称 工程名称 建设项目名称 重大项目名称", "name"),
        (
            "总投资 总投资额（亿元） 投资总额(万元) 计划总投资 项目总投资（万元） 估算总投资 投资规模",
            "total_investment",
        ),
        (
            "年度计划 本年计划投资 2012年计划投资（万元） 2012年度投资计划 年度计划投资额 当年计划投资 年计划投资",
            "amount",
        ),
        (
            "自开工累计 自开工累计完成投资 开工以来累计完成投资 开工至今累计 总投资累计完成",
            "opening_total_done",
        ),
        (
            "年初至今 年初以来完成投资 1-3月累计完成投资 今年以来完成 2012年完成投资 本年累计 年度完成投资",
            "opening_year_done",
        ),
        ("累计完成 累计完成投资 截至3月底累计完成投资（万元） 截至2012年3月底累计完成", "done"),
        ("截至2011年底累计完成投资 上年底累计完成 以前年度累计完成投资", "before_year"),
        ("起止年限 建设年限 建设起止年限 建设工期 建设周期", "years"),
        ("计划开工 计划开工时间 拟开工时间 预计开工日期", "start_planned"),
        ("实际开工 实际开工时间", "start_actual"),
        ("计划竣工 计划竣工时间 预计竣工 计划建成投产时间", "finish_planned"),
        ("开工时间 开工日期", "start"),
        ("竣工 竣工时间 完工时间", "finish"),
        ("责任单位 建设单位 实施单位 项目业主 业主单位 承办单位 项目责任单位", "unit"),
        ("联络人 联系人 联络员 信息员 填报人 联系人及电话 联系人、电话", "reporters"),
        ("责任人 项目负责人 责任人姓名", "responsible"),
        ("联系电话 手机 手机号码 责任人电话 联系方式", "phone"),
        ("牵头领导 联系领导 挂点领导 市级联系领导 联系市领导 包联领导", "lead_leaders"),
        ("牵头部门 牵头单位 主管部门 行业主管部门", "lead_departments"),
        ("分管领导 分管负责人", "deputies"),
        ("一把手 单位负责人 主要负责人 单位主要领导", "heads"),
        ("建设性质 项目性质", "nature"),
        ("建设内容 建设规模及内容 主要建设内容 建设内容及规模 项目概况", "content"),
        ("年度目标 年度形象进度目标 2012年工作目标 2012年建设内容", "goal"),
        ("形象进度 目前进展情况 工程形象进度 项目进展情况", "progress"),
        ("是否开工 项目阶段 开工情况", "stage"),
        ("未开工原因", "not_started_because"),
        ("所属区域 县市区 所在县区 县（市、区）", "district"),
        ("备注 完成率 占年度计划% 本月完成投资 3月完成投资 存在问题 资金来源 下月安排 建设地点", "ignored"),
    ],
)
def test_every_usual_wording_of_a_heading_is_known(headings: str, field: str) -> None:
    assert {text: field_of(label(text).core) for text in headings.split()} == dict.fromkeys(
        headings.split(), field
    )


@pytest.mark.parametrize("heading", ["计划投资", "投资", "金额", "环评批复", "领导", "时间", "完成时限", ""])
def test_a_heading_that_could_mean_several_things_is_not_taken_for_one(heading: str) -> None:
    assert field_of(label(heading).core) is None


def test_a_heading_keeps_unit_year_and_month() -> None:
    found = label("截至2012年3月底\n累计完成投资（亿元）")
    assert (found.core, found.unit, found.year, found.month) == ("累计完成投资", Unit.YI, 2012, 3)


@given(st.text())
def test_any_heading_can_be_taken_apart(text: str) -> None:
    label(text)


# Money


@given(st.integers(-(10**9), 10**17) | st.floats(), st.sampled_from(Unit))
def test_a_number_is_the_amount_that_its_text_would_be(number: float, unit: Unit) -> None:
    text = f"{number:.15g}" if isinstance(number, float) else str(number)
    if "e" in text or "n" in text or text == "-0":  # 1e+20, nan, inf: no amount in either form
        return
    read = money.read_amount(text, unit)
    expected = read.yuan if isinstance(read, money.Amount) else None
    got = to_yuan(number, unit)
    assert got == expected or abs(number) >= 10**15


@given(st.integers(0, 10**13), st.sampled_from(Unit))
def test_an_amount_in_any_unit_comes_back_to_the_yuan(yuan: int, unit: Unit) -> None:
    assert to_yuan(yuan / unit.yuan, unit) == yuan


@pytest.mark.parametrize(
    ("value", "places"), [(1238.4, 1), (12, 0), (12.0, 0), ("1,238.40", 2), ("１２.5亿元", 1), (0.1, 1)]
)
def test_the_decimals_of_a_figure_are_those_it_was_written_with(value: object, places: int) -> None:
    assert decimals(value) == places


# Days


@given(
    years,
    months,
    st.sampled_from(["{}.{}", "{}年{}月", "{}-{}", "{}/{}", "{}年{}月份", " {} 年 {} 月"]),
    st.booleans(),
)
def test_a_month_is_its_first_or_last_day(year: int, month: int, form: str, late: bool) -> None:
    day = to_day(form.format(year, month), None, late)
    assert day is not None
    assert (day.year, day.month, (day + timedelta(1)).day if late else day.day) == (year, month, 1)


@given(years, months)
def test_the_end_of_a_month_is_its_last_day_whoever_asks(year: int, month: int) -> None:
    day = to_day(f"{year}年{month}月底", None, late=False)
    assert day is not None
    assert (day + timedelta(1)).day == 1


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_day_is_itself_in_every_form(day: date) -> None:
    serial = (day - EPOCH).days
    forms = (day, datetime(day.year, day.month, day.day), serial, float(serial), str(serial), day.isoformat())  # noqa: DTZ001
    written = f"{day.year}年{day.month}月{day.day}日", f"{day.year}.{day.month}.{day.day}", f"{day:%Y%m%d}"
    assert {to_day(form, None, late=True) for form in (*forms, *written)} == {day}


@given(months, years)
def test_a_month_without_a_year_takes_the_years_and_without_one_is_nothing(month: int, year: int) -> None:
    assert to_day(f"{month}月", year, late=False) == date(year, month, 1)
    assert to_day(f"{month}月", None, late=False) is None


@given(years)
def test_january_and_october_as_a_number_look_alike_and_are_refused(year: int) -> None:
    assert to_day(year + 0.1, None, late=False) is None
    assert to_day(f"{year}.1", None, late=False) == date(year, 1, 1)
    assert to_day(f"{year}.10", None, late=False) == date(year, 10, 1)


@given(years, st.integers(0, 20), st.sampled_from("-—~至"))
def test_years_are_their_first_and_last_day(first: int, more: int, dash: str) -> None:
    expected = (date(first, 1, 1), date(first + more, 12, 31))
    assert to_years(f"{first}{dash}{first + more}") == expected
    assert to_years(f"{first}年{dash}{first + more}年") == expected
    assert more == 0 or to_years(f"{first + more}{dash}{first}") is None


@given(anything)
def test_no_cell_makes_a_reader_fail(value: object) -> None:
    for late in (True, False):
        day = to_day(value, 2012, late)
        assert day is None or isinstance(day, date)
    to_years(value)
    to_people(value, value)
    to_phones(value)
    decimals(value)
    to_yuan(value)


# People

names = st.text(st.sampled_from("赵钱孙李周吴郑王冯陈"), min_size=2, max_size=3)
phones = st.integers(0, 10**7 - 1).map(lambda number: f"1990{number:07}")


@given(st.lists(st.tuples(names, phones), min_size=1, max_size=4, unique=True), st.sampled_from("、，；\n/"))
def test_names_and_numbers_are_paired_in_every_layout(people: list[tuple[str, str]], between: str) -> None:
    if len({phone for _, phone in people}) < len(people):
        return
    side_by_side = to_people(between.join(f"{name} {phone}" for name, phone in people))
    two_cells = to_people(
        between.join(name for name, _ in people), between.join(phone for _, phone in people)
    )
    assert side_by_side == two_cells
    assert [(each.name, each.phone) for each in two_cells or ()] == people


@given(st.lists(names, min_size=2, max_size=4), phones)
def test_one_number_for_several_people_is_not_given_to_one_of_them(people: list[str], phone: str) -> None:
    assert to_people("、".join(people), phone) is None


@given(st.sets(st.integers(1, 60), min_size=1))
def test_row_numbers_drawn_together_name_the_same_rows(rows: set[int]) -> None:
    text = numbers(rows)
    runs = [[int(end) for end in run.split("-")] for run in text.removesuffix("等").split("、")]
    named = {row for run in runs for row in range(run[0], run[-1] + 1)}
    assert named == rows or (text.endswith("等") and named < rows)
