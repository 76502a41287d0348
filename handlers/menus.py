"""The menu (菜单): the words that are always at hand, for each part that somebody has here.

Rule 1  This is the one source: the chips of the try-out page, the buttons under an answer that leads nowhere,
        Telegram's commands and WeCom's bottom menu all come from here.
Rule 2  Every entry is a word that says the same when it is typed; what its button carries stands beside it.
Rule 3  Telegram's and WeCom's menus are the same for everybody who uses the bot: they hold what who reports needs, and
        the two words (查一查, 帮助) from which the others go on.
"""

from handlers.asking.question import button_data
from handlers.asking.vocabulary import called
from handlers.conversations.ask_menu import ASKED
from handlers.words import Words
from rules.scope import Part
from storage.messages import Option

Entry = tuple[str, str]  # the word, and what its button carries
Rows = tuple[tuple[Option, ...], ...]
A_ROW = 3
SLASH = {
    "/progress": "report_progress",
    "/issue": "report_issue",
    "/zero": "report_zero",
    "/todo": "my_duties",
    "/help": "show_help",
    "/start": "show_help",
}


def menu_of(words: Words, part: Part) -> tuple[Entry, ...]:
    red, owing, done, problems, ranking = ((called(words, ask), button_data(ask) or "") for ask in ASKED)
    mine, helped = (words.menu_duties, "o|my_duties|"), (words.menu_help, "o|show_help|")
    steps, orders = (words.menu_handle, "o|handle_issue|"), (words.menu_orders, "o|handle_order|")
    entries = {
        Part.OFFICE: (
            (words.desk_title, "o|desk|"), (words.menu_who_owes, "o|who_owes|"), steps, orders,
            (words.word_ask, "o|ask_menu|"), helped,
        ),
        Part.HEADS: (
            *_reporting(words)[:-1], (words.own_unit_words, "o|who_owes|"), helped,
        ),
        Part.REPORTS: _reporting(words),
        Part.LEADS: (mine, red, owing, done, problems, ranking, orders, helped),
        Part.HANDLES: (steps, orders, red, owing, done, problems, helped),
        Part.SUPERVISES: (red, owing, done, problems, ranking, orders, helped),
    }  # fmt: skip
    return entries[part]


def reporting(words: Words) -> tuple[tuple[str, str], ...]:
    """The words of who reports, with the scripts they open: they break out of any question."""
    return (
        (words.menu_progress, "report_progress"),
        (words.menu_issue, "report_issue"),
        (words.menu_zero, "report_zero"),
        (words.menu_duties, "my_duties"),
        (words.menu_help, "show_help"),
    )


def _reporting(words: Words) -> tuple[Entry, ...]:
    return tuple((word, f"o|{script}|") for word, script in reporting(words))


def menu_rows(words: Words, part: Part) -> Rows:
    """The menu as buttons under a message."""
    options = [Option(label=word, data=data) for word, data in menu_of(words, part)]
    return tuple(tuple(options[at : at + A_ROW]) for at in range(0, len(options), A_ROW))


def commands(words: Words) -> tuple[tuple[str, str], ...]:
    """Telegram's menu: each command without its slash, and the word that it stands for."""
    words_of = {script: word for word, script in reporting(words)}
    named = {words_of[script]: command[1:] for command, script in reversed(SLASH.items())}
    return (*((named[word], word) for word in words_of.values()), ("cancel", words.cancel_button))


def bottom_menu(words: Words) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """WeCom's menu below the chat: at most three names of 16 bytes, each with the words that it says (at most five)."""
    mine = (words.menu_zero, words.menu_duties, words.word_ask, words.menu_help, words.cancel_button)
    first, second = words.menu_progress, words.menu_issue
    return ((first, (first,)), (second, (second,)), (words.menu_mine, mine))
