"""What the people of a storm did and saw: the side that the ledger check believes."""

import asyncio
import hashlib
import io
import itertools
from dataclasses import dataclass, field

from PIL import Image

from tests.crash.dialogues import Dialogue, Issue, Progress
from tests.fakes.telegram.calls import Transcript
from tests.fakes.telegram.clock import Clock
from tests.fakes.telegram.parameters import Parameters
from tests.fakes.telegram_api import Call

SENDS = frozenset({"sendmessage", "editmessagetext", "editmessagecaption", "sendphoto", "sendmediagroup"})


class Sends(Transcript):
    """Keeps only the calls that show something to a person: a long storm makes a million others."""

    def begin(self, clock: Clock, method: str, parameters: Parameters) -> Call:
        self.keep = method.lower() in SENDS
        return super().begin(clock, method, parameters)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A dialogue that ended with its receipt."""

    person_id: int
    project_id: int
    words: str
    photos: int
    receipt: str


@dataclass(frozen=True, slots=True)
class Amount(Confirmed):
    yuan: int | None  # None: a 前期 project


@dataclass(frozen=True, slots=True)
class Problem(Confirmed):
    number: int
    major: bool


@dataclass
class Record:
    """`offered` are the ids of all updates that the fake took in for the program."""

    offered: set[int] = field(default_factory=set)
    amounts: list[Amount] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    acknowledged: set[int] = field(default_factory=set)
    photos: dict[int, str] = field(default_factory=dict)
    """SHA-256 of the file by the update that brought it."""
    nudges: int = 0
    troubles: list[str] = field(default_factory=list)
    """Apologies that people saw."""
    _serial: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def serial(self) -> int:
        return next(self._serial)

    def end(self, person_id: int, dialogue: Dialogue) -> None:
        told = (dialogue.words, dialogue.photos_on_card, dialogue.receipt)
        match dialogue:
            case Progress():
                self.amounts.append(Amount(person_id, dialogue.project.id, *told, dialogue.amount))
            case Issue():
                problem = Problem(person_id, dialogue.project.id, *told, dialogue.number, dialogue.major)
                self.problems.append(problem)

    def new_photo(self) -> bytes:
        """A picture unlike any other."""
        colour = (self.serial() * 2654435761) % 0xFFFFFF
        target = io.BytesIO()
        Image.new("RGB", (8, 8), (colour >> 16, colour >> 8 & 0xFF, colour & 0xFF)).save(target, "PNG")
        return target.getvalue()

    def photo_sent(self, update_id: int, content: bytes) -> None:
        self.photos[update_id] = hashlib.sha256(content).hexdigest()


@dataclass
class UpTime:
    """How long the program has been up, all its lives together: people wait for it, not for the wall clock."""

    total: float = 0.0
    since: float | None = None

    def begins(self) -> None:
        if self.since is None:
            self.since = asyncio.get_running_loop().time()

    def ends(self) -> None:
        self.total, self.since = self.now, None

    @property
    def now(self) -> float:
        if self.since is None:
            return self.total
        return self.total + asyncio.get_running_loop().time() - self.since
