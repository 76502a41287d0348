"""Reports in one line and pasted 接龙, in words."""

from handlers.wording.sentences import Sentences


class Lines(Sentences):
    lines_waiting: str = "（另有{count}条也读出来了，报完这条接着核对。）"
    lines_which_kind: str = "这句听着像有问题。是报问题，还是报进展？"
    chain_read: str = "接龙里读出{count}条。"
    line_untaken: str = "{project}：{why}"
    line_other_month: str = "{month}月的月报没有开着，这条没有记下。现在开着的是{periods}。"
    line_no_such_day: str = "没有{day}这一天，这条没有记下。请改好再发。"
    line_preliminary: str = "前期项目不报投资，{said}没有记。"
    line_preliminary_of: str = "{projects}是前期项目，不报投资，{said}没有记。"
    line_amount_unread: str = "{said}没有记：{why}"
    line_amount_unsure: str = "{said}不知道是不是本月完成的，没有记成金额。"
    line_two_percents: str = "有两个百分比，形象进度没有记，请再说一次。"
    line_nothing_to_repeat: str = "上月没有报过，不能报同上月，请报一次。"
    line_closed: str = "现在没有开着的月报，这条没有记下。"
    line_next: str = "下次从{opens}起报。"
    chain_sent: str = "· {project}：已发给{name}核对"
    chain_unread: str = "没读懂的{count}条，请本人自己报："
    chain_nobody: str = "没有人报这个项目，没转出去。"
    chain_unreached: str = "{name}没绑定或停用了，收不到，没转出去。请打电话。"
    chain_card_note: str = "{name}转来的接龙里有您这一条。少的请补上，没错就确认。"
    chain_card_note_other: str = "{name}转来的接龙里，这一条写的是{who}。项目归您报，少的请补上，没错就确认。"
