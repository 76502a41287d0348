"""查 A17: what a figure was when it was told, of what parts, by whom and when; and what has changed since.

Rule 1  A code is its recipient's first, then theirs whose scope holds what it counts (storage/explaining.py); to all
        others it does not exist.
Rule 2  The parts are those of the moment it was told. What came later (a correction) is said beside them.
"""

import re
from datetime import date

from handlers.answering.asked import short
from handlers.deeds import figure_parts
from handlers.deeds.looking import look_up
from handlers.moments import day_and_hour
from handlers.screen import Rows
from handlers.turning import Turn
from rules import money
from storage import codes, explaining, projects
from storage.codes import Figure, Part
from storage.messages import Option, Outgoing
from storage.tables.digests import FigureCode

PAGE = 6  # parts of one screen
_PROBLEMS = (codes.MAJOR, codes.OVERDUE)
_PRESSED = re.compile(r"([pw])([0-9]{1,18})")  # a project or a problem, by an id that the database can hold


def look_up_figure(turn: Turn, number: int, part: str) -> Outgoing:
    row = turn.session.get(FigureCode, number)
    if row is None or not explaining.may_ask(turn.session, row, turn.person.id, turn.today):
        return Outgoing(text=turn.city.words.no_such_figure.format(code=f"A{number}"))
    figure = codes.read(row)
    if row.measure in _PROBLEMS and (pressed := _PRESSED.fullmatch(part)) and pressed[1] == "w":
        return look_up(turn, int(pressed[2]))
    names = _names(turn, figure)
    chosen = _chosen(figure, names, part)
    if chosen is not None:
        return figure_parts.of_project(turn, row, figure, chosen, names[chosen.id])
    page = _page(turn, part)
    if part and page is None:
        return Outgoing(text=turn.city.words.figure_several.format(code=row.code, text=short(part, 20)))
    return _whole(turn, row, figure, names, page or 0)


def _names(turn: Turn, figure: Figure) -> dict[int, str]:
    if figure.measure in _PROBLEMS:
        return {}
    found = projects.these(turn.session, {part.id for part in figure.parts})
    return {each.id: each.name for each in found}


def _chosen(figure: Figure, names: dict[int, str], part: str) -> Part | None:
    """The project that was pressed (p7), or the only one whose name holds what was typed."""
    if (pressed := _PRESSED.fullmatch(part)) and pressed[1] == "p":
        return next((each for each in figure.parts if each.id == int(pressed[2])), None)
    found = [each for each in figure.parts if part and part in names.get(each.id, "")]
    return found[0] if len(found) == 1 else None


def _page(turn: Turn, part: str) -> int | None:
    """The page that was pressed or typed (2, 第2页), counted from 0."""
    before, _, after = turn.city.words.figure_page_words.partition("{page}")
    number = part.removeprefix(before).removesuffix(after).strip()
    return int(number) - 1 if number.isdecimal() and 0 < int(number) < 1000 else None


def _whole(turn: Turn, row: FigureCode, figure: Figure, names: dict[int, str], page: int) -> Outgoing:
    words = turn.city.words
    count = figure.value if row.measure == codes.NEWS else len(figure.parts)
    page = min(page, max(0, count - 1) // PAGE)
    lines = [words.figure_as_of.format(time=day_and_hour(row.as_of, turn.city.zone)), _value(turn, figure)]
    if row.measure == codes.NEWS:
        listed = explaining.news(turn.session, row, _day(turn, row), PAGE, page * PAGE)
        lines += figure_parts.news_lines(words, listed)
        return _message(turn, row, lines, _turning(turn, row, page, count))
    shown = figure.parts[page * PAGE : (page + 1) * PAGE]
    if row.measure in _PROBLEMS:
        lines += figure_parts.problem_lines(turn, shown)
    else:
        lines += figure_parts.lines(turn, figure, shown, names, page * PAGE)
    if figure.rest[0] and (page + 1) * PAGE >= len(figure.parts):
        value = _written(figure, figure.rest[1])
        lines.append(words.figure_rest.format(count=figure.rest[0], value=value))
    rows = (*_parts(row, shown, names), *_turning(turn, row, page, count))
    return _message(turn, row, lines, rows)


def _message(turn: Turn, row: FigureCode, lines: list[str], rows: Rows) -> Outgoing:
    words = turn.city.words
    title = words.figure_title.format(code=row.code, what=figure_parts.measured(words, row.measure))
    return Outgoing(title=title, text="\n".join(lines), rows=rows)


def _value(turn: Turn, figure: Figure) -> str:
    words = turn.city.words
    if figure.measure != codes.DONE:
        return words.figure_count.format(count=figure.value)
    said = words.figure_money.format(done=money.auto(figure.value), plan=money.auto(figure.plan))
    count = len(figure.parts) + figure.rest[0]
    return f"{said}\n{words.figure_parts.format(count=count)}"


def _written(figure: Figure, value: int) -> str:
    return money.auto(value) if figure.measure == codes.DONE else str(value)


def _parts(row: FigureCode, shown: tuple[Part, ...], names: dict[int, str]) -> Rows:
    if row.measure in _PROBLEMS:
        return tuple((Option(label=f"W{each.id}", data=f"f|{row.id}|w{each.id}"),) for each in shown)
    return tuple((Option(label=names[each.id], data=f"f|{row.id}|p{each.id}"),) for each in shown)


def _turning(turn: Turn, row: FigureCode, page: int, count: int) -> Rows:
    pages = -(-count // PAGE)
    if pages < 2:
        return ()
    following = (page + 1) % pages + 1
    label = turn.city.words.figure_more.format(page=following)
    return ((Option(label=label, data=f"f|{row.id}|{following}"),),)


def _day(turn: Turn, row: FigureCode) -> date:
    return row.as_of.astimezone(turn.city.zone).date()
