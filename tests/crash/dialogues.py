"""What a person wants to report, and how they answer each screen until the receipt is there.

Rule 1  A dialogue knows the program by its screens alone: it reacts to the words that it sees.
Rule 2  Before it confirms, it reads the card; what is wrong there it mends by the card's own buttons.
Rule 3  It carries a mark of its own in its words, so that what was filed can be told apart from all else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from handlers.words import Words
from rules import money
from tests.fakes.telegram_api import Shown

WORDS = Words()
AGAIN = ("没看懂这句话", "这个按钮", "已取消")


@dataclass(frozen=True, slots=True)
class Says:
    text: str


@dataclass(frozen=True, slots=True)
class Presses:
    label: str
    message: Shown


@dataclass(frozen=True, slots=True)
class SendsPhoto:
    """A picture unlike any other."""


Act = Says | Presses | SendsPhoto
Answer = Callable[[Shown], Act | None]


@dataclass(frozen=True, slots=True)
class OwnProject:
    """A project as its reporter knows it."""

    id: int
    number: int
    name: str


def label_with(screen: Shown, part: str) -> str | None:
    return next((label for label in screen.buttons if part in label), None)


class Dialogue:
    """One report on the way. `confirmed` is the card that was agreed to, `receipt` the title that ended it."""

    opening = ""
    receipts = re.compile("")

    def __init__(self, project: OwnProject, mark: str, photos: int, random: Random) -> None:
        self.project = project
        self.mark = mark
        self.words = ""
        self.confirmed: Shown | None = None
        self.receipt = ""
        self.photos_on_card = 0
        self._photos_left = photos
        self._random = random
        self._puzzled = False

    def ended_by(self, screen: Shown, known: set[str]) -> bool:
        """Whether this screen is the receipt; one that was seen before (it may be sent twice) belongs to another."""
        found = self.receipts.search(screen.text)
        if self.confirmed is None or found is None or found[0] in known:
            return False
        self.receipt = found[0]
        return True

    def react(self, screen: Shown) -> Act | None:
        """What the person does about a screen; None if it does not concern the dialogue."""
        for words, answer in self._answers():
            if words in screen.text:
                return answer(screen)
        if self.confirmed is None and screen.text.startswith(AGAIN):
            return Says(self.opening)
        return None

    def _answers(self) -> tuple[tuple[str, Answer], ...]:
        return (
            ("请核对：", self._read_card),
            ("哪个项目？", self._choose_project),
            ("有现场照片吗？", self._show_photos),
            ("我的待办", self._take_up),
        )

    def _choose_project(self, screen: Shown) -> Act:
        label = label_with(screen, self.project.name) if self._random.random() < 0.8 else None
        return Presses(label, screen) if label else Says(f"{self.project.number}号")

    def _show_photos(self, screen: Shown) -> Act:
        if self._photos_left > 0:
            self._photos_left -= 1
            return SendsPhoto()
        enough = label_with(screen, "就这些")
        return Presses(enough or WORDS.photos_none, screen)

    def _take_up(self, screen: Shown) -> Act:
        # A draft of the other kind would never come to this dialogue's receipt.
        label = label_with(screen, f"继续「{self.opening}」{self.project.name}")
        return Presses(label, screen) if label else Says(self.opening)

    def _read_card(self, screen: Shown) -> Act:
        if not screen.text.startswith(self._title()):
            return Says(self.opening)
        lines = screen.text.split("\n")
        for line, button in self._card():
            if line not in lines:
                # The card of an earlier report on this project, which comes late, has other buttons.
                return Presses(button, screen) if button in screen.buttons else Says(self.opening)
        found = re.search(r"照片：(?:原有\d+张，新增)?(\d+)张", screen.text)
        self.photos_on_card = int(found[1]) if found else 0
        self.confirmed = screen
        return self.confirm()

    def confirm(self) -> Act:
        assert self.confirmed is not None
        label = label_with(self.confirmed, "确认")
        assert label is not None, self.confirmed.text
        return Presses(label, self.confirmed)

    def _title(self) -> str:
        raise NotImplementedError

    def _card(self) -> tuple[tuple[str, str], ...]:
        """Lines that must stand on the card, each with the button that mends it."""
        raise NotImplementedError


class Progress(Dialogue):
    """报进展: an amount that no other report has, in yuan; a 前期 project owes a stage instead."""

    opening = WORDS.menu_progress
    receipts = re.compile(r"已收到 J\d+|已更正 J\d+（第\d+版）")

    def __init__(self, project: OwnProject, mark: str, photos: int, random: Random, amount: int) -> None:
        super().__init__(project, mark, photos, random)
        self.amount: int | None = None
        self._yuan = amount
        self.words = f"主体施工，编号{mark}"

    def _answers(self) -> tuple[tuple[str, Answer], ...]:
        return (
            ("要更正吗？", lambda screen: Presses(WORDS.correct_yes, screen)),
            ("真是", lambda screen: Presses(label_with(screen, "没错") or "", screen)),
            ("开工了吗？", lambda screen: Presses("没开工：天气", screen)),
            ("完成了吗？", lambda screen: Presses("没完成：天气", screen)),
            ("累计多少？", lambda screen: Presses(label_with(screen, "就是") or "", screen)),
            ("完成投资多少？", self._say_amount),
            ("前期工作到哪一步了？", self._choose_stage),
            ("形象进度到哪一步了？", lambda _: Says(self.words)),
            *super()._answers(),
        )

    def _say_amount(self, screen: Shown) -> Act:
        if not screen.text.startswith(f"{self.project.name}："):
            return Says(self.opening)
        self.amount = self._yuan
        if not self._puzzled and self._random.random() < 0.1:
            self._puzzled = True
            return Says("我问一下再说")
        return Says(f"{self._yuan / 10_000:.2f}" + self._random.choice(("", "万", "万元")))

    def _choose_stage(self, screen: Shown) -> Act:
        return Presses(self._random.choice(("意向", "签约", "开工")), screen)

    def _title(self) -> str:
        return f"请核对：{self.project.name} "

    def _read_card(self, screen: Shown) -> Act:
        """A correction opens with its card, where all that stood stands still: its amount was not asked yet."""
        if WORDS.edit_amount in screen.buttons and screen.text.startswith(self._title()):
            self.amount = self._yuan
        return super()._read_card(screen)

    def _card(self) -> tuple[tuple[str, str], ...]:
        text = (WORDS.line_progress.format(text=self.words), WORDS.edit_progress)
        if self.amount is None:
            return (text,)
        amount = WORDS.line_amount.format(amount=money.wan(self.amount))
        return ((amount, WORDS.edit_amount), text)


class Issue(Dialogue):
    """报问题: words that no other problem has."""

    opening = WORDS.menu_issue
    receipts = re.compile(r"已登记 W\d+|重大问题 W\d+ 已报出")

    def __init__(self, project: OwnProject, mark: str, photos: int, random: Random, major: bool) -> None:
        super().__init__(project, mark, photos, random)
        self.major = major
        self.words = f"进场道路被堵，编号{mark}"
        self._severity = WORDS.severity_major if major else WORDS.severity_general

    @property
    def number(self) -> int:
        found = re.search(r"W(\d+)", self.receipt)
        return int(found[1]) if found else 0

    def _answers(self) -> tuple[tuple[str, Answer], ...]:
        return (
            ("这次要报的是？", lambda screen: Presses(WORDS.thread_new, screen)),
            ("问题有多严重？", self._say_severity),
            ("是哪一类问题？", self._choose_category),
            ("出了什么事？", lambda _: Says(self.words)),
            ("什么时候发现的？", lambda screen: Presses(WORDS.moment_now, screen)),
            ("在什么地方？", lambda screen: Presses(WORDS.place_on_site_button, screen)),
            ("需要谁帮什么忙？", self._say_help),
            *super()._answers(),
        )

    def _say_severity(self, screen: Shown) -> Act:
        if not screen.text.startswith(f"{self.project.name}："):
            return Says(self.opening)
        return Presses(self._severity, screen)

    def _choose_category(self, screen: Shown) -> Act:
        offered = [label for label in screen.buttons if label not in (WORDS.back_button, WORDS.cancel_button)]
        return Presses(
            self._random.choice([label for label in offered if label != WORDS.keep_button]), screen
        )

    def _say_help(self, screen: Shown) -> Act:
        if self._random.random() < 0.5:
            return Presses(WORDS.help_none, screen)
        return Says("请区里今天派人到现场")

    def _title(self) -> str:
        return f"请核对：{self.project.name} "

    def _card(self) -> tuple[tuple[str, str], ...]:
        return (
            (f"请核对：{self.project.name} {self._severity}", WORDS.edit_severity),
            (WORDS.line_what.format(text=self.words), WORDS.edit_what),
        )
