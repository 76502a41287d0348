"""一月一讲评: after the month has closed, to the office and the leaders, with the best and the last of the units.

Rule 1  It is drawn up once, on the first working day after the closing, and kept: what was sent, what 讲评 shows and
        what the export holds are the same figures. Only the newest month that has closed is sent; one that an outage
        missed, when the program is back, but never in quiet hours.
Rule 2  What stands of the reader's own projects is read for each reader; everything else is the same for all. Groups
        are told the city's, last.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders import digest_facts, digest_text, group_digests
from reminders.digest_facts import Bar
from reminders.digests import LOOKED_AT, slices
from reminders.moment import Moment
from reminders.wording import digests as words
from rules import pace
from rules.book import Book
from rules.figures import Tally
from rules.kinds import DutyKind, Lane, PeriodKind
from rules.periods import Period, window
from rules.review import Placed, rank
from rules.workdays import calendar_of, in_working_hours, instant, local_date, next_working_moment
from storage import codes, digests, groups, outbox, people, reviews, scopes
from storage import rules as stored_rules
from storage.codes import Figure
from storage.messages import Option, Outgoing
from storage.people import Contact
from storage.scopes import Scope
from storage.tables.digests import Review
from storage.tables.traffic import Occurrence

Spent = tuple[Figure, tuple[Bar, ...]]
ENDS, NAME = 3, 12  # units that are named from above and from below; characters of a name


def send_review(session: Session, moment: Moment) -> bool:
    """Draws the review up, then sends it to a few; True if there may be more."""
    month = _month_that_closed(session, moment.now, moment.rules.book, moment.zone)
    if not _may_go(session, month, moment) or _is_done(session, month):
        return False
    if not reviews.closed(session, month, moment.now):
        return _finish(session, month, moment.now)
    review = reviews.of_month(session, month)
    if review is None:
        reviews.draw_up(session, month, moment.now, moment.zone)
        return True
    today = local_date(moment.now, moment.zone)
    waiting = digests.to_review(session, today, month.last_day, LOOKED_AT)
    if not waiting:
        _tell_groups(session, moment, review)
        return _finish(session, month, moment.now)
    whose = scopes.of_people(session, waiting, today)

    @cache
    def spent(scope: Scope) -> Spent:
        return digest_facts.spent(session, scope, month, today)

    for these in slices(waiting, whose):
        for contact in people.contacts(session, these, moment.reach.running):
            _send(session, moment, review, contact, whose[contact.id], spent)
        if moment.enough():
            break
    return True


def next_review(session: Session, now: datetime, book: Book, zone: ZoneInfo) -> datetime | None:
    """The next moment at which a review is sent, if it is to come."""
    month = _month_that_closed(session, now, book, zone)
    coming = [_when(session, each, book, zone) for each in (month, month.next())]
    if coming[0] <= now and not _is_done(session, month):  # one that was missed
        coming.append(next_working_moment(now, book, zone))
    return min((each for each in coming if each > now), default=None)


def _month_that_closed(session: Session, now: datetime, book: Book, zone: ZoneInfo) -> Period:
    month = Period.of(PeriodKind.MONTH, local_date(now, zone))
    while _closes(session, month, book, zone) > now:
        month = month.previous()
    return month


def _closes(session: Session, month: Period, book: Book, zone: ZoneInfo) -> datetime:
    """When its duties close: what has opened keeps its dates, whatever the rules have become since."""
    opened = window(DutyKind.PROGRESS, month, book, zone).opens
    return window(DutyKind.PROGRESS, month, stored_rules.book_at(session, opened), zone).closes


def _when(session: Session, month: Period, book: Book, zone: ZoneInfo) -> datetime:
    closes = local_date(_closes(session, month, book, zone), zone)
    return instant(calendar_of(book).next_workday(closes), book.digests.review_at, zone)


def _may_go(session: Session, month: Period, moment: Moment) -> bool:
    """From its time on; one that an outage missed waits for working hours."""
    book, zone = moment.rules.book, moment.zone
    when = _when(session, month, book, zone)
    if moment.now > when + timedelta(minutes=book.digests.late_minutes):
        return in_working_hours(moment.now, book, zone)
    return moment.now >= when


def _done(month: Period) -> str:
    return f"review of {month} is sent"


def _is_done(session: Session, month: Period) -> bool:
    return session.get(Occurrence, _done(month)) is not None


def _finish(session: Session, month: Period, now: datetime) -> bool:
    session.add(Occurrence(key=_done(month), at=now))
    session.flush()
    return False


def _send(
    session: Session,
    moment: Moment,
    review: Review,
    contact: Contact,
    scope: Scope,
    spent: Callable[[Scope], Spent],
) -> None:
    month = Period.parse(review.month)
    state = digests.NOBODY if contact.address is None else digests.WRITTEN
    digest_id = digests.claim(
        session, person_id=contact.id, day=month.last_day, form=digests.REVIEW, state=state, at=moment.now
    )
    if digest_id is None or contact.address is None:
        return
    money, bars = spent(scope)
    given = codes.write(
        session, [money] if money.value or money.plan else [], person_id=contact.id, digest_id=digest_id,
        scope=scope, as_of=moment.now,
    )  # fmt: skip
    time_gone = pace.of_month(month)
    own = [digest_text.money_line(_own(scope), money, given[codes.DONE], time_gone)] if given else []
    message = Outgoing(
        title=words.REVIEW_TITLE.format(month=month.chinese),
        text="\n".join([*own, *city_lines(review, time_gone)]),
        rows=(*digest_text.buttons(given), _all_of_it(month)),
        chart=digest_text.chart(bars, month.last_day, time_gone),
    )
    outbox.write(
        session, address=contact.address, person_id=contact.id, message=message, lane=Lane.DIGEST,
        now=moment.now, limit=moment.reach.limit(contact.address.channel), once=f"digest {digest_id}",
    )  # fmt: skip


def _tell_groups(session: Session, moment: Moment, review: Review) -> None:
    """The city's figures; a group is nobody who could ask for what stands behind them."""
    if not groups.any_runs(moment.reach.running):
        return
    month = Period.parse(review.month)
    money, bars = digest_facts.spent(session, Scope(scopes.CITY), month, local_date(moment.now, moment.zone))
    time_gone = pace.of_month(month)
    spent = digest_text.money_line(words.REVIEW_CITY, money, group_digests.NO_CODE, time_gone)
    message = Outgoing(
        title=words.REVIEW_TITLE.format(month=month.chinese),
        text="\n".join([*([spent] if money.value or money.plan else []), *city_lines(review, time_gone)]),
        chart=digest_text.chart(bars, month.last_day, time_gone),
    )
    group_digests.write(session, moment, group_digests.without_codes(message), f"{_done(month)} to groups")


