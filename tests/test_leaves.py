"""请假 and 代班: who is away, who stands in, and for whom."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import leaves
from storage.tables.registry import Person, Unit
from tests.builders import a_leave, a_person, a_unit

FIRST, LAST = date(2012, 4, 1), date(2012, 4, 10)
DAY = date(2012, 4, 5)


@pytest.fixture
def unit(session: Session) -> Unit:
    return a_unit(session)


def some_people(session: Session, unit: Unit) -> list[Person]:
    return [a_person(session, unit=unit, name=name) for name in ("张三", "李四", "王五")]


def covered(session: Session, person: Person, day: date = DAY) -> set[int]:
    return set(session.scalars(leaves.covered_by(person.id, day)))


def test_only_those_who_are_away_on_that_day_are_named_with_their_stand_ins(
    session: Session, unit: Unit
) -> None:
    one, other, third = some_people(session, unit)
    a_leave(session, person=one, stand_in=other)
    everyone = [one.id, other.id, third.id]
    for day in (FIRST, DAY, LAST):
        assert leaves.standing_in(session, everyone, day) == {one.id: other.id}
        assert covered(session, other, day) == {one.id, other.id}
    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1)):
        assert leaves.standing_in(session, everyone, day) == {}
        assert covered(session, other, day) == {other.id}


def test_who_is_away_without_a_stand_in_is_named_and_still_turned_to(session: Session, unit: Unit) -> None:
    one, _, third = some_people(session, unit)
    a_leave(session, person=one)
    assert leaves.standing_in(session, [one.id, third.id], DAY) == {one.id: None}
    assert leaves.who_is_there(session, [one.id, third.id], DAY) == [one.id, third.id]


def test_a_stand_in_who_is_away_is_stood_in_for_in_turn(session: Session, unit: Unit) -> None:
    one, other, third = some_people(session, unit)
    a_leave(session, person=one, stand_in=other)
    a_leave(session, person=other, stand_in=third)
    assert leaves.standing_in(session, [one.id], DAY) == {one.id: third.id}
    assert leaves.who_is_there(session, [one.id, other.id, third.id], DAY) == [third.id]
    assert covered(session, third) == {one.id, other.id, third.id}


@pytest.mark.parametrize("length", [1, 2, 3])
def test_people_who_stand_in_for_each_other_have_no_stand_in(
    session: Session, unit: Unit, length: int
) -> None:
    ring = some_people(session, unit)[:length]
    for person, next_one in zip(ring, [*ring[1:], ring[0]], strict=True):
        a_leave(session, person=person, stand_in=next_one)
    ids = [person.id for person in ring]
    assert leaves.standing_in(session, ids, DAY) == dict.fromkeys(ids)
    assert covered(session, ring[0]) == set(ids)


def test_who_leads_into_a_ring_has_no_stand_in(session: Session, unit: Unit) -> None:
    one, other, third = some_people(session, unit)
    a_leave(session, person=one, stand_in=other)
    a_leave(session, person=other, stand_in=third)
    a_leave(session, person=third, stand_in=other)
    assert leaves.standing_in(session, [one.id], DAY) == {one.id: None}


@pytest.mark.parametrize("change", [{"active": False}, {"unit": True}])
def test_a_stand_in_who_left_the_unit_stands_in_no_more(
    session: Session, unit: Unit, change: dict[str, bool]
) -> None:
    one, other, _ = some_people(session, unit)
    a_leave(session, person=one, stand_in=other)
    if "unit" in change:
        other.unit_id = a_unit(session).id
    else:
        other.active = False
    session.flush()
    assert leaves.standing_in(session, [one.id], DAY) == {one.id: None}
    assert covered(session, other) == {other.id}


def test_the_newest_of_overlapping_leaves_counts(session: Session, unit: Unit) -> None:
    one, other, third = some_people(session, unit)
    a_leave(session, person=one, stand_in=other)
    a_leave(session, person=one, stand_in=third)
    assert leaves.standing_in(session, [one.id], DAY) == {one.id: third.id}


def test_nobody_asked_for_is_nobody_away(session: Session) -> None:
    assert leaves.standing_in(session, [], DAY) == {}
    assert session.scalars(select(Person)).all() == []
