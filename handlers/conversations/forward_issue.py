"""转办: a problem is passed on to a lead department, by a tap or its name. The department gets the alert itself.

牵头领导> 转办
W1 城北水厂扩建工程：转给哪个部门牵头？ [市政府]
牵头领导> [市政府]
W1 已转给市政府牵头，市项目办和责任单位也知道了。
"""

from handlers.commands import ForwardIssue, Tell
from handlers.conversation import Dialogue
from handlers.conversations.direct_issue import choose_issue
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item


def forward_issue(facts: Facts) -> Dialogue[ForwardIssue | Tell]:
    words = facts.words
    if not facts.alerts:
        return Tell(text=words.nothing_to_forward)
    issue = yield from choose_issue(facts, words.ask_which_to_forward)
    unit = yield from Choice(
        f"unit@w{issue.id}",
        words.ask_department.format(number=issue.number, project=issue.project),
        items=tuple(Item(str(unit), name) for unit, name in facts.departments),
        page_size=12,
    )
    return ForwardIssue(issue.id, int(unit))
