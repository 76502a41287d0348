"""What the office hears of reminders: whom a round could not reach, and what was not provably delivered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.moment import Moment
from reminders.wording import nudges as words
from rules.kinds import Lane, Role
from rules.reminding import may_go
from rules.workdays import local_date
from storage import nudges, outbox, people, presses, reminding
from storage.messages import Option, Outgoing
from storage.tables.reporting import Duty

SHOWN = 8


def tell_office(session: Session, moment: Moment, begun: datetime) -> None:
    unreached = nudges.reasons_since(session, begun, ["unreachable", "away"])
    if not unreached:
        return
    message = Outgoing(text=_text(session, unreached), rows=_button(words.NEW_CODE, "rebind"))
    _tell(session, moment, message, f"unreached since {begun.isoformat()}", moment.now)


def _button(label: str, conversation: str) -> tuple[tuple[Option, ...], ...]:
    return ((Option(label=label, data=presses.begins(conversation)),),)


def _tell(session: Session, moment: Moment, message: Outgoing, once: str, due: datetime) -> None:
    office = people.in_role(session, Role.OFFICE, local_date(moment.now, moment.zone))
    for contact in people.contacts(session, office, moment.reach.running):
        if contact.address is not None:
            outbox.write(
                session, address=contact.address, person_id=contact.id, message=message,
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
    """The office decides about them. It is told in working hours, once for all that are told of in one hour."""
    if not undelivered:
        return
    due = may_go(moment.now, moment.rules.book, moment.zone)
    message = Outgoing(text=words.UNDELIVERED, rows=_button(words.JUDGE, "judge_duty"))
    _tell(session, moment, message, f"undelivered told {due:%Y-%m-%d %H}", due)
