"""What happens without being asked, step by step.

Rule 1  A sweep carries no state: what is due follows from rows and rules, so it may run twice or late.
Rule 2  It works in slices, each a transaction of a few milliseconds, so that it never stands in a turn's way.
        `sweep` does one slice and says whether there is more.
Rule 3  What an outage missed is caught up: duties open and close by their own instants, not the sweep's.
Rule 4  A step knows its own next instant: what a moved clock must stop at (bot/moving.py).
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.absence import tell_absence
from reminders.closing import close_some
from reminders.day_end import end_day
from reminders.moment import Moment
from reminders.new_rules import move_unopened
from reminders.opening import open_some
from reminders.reach import Reach
from storage import duties, expected
from storage import rules as stored_rules

NOBODY = Reach()

# In this order: a step begins only when those before it have nothing left to do at this moment.
STEPS = (tell_absence, move_unopened, open_some, close_some, end_day)


def sweep(
    session: Session, now: datetime, zone: ZoneInfo, said: datetime | None = None, reach: Reach = NOBODY
) -> bool:
    """One slice of what is due at `now`; True if there may be more.

    Duties close as of `said`, the moment up to which everything said has been taken (None: now).
    """
    moment = Moment(now, said or now, zone, reach, stored_rules.in_force(session))
    return any(step(session, moment) for step in STEPS)


def next_instant(session: Session, now: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which a sweep would find something: a step's instant, or the city's midnight."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, datetime.min.time(), tzinfo=zone)
    # A duty closes to the second: a moment later it is over, and not before.
    due = expected.next_instant(session, now - duties.SECOND)
    return midnight if due is None else min(midnight, due + duties.SECOND)
