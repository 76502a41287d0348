"""Facts for 负担: this month by unit, and who is above the cap; of one person for 我的待办."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from statistics import median_low

from handlers.desk_facts import BurdenFacts, DeskFacts, UnitBurden
from handlers.loading.base import Loading
from rules.workdays import instant
from storage import burden, people
from storage import rules as stored_rules
from storage.burden import Burden

NONE = Burden(0, 0, 0, 0, 0)


def office_burden(loading: Loading) -> DeskFacts:
    cap = stored_rules.in_force(loading.session).book.caps.unasked_per_month
    found = {each.person_id: each for each in burden.of_month(loading.session, *_month(loading))}
    bound = people.with_account(loading.session)
    staff = [row for row in people.listed(loading.session) if row.id in bound or row.id in found]
    counted = [(row, found.get(row.id, NONE)) for row in staff]
    units = [
        _unit(unit, [each for row, each in counted if row.unit == unit])
        for unit in dict.fromkeys(row.unit for row in staff)
    ]
    above = [(row.name, row.unit, each.unasked) for row, each in counted if each.unasked > cap]
    return DeskFacts(
        burden=BurdenFacts(
            month=f"{loading.today.month}月",
            cap=cap,
            units=tuple(sorted((each for each in units if found), key=lambda each: -each.highest)),
            above=tuple(sorted(above, key=lambda each: -each[2])),
        )
    )


def _unit(name: str, of: Iterable[Burden]) -> UnitBurden:
    listed = list(of)
    return UnitBurden(
        name,
        median=median_low(each.unasked for each in listed),
        highest=max(each.unasked for each in listed),
        questions=median_low(each.questions for each in listed),
    )


def own_burden(loading: Loading) -> Burden:
    return burden.of_person(loading.session, loading.person.id, *_month(loading))


def _month(loading: Loading) -> tuple[datetime, datetime]:
    first = loading.today.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    begins, ends = (instant(day, time(), loading.city.zone) for day in (first, following))
    return begins, ends
