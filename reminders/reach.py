"""How a sweep reaches people: put together once, at the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# What every platform takes.
SHORTEST_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Reach:
    """Accounts that run (channel, account), longest texts by channel, and the admin's phone or id if one is named."""

    running: frozenset[tuple[str, str]] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)
    admin: str = ""

    def limit(self, channel: str) -> int:
        return self.limits.get(channel, SHORTEST_LIMIT)
