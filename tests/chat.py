"""A person in a test: says, taps, sends; sees. Every turn goes through the real database, in a transaction.

The channel is called `chat`; its messages are read from the outbox as if each had been sent at once. State
passes through JSON each turn, for it lives only in rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.city import City, Show
from handlers.turn import take_turn
from handlers.words import Words
from rules.workdays import city_zone
from storage import inbox
from storage.database import Database
from storage.inbox import Waiting
from storage.messages import Address, Arrived, Incoming, IncomingKind, Media, MediaKind, Option, Outgoing
from storage.tables.traffic import InboxRow, OutboxRow

T = TypeVar("T")
ZONE = city_zone()
WORDS = Words()
CITY = City(
    words=WORDS,
    zone=ZONE,
    shows={"chat": Show(edits=True, text_limit=4096)},
    running=frozenset({("chat", "bot")}),
)
START = datetime(2012, 3, 26, 9, 0, tzinfo=ZONE)

_numbers = count(1)


@dataclass
class Clock:
    """The city's clock of a test: it stands still until it is moved."""

    now: datetime = START

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)

    def strike(self, month: int, day: int, hour: int = 9, minute: int = 0) -> None:
        self.now = datetime(2012, month, day, hour, minute, tzinfo=ZONE)


@dataclass
class Chat:
    """One account of the test's channel."""

    database: Database
    user: str
    clock: Clock = field(default_factory=Clock)
    city: City = CITY

    @property
    def address(self) -> Address:
        return Address(channel="chat", account="bot", user=self.user, chat=self.user)

    @property
    def sender(self) -> str:
        return f"chat:bot:{self.user}"

    def says(self, text: str) -> Outgoing:
        return self._answered(self.text(text))

    def taps(self, label: str, of: Outgoing | None = None) -> Outgoing:
        """Presses the button whose label begins so, of the message last seen or of another."""
        return self.presses(button(of or self.last(), label).data)

    def presses(self, data: str) -> Outgoing:
        return self._answered(self.press(data))

    def sends(self, *references: str, caption: str = "") -> Outgoing:
        return self._answered(self.photos(*references, caption=caption))

    def text(self, text: str) -> Incoming:
        return Incoming(address=self.address, kind=IncomingKind.TEXT, text=text)

    def press(self, data: str) -> Incoming:
        return Incoming(address=self.address, kind=IncomingKind.BUTTON, text=data, message="1")

    def photos(self, *references: str, caption: str = "") -> Incoming:
        media = tuple(Media(kind=MediaKind.PHOTO, reference=each) for each in references)
        return Incoming(address=self.address, kind=IncomingKind.MEDIA, media=media, text=caption)

    def other(self, kind: IncomingKind, **given: object) -> Incoming:
        return Incoming.model_validate({"address": self.address, "kind": kind, **given})

    def messages(self) -> list[Outgoing]:
        """Everything that was written to this account, oldest first."""
        return [Outgoing.model_validate(row.body) for row in self.rows()]

    def rows(self) -> list[OutboxRow]:
        wanted = select(OutboxRow).where(OutboxRow.chat == self.user).order_by(OutboxRow.id)
        return self.look(lambda session: list(session.scalars(wanted)))

    def last(self) -> Outgoing:
        return self.messages()[-1]

    def takes(self, incoming: Incoming, external: str | None = None) -> list[Outgoing]:
        """Stores the message as it would arrive, and takes its turn if it is new; gives back the answers."""
        before = len(self.rows())
        self.arrives(incoming, external)
        self.take_waiting()
        return self.messages()[before:]

    def arrives(self, incoming: Incoming, external: str | None = None) -> None:
        arrived = Arrived(
            channel="chat", account="bot", external=external or str(next(_numbers)), sender=self.sender,
            raw=incoming.model_dump_json().encode(), received=self.clock.now,
        )  # fmt: skip
        self.look(lambda session: inbox.store(session, [arrived]))

    def take_waiting(self) -> None:
        """Takes turns until nothing waits, whoever's it is."""
        while rows := self.look(lambda session: inbox.waiting(session, self.clock.now, 10)):
            for row in rows:
                self._take(row)

    def _take(self, row: Waiting) -> None:
        incoming, now = Incoming.model_validate_json(row.raw), self.clock.now
        self.look(lambda session: take_turn(session, self.city, row, incoming, now, now))

    def _answered(self, incoming: Incoming) -> Outgoing:
        answers = self.takes(incoming)
        assert answers, f"no answer to {incoming.text!r}"
        return answers[-1]

    def inbox_states(self) -> list[tuple[str, str]]:
        wanted = select(InboxRow.state, InboxRow.note).where(InboxRow.sender == self.sender)
        return self.look(lambda session: [(row.state, row.note) for row in session.execute(wanted)])

    def look(self, work: Callable[[Session], T]) -> T:
        return self.database.run_now(work)


def button(message: Outgoing, label: str) -> Option:
    for row in message.rows:
        for option in row:
            if option.label.startswith(label):
                return option
    raise AssertionError(f"no button {label!r} in {message}")


def labels(message: Outgoing) -> list[str]:
    return [option.label for row in message.rows for option in row]
