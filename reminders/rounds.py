"""The rounds of reminders: begun by the clock, gone through person by person, each in one message.

Rule 1  Which reminders are due follows from the windows of duties, which are few, not from the duties.
Rule 2  A step of a window is begun or left out once, for good; its row says which and why (`reminder_rounds`).
Rule 3  Rounds begin in working hours from the hour of reminding on. Those that begin together are one: nobody
        gets two messages.
Rule 4  A round that the evening or an outage has stopped goes on at the pace of its channels: what is left of it does
        not go all at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders import hearing, nudging
from reminders.moment import Moment
from reminders.telling_office import tell_office
from rules.book import Book
from rules.periods import Window
from rules.reminding import goes_on, may_begin, next_beginning, pick, quiet_from, reminders, slot
from rules.workdays import in_working_hours, local_date, next_working_moment
from storage import reminding, rounds
from storage.tables.reminding import ReminderRound

# Duties that closed longer ago were closed by a sweep; only an outage leaves one that far behind.
LOOK_BACK = timedelta(days=366)
SLACK = timedelta(minutes=2)  # a wave that is behind its pace by more has stood still
FEW = reminding.Few(people=10, projects=150)  # a slice: about 20 ms


def _spans(session: Session, now: datetime) -> list[Window]:
    return reminding.windows(session, now - LOOK_BACK)


def begin_rounds(session: Session, moment: Moment) -> bool:
    """Begins what is due and says of everything else that was missed why it is left out."""
    now, book, zone = moment.now, moment.rules.book, moment.zone
    if not moment.reach.running:
        return False  # nothing can go out; what is missed meanwhile is made good by the rule
    beginning = may_begin(now, book, zone)
    spans = [span for span in _spans(session, now) if span.opens <= now and (beginning or span.closes < now)]
    if not spans:
        return False
    known = rounds.known(session, spans)
    for span in spans:
        picked = pick(reminders(span, book, zone), known[span], span, now)
        for reminder, why in picked.skipped:
            rounds.skip(session, span, reminder, why, now)
        if picked.now is not None:
            rounds.begin(session, span, picked.now, now)
    return False


def run_rounds(session: Session, moment: Moment) -> bool:
    """Reminds the next people of the rounds that are running; True while there are more."""
    running = rounds.running(session)
    if not running or not in_working_hours(moment.now, moment.rules.book, moment.zone):
        return False
    begun, per_minute = _begun(session, moment, running[-1]), moment.rules.book.reminders.per_minute
    if slot(begun, running[-1].written, per_minute) >= quiet_from(moment.now, moment.rules.book, moment.zone):
        return False  # the rest of the wave goes in the morning
    today = local_date(moment.now, moment.zone)
    absent = reminding.away(session, today)
    listeners = reminding.people_after(session, running[-1].cursor, FEW, today, absent)
    if not listeners:
        _end(session, moment, running)
        return True
    steps = _steps(moment.rules.book, running)
    heard, reached = hearing.hearings(session, moment, listeners, steps, absent)
    writing = nudging.prepare(session, moment, heard, reached)
    for each in heard:
        step = next(item.step.key for item in each.items if item.step)
        once = f"nudge {running[-1].id} for person {each.person}"
        due = slot(begun, running[-1].written, per_minute)
        running[-1].written += nudging.write(session, writing, each, step, once, due)
    running[-1].cursor = listeners[-1]
    session.flush()
    return True


def _steps(book: Book, running: Sequence[ReminderRound]) -> hearing.Steps:
    by_key = {step.key: step for step in book.reminders.steps}
    return {Window(row.opens, row.due, row.closes): by_key[row.step] for row in running if row.step in by_key}


def _begun(session: Session, moment: Moment, row: ReminderRound) -> datetime:
    """From when its messages are spread: since it began, or since it went on after a night or an outage."""
    per_minute, behind = moment.rules.book.reminders.per_minute, moment.now - SLACK
    if slot(row.begun, row.written, per_minute) >= behind:
        return row.begun
    went_on = rounds.went_on(session, row)
    if went_on is None or slot(went_on, row.written, per_minute) < behind:
        went_on = goes_on(moment.now, row.written, per_minute)
        rounds.go_on(session, row, went_on)
    return went_on


def _end(session: Session, moment: Moment, running: Sequence[ReminderRound]) -> None:
    for row in running:
        row.state = "done"
    session.flush()
    tell_office(session, moment, min(row.begun for row in running))


def next_reminder(session: Session, now: datetime, book: Book, zone: ZoneInfo) -> datetime | None:
    """The next instant at which reminders may begin that are due by then, or a wave goes on."""
    spans = [span for span in _spans(session, now) if span.closes > now]
    known = rounds.known(session, spans) if spans else {}
    found = [
        max(reminder.at, next_beginning(now, book, zone))
        for span in spans
        for reminder in reminders(span, book, zone)
        if reminder.step.key not in known[span]
    ]
    if rounds.running(session):  # the evening has stopped it
        evening = quiet_from(now, book, zone) if in_working_hours(now, book, zone) else now
        found.append(next_working_moment(evening, book, zone))
    return min((each for each in found if each > now), default=None)
