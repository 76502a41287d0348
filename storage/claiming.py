"""Where several processes reach for the same rows: the place that knows that SQLite has one writer, PostgreSQL many.

Rule 1  Nobody waits for what somebody else has in hand: it is left to them (SKIP LOCKED, try-locks).
Rule 2  On SQLite there is nothing to claim: a transaction has the whole file.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.orm import Session

from storage.tables.sharing import Lease
from storage.upsert import insert

BELL = "sanbao"  # the channel of LISTEN and NOTIFY


def has_many_writers(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def clock(session: Session, machine: datetime) -> datetime:
    """The clock by which all processes of a city see a lease end: the server's; on SQLite this machine's, `machine`."""
    if not has_many_writers(session):
        return machine
    found: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return found.astimezone(UTC)


def held_briefly(session: Session) -> None:
    """Whoever is frozen in the middle of this transaction loses it after seconds: all others wait for what it has."""
    if has_many_writers(session):
        session.execute(_BRIEFLY)


def free(wanted: Select[Any]) -> Select[Any]:
    """The same rows, locked; without those that another transaction has. SQLite's compiler leaves this out."""
    return wanted.with_for_update(skip_locked=True)


_BRIEFLY = text("SET LOCAL idle_in_transaction_session_timeout = '5s'")
_L = Lease.metadata.tables["leases"]
_ALONE = (
    insert(_L)
    .values(name=bindparam("name"), holder="", token=1, until=bindparam("machine"))
    .on_conflict_do_update(index_elements=["name"], set_={"token": _L.c.token + 1})
)
_WHOSE = """
    SELECT inbox.id, coalesce('unit ' || people.unit_id, inbox.sender) AS whose
    FROM inbox LEFT JOIN bindings ON bindings.ended IS NULL AND bindings.channel = inbox.channel
        AND bindings.account = inbox.account
        AND bindings."user" = substr(inbox.sender, length(inbox.channel) + length(inbox.account) + 3)
    LEFT JOIN people ON people.id = bindings.person_id
    WHERE inbox.id = ANY(:ids) AND inbox.state = 'new'
"""
_SHUFFLED = text(
    f"SELECT id FROM ({_WHOSE}) AS wanted ORDER BY hashtextextended(whose, :seed), id"  # noqa: S608 - no input
)
_TURNS = text(
    f"""
    WITH wanted AS MATERIALIZED ({_WHOSE} ORDER BY inbox.id), ours AS MATERIALIZED (
        SELECT id FROM wanted WHERE pg_try_advisory_xact_lock(hashtextextended(whose, 0))
    )
    SELECT inbox.id FROM inbox JOIN ours USING (id) WHERE inbox.state = 'new' FOR UPDATE OF inbox SKIP LOCKED
    """  # noqa: S608 - no input
)


def shuffled(session: Session, inbox_ids: Sequence[int], seed: int) -> list[int]:
    """These rows (on PostgreSQL) in an order that the seed decides, those of one unit together."""
    return list(session.scalars(_SHUFFLED, {"ids": list(inbox_ids), "seed": seed}))


def turns_of(session: Session, inbox_ids: Sequence[int]) -> set[int]:
    """Of these rows, each the oldest new one of its sender, those whose turn is ours until the transaction ends.

    It is not if another process takes a turn of somebody of the same unit now, or has taken this one. A person who
    writes on two channels is one person, and what a unit does stands in one chain of the ledger: two at the same moment
    would do the work of one of them twice. As long as nobody is bound the lock is the sender's.
    """
    if not has_many_writers(session):
        return set(inbox_ids)
    return set(session.scalars(_TURNS, {"ids": list(inbox_ids)}))


def alone(session: Session, what: str, machine: datetime) -> None:
    """No other transaction that calls this for the same thing can commit beside ours: one of the two is run again.

    For what is short and rare. A lock would only make the second wait, and then go on with what it saw before.
    """
    if has_many_writers(session):
        session.execute(_ALONE, {"name": f"alone with {what}", "machine": machine})


def ring(session: Session, topics: Collection[str]) -> None:
    """Tells the other processes, once this transaction is committed, that there is something to do (`bot/bell.py`)."""
    if has_many_writers(session):
        for topic in topics:
            session.execute(select(func.pg_notify(BELL, topic)))
