"""我的待办 in words."""

from handlers.wording.sentences import Sentences


class Duties(Sentences):
    duties_title: str = "我的待办"
    duties_none: str = "现在没有欠报的。"
    duties_next: str = "下一次：{what}，{opens}起报。"
    duties_line_progress: str = "{project} {period}进展，{due}前"
    duties_line_zero: str = "{project} {period}零报告，{due}前"
    duties_line_overdue: str = "⚠ {project} {period}{what}，已过{due}，{closes}截止"
    duties_line_returned: str = "⚠ {project} {period}进展被退回，{closes}前改好"
    duties_kind_progress: str = "进展"
    duties_kind_zero: str = "零报告"
    duties_order: str = "等您确认下达：{order}"
    duties_threads: str = "还没解决的问题："
    duties_thread: str = "{mark}{number} {project}（{category}）：{brief}，第{times}次，{age}"
    duties_thread_due: str = "{due}前说一声"
    duties_thread_overdue: str = "⚠ 已过{due}，快说一声"
    duties_threads_more: str = "还有{count}个问题没列出，发编号（如 W3）可查。"
    duties_more: str = "还有{count}项，报完这些会接着列出。"
    duties_sent: str = "最近报过："
    duties_sent_line: str = "{receipt} {project} {period}{what}"
    duties_button_progress: str = "报进展：{project}"
    duties_button_zero: str = "零报告（{count}个项目）"
    button_issue: str = "报问题：{project}"

    # 稍后提醒我
    snooze_words: str = "稍后提醒我、稍后提醒、晚点提醒、2小时后提醒"
    morning_words: str = "明早提醒、明早提醒我、明天提醒、明天提醒我"
    put_off_until: str = "好，{time}再提醒您。"
    put_off_already: str = "已经推迟到{time}了，到时候还没报再提醒您。"
    put_off_over: str = "这一条推迟过一次，{time}提醒过了。还没报，会按规定再提醒。"
    put_off_nothing: str = "没有可以推迟的提醒。"
