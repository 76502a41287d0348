"""The rows of the registry workbook, its headings, and what an error in it says.

The headings are the file's contract. Their order is free, other columns are ignored, a title may stand above
them. Money is in 万元 and becomes whole yuan. Sheet 节点 may be missing.
"""

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


class CellError(BaseModel):
    """What is wrong with one cell. `row` is Excel's own number; 0 where the whole sheet is meant."""

    model_config = ConfigDict(frozen=True)

    sheet: str
    row: int
    column: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"“{self.sheet}”表" + (f"第{self.row}行" if self.row else "")
        column = f"“{self.column}”" if self.column else ""
        return f"{place}{column}：{self.found or '空'}；应为：{self.expected}"


class Entry(BaseModel):
    """One row of the file; `row` is its number in Excel.

    `known` is the id of the registered row that is meant, where that is certain: never in a file.
    """

    model_config = ConfigDict(frozen=True)

    row: int
    known: int | None = None


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
    """Money in yuan. People as written: 姓名, 姓名(单位) or a phone; a lead department may be a unit."""

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
    reporters: tuple[str, ...]
    deputies: tuple[str, ...]
    heads: tuple[str, ...]
    lead_leaders: tuple[str, ...]
    lead_departments: tuple[str, ...]

    parent: int | None
    sub_owes: bool
    registered: date


class MilestoneEntry(Entry):
    project: int
    project_name: str
    name: str
    planned: date
    actual: date | None


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
    errors: tuple[CellError, ...] = ()
