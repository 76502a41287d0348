"""问题: which problems stand open, major ones first, by category, and which are beyond the limit of their category."""

from collections import Counter
from dataclasses import dataclass, replace

from handlers.answering.asked import LINE, SHOWN, Asked, short
from handlers.answering.lights import in_rows
from handlers.asking.question import Ask, Narrow, What
from rules.kinds import Severity
from rules.problems import days_overdue
from rules.workdays import local_date
from storage import explaining, news
from storage.messages import Option, Outgoing
from storage.news import OpenProblem

NAMES = 8  # characters of a project's name
CATEGORIES = 3  # buttons


@dataclass(frozen=True, slots=True)
class Problems:
    """Those that were asked for, in order; of them how many are major, general, and overdue general ones."""

    listed: tuple[tuple[OpenProblem, int], ...]  # with how many days each is overdue, 0 if it is not
    major: int
    general: int
    overdue: int


def open_problems(asked: Asked) -> Problems:
    today, zone = asked.turn.today, asked.turn.city.zone
    found = []
    for each in news.open_problems(asked.turn.session, asked.which):
        filed = local_date(each.filed, zone)
        due = local_date(each.due, zone) if each.due else None
        beyond = days_overdue(asked.book, each.category, filed, due, today)
        late = 0 if each.severity is Severity.MAJOR else beyond
        if _is_asked_for(asked.ask, each, late):
            found.append((each, late))
    major = sum(each.severity is Severity.MAJOR for each, _ in found)
    if asked.ask.narrow is Narrow.OVERDUE:
        found.sort(key=lambda pair: -pair[1])
    return Problems(tuple(found), major, len(found) - major, sum(late > 0 for _, late in found))


def _is_asked_for(ask: Ask, problem: OpenProblem, late: int) -> bool:
    if ask.category and problem.category.partition(".")[0] != ask.category:
        return False
    if ask.narrow is Narrow.OVERDUE:
        return late > 0
    return ask.narrow is None or problem.severity is Severity.MAJOR


def answer_problems(asked: Asked) -> Outgoing:
    words, found = asked.words, open_problems(asked)
    lines = [words.told_problems.format(count=len(found.listed), major=found.major, overdue=found.overdue)]
    shown = found.listed[asked.ask.page * SHOWN : (asked.ask.page + 1) * SHOWN]
    said = explaining.problem_names(asked.turn.session, [each.id for each, _ in shown])
    lines += [_line(asked, each, late, said[each.id][1]) for each, late in shown]
    numbers = tuple(
        option
        for each, _ in shown
        for option in asked.button(f"W{each.id}", Ask(What.PROBLEMS, number=each.id))
    )
    return asked.says(lines, _deeper(asked, found), rows=in_rows(numbers))


def _line(asked: Asked, problem: OpenProblem, late: int, what: str) -> str:
    words = asked.words
    about = words.told_problem_late.format(days=late) if late else ""
    if problem.severity is Severity.MAJOR:
        about = words.told_problem_major
    return short(
        words.told_problem.format(
            number=f"W{problem.id}", project=short(problem.project, NAMES),
            category=category_name(asked, problem.category), about=about, what=" ".join(what.split()),
        ),
        LINE,
    )  # fmt: skip


def category_name(asked: Asked, key: str) -> str:
    category = asked.book.category(key)
    return short(category.name if category else key, 5)


def _deeper(asked: Asked, found: Problems) -> list[Option]:
    ask, options = asked.ask, list(asked.further(len(found.listed)))
    if ask.narrow is None and len(found.listed) > SHOWN:
        options += asked.counted(replace(ask, narrow=Narrow.MAJOR, page=0), found.major)
        options += asked.counted(replace(ask, narrow=Narrow.OVERDUE, page=0), found.overdue)
    if not ask.category and len(found.listed) > SHOWN:
        counts = Counter(each.category.partition(".")[0] for each, _ in found.listed)
        for key, count in counts.most_common(CATEGORIES):
            label = asked.words.button_count.format(what=category_name(asked, key), count=count)
            options += asked.button(label, replace(ask, category=key, page=0))
    return options
