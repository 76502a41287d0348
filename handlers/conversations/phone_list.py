"""电话单: everyone to be telephoned because something is still owed, by unit, as one list.

市项目办> 电话单
电话单
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.desk_steps import calls
from handlers.facts import Facts


def phone_list(facts: Facts) -> Dialogue[Tell]:
    desk, words = facts.desk, facts.words
    if not desk.office:
        return Tell(text=words.desk_only)
    if not desk.periods:
        return Tell(text=words.owes_none_open)
    if not desk.debtors:
        return Tell(text=words.owes_all_in)
    lines = calls(words, desk)
    if desk.not_shown:
        lines.append(words.not_shown.format(count=desk.not_shown))
    return Tell(words.phone_title, "\n".join(lines))
    yield  # a conversation is a generator even when it asks nothing
