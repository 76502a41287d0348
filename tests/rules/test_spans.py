"""Days that lie ahead are read as they are said, and what is none is not read."""

from datetime import date

import pytest

from rules.spans import Days, read_days

MONDAY = date(2012, 6, 25)


def days(first: tuple[int, int], last: tuple[int, int] | None = None) -> Days:
    return Days(date(2012, *first), date(2012, *(last or first)))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("今天", days((6, 25))),
        ("明天", days((6, 26))),
        ("大后天", days((6, 28))),
        ("周三", days((6, 27))),
        ("下周三", days((7, 4))),
        ("下下周一", days((7, 9))),
        ("7月1日", days((7, 1))),
        ("7月1日到7月10日", days((7, 1), (7, 10))),
        ("从7月1日起至10日止", days((7, 1), (7, 10))),
        ("7月1日-10日", days((7, 1), (7, 10))),
        ("7.1~7.10", days((7, 1), (7, 10))),
        ("７月１日　到　７月１０日", days((7, 1), (7, 10))),
        ("2012-07-01到2012-07-10", days((7, 1), (7, 10))),
        ("七月一日到十日", days((7, 1), (7, 10))),
        ("7月28日到3日", days((7, 28), (8, 3))),
        ("28号到30号", days((6, 28), (6, 30))),
        ("下周三到周五", days((7, 4), (7, 6))),
        ("下周三到下周五", days((7, 4), (7, 6))),
        ("明天到后天", days((6, 26), (6, 27))),
        ("明天到周五", days((6, 26), (6, 29))),
        ("周五到下周二", days((6, 29), (7, 3))),
        ("明天起3天", days((6, 26), (6, 28))),
        ("7月1日开始，休十天", days((7, 1), (7, 10))),
        ("下周", days((7, 2), (7, 8))),
        ("本周", days((6, 25), (7, 1))),
        ("6月20日到30日", days((6, 20), (6, 30))),
    ],
)
def test_days_ahead_are_read_as_they_are_said(said: str, meant: Days) -> None:
    assert read_days(said, MONDAY) == meant


def test_over_the_end_of_a_year_the_days_of_the_next_are_meant() -> None:
    assert read_days("12月28日到1月5日", date(2012, 12, 20)) == Days(date(2012, 12, 28), date(2013, 1, 5))


@pytest.mark.parametrize(
    "said", ["", "到", "7月10日到7月1日", "2月30日", "几天", "明天起0天", "到7月1日", "城北到城南"]
)
def test_what_is_no_days_is_not_read(said: str) -> None:
    assert read_days(said, MONDAY) is None


def test_the_days_are_counted_with_the_first_and_the_last() -> None:
    assert len(days((7, 1), (7, 10))) == 10
