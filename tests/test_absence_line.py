"""A leave said in one sentence is read whole or not at all."""

from datetime import date

import pytest

from handlers.oneline.absence import Absence, read_absence
from rules.spans import Days

TODAY = date(2012, 6, 25)  # a Monday
JULY = Days(date(2012, 7, 1), date(2012, 7, 10))
NEXT_WEEK = Days(date(2012, 7, 4), date(2012, 7, 6))
TOMORROW = Days(date(2012, 6, 26), date(2012, 6, 26))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("7月1日到7月10日 由李四代", Absence("", JULY, "李四")),
        ("7月1日到7月10日请假，由李四代班", Absence("", JULY, "李四")),
        ("我7月1日至10日休年假，请李四代报。", Absence("", JULY, "李四")),
        ("下周三到周五请假 由李四代", Absence("", NEXT_WEEK, "李四")),
        ("请假 下周三到周五 由李四代我", Absence("", NEXT_WEEK, "李四")),
        ("明天请假", Absence("", TOMORROW, None)),
        ("明天出差，不用人代", Absence("", TOMORROW, "")),
        ("张三明天请假 由李四代", Absence("张三", TOMORROW, "李四")),
        ("欧阳小明7月1日到7月10日病假", Absence("欧阳小明", JULY, None)),
        ("7月1日请假十天 由李四代", Absence("", JULY, "李四")),
    ],
)
def test_a_leave_is_read_in_one_sentence(said: str, meant: Absence) -> None:
    assert read_absence(said, TODAY) == meant


@pytest.mark.parametrize(
    "said",
    [
        "请假", "明天", "由李四代", "城北水厂 本月1200万 形象70%", "施工员明天请假，工地停工", "主体由二标段代建",
        "工人下周三放假回家收麦子", "7月1日到7月10日", "请假条已交", "项目由李四代管", "明" * 80 + "请假",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_leave_is_none(said: str) -> None:
    assert read_absence(said, TODAY) is None
