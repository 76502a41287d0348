"""Several processes of one city on PostgreSQL: now and then one is killed while the others go on, and before that
one is frozen (SIGSTOP) for longer than its leases last, and woken.

storm = ManyStorm(city, Plan("webhook", kills=25, messages=600), folder, server, processes=4)
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from rules.kinds import DutyKind
from storage.database import Database
from storage.tables.reporting import Duty
from tests.crash.ledger_check import Verdict
from tests.crash.program import TOKEN, City, Program, Setting, bind_everybody, free_port
from tests.crash.storm import Storm
from tests.fakes.telegram_api import FakeTelegram
from tests.postgres import Server

PROCESSES = 4
FROZEN_SECONDS = 5.0  # twice as long as a lease lasts here


@dataclass
class Programs:
    """Stands for one program: `start` starts those that do not run, `kill` kills any one."""

    setting: Setting
    number: int
    random: Random
    programs: list[Program] = field(init=False)
    struck: Program | None = None
    asleep: Program | None = None
    frozen: int = 0

    def __post_init__(self) -> None:
        webhook = self.setting.mode == "webhook"
        ports = [free_port() if webhook else 0 for _ in range(self.number)]
        self.programs = [Program(replace(self.setting, port=port)) for port in ports]

    @property
    def ports(self) -> list[int]:
        return [each.setting.port for each in self.programs if each.process is not None]

    async def start(self) -> None:
        for each in self.programs:
            if each.process is None:
                await each.start()

    async def runs_for(self, seconds: float) -> None:
        """Raises Died if one of them ends meanwhile."""
        await asyncio.gather(*(each.runs_for(seconds) for each in self.programs if each.process is not None))

    def strike(self) -> bool:
        """Kills one at this instant."""
        if self.struck is None:
            self.struck = self.random.choice(self.programs)
            if self.struck.process is not None and self.struck.process.returncode is None:
                self.struck.process.kill()
        return True

    def freeze(self) -> None:
        """Wakes the one that sleeps, and freezes any."""
        self.wake()
        self.asleep = self.random.choice(self.programs)
        self.frozen += self._signal(self.asleep, signal.SIGSTOP)

    def wake(self) -> None:
        if self.asleep is not None:
            self._signal(self.asleep, signal.SIGCONT)
        self.asleep = None

    def _signal(self, program: Program, number: signal.Signals) -> bool:
        runs = program.process is not None and program.process.returncode is None
        if program.process is not None and runs:
            program.process.send_signal(number)
        return runs

    async def kill(self) -> None:
        """Buries the one that was struck, or kills any."""
        struck, self.struck = self.struck or self.random.choice(self.programs), None
        await struck.kill()

    async def end(self) -> None:
        await asyncio.gather(*(each.kill() for each in self.programs))

    async def stop(self) -> None:
        self.wake()
        await asyncio.gather(*(each.stop() for each in self.programs))

    def printed(self, characters: int = 4000) -> str:
        return self.programs[0].printed(characters)


@dataclass
class ManyStorm(Storm):
    server: Server | None = None
    template: str = ""
    processes: int = PROCESSES
    frozen_seconds: float = FROZEN_SECONDS

    async def run(self) -> Verdict:
        assert self.server is not None
        self.url = self.server.create(template=self.template)
        try:
            if self.plan.mode != "webhook":
                return await super().run()
            async with balanced(lambda: self.program.ports) as self._door:
                return await super().run()
        finally:
            await self.program.end()
            self.server.drop(self.url)

    @cached_property
    def setting(self) -> Setting:
        door = self._door if self.plan.mode == "webhook" else 0
        return Setting(self.folder, self._api.url, self.plan.mode, url=self.url, public_port=door)

    async def _until_its_turn(self) -> None:
        self.program.freeze()
        await self.program.runs_for(self.frozen_seconds)
        self.program.wake()
        await super()._until_its_turn()

    def _hit(self) -> bool:
        return self.program.strike()

    @cached_property
    def program(self) -> Programs:  # type: ignore[override]  # they stand for one
        return Programs(self.setting, self.processes, Random(f"{self.plan.seed} many"))  # noqa: S311 - no secret


@asynccontextmanager
async def balanced(ports: Callable[[], list[int]]) -> AsyncIterator[int]:
    """A port whose connections are handed on to the running programs in turn, as a balancer before them would do."""
    turn = 0

    async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal turn
        turn += 1
        running = ports()
        with suppress(OSError, asyncio.IncompleteReadError, ZeroDivisionError):  # nobody runs
            there, back = await asyncio.open_connection("127.0.0.1", running[turn % len(running)])
            with suppress(OSError):
                await asyncio.gather(_copy(reader, back), _copy(there, writer))
        writer.close()

    server = await asyncio.start_server(hand_on, "127.0.0.1", 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def found_city_on(server: Server, folder: Path, processes: int = PROCESSES) -> tuple[City, str]:
    """The sample city, which several processes begin at the same time; and the name of its database, to be copied."""
    url = server.create()
    async with FakeTelegram(TOKEN) as api:
        programs = Programs(Setting(folder, api.url, url=url), processes, Random(0))  # noqa: S311 - no secret
        await programs.start()
        try:
            while not _has_duties(url):
                await programs.runs_for(0.2)
        finally:
            await programs.stop()
    city = bind_everybody(programs.setting.data, url)
    return city, url


def _has_duties(url: str) -> bool:
    """The first sweep opens zero-reports last; before, the tables may not be there."""
    database = Database(url)
    try:
        zero = select(Duty.id).where(Duty.kind == DutyKind.ZERO).limit(1)
        return database.read_now(lambda session: session.scalar(zero)) is not None
    except DBAPIError:
        return False
    finally:
        database.close()
