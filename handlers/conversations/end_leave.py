"""销假: back earlier than said, or a leave that is not taken after all; the stand-in's part ends with it.

> 4月1日到4月10日请假 由李四代
请核对：张三请假 [✅ 确认请假]
> [✅ 确认请假]
请假已记下：张三 4月1日至4月10日 [销假]
> 销假
请核对：张三销假 [✅ 确认销假]
> [✅ 确认销假]
张三已销假，代班已收回。
"""

from handlers.card import Confirm
from handlers.commands import EndLeave, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item
from handlers.registry_facts import LeaveFacts


def end_leave(facts: Facts) -> Dialogue[EndLeave | Tell]:
    words, leaves = facts.words, facts.registry.leaves
    if not leaves:
        return Tell(text=words.no_leave)
    leave = leaves[0] if len(leaves) == 1 else (yield from _which(facts))
    yield from Confirm.of(
        f"confirm@{leave.id}",
        words.card_end_leave.format(name=leave.name),
        words.end_leave_line.format(days=leave.days),
        agree=words.end_leave_confirm,
    )
    return EndLeave(leave.id)


def _which(facts: Facts) -> Dialogue[LeaveFacts]:
    words, leaves = facts.words, facts.registry.leaves
    items = tuple(
        Item(str(each.id), words.leave_item.format(name=each.name, days=each.days)) for each in leaves
    )
    answer = yield from Choice("leave", words.ask_which_leave, items=items)
    return next(each for each in leaves if str(each.id) == answer)
