"""Facts for 交接 and 已交接."""

from dataclasses import replace

from handlers.facts import Facts
from handlers.loading.base import Loading
from handlers.loading.registry import base, listed, of_mine, told
from handlers.registry_facts import Held, RegistryFacts, Someone
from rules.kinds import Role
from storage import handovers, people
from storage.tables.registry import Handover


def hand_over(loading: Loading) -> Facts:
    """Whose projects may pass, in which roles, and to whom once that is settled."""
    facts = base(loading)
    answering = handovers.answering(loading.session, loading.today)
    mine = of_mine(loading, facts) or listed(loading, loading.person.unit_id)
    may = facts.office or facts.heads
    givers = tuple(each for each in mine if each.id in answering and (may or each.id == loading.person.id))
    facts = replace(facts, people=givers)
    giver = _one(givers, str(loading.answers.get("from", "")))
    return told(loading, facts if giver is None else _of_giver(loading, facts, giver))


def _one(people_: tuple[Someone, ...], answer: str) -> Someone | None:
    if len(people_) == 1:
        return people_[0]
    return next((each for each in people_ if str(each.id) == answer), None)


def _of_giver(loading: Loading, facts: RegistryFacts, giver: Someone) -> RegistryFacts:
    held = tuple(
        Held(role, tuple(of_role.items()))
        for role, of_role in handovers.held_by(loading.session, giver.id, loading.today).items()
    )
    facts = replace(facts, held=held)
    answer = loading.answers.get(f"role@{giver.id}")
    role = held[0].role if len(held) == 1 else next((each.role for each in held if each.role == answer), None)
    return facts if role is None else replace(facts, others=takers(loading, facts.office, giver, role))


def takers(loading: Loading, office: bool, giver: Someone, role: Role) -> tuple[Someone, ...]:
    """Colleagues of the unit who hold the role (anybody may become a contact); for the office whoever holds it."""
    holders = set(people.in_role(loading.session, role, loading.today))
    staff = listed(loading, None if office else giver.unit_id)
    return tuple(
        each
        for each in staff
        if each.id != giver.id
        and (each.id in holders or (role is Role.REPORTER and each.unit_id == giver.unit_id))
    )


def packet(loading: Loading) -> Facts:
    """The hand-over that a button names, if it is the sender's; else the newest that waits for them."""
    preset = str(loading.answers.get("packet", ""))
    named = loading.session.get(Handover, int(preset)) if preset.isdecimal() else None
    if named is None or not named.project_ids or loading.person.id not in (named.from_id, named.to_id):
        named = handovers.waiting_for(loading.session, loading.person.id)
    return told(loading, replace(base(loading), packet=named.id if named else None))
