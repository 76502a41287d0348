"""The words by which a line is read. Only words: what follows from them stands where they are used.

Patterns run on a levelled line (`level`): half-width signs, every letter where it was. Repeated groups are
possessive (`*+`) or short, so that no text can make a search try every way to cut it.
"""

import re

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans("　。、號\0", " .、号 ")
TAKEN = "\ue000"  # stands where something has been read and taken out of a line
SEPARATOR = rf"[\s,.;、!?:|/()（）\[\]【】<>《》\"'“”‘’~—_*#-]|{TAKEN}"


_PICTURES = re.compile("[\u2190-\u245f\u2500-\u2bff\ufe0f\u200d\u20e3\U0001f000-\U0001faff]")


def level(text: str) -> str:
    """As long as the text itself: half-width signs, a space where an emoji or our own mark stood."""
    return _PICTURES.sub(" ", text.replace(TAKEN, " ").translate(_HALF_WIDTH))


# Around the name of a project.
_MENU = "报进展|报问题|零报告"
REGISTRY_NUMBER = re.compile(
    rf"\s*(?:(?:{_MENU})(?:{SEPARATOR})*)?(?P<all>第?(?P<number>\d{{1,6}}|[一二三四五六七八九十百]{{1,5}})\s?号(?:项目)?)"
    rf"(?=$|{SEPARATOR}|\d|项目|本月|当月|这个?月|完成|投资|形象|累计|开工|已开工|同上|没动|没变|零报|有问题|存在|停工)"
)
INITIALS = re.compile(
    rf"(?:(?:{_MENU})|{SEPARATOR})*(?P<initials>(?=[a-z0-9]*[a-z])[a-z0-9]{{2,}}?)"
    r"(?=\d+(?:\.\d+)?[万亿w%]|[^a-z0-9]|$)",
    re.IGNORECASE,
)
BEFORE_A_NAME = re.compile(
    rf"(?:{_MENU}|进展|上报|汇报|报告|补报|报|本月|当月|这个?月|\d月份?|我们|我|今天|今日|关于|截至目前|目前|的|在|项目|号)$"
)
AFTER_A_NAME = re.compile(
    r"\d|完成|完工|本月|当月|这个?月|本期|上月|下月|形象|工程|项目|已|累计|开累|没|未|无|同上|有|存在|出现|发生|零报|的|投资|"
    r"进度|进展|开工|停工|复工|竣工|今年|年初|总|截|正|还|了|重大|严重|一般|建成|封顶|主体|验收|为|是|约|计划|目前|现|"
    r"[零一二三四五六七八九十百千两]+[万亿千百十]"
)
ANOTHER_PHASE = re.compile(r"(?:\d+|[一二三四五六七八九十]+)期")
# What stands in many names and in many sentences: alone it names nothing.
GENERIC = re.compile(
    r"(?:项目|工程|建设|改造|扩建|新建|开工|完成|投资|主体|本月|进展|进度|问题|报告|设备|安装|施工|质量|安全|管理|生产|"
    r"整治|治理|开发|加工|制造|基地|中心|配套|基础|设施|[零一二三四五六七八九十百千万亿两\d号月年日])++"
)

# Whether it is a report at all.
QUESTION_END = re.compile(r"(?:\?|[吗呢么])[\s.!~]*$")
QUESTION = re.compile(
    r"什么|几[号点天月]|多少|怎么|怎样|咋|哪|谁|为何|为啥|是否|是不是|有没有|能不能|可不可以|要不要|行不行|对不对|何时|[吗呢]"
)
TALK = re.compile(
    r"知道|收到$|好的|谢谢|感谢|明白|辛苦|(?<!申)请(?!示)|麻烦|帮|您|你|我|大家|会议|开会|通知(?!书)|电话|微信|"
    r"[没未要再先]报|报了|报过|填报|报的|不对|错了|下个?月|预计|打算|明天|后天|等下|等会|待会|稍后|晚点|一会|催报|查一下"
)
WORK = re.compile(
    r"完|[施动停复开竣]工|建|浇|挖|桩|基|层|梁|墙|装|铺|砌|验收|投产|试|运行|通[水车电气]|贯通|合龙|拆|征|招标|开标|标段|设计|批|"
    r"可研|环评|立项|签约|图审|手续|进场|设备|材料|吊|焊|绿化|路面|管|井|池|渠|坝|隧|钢筋|砼|混凝土|土方|回填|封顶|米|公里|亩|"
    r"户|%|准备|启动|推进|收尾|正在|已|进展|正常|阶段|论证|勘|测|复绿|清表|围挡|解决"
)

