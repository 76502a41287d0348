"""The limit in an instruction is read as people mean it; working days are the State Council's."""

from datetime import date

import pytest

from rules.limits import read_limit
from rules.workdays import Calendar

# Tuesday 27 March 2012. Saturday 31 March and Sunday 1 April were worked; 2-4 April (清明) were free.
TODAY = date(2012, 3, 27)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("请自规局本周内拿方案", date(2012, 4, 1)),
        ("请住建局本周五前报结果", date(2012, 3, 30)),
        ("周五下班前报", date(2012, 3, 30)),
        ("周一前报", date(2012, 4, 2)),
        ("下周三之前协调到位", date(2012, 4, 4)),
        ("下周内解决", date(2012, 4, 6)),
        ("3个工作日内办结", date(2012, 3, 30)),
        ("三个工作日内办结", date(2012, 3, 30)),
        ("请在６个工作日内办结", date(2012, 4, 5)),
        ("月底前完成", date(2012, 3, 31)),
        ("本月内完成", date(2012, 3, 31)),
        ("下月底前完成", date(2012, 4, 28)),
        ("下月15日前完成", date(2012, 4, 15)),
        ("8月15日前完成", date(2012, 8, 15)),
        ("务必于 8 月 15 日 前 完成", date(2012, 8, 15)),
        ("4.20前完成", date(2012, 4, 20)),
        ("15日前完成", date(2012, 4, 15)),
        ("15日内完成", date(2012, 4, 11)),
        ("六月底前完成", date(2012, 6, 29)),  # the 30th is a Saturday
        ("48小时内报", date(2012, 3, 29)),
        ("一周内报", date(2012, 4, 3)),
        ("两个星期内报", date(2012, 4, 10)),
        ("半个月内报", date(2012, 4, 11)),
        ("一个月内报", date(2012, 4, 26)),
        ("今天下班前报", TODAY),
        ("明天前报", date(2012, 3, 28)),
        ("年底前建成", date(2012, 12, 31)),
        ("本周内拿方案，4月20日前办结", date(2012, 4, 20)),
        ("2012-05-10前", date(2012, 5, 10)),
    ],
)
def test_a_limit_is_read_as_it_is_meant(text: str, day: date) -> None:
    assert read_limit(text, TODAY, Calendar()) == day


@pytest.mark.parametrize(
    "text",
    ["", "请抓紧办理", "按3月1日会议要求办", "上周五前就该办完", "2月底前就该办完", "1号地块先拆", "99月99日前",
     "今天的会议定了，抓紧", "三户人家", "2011年5月1日前就该办完"],
)  # fmt: skip
def test_what_names_no_coming_day_has_no_limit(text: str) -> None:
    assert read_limit(text, TODAY, Calendar()) is None


def test_this_week_said_on_a_rest_day_after_its_last_working_day_is_the_next_one() -> None:
    """本周内 said on Sunday 1 July was a limit of that Sunday, past when the office first saw it."""
    sunday = date(2012, 7, 1)
    assert read_limit("请各单位本周内补报", sunday, Calendar()) == date(2012, 7, 6)
    assert read_limit("请各单位本周内补报", date(2012, 6, 29), Calendar()) == date(2012, 6, 29)
