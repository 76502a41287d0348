"""The long form of the crash test: `python -m tests.crash --kills 1000 --messages 100000`.

Half of both goes over polling, half over webhook, at the same time. Ends with the table for docs/reliability.md,
and with exit code 1 if anything was lost or doubled. The folder of a run that failed is kept. With `--many` the city is
on PostgreSQL and has four processes: one is killed, one frozen and woken, while the others go on; one way in at a time.
"""

import argparse
import asyncio
import os
import platform
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sqlalchemy import make_url

from tests import postgres
from tests.crash.ledger_check import Verdict
from tests.crash.many import FROZEN_SECONDS, ManyStorm, found_city_on
from tests.crash.program import found_city
from tests.crash.storm import KINDS, Plan, Storm, run_all

MODES = ("polling", "webhook")
EVERY = 10  # kills a line of progress
COLUMNS = {
    "messages in": "offered",
    "copies of them": "copies",
    "messages out": "accepted",
    "progress reports": "receipts J",
    "problems": "receipts W",
    "photos": "photos",
    "sends in doubt": "ambiguous",
    "ended as unknown": "outbox unknown",
    "ledger rows": "ledger",
    "words of the watcher": "alarms",
}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def storms(given: argparse.Namespace, folder: Path) -> dict[str, Verdict]:
    began = time.monotonic()

    def report(storm: Storm) -> None:
        if storm.killed.total() % EVERY == 0:
            say(f"{time.monotonic() - began:7.0f} s  {storm.progress}")

    modes = given.mode or MODES
    kills, messages = given.kills // len(modes), given.messages // len(modes)
    plans = [
        Plan(mode, kills, messages, given.seed + n, people=given.people, report=report)
        for n, mode in enumerate(modes)
    ]
    if given.many:
        verdicts = await _many(plans, folder, given.frozen)
    else:
        city = await found_city(folder / "city", kills=3)
        verdicts = await run_all(Storm(city, plan, folder / plan.mode) for plan in plans)
    return dict(zip(modes, verdicts, strict=True))


async def _many(plans: list[Plan], folder: Path, frozen: float) -> list[Verdict]:
    with postgres.running(durable=True) as server:
        city, url = await found_city_on(server, folder / "city")
        template = make_url(url).database or ""
        return [
            await ManyStorm(
                city, plan, folder / plan.mode, server=server, template=template, frozen_seconds=frozen
            ).run()
            for plan in plans
        ]


def table(verdicts: dict[str, Verdict], seed: int, minutes: float) -> str:
    """Markdown: one row a way in, and their sum."""
    names = ["way in", *(f"kills {kind}" for kind in KINDS), *COLUMNS, "lost", "doubled", "wrong"]
    lines = [_line(names), _line(["---"] * len(names))]
    lines += [_line([mode, *_cells([verdict])]) for mode, verdict in verdicts.items()]
    lines += [_line(["both", *_cells(list(verdicts.values()))]), ""]
    lines.append(
        f"Seed {seed}; {minutes:.0f} minutes on {os.cpu_count()} cores, Python {platform.python_version()}."
    )
    return "\n".join(lines)


def _cells(verdicts: list[Verdict]) -> list[str]:
    figures = sum((verdict.figures for verdict in verdicts), Counter[str]())
    counts = [figures[f"kills {kind}"] for kind in KINDS] + [figures[name] for name in COLUMNS.values()]
    for faults in ("lost", "doubled", "wrong"):
        counts.append(sum(len(getattr(verdict, faults)) for verdict in verdicts))
    return [f"{count:,}" for count in counts]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=100_000, help="that people send, at least")
    parser.add_argument("--people", type=int, default=1000, help="who report, at most; few on a busy machine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mode", action="append", choices=MODES, help="only this way in")
    parser.add_argument("--many", action="store_true", help="four processes on PostgreSQL")
    parser.add_argument("--frozen", type=float, default=FROZEN_SECONDS, help="for how many seconds one is")
    given = parser.parse_args()
    folder, began = Path(tempfile.mkdtemp(prefix="sanbao-crash-")), time.monotonic()
    verdicts = asyncio.run(storms(given, folder))
    faults = [f"{mode}: {fault}" for mode, verdict in verdicts.items() for fault in verdict.faults]
    minutes = (time.monotonic() - began) / 60
    say("\n".join([*faults[:100], table(verdicts, given.seed, minutes)]))
    if faults:
        say(f"{len(faults)} faults; see {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
