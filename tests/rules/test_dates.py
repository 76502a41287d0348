"""Days as people write them, against a Monday: 26 March 2012."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.dates import day_said, days_written, is_like_a_day, read_day
from rules.spoken import Day, NotRead, read_moment
from rules.workdays import city_zone

TODAY = date(2012, 3, 26)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天", (2012, 3, 26)),
        ("昨天", (2012, 3, 25)),
        ("前天", (2012, 3, 24)),
        ("3月20日", (2012, 3, 20)),
        ("3月20号", (2012, 3, 20)),
        ("本月20日", (2012, 3, 20)),
        ("20号", (2012, 3, 20)),
        ("3.20", (2012, 3, 20)),
        ("３月２０日", (2012, 3, 20)),
        ("2011年12月31日", (2011, 12, 31)),
        ("2011-12-31", (2011, 12, 31)),
        ("2012年2月底", (2012, 2, 29)),
        ("12月31日", (2011, 12, 31)),
        ("28号", (2012, 2, 28)),
        ("上月28号", (2012, 2, 28)),
        ("上个月底", (2012, 2, 29)),
        ("三月二十日", (2012, 3, 20)),
        ("上周五", (2012, 3, 23)),
        ("2012.3.20", (2012, 3, 20)),
    ],
)
def test_a_day_is_read_as_people_write_it(said: str, day: tuple[int, int, int]) -> None:
    assert read_day(said, TODAY) == date(*day)


@pytest.mark.parametrize(
    "said",
    ["明天", "30号", "2月30日", "13月1日", "2012年4月1日", "4月1日", "本月28号", "等图纸", "", "3", "20"],
)
def test_what_is_no_day_or_has_not_come_is_not_read(said: str) -> None:
    assert read_day(said, TODAY) is None


def test_a_bare_day_is_the_newest_such_day_also_of_the_month_before() -> None:
    assert read_day("28号", date(2012, 4, 3)) == date(2012, 3, 28)
    assert read_day("3号", date(2012, 4, 3)) == date(2012, 4, 3)
    assert read_day("31号", date(2012, 5, 3)) is None


@given(st.text(alphabet="今昨前大上本这周星期一二三十年月日号底0123456789-/.", max_size=9))
def test_a_day_alone_is_the_same_to_the_reader_of_moments(said: str) -> None:
    moment = read_moment(said, datetime.combine(TODAY, time(9), tzinfo=city_zone()))
    day = day_said(said, TODAY)
    if isinstance(moment, Day):
        assert moment.day == day
    elif day is not None and day > TODAY:
        assert moment is NotRead.AHEAD


@pytest.mark.parametrize("said", ["3月中旬", "下周一", "明天", "月底", "20", "4月31日", "下月初"])
def test_what_can_only_be_meant_as_a_day_is_known_as_such(said: str) -> None:
    assert is_like_a_day(said)


@pytest.mark.parametrize("said", ["", "天气", "等3号变电站", "4月10日才拿到施工许可", "下雨", "等图纸"])
def test_words_in_which_a_day_is_named_are_not_a_day(said: str) -> None:
    assert not is_like_a_day(said)


@given(st.text(max_size=12))
def test_any_text_is_read_without_trouble_and_never_as_a_day_to_come(said: str) -> None:
    day = read_day(said, TODAY)
    assert day is None or day <= TODAY


@pytest.mark.parametrize(
    "after",
    [
        "",
        "。",
        "，主体",
        " 主体",
        "800万",
        "前",
        "后",
        "起",
        "至4月2日",
        "完成",
        "开工",
        "竣工",
        "上午",
        "请假",
    ],
)
def test_a_number_ends_as_a_day_where_no_part_follows(after: str) -> None:
    assert days_written(f"城北 2月30号{after}")[0] == "2月30号"


@pytest.mark.parametrize(
    "part", ["墩", "承台", "塔", "梁", "地块", "孔", "段", "楼", "上部结构", "桩基", "后浇带", "起重机"]
)
def test_the_number_of_a_part_is_no_day(part: str) -> None:
    assert days_written(f"3月45号{part}完成") == ()
    assert days_written(f"3月45日{part}完成") == ("3月45日",)
