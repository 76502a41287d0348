"""A whole office's ledger, invented but as messy as the real ones: two sheets of different make, 64 projects.

What stands in the cells is drawn up beside the truth in yuan, so that a test can compare to the yuan. `spoil` plants
mistakes; each says where it must be found.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.ledgers import to_bytes

BUILDING, PREPARING = "重大建设", "重大前期"
UNITS = (
    "市水务局",
    "市交通运输局",
    "市住房和城乡建设局",
    "市教育局",
    "云溪区人民政府",
    "君山区人民政府",
    "市文化馆",
    "市经济开发区管委会",
)
CATEGORIES = ("基础设施", "重大产业", "民生保障", "生态环保")
DISTRICTS = ("云溪区", "君山区")
PLACES = ("城北", "滨江", "洞庭", "金鹗", "南湖", "东风", "花板", "梅溪", "赶山", "奇家", "三眼", "白杨")
WORKS = ("水厂扩建工程", "产业园", "中学迁建", "湿地修复")
PRELIMINARY = ("大桥", "港区", "快速路", "会展中心")
NAMES = "安平宁康乐和顺达"
SURNAMES = "赵钱孙李周吴郑王"
LEADERS = ("冯立", "陈川", "褚原", "卫东海")

BUILDING_UPPER = (
    *(
        "序号",
        "项 目 名 称",
        "建设性质",
        "建设内容及规模",
        "责任单位",
        "责任人",
        None,
        "总投资",
        "2012年投资",
        None,
    ),
    *("自开工至3月底累计完成", "建设年限", "开工时间", None, "形象进度", "市级联系领导", "备注"),
)
BUILDING_LOWER = (
    *[None] * 5,
    "姓名",
    "联系电话",
    None,
    "计划",
    "1-3月完成",
    None,
    None,
    "计划",
    "实际",
    *[None] * 3,
)
BUILDING_MERGES = [f"{letter}4:{letter}5" for letter in "ABCDEHKLOPQ"] + ["F4:G4", "I4:J4", "M4:N4"]
PREPARING_HEADING = (
    "项目名称",
    "编号",
    "联系人及电话",
    "业主单位",
    "投资总额（亿元）",
    "2012年工作目标",
    "拟开工时间",
    "目前进展情况",
)


@dataclass(slots=True)
class Truth:
    """What a project's row means, in yuan."""

    total: int
    plan: int = 0
    year: int = 0
    done: int = 0
    start: date | None = None
    reporter: str = ""


@dataclass(slots=True)
class City:
    """Cells by sheet; `rows` says where each project stands, `truth` what it means."""

    sheets: dict[str, list[list[object]]] = field(default_factory=dict)
    merges: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    truth: dict[str, Truth] = field(default_factory=dict)

    def put(self, sheet: str, row: list[object]) -> int:
        self.sheets.setdefault(sheet, []).append(row)
        return len(self.sheets[sheet])

    def cell(self, sheet: str, row: int, place: int, value: object) -> None:
        self.sheets[sheet][row - 1][place] = value

    def file(self) -> bytes:
        book = Workbook()
        book.remove(book.worksheets[0])
        for name, rows in self.sheets.items():
            sheet: Worksheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            for merge in self.merges.get(name, ()):
                sheet.merge_cells(merge)
        book.create_sheet("填表说明").append(["每月5日前报市重大项目办，联系电话见通讯录"])
        old = book.create_sheet("2011年")
        old.append(["项目名称", "责任单位", "总投资"])
        old.append(["旧项目", "市水务局", 1])
        old.sheet_state = "hidden"
        return to_bytes(book)


