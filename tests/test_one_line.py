"""What a line is read as, and what is never taken for a report."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.oneline.finder import Finder
from handlers.oneline.line import How, Known, Line, NoReport, Why
from handlers.oneline.reading import read_line
from rules import money
from rules.initials import initials
from rules.kinds import Severity

WATER, LAKE, WASTE, ROAD = "城北水厂扩建工程", "南湖大道改造", "君山垃圾焚烧发电", "107国道改造"
LINE_1, LINE_11, LINE_13 = "地铁1号线", "地铁11号线", "地铁13号线"
GRID, SECOND, PARK, PARK_2 = "110千伏变电站", "水厂二期工程", "科技园", "科技园二期"
PUMP, BRIDGE, SUN, QUAY = "3号泵站", "荷塘大桥", "30亿元光伏产业园", "3万吨级码头"
NAMES = (
    WATER, LAKE, WASTE, LINE_13, LINE_1, LINE_11, ROAD, GRID, SECOND, PARK, PARK_2, PUMP, BRIDGE, SUN, QUAY,
)  # fmt: skip


def known(*names: str) -> list[Known]:
    return [Known(100 + at, at, name, initials(name)) for at, name in enumerate(names, 1)]


FINDER = Finder(known(*NAMES))
WAN = 10**4


def said(text: str, finder: Finder = FINDER) -> dict[str, Any]:
    """What was read, without what was not said; amounts in 万元, candidates as they were written."""
    line = read_line(text, finder)
    assert isinstance(line, Line), line
    read = {
        "kind": "" if line.kind.value == "progress" else line.kind.value,
        "project": "、".join(each.name for each in line.projects),
        "amount": None if line.amount is None else line.amount / WAN,
        "candidates": [each.written for each in line.candidates],
        "percent": line.percent,
        "others": [each.name for each in line.others],
        "doubts": {each.value for each in line.doubts},
    } | {name: getattr(line, name) for name in ("month", "started", "text", "problem", "severity")}
    return {name: value for name, value in read.items() if value not in (None, "", [], set())}


def of(project: str, **more: object) -> dict[str, Any]:
    return {"project": project, **more}


def unclear(project: str, *candidates: str, **more: object) -> dict[str, Any]:
    return of(project, candidates=list(candidates), doubts={"amount"}, **more)


FIGURES = [
    ("城北水厂 本月1200万 形象70%", of(WATER, amount=1200, percent=70)),
    ("3号 3200万", of(WASTE, amount=3200)),
    ("君山垃圾发电 开工了 完成0.5亿 主体封顶", of(WASTE, amount=5000, started=True, text="主体封顶")),
    ("水厂二期完成了三千二百万，主体封顶到八层", of(SECOND, amount=3200, text="主体封顶到八层")),
    ("城北水厂 1200", of(WATER, amount=1200)),
    ("城北水厂：1200", of(WATER, amount=1200)),
    ("城北水厂１２００万", of(WATER, amount=1200)),
    ("城北水厂 1200萬", of(WATER, amount=1200)),
    ("城北水厂 3,200万元", of(WATER, amount=3200)),
    ("城北水厂 0.32亿", of(WATER, amount=3200)),
    ("城北水厂 12000000元", of(WATER, amount=1200)),
    ("城北水厂 1200w", of(WATER, amount=1200)),
    ("城北水厂 0", of(WATER, amount=0)),
    ("城北水厂 本月：1200 形象：70%", of(WATER, amount=1200, percent=70)),
    ("城北水厂 1200 形象70", of(WATER, amount=1200, percent=70)),
    ("城北水厂 形象70", of(WATER, percent=70)),
    ("城北水厂 70%", of(WATER, percent=70)),
    ("城北水厂 整体进度60.5% 3200 万元", of(WATER, amount=3200, percent=Decimal("60.5"))),
    ("城北水厂 形象进度达到70%，完成投资1200万元", of(WATER, amount=1200, percent=70)),
    ("城北水厂 主体封顶，完成70% 1200", of(WATER, amount=1200, percent=70, text="主体封顶")),
    ("城北水厂 🎉1200万🎉 主体封顶👍", of(WATER, amount=1200, text="主体封顶")),
    ("本月城北水厂完成1200万", of(WATER, amount=1200)),
    ("我们城北水厂项目的投资1200万", of(WATER, amount=1200)),
    ("城北水厂 报 1200（万元）", of(WATER, amount=1200)),
    ("城北水厂 本月完成投资（亿元）：0.12", of(WATER, amount=1200)),
    ("城北水厂 1200（元）", of(WATER, amount=0.12)),
    ("城北水厂这个月1200万", of(WATER, amount=1200)),
    (
        "城北水厂本月完成投资1200万元，年初累计完成5600万元，形象进度：主体施工至8层。",
        of(WATER, amount=1200, text="主体施工至8层。"),
    ),
    ("报进展 城北水厂 1200万", of(WATER, amount=1200)),
    ("城北水厂 2012-03-25 1200万", of(WATER, amount=1200)),
    ("城北水厂\n本月1200万\n主体封顶", of(WATER, amount=1200, text="主体封顶")),
    ("城北水厂 1200万 浇筑 500 立方", of(WATER, amount=1200, text="浇筑 500 立方")),
    ("城北水厂 1200万，运走土方3万吨", of(WATER, amount=1200, text="运走土方3万吨")),
    ("城北水厂 主体 8 层 1200万", of(WATER, amount=1200, text="主体 8 层")),
    ("城北水厂 1200 月底封顶", of(WATER, amount=1200, text="月底封顶")),
    ("城北水厂 1200万 没有问题", of(WATER, amount=1200, text="没有问题")),
    ("城北水厂 1200万 停工三天", of(WATER, amount=1200, text="停工三天")),
]  # fmt: skip

WHICH_AMOUNT = [
    ("城北水厂 本月1200万 累计5600万", of(WATER, amount=1200)),
    ("城北水厂 累计5600万，本月1200万", of(WATER, amount=1200)),
    ("城北水厂 5600万（累计） 1200万（本月）", of(WATER, amount=1200)),
    ("城北水厂 1200万 累计5600万", unclear(WATER, "1200万", "5600万")),
    ("城北水厂 累计5600万", unclear(WATER, "5600万")),
    ("城北水厂 1-3月5600万", unclear(WATER, "5600万")),
    ("城北水厂 本月1200万 本月800万", unclear(WATER, "1200万", "800万")),
    ("城北水厂 本月1200万，即0.12亿", of(WATER, amount=1200)),
    ("城北水厂 3月份完成1200万", of(WATER, amount=1200, month=3)),
    ("城北水厂 三月份完成1200万", of(WATER, amount=1200, month=3)),
    ("城北水厂 2012年3月完成1200万", of(WATER, amount=1200, month=3)),
    ("城北水厂 1-3月完成5600万，3月1200万", of(WATER, amount=1200, month=3)),
    ("城北水厂 完成1200万 总投资3.2亿", of(WATER, amount=1200, text="总投资3.2亿")),
    ("城北水厂 本月1200万，合同1200万", of(WATER, amount=1200, text="合同1200万")),
    ("城北水厂 上月800万，本月1200万", of(WATER, amount=1200, text="上月800万")),
    ("城北水厂 本月计划1500万，完成1200万", of(WATER, amount=1200, text="本月计划1500万")),
    ("城北水厂 本月1200万（其中设备800万）", of(WATER, amount=1200, text="（其中设备800万）")),
    ("城北水厂 本月1200万，采购设备500万", of(WATER, amount=1200, text="采购设备500万")),
    ("城北水厂采购设备500万", unclear(WATER, "500万", text="采购设备500万")),
    ("城北水厂 约1200万", unclear(WATER, "1200万")),
    ("城北水厂 1000-1200万", unclear(WATER, "1200万")),
    ("城北水厂 -1200万", unclear(WATER, "1200万")),
    ("城北水厂 形象70% 总体进度65%", of(WATER, text="形象70% 总体进度65%", doubts={"percent"})),
]  # fmt: skip

WHICH_PROJECT = [
    ("13号线 1200", of(LINE_13, amount=1200)),
    ("1号线 1200", of(LINE_1, amount=1200)),
    ("地铁11号线 1200", of(LINE_11, amount=1200)),
    ("4号 1200", of(LINE_13, amount=1200)),
    ("３号：３２００", of(WASTE, amount=3200)),
    ("第3号 3200", of(WASTE, amount=3200)),
    ("三号 3200", of(WASTE, amount=3200)),
    ("3号 君山垃圾发电 3200", of(WASTE, amount=3200)),
    ("3号泵站 1200", of(PUMP, amount=1200)),
    ("107国道 1200", of(ROAD, amount=1200)),
    ("107 国道 1200", of(ROAD, amount=1200)),
    ("110千伏变电站 1200", of(GRID, amount=1200)),
    ("30亿元光伏产业园 1200万", of(SUN, amount=1200)),
    ("3万吨级码头 1200万", of(QUAY, amount=1200)),
    ("科技园 1200万", of(PARK, amount=1200)),
    ("科技园二期1200万", of(PARK_2, amount=1200)),
    ("科技园 三期 1200万", of(PARK, amount=1200, text="三期", doubts={"project"})),
    ("科技园 二期 1200万", of(PARK_2, amount=1200)),
    ("科技园 二期完成1200万", of(f"{PARK}、{PARK_2}", amount=1200, text="二期", doubts={"project"})),
    ("水厂 1200万", of(f"{SECOND}、{WATER}", amount=1200, doubts={"project"})),
    ("城北水厂扩建完成1200万", of(WATER, amount=1200)),
    ("城北水厂 扩建完成30%", of(WATER, text="扩建完成30%")),
    ("城 北 水 厂 120", of(WATER, amount=120)),
    ("cbsc 1200", of(WATER, amount=1200)),
    ("CBSC1200万", of(WATER, amount=1200)),
    ("107gd 1200 主体封顶", of(ROAD, amount=1200, text="主体封顶")),
    ("dt 1200", of(f"{LINE_1}、{LINE_13}、{LINE_11}", amount=1200, doubts={"project"})),
    ("城北水广 1200万", of(WATER, amount=1200, doubts={"project"})),
    ("南湖湖大道 1200万", of(LAKE, amount=1200, doubts={"project"})),
    ("君山圾焚烧 1200万", of(WASTE, amount=1200)),
    ("bsckj 1200", of(WATER, amount=1200)),
    ("kjy 1200", of(PARK, amount=1200)),
    ("107囯道 1200", of(ROAD, amount=1200, doubts={"project"})),
    ("城北水广1200万", of(WATER, amount=1200, doubts={"project"})),
    ("城北水厂三期 1200万", of(WATER, amount=1200, text="三期", doubts={"project"})),
    ("城北水厂2期完成1200万", of(WATER, amount=1200, text="2期", doubts={"project"})),
    ("新城北水厂 1200万", of(WATER, amount=1200, text="新", doubts={"project"})),
    ("二期 1200万", of(f"{PARK_2}、{SECOND}", amount=1200, doubts={"project"})),
    (
        "城北水厂 1200万，南湖大道 800万",
        unclear(WATER, "1200万", "800万", text="南湖大道", others=[LAKE]) | {"doubts": {"amount", "projects"}},
    ),
]  # fmt: skip

WORDS = [
    ("城北水厂 同上月", of(WATER, kind="same")),
    ("南湖大道 没动", of(LAKE, kind="same")),
    ("南湖大道 本月没有变化。", of(LAKE, kind="same")),
    ("城北水厂 没什么变化", of(WATER, kind="same")),
    ("城北水厂 同上月 1200万", of(WATER, amount=1200, doubts={"same"})),
    ("城北水厂 没动，等图纸", of(WATER, kind="same", text="等图纸", doubts={"same"})),
    ("城北水厂 零报告", of(WATER, kind="zero")),
    ("零报告 城北水厂", of(WATER, kind="zero")),
    ("城北水厂 上半年没有问题", of(WATER, kind="zero")),
    ("城北水厂 有问题 两户阻工", of(WATER, kind="issue", problem="两户阻工")),
    ("报问题 城北水厂 两户阻工", of(WATER, kind="issue", problem="两户阻工")),
    ("城北水厂 有问题", of(WATER, kind="issue")),
    ("城北水厂 重大问题：塌方", of(WATER, kind="issue", problem="塌方", severity=Severity.MAJOR)),
    ("城北水厂 一般问题 缺图纸", of(WATER, kind="issue", problem="缺图纸", severity=Severity.GENERAL)),
    (
        "城北水厂 有问题，资金缺口1200万，很严重",
        of(WATER, kind="issue", problem="资金缺口1200万，很严重", severity=Severity.MAJOR),
    ),
    ("城北水厂 有问题：对方要500万", of(WATER, kind="issue", problem="对方要500万")),
    ("城北水厂 有问题：两户阻工，本月1200万", of(WATER, amount=1200, problem="两户阻工")),
    ("城北水厂 进场道路有问题", of(WATER, kind="issue", problem="进场道路有问题")),
    (
        "城北水厂 本月1200万 主体封顶 存在问题：两户阻工",
        of(WATER, amount=1200, text="主体封顶", problem="两户阻工"),
    ),
    ("城北水厂 问题已解决", of(WATER, text="问题已解决", doubts={"kind"})),
    ("城北水厂 两户阻工", of(WATER, text="两户阻工", doubts={"kind"})),
    ("城北水厂 资金缺口1200万", of(WATER, text="资金缺口1200万", doubts={"kind"})),
    ("城北水厂 已申请验收", of(WATER, text="已申请验收")),
    ("城北水厂 施工图审查通过", of(WATER, text="施工图审查通过")),
    ("城北水厂 可研已上报市发改委", of(WATER, text="可研已上报市发改委")),
    ("城北水厂 因下雨停工三天", of(WATER, text="因下雨停工三天", doubts={"kind"})),
    ("城北水厂 1200万 进场道路有问题", of(WATER, amount=1200, text="进场道路有问题")),
    ("城北水厂 主体封顶", of(WATER, text="主体封顶")),
    ("城北水厂主体封顶了", of(WATER, text="主体封顶了")),
    ("城北水厂 主体完成70%", of(WATER, text="主体完成70%")),
    ("城北水厂 主体 完成70%", of(WATER, text="主体 完成70%")),
    ("3号 主体封顶", of(WASTE, text="主体封顶")),
    ("城北水厂 已开工", of(WATER, started=True)),
    ("城北水厂 还没开工 用地没批", of(WATER, started=False, text="还没开工 用地没批")),
    ("城北水厂 准备开工", of(WATER, text="准备开工")),
    ("城北水厂 1200万 开工手续已批", of(WATER, amount=1200, text="开工手续已批")),
]  # fmt: skip

NO_REPORTS = {
    Why.NO_PROJECT: [
        "今天下雨", "几号截止", "知道了", "", "   ", "1200万", "本月1200万 形象70%", "主体工程 1200",
        "110 1200", "ok 好的", "3号截止", "3号前报1200万", "3号楼封顶", "99号 1200万", "106国道 300",
        "科技园三期 1200万",
        "城北大学 开会", "城北水广 主体",
    ],
    Why.NOTHING_SAID: [
        "城北水厂", "3号", "cbsc", "城北水厂 收到", "城北水厂 明天报", "城北水厂的会议通知", "城北水厂 今天下雨",
        "城北水厂 3万吨", "城北水厂 2012年3月", "城北水厂 13800138000", "城北水厂 总投资3.2亿",
        "城北水厂 还差1200万没报", "城北水厂 上次报的1200万不对", "城北水厂 下月计划完成1200万", "3号 开会",
        "3号完成了",
    ],
    Why.QUESTION: [
        "城北水厂 怎么样了？", "城北水厂 什么时候截止", "城北水厂 1200万对吗", "城北水厂 零报告怎么报",
        "城北水厂 有问题找谁", "城北水厂 同上月 行不行", "城北水厂 报多少",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), [*FIGURES, *WHICH_AMOUNT, *WHICH_PROJECT, *WORDS])
def test_a_line_is_read_as_it_is_meant(line: str, expected: dict[str, Any]) -> None:
    assert said(line) == expected


@pytest.mark.parametrize(
    ("why", "line"), [(why, line) for why, lines in NO_REPORTS.items() for line in lines]
)
def test_questions_and_talk_are_no_reports(why: Why, line: str) -> None:
    assert read_line(line, FINDER) == NoReport(why)


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("地铁13号线", How.NAME),
        ("3号 1200", How.NUMBER),
        ("城北水厂 1200", How.PART),
        ("垃圾发电 1200", How.PIECES),
        ("nhdd 1200", How.INITIALS),
    ],
)
def test_it_is_told_how_a_project_was_found(line: str, how: How) -> None:
    found = FINDER.find(line)
    assert found is not None
    assert found.how is how


def test_a_registry_number_is_never_a_place_in_the_list() -> None:
    finder = Finder([Known(1, 7, WATER), Known(2, 9, LAKE)])
    assert said("9号 1200", finder) == of(LAKE, amount=1200)
    assert read_line("2号 1200", finder) == NoReport(Why.NO_PROJECT)


def test_a_short_name_is_as_good_as_the_name() -> None:
    finder = Finder([Known(1, 1, WATER, short=("老水厂",)), Known(2, 2, "老水厂拆除")])
    assert said("老水厂 1200", finder) == of(WATER, amount=1200)


def test_projects_of_the_same_name_are_both_meant() -> None:
    finder = Finder([Known(1, 1, WATER), Known(2, 2, WATER)])
    found = finder.find(f"{WATER} 1200")
    assert found is not None
    assert [each.id for each in found.projects] == [1, 2]
    assert not found.sure


@given(
    st.sampled_from(NAMES),
    st.sampled_from([" ", "，", "：", "\n", " 本月", "完成", "本月完成投资", ""]),
    st.integers(min_value=0, max_value=10**13),
    st.sampled_from([money.auto, lambda yuan: f"{yuan}元"]),
)
@example(PARK_2, "", 12_000_000, money.auto)
def test_a_project_and_an_exact_amount_are_read_back(
    name: str, between: str, yuan: int, write: Callable[[int], str]
) -> None:
    line = read_line(name + between + write(yuan), FINDER)
    assert isinstance(line, Line)
    assert ([each.name for each in line.projects], line.amount, line.text) == ([name], yuan, "")


letters = st.text(alphabet="城南湖君山荷塘桥梅柳林岭江路巷坊", min_size=2, max_size=6)


@given(letters, letters, st.sampled_from([" ", "：", ""]), st.booleans())
def test_of_names_that_contain_each_other_each_is_found_by_itself(
    name: str, more: str, between: str, in_front: bool
) -> None:
    longer = more + name if in_front else name + more
    finder = Finder([Known(1, 1, name), Known(2, 2, longer)])
    for meant in (name, longer):
        found = finder.find(f"{meant}{between}1200万")
        assert found is not None
        assert [each.name for each in found.projects] == [meant]


pieces = st.sampled_from([
    *NAMES, "3号", "城北水厂", "cbsc", "本月", "累计", "完成", "1200万", "0.5亿", "形象", "70%", "同上月", "没动",
    "零报告", "有问题", "重大问题", "开工了", "1200", "3月", "1-3月", "，", "。", "：", " ", "\n", "？", "总共", "达到",
    "１２", "\ue000", "\0", "例", "接龙", "一", "万",
])  # fmt: skip


@given(st.text(max_size=80) | st.lists(pieces, max_size=12).map("".join))
def test_any_text_is_read_or_refused_and_a_name_lies_in_it(text: str) -> None:
    line = read_line(text, FINDER)
    if isinstance(line, Line):
        assert 0 <= line.mention.start < line.mention.end <= len(text)
        assert line.projects
        assert line.amount is None or not line.candidates


def test_a_long_text_is_read_in_time_that_grows_with_its_length() -> None:
    for word in ("总共", "达到", "了", " ", "，", "完成1200万，", "1-3月", "君山", "没动 "):
        read_line(WATER + word * 4000, FINDER)
