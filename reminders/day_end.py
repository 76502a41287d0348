"""What is done once a day, when it is first swept: files expire, then the root is drawn over all of it."""

from sqlalchemy.orm import Session

from reminders.anchoring import tell_admins
from reminders.moment import SLICE, Moment
from reminders.retention import expire_some
from storage import ledger_roots


def end_day(session: Session, moment: Moment) -> bool:
    """What is done once a day, when it is first swept: files expire, then the root is drawn over all of it."""
    now = moment.now
    today = now.astimezone(moment.zone).date()
    if ledger_roots.has_root(session, today):
        return False
    if expire_some(session, moment.rules.book.media, now, moment.zone, SLICE):
        return True
    before = ledger_roots.newest(session)
    tell_admins(session, moment, before, ledger_roots.draw(session, today, now))
    return False
