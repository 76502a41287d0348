"""How fast one account may send: pure accounting over an injected monotonic clock, in seconds.

    all lanes               28 a second       Telegram's overall rate is about 30
    reminders and digests   25 a second       the rest is kept for what is urgent and for answers
    one chat                1 a second        three at once are forgiven
    one group               20 in any minute
    a member of a WeCom app 25 in any minute, 1,000 in any hour: WeCom drops what is beyond 30 without a word

A limit of 0 is lifted. An answer to a person's own tap (REPLY) yields only to the overall rate and to a
pause, but counts for its chat. A pause (429) stops every lane.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rules.kinds import Lane

BURST = 3
GROUP_SECONDS = 60.0
HOUR_SECONDS = 3600.0
# Bulk is spread over eight tenths of its second: what is urgent then never waits for the end of a whole salvo. A look
# that comes late makes up for what it has missed, but not for more than this.
SPREAD = 0.8
ARREARS_SECONDS = 0.08
MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls a second; `group` in any 60 seconds and `hourly` in any hour to one group. 0 lifts a limit."""

    total: float = 28
    bulk: float = 25
    chat: float = 1
    group: int = 20
    hourly: int = 0
    strict: bool = False  # what is beyond a chat's limit is lost, so that answers wait for it too

    def scaled(self, total: float, chat: float) -> "Limits":
        """As the settings want it: bulk keeps its share of the total, groups follow the chats."""
        bulk = total * self.bulk / self.total
        return replace(self, total=total, bulk=bulk, chat=chat, group=self.group if chat else 0)


class Window:
    """At most `count` calls in any `seconds`; and one each `gap` seconds, where what was missed is made up for."""

    def __init__(self, count: int, seconds: float, gap: float = 0) -> None:
        self._calls: deque[float] = deque(maxlen=count)
        self._count = count
        self._seconds = seconds
        self._gap = gap
        self._turn = -math.inf  # from when the next call may start by the gap

    @classmethod
    def a_second(cls, rate: float, spread: float = 0) -> "Window":
        """For a rate such as 28 or 0.5 a second."""
        count = max(1, int(rate))
        return cls(count, count / rate, spread / rate)

    def calls(self) -> list[float]:
        return list(self._calls)

    def count(self, calls: Iterable[float]) -> None:
        """Calls that others have made, the earliest first."""
        for call in calls:
            self.take(call)

    def when(self) -> float:
        """The moment from which the next call may start."""
        full_until = self._calls[0] + self._seconds if len(self._calls) == self._count else 0
        return max(full_until, self._turn)

    def room(self, now: float) -> int:
        if self.when() > now:
            return 0
        free = self._count - sum(call + self._seconds > now for call in self._calls)
        return min(free, self._owed(now)) if self._gap else free

    def take(self, now: float) -> None:
        self._calls.append(now)
        if self._gap:
            self._turn = max(self._turn, now - ARREARS_SECONDS) + self._gap

    def _owed(self, now: float) -> int:
        """How many calls' turns have come."""
        return 1 + int(min(now - self._turn, ARREARS_SECONDS) / self._gap)

    def empty(self, now: float) -> bool:
        return not self._calls or self._calls[-1] + self._seconds <= now


