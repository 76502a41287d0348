"""Updates between "it happened" and "the bot has it": ids, retention, confirmation, long polling.

Rule 1: an update leaves only when a later call names a higher offset, a webhook answered 2xx, or it expired.
Rule 2: messages are kept 24 hours and callback queries 150 seconds, by the fake's clock.
Rule 3: a second poller ends the one that waits with 409; with updates pending both are served.
"""

import asyncio
import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from tests.fakes.telegram.chats import Json
from tests.fakes.telegram.clock import Clock
from tests.fakes.telegram.errors import other_poller
from tests.fakes.telegram.faults import Faults
from tests.fakes.telegram.wire import encode

MESSAGE_LIFETIME = 24 * 3600.0
CALLBACK_LIFETIME = 150.0
SILENT_WEEK = 7 * 24 * 3600.0
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
# The real server gathers what arrives within a millisecond into one answer.
GATHERING = 0.001
# An offset further ahead than this is taken for a left-over of an older numbering.
OFFSET_AHEAD = 10

Lane = tuple[str, int]


@dataclass(slots=True, eq=False)
class Pending:
    """An update that the bot has not confirmed. Updates of one lane are delivered in order."""

    id: int
    kind: str
    lane: Lane
    expires: float
    body: bytes


class Updates:
    def __init__(self, clock: Clock, faults: Faults) -> None:
        self.pending: dict[int, Pending] = {}
        self.allowed: frozenset[str] | None = None
        self.offered = self.confirmed = self.expired = self.copies = 0
        self.on_change: Callable[[], None] = lambda: None
        self.push: Callable[[Pending], None] | None = None
        self._clock = clock
        self._faults = faults
        self._again: list[Pending] = []
        self._last_id = random.Random(len("first")).randrange(10**8, 10**9)  # noqa: S311 - any start will do
        self._last_time = clock.now()
        self._first_expiry = math.inf
        self._waiting: asyncio.Future[None] | None = None
        self._gathering = False

    def add(self, kind: str, content: Json, lane: Lane) -> int | None:
        """The new update's id; None if the bot did not ask for this kind."""
        if not self._wanted(kind):
            return None
        self._drop_expired()
        update_id = self._next_id()
        lifetime = CALLBACK_LIFETIME if kind == "callback_query" else MESSAGE_LIFETIME
        body = encode({"update_id": update_id, kind: content})
        self._take_in(Pending(update_id, kind, lane, self._clock.now() + lifetime, body))
        return update_id

    def inject(self, update: Json, lane: Lane) -> int:
        """Takes any update as it is, even a nonsensical one, and gives it the next id if it has none."""
        update_id: int = update.get("update_id") or self._next_id()
        kind = next((key for key in update if key != "update_id"), "")
        body = encode({**update, "update_id": update_id})
        self._take_in(Pending(update_id, kind, lane, self._clock.now() + MESSAGE_LIFETIME, body))
        return update_id

    def _wanted(self, kind: str) -> bool:
        return kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed

    def _next_id(self) -> int:
        # After a silent week the real server begins again at a random number.
        now = self._clock.now()
        if now - self._last_time > SILENT_WEEK:
            self._last_id = self._faults.random.randrange(10**8, 10**9)
        self._last_time = now
        self._last_id += 1
        return self._last_id

    def _take_in(self, update: Pending) -> None:
        self.offered += 1
        self.pending[update.id] = update
        self._first_expiry = min(self._first_expiry, update.expires)
        if self.push is not None:
            self.push(update)
        elif self._waiting is not None and not self._gathering:
            self._gathering = True
            asyncio.get_running_loop().call_later(GATHERING, self._have_gathered)

    def _have_gathered(self) -> None:
        self._gathering = False
        # Another call may have taken the updates meanwhile; then the one that waits now goes on waiting.
        if self.pending:
            self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def poll(self, offset: int, limit: int, timeout: float) -> bytes:  # noqa: ASYNC109 - the API's own parameter
        """A JSON array of updates, waiting up to `timeout` real seconds for the first."""
        self._confirm_below(offset)
        self._end_waiting(other_poller())
        batch = self._batch(offset, limit)
        if not batch and timeout > 0:
            await self._wait(timeout)
            batch = self._batch(offset, limit)
        return b"[" + b",".join(update.body for update in batch) + b"]"

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        waiting = self._waiting = loop.create_future()
        alarm = loop.call_later(seconds, self._wake)
        try:
            await waiting
        finally:
            alarm.cancel()
            if self._waiting is waiting:
                self._waiting = None

    def _end_waiting(self, reason: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(reason)

    def stop_waiting(self, reason: Exception) -> None:
        """Ends a waiting poller, for example because a webhook was set."""
        self._end_waiting(reason)

    def _confirm_below(self, offset: int) -> None:
        if offset <= 0 or offset > self._last_id + OFFSET_AHEAD:
            return
        for update_id in [update_id for update_id in self.pending if update_id < offset]:
            self.confirm(self.pending[update_id])

    def confirm(self, update: Pending) -> None:
        if self.pending.pop(update.id, None) is not None:
            self.confirmed += 1
            if self.push is None:
                self._again += [update] * self._faults.extra_deliveries()
            self.on_change()

    def _batch(self, offset: int, limit: int) -> list[Pending]:
        self._drop_expired()
        again, self._again = self._again[:limit], self._again[limit:]
        self.copies += len(again)
        batch = again + self._from(offset, limit - len(again))
        return self._shuffled(batch) if self._faults.reorder else batch

    def _from(self, offset: int, limit: int) -> list[Pending]:
        batch: list[Pending] = []
        ahead = offset > self._last_id + OFFSET_AHEAD
        for update in self.pending.values():
            if len(batch) >= limit:
                break
            if ahead or update.id >= offset:
                batch.append(update)
        return batch

    def _shuffled(self, batch: list[Pending]) -> list[Pending]:
        lanes = [list(lane) for _, lane in groupby(sorted(batch, key=attrgetter("lane")), attrgetter("lane"))]
        order = [lane for lane in lanes for _ in lane]
        self._faults.random.shuffle(order)
        return [lane.pop(0) for lane in order]

    def _drop_expired(self) -> None:
        now = self._clock.now()
        if now < self._first_expiry:
            return
        for update in [update for update in self.pending.values() if update.expires <= now]:
            self.expire(update)
        self._first_expiry = min((update.expires for update in self.pending.values()), default=math.inf)

    def expire(self, update: Pending) -> None:
        if self.pending.pop(update.id, None) is not None:
            self.expired += 1
            self.on_change()

    def is_live(self, update: Pending) -> bool:
        return update.id in self.pending and update.expires > self._clock.now()

    def drop_all(self) -> None:
        for update in list(self.pending.values()):
            self.expire(update)

    def backlog(self) -> Iterable[Pending]:
        self._drop_expired()
        return list(self.pending.values())
