"""零报告 in words."""

from handlers.wording.sentences import Sentences


class Zeros(Sentences):
    zero_title: str = "零报告"
    zero_closed: str = "现在不用零报告。{period}的零报告从{opens}起报。"
    zero_closed_unknown: str = "现在不用零报告。到了时候会提醒您。"
    zero_none: str = "{period}没有可以零报告的项目。"
    zero_done: str = "{period}的零报告都报过了。"
    zero_card: str = "请核对：{period}零报告"
    zero_line: str = "这{count}个项目{period}没有发生问题："
    zero_line_one: str = "这个项目{period}没有发生问题："
    zero_barred: str = "不能零报告（有问题要说）："
    zero_barred_line: str = "{project}：有问题 {numbers}"
    zero_agree: str = "✅ 确认：没有问题"
    zero_pick: str = "只报其中几个"
    ask_zero_projects: str = "哪些项目没有问题？"
    zero_receipt: str = "零报告已收到"
    zero_receipt_line: str = "{project} {receipt}"
    zero_refused_line: str = "{project}：没有收下（{reason}）"
    zero_reason_issue: str = "有问题 {numbers}"
    zero_reason_closed: str = "已截止"
