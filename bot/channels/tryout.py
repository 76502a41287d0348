"""The try-out page as a channel: it keeps its own messages as a platform would, and tells open pages of news.

A message counts as sent once it is stored. Files are kept under their hash in a folder, as a platform keeps them.
So are the figures of a chart: its picture is drawn when somebody looks at it, for a moved clock sends hundreds that
nobody will ever see.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.channel import Calls, Capabilities, TooLarge, Unfetchable, Unreadable
from reminders.pictures.telling import told
from storage import inbox, quiet_hours, sends
from storage.database import Database, mark
from storage.messages import Address, Arrived, Incoming, Outgoing
from storage.outbox_queue import Room
from storage.sends import Claimed, End, Outcome
from storage.tables.registry import Binding, Person
from storage.tables.tryout import TryoutMessage

NAME = "tryout"
ACCOUNT = "city"
NEWEST = 200
LOOKED_BACK = 20
AT_ONCE = 500  # messages of one claim
LEASE = timedelta(seconds=90)
Page = asyncio.Queue[dict[str, Any] | None]  # what an open page is still to be told; None: no more


def address(person_id: int) -> Address:
    return Address(channel=NAME, account=ACCOUNT, user=str(person_id), chat=str(person_id))


def sender(person_id: int) -> str:
    return f"{NAME}:{ACCOUNT}:{person_id}"


def bind_everyone(session: Session, now: datetime) -> None:
    """In the try-out everyone of the registry can be played, so everyone is bound."""
    bound = select(Binding.person_id).where(Binding.channel == NAME, Binding.ended.is_(None))
    to_bind = select(Person.id).where(Person.active.is_(True), Person.id.not_in(bound)).order_by(Person.id)
    for person_id in session.scalars(to_bind):
        session.add(Binding(person_id=person_id, **address(person_id).model_dump(), bound=now, last_used=now))


class TryoutChannel:
    name = NAME
    account = ACCOUNT
    capabilities = Capabilities(edits=True, text_limit=4096, draws=True)

    def __init__(self, database: Database, folder: Path, city_now: Callable[[], datetime]) -> None:
        self._database = database
        self._folder = folder
        self._city_now = city_now
        self._pages: set[Page] = set()

    # --- as a channel -------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> Counter[Calls]:
        return Counter()  # it is its own platform

    def deaf_for(self) -> float:
        return 0

    def to_incoming(self, raw: bytes) -> Incoming | None:
        try:
            return Incoming.model_validate_json(raw)
        except ValidationError as error:
            raise Unreadable(str(error)) from error

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        body = self._body(message, files)
        row = await self._database.run(
            lambda session: _add_once(session, int(chat), self._city_now(), body, key)
        )
        self.announce({"person": int(chat)})
        return str(row)

    def _body(self, message: Outgoing, files: tuple[bytes, ...] = ()) -> dict[str, Any]:
        body = message.model_dump(mode="json", exclude_defaults=True, exclude={"chart", "photos"})
        media = [{"kind": "photo", "url": f"/tryout/media/{self.keep(file)}", "name": ""} for file in files]
        body["media"] = [*self._chart(message), *media]
        return body

    async def take_all(self, machine: datetime, zone: ZoneInfo) -> None:
        """What is due goes out in one transaction, as one would take a sack of letters: while the city's clock is moved
        there are hundreds. What has photos, or cannot be read, is left to the delivery."""
        now = self._city_now()
        for person_id in await self._database.run(
            lambda session: self._take_all(session, now, machine, zone)
        ):
            self.announce({"person": person_id})

    def _take_all(self, session: Session, now: datetime, machine: datetime, zone: ZoneInfo) -> set[int]:
        told_to, left = set[int](), set[str]()
        quiet_hours.hold_back(session, NAME, ACCOUNT, now, zone)
        while rows := self._due(session, now, machine, left):
            outcomes = [self._taken(session, row, now) for row in rows]
            sends.finish(session, outcomes, now)
            left |= {each.row.chat for each in outcomes if each.end is not End.SENT}
            told_to |= {int(each.row.chat) for each in outcomes if each.end is End.SENT}
        return told_to

    def _due(self, session: Session, now: datetime, machine: datetime, left: set[str]) -> list[Claimed]:
        room = Room(total=AT_ONCE, bulk=AT_ONCE, busy=frozenset(left))
        claims = sends.claim(
            session, channel=NAME, account=ACCOUNT, room=room, now=now, machine=machine, lease=LEASE
        )
        return claims.rows

    def _taken(self, session: Session, row: Claimed, now: datetime) -> Outcome:
        try:
            message = Outgoing.model_validate(row.body)
        except ValidationError:
            return Outcome(row, End.NOT_SENT)
        if message.photos:
            return Outcome(row, End.NOT_SENT)
        bubble = _add_once(session, int(row.chat), now, self._body(message), f"{row.id}")
        return Outcome(row, End.SENT, external=str(bubble))

    def _chart(self, message: Outgoing) -> list[dict[str, str]]:
        if message.chart is None:
            return []
        kept = self.keep(message.chart.model_dump_json().encode())
        return [{"kind": "chart", "url": f"/tryout/charts/{kept}", "name": "", "alt": told(message.chart)}]

    async def answer_press(self, press: str) -> None:
        """The page shows a press by itself."""

    async def fetch(self, reference: str, limit: int) -> bytes:
        path = self.kept(reference)
        if path is None:
            raise Unfetchable(f"no file {reference}")
        if (found := path.stat().st_size) > limit:
            raise TooLarge(found)
        return await asyncio.to_thread(path.read_bytes)

    # --- as a platform ------------------------------------------------------------------------------------------------

    async def say(
        self, person_id: int, nonce: str, incoming: Incoming, bubble: dict[str, Any] | None, machine: datetime
    ) -> bool:
        """Stores what a person said, with its bubble, in one transaction; False if this nonce was stored before."""
        arrived = Arrived(
            channel=NAME, account=ACCOUNT, external=f"{person_id}:{nonce}", sender=sender(person_id),
            raw=incoming.model_dump_json(exclude_defaults=True).encode(), received=machine,
        )  # fmt: skip

        def write(session: Session) -> bool:
            if inbox.is_known(session, arrived):
                return False
            inbox.store(session, [arrived])
            if bubble is not None:
                _add(session, person_id, True, self._city_now(), bubble)
            return True

        new = await self._database.run(write)
        if new:
            self.announce({"person": person_id})
        return new

    async def messages(self, person_id: int, after: int | None) -> tuple[int, list[TryoutMessage]]:
        """Bubbles after that one, oldest first (without it, the newest 200), and the newest id."""
        wanted = select(TryoutMessage).where(TryoutMessage.person_id == person_id)
        if after is None:
            wanted = wanted.order_by(TryoutMessage.id.desc()).limit(NEWEST)
        else:
            wanted = wanted.where(TryoutMessage.id > after).order_by(TryoutMessage.id)
        rows = await self._database.read(lambda session: list(session.scalars(wanted)))
        rows.sort(key=lambda row: row.id)
        return (rows[-1].id if rows else after or 0), rows

    def keep(self, file: bytes) -> str:
        digest = hashlib.sha256(file).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / digest).write_bytes(file)
        return digest

    def kept(self, reference: str) -> Path | None:
        path = self._folder / reference
        is_ours = len(reference) == 64 and reference.isascii() and reference.isalnum()
        return path if is_ours and path.is_file() else None

    def announce(self, news: dict[str, Any]) -> None:
        for page in self._pages:
            page.put_nowait(news)

    def hang_up(self) -> None:
        """Tells every open page that nothing more will come: the program ends."""
        for page in self._pages:
            page.put_nowait(None)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Page]:
        """News for one open page."""
        page: Page = asyncio.Queue()
        self._pages.add(page)
        try:
            yield page
        finally:
            self._pages.discard(page)


def _add(session: Session, person_id: int, mine: bool, at: datetime, body: dict[str, Any]) -> int:
    # The page asks for what is newer than the last that it has: so a person's bubbles are numbered one after the other.
    mark(session, Person.metadata.tables["people"], [person_id])
    row = TryoutMessage(person_id=person_id, mine=mine, at=at, body=body)
    session.add(row)
    session.flush()
    return row.id


def _add_once(session: Session, person_id: int, at: datetime, body: dict[str, Any], key: str) -> int:
    """The bubble of a message of ours; the one that is there, if it has come before under this key.

    What is sent again is never far back: a chat's later messages wait for it, but for more urgent ones.
    """
    mark(session, Person.metadata.tables["people"], [person_id])
    theirs = select(TryoutMessage).where(TryoutMessage.person_id == person_id, TryoutMessage.mine.is_(False))
    newest = session.scalars(theirs.order_by(TryoutMessage.id.desc()).limit(LOOKED_BACK))
    there = next((row.id for row in newest if key and row.body.get("key") == key), None)
    return there or _add(session, person_id, False, at, {**body, "key": key} if key else body)
