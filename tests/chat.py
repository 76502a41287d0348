"""A person in a test: says, taps, sends; sees. Every turn goes through the real database, in its own transaction.

The channel is called `chat`; its messages are read from the outbox as if each had been sent at once. State passes
through JSON each turn, for it lives only in rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select

from handlers.city import City, Show
from handlers.turn import take_turn
from handlers.words import Words
from rules.workdays import city_zone
from storage import inbox
from storage.database import Database
from storage.inbox import Waiting
from storage.messages import Address, Arrived, Incoming, IncomingKind, Media, MediaKind, Option, Outgoing
from storage.tables.traffic import InboxRow, OutboxRow

ZONE = city_zone()
CITY = City(words=Words(), zone=ZONE, shows={"chat": Show(edits=True, text_limit=4096)})
START = datetime(2012, 3, 26, 9, 0, tzinfo=ZONE)

_numbers = count(1)


@dataclass
class Clock:
    """The city's clock of a test: it stands still until it is moved."""

    now: datetime = START

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Chat:
    """One account of the test's channel."""

    database: Database
    user: str
    clock: Clock = field(default_factory=Clock)
    city: City = CITY
    seen: int = 0

    @property
    def address(self) -> Address:
        return Address(channel="chat", account="bot", user=self.user, chat=self.user)

    def says(self, text: str) -> Outgoing:
        return self._takes(Incoming(address=self.address, kind=IncomingKind.TEXT, text=text))

    def taps(self, label: str, of: Outgoing | None = None) -> Outgoing:
        """Presses the button whose label begins so, of the message last seen or of another."""
        message = of or self.last()
        return self.presses(button(message, label).data)

    def presses(self, data: str, message: str = "1") -> Outgoing:
        return self._takes(
            Incoming(address=self.address, kind=IncomingKind.BUTTON, text=data, message=message)
        )

    def sends(self, *references: str) -> Outgoing:
        media = tuple(Media(kind=MediaKind.PHOTO, reference=each) for each in references)
        return self._takes(Incoming(address=self.address, kind=IncomingKind.MEDIA, media=media))

    def sends_other(self, kind: IncomingKind, **given: object) -> Outgoing | None:
        self.takes(Incoming(address=self.address, kind=kind, **given))
        return self.messages()[-1] if self.messages() else None

    def messages(self) -> list[Outgoing]:
        """Everything that was written to this account, oldest first."""
        rows = self.rows()
        return [Outgoing.model_validate(row.body) for row in rows]

    def rows(self) -> list[OutboxRow]:
        wanted = select(OutboxRow).where(OutboxRow.chat == self.user).order_by(OutboxRow.id)
        return self.database.run_now(lambda session: list(session.scalars(wanted)))

    def last(self) -> Outgoing:
        return self.messages()[-1]

    def _takes(self, incoming: Incoming) -> Outgoing:
        before = len(self.rows())
        self.takes(incoming)
        after = self.messages()
        assert len(after) > before, f"no answer to {incoming.text!r}"
        return after[-1]

    def takes(self, incoming: Incoming, external: str | None = None) -> None:
        """Stores the message as it would arrive, and takes its turn, if it is new."""
        external = external or str(next(_numbers))
        sender = f"chat:bot:{self.user}"
        arrived = Arrived(
            channel="chat", account="bot", external=external, sender=sender,
            raw=incoming.model_dump_json().encode(), received=self.clock.now,
        )  # fmt: skip
        self.database.run_now(lambda session: inbox.store(session, [arrived]))
        for row in self._new():
            again = Incoming.model_validate_json(row.raw)
            self.database.run_now(
                lambda s, r=row, i=again: take_turn(s, self.city, r, i, self.clock.now, self.clock.now)
            )

    def _new(self) -> Iterator[Waiting]:
        rows = self.database.run_now(lambda session: inbox.waiting(session, self.clock.now, 10))
        return iter(rows)

    def inbox_state(self) -> list[tuple[str, str]]:
        wanted = select(InboxRow.state, InboxRow.note).where(InboxRow.sender == f"chat:bot:{self.user}")
        return self.database.run_now(lambda session: [tuple(row) for row in session.execute(wanted)])


def button(message: Outgoing, label: str) -> Option:
    for row in message.rows:
        for option in row:
            if option.label.startswith(label):
                return option
    raise AssertionError(f"no button {label!r} in {message}")


def labels(message: Outgoing) -> list[str]:
    return [option.label for row in message.rows for option in row]
