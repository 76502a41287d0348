"""暂停: a project leaves the expected list (应报名单) for a while. What it was on the list for in full is still owed.

市项目办> 暂停
暂停哪个项目？ [城北水厂扩建工程] [南湖大道改造]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程：什么原因？ [停工]
市项目办> [停工]
请核对：暂停城北水厂扩建工程 [✅ 确认] [改原因]
市项目办> [✅ 确认]
已暂停：城北水厂扩建工程
"""

from handlers.commands import PauseProject, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.leaving import leave


def pause_project(facts: Facts) -> Dialogue[PauseProject | Tell]:
    words = facts.words
    left = yield from leave(facts, words.ask_pause, words.pause_reasons, words.card_pause)
    return left if isinstance(left, Tell) else PauseProject(*left)
