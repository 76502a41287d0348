"""What is said of problems without being asked (催办, 升级): sentences, and what the buttons under them are called."""

from rules.kinds import IssueState, IssueStep, IssueWord

TITLE = "{sign} {number} {kind}：{project}"
KIND_FEEDBACK = "请反馈"
KIND_URGE = "催办"
KIND_HEAD = "超期抄送"
KIND_CIRCULAR = "列入通报"
KIND_NO_ANSWER = "请核实"
FEEDBACK = "问题：{what}\n时间已过一半（{until}前办结）。现在办到哪一步了？"
URGE = "问题：{what}\n{asked}，期限是{until}，已经过了。"
HEAD = "问题：{what}\n{who}{asked}，期限是{until}，已经过了，抄送您知悉。"
CIRCULAR = "问题：{what}\n{who}{asked}，期限是{until}，一直没有办，已列入通报名单。"
NO_ANSWER = "问题：{what}\n{who}报了办结，提出人没有回复。请直接核实：销号，或退回重办。"
UNBOUND = "{who}没有人绑定，请代办，或打电话通知。"
OFFICE = "市项目办"
RISEN = "🔴 重大问题 {number}：{project}"
RISEN_TEXT = "{what}\n第{times}次上报，已{days}天还没有解决，按规则升为重大问题。\n{unit} {name} {phone}报"
ACKNOWLEDGE = "已知悉"
HANDLE = "我来处理"
FORWARD = "转办"
DIRECT = "批示"

ASKED = {
    IssueState.REGISTERED: "待交办",
    IssueState.ACKNOWLEDGED: "待交办",
    IssueState.ASSIGNED: "待签收",
    IssueState.DISPUTED: "退单待裁定",
    IssueState.HANDLING: "待办结",
    IssueState.DEFERRING: "延期待批",
    IssueState.DONE: "待确认解决了没有",
    IssueState.SOLVED: "待核实销号",
}
STEPS: dict[IssueStep | IssueWord, str] = {
    IssueStep.ASSIGN: "交办",
    IssueStep.SIGN: "签收",
    IssueStep.REFUSE: "退单",
    IssueStep.UPHOLD: "驳回退单",
    IssueStep.FEEDBACK: "反馈",
    IssueStep.APPROVE: "同意延期",
    IssueStep.DENY: "不同意延期",
    IssueStep.FINISH: "办结",
    IssueStep.CLOSE: "销号",
    IssueStep.SEND_BACK: "退回重办",
    IssueWord.SOLVED: "已解决",
    IssueWord.UNSOLVED: "还没解决",
}
