"""请假 and 代班: who is away on a day, and who stands in for them.

Rule 1  A leave has its first day and the day they are back (`until`, exclusive), by the city's calendar.
Rule 2  A stand-in counts while active and of the same unit as who is away. If they are away too, whoever stands in
        for them counts; where that leads back to somebody who is away, nobody stands in.
Rule 3  Where leaves overlap (they are refused when they are set), the newest counts.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, aliased

from storage.tables.registry import Leave, Person


def _on(day: date) -> tuple[ColumnElement[bool], ...]:
    return Leave.since <= day, Leave.until > day


def standing_in(session: Session, person_ids: Collection[int], day: date) -> Mapping[int, int | None]:
    """Of these people those who are away on that day, and who stands in for each (None: nobody)."""
    away: dict[int, int | None] = {}
    unknown = {*person_ids}
    while unknown:
        found = _named(session, unknown, day)
        away |= found
        unknown = {stand_in for stand_in in found.values() if stand_in is not None} - away.keys()
    return {each: _at_the_end(away, each) for each in person_ids if each in away}


def _named(session: Session, person_ids: Iterable[int], day: date) -> dict[int, int | None]:
    """Who of these is away, and the one named to stand in, if that one still may."""
    absent, other = aliased(Person), aliased(Person)
    still = and_(other.id == Leave.stand_in_id, other.active.is_(True), other.unit_id == absent.unit_id)
    rows = session.execute(
        select(Leave.person_id, other.id)
        .join(absent, absent.id == Leave.person_id)
        .outerjoin(other, still)
        .where(Leave.person_id.in_(list(person_ids)), *_on(day))
        .order_by(Leave.id)
    )
    return dict(rows.all())


def _at_the_end(away: Mapping[int, int | None], person_id: int) -> int | None:
    """The first of a chain of stand-ins who is there."""
    passed = {person_id}
    stand_in = away[person_id]
    while stand_in is not None and stand_in in away and stand_in not in passed:
        passed.add(stand_in)
        stand_in = away[stand_in]
    return None if stand_in in passed else stand_in


def who_is_there(session: Session, person_ids: Collection[int], day: date) -> list[int]:
    """Whom to turn to instead of these people on that day, each once, in their order.

    Who is away without a stand-in is named themselves: somebody must know.
    """
    away = standing_in(session, person_ids, day)
    return list(dict.fromkeys(away.get(each) or each for each in person_ids))


def covered_by(person_id: int, day: date) -> Select[int]:
    """Whom a person reports for on that day: themselves, and those they stand in for. A subquery."""
    absent, other = aliased(Person), aliased(Person)
    them = select(Person.id).where(Person.id == person_id).cte("covered", recursive=True)
    away = (
        select(Leave.person_id)
        .join(them, them.c.id == Leave.stand_in_id)
        .join(absent, absent.id == Leave.person_id)
        .join(other, other.id == Leave.stand_in_id)
        .where(other.active.is_(True), other.unit_id == absent.unit_id, *_on(day))
    )
    them = them.union(away)
    return select(them.c.id)
