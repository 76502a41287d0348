"""A closed loop of simulated people: each goes on only after the bot's message has arrived.

The fake Bot API server and all the people live in this process; the bot under test is a process of
its own. Before the figures count, everybody goes through one dialogue to warm up.

    python -m bench.load --bot ptb --mode polling --people 50 --dialogs 10
"""

import argparse
import asyncio
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import psutil  # type: ignore[import-untyped] # psutil ships without types

from bench.scripts import USUAL, Ends, Presses, Says, Script, Step, Turn
from tests.fakes.telegram_api import TOKEN, FakeTelegram, Person, Shown, run_fast

FIRST_USER = 10_001
PATIENCE = 30.0


@dataclass(frozen=True)
class Setup:
    """Where a bot under test finds its server and its files."""

    api: str
    token: str
    mode: str
    port: int
    data: Path
    people: int

    @property
    def log(self) -> Path:
        return self.data / "bot.log"


@dataclass(frozen=True)
class Contestant:
    """A bot under test. `prepare` runs once before it starts, for example to register the people."""

    name: str
    command: Callable[[Setup], list[str]]
    script: Script = USUAL
    environment: Callable[[Setup], Mapping[str, str]] = lambda _: {}
    prepare: Callable[[Setup], None] = lambda _: None
    user_id: Callable[[int], int] = lambda number: FIRST_USER + number


def usual(module: str) -> Callable[[Setup], list[str]]:
    def command(setup: Setup) -> list[str]:
        where = ["--api", setup.api, "--token", setup.token, "--data", str(setup.data)]
        how = ["--mode", setup.mode, "--port", str(setup.port)]
        return [sys.executable, "-m", module, *where, *how]

    return command


PTB = Contestant("python-telegram-bot", usual("bench.usual_ptb"))
AIOGRAM = Contestant("aiogram", usual("bench.usual_aiogram"))
BASELINES = {"ptb": PTB, "aiogram": AIOGRAM}


@dataclass(frozen=True)
class Figures:
    contestant: str
    mode: str
    people: int
    dialogs: int
    updates: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_ms_per_update: float
    rss_mib: float
    partner_busy: float
    """The share of the time in which this process worked: near 1, the figures are those of the fake."""

    @property
    def dialogs_per_second(self) -> float:
        return self.dialogs / self.seconds

    @property
    def updates_per_second(self) -> float:
        return self.updates / self.seconds


@dataclass
class Walk:
    """One person on the way through a number of dialogues, who thinks for `pause` seconds before each step."""

    person: Person
    number: int
    script: Script
    dialogs: int
    done: int = 0
    pause: float = 0.0
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    updates: int = 0
    waits: list[float] = field(default_factory=list)
    last_step: str = ""
    _since: float = 0.0
    _answered: set[tuple[int, Step]] = field(default_factory=set)

    def begin(self, seconds: float) -> None:
        """In so many seconds."""
        self.person.chat.on_news = self._sees
        asyncio.get_running_loop().call_later(seconds, self._open)

    @property
    def _turn(self) -> Turn:
        return Turn(self.number, self.done)

    def _open(self) -> None:
        self._answered.clear()
        self._act(self.script.opening(self._turn), None)

    def _sees(self, message: Shown) -> None:
        step = self.script.answer(message, self._turn)
        # A message that is edited after its answer, say to take its buttons off, is not answered again.
        if step is None or (message.id, step) in self._answered or self.finished.is_set():
            return
        self._answered.add((message.id, step))
        self.waits.append(time.perf_counter() - self._since)
        # The bot gets the answer to its call before the person reacts.
        asyncio.get_running_loop().call_later(self.pause, self._act, step, message)

    def _act(self, step: Step, message: Shown | None) -> None:
        if isinstance(step, Ends):
            self._end()
            return
        self.last_step = str(step)
        self.updates += 1
        self._since = time.perf_counter()
        if isinstance(step, Says):
            self.person.says(step.text)
        else:
            self._press(step, message)

    def _press(self, step: Presses, message: Shown | None) -> None:
        shown = message if message is not None else self.person.last
        label = next((label for label in shown.buttons if step.label in label), step.label)
        self.person.presses(label, shown)

    def _end(self) -> None:
        self.done += 1
        if self.done < self.dialogs:
            self._open()
        else:
            self.finished.set()


class StuckError(Exception):
    """Nobody got on for a long time."""


async def measure(
    contestant: Contestant, mode: str, people: int, dialogs: int, disk: Path | None = None
) -> Figures:
    """One bot process, one warm-up dialogue each, then `dialogs` dialogues each.

    The bot's files lie in a new folder on `disk`, which decides what a commit costs.
    """
    with tempfile.TemporaryDirectory(prefix="bench-", dir=disk) as folder:
        async with FakeTelegram(keep_transcript=False) as api:
            setup = Setup(api.url, TOKEN, mode, free_port(), Path(folder), people)
            contestant.prepare(setup)
            async with running(contestant, setup) as bot:
                try:
                    await walk(api, contestant, people, 1)
                    return await _measured(api, contestant, setup, bot, dialogs)
                except StuckError as stuck:
                    printed = setup.log.read_text(errors="replace")[-3000:]
                    raise RuntimeError(
                        f"{contestant.name}, {mode}: {stuck}; it printed:\n{printed}"
                    ) from stuck


