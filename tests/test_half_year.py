"""A city begins with its messy ledger and lives through half a year; every figure of its export is right to the yuan.

What happens each month stands in one table; what must come out is added up from it by plain arithmetic.
"""

import io
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from reminders.sweep import sweep
from rules.kinds import Role
from storage import invites, ledger, registry, workbook
from storage import rules as stored_rules
from storage.database import Database
from storage.export.city import export
from storage.tables.registry import Person, Unit
from tests.builders import a_person
from tests.chat import ZONE, Chat, Clock, labels
from tests.ledgers import HEADING, to_bytes
from tests.test_export import Table, table
from tests.town import everybody_knows

BEGINS = datetime(2012, 6, 30, 9, 0, tzinfo=ZONE)
WATER, ROAD, BRIDGE, HALL = "城北水厂扩建", "滨江路改造", "东风桥重建", "会展中心"
WAN = 10_000


@dataclass(frozen=True)
class Opening:
    """A project as the ledger has it: 万元."""

    unit: str
    contact: str
    phone: str
    year: int
    total: int
    plan: int = 1200
    investment: int = 8000


OPENINGS = {
    WATER: Opening("市水务局", "李一", "19900000001", 400, 1500),
    ROAD: Opening("市水务局", "李一", "19900000001", 300, 900),
    BRIDGE: Opening("市交通运输局", "王二", "19900000002", 500, 2500),
}

# What each project completed each month, in 万元, and how it was said. None: nobody said anything.
MONTHS: dict[int, dict[str, tuple[str, float] | None]] = {
    7: {WATER: ("asked", 120), ROAD: ("asked", 80), BRIDGE: ("line", 100)},
    8: {WATER: ("line", 130.5), ROAD: ("late", 60), BRIDGE: ("asked", 95)},
    9: {WATER: ("same", 0), ROAD: ("line", 70), BRIDGE: ("corrected", 110)},
    10: {WATER: ("asked", 90), ROAD: ("withdrawn", 75), BRIDGE: None},
    11: {WATER: ("line", 150), ROAD: ("telephoned", 85), BRIDGE: ("after silence", 120)},
    12: {WATER: ("returned", 200.25), ROAD: ("asked", 65), BRIDGE: ("line", 140)},
}
SILENT = 45  # 万元 that the bridge completed in its silent October, stated with November's cumulative


def ledger_rows(*, spoiled: bool) -> list[list[object]]:
    """Two sections, a subtotal, spaces and full-width digits; `spoiled` plants two mistakes."""
    rows: list[list[object]] = [["2012年全市重点项目台账（截至6月底）"], ["单位：万元"], list(HEADING)]
    rows.append(["一、重大建设项目（3个）"])
    for number, (name, each) in enumerate(OPENINGS.items(), start=1):
        investment: object = "８０００" if number == 1 else each.investment
        if spoiled and number == 2:
            investment = "八千左右"
        rows.append(
            [
                number,
                f" {name} ",
                each.unit,
                each.contact,
                each.phone,
                investment,
                each.plan,
                each.year,
                each.total,
                "2011.5",
            ]
        )
    total = sum(each.total for each in OPENINGS.values())
    rows.append(["小计", None, None, None, None, 24000, 3600, 1200, total + (100 if spoiled else 0)])
    rows.append(["二、重大前期项目（1个）"])
    rows.append([4, HALL, "市交通运输局", "王二", "19900000002", 5000, None, 0, 0, None])
    return rows


def ledger_file(*, spoiled: bool) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "台账"
    for row in ledger_rows(spoiled=spoiled):
        sheet.append(row)
    return to_bytes(book)


@dataclass
class Life:
    """A city, its clock, and its people at their phones."""

    database: Database
    clock: Clock = field(default_factory=lambda: Clock(BEGINS))

    def at(self, year: int, month: int, day: int, hour: int = 10) -> None:
        self.clock.now = datetime(year, month, day, hour, tzinfo=ZONE)
        while self.database.run_now(lambda session: sweep(session, self.clock.now, ZONE)):
            pass
        self.database.run_now(everybody_knows)

    def joins(self, name: str, user: str) -> Chat:
        """Comes in by an invite, as everybody does."""

        def invite(session: Session) -> str:
            person = session.query(Person).filter_by(name=name).one()
            return invites.create(session, person.id, self.clock.now)

        chat = Chat(self.database, user, self.clock)
        welcome = chat.says(self.database.run_now(invite))
        assert name in welcome.title
        return chat

    def sheet(self, title: str) -> Table:
        content = self.database.run_now(lambda session: export(session, self.clock.now, ZONE))
        return table(load_workbook(io.BytesIO(content)), title)


