"""Who may have spoken while nobody listened is told so once somebody does: it was not heard, and never will be.

Rule 1  Within working hours only, so often a day as the rules say at most, and on the very account they spoke to.
Rule 2  It is one message. Where only taps are lost, the buttons that stand open come with it; not to who hears of it
        hours later, for by then they have found out and gone on.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.moment import SLICE, Moment
from reminders.wording import absence as words
from rules.book import Absences
from rules.kinds import Lane
from rules.reminding import may_go
from storage import absences, outbox
from storage.absences import Loss, Speaker
from storage.messages import Address, Outgoing
from storage.tables.traffic import Absence

# Who has not read it by then has long found out.
USEFUL = timedelta(days=1)


def tell_absence(session: Session, moment: Moment) -> bool:
    """Tells some of those who may have spoken in the oldest absence; True if there may be more."""
    absence = absences.untold(session)
    if absence is None:
        return False
    rules = moment.rules.book.absences
    speakers = absences.speakers(session, absence, _active(absence, rules), SLICE)
    for speaker in speakers:
        _tell(session, moment, absence, speaker)
        absence.after = speaker.person_id
    if len(speakers) < SLICE:
        absence.told = moment.now
    session.flush()
    return True


def _active(absence: Absence, rules: Absences) -> timedelta:
    """How shortly before an absence somebody must have been there to have spoken in it, as far as one can guess."""
    if absence.kind == Loss.TAPS or absence.ended - absence.began <= timedelta(minutes=rules.short_minutes):
        return timedelta(minutes=rules.short_active_minutes)
    return timedelta(days=rules.active_days)


def _tell(session: Session, moment: Moment, absence: Absence, speaker: Speaker) -> None:
    due = may_go(moment.now, moment.rules.book, moment.zone)
    day = due.astimezone(moment.zone).date()
    address = Address(channel=absence.channel, account=absence.account, user=speaker.user, chat=speaker.chat)
    open_buttons = absences.asked(session, absence, speaker) if due == moment.now else None
    message = _message(absence, moment.zone, open_buttons if absence.kind == Loss.TAPS else None)
    for place in range(moment.rules.book.absences.per_day):
        written = outbox.write(
            session, address=address, person_id=speaker.person_id, message=message,
            lane=Lane.REMINDER, now=moment.now, due=due, useless_after=due + USEFUL,
            limit=moment.reach.limit(absence.channel), once=f"absence:{day}:{place}:{speaker.person_id}",
        )  # fmt: skip
        if written is not None:
            return


def _message(absence: Absence, zone: ZoneInfo, asked: Outgoing | None) -> Outgoing:
    span = _span(absence.began.astimezone(zone), absence.ended.astimezone(zone))
    if asked is not None:
        return Outgoing(title=words.ABSENT_AGAIN.format(span=span), text=asked.plain, rows=asked.rows)
    text = words.ABSENT_MESSAGES if absence.kind == Loss.MESSAGES else words.ABSENT_TAPS
    return Outgoing(text=text.format(span=span))


def _span(began: datetime, ended: datetime) -> str:
    dated = began.date() != ended.date()
    begin, end = _clock(began, dated), _clock(ended, dated)
    return (
        words.ABSENT_MOMENT.format(moment=begin)
        if begin == end
        else words.ABSENT_SPAN.format(begin=begin, end=end)
    )


def _clock(moment: datetime, dated: bool) -> str:
    time = f"{moment:%H:%M}"
    return f"{moment.month}月{moment.day}日{time}" if dated else time
