"""What the office hears of reminders: whom a round could not reach, and what was not provably delivered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.moment import Moment
from reminders.wording import nudges as words
from rules.kinds import Lane, Role
from rules.workdays import local_date, next_working_moment
from storage import nudges, outbox, people, reminding
from storage.messages import Outgoing
from storage.tables.reporting import Duty

SHOWN = 8


def tell_office(session: Session, moment: Moment, begun: datetime) -> None:
    unreached = nudges.reasons_since(session, begun, ["unreachable", "away"])
    if not unreached:
        return
    _tell(session, moment, _text(session, unreached), f"unreached since {begun.isoformat()}", moment.now)


def _tell(session: Session, moment: Moment, text: str, once: str, due: datetime) -> None:
    office = people.in_role(session, Role.OFFICE, local_date(moment.now, moment.zone))
    for contact in people.contacts(session, office, moment.reach.running):
        if contact.address is not None:
            outbox.write(
                session, address=contact.address, person_id=contact.id, message=Outgoing(text=text),
                lane=Lane.REMINDER, now=moment.now, limit=moment.reach.limit(contact.address.channel),
                due=due, once=f"{once} for person {contact.id}",
            )  # fmt: skip


def _text(session: Session, unreached: list[int]) -> str:
    cards = reminding.cards(session, unreached[:SHOWN])
    lines = [
        words.UNREACHED_LINE.format(unit=card.unit, name=card.name, phone=card.phone or words.NO_PHONE)
        for card in cards.values()
    ]
    if len(unreached) > SHOWN:
        lines.append(words.UNREACHED_MORE.format(count=len(unreached) - SHOWN))
    return "\n".join([words.UNREACHED.format(count=len(unreached)), *lines])


def tell_of_undelivered(session: Session, moment: Moment, undelivered: Sequence[Duty]) -> None:
    """The office decides about them; it is told once for each close, in working hours."""
    if not undelivered:
        return
    closes = undelivered[0].closes
    due = next_working_moment(moment.now, moment.rules.book, moment.zone)
    _tell(session, moment, words.UNDELIVERED, f"undelivered at {closes.isoformat()}", due)