@pytest.fixture
def life(database: Database) -> Life:
    life = Life(database)

    def begin(session: Session) -> None:
        stored_rules.take(session, None, BEGINS)
        unit = Unit(name="市项目办", district="")
        session.add(unit)
        session.flush()
        a_person(session, unit=unit, role=Role.OFFICE, name="周科长")

    database.run_now(begin)
    return life


def takes_the_ledger_in(life: Life) -> None:
    def refused(session: Session) -> list[str]:
        return [
            str(error) for error in registry.plan(session, workbook.read(ledger_file(spoiled=True))).errors
        ]

    mistakes = "\n".join(life.database.run_now(refused))
    assert "八千左右" in mistakes
    assert "第5-7行之和，差100万元" in mistakes

    def taken(session: Session) -> None:
        preview = registry.plan(session, workbook.read(ledger_file(spoiled=False)))
        assert preview.ok, preview.summary()
        registry.apply(session, preview, BEGINS.date(), BEGINS)

    life.database.run_now(taken)


def finishes(chat: Chat, amount: float, text: str) -> None:
    chat.says(f"{amount:g}")
    chat.says(text)
    chat.taps("没有照片")
    assert chat.taps("✅").title.startswith(("已收到", "已更正"))


def chooses(chat: Chat, project: str) -> None:
    if chat.says("报进展").title == "哪个项目？":
        chat.says(project)


def reports(people: dict[str, Chat], project: str, how: str, amount: float, text: str) -> None:
    chat, office = people[OPENINGS[project].contact], people["周科长"]
    match how:
        case "line":
            chat.says(f"{project} 本月{amount:g}万 {text}")
            assert chat.taps("✅").title.startswith("已收到")
        case "same":
            chooses(chat, project)
            chat.taps("同上月")
            chat.taps("✅")
        case "corrected":
            chooses(chat, project)
            finishes(chat, amount + 7, text)
            chat.says(f"{project} 本月{amount:g}万")
            assert chat.taps("✅").title.endswith("（第2版）")
        case "withdrawn":
            chooses(chat, project)
            finishes(chat, amount + 9, text)
            chooses(chat, project)
            chat.taps("撤回这份报告")
            chat.taps("确认撤回")
            chooses(chat, project)
            finishes(chat, amount, text)
        case "telephoned":
            for step in ("代报", project, OPENINGS[project].contact, "进展"):
                office.says(step)
            finishes(office, amount, text)
            assert "代您报了" in chat.last().text
        case "returned":
            chooses(chat, project)
            finishes(chat, amount + 11, text)
            if office.says("退回").title.startswith("退回哪个项目"):
                office.says(project)
            for step in ("数字有误", "只改金额", "确认"):
                office.says(step)
            chooses(chat, project)
            card = chat.says(f"{amount:g}")
            assert "数字有误" in card.text
            assert chat.taps("✅").title.endswith("（第2版）")
        case "after silence":
            chooses(chat, project)
            asked = chat.says(f"{amount:g}")
            assert asked.title == "开工至本月累计多少？（万元）"
            chat.says(f"{stated_in_november():g}")
            chat.says(text)
            chat.taps("没有照片")
            chat.taps("✅")
        case _:
            chooses(chat, project)
            finishes(chat, amount, text)


def stated_in_november() -> float:
    said = [MONTHS[month][BRIDGE] for month in (7, 8, 9, 11)]
    return OPENINGS[BRIDGE].total + SILENT + sum(each[1] for each in said if each)


def lives_a_month(life: Life, people: dict[str, Chat], month: int) -> None:
    life.at(2012, month, 26)
    late = []
    for project, said in MONTHS[month].items():
        if said is None:
            continue
        if said[0] == "late":
            late.append((project, said[1]))
        else:
            reports(people, project, *said, f"{month}月施工完成{month * 5}%")
    hall = people["王二"]
    chooses(hall, HALL)
    hall.taps("签约")
    hall.says(f"{month}月办理手续")
    hall.taps("没有照片")
    hall.taps("✅")
    year, following = (2012, month + 1) if month < 12 else (2013, 1)
    life.at(year, following, 7)
    for project, amount in late:
        reports(people, project, "asked", amount, f"{month}月施工")
    if month == 12:
        gives_the_zeros(people)
    life.at(year, following, 15)


