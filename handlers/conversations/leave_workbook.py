"""不导入: a registry workbook that was sent is left aside.

市项目办> 不导入
好，《台账.xlsx》不导入，什么都没有改。
"""

from handlers.commands import LeaveWorkbook, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts


def leave_workbook(facts: Facts) -> Dialogue[LeaveWorkbook | Tell]:
    if facts.registry.workbook is None:
        return Tell(text=facts.words.workbook_none)
    return LeaveWorkbook(facts.registry.workbook.id)
    yield  # a conversation is a generator even when it asks nothing
