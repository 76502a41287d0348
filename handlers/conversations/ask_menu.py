"""查一查: what can be asked about projects, each with a tap; everything else is typed.

市项目办> 查一查
查一查 [红灯] [未报] [进度] [问题] [排名]
"""

from handlers.asking.question import Ask, What, button_data
from handlers.asking.vocabulary import called
from handlers.commands import Tell
from handlers.conversation import Dialogue
from handlers.facts import Facts
from handlers.words import Words
from rules.kinds import Light

ASKED = (
    Ask(What.LIGHTS, light=Light.RED),
    Ask(What.OWING),
    Ask(What.DONE),
    Ask(What.PROBLEMS),
    Ask(What.RANKING),
)


def ask_menu(facts: Facts) -> Dialogue[Tell]:
    words = facts.words
    return Tell(words.ask_title, words.ask_text, menu_of_asking(words), columns=3)
    yield  # a conversation is a generator even when it asks nothing


def menu_of_asking(words: Words) -> tuple[tuple[str, str], ...]:
    return tuple((called(words, ask), button_data(ask) or "") for ask in ASKED)
