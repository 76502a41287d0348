"""Reports in one line and pasted 接龙, in words."""

from handlers.wording.sentences import Sentences


class Lines(Sentences):
    lines_waiting: str = "（另有{count}条也读出来了，报完这条接着核对。）"
    lines_which_kind: str = "这句听着像有问题。是报问题，还是报进展？"
    chain_read: str = "接龙里读出{count}条。"
    chain_sent: str = "· {project}：已发给{name}核对"
    chain_unread: str = "没读懂的{count}条，请本人自己报："
    chain_card_note: str = "{name}转来的接龙里有您这一条，没错就点确认。"
