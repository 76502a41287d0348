"""What is said of orders (督办单) without being asked: sentences, and what the buttons under them are called."""

from rules.kinds import OrderStep
from rules.order_clocks import Chase

TITLES = {
    Chase.UNCONFIRMED: "📝 {number} 还没确认",
    Chase.UNDELIVERED: "📞 {number} 请电话送达",
    Chase.UNSIGNED: "⏰ {number} 请签收",
    Chase.UNSIGNED_HEAD: "⏰ {number} 请签收",
    Chase.NEAR: "⏳ {number} 快到期",
    Chase.OVERDUE: "⏰ {number} 催办",
    Chase.HEAD: "⏰ {number} 催办",
    Chase.UNDECIDED: "📝 {number} 延期待批",
    Chase.UNCHECKED: "📝 {number} 待核查",
}
TEXTS = {
    Chase.UNCONFIRMED: "{what}\n{unit}，{due}前。批示已记下，等市项目办确认下达。",
    Chase.UNDELIVERED: "{what}\n{unit}没有人绑定，请打电话通知。",
    Chase.UNSIGNED: "{what}\n{due}前办结{past}，还没有签收。",
    Chase.UNSIGNED_HEAD: "{what}\n{due}前办结{past}，还没有签收。",
    Chase.NEAR: "{what}\n{due}到期。来不及请现在申请延期，到期后不能再申请。",
    Chase.OVERDUE: "{what}\n时限{due}已过，请尽快办结，或反馈办到哪一步。",
    Chase.HEAD: "{what}\n时限{due}已过，请尽快办结，或反馈办到哪一步。",
    Chase.UNDECIDED: "{what}\n{unit}想从{due}延到{asked}{past}，请批。",
    Chase.UNCHECKED: "{what}\n{unit}已报办结，请核查：同意，或退回。",
}
UNCONFIRMED_PAST = "{what}\n{unit}，⚠ 时限{due}已过。批示已记下，请市项目办先改时限，再确认下达。"
PAST = "（⚠ 已过）"
COPY_TITLE = "⏰ {number} 抄送"
COPY_TO_HEAD = "{what}\n{unit}：{late}，抄送您知悉。"
LATE_UNSIGNED = "一直没有签收（{due}前办结）"
LATE_OVERDUE = "时限{due}已过，还没有办结"
INSTEAD = "承办的同事联系不上（没绑定或已停用），请您代为处理，或转告。"
NOBODY_BOUND = "{unit}没有人绑定，请打电话催办。"
NO_UNIT = "承办单位还没定"

STEPS: dict[OrderStep, str] = {
    OrderStep.CONFIRM: "确认下达",
    OrderStep.RECEIVER: "改对象",
    OrderStep.LIMIT: "改时限",
    OrderStep.DELIVER: "已电话送达",
    OrderStep.SIGN: "签收",
    OrderStep.REFUSE: "退单",
    OrderStep.FEEDBACK: "反馈",
    OrderStep.EXTEND: "申请延期",
    OrderStep.APPROVE: "同意延期",
    OrderStep.DENY: "不同意延期",
    OrderStep.FINISH: "办结",
    OrderStep.AGREE: "同意办结",
    OrderStep.SEND_BACK: "退回重办",
}
CHOOSE = "选对象并下达"
