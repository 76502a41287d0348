"""Facts for 报问题."""

from handlers.facts import Facts
from handlers.loading.base import Loading, alerted, by_name, loose
from storage import people
from storage import rules as stored_rules


def issue(loading: Loading) -> Facts:
    book = stored_rules.in_force(loading.session).book
    chosen = str(loading.answers.get("project", ""))
    names: dict[int, tuple[str, ...]] = {}
    if "category" in loading.answers and chosen.isdecimal():
        told = people.contacts(
            loading.session, alerted(loading.session, int(chosen), loading.today), loading.city.running
        )
        names = {int(chosen): tuple(each.name for each in told if each.id != loading.person.id)}
    return Facts(
        loading.city.words,
        loading.person,
        projects=by_name(loading),
        categories=tuple((category.key, category.name) for category in book.categories),
        loose_media=loose(loading) if chosen else (),
        most_media=book.media.per_report,
        alerted=names,
    )
