"""The turn at hand: one person's one message, its transaction, and the ways to say something."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from handlers.city import City
from handlers.facts import PersonFacts
from rules.kinds import Lane
from storage import outbox
from storage.messages import Incoming, IncomingKind, Outgoing
from storage.people import Contact


@dataclass(frozen=True, slots=True)
class Turn:
    session: Session
    city: City
    inbox_id: int
    incoming: Incoming
    person: PersonFacts
    now: datetime  # the city's clock
    machine: datetime  # the computer's
    today: date  # the city's date

    def answer(self, message: Outgoing, *, number: str = "", in_place: bool = False) -> None:
        """Says something to who wrote, where they wrote; if asked, in place of the message they pressed."""
        answer(self.session, self.city, self.inbox_id, self.incoming, self.person.id, message, self.now,
               number=number, in_place=in_place)  # fmt: skip

    def push(
        self, contact: Contact, message: Outgoing, lane: Lane, *, number: str = "", once: str | None = None
    ) -> None:
        """Says something to someone else, on the channel used last; recorded even if nothing reaches them.

        What was written with the same `once` before is not written again.
        """
        channel = contact.address.channel if contact.address else ""
        outbox.write(
            self.session, address=contact.address, person_id=contact.id, message=message, lane=lane,
            now=self.now, inbox_id=self.inbox_id, number=number, limit=self.city.show(channel).text_limit,
            once=once,
        )  # fmt: skip


def answer(
    session: Session,
    city: City,
    inbox_id: int,
    incoming: Incoming,
    person_id: int | None,
    message: Outgoing,
    now: datetime,
    *,
    number: str = "",
    in_place: bool = False,
) -> None:
    show = city.show(incoming.address.channel)
    if in_place and show.edits and incoming.kind is IncomingKind.BUTTON and incoming.message:
        message = message.model_copy(update={"replaces": incoming.message})
    outbox.write(
        session, address=incoming.address, person_id=person_id, message=message, lane=Lane.REPLY, now=now,
        inbox_id=inbox_id, number=number, limit=show.text_limit,
    )  # fmt: skip
