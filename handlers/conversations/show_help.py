"""帮助: what can be done here, in one screen, for the part that somebody has.

> 帮助
三报怎么用 [报进展] [报问题] [零报告] [我的待办] [查一查]
牵头领导> 帮助
您能做什么 [我的待办] [红灯] [未报] [进度] [问题] [排名] [督办单] [日报设置]
市项目办> 帮助
您能做什么 [市项目办] [未报] [待办问题] [督办单] [查一查]
"""

from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.menus import Entry, menu_of
from handlers.words import Words
from rules.scope import Part


def show_help(facts: Facts) -> Dialogue[Tell]:
    words, part = facts.words, facts.part
    texts = {
        Part.OFFICE: words.help_office,
        Part.LEADS: words.help_leader,
        Part.HANDLES: words.help_department,
        Part.SUPERVISES: words.help_supervision,
    }
    title = words.help_leader_title if part in texts else words.help_title
    return Tell(title, texts.get(part, words.help), _buttons(words, part), columns=3)
    yield  # a conversation is a generator even when it asks nothing


def _buttons(words: Words, part: Part) -> tuple[Entry, ...]:
    """The menu without 帮助 itself, and what has no place there."""
    more = {
        Part.OFFICE: ((words.word_digest, "o|set_digest|"),),
        Part.HEADS: ((words.word_ask, "o|ask_menu|"), (words.word_digest, "o|set_digest|")),
        Part.REPORTS: ((words.word_ask, "o|ask_menu|"),),
        Part.LEADS: ((words.word_digest, "o|set_digest|"),),
        Part.HANDLES: ((words.word_digest, "o|set_digest|"),),
        Part.SUPERVISES: (),
    }
    return (*menu_of(words, part)[:-1], *more[part])
