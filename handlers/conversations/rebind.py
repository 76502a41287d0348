"""换号: a new code for a person, to be forwarded to them; the old account ends when the new one is bound.

市项目办> 换号
给谁发新的邀请码？ [张三（城北区住建局）]
市项目办> [张三（城北区住建局）]
请核对：给张三发新邀请码 [✅ 发邀请码]
市项目办> [✅ 发邀请码]
张三的邀请码
"""

from handlers.card import Confirm
from handlers.commands import GiveCode, Tell
from handlers.conversation import Dialogue
from handlers.conversations.registering import chosen, someone
from handlers.facts import Facts


def rebind(facts: Facts) -> Dialogue[GiveCode | Tell]:
    words, registry = facts.words, facts.registry
    if not (registry.office or registry.heads):
        return Tell(text=words.not_a_head)
    subject = yield from someone(facts, "subject", words.ask_rebind, registry.people)
    person = chosen(registry.people, subject)
    line = words.rebind_bound if person.bound else words.rebind_unbound
    yield from Confirm.of(
        f"confirm@{subject}",
        words.card_rebind.format(name=person.name),
        line.format(name=person.name, unit=person.unit),
        agree=words.rebind_agree,
    )
    return GiveCode(person.id)
