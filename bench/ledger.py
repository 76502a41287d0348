"""An invented ledger of any size, as offices keep one: title, two-row headings, sections with sums, merged cells."""

import io

from openpyxl import Workbook

HEADING = (
    *(
        "序号",
        "项目名称",
        "建设性质",
        "建设内容",
        "责任单位",
        "责任人",
        None,
        "总投资",
        "2012年投资（万元）",
        None,
    ),
    *("自开工累计完成", "建设年限", "实际开工", "形象进度", "牵头领导", "备注"),
)
SECOND = (*[None] * 5, "姓名", "电话", None, "计划", "1-3月完成", *[None] * 6)
UNITS, EACH_SECTION, LEADERS = 200, 100, 8
NUMERALS = "一二三四五六七八九十"


def a_ledger(projects: int) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("重大建设")
    sheet.append(["2012年重大建设项目进展情况表（截至2012年3月底）"])
    sheet.append([None] * 14 + ["单位：万元"])
    sheet.append(HEADING)
    sheet.append(SECOND)
    for letter in "ABCDEHKLMNOP":
        sheet.merged_cells.add(f"{letter}3:{letter}4")
    sheet.merged_cells.add("F3:G3")
    sheet.merged_cells.add("I3:J3")
    for first in range(1, projects + 1, EACH_SECTION):
        numbers = range(first, min(first + EACH_SECTION, projects + 1))
        sheet.append(
            [
                f"（{NUMERALS[first // EACH_SECTION % 10]}）第{first // EACH_SECTION + 1}组项目（{len(numbers)}个）"
            ]
        )
        for number in numbers:
            sheet.append(_row(number))
        sheet.append(["小计", *[None] * 6, sum(map(_total, numbers))])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _total(number: int) -> int:
    return 5000 + number * 37 % 9000


def _row(number: int) -> list[object]:
    unit = number % UNITS
    return [
        *(number, f"第{number}号道路改造工程", "续建", "道路及管网，长3公里", f"第{unit}建设局"),
        *(_name(unit * 3 + number % 3), f"199{unit * 3 + number % 3:08}", _total(number), 1000, 200.5),
        *(
            1800.25,
            "2011-2013",
            "2011.5",
            f"主体施工至第{number % 9}层",
            _name(10_000 + number % LEADERS),
            None,
        ),
    ]


def _name(number: int) -> str:
    first, second = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "安平宁康乐和顺达文武明德"
    return first[number % 16] + second[number // 16 % 12] + second[number // 192 % 12]
