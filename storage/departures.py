"""解绑 and 离任: accounts that are a person's no more, and a person who is in office no more. History stays."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage import invites, outbox, pending, secretaries
from storage.messages import Address
from storage.pending import CalledOff
from storage.people import address_of
from storage.tables.registry import Binding, Person, PersonRole, Responsibility


def unbind(session: Session, person_id: int, now: datetime, machine: datetime) -> list[Address]:
    """Ends every binding and every open invite of a person; gives back the accounts that were theirs.

    What waited for these accounts is taken back: a telephone that was lost shows nothing more.
    """
    invites.end_all(session, [person_id], machine)
    living = session.scalars(
        select(Binding).where(Binding.person_id == person_id, Binding.ended.is_(None)).order_by(Binding.id)
    ).all()
    for binding in living:
        binding.ended = now
    session.flush()
    ended = [address_of(binding) for binding in living]
    outbox.take_back(session, person_id, ended, now)
    return ended


@dataclass(frozen=True, slots=True)
class Left:
    """What somebody answered for, and what was to pass to them and stays where it is."""

    projects: list[int]
    called_off: list[CalledOff]


def leave(session: Session, person_id: int, today: date) -> Left:
    """Ends roles, responsibilities and appointments today."""
    called_off = pending.call_off(session, pending.of_taker(session, person_id, today))
    session.execute(update(Person).where(Person.id == person_id).values(active=False))
    roles = session.scalars(
        select(PersonRole).where(
            PersonRole.person_id == person_id, or_(PersonRole.until.is_(None), PersonRole.until > today)
        )
    ).all()
    answered = session.scalars(
        select(Responsibility)
        .where(
            Responsibility.person_id == person_id,
            or_(Responsibility.until.is_(None), Responsibility.until > today),
            or_(Responsibility.until.is_(None), Responsibility.until > Responsibility.since),
        )
        .order_by(Responsibility.id)
    ).all()
    ended: list[PersonRole | Responsibility] = [*roles, *answered]
    for row in ended:
        row.until = max(today, row.since)  # what has not begun never begins
    secretaries.dismiss_all(session, person_id, today)
    session.flush()
    return Left(list(dict.fromkeys(row.project_id for row in answered)), called_off)
