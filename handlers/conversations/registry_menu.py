"""台账: what can be done about the registry, for the office and for a unit's head; which hand-overs are not confirmed.

市项目办> 台账
台账 [加项目] [改项目] [换人] [加人] [改人] [解绑] [换号] [交接] [秘书]
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts

OFFICE = (
    *("add_project", "change_project", "replace_person", "add_person", "change_person"),
    *("unbind", "rebind", "hand_over", "set_secretary"),
)
HEAD = ("unbind", "rebind", "hand_over")


def registry_menu(facts: Facts) -> Dialogue[Tell]:
    words, registry = facts.words, facts.registry
    labels = {
        "add_project": words.word_add_project, "change_project": words.word_change_project,
        "replace_person": words.word_replace, "add_person": words.word_add_person,
        "change_person": words.word_change_person, "unbind": words.word_unbind, "rebind": words.word_rebind,
        "hand_over": words.word_hand_over, "set_secretary": words.word_secretary,
    }  # fmt: skip
    scripts: tuple[str, ...] = OFFICE if registry.office else HEAD if registry.heads else ("hand_over",)
    text = words.registry_nothing
    if registry.office or registry.heads:
        text = words.registry_office if registry.office else words.registry_head
    lines = [text, *(["", words.unconfirmed_title, *registry.unconfirmed] if registry.unconfirmed else [])]
    buttons = tuple((labels[script], f"o|{script}|") for script in scripts)
    return Tell(words.registry_title, "\n".join(lines), buttons, columns=3)
    yield  # a conversation is a generator even when it asks nothing
