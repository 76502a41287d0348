"""A storm over the self-built app of WeCom: members report, the program is killed and started again all the while.

What is promised of callbacks: whatever was answered 200 is processed exactly once; what was not is processed at most
once, however often WeCom brought it. And of what members see: each receipt once, for a resend is the same bytes.
"""

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.channels.wecom_updates import piece
from bot.clock import Clock, store_offset
from rules.kinds import Role
from storage import ledger, people
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Address
from storage.tables.reporting import Issue, ReportVersion
from storage.tables.traffic import InboxRow, OutboxRow
from tests.builders import NOW, a_person, a_project, a_unit, a_year_plan
from tests.crash.ledger_check import Verdict, _check_ledger
from tests.crash.points import Launcher
from tests.crash.program import free_port, unfinished
from tests.fakes.wecom.faults import hang
from tests.fakes.wecom.members import Member
from tests.fakes.wecom.server import AGENT, FakeWecom

PATIENCE = 1.2
# An answer may be two messages, and two answers be on their way: all of it is heard before the next word is said.
SILENCE = 0.3
STUCK_SECONDS = 60.0
RECEIPT = re.compile(r"^(?:已收到 |已登记 )([JW]\d+)", re.MULTILINE)
# What is said to which question; whatever else is seen, a new report begins.
ANSWERS = (
    ("请核对", "确认"), ("新问题", "新问题"), ("完成投资多少", "1200"), ("形象进度", "主体封顶"),
    ("有多严重", "一般问题"), ("哪一类", "征拆"),
    ("出了什么事", "两户阻工"), ("需要谁帮", "请派工作组"), ("现场照片", "没有")
)  # fmt: skip


@dataclass
class Reporter:
    """Files one progress report, then problems, until it is told to stop."""

    member: Member
    receipts: int = 0

    async def live(self, goes_on: Callable[[], bool]) -> None:
        seen = 0
        said = "报进展"
        self.member.says(said)
        while goes_on() or said != "报问题":
            if await self._news(seen, PATIENCE):
                seen = len(self.member.shown)
                while await self._news(seen, SILENCE):
                    seen = len(self.member.shown)
                said = self._answer()
            self.member.says(said)

    async def _news(self, seen: int, patience: float) -> bool:
        with suppress(AssertionError):
            await self.member.sees(lambda _message: len(self.member.shown) > seen, timeout=patience)
        return len(self.member.shown) > seen

    def _answer(self) -> str:
        newest = self.member.shown[-1]
        text = newest.text + "".join(newest.buttons)
        return next((answer for asked, answer in ANSWERS if asked in text), "报问题")


