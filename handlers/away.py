"""What speaks against a leave (请假), for its card and for its deed: the same reasons, in the same words."""

from datetime import date, time, timedelta

from sqlalchemy import Row
from sqlalchemy.orm import Session

from handlers.city import City
from handlers.commands import SetLeave
from handlers.moments import day_of
from handlers.words import Words
from rules.workdays import instant
from storage import duties, leaves, people
from storage.tables.registry import Person
from storage.tables.reporting import Duty


def said_days(since: date, until: date, words: Words) -> str:
    """7月1日至7月10日, or one day; `until` is exclusive."""
    last = until - timedelta(days=1)
    return day_of(since) if last <= since else words.leave_span.format(first=day_of(since), last=day_of(last))


def owed(session: Session, city: City, person_id: int, since: date, until: date) -> "list[Row[Duty, str]]":
    """What the person has to report in these days; `until` is exclusive."""
    begins, ends = (instant(day, time(), city.zone) for day in (since, until))
    return duties.due_between(session, person_id, begins, ends - duties.SECOND, since)


def why_not(session: Session, words: Words, wanted: SetLeave, today: date) -> str:
    """Why this leave cannot be taken; empty if it can."""
    person = session.get_one(Person, wanted.person_id)
    if wanted.since < today or wanted.until <= wanted.since:
        return words.leave_past.format(day=day_of(wanted.since))
    if other := leaves.overlapping(session, person.id, wanted.since, wanted.until):
        return words.leave_overlaps.format(name=person.name, days=said_days(other.since, other.until, words))
    if wanted.stand_in_id is None:
        return ""
    return _why_not_by(session, words, wanted, person, session.get_one(Person, wanted.stand_in_id))


def _why_not_by(session: Session, words: Words, wanted: SetLeave, person: Person, stand_in: Person) -> str:
    if stand_in.id == person.id:
        return words.leave_stand_in_self
    if not stand_in.active or stand_in.unit_id != person.unit_id:
        return words.leave_stand_in_elsewhere.format(stand_in=stand_in.name)
    if not people.has_account(session, stand_in.id):
        return words.leave_stand_in_unbound.format(stand_in=stand_in.name)
    if other := leaves.overlapping(session, stand_in.id, wanted.since, wanted.until):
        days = said_days(other.since, other.until, words)
        return words.leave_stand_in_away.format(stand_in=stand_in.name, days=days)
    return ""
