"""日报 and 周报: each leader's own projects at the leader's own time, once a day, in words and a picture.

Rule 1  What is due follows from the rows and the time of day; the row of a digest is the claim that it is written once.
Rule 2  A time of day at which nobody waits any more is remembered (table `occurrences`), so that a sweep with nothing
        to do looks at no person. Who chooses an earlier time has it from the next day on.
Rule 3  A digest begins where the last one that was looked at ended; days that were missed are recorded as skipped.
        Nobody's first digest is a late one: it would tell of days on which nobody expected any.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders import digest_facts, digest_text
from reminders.digest_facts import DigestFacts
from reminders.digest_text import Form
from reminders.moment import Moment
from rules import digests as rules
from rules.book import Book
from rules.kinds import Lane
from rules.workdays import calendar_of, instant, local_date
from storage import codes, digests, outbox, people, scopes
from storage.digests import Choice
from storage.people import Contact
from storage.scopes import Scope
from storage.tables.traffic import Occurrence

# A slice is one digest (a handful of queries, some ten rows), or those of all who see the city: they share the queries.
SLICE, LOOKED_AT = 1, 40

ReadFacts = Callable[[Scope, datetime], DigestFacts]


@dataclass(frozen=True, slots=True)
class _Due:
    """One person's digest for a day."""

    contact: Contact
    choice: Choice
    day: date
    since: datetime
    after: date | None  # the day of the last one; None: it is the first


def send_digests(session: Session, moment: Moment) -> bool:
    """Writes a few of the digests whose time has come; True if there may be more."""
    day = local_date(moment.now, moment.zone)
    due = rules.due_on(day, calendar_of(moment.rules.book))
    for at in _times_that_wait(session, moment, day) if due else ():
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
    whose = scopes.of_people(session, [person_id for person_id, _ in waiting], day)
    choices = dict(waiting)
    ids = one_slice(list(choices), whose)
    last = digests.last_looked_at(session, ids)
    reach = {each.id: each for each in people.contacts(session, ids, moment.reach.running)}

    @cache  # whoever sees the same projects since the same moment reads the same: the office, above all
    def facts(scope: Scope, since: datetime) -> DigestFacts:
        return digest_facts.read(
            session, scope, since=since, as_of=moment.now, book=moment.rules.book, zone=moment.zone
        )

    for person_id in ids:
        choice = choices[person_id]
        after, since = last.get(person_id, (None, _first_since(moment, choice, day)))
        due = _Due(reach[person_id], choice, day, since, after)
        _write(session, moment, due, whose[person_id], facts)


def one_slice(waiting: Sequence[int], whose: Mapping[int, Scope]) -> Sequence[int]:
    """All who see the city together, for they read the same; else the first few."""
    of_city = [person_id for person_id in waiting if whose[person_id].kind == scopes.CITY]
    return of_city or waiting[:SLICE]


def _first_since(moment: Moment, choice: Choice, day: date) -> datetime:
    """Where a first digest begins: when the one before would have been written."""
    before = rules.previous(choice.often, day, calendar_of(moment.rules.book))
    return instant(before, choice.at, moment.zone)


def _write(session: Session, moment: Moment, due: _Due, scope: Scope, facts: ReadFacts) -> None:
    book, choice = moment.rules.book, due.choice
    if due.after is not None:
        missed = rules.between(choice.often, due.after, due.day, calendar_of(book))
        digests.skip(session, due.contact.id, missed, choice.form, moment.now)
    first_and_late = due.after is None and rules.is_late(moment.now, due.day, choice.at, book, moment.zone)
    if first_and_late or not rules.may_still_go(moment.now, due.day, choice.at, book, moment.zone):
        _claim(session, moment, due, digests.SKIPPED)
    elif due.contact.address is None:
        _claim(session, moment, due, digests.NOBODY)
    else:
        _tell(session, moment, due, scope, facts(scope, due.since))


def _claim(session: Session, moment: Moment, due: _Due, state: str) -> int | None:
    late = rules.is_late(moment.now, due.day, due.choice.at, moment.rules.book, moment.zone)
    return digests.claim(
        session, person_id=due.contact.id, day=due.day, form=due.choice.form, state=state, at=moment.now,
        since=due.since, late=late and state == digests.WRITTEN,
    )  # fmt: skip


def _tell(session: Session, moment: Moment, due: _Due, scope: Scope, facts: DigestFacts) -> None:
    book, zone, choice = moment.rules.book, moment.zone, due.choice
    quiet = not facts.anything_new and choice.silent
    digest_id = _claim(session, moment, due, digests.EMPTY if quiet else digests.WRITTEN)
    if digest_id is None or quiet:
        return
    form = Form(
        due.contact.name,
        weekly=choice.form == digests.WEEKLY,
        late=rules.is_late(moment.now, due.day, choice.at, book, zone),
    )
    message = digest_text.nothing_new(form, facts.as_of, zone)
    if facts.anything_new:
        given = codes.write(
            session, digest_text.told(facts), person_id=due.contact.id, digest_id=digest_id, scope=scope,
            as_of=facts.as_of,
        )  # fmt: skip
        message = digest_text.message(facts, given, form, book, zone)
    assert due.contact.address is not None  # noqa: S101 - said for the type checker; `_write` has looked
    outbox.write(
        session, address=due.contact.address, person_id=due.contact.id, message=message, lane=Lane.DIGEST,
        now=moment.now, limit=moment.reach.limit(due.contact.address.channel),
        useless_after=instant(due.day + timedelta(days=1), time(), zone), once=f"digest {digest_id}",
    )  # fmt: skip
