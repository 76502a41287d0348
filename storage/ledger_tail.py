"""Which projects something has touched, read off the ledger's tail: each reader remembers how far it has come.

What touches a project (a report, a problem, a pause, the close of a month) stands in the ledger with its id, so that no
deed need think of who wants to know. A registry workbook may have touched all of them.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from storage import city_facts
from storage.prepared import Query, among
from storage.reading_on import Place, moved
from storage.tables.ledger import LedgerRow

WHOLE_CITY = frozenset({"import"})

_row = LedgerRow.__table__.c
_TAIL = Query(
    select(_row.id, _row.canonical)
    .where(_row.id > bindparam("seen"))
    .order_by(_row.id)
    .limit(bindparam("most")),
    lambda row_id, text: (row_id, text),
)
_LATE = Query(
    select(_row.id, _row.canonical).where(_row.id.in_(among("missing"))), lambda row_id, text: (row_id, text)
)
_NEWEST = Query(select(func.coalesce(func.max(_row.id), 0)), int)


@dataclass(frozen=True, slots=True)
class Tail:
    """What the ledger says since it was looked at last: the projects touched, and whether all may be.

    `through` is for `see`. `more`: it says more than was read.
    """

    projects: frozenset[int]
    everything: bool
    through: Place
    more: bool = False


def tail(session: Session, reader: str, limit: int, ignored: Collection[str] = ()) -> Tail | None:
    """What the ledger says since the reader's last `see`, acts that it ignores left out; None if that is nothing."""
    seen = city_facts.value(session, reader)
    if seen is None:
        return Tail(frozenset(), everything=True, through=Place(_NEWEST.one(session)))
    place = Place.of_text(seen)
    newer = _TAIL.all(session, seen=place.through, most=limit)
    late = _LATE.all(session, missing=list(place.missing)) if place.missing else []
    if not newer and not late:
        return None
    said = [json.loads(text) for _, text in (*late, *newer)]
    touched = {each["facts"].get("project") for each in said if each["act"] not in ignored}
    projects = frozenset(each for each in touched if isinstance(each, int))
    everything = any(each["act"] in WHOLE_CITY for each in said)
    through = moved(session, place, [row_id for row_id, _ in (*late, *newer)])
    return Tail(projects, everything, through, more=len(newer) == limit)


def see(session: Session, reader: str, through: Place) -> None:
    city_facts.keep(session, reader, str(through))
