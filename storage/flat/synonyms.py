"""What offices call the columns of a ledger: one table, nothing else knows these words.

A heading is compared without spaces, brackets, units, years and months (`storage.flat.headings` takes them off). The
first pattern that fits the whole of it wins, so the narrower ones stand first. Fields are those of ProjectEntry;
the others are explained below.
"""

import re

from rules.kinds import ProjectKind, Stage

# Fields that only a ledger has.
PHONE = "phone"  # belongs to the people named left of it
RESPONSIBLE = "responsible"  # 责任人: reporters if the ledger names no others, deputies otherwise
DONE = "done"  # 累计完成, without saying since when
BEFORE = "before_year"  # done until the end of last year
YEARS = "years"  # 2011-2013
START, FINISH = "start", "finish"  # 开工时间, without saying whether planned or done
PROGRESS = "progress"  # 形象进度, read only for the stage
IGNORED = "ignored"  # known, and of no use to the registry

MONEY = ("total_investment", "amount", "opening_year_done", "opening_total_done", DONE, BEFORE)
CUMULATIVE = ("opening_year_done", "opening_total_done", DONE)
PEOPLE = ("reporters", "deputies", "heads", "lead_leaders", RESPONSIBLE)

_DAY = "(?:时间|日期|年月)?"
_SUM = "(?:投资)?(?:额|数|情况)?"
_YEAR = "(?:本年度?|今年|当年|年度|年内)"
_WHO = "(?:姓名|[及和](?:联系|联络)?(?:电话|方式|手机))?"

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("number", r"(?:项目)?(?:序号|编号)|序|no\.?"),
    ("code", "(?:项目)?(?:统一)?(?:代码|编码)"),
    ("name", "(?:重大|重点)?(?:建设|前期)?(?:项目|工程)(?:名称)?|名称"),
    (IGNORED, ".*(?:占|率|比例|百分比|%|增幅|同比|排名).*|本月.*|当月.*|本期.*|.*完成进度"),
    ("kind", "(?:项目)?类型"),
    ("category", "(?:项目)?(?:类别|分类)|(?:所属)?行业(?:类别)?"),
    ("district", "(?:所属|所在)?(?:县市及?区|县市|县区|市县|区县|区域|辖区|属地)|(?:所属|所在)(?:区|县|地)"),
    ("front", "(?:所属)?战线"),
    ("nature", "(?:建设|项目)?性质"),
    ("goal", f"{_YEAR}?(?:主要)?(?:形象)?(?:进度)?(?:工作|建设)?目标(?:任务)?"),
    ("goal", f"{_YEAR}(?:主要)?(?:建设内容|形象进度计划|任务)"),
    ("content", "(?:主要)?(?:建设|项目)(?:规模|内容)(?:[及和]?(?:主要)?(?:建设)?(?:内容|规模))?"),
    ("content", "(?:项目)?(?:概况|简介)"),
    ("opening_total_done", f"自?开工(?:(?:以来|至今|起)(?:累计)?(?:已?完成)?|累计(?:已?完成)?){_SUM}"),
    ("opening_total_done", "累计完成(?:投资)?自?开工(?:以来|至今|起)?(?:累计)?"),
    ("opening_total_done", "总投资(?:累计|已|实际)*完成(?:额|情况)?"),
    (BEFORE, f"(?:上|去)?年底(?:前)?(?:累计|已|实际)*(?:完成)?{_SUM}|(?:以前年度|历年)(?:累计)?(?:完成)?{_SUM}"),
    ("opening_year_done", f"(?:年初|{_YEAR})(?:至今|以来|起)?(?:投资)?(?:累计|已|实际)*完成{_SUM}"),
    ("opening_year_done", f"年初(?:至今|以来|起)(?:累计)?{_SUM}|年初累计{_SUM}|{_YEAR}累计{_SUM}"),
    ("opening_year_done", f"累计完成(?:投资)?(?:年初|{_YEAR})(?:至今|以来|起)?"),
    (DONE, f"(?:目前)?已?累计(?:已)?(?:完成)?{_SUM}|已?完成{_SUM}"),
    ("total_investment", "(?:项目)?(?:计划|估算|概算)?总投资(?:额|规模|估算|概算|计划)?"),
    ("total_investment", "投资总(?:额|规模|计划)|(?:项目)?投资(?:规模|估算|概算)"),
    ("amount", f"{_YEAR}(?:目标)?计划(?:完成)?(?:总)?{_SUM}|年计划{_SUM}"),
    ("amount", f"{_YEAR}(?:完成)?投资(?:计划|目标|任务)(?:额|数)?"),
    ("not_started_because", "(?:未|没有)(?:全面)?开工(?:的)?(?:主要)?(?:原因|说明)"),
    ("stage", "(?:项目|建设)?(?:阶段|状态)|(?:是否|有无)(?:已)?开工|开工(?:情况|与否|状态)"),
    ("start_planned", f"(?:计划|拟|预计|预定)(?:开工|动工){_DAY}"),
    ("start_actual", f"实际(?:开工|动工){_DAY}"),
    ("finish_planned", f"(?:计划|拟|预计|预定)(?:竣工|完工|建成|投产)(?:投产)?{_DAY}"),
    ("finish_actual", f"实际(?:竣工|完工|建成){_DAY}"),
    (START, f"(?:开工|动工){_DAY}"),
    (FINISH, f"(?:竣工|完工|建成){_DAY}"),
    (YEARS, "(?:建设)?起止(?:年限|年月|时间|年份)|建设(?:年限|工期|周期|时间|期限|起止年限)|(?:计划)?工期|年限"),
    ("unit", "(?:项目)?(?:责任|建设|实施|业主|承办|申报)(?:主体)?单位(?:名称)?"),
    ("unit", "项目单位|(?:项目)?业主|项目法人|单位(?:名称)?"),
    ("lead_departments", "(?:行业)?(?:牵头|主管|监管)(?:部门|单位)"),
    ("lead_leaders", f"(?:市级?)?(?:牵头|联系|挂点|挂钩|挂联|包联|分包|联点|包保|督办)(?:的)?(?:市级?)?领导{_WHO}"),
    ("deputies", f"分管(?:领导|负责人|责任人){_WHO}"),
    ("heads", f"一把手{_WHO}|(?:单位)?主要(?:领导|负责人|责任人){_WHO}|(?:单位|行政)负责人{_WHO}"),
    ("reporters", f"联[络系]人(?:员)?{_WHO}|(?:联络|信息|填报|报送)(?:员|人员?){_WHO}"),
    (RESPONSIBLE, f"(?:项目|直接)?(?:责任|负责)人{_WHO}"),
    (PHONE, "(?:(?:责任|负责|联络|联系)人)?(?:联系|联络|办公)?(?:电话|手机|方式)(?:号码)?"),
    (PROGRESS, "(?:目前|当前|最新|工程|项目|建设)?(?:形象)?(?:进度|进展)(?:情况)?"),
    (IGNORED, "备注|说明|.*(?:问题|困难|协调).*|资金来源|下[月步].*|职务"),
    (IGNORED, "(?:建设|项目|具体|详细)?(?:地点|地址|位置)"),
)  # fmt: skip
WORDS = tuple((field, re.compile(pattern)) for field, pattern in _PATTERNS)

