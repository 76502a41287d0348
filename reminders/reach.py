"""How a sweep reaches people: put together once, at the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from storage.messages import Account
from storage.parts import Limit

# What every platform takes.
SHORTEST_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Reach:
    """Accounts that run (channel, account), what a message of a channel holds, and the admin's phone or id if named."""

    running: frozenset[Account] = frozenset()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    admin: str = ""

    def limit(self, channel: str) -> Limit:
        return self.limits.get(channel, SHORTEST_LIMIT)
