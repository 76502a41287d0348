"""What a turn needs to know of the city beside the database: put together once, at the start.

Only its words may be put anew while the program runs, between two turns (bot/editing.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from handlers.words import Words
from storage.messages import Account
from storage.parts import Limit


@dataclass(frozen=True, slots=True)
class Show:
    """What a channel can show: whether it can edit, and what one message holds."""

    edits: bool
    text_limit: Limit


@dataclass(slots=True, eq=False)
class City:
    words: Words
    zone: ZoneInfo
    shows: Mapping[str, Show] = field(default_factory=dict)  # by channel name
    running: frozenset[Account] = frozenset()

    def show(self, channel: str) -> Show:
        return self.shows.get(channel, Show(edits=False, text_limit=4096))
