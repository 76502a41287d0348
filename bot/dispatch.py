"""From the inbox to turns: the oldest new message of each sender, several in one transaction.

Rule 1  A sender's messages are taken in order: a row that waits for its retry holds back the later ones.
Rule 2  A bug rolls back what shares its transaction; each is then taken alone, and the bug's turn is retried. After
        the last try the row is parked with its bytes, the person gets one sentence, the admin is told. A database
        that cannot write is nobody's bug: the row stays as it is.
Rule 3  The wake-up is cleared before the query, so that no row waits for the slow poll.
Rule 4  Of several processes one takes a person's turn (storage/claiming.py); the others leave it to that one, which
        looks again afterwards. So that they seldom reach for the same, each begins with other units.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Unreadable
from bot.clock import Clock
from bot.watching.meters import Meters
from bot.watching.pulse import Pulse
from handlers.city import City
from handlers.turn import AlreadyTaken, take_turns
from rules.kinds import Lane
from storage import claiming, faults, inbox, outbox, people
from storage.database import Database
from storage.inbox import Waiting
from storage.messages import Account, Incoming, Outgoing

log = logging.getLogger(__name__)

BATCH = 200
# Turns of one transaction: enough to share its cost, few enough that the first answers need not wait long.
TOGETHER = 50
# Where turns of several processes meet, a unit's turns bar those of its colleagues elsewhere for so long.
TOGETHER_BESIDE_OTHERS = 16
RETRIES = (timedelta(seconds=1), timedelta(seconds=5))
POLL_SECONDS = 5.0
PAUSE_SECONDS = 1.0  # after the database could not write


Press = tuple[Account, str]  # of which account, and its id there


class Dispatch:
    """`await run()` takes turns until it is cancelled. `after` is called whenever turns were committed.

    `on_media` is called too if there may be something to fetch; `serves` says of which accounts turns are taken here.
    """

    def __init__(
        self,
        *,
        database: Database,
        channels: Mapping[Account, Channel],
        city: City,
        clock: Clock,
        after: Callable[[], None],
        admin: str = "",
        retries: Sequence[timedelta] = RETRIES,
        meters: Meters | None = None,
        on_media: Callable[[], None] = lambda: None,
        serves: Callable[[Account], bool] = lambda _account: True,
    ) -> None:
        self._database = database
        self._channels = channels
        self._city = city
        self._clock = clock
        self._after = after
        self._admin = admin
        self._retries = retries
        self._meters = meters or Meters()
        self.pulse = Pulse()
        self._on_media = on_media
        self._serves = serves
        self._alone = database.alone
        self._together = TOGETHER if database.alone else TOGETHER_BESIDE_OTHERS
        self.busy = False  # taking turns: what is stored now waits, unless another process takes it
        self._left = False  # the last look saw more than fit into one transaction
        self._woken = asyncio.Event()
        self._answering: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        self._woken.set()

    @property
    def behind(self) -> bool:
        """Whether turns are being taken, and others wait that were seen or that woke us meanwhile."""
        return self.busy and (self._left or self._woken.is_set())

    async def run(self) -> None:
        while True:
            self._woken.clear()
            self.busy = True
            taken = await self.take_waiting()
            self.busy = False
            if not taken:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):  # wait_for loses a stop that meets a wake-up
                        await self._woken.wait()

    async def take_waiting(self) -> int:
        """Takes the oldest new row of each sender; returns how many were ours to take."""
        taken = 0
        rows = await self._database.read(self._waiting)
        self.pulse.beat()
        self._left = len(rows) > self._together
        for first in range(0, len(rows), self._together):
            taken += await self._take_together(rows[first : first + self._together])
            if taken:
                self._after()
            self.pulse.beat()
            if taken and not self._alone:  # the others have taken theirs meanwhile: what was seen is old
                break
        return taken

    def _waiting(self, session: Session) -> list[Waiting]:
        """The oldest first; of many, where other processes reach for them too, whichever a die says."""
        now, rows = self._clock.machine(), dict[int, Waiting]()
        found = inbox.waiting(session, now, BATCH)
        while found:
            rows = {row.id: row for row in found if self._serves((row.channel, row.account))}
            if rows or len(found) < BATCH:
                break
            found = inbox.waiting(session, now, BATCH, after=found[-1].id)
        if self._alone or len(rows) <= self._together:
            return list(rows.values())
        order = claiming.shuffled(session, list(rows), random.getrandbits(62))
        return [rows[each] for each in order]

    async def _take_together(self, rows: Sequence[Waiting]) -> int:
        """Several rows in one transaction; if it fails, none of it happened, and each is taken alone."""
        read = []
        for row in rows:
            try:
                read.append((row, self._read(row)))
            except Exception as error:
                await self._not_taken(row, error)
        presses = _presses(read)
        try:
            return len(rows) - len(read) + await self._run(read, presses)
        except Exception as error:
            if len(read) == 1:
                await self._not_taken(read[0][0], error)
            else:
                await asyncio.gather(*(self._take_alone(row, incoming, presses) for row, incoming in read))
        return len(rows)

    async def _take_alone(self, row: Waiting, incoming: Incoming | None, presses: dict[int, Press]) -> None:
        try:
            await self._run([(row, incoming)], presses)
        except Exception as error:
            await self._not_taken(row, error)

    async def _run(self, read: Sequence[tuple[Waiting, Incoming | None]], presses: dict[int, Press]) -> int:
        """`presses` are those of these rows that nobody has answered; they are answered and taken from it here."""
        now, machine = self._clock.city(), self._clock.machine()

        loop = asyncio.get_running_loop()

        def work(session: Session) -> set[int]:
            ours = claiming.turns_of(session, [row.id for row, _ in read])
            # The platform wants a press answered within seconds, before the work. Should this transaction be outrun and
            # another process take the row, it is answered once more, which is harmless.
            loop.call_soon_threadsafe(self._answer, [presses.pop(each) for each in ours if each in presses])
            take_turns(session, self._city, [each for each in read if each[0].id in ours], now, machine)
            return ours

        taken = await self._database.run(work)
        self._measure([row for row, _ in read if row.id in taken])
        if any(incoming is not None and incoming.media for _, incoming in read):
            self._on_media()
        return len(taken)

    def _measure(self, rows: Sequence[Waiting]) -> None:
        committed = self._clock.machine()
        for row in rows:
            self._meters.turns.observe((committed - row.received).total_seconds())

    async def _not_taken(self, row: Waiting, error: Exception) -> None:
        match error:
            case AlreadyTaken():
                log.info("inbox row %s was taken by another turn", row.id)
            case DBAPIError() if faults.cannot_work(error):
                log.error("the database did not take inbox row %s; it stays", row.id, exc_info=error)
                await asyncio.sleep(PAUSE_SECONDS)
            case Unreadable():
                log.warning("inbox row %s cannot be read: %s", row.id, error)
                await self._fail(row, error)
            case _:
                log.error("inbox row %s met a bug", row.id, exc_info=error)
                await self._fail(row, error)

    def _read(self, row: Waiting) -> Incoming | None:
        channel = self._channels.get((row.channel, row.account))
        if channel is None:
            raise LookupError(f"no channel {row.channel} {row.account} is configured")
        return channel.to_incoming(row.raw)

    def _answer(self, presses: Sequence[Press]) -> None:
        for account, press in presses:
            task = asyncio.create_task(self._channels[account].answer_press(press))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _fail(self, row: Waiting, error: Exception) -> None:
        hopeless = isinstance(error, Unreadable) or row.attempts >= len(self._retries)
        wait = None if hopeless else self._retries[row.attempts]
        note = type(error).__name__  # its text may hold what people said; the log has the traceback
        now, machine = self._clock.city(), self._clock.machine()
        try:
            await self._database.run(
                lambda session: self._note_failure(session, row, note, wait, now, machine)
            )
        except Exception:
            log.exception("inbox row %s: its failure could not be told; it is only noted", row.id)
            await self._only_note(row, machine + wait if wait else None, note)
        if wait is not None:
            asyncio.get_running_loop().call_later(wait.total_seconds(), self.wake)

    async def _only_note(self, row: Waiting, retry: datetime | None, note: str) -> None:
        try:
            await self._database.run(lambda session: inbox.failed(session, row, retry, note))
        except SQLAlchemyError:
            log.exception("inbox row %s: its failure could not be noted; it is tried again", row.id)
            await asyncio.sleep(PAUSE_SECONDS)

    def _note_failure(
        self,
        session: Session,
        row: Waiting,
        note: str,
        wait: timedelta | None,
        now: datetime,
        machine: datetime,
    ) -> None:
        ours = inbox.failed(session, row, machine + wait if wait is not None else None, note)
        if ours and wait is None:
            self._apologise(session, row, note, now)

    def _apologise(self, session: Session, row: Waiting, note: str, now: datetime) -> None:
        """One sentence to the person, if it can be known who it is; and the admins are told."""
        words = self._city.words
        try:
            incoming = self._channels[(row.channel, row.account)].to_incoming(row.raw)
        except Exception:
            incoming = None
        if incoming is not None and not incoming.group:
            outbox.write(
                session, address=incoming.address, person_id=None, message=Outgoing(text=words.trouble),
                lane=Lane.REPLY, now=now, inbox_id=row.id, limit=self._city.show(row.channel).text_limit,
            )  # fmt: skip
        text = words.trouble_for_admin.format(inbox=row.id, error=note[:200])
        tell_admins(session, self._city, self._admin, text, now, row.id)


def _presses(read: Sequence[tuple[Waiting, Incoming | None]]) -> dict[int, Press]:
    """By inbox row."""
    return {
        row.id: ((row.channel, row.account), incoming.press)
        for row, incoming in read
        if incoming and incoming.press
    }


def tell_admins(
    session: Session,
    city: City,
    admin: str,
    text: str,
    now: datetime,
    inbox_id: int | None = None,
    once: str | None = None,
) -> None:
    """An urgent word to the admin that is named, or to everyone with that role. `once` names what is said once."""
    admins = people.admins(session, admin, now.astimezone(city.zone).date())
    for contact in people.contacts(session, admins, city.running):
        channel = contact.address.channel if contact.address else ""
        outbox.write(
            session, address=contact.address, person_id=contact.id, message=Outgoing(text=text),
            lane=Lane.URGENT, now=now, inbox_id=inbox_id, limit=city.show(channel).text_limit,
            once=f"{once} for person {contact.id}" if once else None,
        )  # fmt: skip
