"""Secretaries (秘书): they get what their leader gets of a problem and may take note of it, marked as on behalf.

Who is told of something themselves acts as themselves, even if they are somebody's secretary too.
"""

from datetime import date

from sqlalchemy.orm import Session

from handlers.turning import Turn
from storage import people, secretaries
from storage.alerting import alerted_themselves

_NOTE = "for "  # of an event, before the leader's id


def acting(session: Session, project_id: int, today: date) -> dict[int, int]:
    """Secretary -> leader, of those who hear of the project's problems on somebody's behalf only."""
    told = alerted_themselves(session, project_id, today)
    found: dict[int, int] = {}
    for secretary, leader in secretaries.of_leaders(session, told, today):
        if secretary not in told:
            found.setdefault(secretary, leader)
    return found


def note(leader_id: int | None) -> str:
    return "" if leader_id is None else f"{_NOTE}{leader_id}"


def read_note(text: str) -> int | None:
    return int(text.removeprefix(_NOTE)) if text.startswith(_NOTE) else None


def name_of(turn: Turn, person_id: int | None) -> str:
    return "" if person_id is None else people.names(turn.session, [person_id])[person_id]


def named(turn: Turn, person_id: int, leader_id: int | None) -> str:
    """王秘书代王市长, or the name alone."""
    name = name_of(turn, person_id)
    if leader_id is None:
        return name
    return turn.city.words.on_behalf.format(name=name, leader=name_of(turn, leader_id))


def mark(turn: Turn, leader_id: int | None) -> str:
    """（代王市长）, for what is sent to a secretary."""
    return "" if leader_id is None else turn.city.words.for_leader.format(leader=name_of(turn, leader_id))
