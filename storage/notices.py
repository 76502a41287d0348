"""通知: a text of the office to many: who is meant by an audience, and whom it has reached."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from rules.kinds import ProjectState, Role
from storage.outbox import State
from storage.tables.registry import Binding, Person, Project, Responsibility
from storage.tables.traffic import Notice, OutboxRow


class Reached(NamedTuple):
    """How a notice stands with one person: the states of its rows, a long text being several."""

    name: str
    phone: str
    states: frozenset[str]

    @property
    def received(self) -> bool:
        return self.states == {State.SENT}

    @property
    def on_its_way(self) -> bool:
        return self.states <= {State.DUE, State.SENDING, State.SENT} and not self.received


def reporters(session: Session, today: date) -> list[int]:
    """联络人 of every project on the expected list."""
    wanted = (
        select(Responsibility.person_id)
        .join(Project, Project.id == Responsibility.project_id)
        .join(Person, Person.id == Responsibility.person_id)
        .where(
            Responsibility.role == Role.REPORTER,
            Responsibility.since <= today,
            or_(Responsibility.until.is_(None), Responsibility.until > today),
            Project.state == ProjectState.ACTIVE,
            Person.active.is_(True),
        )
    )
    return list(session.scalars(wanted.distinct().order_by(Responsibility.person_id)))


def of_unit(session: Session, unit_id: int) -> list[int]:
    wanted = select(Person.id).where(Person.unit_id == unit_id, Person.active.is_(True))
    return list(session.scalars(wanted.order_by(Person.id)))


def bound(session: Session) -> list[int]:
    wanted = select(Binding.person_id).join(Person, Person.id == Binding.person_id)
    living = wanted.where(Binding.ended.is_(None), Person.active.is_(True))
    return list(session.scalars(living.distinct().order_by(Binding.person_id)))


def write(session: Session, person_id: int, text: str, audience: str, now: datetime) -> Notice:
    notice = Notice(sent_by=person_id, at=now, text=text, audience=audience)
    session.add(notice)
    session.flush()
    return notice


def occurrence(number: str, person_id: int) -> str:
    """What marks the outgoing rows of a notice: each person gets it once, and all of them are found by it."""
    return f"{number}:{person_id}"


def reached(session: Session, notice: Notice) -> list[Reached]:
    """Everyone to whom a notice was written, by name."""
    mine = (
        select(OutboxRow.id, OutboxRow.person_id)
        # The index on `once` finds them: ';' follows ':' in ASCII.
        .where(OutboxRow.once >= f"{notice.number}:", OutboxRow.once < f"{notice.number};")
        .subquery()
    )
    rows = session.execute(
        select(Person.name, Person.phone, func.aggregate_strings(OutboxRow.state, ","))
        .join(mine, mine.c.person_id == Person.id)
        .join(OutboxRow, (OutboxRow.person_id == Person.id) & (OutboxRow.number == notice.number))
        .group_by(Person.id, Person.name, Person.phone)
        .order_by(Person.id)
    )
    return [Reached(name, phone or "", frozenset(states.split(","))) for name, phone, states in rows]
