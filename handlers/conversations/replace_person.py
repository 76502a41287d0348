"""换人: who answers for a project in a role, from today; who did so before keeps what fell due before.

市项目办> 换人
改哪个项目？ [城北水厂扩建工程]
市项目办> [城北水厂扩建工程]
城北水厂扩建工程：换哪个角色？ [联络人：张三] [分管领导：李四] [一把手：赵局长]
市项目办> [分管领导：李四]
分管领导改成什么？ [清空这一项]
市项目办> [清空这一项]
请核对：改城北水厂扩建工程 [✅ 确认修改]
市项目办> [✅ 确认修改]
已改：城北水厂扩建工程
"""

from handlers.commands import ChangeRegistry, Tell
from handlers.conversation import Dialogue
from handlers.conversations.change_project import change_value
from handlers.conversations.registering import PEOPLE_FIELDS, field_name, project_items
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item
from storage.entries import PROJECTS


def replace_person(facts: Facts) -> Dialogue[ChangeRegistry | Tell]:
    words = facts.words
    if not facts.registry.office:
        return Tell(text=words.office_only)
    items = project_items(facts)
    subject = yield from Choice("subject", words.ask_which_project, hint=words.search_hint, items=items)
    name = next(item.label for item in items if item.id == subject)
    field = yield from Choice("role", words.ask_replace_role.format(name=name), items=_roles(facts))
    return (yield from change_value(facts, PROJECTS, subject, name, field, "role"))


def _roles(facts: Facts) -> tuple[Item, ...]:
    words, current = facts.words, facts.registry.current
    return tuple(
        Item(
            field,
            words.role_held_by.format(
                role=field_name(PROJECTS, field), names=current.get(field) or words.role_nobody
            ),
            (field_name(PROJECTS, field),),
        )
        for field in PEOPLE_FIELDS
    )
