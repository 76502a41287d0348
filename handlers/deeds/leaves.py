"""Deeds about leave (请假) and stand-ins (代班): set, ended, and whom either concerns.

Rule 1  Nobody is away behind anybody's back: the stand-in, the unit's heads and who is away are told, but not who acts.
Rule 2  Who can no longer stand in is taken out of the leave, and those whom it concerns are told.
"""

from handlers.away import owed, said_days, why_not
from handlers.commands import EndLeave, SetLeave
from handlers.deeds.telling import name_of, tell
from handlers.moments import day_and_hour
from handlers.outcome import Outcome, enter, refusal
from handlers.turning import Turn
from rules.kinds import Role
from storage import leaves, people
from storage.messages import Option, Outgoing
from storage.tables.registry import Leave, Person

SHOWN = 6  # duties that a stand-in is told of


def set_leave(turn: Turn, command: SetLeave) -> Outcome:
    words, session = turn.city.words, turn.session
    if reason := why_not(session, words, command, turn.today):
        return refusal(reason)
    leave = leaves.add(
        session, person_id=command.person_id, stand_in_id=command.stand_in_id, since=command.since,
        until=command.until, set_by=turn.person.id, at=turn.now,
    )  # fmt: skip
    person = session.get_one(Person, command.person_id)
    _enter(turn, "set_leave", leave, person, {"until": [None, leave.until.isoformat()]})
    who = _who(turn, leave)
    if leave.stand_in_id is not None:
        tell(turn, [leave.stand_in_id], _to_stand_in(turn, leave, who))
    told = words.told_leave if leave.stand_in_id else words.told_leave_alone
    tell(turn, [person.id, *_heads(turn, person, leave)], Outgoing(text=told.format(**who)))
    title = words.leave_set.format(**who)
    text = (words.leave_set_text if leave.stand_in_id else words.leave_set_alone).format(**who)
    rows = ((Option(label=words.word_end_leave, data=f"o|end_leave|{leave.id}"),),)
    return Outcome(Outgoing(title=title, text=text, rows=rows), summary=title)


def end_leave(turn: Turn, command: EndLeave) -> Outcome:
    words, session = turn.city.words, turn.session
    leave = session.get_one(Leave, command.leave_id)
    if leave.ended is not None or leave.until <= turn.today:
        return refusal(words.leave_is_over)
    who, before = _who(turn, leave), leave.until
    leaves.end(session, leave, turn.today, turn.now)
    person = session.get_one(Person, leave.person_id)
    _enter(turn, "end_leave", leave, person, {"until": [before.isoformat(), leave.until.isoformat()]})
    concerned = [person.id, *([leave.stand_in_id] if leave.stand_in_id else []), *_heads(turn, person, leave)]
    tell(turn, concerned, Outgoing(text=words.told_leave_ended.format(**who)))
    return refusal(words.leave_ended.format(**who))


def has_left(turn: Turn, person_id: int) -> None:
    """The leaves of who has left end, and they stand in for nobody any more."""
    for leave in leaves.of_people(turn.session, [person_id], turn.today):
        leaves.end(turn.session, leave, turn.today, turn.now)
    for leave in leaves.stood_in_by(turn.session, person_id, turn.today):
        _tell_of_stand_in(turn, leave, turn.city.words.told_stand_in_left)
        person = turn.session.get_one(Person, leave.person_id)
        leave.stand_in_id = None
        _enter(turn, "lose_stand_in", leave, person, {"stand_in": [person_id, None]})


def is_unbound(turn: Turn, person_id: int) -> None:
    """A stand-in without an account stays one, but those whom it concerns must know that nothing reaches them."""
    for leave in leaves.stood_in_by(turn.session, person_id, turn.today):
        _tell_of_stand_in(turn, leave, turn.city.words.told_stand_in_unbound)


def _tell_of_stand_in(turn: Turn, leave: Leave, sentence: str) -> None:
    person = turn.session.get_one(Person, leave.person_id)
    text = sentence.format(**_who(turn, leave))
    tell(turn, [person.id, *_heads(turn, person, leave)], Outgoing(text=text))


def _who(turn: Turn, leave: Leave) -> dict[str, str]:
    names = people.names(turn.session, filter(None, [leave.person_id, leave.stand_in_id]))
    return {
        "name": names[leave.person_id],
        "stand_in": names.get(leave.stand_in_id or 0, ""),
        "days": said_days(leave.since, leave.until, turn.city.words),
    }


def _heads(turn: Turn, person: Person, leave: Leave) -> list[int]:
    """The 一把手 of the unit, whom a colleague's absence concerns; a stand-in has a message of their own."""
    heads = set(people.in_role(turn.session, Role.HEAD, turn.today)) - {leave.stand_in_id}
    staff = people.listed(turn.session, person.unit_id)
    return [row.id for row in staff if row.id in heads]


def _to_stand_in(turn: Turn, leave: Leave, who: dict[str, str]) -> Outgoing:
    """What the stand-in has to know: for whom, how long, and what falls due then."""
    words, zone = turn.city.words, turn.city.zone
    rows = owed(turn.session, turn.city, leave.person_id, leave.since, leave.until)
    lines = [words.told_stand_in_text.format(**who)]
    lines.append(words.told_stand_in_owed if rows else words.told_stand_in_none)
    lines += [
        words.told_stand_in_line.format(
            project=project, duty=name_of(turn, duty), due=day_and_hour(duty.due, zone)
        )
        for duty, project in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        lines.append(words.told_stand_in_more.format(count=len(rows) - SHOWN))
    return Outgoing(title=words.told_stand_in.format(**who), text="\n".join(lines))


def _enter(turn: Turn, act: str, leave: Leave, person: Person, changed: dict[str, object]) -> None:
    """With what stood before and after: [before, after]."""
    enter(
        turn, person.unit_id, act, leave=leave.id, person=person.id, stand_in=leave.stand_in_id,
        since=leave.since.isoformat(), until=leave.until.isoformat(), changed=changed,
    )  # fmt: skip
