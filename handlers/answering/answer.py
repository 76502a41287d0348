"""问一句: a text that was nothing else is read as a question and answered; or its nearest meanings are offered.

Rule 1  Whose projects an answer is about follows from who asks, each time, and stands in its title.
Rule 2  Never an error alone: what is not understood gets the nearest three things it could mean, and the menu.
Rule 3  What has a conversation of its own is left to it: 未报 of all to `who_owes`, 排名 to `monthly_review`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from handlers import talking
from handlers.answering.asked import Asked, short
from handlers.answering.lights import answer_lights
from handlers.answering.meant import like_these, named_projects
from handlers.answering.money import answer_money, without_figures
from handlers.answering.overview import answer_overview, answer_projects
from handlers.answering.owing import answer_owing
from handlers.answering.problems import answer_problems
from handlers.answering.project import answer_project, report_rows
from handlers.answering.view import REPORTED, View, view_of
from handlers.asking.question import Ask, What
from handlers.asking.reading import MEANT, Reading, nearest, read_question
from handlers.asking.vocabulary import Places, Vocabulary, vocabulary
from handlers.buttons import Opener
from handlers.deeds.looking import look_up
from handlers.loading.part import own_menu
from handlers.plain import plain
from handlers.screen import Rows
from handlers.turning import Turn
from rules.book import Book
from rules.kinds import Role
from rules.scope import HEADING
from storage import asking, people
from storage import rules as stored_rules
from storage.finding import Found
from storage.messages import Option, Outgoing
from storage.scopes import CITY, UNIT

_ANSWERS: dict[What, Callable[[Asked], Outgoing]] = {
    What.LIGHTS: answer_lights,
    What.OWING: answer_owing,
    What.PROBLEMS: answer_problems,
    What.DONE: answer_money,
    What.PROJECTS: answer_projects,
    What.OVERVIEW: answer_overview,
}


def ask_in_words(turn: Turn, text: str) -> str:
    """Answers what was typed; gives back what it was taken as."""
    if _is_among(text, turn.city.words.courtesy_words):
        turn.answer(Outgoing(text=turn.city.words.courtesy))
        return "courtesy"
    if _is_among(text, turn.city.words.greeting_words):
        talking.open_talk(turn, Opener("show_help"))
        return "greeting"
    view = view_of(turn)
    if view is None:
        turn.answer(Outgoing(text=turn.city.words.not_understood, rows=own_menu(turn)))
        return "not understood"
    asked, reading = _read(turn, view, text)
    return _understood(asked, reading) or _not_understood(asked, reading, text)


def answer_if_understood(turn: Turn, text: str) -> str:
    """Answers what is a question without doubt; empty if it is none, and nothing has been said."""
    view = view_of(turn)
    return _understood(*_read(turn, view, text)) if view is not None else ""


def _read(turn: Turn, view: View, text: str) -> tuple[Asked, Reading]:
    book = stored_rules.in_force(turn.session).book
    city = _vocabulary(turn, view, book)
    return Asked(turn, view, city, book, Ask(What.OVERVIEW)), read_question(text, city)


def _understood(asked: Asked, reading: Reading) -> str:
    if reading.is_clear and not _sooner_a_project(asked, reading):
        return _answer(replace(asked, ask=reading.asks[0]))
    if reading.rest or reading.is_clear:
        return _about_a_name(asked, reading)
    if reading.asks:
        asked.turn.answer(Outgoing(text=asked.words.asked_which, rows=_offers(asked, reading.asks)))
        return "asked which"
    return ""


def _is_among(text: str, listed: str) -> bool:
    """Whether a text is one of these words, but for signs around it."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", plain(text)) in {plain(word) for word in listed.split("、")}


def answer_question(turn: Turn, ask: Ask) -> str:
    """Answers a question that a button carried, for whoever presses it."""
    view = view_of(turn)
    if view is None:
        turn.answer(Outgoing(text=turn.city.words.ask_nothing_to_see, rows=own_menu(turn)))
        return "not understood"
    book = stored_rules.in_force(turn.session).book
    return _answer(Asked(turn, view, _vocabulary(turn, view, book), book, ask))


def _vocabulary(turn: Turn, view: View, book: Book) -> Vocabulary:
    rows = asking.places(turn.session, view.which)
    places = Places(
        districts=_each(row[0] for row in rows),
        fronts=_each(row[1] for row in rows),
        categories=_each(row[2] for row in rows),
        units=tuple(sorted({(row[3], row[4]) for row in rows})),
        leaders=tuple(asking.leaders(turn.session, view.which, turn.today)),
    )
    categories = [(each.key, each.name) for each in book.categories]
    return vocabulary(turn.city.words, places, categories, turn.today)


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))