_NAMES = [pattern for field, pattern in WORDS if field == "name"]


def field_of(core: str) -> str | None:
    """Which field a heading means, or None. `core` is what `storage.flat.headings` leaves of it."""
    return next((field for field, pattern in WORDS if core and pattern.fullmatch(core)), None)


def is_name(text: str) -> bool:
    """Whether a heading is the one over the names of the projects, by which a ledger is known."""
    return any(pattern.fullmatch(text) for pattern in _NAMES)


# Below a heading that means one thing, these parts of it mean another.
_DONE_BELOW = "(?:累计|已|实际)*完成(?:投资)?(?:额|情况)?"
PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "total_investment": (("计划(?:投资)?|总额", "total_investment"), (_DONE_BELOW, "opening_total_done")),
    "amount": (("计划(?:投资)?|目标|任务", "amount"), (_DONE_BELOW, "opening_year_done")),
    START: (("计划", "start_planned"), ("实际", "start_actual")),
    FINISH: (("计划", "finish_planned"), ("实际", "finish_actual")),
    **{
        each: (("姓名|名单", each), (".*(?:电话|手机|方式).*", PHONE), ("职务|单位", IGNORED))
        for each in PEOPLE
    },
}


def field_below(above: str | None, core: str) -> str | None:
    """Which field the lower row of a heading means below the field `above`."""
    return next((field for part, field in PARTS.get(above or "", ()) if re.fullmatch(part, core)), None)


