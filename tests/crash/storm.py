"""A storm: people report, the fake API fails as it can, and the program is killed and started again all the while.

    storm = Storm(city, Plan("polling", kills=25, messages=600), folder)
    verdict = await storm.run()

Rule 1  The kills are spread over the messages; their instants are drawn from three kinds: while it starts, when a
        call has reached the API and nobody hears the answer, and at any time.
Rule 2  Nobody sleeps: everybody waits for a fact, with a time-out.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from tests.crash.ledger_check import Verdict, check_city, is_alarm
from tests.crash.people import PATIENCE, Phone, Reader, Reporter
from tests.crash.program import TOKEN, City, Program, Setting, free_port, unfinished, user_of
from tests.crash.record import Record, Sends, UpTime
from tests.fakes.telegram_api import Call, FakeTelegram, Fault, hang, reset, server_error, too_many

STUCK_SECONDS = 120.0
KINDS = ("any time", "calling", "starting")
CALLS = ("sendMessage", "editMessageText")


@dataclass(frozen=True)
class Plan:
    """`messages` are those that people send at least; about as many are sent to them."""

    mode: str
    kills: int
    messages: int
    seed: int = 0
    faults: bool = True
    people: int = 1000
    """How many at most report; fewer leave each of them more of the machine."""
    patience: float = PATIENCE
    duplicates: float = 0.05
    """The chance that an update comes once more, drawn again each time: up to five times in all."""
    report: Callable[["Storm"], None] = lambda _: None
    """Told after each kill."""


@dataclass
class Storm:
    city: City
    plan: Plan
    folder: Path
    url: str = ""  # of a city on PostgreSQL
    record: Record = field(default_factory=Record)
    up: UpTime = field(default_factory=UpTime)
    killed: Counter[str] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)
    """Seconds from each start to the program's first call."""

    async def run(self) -> Verdict:
        async with FakeTelegram(TOKEN, seed=self.plan.seed) as api:
            self._api = api
            api.calls = Sends()
            self._make_trouble()
            self.city.copy_to(self.setting)
            try:
                await self._storm()
                await self._calm()
            finally:
                await self.program.kill()
            return self._check()

    @cached_property
    def setting(self) -> Setting:
        port = free_port() if self.plan.mode == "webhook" else 0
        return Setting(self.folder, self._api.url, self.plan.mode, port, self.url)

    @cached_property
    def program(self) -> Program:
        return Program(self.setting)

    @cached_property
    def _random(self) -> Random:
        return Random(self.plan.seed)  # noqa: S311 - repeatable trouble, not a secret

    # The people

    @cached_property
    def _reporters(self) -> list[Reporter]:
        return [
            Reporter(
                self._phone(person_id),
                person_id,
                projects,
                self.up,
                self._goes_on,
                patience=self.plan.patience,
            )
            for person_id, projects in islice(self.city.reporters.items(), self.plan.people)
        ]

    def _phone(self, person_id: int) -> Phone:
        account = self._api.person(user_of(person_id), f"报送人{person_id}", started=True)
        return Phone(account, self.record, Random(f"{self.plan.seed} {person_id}"))  # noqa: S311

    def _goes_on(self) -> bool:
        return len(self.record.offered) < self.plan.messages or self.killed.total() < self.plan.kills

    # The storm

    def _make_trouble(self) -> None:
        if not self.plan.faults:
            return
        faults = self._api.faults
        faults.duplicates, faults.reorder = self.plan.duplicates, True
        for method in CALLS:
            faults.chances(method, *_odds(too_many(1), hang(0.3), hang(0.3, accepted=True), each=0.01))
        for method in ("getUpdates", "getFile", "answerCallbackQuery"):
            faults.chances(method, *_odds(too_many(1), hang(0.3), hang(0.3, accepted=True), each=0.001))

    async def _storm(self) -> None:
        for person_id in self.city.others:
            Reader(self._phone(person_id))
        reporters = self._reporters
        people = asyncio.gather(*(reporter.live(reporters) for reporter in reporters))
        trouble = asyncio.create_task(self._trouble())
        try:
            await self._while_somebody_gets_on(asyncio.gather(people, trouble))
        finally:
            trouble.cancel()
            people.cancel()
            await asyncio.gather(trouble, people, return_exceptions=True)

    async def _while_somebody_gets_on(self, everything: "asyncio.Future[Any]") -> None:
        """Waits for the end; raises if for a long time nobody has done or killed anything."""
        before = (-1, -1)
        while not everything.done():
            now = (len(self.record.offered) - self.record.nudges, self.killed.total())
            if now == before:
                raise AssertionError(f"the storm stands still: {self._where()}")
            before = now
            await asyncio.wait([everything], timeout=STUCK_SECONDS)
        await everything

    def _where(self) -> str:
        waiting = [each for each in self._reporters if each.doing != "nothing"]
        example = waiting[0] if waiting else self._reporters[0]
        seen = [message.text for message in example.phone.account.chat.news[-3:]]
        return (
            f"{len(waiting)} people wait, one did {example.doing} and saw at last {seen}; "
            f"unfinished: {unfinished(self.setting.database_url)}; printed:\n{self.program.printed()}"
        )

    async def _trouble(self) -> None:
        """What the program goes through meanwhile; it is up in the end."""
        await self._kill_again_and_again()
        await self.program.start()
        await self._until_up()

    async def _kill_again_and_again(self) -> None:
        while self.killed.total() < self.plan.kills:
            kind = KINDS[self.killed.total() % len(KINDS)]
            await self.program.start()
            if kind == "starting":
                # Most of a start is imports; what touches the database comes at its end.
                await self.program.runs_for(self._random.triangular(0, 1.2, 1) * self._start_seconds)
            else:
                await self._until_up()
                await self._until_its_turn()
                await self._until_the_instant(kind)
            await self.program.kill()
            self.up.ends()
            self.killed[kind] += 1
            self.plan.report(self)

    @property
    def _start_seconds(self) -> float:
        return sum(self.starts[-5:]) / len(self.starts[-5:])

    async def _until_up(self) -> None:
        """The program is up with its first call."""
        loop, count = asyncio.get_running_loop(), self._api.calls.count
        began = loop.time()
        await self._or_died(self._api.until(lambda: self._api.calls.count > count, STUCK_SECONDS))
        self.starts.append(loop.time() - began)
        self.up.begins()

    async def _until_its_turn(self) -> None:
        """Each kill waits for its share of the messages."""
        share = self.plan.messages * self.killed.total() / self.plan.kills
        await self._or_died(self._api.until(lambda: len(self.record.offered) >= share, STUCK_SECONDS))

    async def _until_the_instant(self, kind: str) -> None:
        if kind == "any time":
            await self.program.runs_for(self._random.uniform(0, 0.8))
            return
        last = self._api.calls.count + self._random.randint(1, 40)
        # Killed while the call stands at the API's door: it is carried out, and nobody hears of it.
        await self._or_died(
            self._api.until(lambda: self._api.calls.count >= last and self._hit(), STUCK_SECONDS)
        )

    def _hit(self) -> bool:
        process = self.program.process
        if process is not None and process.returncode is None:
            process.kill()
        return True

    async def _or_died(self, fact: Coroutine[Any, Any, None]) -> None:
        """Waits for a fact, but not for one that a dead program cannot bring about."""
        waiting = asyncio.create_task(fact)
        died = asyncio.create_task(self.program.runs_for(2 * STUCK_SECONDS))
        try:
            await asyncio.wait([waiting, died], return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                await died
            await waiting
        finally:
            died.cancel()
            waiting.cancel()
            await asyncio.gather(died, waiting, return_exceptions=True)

    @property
    def progress(self) -> str:
        return (
            f"{self.plan.mode}: {self.killed.total()} of {self.plan.kills} kills, "
            f"{len(self.record.offered)} of {self.plan.messages} messages in, {len(self._api.calls)} calls out"
        )

    # After it

    async def _calm(self) -> None:
        """Without trouble the program comes to rest: all is confirmed, taken, sent, fetched."""
        self._api.faults.clear()
        await self._or_died(self._api.all_confirmed(STUCK_SECONDS))
        loop = asyncio.get_running_loop()
        until = loop.time() + STUCK_SECONDS
        while any(left := unfinished(self.setting.database_url).values()):
            assert loop.time() < until, f"no rest: {self._where()}"
            await self.program.runs_for(0.1)
        assert not any(left)
        await self.program.stop()

    @property
    def _alarms(self) -> list[Call]:
        """What the watcher told the admin past the outbox: that the program is ill, or well again."""
        return [call for call in self._api.calls if is_alarm(call)]

    def _check(self) -> Verdict:
        calls = [call for call in self._api.calls if not is_alarm(call)]
        verdict = check_city(self.setting.database_url, self.setting.data, self.record, calls)
        verdict.figures["alarms"] = len(self._alarms)
        verdict.figures |= {f"kills {kind}": number for kind, number in self.killed.items()}
        verdict.figures["nudges"] = self.record.nudges
        verdict.figures["copies"] = self._api.counts()["copies"]
        verdict.figures["crashes of loops"] = self.program.printed(10**9).count(
            "crashed; it is started again"
        )
        return verdict


async def run_all(storms: Iterable[Storm]) -> list[Verdict]:
    """Side by side; the end of one that failed is the end of all."""
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(storm.run()) for storm in storms]
    return [task.result() for task in running]


def _odds(*faults: Fault, each: float) -> list[tuple[Fault, float]]:
    """These, and every kind that there always is, with the same probability."""
    always = (server_error(502), server_error(502, accepted=True), reset(), reset(accepted=True))
    return [(fault, each) for fault in (*faults, *always)]
