"""负担 in words: how much people are written to and asked."""

from handlers.wording.sentences import Sentences


class Burdens(Sentences):
    menu_burden: str = "负担"
    burden_title: str = "{month}机器人打扰了多少"
    burden_what: str = "每人收到的主动消息（不是他自己要的），各单位中位数和最多的一人；再是被问的中位数："
    burden_line: str = "{unit}：中位{median}条，最多{highest}条；问{questions}次"
    burden_rest: str = "其余{count}个单位最多的也只有{highest}条。"
    burden_nothing: str = "这个月还没有发过消息。"
    burden_above: str = "超过每月{cap}条的：{names}。"
    burden_above_more: str = "超过每月{cap}条的有{count}人：{names}等。"
    burden_none_above: str = "没有人超过每月{cap}条。"
    burden_person: str = "{name}（{unit}）{count}条"
    burden_no_score: str = "只看机器人打扰了谁，不用来评人。"
    duties_burden: str = "本月机器人主动发给您{unasked}条，问您{questions}次，您发{inputs}次。"