@dataclass
class WecomStorm:
    launcher: Launcher
    template: Path
    folder: Path
    kills: int
    people: int = 30
    """So many that WeCom's limit for each of them holds nobody back."""
    seed: int = 0
    killed: Counter[str] = field(default_factory=Counter)

    async def run(self) -> Verdict:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._random = Random(self.seed)  # noqa: S311 - repeatable trouble, not a secret
        self._port = free_port()
        self._found()
        async with FakeWecom(f"http://127.0.0.1:{self._port}/wecom/callback") as wecom:
            self._wecom = wecom
            wecom.callbacks.pause = 0.1
            reporters = [Reporter(wecom.member(f"m{number}")) for number in range(self.people)]
            everybody = asyncio.gather(*(each.live(self._goes_on) for each in reporters))
            try:
                await asyncio.wait_for(self._kill_again_and_again(), STUCK_SECONDS * 5)
                await asyncio.wait_for(everybody, STUCK_SECONDS)
                await wecom.callbacks.settled()
                await self._come_to_rest()
            finally:
                everybody.cancel()
                await self._stop(signal.SIGTERM)
            return self._check()

    def _goes_on(self) -> bool:
        return self.killed.total() < self.kills

    # The program

    async def _start(self) -> None:
        order = {
            "environment": self._environment(), "folder": str(self.folder), "log": str(self.folder / "program.log"),
            "trace": str(self.folder / "trace"), "last": 0,
        }  # fmt: skip
        self._child, self._end = await self.launcher.start(order)

    def _environment(self) -> dict[str, str]:
        ours = {
            "DATA_DIR": str(self.folder / "data"), "HTTP_PORT": str(self._port), "TRYOUT": "true",
            **self._wecom.settings(),
        }  # fmt: skip
        others = {name: value for name, value in os.environ.items() if not name.startswith("SANBAO_")}
        return others | {f"SANBAO_{name}": value for name, value in ours.items()}

    async def _stop(self, by: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, by)
        await asyncio.wait_for(self._end, 30)

    async def _kill_again_and_again(self) -> None:
        while self._goes_on():
            await self._start()
            await (self._in_mid_call, self._at_any_time)[self.killed.total() % 2]()
            await self._stop(signal.SIGKILL)
        self._wecom.faults.clear()
        await self._start()

    async def _in_mid_call(self) -> None:
        """A message was taken by WeCom, and the program dies before it hears so."""
        before = sum(call.fault is not None for call in self._wecom.calls)
        self._wecom.faults.script(
            "message/send", [None] * self._random.randrange(6) + [hang(5, accepted=True)]
        )
        await self._wecom.until(
            lambda: sum(call.fault is not None for call in self._wecom.calls) > before, 30
        )
        self.killed["in mid-call"] += 1

    async def _at_any_time(self) -> None:
        callbacks = self._wecom.callbacks
        answered = sum(each.answered for each in callbacks.deliveries) + self._random.randrange(1, 12)
        await self._wecom.until(lambda: sum(each.answered for each in callbacks.deliveries) >= answered, 30)
        await asyncio.sleep(self._random.random() * 0.05)
        self.killed["at any time"] += 1

    async def _come_to_rest(self) -> None:
        """Until nothing waits in the file that the program has open; it is looked at from outside."""
        async with asyncio.timeout(STUCK_SECONDS):
            url = f"sqlite:///{self.folder / 'data' / 'sanbao.db'}"
            while any(unfinished(url).values()):  # noqa: ASYNC110 - no bell rings here
                await asyncio.sleep(0.1)

    # The city and the check

    def _found(self) -> None:
        data = self.folder / "data"
        data.mkdir()
        (data / "sanbao.db").write_bytes(self.template.read_bytes())
        database = Database(f"sqlite:///{data / 'sanbao.db'}")
        database.run_now(self._settle)
        database.close()

    def _settle(self, session: Session) -> None:
        stored_rules.take(session, None, NOW)
        store_offset(session, NOW - Clock().machine())
        unit = a_unit(session, name="城北区住建局")
        for number in range(self.people):
            person = a_person(session, unit=unit, role=Role.REPORTER)
            a_year_plan(session, a_project(session, reporter=person))
            address = Address(channel="wecom", account=AGENT, user=f"m{number}", chat=f"m{number}")
            people.bind(session, person.id, address, NOW)

    def _check(self) -> Verdict:
        database = Database(f"sqlite:///{self.folder / 'data' / 'sanbao.db'}")
        try:
            return database.run_now(self._verdict)
        finally:
            database.close()

    def _verdict(self, session: Session) -> Verdict:
        verdict = Verdict()
        self._check_callbacks(session, verdict)
        self._check_receipts(session, verdict)
        _check_ledger(session, verdict)
        verdict.wrong += ledger.verify(session)
        return verdict

    def _check_callbacks(self, session: Session, verdict: Verdict) -> None:
        rows = session.execute(select(InboxRow.external, InboxRow.state)).all()
        stored, ended = (
            Counter(row.external for row in rows),
            {row.external for row in rows if row.state == "done"},
        )
        offered = {piece(each.document).external for each in self._wecom.callbacks.deliveries}
        answered = {
            piece(each.document).external for each in self._wecom.callbacks.deliveries if each.answered
        }
        verdict.lost += [f"{each} was answered 200 and is not processed" for each in answered - ended]
        verdict.wrong += [f"{each} was never sent" for each in stored.keys() - offered]
        verdict.doubled += [f"{each} is stored {n} times" for each, n in stored.items() if n > 1]
        turns = select(OutboxRow.inbox_id, func.count()).where(
            OutboxRow.inbox_id.is_not(None), OutboxRow.part_of.is_(None)
        )
        for inbox, count in session.execute(turns.group_by(OutboxRow.inbox_id)):
            if count > 1:
                verdict.doubled.append(f"inbox row {inbox} was answered {count} times")
        verdict.figures["answered 200"] = len(answered)
        repeated = sum(len(each.statuses) > 1 for each in self._wecom.callbacks.deliveries)
        verdict.figures["brought again"] = repeated

    def _check_receipts(self, session: Session, verdict: Verdict) -> None:
        """Of each report and problem one receipt was seen, or is known to be in doubt to the end."""
        seen = Counter(
            (member.userid, number)
            for member in self._wecom.world.members.values()
            for message in member.shown
            for number in RECEIPT.findall(message.text)
        )
        filed = session.scalar(select(func.count()).select_from(Issue)) or 0
        filed += session.scalar(select(func.count()).select_from(ReportVersion)) or 0
        verdict.doubled += [f"{who} saw {number} {n} times" for (who, number), n in seen.items() if n > 1]
        receipts = select(OutboxRow.number, OutboxRow.state).where(
            OutboxRow.number != "", OutboxRow.part_of.is_(None)
        )
        states = dict(session.execute(receipts).all())
        missing = states.keys() - {number for _, number in seen}
        verdict.lost += [
            f"{each} was not seen, and is {states[each]}" for each in missing if states[each] != "unknown"
        ]
        if len(states) != filed:
            verdict.lost.append(f"{filed} reports are filed, with {len(states)} receipts")
        verdict.figures["receipts in doubt to the end"] = len(missing)
        verdict.figures["filed"] = filed
        verdict.figures["swallowed resends"] = self._wecom.sending.swallowed
