"""One person's digest, claimed and written: or recorded as empty, skipped, or as reaching nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from reminders import anchoring, digest_text
from reminders.digest_facts import DigestFacts
from reminders.digest_text import Form
from reminders.moment import Moment
from rules import digests as rules
from rules.kinds import Lane
from rules.workdays import calendar_of
from storage import codes, digests, outbox
from storage.digests import Choice
from storage.messages import Outgoing
from storage.people import Contact
from storage.scopes import Scope

# What is to be said of a scope since a moment; None: nothing is new.
ReadFacts = Callable[[Scope, datetime], DigestFacts | None]


@dataclass(frozen=True, slots=True)
class Due:
    """One person's digest for a day."""

    contact: Contact
    choice: Choice
    day: date
    since: datetime
    after: date | None  # the day of the last one; None: it is the first


def write_digest(session: Session, moment: Moment, due: Due, scope: Scope, facts: ReadFacts) -> None:
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


def _claim(session: Session, moment: Moment, due: Due, state: str) -> int | None:
    late = rules.is_late(moment.now, due.day, due.choice.at, moment.rules.book, moment.zone)
    return digests.claim(
        session, person_id=due.contact.id, day=due.day, form=due.choice.form, state=state, at=moment.now,
        since=due.since, late=late and state == digests.WRITTEN,
    )  # fmt: skip


def _tell(session: Session, moment: Moment, due: Due, scope: Scope, facts: DigestFacts | None) -> None:
    quiet = facts is None and due.choice.silent
    digest_id = _claim(session, moment, due, digests.EMPTY if quiet else digests.WRITTEN)
    if digest_id is None or quiet or due.contact.address is None:
        return
    outbox.write(
        session, address=due.contact.address, person_id=due.contact.id,
        message=_message(session, moment, due, scope, facts, digest_id), lane=Lane.DIGEST, now=moment.now,
        limit=moment.reach.limit(due.contact.address.channel),
        useless_after=rules.good_until(due.day, due.choice.at, moment.rules.book, moment.zone),
        once=f"digest {digest_id}",
    )  # fmt: skip


def _message(
    session: Session, moment: Moment, due: Due, scope: Scope, facts: DigestFacts | None, digest_id: int
) -> Outgoing:
    book, zone = moment.rules.book, moment.zone
    form = Form(
        due.contact.name,
        weekly=due.choice.form == digests.WEEKLY,
        late=rules.is_late(moment.now, due.day, due.choice.at, book, zone),
        last=anchoring.digest_line(session),
    )
    if facts is None:
        return digest_text.nothing_new(form, moment.now, zone)
    given = codes.write(
        session, digest_text.told(facts), person_id=due.contact.id, digest_id=digest_id, scope=scope,
        as_of=facts.as_of,
    )  # fmt: skip
    return digest_text.message(facts, given, form, book, zone)
