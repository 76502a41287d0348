"""Whom news wakes: the loops of this process at once, the other processes by the bell.

Rule 1  What was written is looked for first by the process that has the post. Another one looks half a second later
        (`bot/after_another.py`), and rings only where the post is not wholly its own.
Rule 2  Turns are taken where they came in. One that still waits behind others after `LEFT_TO_OTHERS` is offered to the
        other processes.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from bot.after_another import AfterAnother
from bot.bell import FILES, POST, TURNS
from bot.beside import Beside
from bot.delivery import Delivery
from bot.dispatch import Dispatch
from bot.fetching import Fetching
from bot.holding import Holding
from storage.messages import Account

LEFT_TO_OTHERS = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Waking:
    """`files` is the lease of whoever fetches; `accounts` are those that this program speaks for."""

    beside: Beside
    dispatch: Dispatch
    delivery: Delivery
    after_another: AfterAnother
    fetching: Fetching
    files: Holding
    accounts: Collection[Account]

    @property
    def heard(self) -> Mapping[str, Callable[[], None]]:
        """What each topic of the bell wakes here."""
        return {TURNS: self.dispatch.wake, POST: self._look_in_turn, FILES: self.fetching.wake}

    def after_storing(self) -> None:
        asyncio.get_running_loop().call_later(LEFT_TO_OTHERS, self._leave_to_others)
        self.dispatch.wake()

    def after_writing(self) -> None:
        self._look_in_turn()
        if not (self.beside.post.held and all(self.beside.serves(account) for account in self.accounts)):
            self.beside.bell.ring(POST)

    def after_media(self) -> None:
        self.fetching.wake()
        if not self.files.held:
            self.beside.bell.ring(FILES)

    def after_living(self) -> None:
        self.dispatch.wake()
        self.delivery.wake()

    def _look_in_turn(self) -> None:
        if self.beside.posts:
            self.delivery.wake()
        else:
            self.after_another.written()

    def _leave_to_others(self) -> None:
        if self.dispatch.behind:
            self.beside.bell.ring(TURNS)
