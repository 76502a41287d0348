"""督办: the office orders something by hand, in a sentence; what its words say of receiver and limit is not asked.

市项目办> 督办
督办什么？
市项目办> 请城北区住建局本周内办好施工许可
请核对督办单 [✅ 下达] [改内容] [改对象] [改时限]
市项目办> 确认
D1 已下达城北区住建局，4月1日前办结
市项目办> 督办
督办什么？
市项目办> 尽快办好施工许可
由哪个单位承办？ [城北区住建局]
市项目办> [城北区住建局]
什么时候以前办结？
市项目办> 3个工作日内
请核对督办单 [✅ 下达]
市项目办> [✅ 下达]
D2 已下达城北区住建局，3月29日前办结
"""

from handlers.card import Confirm
from handlers.commands import MakeOrder, Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.limits import Limit, no_day_in
from handlers.moments import day_of
from handlers.questions import Text
from handlers.reading import Item
from handlers.unit_choice import UnitChoice
from rules.kinds import OrderKind


def make_order(facts: Facts) -> Dialogue[MakeOrder | Tell]:
    words, orders = facts.words, facts.orders
    if not orders.office:
        return Tell(text=words.desk_only)
    what = yield from Text(
        "sentence", words.ask_order_what, hint=words.ask_order_what_hint, longest=facts.longest
    )
    chosen = yield from UnitChoice(
        "unit",
        words.ask_make_unit,
        hint=words.ask_order_unit_hint,
        items=tuple(Item(str(unit), name) for unit, name in orders.units),
        leads=orders.leads,
        optional=orders.named is not None,
    )
    until = yield from Limit(
        "until", words.ask_make_due, optional=orders.until is not None,
        hint=no_day_in(what, facts.today, words) or words.ask_order_due_hint,
        today=facts.today, earliest=orders.earliest, calendar=orders.calendar,
    )  # fmt: skip
    unit, day = int(chosen) if chosen else orders.named, until or orders.until
    assert unit is not None  # noqa: S101 - what the words do not say was asked
    assert day is not None  # noqa: S101
    lines = [
        words.order_line_what.format(what=what),
        words.order_line_receiver.format(unit=dict(orders.units)[unit]),
        words.order_line_due.format(due=day_of(day)),
    ]
    yield from Confirm.of(
        "confirm",
        words.card_order,
        "\n".join(lines),
        agree=words.order_agree,
        editable=(
            Item("sentence", words.edit_order_text),
            Item("unit", words.edit_order_unit),
            Item("until", words.edit_order_due),
        ),
    )
    return MakeOrder(OrderKind.KEY, what, unit, day)