async def _measured(
    api: FakeTelegram, contestant: Contestant, setup: Setup, bot: psutil.Process, dialogs: int
) -> Figures:
    bot_cpu, own_cpu, began = cpu_of(bot), time.process_time(), time.perf_counter()
    walks = await walk(api, contestant, setup.people, dialogs, first=1)
    seconds = time.perf_counter() - began
    updates = sum(each.updates for each in walks)
    waits = sorted(wait for each in walks for wait in each.waits)
    percentiles = quantiles(waits, n=100)
    return Figures(
        contestant=contestant.name,
        mode=setup.mode,
        people=setup.people,
        dialogs=setup.people * dialogs,
        updates=updates,
        seconds=seconds,
        p50_ms=percentiles[49] * 1000,
        p99_ms=percentiles[98] * 1000,
        cpu_ms_per_update=(cpu_of(bot) - bot_cpu) / updates * 1000,
        rss_mib=memory_of(bot),
        partner_busy=(time.process_time() - own_cpu) / seconds,
    )


async def walk(
    api: FakeTelegram, contestant: Contestant, people: int, dialogs: int, first: int = 0, pause: float = 0.0
) -> list[Walk]:
    walks = [
        Walk(
            api.person(contestant.user_id(number), f"报送人{number}"),
            number,
            contestant.script,
            first + dialogs,
            first,
            pause,
        )
        for number in range(people)
    ]
    for each in walks:
        each.begin(pause * each.number / people)
    for each in walks:
        await _finish(each, walks)
    return walks


async def _finish(each: Walk, walks: list[Walk]) -> None:
    """Waits as long as anybody gets on; a loop that stands still says where."""
    steps = -1
    while not each.finished.is_set():
        if steps == (steps := sum(walk.updates for walk in walks)):
            raise StuckError(_where(walks))
        with suppress(TimeoutError):
            await asyncio.wait_for(each.finished.wait(), PATIENCE)


def _where(walks: list[Walk]) -> str:
    waiting = [walk for walk in walks if not walk.finished.is_set()]
    example = waiting[0]
    seen = [message.text for message in example.person.chat.news[-3:]]
    return (
        f"{len(waiting)} of {len(walks)} people wait in vain: "
        f"{example.person.id} did {example.last_step} and saw at last {seen}"
    )


@asynccontextmanager
async def running(contestant: Contestant, setup: Setup) -> AsyncIterator[psutil.Process]:
    """The bot as a process of its own; what it prints goes to `bot.log` among its files."""
    with setup.log.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *contestant.command(setup),
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **contestant.environment(setup)},
        )
    try:
        yield psutil.Process(process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def family(process: psutil.Process) -> Iterable[psutil.Process]:
    return [process, *process.children(recursive=True)]


def cpu_of(process: psutil.Process) -> float:
    """Seconds of CPU time, user and system, of the process and its children."""
    return float(sum(sum(each.cpu_times()[:2]) for each in family(process)))


def memory_of(process: psutil.Process) -> float:
    return float(sum(each.memory_info().rss for each in family(process))) / 2**20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


HEADINGS = (
    f"{'bot':20} {'mode':8} {'people':>6} {'dialogs/s':>10} {'updates/s':>10} {'p50 ms':>7} {'p99 ms':>8} "
    f"{'CPU ms/upd':>11} {'RSS MiB':>8} {'fake busy':>9}"
)


def line(figures: Figures) -> str:
    return (
        f"{figures.contestant:20} {figures.mode:8} {figures.people:6} {figures.dialogs_per_second:10.1f} "
        f"{figures.updates_per_second:10.0f} {figures.p50_ms:7.1f} {figures.p99_ms:8.1f} "
        f"{figures.cpu_ms_per_update:11.3f} {figures.rss_mib:8.1f} {figures.partner_busy:9.0%}"
    )


async def _main(given: argparse.Namespace) -> None:
    print(HEADINGS)
    for people in given.people:
        dialogs = given.dialogs or max(2, 1000 // people)
        for mode in given.mode:
            for name in given.bot:
                figures = await measure(BASELINES[name], mode, people, dialogs, given.disk)
                print(line(figures), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bot", nargs="+", choices=sorted(BASELINES), default=sorted(BASELINES))
    parser.add_argument("--mode", nargs="+", choices=("polling", "webhook"), default=["polling", "webhook"])
    parser.add_argument("--people", nargs="+", type=int, default=[1, 50, 500])
    parser.add_argument("--dialogs", type=int, default=0, help="dialogues per person; about 1000 in all if 0")
    parser.add_argument(
        "--disk", type=Path, help="where the bot's files lie; the temporary folder if not given"
    )
    run_fast(_main(parser.parse_args()))


if __name__ == "__main__":
    main()
