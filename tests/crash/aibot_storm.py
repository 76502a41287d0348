"""A storm over the smart bot: people report, the connection fails as it can, the program is killed again and again.

    verdict = await AibotStorm(launcher, city, folder, kills=24).run()

Rule 1  WeCom brings nothing twice: what was said while the program was dead, or had it in memory only, is lost, and
        who said it says it again. What was committed is processed exactly once, and who lost something is told.
Rule 2  Everything is typed, so that a person needs nothing but the words that they see.
"""

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import absences, ledger, people
from storage.database import Database
from storage.messages import Address
from storage.tables.registry import Binding
from storage.tables.reporting import ReportVersion
from storage.tables.traffic import InboxRow, OutboxRow
from tests.crash.dialogues import OwnProject
from tests.crash.ledger_check import Verdict, _check_answers
from tests.crash.points import Launcher
from tests.crash.program import City, Setting, unfinished
from tests.fakes.aibot.faults import cut, late, lost_ack, swallowed
from tests.fakes.aibot.people import Member, Told
from tests.fakes.aibot.server import BOT, FakeAibot

PATIENCE = 1.5
LONGEST = 240.0  # patience with a busy machine, not what it should take
# What was typed about a card was taken for an answer: two words are on their way, and only one may be answered.
OUT_OF_STEP = "形象进度：改形象进度"
RECEIPT = re.compile(r"已收到 J\d+|已更正 J\d+（第\d+版）")


@dataclass(frozen=True)
class AibotSetting(Setting):
    """The same city, reached over the smart bot alone."""

    aibot: tuple[tuple[str, str], ...] = ()

    def environment(self) -> dict[str, str]:
        telegram = ("SANBAO_TELEGRAM", "SANBAO_PUBLIC")
        others = {
            name: value for name, value in super().environment().items() if not name.startswith(telegram)
        }
        return others | {"SANBAO_WECOM_RATE": "0"} | {f"SANBAO_{name}": value for name, value in self.aibot}


class Typist:
    """Reports one project after another by typing; says the same again if nothing comes of it."""

    def __init__(self, member: Member, projects: Sequence[OwnProject], random: Random) -> None:
        self.member = member
        self.told: list[Told] = []
        self.filed: list[tuple[int, str, str]] = []  # project, words, receipt
        self._projects = projects
        self._random = random
        self._serial = 0

    async def reports(self) -> None:
        """One report, from the menu word to its receipt."""
        project, self._serial = self._random.choice(self._projects), self._serial + 1
        words = f"主体施工，编号{self.member.userid}第{self._serial}次"
        self._says("报进展")
        confirmed = False
        while True:
            news = await self._news()
            while any(OUT_OF_STEP in text for text in news) and (later := await self._news()):
                news = later + news
            receipts = [found[0] for text in news if (found := RECEIPT.search(text))]
            if confirmed and receipts:
                return self.filed.append((project.id, words, receipts[0]))
            answers = [answer for text in news if (answer := self._answer(text, project, words))]
            if answers:
                confirmed |= answers[0] == "确认"
                self._says(answers[0])
            elif not news:
                self._says("确认" if confirmed else "报进展")  # another word might answer another question

    def _answer(self, text: str, project: OwnProject, words: str) -> str:
        answers = (
            ("要更正吗？", "更正"),
            # Its buttons come below it, with nothing but its heading.
            ("\n本月完成：", self._about_the_card(text, project, words)),
            ("\n阶段：", self._about_the_card(text, project, words)),
            ("哪个项目？", f"{project.number}号"),
            ("要改哪一项", "形象进度"),
            ("真是", "没错"),
            ("开工了吗？", "没开工：天气"),
            ("完成了吗？", "没完成：天气"),
            ("累计多少？", "就是"),
            ("完成投资多少？", "12.5"),
            ("前期工作到哪一步了？", "签约"),
            ("形象进度到哪一步了？", words),
            ("有现场照片吗？", "没有"),
        )
        return next((answer for part, answer in answers if part in text), "")

    def _about_the_card(self, text: str, project: OwnProject, words: str) -> str:
        """A card that comes late, or of a correction, still has the words of before."""
        if project.name not in text:
            return "取消"
        return "确认" if words in text else "改形象进度"

    def _says(self, text: str) -> None:
        self.told.append(self.member.says(text))

    async def _news(self) -> list[str]:
        """What came since last time, the newest first; nothing after a while."""
        found: list[str] = []
        with suppress(AssertionError):
            found.append((await self.member.sees(timeout=PATIENCE)).text)
            while self.member.unread:
                found.append((await self.member.sees()).text)
        return found[::-1]


