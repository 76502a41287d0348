"""The city's 日报 for the groups that are told things: what the office reads that day, and no way to what lies behind.

Rule 1  One message a day and group, at the hour at which digests are usually sent; on a day without news none.
Rule 2  It begins where the last one ended, and says nothing of anybody that a digest does not say.
Rule 3  No code stands in it: a code is asked for by whom it was told to, and a group is nobody.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders import digest_facts, digest_text
from reminders.digest_text import Form
from reminders.moment import Moment
from reminders.wording import digests as words
from rules import digests as rules
from rules.kinds import Lane, Often
from rules.workdays import calendar_of, instant, local_date
from storage import expected, groups, occurrences
from storage.messages import Outgoing
from storage.scopes import CITY, Scope
from storage.tables.traffic import Occurrence

_KEY = "digest for groups of "
NO_CODE = "\ue000"  # it stands where a code would, and is taken out with the space before it


def tell_groups(session: Session, moment: Moment) -> bool:
    """Writes the day's digest to each group, once its time has come."""
    if not groups.any_runs(moment.reach.running):
        return False
    day, book = local_date(moment.now, moment.zone), moment.rules.book
    is_due = rules.is_due_on(Often.DAILY, day, calendar_of(book))
    at = book.digests.at
    if not is_due or moment.now < instant(day, at, moment.zone) or occurrences.happened(session, _key(day)):
        return False
    late = rules.is_late(moment.now, day, at, book, moment.zone)
    if not late and expected.any_to_close(session, moment.now):
        return False
    since, goes = _since(session, moment, day), rules.may_still_go(moment.now, day, at, book, moment.zone)
    occurrences.claim(session, _key(day), moment.now if goes else since)  # until when groups were told
    if goes:
        _tell(session, moment, day, since)
    return False


def _tell(session: Session, moment: Moment, day: date, since: datetime) -> None:
    facts = digest_facts.read(
        session, Scope(CITY), since=since, as_of=moment.now, book=moment.rules.book, zone=moment.zone
    )
    if facts.anything_new:
        late = rules.is_late(moment.now, day, moment.rules.book.digests.at, moment.rules.book, moment.zone)
        form = Form(words.GROUP, late=late)
        given = {figure.measure: NO_CODE for figure in digest_text.told(facts)}
        said = digest_text.message(facts, given, form, moment.rules.book, moment.zone)
        write(session, moment, without_codes(said), _key(day))


def _since(session: Session, moment: Moment, day: date) -> datetime:
    """Until when groups were told; the first begins where one of the day before would have ended."""
    last = select(Occurrence.at).where(Occurrence.key >= _KEY, Occurrence.key < _key(day))
    before = rules.previous(Often.DAILY, day, calendar_of(moment.rules.book))
    found = session.scalar(last.order_by(Occurrence.key.desc()).limit(1))
    return found or instant(before, moment.rules.book.digests.at, moment.zone)


def _key(day: date) -> str:
    return f"{_KEY}{day}"


def without_codes(said: Outgoing) -> Outgoing:
    """Where `NO_CODE` stood in for codes."""
    text = said.text.replace(f" {NO_CODE}", "").replace(NO_CODE, "")
    return said.model_copy(update={"text": text, "rows": ()})


def write(session: Session, moment: Moment, message: Outgoing, once: str) -> None:
    groups.tell(
        session, moment.reach.running, message, Lane.DIGEST, now=moment.now,
        limit=moment.reach.limit(groups.CHANNEL), once=once,
    )  # fmt: skip
