"""How many inputs a report takes, and how many messages it brings: counted, and held against the manual's table.

An input is what a person does: a tap or a message. Counted is what comes after the project was chosen, for a
project that had to be chosen costs the same whatever is reported on it.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chat import Chat
from tests.town import NORTH, SOUTH, Town, reports_problem

MANUAL = Path(__file__).parents[1] / "docs" / "手册.md"
Acts = tuple[Callable[[Chat], object], ...]


def says(text: str) -> Callable[[Chat], object]:
    return lambda chat: chat.says(text)


def taps(label: str) -> Callable[[Chat], object]:
    return lambda chat: chat.taps(label)


# What is reported; what stands already, what is done before the count, and what is counted.
CASES: dict[str, tuple[Callable[[Town], object], Acts, Acts]] = {
    "普通一个月的进展": (
        lambda town: None,
        (says("报进展"), taps(NORTH)),
        (says("1200"), says("主体封顶，完成70%"), taps("没有照片"), taps("✅")),
    ),
    "同上月": (
        lambda town: town.has_reported(town.north, "2012-02"),
        (says("报进展"), taps(NORTH)),
        (taps("同上月"), taps("✅")),
    ),
    "几个项目都同上月": (
        lambda town: [town.has_reported(each, "2012-02") for each in (town.north, town.south)],
        (says("报进展"),),
        (taps("都同上月"), taps("✅")),
    ),
    "一句话报进展": (
        lambda town: None,
        (),
        (says("城北水厂 本月1200万 形象70%"), taps("✅")),
    ),
    "零报告": (
        lambda town: town.reaches(7, 2),
        (says("帮助"),),
        (taps("零报告"), taps("✅")),
    ),
    "一般问题": (
        lambda town: None,
        (says("报问题"), taps(SOUTH)),
        (taps("一般问题"), taps("征拆"), says("两户阻工"), taps("暂时不需要"), taps("没有照片"), taps("✅")),
    ),
    "重大问题": (
        lambda town: None,
        (says("报问题"), taps(SOUTH)),
        (
            taps("🔴"),
            taps("征拆"),
            says("两户阻工"),
            taps("刚才"),
            taps("就在项目现场"),
            taps("暂时不需要"),
            taps("没有照片"),
            taps("🔴"),
        ),
    ),
    "老问题说一声“仍在”": (
        lambda town: reports_problem(town.reporter, "一般问题"),
        (says("我的待办"),),
        (taps("W1 仍在"),),
    ),
    "老问题说有变化": (
        lambda town: reports_problem(town.reporter, "一般问题"),
        (says("我的待办"),),
        (taps("W1 有变化"), says("一户已签"), taps("✅")),
    ),
}


def counted(town: Town, case: str) -> tuple[int, int]:
    prepare, before, acts = CASES[case]
    prepare(town)
    me = town.reporter
    for act in before:
        act(me)
    seen = len(me.messages())
    for act in acts:
        act(me)
    return len(acts), len(me.messages()) - seen


def told() -> dict[str, tuple[int, int]]:
    """The manual's table: what is reported, inputs, messages."""
    rows = re.findall(r"(?m)^\| (\S+) \| (\d+) \| (\d+) \|$", MANUAL.read_text(encoding="utf-8"))
    return {name: (int(inputs), int(messages)) for name, inputs, messages in rows}


@pytest.mark.parametrize("case", CASES)
def test_a_report_takes_as_many_inputs_and_messages_as_the_manual_says(town: Town, case: str) -> None:
    inputs, messages = counted(town, case)
    print(f"| {case} | {inputs} | {messages} |")  # noqa: T201 - the table for the manual, seen with -s
    assert told()[case] == (inputs, messages)


def test_the_manual_counts_nothing_else() -> None:
    assert set(told()) == set(CASES)


def test_nothing_takes_more_than_was_promised() -> None:
    counts = told()
    assert counts["普通一个月的进展"][1] <= 4
    assert counts["同上月"][1] <= 2
    assert counts["零报告"] == (2, 2)
