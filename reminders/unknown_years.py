"""A year whose holidays nobody has entered: the admins are told once that its dates follow weekends only."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.reach import Reach
from reminders.wording import calendar as words
from rules.book import Book
from rules.kinds import Lane
from rules.periods import Window
from rules.reminding import may_go
from rules.workdays import calendar_of
from storage import outbox, people
from storage.messages import Outgoing

# The State Council publishes a year's holidays around November of the year before; until then nobody could enter them.
NOTICE_MONTH = 11


def tell_unknown_years(
    session: Session, span: Window, book: Book, now: datetime, zone: ZoneInfo, reach: Reach
) -> None:
    """Tells the admins of each unknown year that a duty's window touches; whoever cannot be reached, another time."""
    calendar = calendar_of(book)
    touched = {moment.astimezone(zone).year for moment in (span.opens, span.due, span.closes)}
    today = now.astimezone(zone).date()
    for year in sorted(year for year in touched if not calendar.known(year)):
        if today >= date(year - 1, NOTICE_MONTH, 1):
            _tell(session, year, today, now, may_go(now, book, zone), reach)


def _tell(session: Session, year: int, today: date, now: datetime, due: datetime, reach: Reach) -> None:
    admins = people.admins(session, reach.admin, today)
    text = words.CALENDAR_UNKNOWN.format(year=year)
    for contact in people.contacts(session, admins, reach.running):
        if contact.address is not None:
            outbox.write(
                session, address=contact.address, person_id=contact.id, message=Outgoing(text=text),
                lane=Lane.REMINDER, now=now, due=due, limit=reach.limit(contact.address.channel),
                once=f"calendar {year} for person {contact.id}",
            )  # fmt: skip