# What a line says besides figures; each stands as a clause of its own.
_FROM = rf"(?:(?<={SEPARATOR})|^)"
_TO = rf"(?=$|{SEPARATOR})"
STARTED = re.compile(
    rf"{_FROM}(?:项目|工程|已经?|正式|全面|顺利|本月){{0,3}}(?:开工了?|开工建设了?|动工了?|破土动工){_TO}"
)
NOT_STARTED = re.compile(
    rf"{_FROM}(?:项目|工程|目前|暂时?|仍|还|尚){{0,6}}[没未](?:有|能)?(?:开工|动工)(?!率)"
)
SAME = re.compile(
    rf"{_FROM}(?:本月|当月|这个?月|进度|进展|情况|数据|还是|都|基本){{0,6}}"
    rf"(?:同上个?月|同上|[和跟与同]上个?月(?:的)?(?:一样|相同|一致)|没有?动|未动|[没无](?:有)?(?:什么|啥|大的?)?(?:变化|变|进展)|未变化?)(?:了|过)?{_TO}"
)
ZERO = re.compile(
    rf"(?:{SEPARATOR}|[上下]?半年|本期|报)*(?:零报告|零报|[无没](?:有)?(?:任何)?问题|未发[生现](?:任何)?问题)(?:了|{SEPARATOR})*"
)
PROBLEM = re.compile(
    rf"{_FROM}(?:目前|现在?|主要|还)?(?:报|有|存在|出现|发生|出)?了?(?:[一两]?个|一?些|的)?"
    r"(?P<severity>特别重大|重大|严重|紧急|较大|一般|小)?的?(?:问题|困难)(?!已|解决|不大|都|全|没|得到|正)(?:是|有|:)*"
)
PROGRESS_LABEL = re.compile(
    rf"{_FROM}(?:(?:工程|项目)?(?:形象进度|形象|进度|进展)(?:情况)?\s?:|(?:工程|项目)?形象(?:进度|面貌)?(?:情况)?"
    r"(?:为|已|达到?|到)?(?=[^\W\d_])(?!百分之|墙|门|大门|工程|店|馆|展|提升|标|设计|不|没|未|[^%]{0,8}%))"
)
# 存在问题：无, 需协调事项：暂无: a heading with nothing below it says nothing.
NOTHING = re.compile(
    rf"{_FROM}(?:\w{{0,8}}?(?:问题|困难|事项)(?:[及和与、](?:问题|困难|建议|事项))?|需要?(?:上级)?协调)(?:是|为|情况|[:\s]){{0,3}}"
    rf"(?:目前|暂时?)?(?:无|没有)(?:其[他它]|重大|突出|明显)?(?:问题|困难|事项)?{_TO}"
)
HAS_A_PROBLEM = re.compile(r"(?<![没无])有(?P<severity>重大|严重|紧急|一般|小)?问题")
SEVERE = re.compile(r"重大(?![项工建])|(?<!不)严重|紧急")
NOT_SEVERE = re.compile(r"一般|不严重|小问题")
TROUBLE = re.compile(
    r"阻工|堵[路门工]|被堵|事故|[塌坍]方|坍塌|伤亡|死亡|受伤|停工|上访|[断停][水电]|火灾|着火|爆炸|泄漏|纠纷|受阻|卡在|问题|困难|"
    r"滞后|缺口|闹事|强揽|讨薪|欠薪"
)

# An explicit wish for help: 请协调, 需市里协调解决. It is no progress.
WISH = re.compile(r"(?:[请需望盼求]|建议).{0,12}协调|协调(?:解决|处理|支持)")
NO_WISH = re.compile(
    r"[无不没][需须用]|没有.{0,4}协调|(?:已|经|正在).{0,12}协调|协调.{0,4}(?:完毕|完成|到位|一致)"
)
WISH_LABEL = re.compile(r"^需要?(?:上级)?协调(?:的?(?:事项|问题))?\s?[:：]\s?")
# What may stand before an amount and names nothing.
NO_NAME = re.compile(
    r"形象(?:进度|面貌)?|工程|进度|进展|投资|情况|完成|实际|[本当这]个?月|月份?|其中|另外|同时|目前|现在?|截[至止到]|今[天日]|已经?|主要|"
    r"建安|固定资产|固投|设备|购置|土建|安装|[甲乙丙丁一二三四五六七八九十]?标段|费用|产值|工程款|资金|征地|征拆|拆迁|"
    r"[一二三四五六七八九十]+(?=月)|本周|项目|我们|[\W\d_]|[的在报我额]"
)

