"""The only sender: claims outgoing rows, calls the channels, writes back what came of it.

Rule 1  One look = one transaction: it writes back what has ended, then claims what may go now. What is
        claimed is sent at once, so a crash leaves in doubt only what was really on its way.
Rule 2  No outcome is forgotten: it stays in memory until the database has taken it. If the process dies
        first, the lease tells the next one that the message may have arrived.
Rule 3  A chat has one send in flight; its next row is claimed in or after the transaction that ends this one.
Rule 4  The wake-up is cleared before the look: what is committed during it causes the next one. A slow poll
        is the net, and finds what becomes due by the city clock.
Rule 5  Where several processes send for an account, what it may send is counted in rows, in the transaction that claims
        (`bot/sharing.py`); where one does, in its memory. Who is taken for dead sends nothing.
Rule 6  A look that failed may have been committed all the same. What it may have claimed is given back before the next
        claim, for as long as such a commit may still come.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.account_post import Post, backoff
from bot.attempts import Attempts
from bot.channels.channel import Channel
from bot.clock import Timed
from bot.rates import Rates
from bot.sharing import Pauses, Shared
from bot.watching.meters import Meters
from bot.watching.pulse import Pulse
from storage import quiet_hours, sends, waits
from storage.charts import Chart
from storage.database import Database
from storage.messages import Account
from storage.outbox import State
from storage.outbox_queue import Room
from storage.sends import Claimed, Claims, End, Outcome

log = logging.getLogger(__name__)

DATABASE_BACKOFF_CAP = 5.0
LAST_WRITES = 3
FORGOTTEN = "the answer to its claim was lost; it never went"
SHORTEST_WAIT = 0.001
# Between two looks at rows that processes share: what is written and what ends meanwhile shares the next one, which
# also finds out whether a process that was claiming for an account has left anything. It ends sooner when an account
# may send more: what is lost of the rate then does not come back.
BREATH = 0.02


class _Look(NamedTuple):
    """What a look at an account has claimed; and what all processes have sent for it, if that is kept in rows."""

    account: Account
    claims: Claims
    rates: Rates | None = None


class Delivery:
    """`await run()` sends until it is cancelled, and then lets what is in flight end.

    zone         the city's, in which its quiet hours are
    media        a photo of ours by its media id; if there is none any more, the message goes without it
    pictures     draws a chart; if it raises NotDrawn, the words go without the picture, and the row's note says so
    on_failed    told, in the transaction that fails the row, that it never goes there; may be told twice
    send_time    seconds after which a send that has not ended is unclear; must be shorter than the lease
    holder       this process's name, under which it claims
    serves       whether this process may send for an account now
    told         hears the database server's time whenever something is claimed, where the rates are shared
    """

    def __init__(
        self,
        *,
        database: Database,
        channels: Mapping[Account, Channel],
        rates: Mapping[Account, Rates],
        clock: Timed,
        zone: ZoneInfo,
        media: Callable[[int], Awaitable[bytes | None]],
        pictures: Callable[[Chart], Awaitable[bytes]],
        on_failed: Callable[[Session, Outcome, datetime], None],
        places: int = 64,
        lease: timedelta = timedelta(seconds=90),
        send_time: float = 60,
        patience: float = 5,
        poll: float = 5,
        meters: Meters | None = None,
        holder: str = "",
        serves: Callable[[Account], bool] = lambda _account: True,
        told: Callable[[datetime], None] = lambda _now: None,
    ) -> None:
        self._database = database
        self._posts = {
            account: Post(account, channel, rates[account], rates[account].fresh(clock.monotonic), places)
            for account, channel in channels.items()
        }
        self._clock = clock
        self._zone = zone
        self._on_failed = on_failed
        self._lease = lease
        self._patience = patience
        self._poll = poll
        self._meters = meters or Meters()
        self.pulse = Pulse()
        self._holder = holder
        self._serves = serves
        self._told = told
        self._attempts = Attempts(
            clock=clock, media=media, pictures=pictures, serves=serves, send_time=send_time
        )
        self._wake = asyncio.Event()
        self._ended: list[Outcome] = []
        self._sends: set[asyncio.Task[None]] = set()
        self._again: datetime | None = None
        self._failed_looks = 0
        self._breath = 0.0 if database.alone else BREATH
        self._doubtful_until = -math.inf
        self._asked = self._empty = 0
        self._emptied = asyncio.Event()

    def wake(self) -> None:
        """Something was written and committed."""
        self._wake.set()

    def ill(self) -> dict[Account, tuple[str, float]]:
        """Accounts on which nothing goes out: why, and for how many seconds."""
        posts = self._posts.items()
        return {account: (post.fault, ill) for account, post in posts if (ill := post.ill_for())}

    @property
    def in_flight(self) -> int:
        return len(self._sends)

    async def run(self) -> None:
        try:
            await self._recover()
            while True:
                began = self._clock.monotonic()
                seconds = await self.look()
                breath = min(self._breath, self._to_room(self._clock.monotonic() - began))
                await asyncio.sleep(breath)
                await self._until_woken(seconds - breath)
        finally:
            await self.close()

    async def look(self) -> float:
        """Writes back, claims, starts sends; returns the seconds until the next look is worth it."""
        self._wake.clear()
        self.pulse.beat()
        asked = self._asked
        outcomes = tuple(self._ended)
        looked = self._clock.monotonic()
        served = {account: post for account, post in self._posts.items() if self._serves(account)}
        rooms = {
            account: room
            for account, post in served.items()
            # Without room there is nothing to claim, but the other processes may have to be told why.
            if (room := post.room()).total > 0 or (post.pauses and not self._database.alone)
        }
        rescue = bool(outcomes and self._failed_looks)
        if rescue:  # after a failure what has ended is written first, and alone
            rooms = {}
        self._again = None
        if outcomes or rooms:
            try:
                claimed = await self._transact(outcomes, rooms)
            except Exception:
                return self._look_failed()
            self._failed_looks = 0
            del self._ended[: len(outcomes)]
            for row in claimed:
                self._start(row)
            if len(rooms) == len(served) and not (claimed or self._sends or self._ended):
                self._empty = asked
                self._emptied.set()
        return SHORTEST_WAIT if rescue else self._next_look(looked)

    async def emptied(self, seconds: float) -> None:
        """Waits until a look that begins from now on finds nothing to send, at most so many seconds."""
        self._asked += 1
        mine = self._asked
        self.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._empty < mine:
                    self._emptied.clear()
                    await self._emptied.wait()

    async def settled(self) -> None:
        """Waits until nothing is in flight. The outcomes are written by the next look."""
        while self._sends:
            await asyncio.wait(self._sends)

    async def close(self) -> None:
        """Lets sends in flight end for `patience` seconds, cuts off the rest; writes all outcomes."""
        if self._sends:
            await asyncio.wait(self._sends, timeout=self._patience)
        for send in self._sends:
            send.cancel()
        await self.settled()
        for _ in range(LAST_WRITES):
            if not (self._ended or self._doubtful):
                return
            try:
                await self._write_back()
            except Exception:
                self._look_failed()

    async def _write_back(self) -> None:
        outcomes = tuple(self._ended)
        if outcomes or self._doubtful:
            await self._transact(outcomes, {})
            self._doubtful_until = -math.inf
            del self._ended[: len(outcomes)]

    async def _recover(self) -> None:
        """Where `serve` alone holds the file (decisions.md 30), whoever had a lease is dead; else see bot/living.py."""
        machine = self._clock.machine()
        while True:
            try:
                await self._write_back()  # what an earlier run of ours could not write
                if not self._database.alone:
                    return None
                await self._database.run(lambda session: sends.end_leases(session, machine))
                return await self._remember()
            except Exception:
                await asyncio.sleep(self._look_failed())

    async def _remember(self) -> None:
        """What an earlier process has sent lately counts too where a platform drops the rest without a word."""
        now = self._clock.city()
        for (channel, account), post in self._posts.items():
            if not post.rates.memory:
                continue
            since = now - timedelta(seconds=post.rates.memory)
            work = partial(waits.lately, channel=channel, account=account, since=since)
            for chat, ended in await self._database.read(work):
                post.rates.remember(chat, max(0.0, (now - ended).total_seconds()))

    async def _until_woken(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    def _look_failed(self) -> float:
        self._failed_looks += 1
        log.exception("the outbox could not be written; %d outcomes wait for the next try", len(self._ended))
        return backoff(self._failed_looks, DATABASE_BACKOFF_CAP)

    def _next_look(self, looked: float) -> float:
        """The rates, a row's back-off or the poll, whichever is first; a send that ends wakes us itself."""
        seconds = [self._poll]
        ago = self._clock.monotonic() - looked
        for post in self._posts.values():
            if (change := post.rates.seconds_to_change(ago)) is not None:
                seconds.append(change)
        if self._again is not None:
            seconds.append((self._again - self._clock.machine()).total_seconds())
        return max(SHORTEST_WAIT, min(seconds))

    def _to_room(self, ago: float) -> float:
        """Seconds until an account may send more than it might so many seconds ago."""
        return min((post.rates.seconds_to_room(ago) for post in self._posts.values()), default=math.inf)

    async def _transact(self, outcomes: Sequence[Outcome], rooms: Mapping[Account, Room]) -> list[Claimed]:
        """One transaction. If we are cancelled meanwhile, what it claimed is given back: it was not sent."""
        now, machine = self._clock.city(), self._clock.machine()
        told = {account: dict(self._posts[account].pauses) for account in rooms}
        doubtful, known = self._doubtful, self._known()

        def work(session: Session) -> list[_Look]:
            shared = {account: self._shared(session, account, told[account]) for account in rooms}
            sends.finish(session, outcomes, now)
            if doubtful:
                forgotten = sends.forgotten(session, self._holder, known)
                sends.finish(session, [Outcome(row, End.NOT_SENT, note=FORGOTTEN) for row in forgotten], now)
            for outcome in outcomes:
                if outcome.state is State.FAILED:
                    self._on_failed(session, outcome, now)
            return [
                self._claim(session, account, room, shared[account], now, machine)
                for account, room in rooms.items()
            ]

        # Shielded, for the transaction goes on when we are cancelled, and its claims must not be forgotten.
        running = asyncio.ensure_future(self._database.run(work))
        try:
            found = await asyncio.shield(running)
        except asyncio.CancelledError:
            try:
                await self._give_back(running)
            except Exception:
                self._doubt()
            raise
        except Exception:
            self._doubt()
            raise
        self._again = min((each.claims.again for each in found if each.claims.again), default=None)
        for each in found:
            self._counted(each, told[each.account])
        return [row for each in found for row in each.claims.rows]

    def _doubt(self) -> None:
        self._doubtful_until = self._clock.monotonic() + self._lease.total_seconds()

    @property
    def _doubtful(self) -> bool:
        """Whether we may have claimed without knowing."""
        return self._clock.monotonic() < self._doubtful_until

    def _known(self) -> set[int]:
        in_flight = (row for post in self._posts.values() for row in post.in_flight.values())
        return {row.id for row in (*in_flight, *(outcome.row for outcome in self._ended))}

    async def _give_back(self, running: Awaitable[list[_Look]]) -> None:
        for each in await running:
            self._ended += [
                Outcome(row, End.NOT_SENT, note="stopped before it went") for row in each.claims.rows
            ]

    def _shared(self, session: Session, account: Account, told: Pauses) -> Shared | None:
        """The account, if it has many senders and no other one is claiming; it is told of our pauses."""
        if self._database.alone:
            return None
        shared = Shared.taken(session, account, self._posts[account].rates.fresh(), self._told)
        if shared is not None:
            shared.pause(told)
        return shared

    def _claim(
        self, session: Session, account: Account, room: Room, shared: Shared | None, now: datetime,
        machine: datetime,
    ) -> _Look:  # fmt: skip
        if shared is None and not self._database.alone:
            return _Look(account, Claims([], machine + timedelta(seconds=BREATH)))
        quiet_hours.hold_back(session, *account, now, self._zone)
        if shared is not None:
            room = shared.within(room, sends.being_sent(session, *account, machine))
        claims = sends.claim(
            session, channel=account[0], account=account[1], room=room, now=now, machine=machine,
            lease=self._lease, holder=self._holder,
        )  # fmt: skip
        if shared is None:
            return _Look(account, claims)
        shared.count(claims.rows)
        return _Look(account, claims, shared.rates)

    def _counted(self, look: _Look, told: Pauses) -> None:
        post = self._posts[look.account]
        if look.rates is not None:
            post.counted(look.rates, told)
        elif self._database.alone:
            post.pauses.clear()
            for row in look.claims.rows:
                post.rates.take(row.lane, row.chat)

    def _start(self, row: Claimed) -> None:
        post = self._posts[row.channel, row.account]
        post.in_flight[row.chat] = row
        send = asyncio.create_task(self._send(post, row, post.answers))
        self._sends.add(send)
        send.add_done_callback(self._sends.discard)

    async def _send(self, post: Post, row: Claimed, answers: int) -> None:
        outcome = await self._attempts.make(post, row, answers)
        self._meters.attempts.labels(row.channel, outcome.end.value).inc()
        self._ended.append(outcome)
        del post.in_flight[row.chat]
        self._wake.set()
