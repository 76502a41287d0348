"""What is remembered of the city as a whole, by name: how far sweeps have come, among other things."""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from storage.prepared import Change, Query
from storage.tables.ledger import CityFact
from storage.upsert import insert

_T = CityFact.metadata.tables["city_facts"]
_VALUE = Query(select(_T.c.value).where(_T.c.name == bindparam("of_name")), str)
_insert = insert(_T)
_KEEP = Change(_insert.on_conflict_do_update(index_elements=["name"], set_={"value": _insert.excluded.value}))


def value(session: Session, name: str) -> str | None:
    return _VALUE.first(session, of_name=name)


def keep(session: Session, name: str, value: str) -> None:
    _KEEP.run(session, name=name, value=value)


def forget(session: Session, names: Iterable[str]) -> None:
    session.execute(delete(CityFact).where(CityFact.name.in_(list(names))))
