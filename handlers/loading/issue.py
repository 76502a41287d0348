"""Facts for 报问题."""

from collections.abc import Mapping
from typing import Any

from handlers.facts import Facts
from handlers.loading.base import Loading, by_name, loose
from handlers.loading.threads import threads
from rules.book import Book
from storage import duties, people, whom
from storage import rules as stored_rules


def shows_who_is_told(answers: Mapping[str, Any]) -> bool:
    """Whether the talk has come so far that its card may name who will be told."""
    return any(key == "category" or key.startswith("word@") for key in answers)


def owing_a_word(loading: Loading) -> set[int]:
    """Projects on whose problems the person owes a word: a paused one still owes that of its last month."""
    owed = duties.owed_by(loading.session, loading.person.id, loading.now, loading.today, *duties.ON_PROBLEMS)
    return {duty.project_id for duty, _ in owed}


def told_names(loading: Loading, book: Book, project_id: int) -> tuple[str, ...]:
    """Whom the first rung of the ladder will tell; who does it knows it already."""
    category = book.category(str(loading.answers.get("category", "")))
    about = whom.About(project_id, category.lead if category else "")
    told = whom.told(loading.session, book.ladder.rungs[0], about, loading.today)
    typing = loading.clerk or loading.person.id
    ids = [each.person_id for each in told if each.person_id != typing]
    return tuple(each.name for each in people.contacts(loading.session, ids, loading.city.running))


def issue(loading: Loading) -> Facts:
    rules = stored_rules.in_force(loading.session)
    chosen = str(loading.answers.get("project", ""))
    thread = str(loading.answers.get(f"thread@{chosen}", ""))
    names: dict[int, tuple[str, ...]] = {}
    if shows_who_is_told(loading.answers) and chosen.isdecimal():
        names = {int(chosen): told_names(loading, rules.book, int(chosen))}
    projects = by_name(loading, also=owing_a_word(loading))
    of_person = [each.id for each in projects if str(each.id) == chosen]
    return Facts(
        loading.city.words,
        loading.person,
        loading.now.astimezone(loading.city.zone),
        projects=projects,
        categories=tuple((category.key, category.name) for category in rules.book.categories),
        loose_media=loose(loading) if chosen else (),
        most_media=rules.book.media.per_report,
        longest=rules.book.caps.text_length,
        alerted=names,
        threads=threads(loading, rules, of_person, also=int(thread) if thread.isdecimal() else 0),
    )
