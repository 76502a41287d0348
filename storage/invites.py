"""Invites: a code that binds a chat account to one person, once.

Rule 1  a code has 96 random bits and is kept only as its SHA-256; nobody can read it out of the database.
Rule 2  it is good once, for at most a day by the machine's clock (a moved city clock must not stretch it), and
        only until the person's next one is made.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.tables.registry import Binding, Invite, Person, Unit

CODE_BYTES = 12
LONGEST_HOURS = 24


def create(session: Session, person_id: int, now: datetime, hours: int = LONGEST_HOURS) -> str:
    """A new code for a person; earlier ones that were not used end here."""
    if not 0 < hours <= LONGEST_HOURS:
        raise ValueError(f"an invite for {hours} hours; expected 1 to {LONGEST_HOURS}")
    session.execute(
        update(Invite)
        .where(Invite.person_id == person_id, Invite.used.is_(None), Invite.expires > now)
        .values(expires=now)
    )
    code = secrets.token_urlsafe(CODE_BYTES)
    session.add(
        Invite(person_id=person_id, code_hash=digest(code), created=now, expires=now + timedelta(hours=hours))
    )
    session.flush()
    return code


def redeem(session: Session, code: str, now: datetime) -> int | None:
    """Uses a code up and gives its person; None if it is unknown, used or over, or the person has left."""
    row = session.execute(
        update(Invite)
        .where(
            Invite.code_hash == digest(code),
            Invite.used.is_(None),
            Invite.expires > now,
            Invite.person_id.in_(select(Person.id).where(Person.active.is_(True))),
        )
        .values(used=now)
        .returning(Invite.person_id)
        .execution_options(synchronize_session=False)
    ).first()
    return row.person_id if row else None


def unbound_people(session: Session) -> Sequence[tuple[Person, Unit]]:
    """Everyone active whom no chat account is bound to, in the order of units and people."""
    bound = select(Binding.person_id).where(Binding.ended.is_(None))
    rows = session.execute(
        select(Person, Unit)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.active.is_(True), Person.id.not_in(bound))
        .order_by(Unit.id, Person.id)
    )
    return rows.tuples().all()


def digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
