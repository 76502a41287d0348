"""One person's reminder written down: sent, or left out with its reason.

Rule 1  Nothing is left out silently: who cannot be reached or has had enough for a day or a month has a row
        that says so.
Rule 2  It never goes out in quiet hours: what has not gone by the evening is useless, and the next step of the
        rules says anew what is still owed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from reminders.hearing import Hearing, Reached
from reminders.moment import Moment
from reminders.nudge_text import Known, message
from rules.kinds import DutyKind, Lane
from rules.reminding import quiet_from, useless_after
from rules.workdays import instant, local_date
from storage import advance, nudges, outbox, reminding
from storage.duties import SECOND
from storage.nudges import SNOOZED, Count


@dataclass(frozen=True, slots=True)
class Writing:
    """What the reminders of some people share.

    counts  how many each has had; who has asked for a reminder is not held back by them
    """

    moment: Moment
    reached: Reached
    cards: Mapping[int, reminding.Card]
    tried: Mapping[int, Sequence[nudges.Tried]]
    counts: Mapping[int, Count]


def prepare(session: Session, moment: Moment, hearings: Collection[Hearing], reached: Reached) -> Writing:
    """Reads what their texts need, for all of them together."""
    above = [item for hearing in hearings for item in hearing.items if not item.own]
    named = {each for item in above for those in item.answering.values() for each in those}
    named |= {each for hearing in hearings for each in hearing.covers}
    today = local_date(moment.now, moment.zone)
    return Writing(
        moment,
        reached,
        reminding.cards(session, named),
        nudges.tried(session, {item.debt.duty_id for item in above}),
        nudges.counts(
            session,
            [hearing.person for hearing in hearings],
            instant(today, time(), moment.zone),
            instant(today.replace(day=1), time(), moment.zone),
        ),
    )


def write(session: Session, writing: Writing, hearing: Hearing, step: str, once: str, due: datetime) -> bool:
    """Writes a person's reminder, to go out at `due`; False if none goes out."""
    moment = writing.moment
    why = writing.reached.why_not(hearing.person) or _had_enough(writing, hearing.person, step)
    about = {item.debt.duty_id: item.own for item in hearing.items}
    nudge_id = nudges.add(session, hearing.person, step, about, moment.now, why)
    address = writing.reached.contacts[hearing.person].address if not why else None
    if address is None:
        return False
    until = _useless_after(moment, hearing)
    text = message(hearing, _known(session, writing, hearing), nudge_id)
    row = outbox.write(
        session, address=address, person_id=hearing.person, message=text, lane=Lane.REMINDER,
        now=moment.now, due=max(moment.now, min(due, until - SECOND)), useless_after=until, once=once,
        limit=moment.reach.limit(address.channel),
    )  # fmt: skip
    nudges.sent_as(session, nudge_id, row)
    return True


def _had_enough(writing: Writing, person: int, step: str) -> str:
    caps, had = writing.moment.rules.book.caps, writing.counts.get(person, Count())
    if step == SNOOZED:
        return ""
    if had.today >= caps.reminders_a_day:
        return "day_cap"
    return "month_cap" if had.this_month >= caps.reminders_a_month else ""


def _useless_after(moment: Moment, hearing: Hearing) -> datetime:
    called = [item.debt for item in hearing.items if item.step is not None]
    ends = [useless_after(debt.window, moment.now) for debt in called if debt.mend_by is None]
    return min([*ends, quiet_from(moment.now, moment.rules.book, moment.zone)])


def _known(session: Session, writing: Writing, hearing: Hearing) -> Known:
    moment = writing.moment
    return Known(
        moment.now, moment.zone, moment.rules.book.reminders.snooze_hours, writing.reached, writing.cards,
        writing.tried, _unmoved(session, moment, hearing),
    )  # fmt: skip


def _unmoved(session: Session, moment: Moment, hearing: Hearing) -> int:
    """How many of the person's projects may say 同上月, if several owe their progress of one month."""
    owed = {
        (item.debt.project_id, item.debt.period)
        for item in hearing.items
        if item.own and item.debt.kind is DutyKind.PROGRESS and item.debt.mend_by is None
    }
    periods = {period for _, period in owed}
    if len(owed) < 2 or len(periods) > 1 or hearing.covers:
        return 0
    [period] = periods
    today = local_date(moment.now, moment.zone)
    still = advance.unmoved(session, hearing.person, str(period.previous()), period.last_day, today)
    return sum(project in still for project, _ in owed)
