"""Deeds about 交接: projects pass to another person on a day, and either side says that it is done."""

from collections import defaultdict

from handlers import handing_over
from handlers.commands import ConfirmHandover, HandOver
from handlers.handing_over import confirm_button, spoken
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from handlers.wording.naming import role_name
from rules.kinds import Role
from storage import handovers, pending, people, projects
from storage.messages import Outgoing
from storage.tables.registry import Handover, Person, PersonRole


def hand_over(turn: Turn, command: HandOver) -> Outcome:
    words, session = turn.city.words, turn.session
    giver, taker = (session.get_one(Person, each) for each in (command.from_id, command.to_id))
    if reason := _stands_against(turn, command, giver, taker):
        return refusal(reason)
    if command.role not in people.roles_of(session, taker.id, command.since):
        session.add(PersonRole(person_id=taker.id, role=command.role, since=command.since))
    ahead = pending.of_giver(session, giver.id, command.role, command.project_ids, turn.today)
    called_off = pending.call_off(session, ahead)
    packet = handovers.hand_over(
        session, giver.id, taker.id, command.role, command.project_ids, command.since, turn.now
    )
    _enter(turn, command, packet)
    handing_over.announce(session, turn.city, [packet], command.since, turn.now, answered=turn.person.id)
    handing_over.tell_takers_off(session, turn.city, called_off, taker.id, turn.now)
    title = words.handover_done.format(giver=giver.name, taker=taker.name)
    text = words.handover_done_text.format(
        role=role_name(command.role), count=len(command.project_ids), since=spoken(command.since)
    )
    rows = ((confirm_button(turn.city, packet),),) if turn.person.id == giver.id else ()
    return Outcome(Outgoing(title=title, text=text, rows=rows), summary=title)


def _stands_against(turn: Turn, command: HandOver, giver: Person, taker: Person) -> str:
    """What may have changed since the card was made, and what only the office may do; empty if nothing does."""
    words = turn.city.words
    held = handovers.held_by(turn.session, giver.id, turn.today).get(command.role, {})
    if not command.project_ids or not {*command.project_ids} <= held.keys() or command.since < turn.today:
        return words.handover_refused.format(name=giver.name)
    office = Role.OFFICE in people.roles_of(turn.session, turn.person.id, turn.today)
    if not taker.active or (taker.unit_id != giver.unit_id and not office):
        return words.handover_other_unit
    # Anybody of the unit may become a contact; the other roles are the registry's to give.
    if command.role is not Role.REPORTER and command.role not in people.roles_of(
        turn.session, taker.id, turn.today
    ):
        return words.handover_no_role.format(name=taker.name, role=role_name(command.role))
    return ""


def _enter(turn: Turn, command: HandOver, packet: Handover) -> None:
    units: dict[int, list[int]] = defaultdict(list)
    for project in projects.these(turn.session, command.project_ids):
        units[project.unit_id].append(project.id)
    for unit_id, ids in units.items():
        enter(
            turn, unit_id, "hand_over", handover=packet.id, giver=command.from_id, taker=command.to_id,
            role=command.role, projects=ids, since=command.since.isoformat(),
        )  # fmt: skip


def confirm_handover(turn: Turn, command: ConfirmHandover) -> Outcome:
    words = turn.city.words
    packet = turn.session.get_one(Handover, command.handover_id)
    if not handovers.confirm(packet, turn.person.id, turn.now):
        return refusal(words.handed_over_before)
    turn.session.flush()
    unit_id = turn.session.get_one(Person, packet.to_id).unit_id
    enter(turn, unit_id, "confirm_handover", handover=packet.id)
    if not handovers.missing(turn.session, packet):
        handing_over.tell_complete(turn.session, turn.city, packet, turn.now)
    return refusal(words.handed_over)
