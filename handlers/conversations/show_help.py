"""帮助: what can be done here, in one screen.

> 帮助
三报怎么用 [报进展] [报问题] [零报告] [我的待办]
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts


def show_help(facts: Facts) -> Dialogue[Tell]:
    words = facts.words
    buttons: tuple[tuple[str, str], ...] = (
        (words.menu_progress, "o|report_progress|"),
        (words.menu_issue, "o|report_issue|"),
        (words.menu_zero, "o|report_zero|"),
        (words.menu_duties, "o|my_duties|"),
    )
    if facts.desk.office:
        buttons = ((words.desk_title, "o|desk|"), *buttons)
    return Tell(words.help_title, words.help, buttons)
    yield  # a conversation is a generator even when it asks nothing
