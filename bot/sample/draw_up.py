"""Draws up the sample city's workbook, `city.xlsx`: `python -m bot.sample.draw_up`.

Its totals are those of the circular of March 2012 (docs/decisions.md 39); only the districts are real. The
same input gives the same file: nothing here is drawn by chance, and the archive carries no time of its own.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from bot.sample.figures import Row, plan_building, plan_preparing, scope, start_later
from bot.sample.invented import (
    BUREAUS,
    CATEGORIES,
    CITY,
    ECOLOGY,
    FIRST,
    FRONTS,
    LEADERS,
    SECOND,
    SUB_NOT_STARTED,
    SUB_PROJECTS,
    SURNAMES,
    Bureau,
)
from storage.entries import HEADINGS, MILESTONES, PEOPLE, PROJECTS, UNITS

REGISTERED = date(2011, 12, 1)
OFFICE, SUPERVISION, GOVERNMENT = "市重大项目办", "市政府督查室", "市政府"
PLANNING, HOUSING = "市发展和改革委员会", "市住房和城乡建设局"
NOTES = (
    "样例城市：供试用和培训，不是任何地方的真实台账。",
    "县市区名称是真实的区划名称；单位、项目、人员、职务、手机号、企业微信账号和各项目的金额、日期全部虚构，"
    "如有雷同，纯属巧合。",
    "合计数取自2012年3月一份公开的情况通报：182个重大项目，总投资2857.7亿元；重大建设100个，1238.4亿元，"
    "年度计划244.9亿元，33个年内竣工；重大前期82个，1619.3亿元，20个年内开工；91个已开工，完成37.6亿元。",
    "未全面开工13个：9个重大建设项目，4个子项目。子项目不计入182个，也不计入各项合计。",
    "金额单位为万元；累计数截至2012年2月底。",
    "本文件由 python -m bot.sample.draw_up 生成，导入用 sanbao import。",
)


def invented_names() -> Iterator[str]:
    """Names without end, each once; one in six has a single given character."""
    given: set[str] = set()
    place = 0
    while True:
        place += 1
        surname = SURNAMES[place * 17 % len(SURNAMES)]
        first, second = FIRST[place * 11 % len(FIRST)], SECOND[place * 5 % len(SECOND)]
        name = surname + (second if place % 6 == 0 else first + second)
        if name not in given:
            given.add(name)
            yield name


@dataclass(slots=True)
class City:
    """The sheets while they are drawn up."""

    units: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    projects: list[Row] = field(default_factory=list)
    milestones: list[Row] = field(default_factory=list)
    names: Iterator[str] = field(default_factory=invented_names)

    def unit(self, name: str, district: str) -> None:
        self.units.append({"name": name, "district": district})

    def person(self, unit: str, title: str, roles: str) -> str:
        place, name = len(self.people) + 1, next(self.names)
        account = f"demo{place:04}" if "联络人" in roles or "市项目办" in roles else ""
        self.people.append(
            {
                "name": name,
                "unit": unit,
                "title": title,
                "phone": f"1990000{place:04}",
                "roles": roles,
                "wecom_userid": account,
            }
        )
        return name

    def milestone(self, project: Row, name: str, planned: date, actual: date | None = None) -> None:
        place = {"project": project["number"], "project_name": project["name"]}
        self.milestones.append({**place, "name": name, "planned": planned, "actual": actual})


@dataclass(frozen=True, slots=True)
class Staff:
    head: str
    deputy: str
    contacts: tuple[str, ...]


def draw_up() -> City:
    city = City()
    leaders = city_offices(city)
    staff = {bureau.name: bureau_staff(city, bureau) for bureau in BUREAUS}
    for number, (kind, name, bureau, contact) in enumerate(everything(staff), start=1):
        front = name[0]
        row: Row = {
            "number": number,
            "code": f"YY2012-{number:03}",
            "name": name[1:],
            "kind": kind,
            "category": "生态环保" if any(word in name for word in ECOLOGY) else CATEGORIES[front],
            "district": bureau.district,
            "front": FRONTS[front],
            "year": 2012,
            "opening_month": "2012-02",
            "unit": bureau.name,
            "reporters": contact,
            "deputies": staff[bureau.name].deputy,
            "heads": staff[bureau.name].head,
            "lead_leaders": leaders[front][number % len(leaders[front])],
            "lead_departments": HOUSING if kind == "重大建设" else PLANNING,
            "sub_owes": "否",
            "registered": REGISTERED,
        }
        city.projects.append(row)
    building = [row for row in city.projects if row["kind"] == "重大建设"]
    preparing = [row for row in city.projects if row["kind"] == "重大前期"]
    plan_building(building)
    plan_preparing(preparing)
    for row in city.projects:
        row["content"] = scope(row)
    add_sub_projects(city)
    add_milestones(city, building, preparing)
    return city


def city_offices(city: City) -> dict[str, list[str]]:
    """The city's own offices; gives the lead leaders by front."""
    for name in (GOVERNMENT, OFFICE, SUPERVISION, PLANNING, HOUSING):
        city.unit(name, CITY)
    leaders: dict[str, list[str]] = {}
    for title, front in LEADERS:
        leaders.setdefault(front, []).append(city.person(GOVERNMENT, title, "牵头领导"))
    city.person(OFFICE, "主任", "市项目办")
    city.person(OFFICE, "综合科科长", "市项目办、管理员")
    city.person(SUPERVISION, "主任", "督查室")
    city.person(PLANNING, "副主任", "牵头部门")
    city.person(HOUSING, "副局长", "牵头部门")
    return leaders


