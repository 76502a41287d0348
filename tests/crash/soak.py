"""The soak: people report for as long as it takes, every update comes one to five times, and one program runs through
all of it: nothing is lost or doubled, and the program does not grow.

    python -m tests.crash.soak --messages 100000 [--mode polling] [--mode webhook] [--postgres]

Rule 1  The program is looked at every few seconds: its memory, its open files, its threads. What the last fifth of the
        looks shows is compared with the second fifth, for in the first one everybody comes for the first time.
Rule 2  Files and threads may be a few more, as many as calls happen to be under way. Memory may grow by what a heap
        that is used at random grows; what is kept for every message is more than that after some ten thousand.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil
from sqlalchemy import make_url

from tests import postgres
from tests.crash.ledger_check import Verdict
from tests.crash.many import found_city_on
from tests.crash.program import City, found_city
from tests.crash.storm import Plan, Storm

MODES = ("polling", "webhook")
DUPLICATES = 0.6  # the chance that an update comes once more, up to five times in all
LOOK_SECONDS = 2.0
FIFTHS = 5
MAY_GROW = {"MB of memory": 25.0, "open files": 20.0, "threads": 4.0}


class Look(NamedTuple):
    """How large the program is at one moment; the names are those of `MAY_GROW`."""

    memory: float
    files: float
    threads: float


def look(pid: int) -> Look:
    process = psutil.Process(pid)
    with process.oneshot():
        return Look(process.memory_info().rss / 2**20, process.num_fds(), process.num_threads())


def grown(looks: Sequence[Look]) -> dict[str, tuple[float, float]]:
    """By name: the median of the second fifth of the looks, and that of the last one."""
    fifth = len(looks) // FIFTHS
    if not fifth:
        return {}  # too short to tell
    early, late = looks[fifth : 2 * fifth], looks[-fifth:]
    return {
        name: (median(each[place] for each in early), median(each[place] for each in late))
        for place, name in enumerate(MAY_GROW)
    }


def too_much(found: dict[str, tuple[float, float]]) -> list[str]:
    return [
        f"the program grew: {before:.0f} {name}, in the end {after:.0f}"
        for name, (before, after) in found.items()
        if after - before > MAY_GROW[name]
    ]


@dataclass
class Soak(Storm):
    """A storm without kills, beside which the program is looked at."""

    look_seconds: float = LOOK_SECONDS
    looks: list[Look] = field(default_factory=list)

    async def _trouble(self) -> None:
        await super()._trouble()
        while self._goes_on():
            await self.program.runs_for(self.look_seconds)
            assert self.program.process is not None
            self.looks.append(look(self.program.process.pid))

    def _check(self) -> Verdict:
        verdict = super()._check()
        verdict.wrong += too_much(grown(self.looks))
        return verdict


async def soaked(given: argparse.Namespace, folder: Path) -> dict[str, tuple[Soak, Verdict]]:
    """One way in after the other."""
    with ExitStack() as stack:
        city, template, server = await _founded(given, folder, stack)
        found = {}
        for seed, mode in enumerate(given.mode or MODES, given.seed):
            plan = Plan(mode, 0, given.messages, seed, people=given.people, duplicates=DUPLICATES)
            url = server.create(template=template) if server else ""
            soak = Soak(city, plan, folder / mode, url)
            found[mode] = soak, await soak.run()
        return found


async def _founded(
    given: argparse.Namespace, folder: Path, stack: ExitStack
) -> tuple[City, str, postgres.Server | None]:
    if not given.postgres:
        return await found_city(folder / "city", kills=0), "", None
    server = stack.enter_context(postgres.running(durable=True))
    city, url = await found_city_on(server, folder / "city", processes=1)
    return city, make_url(url).database or "", server


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--messages", type=int, default=100_000, help="that people send by each way, at least"
    )
    parser.add_argument("--people", type=int, default=1000, help="who report, at most; few on a busy machine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mode", action="append", choices=MODES, help="only this way in")
    parser.add_argument("--postgres", action="store_true")
    given, began = parser.parse_args(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sanbao-soak-") as folder:
        found = asyncio.run(soaked(given, Path(folder)))
    for mode, (soak, verdict) in found.items():
        sys.stdout.write("\n".join([mode, *verdict.faults[:100], ""]))
        for name, value in verdict.figures.items():
            sys.stdout.write(f"  {name}: {value:,}\n")
        for name, (before, after) in grown(soak.looks).items():
            sys.stdout.write(f"  {name}: {before:.0f}, in the end {after:.0f}\n")
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    return 1 if any(verdict.faults for _, verdict in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
