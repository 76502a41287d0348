"""Facts for 通知, and who is meant by an audience."""

from handlers.desk_facts import Choosable, DeskFacts, Found
from handlers.loading.base import Loading
from handlers.loading.desk import LISTED, PAGE, chosen, search_of
from handlers.loading.owing import debtors
from storage import finding, notices, people

EVERYBODY = 20_000  # more than this many projects owe nowhere


def send_notice(loading: Loading) -> DeskFacts:
    units = _units(loading)
    audience, unit_id = str(loading.answers.get("audience", "")), chosen(loading, units, "unit")
    if not audience or (audience == "unit" and unit_id is None):
        return DeskFacts(units=units)
    ids = meant(loading, audience, unit_id)
    contacts = people.contacts(loading.session, ids, loading.city.running)
    unreachable = sum(contact.address is None for contact in contacts)
    return DeskFacts(units=units, audience=len(contacts), unreachable=unreachable)


def meant(loading: Loading, audience: str, unit_id: int | None) -> list[int]:
    """The people of an audience, without who sends to it."""
    match audience:
        case "reporters":
            found = notices.reporters(loading.session, loading.today)
        case "unit" if unit_id is not None:
            found = notices.of_unit(loading.session, unit_id)
        case "owing":
            owed = debtors(loading, None, EVERYBODY)
            found = list(dict.fromkeys(caller.id for debtor in owed for caller in debtor.callers))
        case "bound":
            found = notices.bound(loading.session)
        case _:
            found = []
    return [person_id for person_id in found if person_id != loading.person.id]


def _units(loading: Loading) -> Choosable:
    if loading.answers.get("audience") != "unit":
        return Choosable()
    searched = search_of(loading, "unit")
    limit = LISTED if searched else PAGE
    rows = finding.units(loading.session, searched, limit + 1)
    more = len(rows) > limit
    shown = rows[:limit] if searched or not more else []
    picked = loading.answers.get("unit")
    if isinstance(picked, str) and picked.isdecimal() and all(row.id != int(picked) for row in shown):
        shown += finding.unit(loading.session, int(picked))
    return Choosable(tuple(Found(*row) for row in shown), searched, more)
