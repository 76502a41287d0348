"""催报 in words: what is owed, by when, one tap. Whoever stands above hears what was tried."""

# The first line of a reminder to who has to report.
OWED = "还有{count}项要报"
OWED_TODAY = "今天到期：{count}项要报"
SOME_TODAY = "还有{count}项要报，{some}项今天到期"
OWED_OVERDUE = "已过期限：{count}项没报"
SOME_OVERDUE = "还有{count}项要报，{some}项已过期限"

# One line a duty.
LINE = "{project} {period}{what}，{due}前"
LINE_TODAY = "{project} {period}{what}，今天{hour}前"
LINE_OVERDUE = "⚠ {project} {period}{what}，{closes}截止"
LINE_RETURNED = "⚠ {project} {period}{what}被退回，{mend_by}前改好"
PROGRESS = "进展"
ZERO = "零报告"
WORD = "问题W{subject}说一声"
MORE = "还有{count}项，点“我的待办”看。"
STAND_IN = "您正在代{names}报。"

# Whoever stands above: one line for each who owes.
ABOVE = "还有{count}项没报，请过问"
ABOVE_LINE = "{names}还欠{count}项：{projects}。{tried}"
TRIED = "已提醒{count}次（{days}），还没报。"
NOT_TRIED = "还没提醒到。"
UNREACHABLE = "联系不上本人。"
AWAY = "本人请假，没有人代。"
NAME = "{role}{name}（{phone}）"
NO_PHONE = "没有登记电话"
REPORTER = "联络人"
DEPUTY = "分管领导"
HEAD = "一把手"
DUTY = "{project}{period}{what}"
AND_SO_ON = "{duties}等"
SEPARATOR = "、"

# Buttons.
REPORT = "报进展：{project}"
REPORT_SEVERAL = "报进展（{count}个项目）"
SAME = "都同上月（{count}个项目）"
ZEROS = "零报告（{count}个项目）"
STILL = "W{number} 仍在"
CHANGED = "W{number} 有变化"
SOLVED = "W{number} 已解决"
DUTIES = "我的待办"
SNOOZE_HOURS = "{hours}小时后提醒"
SNOOZE_MORNING = "明早提醒"

# To the office, once a wave.
UNREACHED = "这次催报有{count}人联系不上，请打电话，或发“换号”给他们新的邀请码："
UNREACHED_LINE = "{unit} {name} {phone}"
UNDELIVERED = "有应报项到截止也没有送达的凭据，不能算迟报、未报。请发“送达异常”逐项认定。"
UNREACHED_MORE = "还有{count}人没有列出。"
