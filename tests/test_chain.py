"""A pasted 接龙 is split into its entries, and nothing in it is lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.oneline.chain import ChainEntry, split_chain
from handlers.oneline.line import Line
from tests.test_one_line import BRIDGE, FINDER, GRID, LAKE, NAMES, WASTE, WATER

HEADING = "#接龙\n3月进展，请各单位报\n例 张三 城北水厂 本月1000万\n\n"


def entries(text: str) -> list[tuple[Any, ...]]:
    """Number, who, project, amount in 万元 and words of every entry; what is no report is its raw text."""
    return [told(each) for each in split_chain(text, FINDER)]


def told(entry: ChainEntry) -> tuple[Any, ...]:
    line = entry.line
    if not isinstance(line, Line):
        return entry.number, entry.who, entry.raw
    names = "、".join(each.name for each in line.projects)
    return entry.number, entry.who, names, line.amount and line.amount // 10**4, line.text or line.problem


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1. 张三 城北水厂 本月1200万 主体封顶", (1, "张三", WATER, 1200, "主体封顶")),
        ("2、李四：南湖大道 800万", (2, "李四", LAKE, 800, "")),
        ("３．王五　荷塘大桥　１２００万", (3, "王五", BRIDGE, 1200, "")),
        ("4）张三-城北水厂 1200万", (4, "张三", WATER, 1200, "")),
        ("5.张三城北水厂1200万", (5, "张三", WATER, 1200, "")),
        ("6. 水务局 周九 110千伏变电站同上月", (6, "水务局 周九", GRID, None, "")),
        ("7. 王五（水务局） 城北水厂 1200万", (7, "王五（水务局）", WATER, 1200, "")),
        ("8. 城北水厂 1200万", (8, "", WATER, 1200, "")),
        ("9. 本月城北水厂 1200万", (9, "", WATER, 1200, "")),
        ("10. 赵六 3号 1200万", (10, "赵六", WASTE, 1200, "")),
        ("11. 钱七 cbsc 1200", (11, "钱七", WATER, 1200, "")),
        ("12. 孙八 城北水广 1200万", (12, "孙八", WATER, 1200, "")),
        ("13. 李四 荷塘大桥 有问题 两户阻工", (13, "李四", BRIDGE, None, "两户阻工")),
        ("14. 孙八 已填", (14, "孙八", "14. 孙八 已填")),
        ("15. 城北水厂 什么时候截止", (15, "", "15. 城北水厂 什么时候截止")),
    ],
)
def test_an_entry_gives_who_and_what(line: str, expected: tuple[Any, ...]) -> None:
    assert entries(HEADING + line) == [expected]


def test_an_entry_may_run_over_several_lines() -> None:
    text = HEADING + "1. 张三 君山垃圾发电\n开工了 完成0.5亿\n主体封顶\n2. 李四 南湖大道 800万"
    assert entries(text) == [(1, "张三", WASTE, 5000, "主体封顶"), (2, "李四", LAKE, 800, "")]


def test_a_number_alone_in_an_entry_is_its_amount() -> None:
    assert entries(HEADING + "1. 张三\n城北水厂\n800") == [(1, "张三", WATER, 800, "")]


def test_an_entry_about_two_projects_gives_a_report_of_each() -> None:
    text = HEADING + "1. 张三\n城北水厂 1200万\n南湖大道 800万\n2. 李四 荷塘大桥 30万\n管网接到南湖大道"
    assert entries(text) == [
        (1, "张三", WATER, 1200, ""),
        (1, "张三", LAKE, 800, ""),
        (2, "李四", BRIDGE, 30, "管网接到南湖大道"),
    ]


def test_headings_examples_and_empty_numbers_are_left_out() -> None:
    text = HEADING + "1. 张三 城北水厂 1200万\n2.\n3.\n"
    assert entries(text) == [(1, "张三", WATER, 1200, "")]


def test_what_stands_before_the_first_number_is_kept_if_it_reports() -> None:
    assert entries("接龙\n城北水厂 1200万\n1. 李四 南湖大道 800万") == [
        (None, "", WATER, 1200, ""),
        (1, "李四", LAKE, 800, ""),
    ]


def test_what_stands_below_the_list_is_kept_as_it_is() -> None:
    text = HEADING + "1. 张三 城北水厂 1200万\n\n请大家抓紧"
    assert entries(text) == [(1, "张三", WATER, 1200, ""), (None, "", "请大家抓紧")]


@pytest.mark.parametrize(
    "text",
    [
        "1️⃣ 城北水厂 1200万\n2️⃣ 南湖大道 800万 👍\n3️⃣",
        "①城北水厂1200万\n②南湖大道800万",
        "1. 城北水厂 1200万\r\n2. 南湖大道 800万",
    ],
)
def test_two_numbered_lines_with_projects_need_no_heading(text: str) -> None:
    assert entries(text) == [(1, "", WATER, 1200, ""), (2, "", LAKE, 800, "")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "接龙",
        "请大家接龙",
        "请大家接龙\n谢谢",
        "城北水厂 1200万",
        "1. 城北水厂 1200万",
        "城北水厂 本月1200万\n1. 主体封顶\n2. 管网完成50%",
        "1. 城北水厂 去看看\n2. 南湖大道 也去",
        "城北水厂 1200万\n南湖大道 800万",
        "3号 1200万\n4号 800万",
        "1.2亿 城北水厂\n3.5亿 南湖大道",
    ],
)
def test_what_is_no_chain_is_left_alone(text: str) -> None:
    assert split_chain(text, FINDER) == ()


words = st.sampled_from(
    [*NAMES, "张三", "1200万", "主体封顶", "3号", "同上月", "？", "😀", "1.", "2、", "接龙", "800"]
)
lines = st.lists(words, min_size=1, max_size=5).map(" ".join)


@given(st.lists(lines, min_size=1, max_size=8))
def test_every_numbered_line_is_kept_with_what_follows_it(said: list[str]) -> None:
    numbered = [f"{at}. 甲{line}" for at, line in enumerate(said, 1)]
    found = split_chain(HEADING + "\n".join(numbered), FINDER)
    assert "\n".join(each.raw for each in found) == "\n".join(numbered)


@given(st.text(max_size=120), st.booleans())
def test_any_text_is_split_or_left_alone(text: str, headed: bool) -> None:
    for entry in split_chain(HEADING + text if headed else text, FINDER):
        assert entry.raw.strip()
