"""One whole conversation, killed at each of its points in turn: every commit and every call, before and after.

async with Launcher() as launcher:
    names = await count_points(launcher, city, folder, "polling")
    verdict = await Conversation(launcher, city, folder, "polling", last=17).run()
"""

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from tests.crash.ledger_check import Verdict, check_city
from tests.crash.people import Phone, Reporter
from tests.crash.program import TOKEN, City, Died, Setting, free_port, unfinished, user_of
from tests.crash.record import Record, Sends, UpTime
from tests.fakes.telegram_api import Call, FakeTelegram

PATIENCE = 0.7
LONGEST = 400.0
ROOT = Path(__file__).parents[2]


class Launcher:
    """The test's side of `launcher.py`."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process
        self._started: asyncio.Queue[int] = asyncio.Queue()
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._ordering = asyncio.Lock()
        self._listening: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.crash.launcher", cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child, end in self._ends.items():
            if not end.done():
                _send(child, signal.SIGKILL)
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._listening

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            if "started" in said:
                self._end_of(said["started"])
                self._started.put_nowait(said["started"])
            else:
                self._end_of(said["ended"]).set_result(said["code"])

    def _end_of(self, child: int) -> "asyncio.Future[int]":
        return self._ends.setdefault(child, asyncio.get_running_loop().create_future())

    async def start(self, order: dict[str, Any]) -> "tuple[int, asyncio.Future[int]]":
        """The child's process id, and its end with its exit code."""
        assert self._process.stdin is not None
        async with self._ordering:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            child = await asyncio.wait_for(self._started.get(), LONGEST)
        return child, self._ends[child]


def _send(child: int, by: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it may be ending this very moment
        os.kill(child, by)


@dataclass
class Conversation:
    """A report with a photo, from the menu word to the receipt, through a program that dies at point `last`."""

    launcher: Launcher
    city: City
    folder: Path
    mode: str
    last: int = 0
    url: str = ""  # of a copy of the city on PostgreSQL
    died: bool = False
    record: Record = field(default_factory=Record)
    up: UpTime = field(default_factory=UpTime)
    calls: list[Call] = field(default_factory=list)
    _child: int = field(init=False)
    _end: "asyncio.Future[int]" = field(init=False)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopped: bool = False

    async def run(self) -> Verdict:
        async with FakeTelegram(TOKEN) as api:
            self._api = api
            api.calls = Sends()
            self.city.copy_to(self.setting)
            for person_id in self.city.others:  # who may be told of the ledger's root meanwhile
                api.person(user_of(person_id), started=True)
            async with asyncio.TaskGroup() as group, asyncio.timeout(LONGEST):
                living = group.create_task(self._live())
                await self._talk()
                await self._rest()
                self._stopped = True
                _send(self._child, signal.SIGTERM)
                await living
            self.calls = list(api.calls)
            return check_city(self.setting.database_url, self.setting.data, self.record, self.calls)

    @cached_property
    def setting(self) -> Setting:
        port = free_port() if self.mode == "webhook" else 0
        return Setting(self.folder, self._api.url, self.mode, port, self.url)

    @property
    def trace(self) -> Path:
        return self.folder / "points"

    @property
    def names(self) -> list[str]:
        """The points that were reached, in order, up to the kill if there was one."""
        reached = self.trace.read_text().splitlines()
        return reached[: self.last] if self.last else reached

    async def _live(self) -> None:
        """The program's first life, to the point where it is killed, and its second one."""
        for last in (self.last, 0):
            self._child, self._end = await self._start(last)
            self._awake.set()
            code = await asyncio.shield(self._end)  # the launcher keeps it, even if we are cancelled
            self._awake.clear()
            self.died |= code == -signal.SIGKILL
            if self._stopped:
                break
            if not last or not self.died:
                raise Died(f"exit code {code}; it printed:\n{self.setting.log.read_text('utf-8')[-4000:]}")
            self.up.ends()

    async def _start(self, last: int) -> "tuple[int, asyncio.Future[int]]":
        self.setting.folder.mkdir(parents=True, exist_ok=True)
        count = self._api.calls.count
        child, end = await self.launcher.start(
            {
                "environment": self.setting.environment(),
                "folder": str(self.setting.folder),
                "log": str(self.setting.log),
                "trace": str(self.trace) if not self.died else os.devnull,
                "last": last,
            }
        )
        called = asyncio.create_task(self._api.until(lambda: self._api.calls.count > count, LONGEST))
        either: set[asyncio.Future[Any]] = {called, end}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        called.cancel()
        self.up.begins()
        return child, end

    async def _talk(self) -> None:
        person_id, projects = next(iter(self.city.reporters.items()))
        account = self._api.person(user_of(person_id), started=True)
        phone = Phone(account, self.record, Random(self.mode))  # noqa: S311 - the same talk each time
        reporter = Reporter(phone, person_id, projects, self.up, patience=PATIENCE, taps_twice=0)
        await reporter.carry_through(reporter.progress(projects[0], photos=1))

    async def _rest(self) -> None:
        """The program is awake, and all is confirmed and done."""
        await self._api.all_confirmed(LONGEST)
        await self._awake.wait()
        while any(unfinished(self.setting.database_url).values()):
            await asyncio.wait({self._end}, timeout=0.02)
            await self._awake.wait()
