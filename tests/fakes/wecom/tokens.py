"""Access tokens: two hours each, the same as long as it lives; WeCom may kill one before its time."""

import secrets

from tests.fakes.handed_out import HANDED_OUT
from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.errors import refused

LASTS = 7200
MOST_A_MINUTE = 30


class Tokens:
    def __init__(self, clock: Clock, corp: str, secret: str) -> None:
        self._clock = clock
        self._corp, self._secret = corp, secret
        self._until: dict[str, float] = {}
        self._dead: set[str] = set()
        self._asked: list[float] = []
        self.given = 0
        """How many different tokens there were."""

    def give(self, corp: str, secret: str) -> dict[str, object]:
        now = self._clock.now()
        self._asked = [moment for moment in self._asked if moment > now - 60] + [now]
        if len(self._asked) > MOST_A_MINUTE:
            raise refused(45009, "gettoken")
        if corp != self._corp:
            raise refused(40013)
        if secret != self._secret:
            raise refused(40001)
        living = [token for token, until in self._until.items() if until > now and token not in self._dead]
        token = living[0] if living else self._new(now)
        return {"access_token": token, "expires_in": int(self._until[token] - now)}

    def _new(self, now: float) -> str:
        token = secrets.token_urlsafe(64)
        self._until[token] = now + LASTS
        HANDED_OUT.add(token)
        self.given += 1
        return token

    def check(self, token: str | None) -> None:
        if not token:
            raise refused(41001)
        if token not in self._until or token in self._dead:
            raise refused(40014)
        if self._until[token] <= self._clock.now():
            raise refused(42001)

    def kill(self) -> None:
        """Every token that was given is invalid from now on."""
        self._dead |= self._until.keys()