# What a section, a sheet's name or a title says about the projects below it.
KINDS = (
    (re.compile("前期|储备项目|谋划项目"), ProjectKind.PRELIMINARY),
    (re.compile("重大建设|建设项目|建设类|在建|续建|新开工"), ProjectKind.CONSTRUCTION),
)
CATEGORIES = re.compile(
    "(基础设施|重大产业|产业|民生保障|社会民生|民生|生态环保|环境保护)(?:类|项目|建设|工程)*"
)
DISTRICT = re.compile(r"(?:\w{2,7}(?:区|县|市)|市本级|市直)")


def kind_in(text: str) -> ProjectKind | None:
    """The kind of project a text speaks of; None if it speaks of none, or of both."""
    found = [kind for pattern, kind in KINDS if pattern.search(text)]
    return found[0] if len(found) == 1 else None


STAGES = {
    **dict.fromkeys(("意向", "谋划", "储备"), Stage.INTENTION),
    **dict.fromkeys(("签约", "前期", "未开工", "否", "拟开工", "待开工", "未动工", "筹建"), Stage.SIGNED),
    **dict.fromkeys(("开工", "已开工", "在建", "是", "建设中", "续建", "施工", "全面开工"), Stage.STARTED),
    **dict.fromkeys(("竣工", "已竣工", "完工", "已完工", "建成", "已建成"), Stage.COMPLETED),
    **dict.fromkeys(("投产", "已投产", "投入使用", "运营"), Stage.PRODUCING),
    **dict.fromkeys(("效益", "达效"), Stage.YIELDING),
}
# In the words of a 形象进度; a wish ("预计6月竣工") must not pass for the deed.
PROGRESS_SAYS = (
    (re.compile("(?:未|没有|尚未)(?:全面)?(?:开工|动工)"), Stage.SIGNED),
    (re.compile("已(?:经)?(?:全面|全部|正式|基本)?(?:投产|投入使用|投入运营)"), Stage.PRODUCING),
    (re.compile("已(?:经)?(?:全面|全部)?(?:竣工|完工|建成)"), Stage.COMPLETED),
    (re.compile("已(?:经)?(?:全面|正式)?(?:开工|动工)|正在施工|施工中"), Stage.STARTED),
)
TOTALS = re.compile(
    r"(?:其中|以上|本页|本表|全市)?[:,]?(?P<of>.{0,12}?)(?P<word>小计|合计|总计|共计|累计)(?:\(?(?P<count>\d+)个(?:项目)?\)?)?:?"
)
CLOSING = re.compile(
    r"(?:注|备注|说明|附注|填表.{0,3}|填报.{0,3}|制表.{0,3}|审核.{0,3}|单位负责人|联系人|主要负责人)\d?:.{0,400}|[共第]\d+页.*"
)
# What stands before or behind a name without brackets.
POST = (
    "(?:市委|市政府|区委|县委)?(?:常委|常务)?(?:副|总)?"
    "(?:市长|书记|主席|主任|局长|区长|县长|镇长|乡长|部长|处长|科长|股长|站长|院长|校长|秘书长|巡视员|经理|工程师)"
)
NOTHING = ("-", "--", "—", "——", "/", "／", "无", "\\", "*")
