"""What is done once a day, when it is first swept: files expire, then the root is drawn over all of it."""

import hashlib
from datetime import date, datetime

from sqlalchemy.orm import Session

from reminders.moment import SLICE, Moment
from reminders.retention import expire_some
from storage import ledger
from storage.tables.ledger import LedgerRoot


def end_day(session: Session, moment: Moment) -> bool:
    """What is done once a day, when it is first swept: files expire, then the root is drawn over all of it."""
    now = moment.now
    today = now.astimezone(moment.zone).date()
    if ledger.has_root(session, today):
        return False
    if expire_some(session, moment.rules.book.media, now, moment.zone, SLICE):
        return True
    _draw_root(session, today, now)
    return False


def _draw_root(session: Session, today: date, now: datetime) -> None:
    """One hash over the heads of all chains as they stand."""
    heads = "\n".join(f"{head.chain} {head.place} {head.hash}" for head in ledger.heads(session))
    session.add(LedgerRoot(day=today, heads=heads, hash=hashlib.sha256(heads.encode()).hexdigest(), at=now))
    session.flush()