class Rates:
    """What one account may send and when. Moments are those of `clock`; one not after it means now."""

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float],
        is_group: Callable[[str], bool] = lambda _chat: False,
    ) -> None:
        self._clock = clock
        self._is_group = is_group
        self._limits = limits
        self._total = Window.a_second(limits.total) if limits.total else None
        self._bulk = Window.a_second(limits.bulk, SPREAD) if limits.bulk else None
        self._groups: dict[str, tuple[Window, ...]] = {}
        self._booked: dict[str, float] = {}  # until when a chat's calls have used up its time
        self._paused: dict[str, float] = {}
        self._all_paused = 0.0

    def when(self, lane: Lane, chat: str) -> float:
        """From when a message of this lane may go to this chat."""
        windows = (self._total, self._bulk if lane.bulk else None)
        moments = [window.when() for window in windows if window]
        if lane is not Lane.REPLY or self._limits.strict:
            moments.append(self._chat_free(chat))
        return max(self._paused_until(chat), *moments, 0.0)

    def take(self, lane: Lane, chat: str) -> None:
        """Counts a call that starts now."""
        now = self._clock()
        if self._total:
            self._total.take(now)
        if self._bulk and lane.bulk:
            self._bulk.take(now)
        if self._limits.chat:
            self._book(chat, now)
        if self._limits.group and self._is_group(chat):
            for window in self._groups.setdefault(chat, self._windows()):
                window.take(now)

    @property
    def memory(self) -> float:
        """For how many seconds before a start the calls must be known: what is beyond a strict limit is lost."""
        if not (self._limits.strict and self._limits.group):
            return 0.0
        return HOUR_SECONDS if self._limits.hourly else GROUP_SECONDS

    def remember(self, chat: str, seconds_ago: float) -> None:
        """Counts a call of an earlier process; told in the order in which they were made."""
        if self._is_group(chat):
            for window in self._groups.setdefault(chat, self._windows()):
                window.take(self._clock() - seconds_ago)

    # What several processes share (storage/budgets.py): told in moments of a clock that they share.

    def fresh(self, clock: Callable[[], float] | None = None) -> "Rates":
        """The same limits, and nothing counted; by another clock, if one is given."""
        return Rates(self._limits, clock or self._clock, self._is_group)

    def now(self) -> float:
        return self._clock()

    def whole_state(self) -> dict[str, Any]:
        """What is counted for the account as a whole."""
        windows = {"total": self._total, "bulk": self._bulk}
        counted = {name: window.calls() for name, window in windows.items() if window}
        return {"at": self._clock(), "paused": self._all_paused, **counted}

    def load_whole(self, state: Mapping[str, Any]) -> None:
        back = self._put_back(state)
        self._all_paused = state.get("paused", 0.0) - back
        for name, window in (("total", self._total), ("bulk", self._bulk)):
            if window:
                window.count(call - back for call in state.get(name, ()))

    def chat_state(self, chat: str) -> dict[str, Any]:
        """What is counted for one chat."""
        windows = [window.calls() for window in self._groups.get(chat, ())]
        paused, booked = self._paused.get(chat, 0.0), self._booked.get(chat, 0.0)
        return {"at": self._clock(), "paused": paused, "booked": booked, "windows": windows}

    def load_chat(self, chat: str, state: Mapping[str, Any]) -> None:
        back = self._put_back(state)
        if paused := state["paused"]:
            self._paused[chat] = paused - back
        if (booked := state["booked"]) and self._limits.chat:
            self._booked[chat] = booked - back
        if state["windows"] and self._limits.group:
            windows = self._groups[chat] = self._windows()
            for window, calls in zip(windows, state["windows"], strict=False):
                window.count(call - back for call in calls)

    def held_until(self, chat: str) -> float:
        """Until when a chat is closed to something; not after now if it is free."""
        return max(self._paused.get(chat, 0.0), self._chat_free(chat))

    def counts(self, chat: str) -> bool:
        """Whether anything is counted for a single chat such as this one."""
        return bool(self._limits.chat or (self._limits.group and self._is_group(chat)))

    def _put_back(self, state: Mapping[str, Any]) -> float:
        """By how much the clock was put back since this was counted."""
        return max(0.0, float(state.get("at", 0.0)) - self._clock())

    def pause(self, seconds: float, chat: str | None = None) -> None:
        """Stops one chat, or all; never shortens a pause."""
        self.pause_until(self._clock() + seconds, chat)

    def paused_until(self, chat: str | None) -> float:
        """Until when this chat (None: the account) is paused by itself."""
        return self._all_paused if chat is None else self._paused.get(chat, 0.0)

    def pause_until(self, until: float, chat: str | None = None) -> None:
        if chat is None:
            self._all_paused = max(self._all_paused, until)
        else:
            self._paused[chat] = max(self._paused.get(chat, 0), until)

    def pause_left(self, chat: str = "") -> float:
        """Seconds until this chat (without one: the account) may be called again; 0 if it may."""
        return max(0.0, self._paused_until(chat) - self._clock())

    def room(self) -> tuple[int, int]:
        """How many messages may start now: in all, and how many of them in bulk."""
        now = self._clock()
        if self._all_paused > now:
            return 0, 0
        total = self._total.room(now) if self._total else MANY
        bulk = self._bulk.room(now) if self._bulk else MANY
        return total, min(total, bulk)

    def seconds_to_room(self, ago: float) -> float:
        """How soon the account may send more than it might so many seconds ago; infinite if nothing limits it."""
        now = self._clock()
        later = (max(0.0, moment - now) for moment in self._openings() if moment > now - ago)
        return min(later, default=math.inf)

    def held(self) -> tuple[set[str], set[str]]:
        """The chats that are paused, and those that only answers may go to now. Forgets what is over."""
        now = self._clock()
        self.forget()
        counted = self._booked.keys() | self._groups.keys()
        slow = {chat for chat in counted if self._chat_free(chat) > now}
        return (set(self._paused) | slow, set()) if self._limits.strict else (set(self._paused), slow)

    def seconds_to_change(self, ago: float = 0) -> float | None:
        """How soon the room grows or a chat comes free; None if nothing is held back.

        Who looked at the room so many seconds ago says so: what came free meanwhile is a change too.
        """
        now = self._clock()
        change = self.next_change(now - ago)
        return None if change is None else change - now

    def next_change(self, since: float | None = None) -> float | None:
        """When, after `since` (or now), the room grows or a chat comes free; None if nothing is held back.

        Who looked at the room a moment ago gives that moment: what came free meanwhile is a change too.
        """
        now = self._clock() if since is None else since
        moments = [*self._openings(), *self._paused.values()]
        moments += [self._chat_free(chat) for chat in self._booked.keys() | self._groups.keys()]
        return min((moment for moment in moments if moment > now), default=None)

    def _openings(self) -> list[float]:
        """When the account as a whole may send (more) again."""
        windows = (self._total, self._bulk)
        return [self._all_paused, *(window.when() for window in windows if window)]

    def _paused_until(self, chat: str) -> float:
        return max(self._all_paused, self._paused.get(chat, 0))

    def _chat_free(self, chat: str) -> float:
        """By the chat's own rate: its calls may run ahead of their time by a burst."""
        free = 0.0
        if chat in self._booked:
            free = self._booked[chat] - (BURST - 1) / self._limits.chat
        if chat in self._groups:
            free = max(free, *(window.when() for window in self._groups[chat]))
        return free

    def _windows(self) -> tuple[Window, ...]:
        minute = Window(self._limits.group, GROUP_SECONDS)
        return (minute, Window(self._limits.hourly, HOUR_SECONDS)) if self._limits.hourly else (minute,)

    def _book(self, chat: str, now: float) -> None:
        """Answers may overdraw the chat's time; a full burst is all that is held against what follows."""
        booked = max(self._booked.get(chat, 0), now) + 1 / self._limits.chat
        self._booked[chat] = min(booked, now + BURST / self._limits.chat)

    def forget(self) -> None:
        """What is over."""
        now = self._clock()
        self._paused = {chat: until for chat, until in self._paused.items() if until > now}
        self._booked = {chat: until for chat, until in self._booked.items() if until > now}
        self._groups = {
            chat: windows
            for chat, windows in self._groups.items()
            if not all(window.empty(now) for window in windows)
        }
