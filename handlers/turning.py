"""The turn at hand: one person's one message, its transaction, and the ways to say something."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from handlers import albums
from handlers.city import City
from handlers.facts import PersonFacts
from rules.kinds import Lane
from storage import outbox, quiet_hours
from storage.messages import Incoming, IncomingKind, Outgoing
from storage.people import Contact
from storage.preview import Preview


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
    plans: dict[int, Preview] = field(
        default_factory=dict
    )  # of workbooks, planned in this turn's transaction

    def answer(self, message: Outgoing, *, number: str = "", in_place: bool = False) -> None:
        """Says something to who wrote, where they wrote; if asked, in place of the message they pressed."""
        if self.incoming.album:
            self._answer_album(message, number)
            return
        answer(self.session, self.city, self.inbox_id, self.incoming, self.person.id, message, self.now,
               number=number, in_place=in_place)  # fmt: skip

    def _answer_album(self, message: Outgoing, number: str) -> None:
        show = self.city.show(self.incoming.address.channel)
        said = albums.say_with(self.session, self.incoming, self.person.id, message, show)
        if said is None:
            return
        outbox.write(
            self.session, address=self.incoming.address, person_id=self.person.id, message=said,
            lane=Lane.REPLY, now=self.now, inbox_id=self.inbox_id, number=number, limit=show.text_limit,
            once=albums.key(self.incoming, self.inbox_id), not_before=self.machine + albums.GATHERING,
        )  # fmt: skip

    def apart(self) -> "Turn":
        """The same turn, but what it says stands alone, not in the one answer to an album."""
        return replace(self, incoming=self.incoming.model_copy(update={"album": ""}))

    def push(
        self, contact: Contact, message: Outgoing, lane: Lane, *, number: str = "", once: str | None = None
    ) -> int | None:
        """Says something to someone else, on the channel used last; recorded even if nothing reaches them.

        It was not asked for there: unless it is urgent, it waits for the end of the quiet hours.

        What was written with the same `once` before is not written again. Gives back the outgoing row.
        """
        channel = contact.address.channel if contact.address else ""
        return outbox.write(
            self.session, address=contact.address, person_id=contact.id, message=message, lane=lane,
            now=self.now, inbox_id=self.inbox_id, number=number, limit=self.city.show(channel).text_limit,
            due=quiet_hours.may_go(self.session, self.now, self.city.zone) if lane.bulk else None, once=once,
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
