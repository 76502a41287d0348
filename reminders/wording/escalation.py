"""The sentences of the ladder of a major problem (上报链) and of a drill (演练)."""

BETWEEN = "、"
DAY_AND_HOUR = "{month}月{day}日 {hour}:{minute}"
DRILL = "【演练】"
FOR_LEADER = "（代{leader}）"

# Above what was said first: why it is said now.
RUNG_AGAIN = "第{count}次提醒：已{lasted}，还{missing}。"
RUNG_UP = "已通知{names}，{lasted}{missing}，报到您这里。"
RUNG_UP_CALL = "已通知{names}，{lasted}{missing}，请打电话催办。"
NOBODY_TOOK = "没有人知悉"
NO_SEQUEL = "没有下文"  # somebody took note, and nothing followed
MINUTES = "{count}分钟"
HOURS = "{count}小时"
RUNG_UNREACHED = "{names}没能通知到（请假、没绑定或已停用）。"
RUNG_STANDS_IN = "{name}请假，请您代为处理。"
RUNG_SOLVED = "责任单位说已解决，请核实。"
RUNG_LATE = "这条晚了：本应{time}发出。"

NOTHING_FOLLOWED = "{name}{time}已知悉 {number}，但一直没有交办、转办、批示或续报，继续往上报。"
RESUMED_TITLE = "⏰ {number} 还没有下文：{project}"
TAKER_LEFT = "{name}知悉 {number} 后已离岗，没有人接着办，继续往上报。"

LADDER_ENDED_TITLE = "⚠ {missing}！{title}"
LADDER_ENDED = "{names}都通知过了，{missing}，也没有上一级可报。请马上打电话！"

# To the admin.
RUNGS_LATE = "{numbers}的上报晚了一分钟以上（{count}件）。程序停过，或太忙；请看看运行情况。"

# 续报, every day.
WORD_ASKED = "{number} {project}：今天情况怎样？重大问题每天续报，{hour}前点一下或说一句。"
WORD_STILL = "仍在"
WORD_CHANGED = "有变化"
WORD_SOLVED = "已解决"
WORD_MISSED = "{number} {project}：{month}月{day}日没有按时续报。{who}"
WORD_OWED_BY = "联络人：{names}。"
WORD_OWED_BY_NOBODY = "这个项目现在没有联络人。"

# A drill.
DRILL_ENDED_TITLE = "【演练】{number} 已结束：{project}"
DRILL_NOTED = "知悉：{people}"
DRILL_QUICK = "{name} 不到1分钟"
DRILL_PERSON = "{name} {minutes}分钟"
DRILL_SILENT = "没有知悉：{names}"
DRILL_UNREACHED = "没有送到：{names}（没绑定、已停用或发送失败），请尽快补上。"
DRILL_ALL_REACHED = "全部送到。"
DRILL_NOBODY = "没有人知悉。"
DRILL_TOLD_OVER = "【演练】{number} 已结束，谢谢配合，不用再管。"
DRILL_DUE = "这个季度还没有做过上报演练。点一下，选个项目就开始；也可以打“演练”。"
DRILL_BUTTON = "演练"
