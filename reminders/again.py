"""A reminder that is written anew: what it named was done before it went out, or its person has put it off."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from reminders import nudging
from reminders.hearing import hearings
from reminders.moment import Moment
from rules.book import ReminderStep
from rules.periods import Window
from rules.reminding import reminders
from rules.workdays import in_working_hours, local_date
from storage import nudges, reminding
from storage.nudges import SNOOZED
from storage.tables.reminding import Nudge

SLICE = 20


def remind_again(session: Session, moment: Moment) -> bool:
    """True if there may be more; nothing goes out in quiet hours."""
    if not moment.reach.running or not in_working_hours(moment.now, moment.rules.book, moment.zone):
        return False
    overtaken = nudges.to_write_anew(session, SLICE)
    for nudge in overtaken:
        nudge.state = "settled"
        _write_anew(session, moment, nudge, nudge.step, f"nudge {nudge.id} anew")
    put_off = nudges.snoozed_until(session, moment.now, SLICE)
    for row in put_off:
        row.done = moment.now
        # A round that came in between has said it already.
        if not nudges.reminded_since(session, row.person_id, row.asked):
            nudge = session.get_one(Nudge, row.nudge_id)
            _write_anew(session, moment, nudge, SNOOZED, f"nudge {nudge.id} again {row.choice}")
    session.flush()
    return bool(overtaken or put_off)


def _write_anew(session: Session, moment: Moment, nudge: Nudge, step: str, once: str) -> None:
    """What is left of a nudge, to the same person: nothing if nothing is."""
    left = nudges.still_owed_of(session, nudge.id, moment.now)
    if not left:
        return
    absent = reminding.away(session, local_date(moment.now, moment.zone))
    heard, reached = hearings(session, moment, [nudge.person_id], _steps(session, moment), absent)
    writing = nudging.prepare(session, moment, heard, reached)
    for each in heard:
        if any(item.debt.duty_id in left for item in each.items):
            nudging.write(session, writing, each, step, once, moment.now)


def _steps(session: Session, moment: Moment) -> Mapping[Window, ReminderStep]:
    """Of each window the step that was due last: how far up its reminders have gone."""
    found: dict[Window, ReminderStep] = {}
    for span in reminding.windows(session, moment.now):
        for reminder in reminders(span, moment.rules.book, moment.zone):
            if reminder.at <= moment.now:
                found[span] = reminder.step
    return found
