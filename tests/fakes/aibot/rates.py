"""30 a minute and 1,000 an hour, over replies and pushes together."""

from collections import defaultdict, deque

from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.errors import refused

A_MINUTE, AN_HOUR = 30, 1000


class Counters:
    def __init__(self, clock: Clock, minute: int = A_MINUTE, hour: int = AN_HOUR) -> None:
        self.minute, self.hour = minute, hour
        self._clock = clock
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def count(self, name: str) -> None:
        """Raises 45009; what is refused does not count."""
        now, calls = self._clock.now(), self._calls[name]
        while calls and calls[0] <= now - 3600:
            calls.popleft()
        in_minute = sum(at > now - 60 for at in calls)
        if in_minute >= self.minute or len(calls) >= self.hour:
            raise refused(45009)
        calls.append(now)
