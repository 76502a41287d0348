"""The auditor of the ladders: a rung more than a minute late is told to the admin, once.

It looks before anything is said, in a slice of its own: if saying a rung fails again and again, it is told all the
same. It reads one clock, the city's, by which rungs are due; a clock that was moved stops at every rung on its way.
"""

from sqlalchemy.orm import Session

from reminders.moment import Moment
from reminders.wording import escalation as words
from rules.kinds import Lane
from rules.ladder import LATE
from storage import escalations, outbox, people
from storage.escalations import Lapse
from storage.messages import Outgoing
from storage.tables.traffic import Occurrence

LOOKED_AT = 200  # late ladders in one look; the next ones come with the next look
NAMED = 5


def audit_rungs(session: Session, moment: Moment) -> bool:
    """Tells the admins of rungs that are late; those of one outage in one message."""
    found = escalations.lapses(session, moment.now - LATE, LOOKED_AT)
    if not found:
        return False
    for lapse in found:
        session.add(Occurrence(key=lapse.key, at=moment.now))
    session.flush()
    _tell(session, moment, found)
    return True


def _tell(session: Session, moment: Moment, late: list[Lapse]) -> None:
    numbers = words.BETWEEN.join(f"W{each.issue_id}" for each in late[:NAMED])
    message = Outgoing(text=words.RUNGS_LATE.format(numbers=numbers, count=len(late)))
    today = moment.now.astimezone(moment.zone).date()
    admins = people.admins(session, moment.reach.admin, today)
    for contact in people.contacts(session, admins, moment.reach.running):
        channel = contact.address.channel if contact.address else ""
        outbox.write(
            session, address=contact.address, person_id=contact.id, message=message, lane=Lane.URGENT,
            now=moment.now, limit=moment.reach.limit(channel), once=f"{late[0].key} to {contact.id}",
        )  # fmt: skip