def a_person(number: int) -> tuple[str, str]:
    """A name and a telephone number, plainly invented; each person belongs to one unit."""
    return SURNAMES[number % 8] + NAMES[number // 8 % 8] + NAMES[number % 7], f"1990000{number:04}"


def a_city() -> City:
    city = City()
    _building(city)
    _preparing(city)
    return city


def _building(city: City) -> None:
    sheet = BUILDING
    city.put(sheet, ["附件1"])
    city.put(sheet, ["2012年全市重大建设项目进展情况表"])
    city.put(sheet, ["填报单位：市重大项目办", *[None] * 12, "单位：万元"])
    city.put(sheet, list(BUILDING_UPPER))
    city.put(sheet, list(BUILDING_LOWER))
    city.merges[sheet] = ["A2:Q2", *BUILDING_MERGES]
    grand = city.put(sheet, ["合计（48个）", *[None] * 16])
    truths: list[Truth] = []
    for group, category in enumerate(CATEGORIES):
        head = city.put(sheet, [f"{'一二三四'[group]}、{category}项目（12个）", *[None] * 16])
        city.merges[sheet].append(f"A{head}:G{head}")
        first = head + 1
        found = [_built(city, group, place) for place in range(12)]
        # The leader of a whole group stands in one merged cell.
        city.merges[sheet].append(f"P{first}:P{first + 11}")
        below = city.put(sheet, [None, "小 计", *[None] * 15])
        _sums(city, below, found, exact=True)
        truths += found
    _sums(city, grand, truths, exact=True)
    city.put(sheet, ["注：1.“累计完成”包括征地拆迁费用。", *[None] * 16])
    city.put(sheet, ["审核人：", None, None, None, "填表人：", *[None] * 12])


def _sums(city: City, row: int, truths: list[Truth], exact: bool) -> None:
    columns = {7: "total", 8: "plan", 9: "year", 10: "done"}
    for place, name in columns.items():
        amount = sum(getattr(truth, name) for truth in truths) / 10_000
        city.cell(BUILDING, row, place, amount if exact else round(amount))


def _built(city: City, group: int, place: int) -> Truth:
    number = group * 12 + place
    name = PLACES[place] + WORKS[group]
    person, phone = a_person(number % 24)
    truth = Truth(
        total=(5_000 + number * 731) * 10_000 + number * 1_500,
        plan=(800 + number * 13) * 10_000,
        year=number * 12_345,
        done=number * 12_345 + 3_000_000,
        start=date(2011, 1 + place, 1),
        reporter=person,
    )
    row: list[object] = [
        number + 1,
        name,
        ("新建", "续建", "扩建")[place % 3],
        f"占地{number + 10}亩，\n建筑面积{number + 1}万平方米",
        UNITS[number % 24 % 8],
        person,
        phone,
        _money(truth.total, number),
        truth.plan // 10_000,
        _money(truth.year, number + 1),
        _money(truth.done, number + 2),
        ("2011-2013", "2011.3—2013.6", "2011年1月至2013年底")[place % 3],
        None,
        _start(date(2011, 1 + place, 1), number),
        "主体施工",
        LEADERS[group] if place == 0 else None,
        None,
    ]
    _disorder(row, number)
    at = city.put(BUILDING, row)
    city.rows[name], city.truth[name] = (BUILDING, at), truth
    return truth


def _money(yuan: int, number: int) -> object:
    """The same figure in the ways in which offices write it; the sheet is in 万元."""
    match number % 6:
        case 0:
            return yuan / 10_000
        case 1:
            return f"{yuan / 10_000:,.4f}"
        case 2:
            return f"{yuan}元"
        case 3:
            return f"{yuan / 10**8:.8f}亿元" if yuan else "—"
        case 4:
            return f" {yuan / 10_000:.4f} ".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        case _:
            return f"{yuan / 10_000:.4f}万元"


def _start(day: date, number: int) -> object:
    """The first of a month, in many ways."""
    ways: tuple[Callable[[], object], ...] = (
        lambda: datetime(day.year, day.month, day.day),  # noqa: DTZ001  # a cell of Excel has no time zone
        lambda: f"{day.year}.{day.month}",
        lambda: f"{day.year}年{day.month}月",
        lambda: (day - date(1899, 12, 30)).days,
        lambda: f"{day.year}/{day.month}/{day.day}",
        lambda: f" {day.year} 年 {day.month} 月初",
    )
    return ways[number % 6]()


def _disorder(row: list[object], number: int) -> None:
    """Stray spaces, full-width letters, numbers that are text and the other way round."""
    name, unit, person, phone = map(str, (row[1], row[4], row[5], row[6]))
    if number % 5 == 0:
        row[0] = f"{row[0]}、"
    if number % 5 == 1:
        row[1] = f"{name[:2]} {name[2:]}"
    if number % 5 == 2:
        row[4] = f" {unit}\n"
    if number % 5 == 3:
        row[5] = person if len(person) > 2 else f"{person[0]}　{person[1]}"
        row[6] = int(phone)
    if number % 5 == 4:
        row[5], row[6] = f"{person}（科长）{phone[:3]}-{phone[3:7]}-{phone[7:]}", None


def _preparing(city: City) -> None:
    sheet = PREPARING
    city.put(sheet, ["附件2：2012年重大前期项目情况表（截至2012年3月底）", *[None] * 7])
    city.put(sheet, list(PREPARING_HEADING))
    for group, district in enumerate(DISTRICTS):
        head = city.put(sheet, [f"{district}（8个）", *[None] * 7])
        city.merges.setdefault(sheet, []).append(f"A{head}:H{head}")
        found = [_prepared(city, group, place) for place in range(8)]
        amount = sum(truth.total for truth in found) / 10**8
        city.put(sheet, [f"{district}小计", None, None, None, round(amount, 2), *[None] * 3])


def _prepared(city: City, group: int, place: int) -> Truth:
    number = group * 8 + place
    name = f"{PLACES[place]}{PRELIMINARY[group * 2 + place % 2]}"
    person, phone = a_person(100 + number)
    truth = Truth(total=(123_456 + number * 7_777) * 10_000, reporter=person)
    between = ("", "\n", " ")[number % 3]
    row: list[object] = [
        *(name, place + 1, f"{person}{between}{phone}", UNITS[4 + group], truth.total / 10**8),
        *("完成可研批复", ("2012年6月底", "2013年", "2012.10")[number % 3], "正在编制可研"),
    ]
    at = city.put(PREPARING, row)
    city.rows[name], city.truth[name] = (PREPARING, at), truth
    return truth


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is planted into the row of a project, and where it must be found: (sheet, row, column, found)."""

    project: str
    place: int
    value: object
    column: str
    found: str


MISTAKES = (
    Mistake("城北水厂扩建工程", 7, "约5000", "总投资", "写的是“约5000”"),
    Mistake("滨江水厂扩建工程", 0, 1, "序号", "写的是“1”"),
    Mistake("三眼水厂扩建工程", 4, "市住建局", "责任单位", "写的是“市住建局”"),
    Mistake("金鹗产业园", 13, 2011.1, "开工时间实际", "写的是“2011.1”"),
    Mistake("南湖产业园", 6, "1990000001", "责任人姓名", "写的是“"),
    Mistake("东风产业园", 11, "2013-2011", "建设年限", "写的是“2013-2011”"),
    Mistake("花板中学迁建", 4, None, "责任单位", ""),
    Mistake("赶山中学迁建", 1, None, "项目名称", ""),
    Mistake("城北大桥", 4, "待定", "投资总额（亿元）", "写的是“待定”"),
    Mistake("滨江港区", 6, "明年", "拟开工时间", "写的是“明年”"),
)