def amounts(project: str) -> list[float]:
    return [said[1] for said in (MONTHS[month][project] for month in MONTHS) if said]


def test_half_a_year_of_a_city_comes_out_right_to_the_yuan(life: Life) -> None:
    takes_the_ledger_in(life)
    people = {name: life.joins(name, str(5000 + at)) for at, name in enumerate(("李一", "王二", "周科长"))}
    li = people["李一"]
    for month in (7, 8):
        lives_a_month(life, people, month)
    life.at(2012, 9, 16)
    li.says("报问题")
    li.taps(ROAD)
    li.taps("一般问题")
    li.taps("征拆")
    li.says("两户未搬")
    li.taps("暂时不需要")
    li.taps("没有照片")
    assert li.taps("✅").title == "已登记 W1"
    lives_a_month(life, people, 9)
    life.at(2012, 10, 25)
    assert "W1" in li.says("我的待办").text
    li.says("W1 仍在")
    lives_a_month(life, people, 10)
    life.at(2012, 11, 25)
    li.says("W1 已解决")
    for month in (11, 12):
        lives_a_month(life, people, month)
    life.at(2013, 1, 20)
    checks_the_reports(life)
    checks_the_duties(life)
    course = [(row["编号"], row["何人"], row["经过"]) for row in life.sheet("问题经过")]
    assert course == [("W1", "李一", "登记"), ("W1", "李一", "仍在"), ("W1", "李一", "已解决")]
    assert life.database.run_now(ledger.verify) == []


def gives_the_zeros(people: dict[str, Chat]) -> None:
    card = people["王二"].says("零报告")
    assert BRIDGE in card.text
    assert HALL in card.text
    people["王二"].taps("✅")
    card = people["李一"].says("零报告")
    assert "W1" in card.text  # the road has a problem in this half-year, and no zero to give
    assert labels(card)[0].startswith("✅")
    people["李一"].taps("✅")


def checks_the_reports(life: Life) -> None:
    rows = {(row["项目"], row["期别"]): row for row in life.sheet("进展")}
    assert len(rows) == 6 * 4 - 1
    for project, opening in OPENINGS.items():
        year = total = 0.0
        year, total = float(opening.year), float(opening.total)
        for month, said in ((month, each[project]) for month, each in MONTHS.items()):
            if said is None:
                continue
            backfill = SILENT if said[0] == "after silence" else 0
            year, total = year + said[1] + backfill, total + said[1] + backfill
            row = rows[project, f"2012年{month}月"]
            assert yuan(row["本月完成(万元)"]) == round(said[1] * WAN), (project, month)
            assert yuan(row["年初累计(万元)"]) == round(year * WAN), (project, month)
            assert yuan(row["开工累计(万元)"]) == round(total * WAN), (project, month)
    assert rows[HALL, "2012年7月"]["阶段"] == "签约"
    assert len(life.sheet("进展各版")) == len(rows) + 3


def yuan(value: object) -> int:
    assert isinstance(value, int | float)
    return round(value * WAN)


def checks_the_duties(life: Life) -> None:
    states = {
        (row["项目"], row["期别"], row["方式"]): row["是否按时"]
        for row in life.sheet("应报台账")
        if not str(row["期别"]).startswith("2013")
    }
    progress = {key: state for key, state in states.items() if key[2] == "进展月报"}
    assert progress.pop((ROAD, "2012年8月", "进展月报")) == "迟报"
    assert progress.pop((BRIDGE, "2012年10月", "进展月报")) == "未报"
    assert set(progress.values()) == {"按时"}
    assert len(progress) == 6 * 4 - 2
    zeros = {key[0]: state for key, state in states.items() if key[2] == "零报告"}
    assert zeros[WATER] == zeros[BRIDGE] == zeros[HALL] == "按时"
    assert zeros[ROAD] not in {"按时", "迟报", "未报"}
    words = [state for key, state in states.items() if key[2] == "一般问题月报告"]
    assert words == ["按时", "按时"]
