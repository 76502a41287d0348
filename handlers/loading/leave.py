"""Facts for 请假 and 销假: whose leave the sender may set, who may stand in, what falls due, what speaks against it."""

from dataclasses import replace
from datetime import timedelta

from handlers.away import owed, said_days, why_not
from handlers.commands import SetLeave
from handlers.conversations.take_leave import NOBODY
from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.loading.registry import base, listed, of_mine, told
from handlers.registry_facts import LeaveFacts, RegistryFacts, Someone
from handlers.spans import restored
from storage import leaves, people
from storage.tables.registry import Leave


def take_leave(loading: Loading) -> Facts:
    facts = base(loading)
    facts = replace(facts, people=whose(loading, facts))
    person = _one(loading, facts.people)
    return told(loading, facts if person is None else _of_person(loading, facts, person))


def whose(loading: Loading, facts: RegistryFacts) -> tuple[Someone, ...]:
    """Those whose leave the sender may set, themselves first."""
    me = loading.person
    own = Someone(me.id, me.name, me.unit_id, me.unit, me.phone)
    return (own, *(each for each in of_mine(loading, facts) if each.id != me.id))


def _one(loading: Loading, people_: tuple[Someone, ...]) -> Someone | None:
    if len(people_) == 1:
        return people_[0]
    answer = str(loading.answers.get("subject", ""))
    return next((each for each in people_ if str(each.id) == answer), None)


def _of_person(loading: Loading, facts: RegistryFacts, person: Someone) -> RegistryFacts:
    facts = replace(facts, others=colleagues(loading, person))
    days = restored(loading.answers.get(f"days@{person.id}"))
    if days is None:
        return facts
    until = days.last + timedelta(days=1)
    stand_in = str(loading.answers.get(f"stand_in@{person.id}", NOBODY))
    known = {str(each.id): each.id for each in facts.others}
    wanted = SetLeave(person.id, days.first, until, known.get(stand_in))
    return replace(
        facts,
        against=why_not(loading.session, loading.city.words, wanted, loading.today),
        covers=_covers(loading, wanted),
        owed=tuple(name for _, name in owed(loading.session, loading.city, person.id, days.first, until)),
    )


def _covers(loading: Loading, wanted: SetLeave) -> tuple[str, ...]:
    rows = leaves.stood_in_by(loading.session, wanted.person_id, wanted.since)
    names = people.names(loading.session, [row.person_id for row in rows if row.since < wanted.until])
    return tuple(names.values())


def colleagues(loading: Loading, person: Someone) -> tuple[Someone, ...]:
    return tuple(each for each in listed(loading, person.unit_id) if each.id != person.id)


def end_leave(loading: Loading) -> Facts:
    """The leaves that the sender may end; the one that a button names alone, if it still stands."""
    facts = base(loading)
    names = {each.id: each.name for each in whose(loading, facts)}
    rows = leaves.of_people(loading.session, names, loading.today)
    preset = str(loading.answers.get("leave", ""))
    named = [row for row in rows if str(row.id) == preset]
    return told(loading, replace(facts, leaves=tuple(_leave(loading, names, row) for row in named or rows)))


def _leave(loading: Loading, names: dict[int, str], row: Leave) -> LeaveFacts:
    return LeaveFacts(row.id, names[row.person_id], said_days(row.since, row.until, loading.city.words))
