"""改人: name, telephone, title, roles or unit of one person, by the office.

市项目办> 改人
改谁的登记？ [张三（城北区住建局）] [李四（城北区住建局）]
市项目办> [李四（城北区住建局）]
李四（城北区住建局）：改哪一项？ [姓名] [手机] [职务] [角色] [单位]
市项目办> [职务]
职务改成什么？
市项目办> 副局长
请核对：改李四（城北区住建局） [✅ 确认修改]
市项目办> [✅ 确认修改]
已改：李四（城北区住建局）
"""

from handlers.commands import ChangeRegistry, Tell
from handlers.conversation import Dialogue
from handlers.conversations.change_project import change_value
from handlers.conversations.registering import PERSON_FIELDS, chosen, field_name, someone
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item
from storage.entries import PEOPLE


def change_person(facts: Facts) -> Dialogue[ChangeRegistry | Tell]:
    words, people = facts.words, facts.registry.people
    if not facts.registry.office:
        return Tell(text=words.office_only)
    subject = yield from someone(facts, "subject", words.ask_which_person, people)
    name = chosen(people, subject).label
    field = yield from Choice(
        "field",
        words.ask_field.format(name=name),
        items=tuple(Item(field, field_name(PEOPLE, field)) for field in PERSON_FIELDS),
        columns=2,
    )
    return (yield from change_value(facts, PEOPLE, subject, name, field, "field"))
