"""加人: a new person with unit, telephone and roles; then an invite can be given.

市项目办> 加人
姓名？
市项目办> 钱小秘
是哪个单位的？ [城北区住建局] [市政府]
市项目办> [城北区住建局]
手机号？ [先不填]
市项目办> 13800138000
职务？ [先不填]
市项目办> [先不填]
什么角色？ [联络人] [分管领导]
市项目办> [联络人]
请核对：新增钱小秘 [✅ 确认新增]
市项目办> [✅ 确认新增]
已新增：钱小秘 [给钱小秘发邀请码]
"""

from handlers.commands import ChangeRegistry, Tell
from handlers.conversation import Dialogue
from handlers.conversations.registering import FIXED, NO, agreed, field_name, typed, unit_items
from handlers.facts import Facts
from handlers.questions import Choice, Text
from handlers.reading import Item
from storage.entries import PEOPLE


def add_person(facts: Facts) -> Dialogue[ChangeRegistry | Tell]:
    words = facts.words
    if not facts.registry.office:
        return Tell(text=words.office_only)
    units, skip = unit_items(facts), (Item(NO, words.value_skip),)
    name = yield from Text("name", words.ask_new_person, longest=40)
    unit = yield from Choice("unit", words.ask_new_person_unit, hint=words.search_hint, items=units)
    phone = yield from Text("phone", words.ask_new_phone, quick=skip, longest=40)
    title = yield from Text("title", words.ask_new_title, quick=skip, longest=40)
    roles = yield from Text(
        "roles",
        words.ask_new_roles,
        hint=words.new_roles_hint,
        quick=tuple(Item(word, word) for word in FIXED["roles"]),
        longest=100,
    )
    fields = ("name", "unit", "phone", "title", "roles")
    editable = [Item(key, words.edit_value.format(field=field_name(PEOPLE, key))) for key in fields]
    yield from agreed(facts, "new", words.card_add.format(name=name), words.add_agree, editable)
    unit_name = next(item.label for item in units if item.id == unit)
    values = (typed(name), unit_name, typed(phone), typed(title), typed(roles))
    return ChangeRegistry(PEOPLE, None, tuple(zip(fields, values, strict=True)))
