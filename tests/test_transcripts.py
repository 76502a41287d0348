"""Every conversation opens with its transcript, and the transcript is what happens."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest

from handlers.scripts import SCRIPTS
from storage.messages import Outgoing
from tests.chat import labels
from tests.reminding import reminds
from tests.town import NORTH, SOUTH, Town
from tests.workbooks import a_workbook_waits

# What must have happened before a transcript begins; the others begin on the town's first morning.
BEFORE: dict[str, Callable[[Town], object]] = {
    "report_zero": lambda town: town.reaches(7, 2),
    "return_report": lambda town: [files(town, name) for name in (NORTH, SOUTH)],
    "unlock_duty": lambda town: town.reaches(4, 11),
    "judge_duty": lambda town: (reminds(town), town.reaches(4, 11)),
    "resume_project": lambda town: pauses(town, NORTH),
    "import_workbook": lambda town: a_workbook_waits(town),
    "leave_workbook": lambda town: a_workbook_waits(town),
}
# Whose words a line holds; the reporter's where nobody is named.
WHO = {"": "reporter", "市项目办": "office", "一把手": "head"}


SPOKEN = re.compile(r"(\S*)> (.+)")


def files(town: Town, project: str) -> None:
    for step in ("报进展", project, "1200", "主体封顶", "没有", "确认"):
        town.reporter.says(step)


def pauses(town: Town, project: str) -> None:
    for step in ("暂停", project, "停工", "确认"):
        town.office.says(step)


@dataclass(frozen=True)
class Exchange:
    """What is said or tapped, by whom, how the answer must begin, and which buttons it must have."""

    who: str
    said: str
    tap: bool
    title: str
    buttons: list[str]


def transcript(name: str) -> list[Exchange]:
    lines = [line.strip() for line in (SCRIPTS[name].__globals__["__doc__"] or "").splitlines()]
    found = []
    for said, seen in pairwise(lines):
        spoken = SPOKEN.match(said)
        if spoken is None:
            continue
        assert seen, f"{name}: nothing follows {said!r}"
        assert not SPOKEN.match(seen), f"{name}: nothing follows {said!r}"
        who, words = WHO[spoken[1]], spoken[2]
        tap = re.fullmatch(r"\[(.+)\]", words)
        buttons = re.findall(r"\[([^\]]+)\]", seen)
        found.append(Exchange(who, tap[1] if tap else words, bool(tap), seen.split(" [")[0], buttons))
    return found


def check(answer: Outgoing, expected: Exchange) -> None:
    shown = (answer.title or answer.text).splitlines()[0]
    assert shown.startswith(expected.title), f"after {expected.said!r}"
    rest = iter(labels(answer))
    for label in expected.buttons:
        assert any(each.startswith(label) for each in rest), f"{label} after {expected.said!r}: {answer}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_conversation_goes_as_its_transcript_says(town: Town, name: str) -> None:
    BEFORE.get(name, lambda _town: None)(town)
    exchanges = transcript(name)
    assert exchanges, f"{name} has no transcript"
    for expected in exchanges:
        chat = getattr(town, expected.who)
        say = chat.taps if expected.tap else chat.says
        check(say(expected.said), expected)


def test_a_typical_month_takes_four_inputs_once_the_project_is_chosen(town: Town) -> None:
    me = town.reporter
    me.says("报进展")
    me.taps("城北水厂")
    before = len(me.messages())
    me.says("1200")
    me.says("主体封顶")
    me.taps("没有照片")
    receipt = me.taps("✅ 确认上报")
    assert receipt.title == "已收到 J1"
    assert len(me.messages()) - before == 4


def test_a_month_like_the_last_takes_two_inputs_once_the_project_is_chosen(town: Town) -> None:
    town.has_reported(town.north, "2012-02")
    me = town.reporter
    me.says("报进展")
    me.taps("城北水厂")
    before = len(me.messages())
    me.taps("同上月")
    receipt = me.taps("✅ 确认上报")
    assert receipt.title.startswith("已收到 J")
    assert len(me.messages()) - before == 2


def test_a_zero_takes_a_tap_and_a_confirmation(town: Town) -> None:
    town.reaches(7, 2)
    me = town.reporter
    me.says("帮助")
    before = len(me.messages())
    me.taps("零报告")
    assert me.taps("✅ 确认：没有问题").title == "零报告已收到"
    assert len(me.messages()) - before == 2
