"""One account's part of the delivery: what its platform lets it send now, and what is learnt from how sends end."""

import math

from bot.channels.channel import Channel, NotSent
from bot.rates import Rates
from bot.sharing import Pauses
from bot.watching.pulse import Pulse
from storage.messages import Account
from storage.outbox_queue import Room
from storage.sends import Claimed

# Of an account's places for sends in flight, this share is kept from bulk: digests that hang must not bar
# what is urgent.
RESERVED = 0.25
# Back-offs in seconds. A whole account comes back soon, for urgent messages wait there too.
ROW_BACKOFF_CAP = 60.0
ACCOUNT_BACKOFF_CAP = 10.0
# A lone unclear end says nothing about the platform; so many in a row mean that it is ill.
UNCLEAR_FORGIVEN = 3
# Of an account on which nothing was tried for so many seconds nobody knows how it is.
TRIED_LATELY = 120.0


def backoff(failures: int, cap: float) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4 ... up to the cap."""
    return min(cap, 2.0 ** min(failures - 1, 16))


class Post:
    """Its channel, its rates, what is in flight to which chat.

    `pace` counts when calls really begin: what was claimed in its time may be ready all at once, as all who waited for
    one chart are. `pauses` are those that the other processes are still to be told of.
    """

    def __init__(self, account: Account, channel: Channel, rates: Rates, pace: Rates, places: int) -> None:
        self.account = account
        self.channel = channel
        self.rates = rates
        self.pace = pace
        self.pauses: Pauses = {}
        self.in_flight: dict[str, Claimed] = {}
        self.answers = 0
        self.fault = ""  # why nothing went out when it was tried last
        self._ill, self._tried = Pulse(), Pulse()
        self._places = places
        self._bulk_places = places - math.ceil(places * RESERVED)
        self._failures = 0

    def pause(self, seconds: float, chat: str | None = None) -> None:
        self.rates.pause(seconds, chat)
        self.pauses[chat] = max(self.pauses.get(chat, 0.0), self.rates.paused_until(chat))

    def counted(self, rates: Rates, told: Pauses) -> None:
        """What is counted by all processes, as it was committed; pauses of the last moment are not in it yet."""
        self.rates = rates
        self.pauses = {chat: until for chat, until in self.pauses.items() if until > told.get(chat, 0.0)}
        for chat, until in self.pauses.items():
            rates.pause_until(until, chat)

    def room(self) -> Room:
        self.pace.forget()
        total, bulk = self.rates.room()
        paused, slow = self.rates.held()
        in_bulk = sum(row.lane.bulk for row in self.in_flight.values())
        return Room(
            total=min(total, self._places - len(self.in_flight)),
            bulk=max(0, min(bulk, self._bulk_places - in_bulk)),
            busy=paused | self.in_flight.keys(),
            slow=slow,
        )

    def ill_for(self) -> float:
        """Seconds for which the platform has taken nothing although it is tried; 0 while it does."""
        return self._ill.silent_for() if self.fault and self._tried.silent_for() < TRIED_LATELY else 0

    def _note(self, fault: str) -> None:
        self._tried.beat()
        if not self.fault:
            self._ill.beat()
        self.fault = fault

    def learn_answer(self) -> None:
        self._failures = 0
        self.fault = ""
        self.answers += 1

    def learn_delay(self, row: Claimed, error: NotSent) -> float:
        """Pauses what the platform wants paused; returns the seconds until the row may go again."""
        if error.everyone:
            if error.retry_after is None:
                self._note(str(error))
                self._back_off()
            else:
                self.pause(error.retry_after)
            return self.rates.pause_left(row.chat)
        if error.retry_after is not None:
            self.pause(error.retry_after, row.chat)
            return error.retry_after
        return backoff(row.attempts, ROW_BACKOFF_CAP)

    def learn_doubt(self, answers: int) -> None:
        """Slows an account down whose platform fails on everything, lest every digest end in doubt.

        `answers` is how many there were when the send began: what hangs while others are answered says nothing,
        although such sends end last and so in a row.
        """
        if answers != self.answers:
            return
        if self._failures >= UNCLEAR_FORGIVEN - 1:
            self._note("its answers are unclear")
            self._back_off()
        else:
            self._failures += 1

    def _back_off(self) -> None:
        """What fails together counts once: during a pause there is nothing to learn."""
        if not self.rates.pause_left():
            self._failures += 1
            self.pause(backoff(self._failures, ACCOUNT_BACKOFF_CAP))
