"""What the office reads in a rehearsal and a replay. The terminal's own lines are English, as of every command."""

DAYS = "一二三四五六日"
TITLE = "{year}年应报与消息演练"

WHAT_IT_IS = (
    "在数据库的副本上，把时钟从 {begins} 一步步走到 {ends}，看看什么时候该报什么、会给谁发什么。"
    "没有给任何人发消息。"
)
PAST = "{begins}以前的日子已经过去，不在演练之内。"
NOBODY_REPORTS = "假定：从现在起，谁也不报（消息最多的情形）。"
EVERYBODY_REPORTS = (
    "假定：一开放，人人马上就报（消息最少的情形）；完成投资按年度计划的十二分之一计，问题一律报“仍在”。"
)
EVERYBODY_REACHED = "假定：在职的人都已绑定，每条消息都送达；人员、责任、项目都照现在的样子，不再变。"
NO_PROBLEMS = "不含：新出现的问题，以及大家自己说话得到的回答。"
RULES_IN_FORCE = "规则：现行第 {version} 版。"
RULES_TRIED = "规则：试用 {file}，没有生效。"
UNKNOWN_YEARS = "{years}年的放假调休还没有录入，有关的日子只按周末推算，以后可能还会变。"
COUNTS = "应报 {duties} 件，消息 {messages} 条，收到的人 {people} 位；一人一天最多 {most} 条。"

UNKNOWN_YEAR = "放假调休未录入，可能还会变"
ROLLED = "原定{day}，遇休息日改"
NO_MESSAGE = "这个月没有消息。"
APPROVED = "审定：＿＿＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日"
OPENS, DUE, CLOSES = "开放", "应报", "截止"
MORE_UNITS = "等 {count} 个单位"

REPLAY_WHAT = (
    "在数据库的副本上，从 {begins} 的样子重新走到 {ends}，看看会给谁发什么，再与实际发过的对照。"
    "没有给任何人发消息。"
)
REPLAY_SUPPOSED = (
    "当月的上报、问题、免报、解锁、暂停照原来的时刻重做；扫描写过的（应报开放与截止、提醒、简报等）全部重新来过。"
    "假定每条消息都送达；人员、责任、登记照现在的样子。"
)
BOTH, DIFFERS, ONLY_REAL, ONLY_REPLAYED = "一致", "时刻或文字不同", "只有实际", "只有重放"
VERDICTS = (BOTH, DIFFERS, ONLY_REAL, ONLY_REPLAYED)
TOTAL = "合计"
