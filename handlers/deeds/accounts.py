"""Deeds about accounts: ending a person's at once, and giving a new code."""

from datetime import timedelta

from handlers import handing_over
from handlers.commands import GiveCode, Unbind
from handlers.deeds import leaves
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from rules.kinds import Lane, Role
from storage import departures, invites, people, projects
from storage.database import mark
from storage.departures import Left
from storage.messages import Address, Outgoing
from storage.people import Contact
from storage.tables.registry import Person


def unbind(turn: Turn, command: Unbind) -> Outcome:
    words, session = turn.city.words, turn.session
    person = session.get_one(Person, command.person_id)
    office = people.in_role(session, Role.OFFICE, turn.today)
    if command.leaves and person.id in office:
        if office == [person.id]:
            return refusal(words.last_office)
        mark(session, Person.metadata.tables["people"], office)  # the others may be leaving now, too
    ended = departures.unbind(session, person.id, turn.now, turn.machine)
    left = departures.leave(session, person.id, turn.today) if command.leaves else None
    enter(
        turn, person.unit_id, "leave" if command.leaves else "unbind", person=person.id, accounts=len(ended),
        projects=left.projects if left else [],
        called_off=[project for each in left.called_off for project in each.project_ids] if left else [],
    )  # fmt: skip
    if left:
        leaves.has_left(turn, person.id)
        return _has_left(turn, person, left)
    leaves.is_unbound(turn, person.id)
    _tell(turn, person, ended)
    return refusal((words.unbound if ended else words.unbound_none).format(name=person.name))


def _tell(turn: Turn, person: Person, ended: list[Address]) -> None:
    """Said to every account that was the person's; one who unbinds themselves knows."""
    if person.id == turn.person.id:
        return
    text = turn.city.words.told_unbound.format(name=turn.person.name)
    for address in ended:
        turn.push(Contact(person.id, person.name, address), Outgoing(text=text), Lane.REPLY)


def _has_left(turn: Turn, person: Person, left: Left) -> Outcome:
    words = turn.city.words
    lines = [words.left.format(name=person.name)]
    if left.called_off:
        handing_over.tell_givers_off(turn.session, turn.city, left.called_off, turn.now)
        givers = people.names(turn.session, [each.from_id for each in left.called_off])
        lines.append(words.left_called_off.format(givers=words.list_separator.join(givers.values())))
    without = projects.without_reporter(turn.session, left.projects, turn.today)
    if without:
        lines.append(words.left_without.format(projects=words.list_separator.join(without)))
    return refusal("\n".join(lines))


def give_code(turn: Turn, command: GiveCode) -> Outcome:
    """The code is said once, to who asked for it; what is kept of the talk does not hold it."""
    words = turn.city.words
    person = turn.session.get_one(Person, command.person_id)
    code = invites.create(turn.session, person.id, turn.machine)
    enter(turn, person.unit_id, "give_code", person=person.id)
    _tell_of_code(turn, person)
    # The code lives by the machine's clock; what is said to people is said by the city's.
    until = day_and_hour(turn.now + timedelta(hours=24), turn.city.zone)
    lines = [words.new_code_text.format(code=code, until=until)]
    if link := _link(turn, code):
        lines.append(words.new_code_link.format(link=link))
    title = words.new_code.format(name=person.name)
    return Outcome(Outgoing(title=title, text="\n".join(lines)), summary=words.code_given)


def _tell_of_code(turn: Turn, person: Person) -> None:
    """Whoever redeems the code is taken for this person: they hear of it where they are, and who made it."""
    if person.id == turn.person.id:
        return
    text = turn.city.words.told_new_code.format(name=turn.person.name)
    for contact in people.contacts(turn.session, [person.id], turn.city.running):
        turn.push(contact, Outgoing(text=text), Lane.REPLY)


def _link(turn: Turn, code: str) -> str | None:
    accounts = sorted(account for channel, account in turn.city.running if channel == "telegram")
    return invites.deep_link(turn.session, accounts[0], code) if accounts else None
