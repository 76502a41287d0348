"""立即: each report and each general problem of a leader's own projects as it comes, in working hours.

What comes at night or on a rest day waits for the morning and then goes as one message; a major problem has its own
alert at any hour. What was filed and taken back again before it was told is told all the same: it was said.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.digest_text import category_name, short
from reminders.moment import Moment
from reminders.wording import digests as words
from rules import money
from rules.book import Book
from rules.kinds import Lane, ReportKind
from rules.periods import Period
from rules.workdays import in_working_hours, local_date, next_working_moment
from storage import arrivals, outbox, people
from storage.arrivals import Arrived
from storage.messages import Outgoing

SHOWN = 10  # lines of one message
NAME, TEXT = 14, 16  # characters of a project's name and of what was said


def tell_at_once(session: Session, moment: Moment) -> bool:
    """Tells of the next few things that came; True if there may be more."""
    if not in_working_hours(moment.now, moment.rules.book, moment.zone):
        return False
    looked = arrivals.looked(session)
    if looked is None:
        return False
    found, newest, once = arrivals.arrived(session, looked)
    if not once:
        return False
    looked.version_id, looked.issue_id = newest.version_id, newest.issue_id
    told = arrivals.whom_to_tell(session, found, local_date(moment.now, moment.zone))
    for contact in people.contacts(session, told, moment.reach.running):
        if contact.address is not None:
            outbox.write(
                session, address=contact.address, person_id=contact.id,
                message=message(told[contact.id], moment.rules.book), lane=Lane.DIGEST, now=moment.now,
                limit=moment.reach.limit(contact.address.channel),
                once=f"at once {once} for person {contact.id}",
            )  # fmt: skip
    session.flush()
    return True


def next_morning(session: Session, now: datetime, book: Book, zone: ZoneInfo) -> datetime | None:
    """When what waits for the end of the quiet hours goes out; None in working hours, or if nobody wants it."""
    if in_working_hours(now, book, zone) or arrivals.looked(session) is None:
        return None
    return next_working_moment(now, book, zone)


def message(found: list[Arrived], book: Book) -> Outgoing:
    lines = [_line(each, book) for each in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(words.AT_ONCE_MORE.format(count=len(found) - SHOWN))
    return Outgoing(title=words.AT_ONCE.format(count=len(found)), text="\n".join(lines))


def _line(each: Arrived, book: Book) -> str:
    project = short(each.project, NAME)
    if each.issue_id is not None:
        category = category_name(book, each.category)
        return words.AT_ONCE_PROBLEM.format(
            project=project, category=category, what=short(each.text, TEXT), number=f"W{each.issue_id}"
        )
    period, receipt = Period.parse(each.period).chinese, f"J{each.report_id}"
    if each.kind is ReportKind.ZERO:
        return words.AT_ONCE_ZERO.format(project=project, period=period, receipt=receipt)
    amount = "" if each.amount is None else money.wan(each.amount) + words.COMMA
    said = amount + short(each.text, TEXT)
    return words.AT_ONCE_REPORT.format(project=project, period=period, said=said, receipt=receipt)
