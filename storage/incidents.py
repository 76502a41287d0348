"""Incidents of the program that the admin was told of and that are not over: a fact of the city each.

Rule 1  Who writes one down tells of it, and who takes it away tells that it is over: of several processes, and of one
        that was started anew meanwhile, one does.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.tables.ledger import CityFact
from storage.upsert import insert

_PREFIX = "incident "


def begin(session: Session, part: str, told: str, now: datetime) -> bool:
    """False if it is known already. `told` is what was said of it."""
    value = f"{now.isoformat()} {told}"
    new = insert(CityFact).values(name=_PREFIX + part, value=value).on_conflict_do_nothing()
    return bool(session.execute(new).rowcount)  # type: ignore[attr-defined]  # an INSERT's result has it


def end(session: Session, part: str) -> bool:
    """False if somebody else has ended it."""
    gone = session.execute(delete(CityFact).where(CityFact.name == _PREFIX + part))
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it


def standing(session: Session) -> dict[str, str]:
    """What was said, by part."""
    wanted = select(CityFact.name, CityFact.value).where(CityFact.name.startswith(_PREFIX))
    return {name.removeprefix(_PREFIX): value.partition(" ")[2] for name, value in session.execute(wanted)}
