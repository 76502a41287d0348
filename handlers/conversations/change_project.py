"""改项目: one field of one project, by the office.

市项目办> 改项目
改哪个项目？ [城北水厂扩建工程] [南湖大道改造]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程：改哪一项？ [项目名称] [责任单位] [总投资(万元)]
市项目办> [总投资(万元)]
总投资(万元)改成什么？
市项目办> 1.2亿
请核对：改城北水厂扩建工程 [✅ 确认修改] [改「总投资(万元)」] [换一项改]
市项目办> [✅ 确认修改]
已改：城北水厂扩建工程
"""

from handlers.commands import ChangeRegistry, Tell
from handlers.conversation import Dialogue
from handlers.conversations.registering import (
    PROJECT_FIELDS,
    agreed,
    field_name,
    project_items,
    typed,
    value_question,
)
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item
from storage.entries import PROJECTS


def change_project(facts: Facts) -> Dialogue[ChangeRegistry | Tell]:
    words = facts.words
    if not facts.registry.office:
        return Tell(text=words.office_only)
    items = project_items(facts)
    subject = yield from Choice("subject", words.ask_which_project, hint=words.search_hint, items=items)
    name = next(item.label for item in items if item.id == subject)
    field = yield from Choice(
        "field",
        words.ask_field.format(name=name),
        items=tuple(Item(field, field_name(PROJECTS, field)) for field in PROJECT_FIELDS),
        columns=2,
        page_size=12,
    )
    return (yield from change_value(facts, PROJECTS, subject, name, field, "field"))


def change_value(
    facts: Facts, sheet: str, subject: str, name: str, field: str, before: str
) -> Dialogue[ChangeRegistry]:
    """The new value and the card; `before` is the key of the question that chose the field."""
    words, key = facts.words, f"{subject}.{field}"
    value = yield from value_question(facts, sheet, field, f"value@{key}")
    editable = (
        Item(f"value@{key}", words.edit_value.format(field=field_name(sheet, field))),
        Item(before, words.edit_which_field),
    )
    yield from agreed(facts, key, words.card_change.format(name=name), words.change_agree, editable)
    return ChangeRegistry(sheet, int(subject), ((field, typed(value)),))