@dataclass
class AibotStorm:
    launcher: Launcher
    city: City
    folder: Path
    kills: int
    seed: int = 0
    killed: Counter[str] = field(default_factory=Counter)

    async def run(self) -> Verdict:
        self._random = Random(self.seed)  # noqa: S311 - repeatable trouble, not a secret
        async with FakeAibot() as wecom:
            self.wecom = wecom
            self.setting = AibotSetting(self.folder, "", aibot=tuple(wecom.settings().items()))
            self.city.copy_to(self.setting)
            self._make_trouble()
            typists = self._typists()
            typing = [asyncio.create_task(self._live(typist)) for typist in typists]
            try:
                async with asyncio.timeout(LONGEST):
                    await self._kill_again_and_again()
                    await asyncio.wait(typing)
                    await self._calm()
            except TimeoutError:
                raise AssertionError(f"the storm stands still: {self._where(typists, typing)}") from None
            finally:
                for task in typing:
                    task.cancel()
            return self._check(typists)

    def _make_trouble(self) -> None:
        """A broken connection leaves in doubt all that is on its way, so that there are few of them."""
        troubles = (late(1), lost_ack(), late(1), cut(accepted=True), late(1), swallowed(), late(1), cut())
        script = [each for trouble in troubles for each in (*[None] * 80, trouble)]
        self.wecom.faults.script("aibot_send_msg", script)
        self.wecom.speaking.rates.minute = self.wecom.speaking.rates.hour = 1_000_000

    def _typists(self) -> list[Typist]:
        _bind_all(self.setting.data)
        found = []
        for person_id in (*self.city.reporters, *self.city.others):
            member = self.wecom.member(userid(person_id))
            self.wecom.speaking.spoken.add(member.key)
            if person_id in self.city.reporters:
                random = Random(f"{self.seed} {person_id}")  # noqa: S311
                found.append(Typist(member, self.city.reporters[person_id], random))
        return found

    async def _live(self, typist: Typist) -> None:
        while self.killed.total() < self.kills:
            await typist.reports()

    async def _kill_again_and_again(self) -> None:
        await self._start()
        await self._until_heard()
        while self.killed.total() < self.kills:
            kind = ("any time", "calling", "telling")[self.killed.total() % 3]
            await self._until_the_instant(kind)
            self._send(signal.SIGKILL)
            await self._end
            self.killed[kind] += 1
            await self._start()

    async def _start(self) -> None:
        self.setting.folder.mkdir(parents=True, exist_ok=True)
        order = {
            "environment": self.setting.environment(), "folder": str(self.setting.folder),
            "log": str(self.setting.log), "trace": "/dev/null", "last": 0,
        }  # fmt: skip
        self._child, self._end = await self.launcher.start(order)
        up = asyncio.create_task(self.wecom.until_subscribed(LONGEST))
        await asyncio.wait({up, self._end}, return_when=asyncio.FIRST_COMPLETED)
        assert not self._end.done(), self.setting.log.read_text("utf-8")[-4000:]

    async def _until_heard(self) -> None:
        """Nobody can have been away from an account on which they were never heard."""
        database = Database(f"sqlite:///{self.setting.database}")
        try:
            while database.run_now(lambda session: absences.last_heard(session, "aibot", BOT)) is None:
                await asyncio.wait({self._end}, timeout=0.1)
        finally:
            database.close()

    async def _until_the_instant(self, kind: str) -> None:
        """While a frame of ours stands at the door, while one of theirs does, or at any time."""
        if kind == "any time":
            await asyncio.wait({self._end}, timeout=self._random.uniform(0, 0.6))
            return
        count = {"calling": lambda: len(self.wecom.calls), "telling": lambda: len(self.wecom.told)}[kind]
        last = count() + self._random.randint(5, 60)
        await self.wecom.until(lambda: count() >= last, LONGEST)

    def _send(self, by: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, by)

    async def _calm(self) -> None:
        while any(unfinished_but_later(self.setting.database)):
            await asyncio.wait({self._end}, timeout=0.1)
            assert not self._end.done(), self.setting.log.read_text("utf-8")[-4000:]
        self._send(signal.SIGTERM)
        await self._end

    def _where(self, typists: list[Typist], typing: Sequence[asyncio.Task[None]]) -> str:
        waiting = [typist for typist, task in zip(typists, typing, strict=True) if not task.done()]
        examples = [
            (each.told[-1].body["text"]["content"], [shown.text for shown in each.member.shown[-3:]])
            for each in waiting[:3]
        ]
        left = unfinished(self.setting.database_url)
        return f"{self.killed.total()} kills, {len(waiting)} wait, as {examples}; {left}"

    # After it

    def _check(self, typists: list[Typist]) -> Verdict:
        database = Database(f"sqlite:///{self.setting.database}")
        try:
            return database.run_now(lambda session: _checked(session, typists))
        finally:
            database.close()


