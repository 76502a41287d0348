"""Facts for those who look at projects and report for none: 帮助, and what waits for them."""

from collections.abc import Callable

from sqlalchemy import or_

from handlers.answering.asked import short
from handlers.facts import BRIEF, Facts
from handlers.loading.base import Loading
from handlers.loading.part import part
from rules.kinds import Severity
from rules.scope import LOOKING
from storage import explaining, news, secretaries
from storage import rules as stored_rules
from storage.scopes import OWN, Scope


def show_help(loading: Loading) -> Facts:
    found = part(loading.session, loading.person.id, loading.today)
    return Facts(loading.city.words, loading.person, part=found)


def with_waiting(load: Callable[[Loading], Facts]) -> Callable[[Loading], Facts]:
    """A loader that asks those who lead for what waits for them, and the others for what they owe."""

    def loader(loading: Loading) -> Facts:
        found = part(loading.session, loading.person.id, loading.today)
        if found not in LOOKING:
            return load(loading)
        return Facts(loading.city.words, loading.person, part=found, waiting=_waiting(loading))

    return loader


def _waiting(loading: Loading) -> tuple[tuple[int, str], ...]:
    """Major problems of the projects that they lead, or whose leader they act for, that nobody has taken note of."""
    session, today, words = loading.session, loading.today, loading.city.words
    acting = secretaries.leaders_of(session, loading.person.id, today)
    led = or_(*(Scope(OWN, each).holds(today) for each in (loading.person.id, *acting)))
    found = [
        each
        for each in news.open_problems(session, led)
        if each.severity is Severity.MAJOR and each.unclaimed
    ]
    said = explaining.problem_names(session, [each.id for each in found])
    book = stored_rules.in_force(session).book
    lines = []
    for each in found:
        category = book.category(each.category)
        lines.append(
            words.told_problem.format(
                number=f"W{each.id}", project=short(each.project, BRIEF), about="",
                category=category.name if category else each.category, what=short(said[each.id][1], BRIEF),
            )
        )  # fmt: skip
    return tuple((each.id, line) for each, line in zip(found, lines, strict=True))
