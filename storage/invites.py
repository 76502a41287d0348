"""Invites: a code that binds a chat account to one person, once.

Rule 1  a code has 96 random bits and is kept only as its SHA-256; nobody can read it out of the database.
Rule 2  it is good once, for at most a day by the machine's clock (a moved city clock must not stretch it),
        and only until the person's next one is made.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.tables.ledger import CityFact
from storage.tables.registry import Binding, Invite, Person, Unit

CODE_BYTES = 12
LONGEST = timedelta(hours=24)


def create(session: Session, person_id: int, now: datetime, hours: int = 24) -> str:
    """A new code for a person; earlier ones that were not used end here."""
    return create_many(session, [person_id], now, hours)[person_id]


def create_many(
    session: Session, person_ids: Sequence[int], now: datetime, hours: int = 24
) -> dict[int, str]:
    """A new code for each of these people, by person."""
    life = timedelta(hours=hours)
    if not timedelta() < life <= LONGEST:
        raise ValueError(f"an invite for {hours} hours; expected 1 to 24")
    end_all(session, person_ids, now)
    codes = {person_id: secrets.token_urlsafe(CODE_BYTES) for person_id in person_ids}
    session.add_all(
        Invite(person_id=person_id, code_hash=digest(code), created=now, expires=now + life)
        for person_id, code in codes.items()
    )
    session.flush()
    return codes


def end_all(session: Session, person_ids: Sequence[int], now: datetime) -> None:
    """Ends the codes of these people that were not used."""
    session.execute(
        update(Invite)
        .where(Invite.person_id.in_(person_ids), Invite.used.is_(None), Invite.expires > now)
        .values(expires=now)
        .execution_options(synchronize_session=False)
    )


def with_living_code(session: Session, person_ids: Sequence[int], now: datetime) -> int:
    """How many of these people hold a code that is still good."""
    living = select(func.count(Invite.person_id.distinct())).where(
        Invite.person_id.in_(person_ids), Invite.used.is_(None), Invite.expires > now
    )
    return session.scalar(living) or 0


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
    """Everyone active whom no real chat account is bound to, in the order of units and people.

    The try-out page speaks as anyone at all; that binds nobody.
    """
    bound = select(Binding.person_id).where(Binding.ended.is_(None), Binding.channel != "tryout")
    rows = session.execute(
        select(Person, Unit)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.active.is_(True), Person.id.not_in(bound))
        .order_by(Unit.id, Person.id)
    )
    return [(person, unit) for person, unit in rows]


def remember_bot(session: Session, account: str, username: str) -> None:
    """Keeps a Telegram bot's name, so that links can be made while Telegram is out of reach."""
    session.merge(CityFact(name=f"telegram username {account}", value=username))
    session.flush()


def deep_link(session: Session, account: str, code: str) -> str | None:
    """The link that opens the bot with the code; None as long as the bot's name is not known."""
    fact = session.get(CityFact, f"telegram username {account}")
    return f"https://t.me/{fact.value}?start={code}" if fact else None


def digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
