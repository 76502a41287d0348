"""Leases: what one process at a time does, and proof inside a transaction that it still is ours.

Rule 1  A lease ends by the database server's clock (claiming.clock) unless it is renewed. Whoever takes it over
        gets a higher token.
Rule 2  Time only decides who works; it proves nothing, for clocks differ and processes freeze. Whoever writes what only
        the holder may write calls `prove` in that very transaction.
Rule 3  Taking never waits: a row that somebody else has in hand is somebody else's.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from storage.tables.sharing import Lease
from storage.upsert import insert

_T = Lease.metadata.tables["leases"]
PROCESS = "process "
ILL = "ill "


class Lost(Exception):  # noqa: N818 - it is news, not an error
    """Another process has taken this work over; nothing of the transaction may remain."""


class Held(NamedTuple):
    """A lease that was ours when it was taken."""

    name: str
    token: int


_NEW = insert(_T).values(
    name=bindparam("name"), holder=bindparam("holder"), token=1, until=bindparam("until")
)
_TAKE = _NEW.on_conflict_do_update(
    index_elements=["name"],
    set_={"holder": _NEW.excluded.holder, "until": _NEW.excluded.until, "token": _T.c.token + 1},
    where=_T.c.until <= bindparam("machine"),
).returning(_T.c.token)
_OURS = (_T.c.name == bindparam("of_name"), _T.c.token == bindparam("of_token"))


def take(session: Session, name: str, holder: str, machine: datetime, until: datetime) -> Held | None:
    """The lease, if nobody has it."""
    if _is_held(session, name, machine):
        return None
    given = {"name": name, "holder": holder, "until": until, "machine": machine}
    token = session.execute(_TAKE, given).scalar()
    return Held(name, token) if token is not None else None


def _is_held(session: Session, name: str, machine: datetime) -> bool:
    """Asked first, since many ask in vain every few seconds, and a look writes nothing."""
    return session.scalar(select(_T.c.token).where(_T.c.name == name, _T.c.until > machine)) is not None


def keep(session: Session, held: Held, until: datetime) -> None:
    """Renews. Raises Lost."""
    renewed = session.execute(
        update(_T).where(*_OURS).values(until=until).returning(_T.c.token),
        {"of_name": held.name, "of_token": held.token},
    )
    if renewed.scalar() is None:
        raise Lost(held.name)


def prove(session: Session, held: Held) -> None:
    """Raises Lost unless the lease is still ours, and keeps it so until the transaction ends."""
    ours = select(_T.c.token).where(*_OURS).with_for_update(read=True)
    if session.execute(ours, {"of_name": held.name, "of_token": held.token}).scalar() is None:
        raise Lost(held.name)


def give_back(session: Session, held: Held, machine: datetime) -> None:
    """So that the next one need not wait. One that was lost is left alone."""
    session.execute(
        update(_T).where(*_OURS).values(until=machine), {"of_name": held.name, "of_token": held.token}
    )


def dead_processes(session: Session, machine: datetime) -> list[Held]:
    """Processes that have not renewed their own lease: what they were doing is over."""
    ended = select(_T.c.name, _T.c.token).where(_T.c.name.startswith(PROCESS), _T.c.until <= machine)
    return [Held(*row) for row in session.execute(ended)]


def living_processes(session: Session, machine: datetime) -> list[str]:
    """The holders of the processes that renew their own lease: machine, process id and a word drawn by chance."""
    living = select(_T.c.name).where(_T.c.name.startswith(PROCESS), _T.c.until > machine)
    return sorted(name.removeprefix(PROCESS) for name in session.scalars(living))


def forget(session: Session, held: Held) -> None:
    session.execute(delete(_T).where(*_OURS), {"of_name": held.name, "of_token": held.token})


def note_health(session: Session, holder: str, well: bool, machine: datetime, until: datetime) -> None:
    """Whether a process finds itself well; that it is ill counts until then unless it says so again."""
    session.execute(
        delete(_T).where(_T.c.name.startswith(ILL), or_(_T.c.until <= machine, _T.c.holder == holder))
    )
    if not well:
        session.execute(insert(_T).values(name=f"{ILL}{holder}", holder=holder, token=1, until=until))


def all_well(session: Session, machine: datetime) -> bool:
    ill = select(_T.c.name).where(_T.c.name.startswith(ILL), _T.c.until > machine)
    return session.execute(ill).first() is None
