"""What every channel is to the rest of the program, and how a send can end.

A channel translates and carries; it decides nothing. Only `bot/delivery.py` calls `send`, only `bot/intake.py`
stores what arrived. Outcomes are exceptions, classed by what they prove (delivery.md 3):

    (returned)   the platform accepted the message
    NotSent      surely not sent: retry when `retry_after` seconds are over
    Refused      final for this message: the platform will never take it
    Blocked      final for this person on this channel
    Unclear      it may have been sent: a time-out after the request went out, a 5xx, a broken connection
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from storage.absences import Loss
from storage.messages import Incoming, Outgoing
from storage.parts import Limit


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show. `text_limit` says what one message of it holds.

    `loses` is what its platform never brings to who did not listen: all messages, or presses of buttons only; None if
    it brings everything. A connection that is down for no more than `patience` seconds is not worth a word; what is
    brought later is kept for `keeps` seconds (None: for ever).
    """

    edits: bool
    text_limit: Limit
    draws: bool = False  # it shows a chart from its figures: none is drawn before it is sent
    loses: Loss | None = None
    patience: float = 0
    keeps: float | None = None


class SendError(Exception):
    """A send that was not plainly accepted; the text is the platform's own word, without secrets."""


class NotSent(SendError):  # noqa: N818 - it is news about a message, not a fault
    def __init__(self, reason: str, retry_after: float | None = None, everyone: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        # The whole account waits, not only this chat: a 429 for all, or (retry_after None) no connection,
        # which delivery then probes by its own back-off and not with every row.
        self.everyone = everyone


class Refused(SendError):  # noqa: N818 - it is news about a message, not a fault
    pass


class Blocked(SendError):  # noqa: N818 - it is news about a message, not a fault
    pass


class Unclear(SendError):  # noqa: N818 - it is news about a message, not a fault
    pass


class Unfetchable(Exception):  # noqa: N818 - it is a fact about the file, not a fault of ours
    """A file that the platform will never give: its link has died."""


class TooLarge(Exception):  # noqa: N818 - it is a fact about the file
    """A file of more bytes than are taken; `found` where the platform says how many."""

    def __init__(self, found: int | None = None) -> None:
        super().__init__(f"{found or 'too many'} bytes")
        self.found = found


class Calls(StrEnum):
    """What came of a call to a platform, as it is counted."""

    OK = "ok"
    REFUSED = "refused"
    TOO_OFTEN = "too often"
    NOT_REACHED = "not reached"
    UNKNOWN = "unknown"


class Unreadable(Exception):  # noqa: N818
    """A raw update that is not what the platform documents; its row is parked with the bytes."""


@dataclass(frozen=True, slots=True)
class Named:
    """A file whose name the platform tells only with its bytes."""

    content: bytes
    name: str


class Channel(Protocol):
    name: str
    account: str
    capabilities: Capabilities

    @property
    def calls(self) -> Counter[Calls]:
        """The calls to its platform since the start, by what came of them."""

    def deaf_for(self) -> float:
        """Seconds since which nothing that people say reaches us; 0 if it does, or if nobody can tell."""

    def to_incoming(self, raw: bytes) -> Incoming | None:
        """The raw update in our words; None if it says nothing to us. Pure. Raises Unreadable."""

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        """Sends (or, where `message.replaces` is set, edits) in one call; returns the platform's id of the message.

        `files` are its pictures: that of `message.chart` first, if it has one and the channel does not draw it itself,
        then its photos. Words with pictures are no longer than storage.parts.CAPTION_LIMIT, and several pictures have
        none. `key` names a message that may be sent again although it may have arrived: a channel that can keeps the
        second from being shown.
        """

    async def answer_press(self, press: str) -> None:
        """Tells the platform that a button press was seen. Never raises; a late answer is harmless."""

    async def fetch(self, reference: str, limit: int) -> bytes | Named:
        """The bytes of a file, of which no more than `limit` are read.

        Raises NotSent to try again later; Unfetchable, or TooLarge for more than `limit`, when that is final.
        """
