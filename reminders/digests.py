"""日报 and 周报: each leader's own projects at the leader's own time, once a day, in words and a picture.

Rule 1  What is due follows from the rows and the time of day; the row of a digest is the claim that it is written once.
Rule 2  A time of day at which nobody waits any more is remembered (table `occurrences`), so that a sweep with nothing
        to do looks at no person. Who chooses an earlier time has it from the next day on.
Rule 3  A digest begins where the last one that was looked at ended; days that were missed are recorded as skipped.
        Nobody's first digest is a late one: it would tell of days on which nobody expected any.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders import digest_facts
from reminders.digest_facts import DigestFacts
from reminders.digest_writing import Due, write_digest
from reminders.moment import Moment
from rules import digests as rules
from rules.book import Book
from rules.workdays import calendar_of, instant, local_date
from storage import digests, expected, people, scopes, touched
from storage.digests import Choice
from storage.scopes import Scope
from storage.tables.traffic import Occurrence

# A slice is a few digests (each a handful of queries), or those of all who see the city, for they share the queries.
# Who has nothing new needs two rows.
SLICE, LOOKED_AT, QUIET = 3, 40, 20


def send_digests(session: Session, moment: Moment) -> bool:
    """Writes a few of the digests whose time has come; True if there may be more."""
    day = local_date(moment.now, moment.zone)
    due = rules.due_on(day, calendar_of(moment.rules.book))
    for at in _times_that_wait(session, moment, day) if due else ():
        # What was said before a close may still be taken: only then it is known who missed it. Nobody waits longer
        # for that than a digest may be late; what is written down after it the next one tells.
        late = rules.is_late(moment.now, day, at, moment.rules.book, moment.zone)
        if not late and expected.any_to_close(session, moment.now):
            return False
        waiting = digests.waiting(session, day, at, due, moment.rules.book.digests, LOOKED_AT)
        if waiting:
            _send(session, moment, day, waiting)
            return True
        session.add(Occurrence(key=_passed(day, at), at=moment.now))
        session.flush()
    return False


def next_time(session: Session, now: datetime, zone: ZoneInfo, book: Book) -> datetime | None:
    """The next moment of today at which a digest is due."""
    day = local_date(now, zone)
    if not rules.due_on(day, calendar_of(book)):
        return None
    coming = (instant(day, at, zone) for at in _times(session, book))
    return min((each for each in coming if each > now), default=None)


def _times(session: Session, book: Book) -> set[time]:
    return digests.chosen_times(session) | {book.digests.at}


def _times_that_wait(session: Session, moment: Moment, day: date) -> Iterator[time]:
    """The times of day that have come, and at which somebody may still wait; the earliest first."""
    come = sorted(
        at for at in _times(session, moment.rules.book) if instant(day, at, moment.zone) <= moment.now
    )
    keys = {_passed(day, at) for at in come}
    done = set(session.scalars(select(Occurrence.key).where(Occurrence.key.in_(keys))))
    return (at for at in come if _passed(day, at) not in done)


def _passed(day: date, at: time) -> str:
    return f"digests of {day} at {at:%H:%M} are written"


def _send(session: Session, moment: Moment, day: date, waiting: list[tuple[int, Choice]]) -> None:
    """Writes first to those for whom there is nothing to be said, then to the others, until it is enough."""
    ids = [person_id for person_id, _ in waiting]
    whose = scopes.of_people(session, ids, day)
    dues = _dues(session, moment, day, waiting)
    quiet = _without_news(session, moment, dues, whose)
    for these in batched(quiet, QUIET):
        for person_id in these:
            write_digest(session, moment, dues[person_id], whose[person_id], _nothing)
        if moment.enough():
            return

    @cache  # whoever sees the same projects since the same moment reads the same: the office, above all
    def facts(scope: Scope, since: datetime) -> DigestFacts | None:
        found = digest_facts.read(
            session, scope, since=since, as_of=moment.now, book=moment.rules.book, zone=moment.zone
        )
        return found if found.anything_new else None

    for these in slices([each for each in ids if each not in set(quiet)], whose):
        for person_id in these:
            write_digest(session, moment, dues[person_id], whose[person_id], facts)
        if moment.enough():
            return


def _dues(session: Session, moment: Moment, day: date, waiting: list[tuple[int, Choice]]) -> dict[int, Due]:
    ids = [person_id for person_id, _ in waiting]
    last = digests.last_looked_at(session, ids)
    reach = {each.id: each for each in people.contacts(session, ids, moment.reach.running)}
    found = {}
    for person_id, choice in waiting:
        after, since = last.get(person_id, (None, _first_since(moment, choice, day)))
        found[person_id] = Due(reach[person_id], choice, day, since, after)
    return found


def _without_news(
    session: Session, moment: Moment, dues: Mapping[int, Due], whose: Mapping[int, Scope]
) -> list[int]:
    """Those in whose projects nothing has come and nothing stands: known from one look at the whole city."""
    since = min(due.since for due in dues.values())
    found = touched.projects(session, since, moment.now, moment.rules.book)
    if found is None:
        return []
    of_somebody = touched.whose(session, whose, found, local_date(moment.now, moment.zone))
    return [person_id for person_id in dues if person_id not in of_somebody]


def _nothing(_scope: Scope, _since: datetime) -> None:
    return None


def slices(waiting: Sequence[int], whose: Mapping[int, Scope]) -> Iterator[Sequence[int]]:
    """All who see the city together, for they read the same; then the others, a few at a time."""
    of_city = [person_id for person_id in waiting if whose[person_id].kind == scopes.CITY]
    if of_city:
        yield of_city
    yield from batched([person_id for person_id in waiting if person_id not in of_city], SLICE)


def batched(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))


def _first_since(moment: Moment, choice: Choice, day: date) -> datetime:
    """Where a first digest begins: when the one before would have been written."""
    before = rules.previous(choice.often, day, calendar_of(moment.rules.book))
    return instant(before, choice.at, moment.zone)
