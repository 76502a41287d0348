"""The transcript: every API call with its time, parameters, trouble and answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram.chats import Json
from tests.fakes.telegram.clock import Clock
from tests.fakes.telegram.errors import ApiError, too_many_requests
from tests.fakes.telegram.parameters import Parameters
from tests.fakes.telegram.wire import Loose


@dataclass(slots=True)
class Call:
    """One call. `accepted` is the server's truth, whatever the caller learnt (`answered`)."""

    arrived: float
    method: str
    parameters: Json
    files: list[str] = field(default_factory=list)
    accepted: bool = False
    answered: bool = False
    fault: str = ""
    status: int = 0
    result: Any = None
    refusal: str = ""

    @property
    def chat_id(self) -> int:
        """The chat that the call is for; 0 if none."""
        try:
            return int(self.parameters.get("chat_id") or 0)
        except (TypeError, ValueError):
            return 0

    def structure(self, name: str) -> Loose:
        """A parameter that a form carries as JSON text, such as `reply_markup`."""
        value = self.parameters.get(name)
        return json.loads(value) if isinstance(value, str) else value

    def as_json(self) -> Json:
        names = (
            "arrived",
            "method",
            "parameters",
            "files",
            "accepted",
            "answered",
            "fault",
            "status",
            "refusal",
        )
        result = self.result.decode() if isinstance(self.result, bytes) else self.result
        return {**{name: getattr(self, name) for name in names}, "result": result}


class Transcript:
    def __init__(self, *, keep: bool = True) -> None:
        self.keep = keep
        self.count = 0
        self._calls: list[Call] = []

    def begin(self, clock: Clock, method: str, parameters: Parameters) -> Call:
        call = Call(clock.now(), method, parameters.raw, list(parameters.files))
        self.count += 1
        if self.keep:
            self._calls.append(call)
        return call

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def of(self, *methods: str) -> list[Call]:
        return [call for call in self._calls if call.method in methods]

    def accepted(self, *methods: str) -> list[Call]:
        return [call for call in self.of(*methods) if call.accepted]

    def since(self, index: int) -> list[Call]:
        return self._calls[index:]


class Pauses:
    """Chats that a 429 has paused. A call that comes before its time is refused again, and remembered."""

    def __init__(self, clock: Clock) -> None:
        self.broken: list[Call] = []
        self._clock = clock
        self._until: dict[int, float] = {}

    def begin(self, chat_id: int, seconds: int) -> None:
        if chat_id:
            self._until[chat_id] = self._clock.now() + seconds

    def check(self, call: Call) -> ApiError | None:
        if not self._until:
            return None
        left = self._until.get(call.chat_id, 0.0) - self._clock.now()
        if left <= 0:
            return None
        self.broken.append(call)
        return too_many_requests(max(1, int(left + 0.999)))
