"""What the simulated people do: which button or words answer which message of a bot.

A script looks only at what a person sees, so every bot may word and order its questions as it likes.
"""

from dataclasses import dataclass
from typing import Protocol

from tests.fakes.telegram_api import Shown


@dataclass(frozen=True)
class Says:
    text: str


@dataclass(frozen=True)
class Presses:
    """The first button whose label contains the text."""

    label: str


@dataclass(frozen=True)
class Ends:
    """The dialogue is over: this was the receipt."""


Step = Says | Presses | Ends


@dataclass(frozen=True)
class Turn:
    """Whose dialogue it is: numbers from 0, for scripts in which people differ."""

    person: int
    dialogue: int


class Script(Protocol):
    def opening(self, turn: Turn) -> Step:
        """What begins a dialogue."""

    def answer(self, message: Shown, turn: Turn) -> Step | None:
        """The reaction to a message or edit; None to wait for the next."""


@dataclass(frozen=True)
class Table:
    """A script that reads: when a message contains this, do that."""

    begin: Step
    reactions: tuple[tuple[str, Step], ...]

    def opening(self, turn: Turn) -> Step:
        return self.begin

    def answer(self, message: Shown, turn: Turn) -> Step | None:
        return next((step for words, step in self.reactions if words in message.text), None)


USUAL = Table(
    Says("/report"),
    (
        ("哪个项目", Presses("滨海大道")),
        ("多少万元", Says("1250")),
        ("形象进度怎样", Says("主体结构完成三层，正在绑扎四层钢筋。")),
        ("现场照片", Presses("无照片")),
        ("请核对", Presses("确认")),
        ("回执号", Ends()),
    ),
)