ASKS_WHOM = re.compile(r"怎么[报填]|找谁|问谁|[向给]谁")
BEFORE_ALL = re.compile(
    r"(?:报进展|进展|上报|汇报|报告|补报|报|我们|我|关于|今天|今日|截至目前|目前|的|在|项目|\W)++"
)
AFTER_THE_NAME = re.compile(r"(?:(?:这个|该)?(?:项目|工程(?![师量进])))?的?")

# Around figures.
MONTH_SPAN = r"\d{1,2}月?份?\s?(?:[-~—]|[至到])\s?\d{1,2}月份?"
MONTH_NAME = r"(?<![\d个])(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九元])月份?"
LABELS = re.compile(
    rf"(?P<total>累计|开累|累积|截[至止到]|至今|今年|全年|年初|年内|总共|总计|共计|自开工|开工以来|{MONTH_SPAN})|"
    rf"(?P<month>本月|当月|这个?月|月度|{MONTH_NAME}(?!底|初|中|上旬|下旬|以来|前|后|\d))|"
    r"(?P<other>计划|目标|任务|下个?月|上个?月|去年|明年|总投资|概算|预算|合同|其中|[还尚仅只]?[差缺欠]|剩余?|未完成|没完成|贷款|到位|"
    r"支付|拨付|付款|申请|需要?|估算|中标|补偿|罚|亏|还有)"
)
IN_BRACKETS = r"\((?:本月|当月|累计|开累|万元|亿元|元)\)"
LEAD_WORDS = re.compile(
    rf"(?:本月|当月|这个?月|月度|(?:\d{{4}}年)?{MONTH_NAME}|{MONTH_SPAN}|累计|开累|今年|年初至今|年初以来|年初|截至目前|共|合?计|总共|总|"
    r"完成|实现|投资额?|投入|产值|工程量|金额|资金|约|大概|大约|近|超|超过|额|即|也就是|报|新增|了|是|为|达到?|到|人民币|"
    rf"{IN_BRACKETS}|"
    r"[\d.,]+\s*[万亿]?元?\s*(?:[-~—]|[至到])|[-=:\s])*+$"
)
TRAIL_WORDS = re.compile(rf"(?:\s*{IN_BRACKETS}|左右|上下|以上|以下|以内|出头|人民币|的?投资额?|了)*")
UNIT_IN_BRACKETS = re.compile(r"\((万元|亿元|元)\)")
MONTH_AFTER = re.compile(r"\s*\(\s*(?:本月|当月)\s*\)")
TOTAL_AFTER = re.compile(r"\s*\(\s*(?:累计|开累|年初至今)\s*\)")
PERCENT = re.compile(
    r"(?:(?P<label>(?:总体|整体|工程|项目)?形象(?:进度|面貌)?|(?:总体|整体|工程|项目)?进度)|完成率|总体|整体)?"
    r"(?:已?完成|达到?|到|约|为|是|了|[:\s]){0,8}+(?P<number>\d{1,3}(?:\.\d{1,2})?)\s?%"
)
PERCENT_IN_WORDS = re.compile(
    r"(?P<label>(?:总体|整体|工程|项目)?形象(?:进度|面貌)?|(?:总体|整体|工程|项目)?进度)?(?:已?完成|达到?|到|约|为|是|了|[:\s]){0,8}+"
    r"百分之(?P<number>[零〇一二三四五六七八九十百两点]{1,7})(?![零〇一二三四五六七八九十百千万亿两点])"
)
# After 本月 or 完成: what is written like an amount and is none, -300 or 300~500万. Without a unit only a whole
# clause is: 完成 1-3 栋.
_UP_TO = r"\d[\d.,]*\s?[万亿]?元?\s?(?:[-~—]+|[至到])\s?\d[\d.,]*"
NO_AMOUNT = re.compile(
    rf"(?P<lead>(?:本月|当月|这个?月|完成)(?:完成|投资额?|[:\s])*+)(?P<written>-\s?\d[\d.,]*\s?[万亿]?元?(?=$|{SEPARATOR})|"
    rf"{_UP_TO}\s?(?:[万亿]元?|元)(?=$|{SEPARATOR})|{_UP_TO}(?=\s*(?:$|[.,;!\n{TAKEN}])))"
)
BARE_PERCENT = re.compile(
    rf"(?P<label>形象(?:进度|面貌)?|(?:工程|总体|整体)?进度)(?:已?完成|达到?|到|约|为|[:\s]){{0,8}}+(?P<number>\d{{1,3}}(?:\.\d{{1,2}})?)"
    rf"(?!\.?\d|\s*[万亿元%])(?=$|{SEPARATOR})"
)
