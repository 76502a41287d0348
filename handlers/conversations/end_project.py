"""结束: a project leaves the expected list (应报名单) for good. What it was on the list for in full is still owed.

市项目办> 结束
哪个项目结束？ [城北水厂扩建工程] [南湖大道改造]
市项目办> 7号
城北水厂扩建工程：什么原因？ [已竣工验收]
市项目办> [已竣工验收]
请核对：城北水厂扩建工程结束 [✅ 确认] [改原因]
市项目办> 确认
已结束：城北水厂扩建工程
"""

from handlers.commands import EndProject, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.leaving import leave


def end_project(facts: Facts) -> Dialogue[EndProject | Tell]:
    words = facts.words
    left = yield from leave(facts, words.ask_end, words.end_reasons, words.card_end)
    return left if isinstance(left, Tell) else EndProject(*left)
