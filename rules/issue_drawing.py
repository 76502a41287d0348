"""The life of a problem, drawn from its table: `python -m rules.issue_drawing > docs/problem-life.md`.

A test holds the page to what this module draws.
"""

import sys

from rules.issue_life import LIFE, TURN, Ask, Move, Next, Step, Who
from rules.kinds import IssueState, IssueStep, IssueWord, Severity

STATES = {
    IssueState.REGISTERED: "已登记",
    IssueState.ACKNOWLEDGED: "已知悉",
    IssueState.ASSIGNED: "已交办，待签收",
    IssueState.DISPUTED: "退单，待裁定",
    IssueState.HANDLING: "办理中",
    IssueState.DEFERRING: "办理中，延期待批",
    IssueState.DONE: "报办结，待确认",
    IssueState.SOLVED: "报称已解决，待销号",
    IssueState.CLOSED: "已销号",
    IssueState.FALSE: "误报，已撤销",
}
STEPS: dict[Step, str] = {
    IssueStep.ASSIGN: "交办",
    IssueStep.SIGN: "签收",
    IssueStep.REFUSE: "退单",
    IssueStep.UPHOLD: "驳回退单",
    IssueStep.FEEDBACK: "反馈",
    IssueStep.EXTEND: "延期",
    IssueStep.APPROVE: "同意延期",
    IssueStep.DENY: "不同意延期",
    IssueStep.FINISH: "办结",
    IssueStep.CLOSE: "销号",
    IssueStep.SEND_BACK: "退回重办",
    IssueStep.REOPEN: "重新打开",
    IssueStep.RAISE: "升为重大",
    IssueStep.LOWER: "降为一般",
    IssueStep.IS_FALSE: "认定误报",
    IssueStep.NOT_FALSE: "认定不是误报",
    IssueStep.CONCEALED: "认定瞒报",
    IssueStep.NOT_CONCEALED: "认定不是瞒报",
    IssueWord.STILL: "仍在",
    IssueWord.CHANGED: "有变化",
    IssueWord.SOLVED: "已解决",
    IssueWord.UNSOLVED: "还没解决",
}
WHO = {
    Who.HOLDER: "牵头单位",
    Who.HELPER: "配合单位",
    Who.RAISER: "提出人",
    Who.OFFICE: "市项目办",
    Who.LEADER: "牵头领导",
    Who.DEPARTMENT: "牵头部门",
}
ASKS = {
    Ask.UNIT: "哪个单位",
    Ask.REASON: "原因",
    Ask.TEXT: "情况",
    Ask.DAY: "日期和原因",
    Ask.EVIDENCE: "照片、文件或一句话",
    None: "",
}
# The limit of each state, by its key in [problems] of rules/book.toml.
LIMITS = {
    IssueState.REGISTERED: "assign_workdays_major（重大）",
    IssueState.ACKNOWLEDGED: "assign_workdays_major（重大）",
    IssueState.ASSIGNED: "sign_workdays, sign_workdays_major",
    IssueState.DISPUTED: "referee_workdays",
    IssueState.HANDLING: "办理时限（categories.days）",
    IssueState.DEFERRING: "decide_workdays",
    IssueState.DONE: "confirm_workdays",
    IssueState.SOLVED: "check_workdays",
}
_AFTER: dict[object, str] = {Next.SAME: "不变", Next.BACK: "回到承办单位，没有的回到待交办"}
_HEAD = """# 问题的一生 (the life of a problem)

Drawn from the table in `rules/issue_life.py` by `python -m rules.issue_drawing > docs/problem-life.md`.

Two clocks run beside the table (`rules/issue_clocks.py`). The total clock runs from the first report to 销号 and is
never stopped. The holder's clock belongs to who holds the problem: a department from 交办 on, the office before it
and while a 退单 is decided. A hand-over, also a refused one, ends one holder's clock and begins the next in the same
instant.
"""


def markdown() -> str:
    return "\n".join([_HEAD, *_diagram(), "", *_turns(), "", *_table(), ""])


def _diagram() -> list[str]:
    """Only what leads from one state to another; where work goes back to is drawn as 办理中."""
    arrows: dict[tuple[IssueState, IssueState], list[str]] = {}
    for each in LIFE:
        if each.leads is Next.SAME:
            continue
        leads = IssueState.HANDLING if each.leads is Next.BACK else IssueState(each.leads)
        for state in each.states:
            if leads is not state:
                arrows.setdefault((state, leads), []).append(STEPS[each.step])
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> registered"]
    lines += [f"    {state} : {name}" for state, name in STATES.items()]
    lines += [f"    {state} --> {leads} : {'、'.join(names)}" for (state, leads), names in arrows.items()]
    return [*lines, "```"]


def _turns() -> list[str]:
    lines = ["| 状态 | 轮到谁 | 时限（rules/book.toml） |", "|---|---|---|"]
    return lines + [
        f"| {name} | {WHO[TURN[state]] if state in TURN else '没有人'} | {LIMITS.get(state, '')} |"
        for state, name in STATES.items()
    ]


def _table() -> list[str]:
    lines = ["| 在哪个状态 | 做什么 | 谁（第一个是本人） | 要说什么 | 到哪个状态 |", "|---|---|---|---|---|"]
    return lines + [_row(each) for each in LIFE]


def _row(each: Move) -> str:
    states = (
        "任何状态" if len(each.states) == len(IssueState) else "、".join(STATES[one] for one in each.states)
    )
    only = {Severity.MAJOR: "（重大）", Severity.GENERAL: "（一般）", None: ""}[each.only]
    leads = _AFTER.get(each.leads) or STATES[IssueState(each.leads)]
    who = "、".join(WHO[one] for one in each.who)
    return f"| {states} | {STEPS[each.step]}{only} | {who} | {ASKS[each.ask]} | {leads} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
