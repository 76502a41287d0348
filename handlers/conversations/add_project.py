"""加项目: a new project with what it needs at once; the rest by 改项目.

市项目办> 加项目
新项目叫什么？
市项目办> 东湖水厂新建工程
责任单位是哪个？ [城北区住建局] [市政府]
市项目办> [城北区住建局]
重大建设还是重大前期？ [重大建设] [重大前期]
市项目办> [重大建设]
总投资多少？（万元）
市项目办> 3.2亿
今年计划投资多少？（万元） [先不填]
市项目办> 8000
现在到哪一步了？ [意向] [签约] [开工]
市项目办> [开工]
谁是联络人？ [张三]
市项目办> [张三]
请核对：新增东湖水厂新建工程 [✅ 确认新增] [改「项目名称」]
市项目办> [✅ 确认新增]
已新增：东湖水厂新建工程
"""

from handlers.commands import ChangeRegistry, Tell
from handlers.conversation import Dialogue
from handlers.conversations.registering import FIXED, NO, agreed, field_name, typed, unit_items
from handlers.facts import Facts
from handlers.questions import Choice, Text
from handlers.reading import Item
from rules.kinds import Role
from storage.entries import PROJECTS


def add_project(facts: Facts) -> Dialogue[ChangeRegistry | Tell]:
    words = facts.words
    if not facts.registry.office:
        return Tell(text=words.office_only)
    units = unit_items(facts)
    name = yield from Text("name", words.ask_new_project, longest=100)
    unit = yield from Choice("unit", words.ask_new_unit, hint=words.search_hint, items=units)
    kind = yield from Choice("kind", words.ask_new_kind, items=_fixed("kind"), columns=2)
    total = yield from Text("total_investment", words.ask_new_total, longest=40)
    skip = (Item(NO, words.value_skip),)
    amount = yield from Text("amount", words.ask_new_plan, quick=skip, longest=40)
    stage = yield from Choice("stage", words.ask_new_stage, items=_fixed("stage"), columns=3)
    reporters = yield from Text(
        f"reporters@{unit}", words.ask_new_reporters, hint=words.value_people, quick=_reporters(facts, unit)
    )
    keys = ("name", "unit", "kind", "total_investment", "amount", "stage", f"reporters@{unit}")
    editable = [
        Item(key, words.edit_value.format(field=field_name(PROJECTS, key.split("@")[0]))) for key in keys
    ]
    yield from agreed(facts, "new", words.card_add.format(name=name), words.add_agree, editable)
    unit_name = next(item.label for item in units if item.id == unit)
    values = (typed(name), unit_name, kind, typed(total), typed(amount), stage, typed(reporters))
    fields = tuple(key.split("@")[0] for key in keys)
    return ChangeRegistry(PROJECTS, None, tuple(zip(fields, values, strict=True)))


def _fixed(field: str) -> tuple[Item, ...]:
    return tuple(Item(word, word) for word in FIXED[field])


def _reporters(facts: Facts, unit: str) -> tuple[Item, ...]:
    """The unit's own contacts as buttons; anybody else is typed."""
    return tuple(
        Item(each.phone or each.name, each.name)
        for each in facts.registry.people
        if str(each.unit_id) == unit and Role.REPORTER in each.roles
    )[:6]
