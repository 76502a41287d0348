"""What a file of the registry says, row by row, and what an error in it says. Money in yuan.

Two forms of file end here. The registry workbook has sheets 单位, 人员, 项目 and perhaps 节点; its headings below
are its contract, in any order, other columns ignored, a title above them allowed. A ledger (台账) has one row a
project under headings of its own (`storage.flat`); it says less, so its rows wait as `LedgerEntry` until
`storage.flat.drafting` has put beside them what is registered.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from rules.kinds import ProjectKind, Role, Stage

UNITS, PEOPLE, PROJECTS, MILESTONES = "单位", "人员", "项目", "节点"

UNIT_COLUMNS = {"name": "单位名称", "district": "所属区域"}
PERSON_COLUMNS = {
    "name": "姓名",
    "unit": "单位",
    "title": "职务",
    "phone": "手机",
    "roles": "角色",
    "wecom_userid": "企业微信账号",
}
PROJECT_COLUMNS = {
    "number": "序号",
    "code": "项目编码",
    "name": "项目名称",
    "kind": "项目类型",
    "category": "项目类别",
    "district": "所属区域",
    "front": "战线",
    "nature": "建设性质",
    "content": "建设内容",
    "total_investment": "总投资(万元)",
    "year": "年度",
    "amount": "年度计划投资(万元)",
    "goal": "年度目标",
    "to_start": "年内开工",
    "to_finish": "年内竣工",
    "stage": "阶段",
    "start_planned": "计划开工",
    "start_actual": "实际开工",
    "finish_planned": "计划竣工",
    "finish_actual": "实际竣工",
    "not_started_because": "未开工原因",
    "opening_month": "累计截至(年-月)",
    "opening_year_done": "年初累计(万元)",
    "opening_total_done": "开工累计(万元)",
    "unit": "责任单位",
    "reporters": "联络人",
    "deputies": "分管领导",
    "heads": "一把手",
    "lead_leaders": "牵头领导",
    "lead_departments": "牵头部门",
    "parent": "上级项目(序号)",
    "sub_owes": "子项目单独报送",
    "registered": "登记日期",
}
MILESTONE_COLUMNS = {
    "project": "项目序号",
    "project_name": "项目名称",
    "name": "节点名称",
    "planned": "计划完成",
    "actual": "实际完成",
}
HEADINGS = {
    UNITS: UNIT_COLUMNS,
    PEOPLE: PERSON_COLUMNS,
    PROJECTS: PROJECT_COLUMNS,
    MILESTONES: MILESTONE_COLUMNS,
}

KIND_WORDS = {"重大建设": ProjectKind.CONSTRUCTION, "重大前期": ProjectKind.PRELIMINARY}
STAGE_WORDS = {
    "意向": Stage.INTENTION,
    "签约": Stage.SIGNED,
    "开工": Stage.STARTED,
    "竣工": Stage.COMPLETED,
    "投产": Stage.PRODUCING,
    "效益": Stage.YIELDING,
}
ROLE_WORDS = {
    "联络人": Role.REPORTER,
    "分管领导": Role.DEPUTY,
    "一把手": Role.HEAD,
    "市项目办": Role.OFFICE,
    "牵头领导": Role.LEAD_LEADER,
    "牵头部门": Role.LEAD_DEPARTMENT,
    "督查室": Role.SUPERVISION,
    "管理员": Role.ADMIN,
}


WHOLE_FILE = "文件"


class CellError(BaseModel):
    """What is wrong with one cell. `row` is Excel's own number; 0 where the whole sheet is meant.

    `sheet` is WHOLE_FILE where the file itself is meant, in which no sheet was found.
    """

    model_config = ConfigDict(frozen=True)

    sheet: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"“{self.sheet}”表" if self.sheet != WHOLE_FILE or self.row else f"这个{WHOLE_FILE}"
        place += f"第{self.row}行" if self.row else ""
        column = f"“{self.column}”" if self.column else ""
        return f"{place}{column}：{self.found or '空'}；应为：{self.expected}"


class Entry(BaseModel):
    """One row of the file; `row` is its number in Excel.

    `known` is the id of the registered row that is meant, where that is certain: never in a file.

    What a ledger gave rise to has the ledger's own sheet; units and people, of whom a ledger has no rows, have the
    heading of the cell that names them, and a `nth` of their own.
    """

    model_config = ConfigDict(frozen=True)

    row: int
    known: int | None = None
    sheet: str = ""
    column: str = ""
    nth: int = 0

    @property
    def new_key(self) -> int:
        """How a row that is not registered yet is known: below zero, once in the file for each kind."""
        return -(self.nth or self.row)


class UnitEntry(Entry):
    name: str
    district: str


class PersonEntry(Entry):
    name: str
    unit: str
    title: str
    phone: str | None
    roles: tuple[Role, ...]
    wecom_userid: str | None


class ProjectEntry(Entry):
    """Money in yuan. People as written: 姓名, 姓名(单位) or a phone; a lead department may be a unit.

    People that are None stay as they are registered; a new project without a day of registration gets that of
    the import.
    """

    number: int
    code: str | None
    name: str
    kind: ProjectKind
    category: str
    district: str
    front: str
    nature: str
    content: str
    total_investment: int

    year: int | None
    amount: int
    goal: str
    to_start: bool
    to_finish: bool

    stage: Stage
    start_planned: date | None
    start_actual: date | None
    finish_planned: date | None
    finish_actual: date | None
    not_started_because: str

    opening_month: str
    opening_year_done: int
    opening_total_done: int

    unit: str
    reporters: tuple[str, ...] | None
    deputies: tuple[str, ...] | None
    heads: tuple[str, ...] | None
    lead_leaders: tuple[str, ...] | None
    lead_departments: tuple[str, ...] | None

    parent: int | None
    sub_owes: bool
    registered: date | None


class MilestoneEntry(Entry):
    project: int
    project_name: str
    name: str
    planned: date
    actual: date | None


class Named(BaseModel):
    """A person as a cell of a ledger names them."""

    model_config = ConfigDict(frozen=True)

    name: str
    phone: str | None = None
    title: str = ""


Said = bool | int | str | date | None


class LedgerEntry(Entry):
    """A project as one row of a ledger tells of it.

    `said` holds the fields of ProjectEntry that the file speaks of and no others: what it does not say stays as it
    is registered. `supposed` holds what follows from the row only if nothing is registered yet; a stage among
    them still moves a registered project on, never back.
    """

    name: str
    unit: str
    code: str | None = None
    said: dict[str, Said]
    supposed: dict[str, Said] = {}
    people: dict[str, tuple[Named, ...]] = {}  # by field of ProjectEntry, where the file has the column
    departments: tuple[str, ...] | None = None


class Book(BaseModel):
    """A whole file as read. Rows with an error are left out; `spoiled` keeps how others may refer to them."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    whole: bool = True  # every sheet that must be there is there, with its headings
    units: tuple[UnitEntry, ...] = ()
    people: tuple[PersonEntry, ...] = ()
    projects: tuple[ProjectEntry, ...] = ()
    milestones: tuple[MilestoneEntry, ...] | None = None  # None: the file has no such sheet
    spoiled: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()  # names of rows left out on request: nothing may refer to them
    errors: tuple[CellError, ...] = ()
    notes: tuple[str, ...] = ()  # what was derived and what was not taken, in sentences
    ledger: tuple[LedgerEntry, ...] | None = None  # None: the file is a registry workbook
    highest_number: int = 0  # of a ledger, its bad rows too: numbers that are given out begin above it
    initials: Mapping[
        str, str
    ] = {}  # of the projects' names, where they were made ahead (storage/registry.py)
    columns: Mapping[str, Mapping[str, str]] = {}  # a ledger's own headings: sheet -> field -> heading

    def heading(self, sheet: str, field: str, entry: Entry) -> str:
        """What a field is called where its row stands."""
        return entry.column or self.columns.get(entry.sheet, {}).get(field) or HEADINGS[sheet][field]


def against_itself(entry: ProjectEntry) -> Iterator[tuple[str, str]]:
    """What a project's row can say against itself: the field, and what was expected of it."""
    if not entry.year and (entry.amount or entry.goal or entry.to_start or entry.to_finish):
        yield "year", "写了年度计划就要写年度，如 2012"
    if entry.reporters == () and (entry.parent is None or entry.sub_owes):
        yield "reporters", "至少一名联络人（不单独报送的子项目除外）"
    if entry.sub_owes and entry.parent is None:
        yield "sub_owes", "只有子项目（写了上级项目）才填“是”"
    if entry.not_started_because and entry.start_actual:
        yield "not_started_because", "已有实际开工日期的项目不填未开工原因"
    if entry.opening_year_done > entry.opening_total_done:
        yield "opening_total_done", "不小于年初累计"
    if entry.finish_actual and entry.start_actual and entry.finish_actual < entry.start_actual:
        yield "finish_actual", "不早于实际开工"