def _own(scope: Scope) -> str:
    return words.REVIEW_CITY if scope.kind == scopes.CITY else words.REVIEW_OWN


def _all_of_it(month: Period) -> tuple[Option, ...]:
    return (Option(label=words.REVIEW_BUTTON, data=f"o|monthly_review|{month}"),)


def city_lines(review: Review, time_gone: Fraction) -> list[str]:
    """The city's reports, the first and the last of the units, problems, and the rule of the ranking."""
    rows = reviews.rows_of(review)
    planned = [each for each in rank(rows, time_gone) if each.row.share is not None]
    duties = sum((row.duties for row in rows), Tally())
    oldest = max((row.oldest for row in rows), default=0)
    top = [each for each in planned if each.place is not None][:ENDS]
    bottom = [each for each in planned if each not in top][-ENDS:]
    lines = [
        words.REVIEW_REPORTS.format(
            expected=duties.expected, on_time=duties.on_time, completeness=_percent(duties.completeness)
        ),
        words.REVIEW_TOP.format(count=len(top), units=_units(top)) if top else "",
        words.REVIEW_BOTTOM.format(count=len(bottom), units=_units(bottom)) if bottom else "",
        words.REVIEW_PROBLEMS.format(
            opened=sum(row.opened for row in rows),
            closed=sum(row.closed for row in rows),
            open=sum(row.open for row in rows),
            oldest=words.REVIEW_OLDEST.format(days=oldest) if oldest else "",
        ),
        words.REVIEW_RULE,
    ]
    return [line for line in lines if line]


def _units(placed: list[Placed]) -> str:
    return words.SEPARATOR.join(
        (words.REVIEW_UNIT if each.place else words.REVIEW_SILENT).format(
            place=each.place, unit=digest_text.short(each.row.unit, NAME), gap=_signed(_ahead(each))
        )
        for each in placed
    )


def _signed(part: Fraction) -> str:
    return f"+{pace.written(part)}" if pace.tenths(part) > 0 else pace.written(part)


def _ahead(placed: Placed) -> Fraction:
    return placed.ahead or Fraction(0)


def _percent(part: Fraction | None) -> str:
    return words.UNKNOWN if part is None else f"{pace.written(part)}%"
