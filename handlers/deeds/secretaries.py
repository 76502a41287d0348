"""Deeds about secretaries (秘书): who acts on a leader's behalf, from when to when."""

from handlers.commands import AppointSecretary, DismissSecretary
from handlers.handing_over import spoken
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from rules.kinds import Lane
from storage import people, secretaries
from storage.messages import Outgoing
from storage.tables.registry import Person, Secretary


def appoint_secretary(turn: Turn, command: AppointSecretary) -> Outcome:
    words, session = turn.city.words, turn.session
    names = people.names(session, [command.person_id, command.leader_id])
    who = {"secretary": names[command.person_id], "leader": names[command.leader_id]}
    if command.person_id == command.leader_id:
        return refusal(words.secretary_same)
    standing = secretaries.current(session, turn.today)
    if any((row.person_id, row.leader_id) == (command.person_id, command.leader_id) for row in standing):
        return refusal(words.secretary_already.format(**who))
    row = secretaries.appoint(session, command.person_id, command.leader_id, command.since, command.until)
    _enter(turn, "appoint_secretary", row)
    _tell_both(turn, row, words.told_secretary.format(since=spoken(command.since), **who))
    return refusal(words.secretary_set.format(since=spoken(command.since), **who))


def dismiss_secretary(turn: Turn, command: DismissSecretary) -> Outcome:
    words = turn.city.words
    row = turn.session.get_one(Secretary, command.secretary_id)
    names = people.names(turn.session, [row.person_id, row.leader_id])
    who = {"secretary": names[row.person_id], "leader": names[row.leader_id]}
    secretaries.dismiss(turn.session, row, turn.today)
    _enter(turn, "dismiss_secretary", row)
    _tell_both(turn, row, words.told_secretary_ended.format(**who))
    return refusal(words.secretary_ended.format(**who))


def _enter(turn: Turn, act: str, row: Secretary) -> None:
    unit_id = turn.session.get_one(Person, row.leader_id).unit_id
    enter(
        turn, unit_id, act, secretary=row.person_id, leader=row.leader_id, since=row.since.isoformat(),
        until=row.until.isoformat() if row.until else "",
    )  # fmt: skip


def _tell_both(turn: Turn, row: Secretary, text: str) -> None:
    """The leader too: nobody acts on somebody's behalf behind their back."""
    for contact in people.contacts(turn.session, [row.person_id, row.leader_id], turn.city.running):
        turn.push(contact, Outgoing(text=text), Lane.REMINDER)
