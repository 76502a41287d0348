"""请假 and 代班: who is away on a day, and who stands in for them.

Rule 1  A leave has its first day and the day they are back (`until`, exclusive), by the city's calendar.
Rule 2  A stand-in counts while active and of the same unit as who is away. If they are away too, whoever stands in
        for them counts; where that leads back to somebody who is away, nobody stands in.
Rule 3  Where leaves overlap (they are refused when they are set), the newest counts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from rules.scope import REPORTING
from storage.prepared import Query, among
from storage.tables.registry import Leave, Person, Responsibility


def standing_in(session: Session, person_ids: Collection[int], day: date) -> Mapping[int, int | None]:
    """Of these people those who are away on that day, and who stands in for each (None: nobody)."""
    away: dict[int, int | None] = {}
    unknown = {*person_ids}
    while unknown:
        found = _named(session, unknown, day)
        away |= found
        unknown = {stand_in for stand_in in found.values() if stand_in is not None} - away.keys()
    return {each: _at_the_end(away, each) for each in person_ids if each in away}


_leave, _absent, _other = Leave.__table__.c, Person.__table__.alias(), Person.__table__.alias()
_NAMED: Query[tuple[int, int | None]] = Query(
    select(_leave.person_id, _other.c.id)
    .select_from(
        Leave.__table__.join(_absent, _absent.c.id == _leave.person_id).outerjoin(
            _other,
            and_(
                _other.c.id == _leave.stand_in_id,
                _other.c.active.is_(True),
                _other.c.unit_id == _absent.c.unit_id,
            ),
        )
    )
    .where(
        _leave.person_id.in_(among("people")),
        _leave.since <= bindparam("on_day"),
        _leave.until > bindparam("on_day"),
    )
    .order_by(_leave.id),
    lambda *cells: cells,
)


def _named(session: Session, person_ids: Iterable[int], day: date) -> dict[int, int | None]:
    """Who of these is away, and the one named to stand in, if that one still may."""
    return dict(_NAMED.all(session, people=list(person_ids), on_day=day))


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


def covered_by(person_id: int | ColumnElement[int], day: date | ColumnElement[date]) -> Select[int]:
    """Whom a person reports for on that day: themselves, and those they stand in for. A subquery.

    Of plain columns: it stands in statements of the hot path, and ORM aliases would be compiled anew each time.
    """
    them = select(_absent.c.id).where(_absent.c.id == person_id).cte(recursive=True)
    away = (
        select(_leave.person_id)
        .select_from(
            them.join(Leave.__table__, _leave.stand_in_id == them.c.id)
            .join(_absent, _absent.c.id == _leave.person_id)
            .join(_other, _other.c.id == _leave.stand_in_id)
        )
        .where(
            _other.c.active.is_(True),
            _other.c.unit_id == _absent.c.unit_id,
            _leave.since <= day,
            _leave.until > day,
        )
    )
    them = them.union(away)
    return select(them.c.id)


def stood_in_for(session: Session, person_id: int, project_ids: Collection[int], day: date) -> dict[int, str]:
    """Of these projects those that a person reports for only as a stand-in, with the name of who is away."""
    rows = session.execute(
        select(Responsibility.project_id, Person.id, Person.name)
        .join(Person, Person.id == Responsibility.person_id)
        .where(
            Responsibility.project_id.in_(list(project_ids)),
            Responsibility.person_id.in_(covered_by(person_id, day)),
            Responsibility.role.in_(REPORTING),
            Responsibility.since <= day,
            or_(Responsibility.until.is_(None), Responsibility.until > day),
        )
        .order_by(Responsibility.id.desc())
    ).all()
    own = {project for project, who, _ in rows if who == person_id}
    return {project: name for project, _, name in rows if project not in own}


def add(
    session: Session,
    *,
    person_id: int,
    stand_in_id: int | None,
    since: date,
    until: date,
    set_by: int,
    at: datetime,
) -> Leave:
    leave = Leave(
        person_id=person_id, stand_in_id=stand_in_id, since=since, until=until, set_by=set_by, at=at
    )  # fmt: skip
    session.add(leave)
    session.flush()
    return leave


def overlapping(session: Session, person_id: int, since: date, until: date) -> Leave | None:
    """A leave of the person that has a day in common with these; `until` is exclusive."""
    wanted = select(Leave).where(Leave.person_id == person_id, Leave.until > Leave.since)
    return session.scalar(
        wanted.where(Leave.since < until, Leave.until > since).order_by(Leave.since).limit(1)
    )


def standing(session: Session, *which: ColumnElement[bool], day: date) -> Sequence[Leave]:
    """Leaves that have a day from that one on, the nearest first."""
    wanted = select(Leave).where(Leave.until > day, Leave.until > Leave.since, *which)
    return session.scalars(wanted.order_by(Leave.since, Leave.id)).all()


def of_people(session: Session, person_ids: Collection[int], day: date) -> Sequence[Leave]:
    return standing(session, Leave.person_id.in_(list(person_ids)), day=day)


def stood_in_by(session: Session, person_id: int, day: date) -> Sequence[Leave]:
    """The leaves in which this person is named to stand in."""
    return standing(session, Leave.stand_in_id == person_id, day=day)


def end(session: Session, leave: Leave, day: date, now: datetime) -> None:
    """The person is back on that day; a leave that has not begun never begins."""
    leave.until = max(leave.since, day)
    leave.ended = now
    session.flush()