def _answer(asked: Asked) -> str:
    turn, ask = asked.turn, asked.ask
    if ask.what is What.PROBLEMS and ask.number:
        turn.answer(look_up(turn, ask.number))
        return "look up"
    if opener := _has_its_own(asked):
        talking.open_talk(turn, opener)
        return "question"
    if missing := without_figures(asked):
        turn.answer(missing)
        return "question"
    found = answer_project(asked) if ask.what is What.PROJECT else _ANSWERS[ask.what](asked)
    turn.answer(found or Outgoing(text=turn.city.words.ask_nothing_to_see, rows=own_menu(turn)))
    return "question"


def _has_its_own(asked: Asked) -> Opener | None:
    ask = asked.ask
    if ask.what is What.RANKING:
        return Opener("monthly_review", f"{asked.month}." if ask.month else "")
    if ask != Ask(What.OWING) or asked.view.kind not in (CITY, UNIT):
        return None
    roles = people.roles_of(asked.turn.session, asked.turn.person.id, asked.turn.today)
    return None if roles.isdisjoint({Role.OFFICE, *HEADING}) else Opener("who_owes")


def _about_a_name(asked: Asked, reading: Reading) -> str:
    """What no word explains is a unit called for short, if more was said; else first of all a project; or nothing."""
    turn = asked.turn
    if reading.short and not reading.bare:
        return _one_or_which(asked, reading.short)
    found = named_projects(turn, asked.view, reading, MEANT)
    if len(found) == 1 and not (reading.bare and reading.short):
        return _answer(replace(asked, ask=Ask(What.PROJECT, number=found[0].id)))
    if found:
        units = _offers(asked, reading.short[: MEANT - 1])
        turn.answer(Outgoing(text=asked.words.asked_which, rows=(*_projects(asked, found), *units)))
        return "search"
    if reading.short:
        return _one_or_which(asked, reading.short)
    return ""


def _sooner_a_project(asked: Asked, reading: Reading) -> bool:
    """Whether a bare name is rather a project's: if a place was read with a slip, and for who reports for projects."""
    if not reading.bare or not (reading.slip or asked.view.kind == REPORTED):
        return False
    return bool(named_projects(asked.turn, asked.view, reading, 1))


def _one_or_which(asked: Asked, asks: tuple[Ask, ...]) -> str:
    if len(asks) == 1:
        return _answer(replace(asked, ask=asks[0]))
    asked.turn.answer(Outgoing(text=asked.words.asked_which, rows=_offers(asked, asks)))
    return "asked which"


def _projects(asked: Asked, found: list[Found]) -> Rows:
    """A button for each project; for who reports for it, those of reporting."""
    rows: list[tuple[Option, ...]] = []
    for each in found:
        rows += report_rows(asked, each.id, each.name) if asked.view.kind == REPORTED else ()
        rows += _project(asked, each)
    return tuple(rows)


def _project(asked: Asked, found: Found) -> Rows:
    return (asked.button(f"{found.number}号 {found.name}", Ask(What.PROJECT, number=found.id)),)


def _offers(asked: Asked, asks: tuple[Ask, ...] | list[Ask]) -> Rows:
    return tuple(
        found for ask in asks if (found := asked.button(short(asked.vocabulary.phrase(ask), 24), ask))
    )


def _not_understood(asked: Asked, reading: Reading, text: str) -> str:
    """The nearest three things that it could mean, of questions and projects alike."""
    near = [(score, _offers(asked, [ask])) for score, ask in nearest(reading, asked.vocabulary)]
    near += [(score, _project(asked, each)) for score, each in like_these(asked.turn, asked.view, reading)]
    ranked = sorted(near, key=lambda each: -each[0])
    rows = tuple(row for _, offered in ranked for row in offered)[:MEANT]
    words, said = asked.words, asked.words.not_understood
    if rows or asked.view.kind != REPORTED:
        found = words.asked_nearest if rows else words.asked_nothing_near
        said = found.format(text=short(" ".join(text.split()), 20))
    menu = tuple(tuple(each for each in row if (each,) not in rows) for row in own_menu(asked.turn))
    asked.turn.answer(Outgoing(text=said, rows=(*rows, *filter(None, menu))))
    return "not understood"
