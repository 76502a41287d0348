"""督办单: the next step of an order, by whose turn it is. Most take one tap; a reason, a day or evidence is asked.

The buttons under an order lead here, and so do typed lines: 签收 D1, 退单 D1 不归我们, 延期 D1 到4月10日 等批文.

市项目办> 督办单
要办哪一件？ [确认下达 D1] [改对象 D1] [改时限 D1] [改内容 D1] [撤销 D1]
市项目办> [改时限 D1]
D1：什么时候以前办结？
市项目办> 5个工作日内
📝 请确认督办单 D1 [确认下达]
市项目办> [确认下达]
D1 已下达市政府，3月31日前办结
牵头部门> 签收 D1
已签收 D1，请在3月31日前办结 [反馈] [申请延期] [办结]
牵头部门> [申请延期]
D1：延到哪一天？
牵头部门> 4月20日
D1：为什么要延？
牵头部门> 等省里批文
D1 已申请延到4月20日，等市项目办批
市项目办> 同意 D1
D1 已同意延期
牵头部门> 办结 D1 方案已报
D1 已报办结，等市项目办核查
市项目办> 退回 D1
D1 退回重办：为什么？
市项目办> 没有附图
D1 已退回重办
牵头部门> D1 办结
D1：请发一张照片或文件，或者写一句怎么办的。
牵头部门> 已附图
D1 已报办结，等市项目办核查
市项目办> 同意 D1
D1 已同意办结
"""

from handlers.commands import TakeOrderStep, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.limits import Limit
from handlers.order_facts import OrderItem
from handlers.proof import Proof
from handlers.questions import Choice, Text
from handlers.reading import Item
from handlers.unit_choice import UnitChoice
from rules.kinds import OrderKind, OrderStep
from rules.orders import Needs


def handle_order(facts: Facts) -> Dialogue[TakeOrderStep | Tell]:
    words, orders = facts.words, facts.orders
    if orders.refusal:
        return Tell(text=orders.refusal)
    if not orders.items:
        return Tell(
            text="\n".join([words.orders_waiting, *orders.lines]) if orders.lines else words.orders_none
        )
    chosen = yield from Choice(
        "order",
        words.ask_order,
        hint="\n".join(orders.lines),
        items=tuple(Item(each.id, each.label) for each in orders.items),
        columns=2,
        page_size=12,
    )
    item = next(each for each in orders.items if each.id == chosen)
    match item.needs:
        case None if item.step is OrderStep.DENY:
            why = yield from Text(f"why@{item.id}", "", optional=True)  # not asked, but kept if it was typed
            return TakeOrderStep(item.order_id, item.step, why or "")
        case None:
            return TakeOrderStep(item.order_id, item.step)
        case Needs.UNIT:
            return (yield from _receiver(facts, item))
        case Needs.DAY:
            until = yield from _limit(facts, item, words.ask_order_due)
            return TakeOrderStep(item.order_id, item.step, until=until)
        case Needs.LONGER:
            until = yield from _limit(facts, item, words.ask_order_longer)
            why = yield from Text(
                f"why@{item.id}", words.ask_order_why.format(number=item.number), longest=facts.longest
            )
            return TakeOrderStep(item.order_id, item.step, why, until=until)
        case Needs.EVIDENCE:
            return (yield from _finish(facts, item))
        case Needs.TEXT:
            note = yield from Text(f"why@{item.id}", _asked(facts, item), longest=facts.longest)
            return TakeOrderStep(item.order_id, item.step, note)


def _receiver(facts: Facts, item: OrderItem) -> Dialogue[TakeOrderStep]:
    words = facts.words
    unit = yield from UnitChoice(
        f"unit@{item.id}",
        words.ask_order_unit.format(number=item.number),
        hint=words.ask_order_unit_hint,
        items=tuple(Item(str(unit), name) for unit, name in facts.orders.units),
        leads=facts.orders.leads,
    )
    return TakeOrderStep(item.order_id, item.step, unit_id=int(unit))


def _limit(facts: Facts, item: OrderItem, prompt: str) -> Limit:
    return Limit(
        f"until@{item.id}", prompt.format(number=item.number), hint=facts.words.ask_order_due_hint,
        today=facts.today, earliest=facts.orders.earliest, calendar=facts.orders.calendar,
    )  # fmt: skip


def _finish(facts: Facts, item: OrderItem) -> Dialogue[TakeOrderStep]:
    words = facts.words
    prompt = words.ask_order_check if item.kind is OrderKind.CHECK else words.ask_order_evidence
    shown = yield from Proof(
        f"proof@{item.id}",
        prompt.format(number=item.number),
        offered=facts.loose_media,
        most=facts.most_media,
        longest=facts.longest,
    )
    return TakeOrderStep(item.order_id, item.step, shown.note, shown.media)


def _asked(facts: Facts, item: OrderItem) -> str:
    words = facts.words
    prompts = {
        OrderStep.TEXT: words.ask_order_text,
        OrderStep.REFUSE: words.ask_order_refuse,
        OrderStep.FEEDBACK: words.ask_order_feedback,
    }
    prompt = prompts.get(item.step, words.ask_order_because)
    return prompt.format(number=item.number, step=item.label.removesuffix(f" {item.number}"))