def bureau_staff(city: City, bureau: Bureau) -> Staff:
    city.unit(bureau.name, bureau.district)
    head, deputy = ("总经理", "副总经理") if bureau.name.endswith("公司") else ("局长", "副局长")
    return Staff(
        head=city.person(bureau.name, head, "一把手"),
        deputy=city.person(bureau.name, deputy, "分管领导"),
        contacts=tuple(
            city.person(bureau.name, title, "联络人")
            for title in ("项目办主任", "办公室副主任")[: 2 if bureau.second else 1]
        ),
    )


def everything(staff: dict[str, Staff]) -> Iterator[tuple[str, str, Bureau, str]]:
    """Kind, front and name, unit and contact of all 182, in the order of their numbers."""
    for kind in ("重大建设", "重大前期"):
        for bureau in BUREAUS:
            building, preparing = bureau.building.split(), bureau.preparing.split()
            firsts = len(building) + len(preparing) - bureau.second
            before = 0 if kind == "重大建设" else len(building)
            for place, name in enumerate(building if kind == "重大建设" else preparing, start=before):
                yield kind, name, bureau, staff[bureau.name].contacts[0 if place < firsts else -1]


def add_sub_projects(city: City) -> None:
    """Parts of started projects; the four that have not started stand in the circular's thirteen."""
    by_name = {row["name"]: row for row in city.projects}
    causes = iter(SUB_NOT_STARTED)
    for parent_name, parts, started, owes in SUB_PROJECTS:
        parent = by_name[parent_name[1:]]
        for place, part in enumerate(parts.split()):
            begun = place < started
            cause = "" if begun else next(causes)
            money = {name: parent[name] // 40 * 10 for name in MONEY}
            row = (
                parent
                | money
                | {
                    "number": len(city.projects) + 1,
                    "code": f"{parent['code']}-{place + 1}",
                    "name": f"{parent['name']}（{part}）",
                    "content": f"{part}及附属设施",
                    "parent": parent["number"],
                    "sub_owes": "是" if owes else "否",
                    "reporters": parent["reporters"] if owes else "",
                    "to_finish": "否",
                }
            )
            if not begun:
                start_later(row, cause, place)
            city.projects.append(row)


MONEY = ("total_investment", "amount", "opening_year_done", "opening_total_done")


def add_milestones(city: City, building: list[Row], preparing: list[Row]) -> None:
    for row in building[::3]:
        began: date | None = row.get("start_actual")
        start: date = began or row["start_planned"]
        half = start + (row["finish_planned"] - start) // 2
        passed = half - timedelta(days=6) if began and half < date(2012, 3, 1) else None
        cleared = began - timedelta(days=12) if began else None
        city.milestone(row, "征地拆迁完成", start - timedelta(days=30), cleared)
        city.milestone(row, "主体工程完成", half, passed)
        city.milestone(row, "竣工验收", row["finish_planned"])
    for row in preparing[::2]:
        city.milestone(row, "可研批复", date(2012, 3 + row["number"] % 4, 28))
        if row["to_start"] == "是":
            city.milestone(row, "用地批复", date(2012, 6, 15))
            city.milestone(row, "开工", row["start_planned"])


def to_workbook(city: City) -> Workbook:
    book = Workbook()
    notes = book.worksheets[0]
    notes.title = "说明"
    notes.column_dimensions["A"].width = 110
    for place, note in enumerate(NOTES, start=1):
        cell = notes.cell(place, 1, note)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=place <= 2)
    for name, rows in (
        (UNITS, city.units),
        (PEOPLE, city.people),
        (PROJECTS, city.projects),
        (MILESTONES, city.milestones),
    ):
        fill(book, name, rows)
    return book


def fill(book: Workbook, name: str, rows: Iterable[Row]) -> None:
    sheet, columns = book.create_sheet(name), HEADINGS[name]
    sheet.append(list(columns.values()))
    for row in rows:
        sheet.append([row.get(column) for column in columns])
    for place, heading in enumerate(columns.values(), start=1):
        head = sheet.cell(1, place)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DDE8F3")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(place)].width = max(10, 2 * len(heading) + 2)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if isinstance(cell.value, date):
                cell.number_format = "yyyy-mm-dd"
    sheet.freeze_panes = "A2" if name != PROJECTS else "D2"
    sheet.auto_filter.ref = sheet.dimensions


def to_bytes(book: Workbook) -> bytes:
    """The .xlsx without the moment of its making: one content, one file."""
    drawn, still = io.BytesIO(), io.BytesIO()
    book.save(drawn)
    with zipfile.ZipFile(drawn) as parts, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as out:
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2012-03-26T01:00:00Z", content)
            entry = zipfile.ZipInfo(part.filename, (2012, 3, 26, 9, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, content)
    return still.getvalue()


def main() -> None:
    Path(__file__).with_name("city.xlsx").write_bytes(to_bytes(to_workbook(draw_up())))


if __name__ == "__main__":
    main()
