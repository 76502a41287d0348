"""日报、周报 and 讲评 in words: short lines for a phone."""

GREETING = "{name}，{hello}。{month}月{day}日（周{weekday}）"
MORNING, LATER = "早", "您好"
LATE = "迟发"
LATE_MARK = "{title}·{late}"
WEEKLY_MARK = "{title}·一周"
NOTHING_NEW = "没有新情况。"
GROUP = "各位"  # in a group, where a name would stand

MAJOR = "重大{count}件 {code}："
MAJOR_LINE = "·{project} {category} 已报{age}{claimed} {number}"
UNCLAIMED = " 无人认领"
UNFOLLOWED = " 没有下文"
OVERDUE = "逾期问题{count}件 {code}："
OVERDUE_LINE = "·{project} {category} 超{days}天 {number}"
MORE = "{line}（另{count}件）"
CAME = "新报 {code}：{parts}"
CAME_REPORTS = "进展{count}项"
CAME_ZEROS = "零报告{count}项"
CAME_PROBLEMS = "问题{count}件"
CAME_SOLVED = "解决{count}件"
OWING = "逾期未报{count}项 {code}：{units}"
OWING_UNIT = "{unit}{count}项"
OWING_MORE = "另{count}个单位"
MISSED = "截止未报{count}项 {code}：{periods}"
MISSED_IN = "{period}{kind} {projects}{more}"
MISSED_KINDS = {"progress": "进展", "issue": "问题月报", "zero": "零报告"}
MISSED_AND_SO_ON = "等{count}项"
MISSED_MORE = "另{count}项"
MONEY = "年投资 完成{done} {code}，占{share}%，序时{time}%，{gap}"
MONEY_NO_PLAN = "年投资 完成{done} {code}（没有年度计划）"
BEHIND = "落后{points}个百分点"
AHEAD = "超前{points}个百分点"
LEVEL = "与序时持平"
LIGHTS = "灯色 {code}：{lights}"
LIGHT = "{light}{count}"
LIGHT_NAMED = "{light}{count}（{names}）"
LIGHT_NAMES = {"green": "转绿灯", "yellow": "新增黄灯", "red": "新增红灯"}

AGE_MINUTES = "{count}分钟"
AGE_HOURS = "{count}小时"
AGE_DAYS = "{count}天"
SEPARATOR = "、"
COMMA = "，"
SEMICOLON = "；"

BUTTON = "{what} {code}"
BUTTONS = {
    "major": "重大",
    "overdue": "逾期",
    "owing": "未报",
    "missed": "截止未报",
    "done": "投资",
    "lights": "灯色",
}

CHART_TITLE = "完成年度计划"
CHART_AS_OF = "截至{year}年{month}月{day}日"

# 立即: each report as it comes, several that came together in one message.
AT_ONCE = "您的项目新报{count}件"
AT_ONCE_REPORT = "·{project} {period}进展 {said} {receipt}"
AT_ONCE_ZERO = "·{project} {period}零报告 {receipt}"
AT_ONCE_PROBLEM = "·{project} {category}：{what} {number}"
AT_ONCE_MORE = "另{count}件，打“查”加编号可看"

# 一月一讲评
REVIEW_TITLE = "{month}讲评"
REVIEW_OWN = "您的项目 完成{done} {code}，占{share}%，序时{time}%，{gap}"
REVIEW_CITY = "全市 完成{done} {code}，占{share}%，序时{time}%，{gap}"
REVIEW_REPORTS = "全市报送 应报{expected}，按时{on_time}，完整率{completeness}"
REVIEW_TOP = "前{count}（比序时，百分点）：{units}"
REVIEW_BOTTOM = "后{count}：{units}"
REVIEW_UNIT = "{place}.{unit} {gap}"
REVIEW_SILENT = "{unit} 未报"
REVIEW_PROBLEMS = "问题 新增{opened}，办结{closed}，未结{open}{oldest}"
REVIEW_OLDEST = "（最久{days}天）"
REVIEW_RULE = "按完成率与序时之差排名；并列看完整率、及时率。无年度计划、一项没报的不排。"
REVIEW_BUTTON = "讲评全表"
UNKNOWN = "—"
