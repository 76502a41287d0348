"""节点督办: milestones that are due soon or overdue, and not under an order yet; one tap makes the order.

市项目办> 节点督办
督办哪个节点？点一下就下达给责任单位。 [城北水厂扩建工程 基础完工 3月30日]
市项目办> [城北水厂扩建工程 基础完工]
D1 已下达城北区住建局，3月30日前办结
市项目办> 节点督办
今后14天没有到期的节点，也没有超期的（已督办的不算）。
"""

from handlers.commands import MakeOrder, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item
from rules.kinds import OrderKind


def milestone_order(facts: Facts) -> Dialogue[MakeOrder | Tell]:
    words, orders = facts.words, facts.orders
    if not orders.office:
        return Tell(text=words.desk_only)
    if not orders.milestones:
        return Tell(text=words.no_milestones.format(days=orders.milestone_days))
    chosen = yield from Choice(
        "milestone",
        words.ask_milestone_order,
        items=tuple(Item(str(each.id), each.label) for each in orders.milestones),
    )
    due = next(each for each in orders.milestones if str(each.id) == chosen)
    return MakeOrder(OrderKind.MILESTONE, due.what, due.unit_id, due.until, due.project_id, due.id)
