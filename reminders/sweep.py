"""What happens without being asked, step by step.

Rule 1  A sweep carries no state: what is due follows from rows and rules, so it may run twice or late.
Rule 2  It works in slices, each a transaction of a few milliseconds, so that it never stands in a turn's way.
        `sweep` does one slice and says whether there is more.
Rule 3  What an outage missed is caught up: duties open and close by their own instants, not the sweep's.
Rule 4  A step knows its own next instant: what a moved clock must stop at (bot/moving.py).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.absence import tell_absence
from reminders.again import remind_again
from reminders.at_once import next_morning, tell_at_once
from reminders.auditing import audit_rungs
from reminders.closing import close_some
from reminders.daily_words import ask_words, next_question, note_silence
from reminders.day_end import end_day
from reminders.digests import next_time, send_digests
from reminders.drills import next_proposal, propose_drill
from reminders.escalation import escalate
from reminders.group_digests import tell_groups
from reminders.issue_chasing import chase_some
from reminders.issue_rising import next_rise, rise_some
from reminders.lights import light_some
from reminders.moment import Moment, one_slice
from reminders.month_review import next_review, send_review
from reminders.new_rules import move_unopened
from reminders.opening import open_some
from reminders.order_chasing import chase_orders
from reminders.reach import Reach
from reminders.rounds import begin_rounds, next_reminder, run_rounds
from storage import duties, escalations, expected, issue_life, nudges, orders, waits
from storage import rules as stored_rules

NOBODY = Reach()

# In this order: a step begins only when those before it have nothing left to do at this moment.
# Rounds before the close: of a period that an outage has missed as a whole it is said that nobody was reminded.
STEPS = (
    audit_rungs,
    escalate,
    ask_words,
    note_silence,
    tell_absence,
    move_unopened,
    open_some,
    begin_rounds,
    run_rounds,
    remind_again,
    close_some,
    chase_some,
    rise_some,
    light_some,
    chase_orders,
    end_day,
    send_digests,
    tell_groups,
    send_review,
    tell_at_once,
    propose_drill,
)


def sweep(
    session: Session,
    now: datetime,
    zone: ZoneInfo,
    said: datetime | None = None,
    reach: Reach = NOBODY,
    enough: Callable[[], bool] = one_slice,
) -> bool:
    """A slice of what is due at `now`, or slice after slice until it is `enough`; True if there may be more.

    Duties close as of `said`, the moment up to which everything said has been taken (None: now). What a step does may
    concern one before it, so only a call that finds nothing to do at all has come to the end.
    """
    moment, more = Moment(now, said or now, zone, reach, stored_rules.in_force(session), enough), False
    for step in STEPS:
        while step(session, moment):
            more = True
            if enough():
                return True
    return more


def next_instant(session: Session, now: datetime, zone: ZoneInfo) -> datetime:
    """The next moment at which a sweep would find something: a step's instant, or the city's midnight."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, datetime.min.time(), tzinfo=zone)
    # A duty closes to the second: a moment later it is over, and not before.
    due = expected.next_instant(session, now - duties.SECOND)
    book = stored_rules.in_force(session).book
    coming = (
        due and due + duties.SECOND,
        next_reminder(session, now, book, zone),
        nudges.next_snooze(session, now),
        waits.next_due(session, now),
        next_time(session, now, zone, book),
        next_review(session, now, book, zone),
        next_morning(session, now, book, zone),
        escalations.next_instant(session, now),
        issue_life.next_instant(session, now),
        next_rise(session, now, zone, book),
        orders.next_instant(session, now),
        next_proposal(session, now, zone),
        next_question(session, now, zone),
    )
    return min([midnight, *(each for each in coming if each is not None)])
