"""What an account may send where several processes send for it: `bot/rates.py` over the rows of `storage/budgets.py`.

Rule 1  All this happens in the transaction that claims: what was counted is read, then what is claimed is counted. So
        the processes together never send more than one would.
Rule 2  The clocks of several machines differ, and jump. So what is shared is counted by the database server's, which
        each process hears with every claim and carries on by a clock of its own that never jumps (`ServerSeconds`).
Rule 3  A pause (429) that one process met is told to the others in its next transaction, which follows at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.rates import Rates
from storage import budgets
from storage.budgets import Kept, State
from storage.messages import Account
from storage.outbox_queue import Room
from storage.sends import Claimed

Pauses = dict[str | None, float]  # by chat (None: the whole account), until when by the rates' clock


class ServerSeconds:
    """The database server's clock, as it was told last, in seconds since 1970. `monotonic` never jumps."""

    def __init__(self, monotonic: Callable[[], float], machine: datetime) -> None:
        self._monotonic = monotonic
        self.told(machine)  # until the server says better

    def __call__(self) -> float:
        return self._monotonic() + self._ahead

    def told(self, at: datetime) -> None:
        self._ahead = at.timestamp() - self._monotonic()


@dataclass
class Shared:
    """An account that is ours until the transaction ends. `rates` counts from what all processes have sent."""

    session: Session
    account: Account
    rates: Rates
    loaded: set[str] = field(default_factory=set)

    @classmethod
    def taken(
        cls, session: Session, account: Account, rates: Rates, told: Callable[[datetime], None]
    ) -> "Shared | None":
        """None if another process has it. `rates` are empty; `told` hears the server's time, by which they count."""
        opened = budgets.take(session, account)
        if opened is None:
            return None
        told(opened.at)
        rates.load_whole(opened.whole)
        found = cls(session, account, rates)
        found._load(budgets.held(session, account, datetime.fromtimestamp(rates.now(), UTC)))
        return found

    def pause(self, told: Mapping[str | None, float]) -> None:
        """Tells the others of pauses that this process met."""
        if not told:
            return
        chats = {chat for chat in told if chat is not None}
        self._load_all(chats)
        for chat, until in told.items():
            self.rates.pause_until(until, chat)
        self._keep(chats)

    def within(self, room: Room, on_their_way: set[str]) -> Room:
        """What is left of a process's own room beside what all processes have sent and are sending."""
        total, bulk = self.rates.room()
        paused, slow = self.rates.held()
        return replace(
            room, total=min(room.total, total), bulk=min(room.bulk, bulk), busy=room.busy | paused | on_their_way,
            slow=room.slow | slow,
        )  # fmt: skip

    def count(self, rows: Sequence[Claimed]) -> None:
        if not rows:
            return
        counted = {row.chat for row in rows if self.rates.counts(row.chat)}
        self._load_all(counted)
        for row in rows:
            self.rates.take(row.lane, row.chat)
        self._keep(counted)

    def _load_all(self, chats: set[str]) -> None:
        self._load(budgets.chats(self.session, self.account, chats - self.loaded))

    def _load(self, states: Mapping[str, State]) -> None:
        for chat, state in states.items():
            self.rates.load_chat(chat, state)
        self.loaded |= states.keys()

    def _keep(self, chats: Iterable[str]) -> None:
        kept = {
            chat: Kept(self.rates.chat_state(chat), datetime.fromtimestamp(self.rates.held_until(chat), UTC))
            for chat in chats
        }
        budgets.keep(self.session, self.account, self.rates.whole_state(), kept)
