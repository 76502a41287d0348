"""台帐: appending to the hash chain.

Rule 1  hash = SHA-256(previous hash + newline + canonical text); the first row of a chain follows 64 zeros.
Rule 2  one chain per unit (`unit:3`), one for the city (`city`); a place in a chain is used once.
Rule 3  what may have to be erased (names, telephone numbers, words) enters only as a hash under a key of its person.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from storage import ledger_file, ledger_proof
from storage.ledger_hashes import GENESIS, Head, canonical, link
from storage.prepared import Change, Query
from storage.tables.ledger import LedgerRow, LedgerSalt

_TABLE = LedgerRow.metadata.tables["ledger"]
_ledger = _TABLE.c
_HEAD = Query(
    select(_ledger.place, _ledger.hash)
    .where(_ledger.chain == bindparam("chain"))
    .order_by(_ledger.place.desc())
    .limit(1),
    lambda place, link: (place, link),
)
_APPEND = Change(insert(_TABLE))


def append(
    session: Session, *, chain: str, who: str, act: str, facts: Mapping[str, object], now: datetime
) -> None:
    """Adds one act to the end of a chain, in the caller's transaction. `who` is person:5, office or system."""
    last, previous = _HEAD.first(session, chain=chain) or (0, GENESIS)
    place = last + 1
    text = canonical(chain, place, now, who, act, facts)
    _APPEND.run(
        session, chain=chain, place=place, at=now, canonical=text, previous=previous,
        hash=link(previous, text),
    )  # fmt: skip


def heads(session: Session) -> list[Head]:
    """The heads of all chains, by name: from chain to chain along the index, without the rows in between."""
    chains = select(func.min(LedgerRow.chain).label("chain")).cte("chains", recursive=True)
    following = select(func.min(LedgerRow.chain)).where(LedgerRow.chain > chains.c.chain).correlate(chains)
    chains = chains.union_all(select(following.scalar_subquery()).where(chains.c.chain.is_not(None)))
    last = select(func.max(LedgerRow.place)).where(LedgerRow.chain == chains.c.chain).correlate(chains)
    rows = session.execute(
        select(LedgerRow.chain, LedgerRow.place, LedgerRow.hash).join(
            chains, (LedgerRow.chain == chains.c.chain) & (LedgerRow.place == last.scalar_subquery())
        )
    )
    return sorted(Head(*row) for row in rows)  # here, for databases sort texts each in their own way


_salt = LedgerSalt.__table__.c
_SALT = Query(select(_salt.salt).where(_salt.person_id == bindparam("person")), str)


def sealed(session: Session, text: str, person_id: int) -> str:
    """A person's name, number or words as they may stand in the ledger: nothing without that person's key."""
    salt = _SALT.first(session, person=person_id)
    if salt is None:
        salt = secrets.token_hex(32)
        session.add(LedgerSalt(person_id=person_id, salt=salt))
        session.flush()
    return hmac.new(bytes.fromhex(salt), text.encode(), hashlib.sha256).hexdigest()


def verify(session: Session) -> list[str]:
    """Checks every chain of the database; an empty list means that all hold."""
    found = ledger_proof.check(lambda: ledger_file.lines(session))
    return [*found.faults, *ledger_file.strange_columns(session)]