def userid(person_id: int) -> str:
    return f"Member{person_id}"


def _bind_all(data: Path) -> None:
    def bind(session: Session) -> None:
        at = session.scalars(select(func.max(Binding.last_used))).one() + timedelta(seconds=1)
        for person_id in session.scalars(select(Binding.person_id).distinct()).all():
            user = userid(person_id)
            people.bind(session, person_id, Address(channel="aibot", account=BOT, user=user, chat=user), at)

    database = Database(f"sqlite:///{data / 'sanbao.db'}")
    try:
        database.run_now(bind)
    finally:
        database.close()


def unfinished_but_later(database: Path) -> list[int]:
    """What there is still to do now: a notice for the next working day does not count."""
    counts = unfinished(f"sqlite:///{database}")
    connection = Database(f"sqlite:///{database}")
    try:
        later = connection.run_now(
            lambda session: session.scalar(
                select(func.count())
                .select_from(OutboxRow)
                .where(OutboxRow.state == "due", OutboxRow.once.startswith("absence:"))
            )
        )
    finally:
        connection.close()
    return [counts["inbox"], counts["outbox"] - int(later or 0), counts["media"]]


def _checked(session: Session, typists: list[Typist]) -> Verdict:
    verdict = Verdict()
    _check_inbox(session, typists, verdict)
    _check_answers(session, verdict)
    _check_reports(session, typists, verdict)
    verdict.wrong += ledger.verify(session)
    return verdict


def _check_inbox(session: Session, typists: list[Typist], verdict: Verdict) -> None:
    rows = session.execute(select(InboxRow.external, InboxRow.state, InboxRow.note)).all()
    told = {each.id: typist for typist in typists for each in typist.told}
    for row in rows:
        if row.external not in told:
            verdict.wrong.append(f"{row.external} was never said")
        if row.state != "done":
            verdict.lost.append(f"{row.external} is {row.state}: {row.note}")
    stored = Counter(row.external for row in rows)
    verdict.doubled += [f"{each} is stored {number} times" for each, number in stored.items() if number > 1]
    lost = told.keys() - stored.keys()
    warned = set(session.scalars(select(OutboxRow.chat).where(OutboxRow.once.startswith("absence:"))))
    for each in lost:
        if told[each].member.userid not in warned:
            verdict.lost.append(f"{each} was not stored, and {told[each].member.userid} not told")
    verdict.figures |= {
        "told": len(told),
        "stored": len(stored),
        "not stored": len(lost),
        "warned": len(warned),
    }


def _check_reports(session: Session, typists: list[Typist], verdict: Verdict) -> None:
    filed = Counter(session.scalars(select(ReportVersion.progress)))
    verdict.doubled += [
        f"filed {number} times: {words}" for words, number in filed.items() if number > 1 and words
    ]
    for typist in typists:
        for _, words, receipt in typist.filed:
            verdict.figures["receipts"] += 1
            if not filed[words]:
                verdict.lost.append(f"{receipt}: {words}")
