"""解绑: a person's accounts end at once; one who leaves office answers for nothing from today.

市项目办> 解绑
解绑谁？ [张三（城北区住建局）] [李四（城北区住建局）]
市项目办> [李四（城北区住建局）]
李四：是哪种情况？ [只解绑账号] [离任]
市项目办> [离任]
请核对：解绑李四 [✅ 确认离任]
市项目办> [✅ 确认离任]
李四已离任，账号失效，角色和责任到今天为止。
"""

from handlers.card import Confirm
from handlers.commands import Tell, Unbind
from handlers.conversation import Dialogue
from handlers.conversations.registering import chosen, someone
from handlers.facts import Facts
from handlers.questions import Choice
from handlers.reading import Item


def unbind(facts: Facts) -> Dialogue[Unbind | Tell]:
    words, registry = facts.words, facts.registry
    if not (registry.office or registry.heads):
        return Tell(text=words.not_a_head)
    subject = yield from someone(facts, "subject", words.ask_unbind, registry.people)
    person = chosen(registry.people, subject)
    how = yield from Choice(
        f"how@{subject}",
        words.ask_unbind_how.format(name=person.name),
        hint=words.unbind_hint,
        items=(Item("account", words.unbind_account), Item("leaves", words.unbind_leaves)),
    )
    leaves = how == "leaves"
    line = words.unbind_leaves_line if leaves else words.unbind_account_line
    lines = [line.format(name=person.name, unit=person.unit)]
    if leaves and registry.duties_of:
        lines.append(words.unbind_projects_line.format(count=registry.duties_of))
    yield from Confirm.of(
        f"confirm@{subject}",
        words.card_unbind.format(name=person.name),
        "\n".join(lines),
        agree=words.leave_agree if leaves else words.unbind_agree,
    )
    return Unbind(person.id, leaves)
