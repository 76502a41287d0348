"""帮助: what can be done here, in one screen; for a leader, who reports nothing, what leaders do.

> 帮助
三报怎么用 [报进展] [报问题] [零报告] [我的待办] [查一查]
牵头领导> 帮助
您能做什么 [红灯] [未报] [进度] [问题] [排名]
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.conversations.ask_menu import menu_of_asking
from handlers.facts import Facts


def show_help(facts: Facts) -> Dialogue[Tell]:
    words = facts.words
    if facts.leads:
        return Tell(words.help_leader_title, words.help_leader, _of_a_leader(facts), columns=3)
    buttons: tuple[tuple[str, str], ...] = (
        (words.menu_progress, "o|report_progress|"),
        (words.menu_issue, "o|report_issue|"),
        (words.menu_zero, "o|report_zero|"),
        (words.menu_duties, "o|my_duties|"),
        (words.word_ask, "o|ask_menu|"),
    )
    if facts.desk.office:
        buttons = ((words.desk_title, "o|desk|"), *buttons)
    return Tell(words.help_title, words.help, buttons)
    yield  # a conversation is a generator even when it asks nothing


def _of_a_leader(facts: Facts) -> tuple[tuple[str, str], ...]:
    words = facts.words
    return (
        *menu_of_asking(words),
        (words.menu_duties, "o|my_duties|"),
        (words.word_review, "o|monthly_review|"),
        (words.word_digest, "o|set_digest|"),
    )
