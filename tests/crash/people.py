"""People at their phones, as patient as people are.

Rule 1  They react to the newest thing they see; whoever sees nothing new for a while presses or says the same
        again, or asks 我的待办 and goes on from there.
Rule 2  Whoever has confirmed presses that very button again until a receipt is there.
Rule 3  They tap twice, talk nonsense, send pictures and stickers, and press each other's buttons.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

from tests.crash.dialogues import WORDS, Act, Dialogue, Issue, OwnProject, Presses, Progress, Says
from tests.crash.record import Record, UpTime
from tests.fakes.telegram_api import Person, Shown

PATIENCE = 1.5
LONGEST_PATIENCE = 8.0
TAPS_TWICE = 0.08
GROUP = -1001234567890
NONSENSE = (
    "今天天气不错",
    "在吗",
    "收到",
    "/start",
    "12",
    "🙂🙂",
    "W99999",
    "=1+1",
    "<b>急</b>",
    WORDS.menu_zero,
)


class Phone:
    """One person's account: does things and keeps what the program showed."""

    def __init__(self, account: Person, record: Record, random: Random) -> None:
        self.account = account
        self.record = record
        self.random = random
        self.news: list[Shown] = []
        self._news = asyncio.Event()
        account.chat.on_news = self._sees

    def _sees(self, message: Shown) -> None:
        if WORDS.trouble in message.text:
            self.record.troubles.append(f"{self.account.id}: {message.text}")
        self.news.append(message)
        self._news.set()

    async def unread(self, seconds: float) -> list[Shown]:
        """What came since last time, newest first; waits so long for the first."""
        if not self.news:
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), seconds)
        found, self.news = self.news[::-1], []
        return found

    def does(self, act: Act) -> None:
        match act:
            case Says(text):
                self.noted(self.account.says(text))
            case Presses(label, message):
                self.noted(self.account.presses(label, message))
            case _:
                content = self.record.new_photo()
                if (update := self.noted(self.account.sends_photo(content))) is not None:
                    self.record.photo_sent(update, content)

    def noted(self, update_id: int | None) -> int | None:
        if update_id is not None:
            self.record.offered.add(update_id)
        return update_id


class Reporter:
    """Reports on their own projects, one dialogue after another, as long as `goes_on`."""

    def __init__(
        self,
        phone: Phone,
        person_id: int,
        projects: Sequence[OwnProject],
        up: UpTime,
        goes_on: Callable[[], bool] = lambda: False,
        *,
        patience: float = PATIENCE,
        taps_twice: float = TAPS_TWICE,
    ) -> None:
        self.phone = phone
        self.person_id = person_id
        self.doing = "nothing"
        self._projects = list(projects)
        self._record, self._random = phone.record, phone.random
        self._up = up
        self._goes_on = goes_on
        self._patience = patience
        self._taps_twice = taps_twice
        self._receipts: set[str] = set()
        self._new = list(projects)
        self._random.shuffle(self._new)

    async def live(self, neighbours: Sequence["Reporter"]) -> None:
        while self._goes_on():
            if self._random.random() < 0.15:
                self._mutter(self._random.choice(neighbours))
            await self.carry_through(self._wish())
        self.doing = "nothing"

    def _wish(self) -> Dialogue:
        photos = self._random.choices((0, 1, 2), (85, 10, 5))[0]
        if self._random.random() < 0.7:
            project = self._new.pop() if self._new else self._random.choice(self._projects)
            return self.progress(project, photos)
        return self.issue(self._random.choice(self._projects), photos, self._random.random() < 0.4)

    def progress(self, project: OwnProject, photos: int) -> Progress:
        serial = self._record.serial()
        return Progress(project, f"P{serial:06}", photos, self._random, 1_000_000 + 100 * serial)

    def issue(self, project: OwnProject, photos: int, major: bool) -> Issue:
        return Issue(project, f"Q{self._record.serial():06}", photos, self._random, major)

    def _mutter(self, neighbour: "Reporter") -> None:
        """Something that files nothing, whatever the program makes of it."""
        account, note = self.phone.account, self.phone.noted
        match self._random.randrange(6):
            case 0 | 1:
                note(account.says(self._random.choice(NONSENSE)))
            case 2:
                note(account.sends_sticker())
            case 3:
                note(account.in_group(GROUP).says("@sanbao_bot 报进展"))
            case 4:
                if own := [each for each in account.chat.messages.values() if not each.by_bot]:
                    note(account.edits(own[-1].id, "改一改"))
            case _:
                self._press_anothers_button(neighbour)

    def _press_anothers_button(self, neighbour: "Reporter") -> None:
        theirs = [each for each in neighbour.phone.account.chat.shown if each.keyboard]
        if theirs and neighbour is not self:
            data = theirs[-1].keyboard[0][0].get("callback_data", "")
            if data.startswith("t"):  # a button of a talk; what opens a talk is everybody's
                self.phone.noted(self.phone.account.presses(data, theirs[-1], anyway=True))

    async def carry_through(self, dialogue: Dialogue) -> None:
        """From the menu word to the receipt."""
        act: Act = Says(dialogue.opening)
        patience = self._patience
        while True:
            self.doing = f"{dialogue.mark} {act}"
            self.phone.does(act)
            if isinstance(act, Presses) and self._random.random() < self._taps_twice:
                self.phone.does(act)
            after = await self._reaction(dialogue, patience)
            if dialogue.receipt:
                break
            if after is None:
                self._record.nudges += 1
                patience = min(patience * 1.5, LONGEST_PATIENCE)
            else:
                patience = self._patience
            act = after or self._nudge(dialogue, act)
        self._receipts.add(dialogue.receipt)
        self._record.end(self.person_id, dialogue)

    async def _reaction(self, dialogue: Dialogue, patience: float) -> Act | None:
        """The answer to what is seen within so many seconds of the program being up; None: nothing to answer."""
        until = self._up.now + patience
        while (left := until - self._up.now) > 0:
            seen = await self.phone.unread(max(left, 0.05))
            if any(dialogue.ended_by(screen, self._receipts) for screen in seen):
                return None
            for screen in seen:
                if (act := dialogue.react(screen)) is not None:
                    return act
        return None

    def _nudge(self, dialogue: Dialogue, act: Act) -> Act:
        if dialogue.confirmed is not None:
            return dialogue.confirm()
        return act if self._random.random() < 0.5 else Says(WORDS.menu_duties)


class Reader:
    """Someone who is told: takes note of a problem now and then, and sees whether that was heard."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        phone.account.chat.on_news = self._sees

    def _sees(self, message: Shown) -> None:
        if found := re.search(r"重大问题 W(\d+)：(?s:.*)\n已由.*于.*知悉$", message.text):
            self.phone.record.acknowledged.add(int(found[1]))
        if WORDS.acknowledge_button in message.buttons and self.phone.random.random() < 0.3:
            act = Presses(WORDS.acknowledge_button, message)
            asyncio.get_running_loop().call_soon(self.phone.does, act)
