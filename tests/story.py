"""A major problem from its first word to 销号, as people of the sample city live through it, and who is told of what.

The page (tests/browser), the real channels (test_story_on_channels.py) and the manual's pictures (docs/pictures) all
play this one story. `told` names every message that a step causes, by words that stand in it, and `shown_taken` whose
alert says from then on who has taken it, which takes the alert's place; whoever is not named gets nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

CONTACT, LEADER, OFFICE, DEPARTMENT = "郑文晖", "李德林", "田秋峰", "魏雪涛"
SECOND, HEAD, DEPUTY = "姜丽洁", "程思亮", "刘新刚"  # the office's other half; the unit's head and deputy
EVERYBODY = (CONTACT, LEADER, OFFICE, DEPARTMENT, SECOND, HEAD, DEPUTY)
WHAT = "两户阻工，进场道路被堵，今天早上起停工"
INSTRUCTION = "请市住建局3个工作日内拿出疏导方案"
PROJECT = "枫桥小学新建工程"


@dataclass(frozen=True)
class Step:
    """`photo_for`: who gets the photo that belongs to it, in a message of its own.

    `picture`: what is to be seen now on the phone of `seen_by` (of who acted, if empty).
    """

    who: str
    does: Literal["says", "taps", "sends a photo"]
    what: str
    told: Mapping[str, str] = field(default_factory=dict)
    shown_taken: tuple[str, ...] = ()
    photo_for: str = ""
    picture: str = ""
    seen_by: str = ""

    def heard_by(self, name: str) -> list[str]:
        """Words of each message that somebody gets, in their order."""
        edits = ["已由李德林于"] if name in self.shown_taken else []
        return [*edits, self.told[name]] if name in self.told else edits


def _all(words: str, *people: str, **others: str) -> dict[str, str]:
    return {**dict.fromkeys(people, words), **others}


ALERT = f"🔴 重大问题 W1：{PROJECT}"
NOTED, SIGNED = f"李德林已知悉 W1（{PROJECT}）", f"魏雪涛已签收 W1（{PROJECT}）"
DRAFT, ASKED, DONE = "📝 请确认督办单 D1", "想延到4月6日（原定3月29日）", "D1 办结："

REPORTED = (
    Step(CONTACT, "says", "报问题", {CONTACT: "问题有多严重？"}, picture="major-1"),
    Step(CONTACT, "taps", "重大问题", {CONTACT: "是哪一类问题？"}),
    Step(CONTACT, "taps", "征拆", {CONTACT: "出了什么事？"}),
    Step(CONTACT, "says", WHAT, {CONTACT: "什么时候发现的？"}),
    Step(CONTACT, "taps", "刚才", {CONTACT: "在什么地方？"}),
    Step(CONTACT, "taps", "就在项目现场", {CONTACT: "需要谁帮什么忙？"}),
    Step(CONTACT, "says", "请区里今天派工作组到现场", {CONTACT: "有现场照片吗？"}),
    Step(
        CONTACT,
        "taps",
        "没有照片",
        {CONTACT: "将立即通知：李德林、魏雪涛、田秋峰、姜丽洁、程思亮"},
        picture="major-2",
    ),
    Step(
        CONTACT,
        "taps",
        "确认，立即上报",
        {CONTACT: "重大问题 W1 已报出", **_all(ALERT, LEADER, DEPARTMENT, OFFICE, SECOND, HEAD)},
        picture="major-3",
        seen_by=LEADER,
    ),
)
TAKEN = (
    Step(
        LEADER,
        "taps",
        "已知悉",
        {LEADER: "知悉", **_all(NOTED, CONTACT, DEPARTMENT, OFFICE, SECOND, HEAD)},
        shown_taken=(OFFICE, SECOND),
        picture="major-4",
        seen_by=CONTACT,
    ),
    Step(
        DEPARTMENT,
        "taps",
        "签收",
        {DEPARTMENT: "已签收 W1，4月25日前办结", **_all(SIGNED, CONTACT, LEADER, OFFICE, SECOND, HEAD)},
    ),
    Step(LEADER, "taps", "批示", {LEADER: "怎么批示？"}),
    Step(LEADER, "says", INSTRUCTION, {LEADER: INSTRUCTION}),
    Step(
        LEADER,
        "taps",
        "发出",
        {
            LEADER: "已拟督办单 D1，由市项目办确认后下达",
            **_all(DRAFT, OFFICE, SECOND),
            **_all(f"李德林批示 W1（{PROJECT}）", CONTACT, DEPUTY, HEAD, DEPARTMENT),
        },
        picture="major-5",
        seen_by=OFFICE,
    ),
)
ORDERED = (
    Step(
        OFFICE,
        "taps",
        "确认下达",
        {OFFICE: "D1 已下达市住房和城乡建设局", DEPARTMENT: "📌 督办单 D1"},
        picture="major-6",
        seen_by=DEPARTMENT,
    ),
    Step(DEPARTMENT, "taps", "签收", {DEPARTMENT: "已签收 D1，请在3月29日前办结"}),
    Step(DEPARTMENT, "taps", "申请延期", {DEPARTMENT: "延到哪一天？"}),
    Step(DEPARTMENT, "says", "4月6日", {DEPARTMENT: "为什么"}),
    Step(
        DEPARTMENT,
        "says",
        "等区里批文",
        {DEPARTMENT: "D1 已申请延到4月6日", **_all(ASKED, OFFICE, SECOND)},
        picture="major-7",
        seen_by=OFFICE,
    ),
    Step(OFFICE, "taps", "同意延期", {OFFICE: "D1 已同意延期", DEPARTMENT: "时限：4月6日前"}),
)
FINISHED = (
    Step(DEPARTMENT, "taps", "办结", {DEPARTMENT: "D1"}),
    Step(
        DEPARTMENT,
        "says",
        "疏导方案已印发，工作组已进场",
        {DEPARTMENT: "D1 已报办结", **_all(DONE, OFFICE, SECOND)},
    ),
    Step(
        OFFICE,
        "taps",
        "同意办结",
        {OFFICE: "D1 已同意办结", DEPARTMENT: "D1 同意办结", LEADER: "✅ 督办单 D1 已办结"},
        picture="major-8",
        seen_by=LEADER,
    ),
    Step(LEADER, "taps", "归档", {LEADER: "D1 已归档"}),
    Step(DEPARTMENT, "says", "办结 W1", {DEPARTMENT: "请发一张照片或文件，或者写一句怎么办的"}),
    Step(
        DEPARTMENT,
        "sends a photo",
        "",
        {
            DEPARTMENT: "W1 已报办结",
            CONTACT: "解决了吗？请在3月29日前点一下",
            **_all("W1 办结", LEADER, OFFICE, SECOND, HEAD),
        },
        photo_for=CONTACT,
        picture="major-9",
        seen_by=CONTACT,
    ),
    Step(
        CONTACT,
        "taps",
        "已解决",
        {CONTACT: "W1 已记下：已解决", **_all("W1 续报（已解决）", LEADER, DEPARTMENT, HEAD, OFFICE, SECOND)},
        picture="major-10",
        seen_by=OFFICE,
    ),
    Step(
        OFFICE,
        "taps",
        "销号",
        {OFFICE: "W1 已销号", **_all("W1 终报（销号）", CONTACT, DEPARTMENT, LEADER)},
        picture="major-11",
        seen_by=LEADER,
    ),
)
