"""Turns with one, two and four processes on PostgreSQL, and with one on SQLite: our own CPU a turn, and what waits.

python -m bench.processes --processes 1 2 4 --people 48 --dialogs 4 [--database postgresql://USER@HOST/DATABASE]

The monthly report by webhook, behind a balancer that hands each call to the next process. `waits` is the share of the
statements at work that were found waiting for a lock, looked at twenty times a second. The server's CPU is not ours.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles

import psycopg
from sqlalchemy import insert, make_url, update
from sqlalchemy.orm import Session

from bench.load import Setup, cpu_of, free_port, running, walk
from bench.sanbao import contestant, environment, fill
from bot.clock import Clock
from bot.sample.city import BEGINS
from reminders.sweep import sweep
from rules.workdays import city_zone
from storage.database import Database
from storage.migrate import migrate
from storage.tables.registry import Person, Project, Unit
from tests import postgres
from tests.crash.many import balanced
from tests.fakes.telegram_api import TOKEN, FakeTelegram, run_fast

PEOPLE_A_UNIT = 4
LOOK_SECONDS = 0.05
CALLS_OF_A_START = 3  # getMe, setWebhook, setMyCommands
START_SECONDS = 180.0
HEADINGS = (
    f"{'database':10} {'processes':>9} {'turns':>6} {'turns/s':>8} {'p50 ms':>7} {'p99 ms':>8} "
    f"{'CPU ms/turn':>11} {'waits':>6}"
)


@dataclass(frozen=True)
class Figures:
    database: str
    processes: int
    turns: int
    seconds: float
    waits: list[float]
    cpu: float
    locks: str

    @property
    def cpu_ms(self) -> float:
        return self.cpu / self.turns * 1000

    def __str__(self) -> str:
        percentiles = quantiles(sorted(self.waits), n=100)
        return (
            f"{self.database:10} {self.processes:9} {self.turns:6} {self.turns / self.seconds:8.0f} "
            f"{percentiles[49] * 1000:7.1f} {percentiles[98] * 1000:8.1f} {self.cpu_ms:11.3f} "
            f"{self.locks:>6}"
        )


class Watch:
    """Looks at the server again and again while turns are taken."""

    def __init__(self, url: str) -> None:
        self._address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._working = self._waiting = 0

    async def run(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection:
            while True:
                cursor = await connection.execute(
                    "SELECT count(*), count(*) FILTER (WHERE wait_event_type = 'Lock') FROM pg_stat_activity"
                    " WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()"
                )
                working, waiting = await cursor.fetchone() or (0, 0)
                self._working += working
                self._waiting += waiting
                await asyncio.sleep(LOOK_SECONDS)

    @property
    def locks(self) -> str:
        return f"{self._waiting / self._working:.1%}" if self._working else "0"


def furnish(url: str, folder: Path, people: int, projects: int) -> None:
    """The city of `bench.sanbao`, with a unit for every few people: each has a chain of its own."""
    database = Database(url)
    now = Clock().machine()
    migrate(database.engine, folder, now)
    database.run_now(lambda session: fill(session, TOKEN, people, projects, BEGINS - now))
    database.run_now(lambda session: _spread(session, people, projects))
    while database.run_now(lambda session: sweep(session, BEGINS, city_zone())):
        pass
    database.close()


def _spread(session: Session, people: int, projects: int) -> None:
    units = people // PEOPLE_A_UNIT
    session.execute(insert(Unit), [{"id": n, "name": f"责任单位{n}"} for n in range(2, units + 2)])
    session.execute(update(Person).values(unit_id=(Person.id - 1) // PEOPLE_A_UNIT + 1))
    session.execute(update(Project).values(unit_id=(Project.id - 1) // (PEOPLE_A_UNIT * projects) + 1))


@dataclass(frozen=True)
class Place:
    """Where the city of one measurement lies."""

    name: str
    url: str


async def measured(
    place: Place, number: int, people: int, dialogs: int, pause: float, folder: Path
) -> Figures:
    projects = dialogs + 2
    furnish(place.url, folder, people, projects)
    ports = [free_port() for _ in range(number)]
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(FakeTelegram(keep_transcript=False))
        door = await stack.enter_async_context(balanced(lambda: ports))
        ours = contestant(projects)
        bots = []
        for port in ports:
            setup = Setup(api.url, TOKEN, "webhook", port, folder / str(port), people)
            setup.data.mkdir()
            given = environment(setup) | {
                "SANBAO_DATA_DIR": str(folder), "SANBAO_DATABASE_URL": place.url,
                "SANBAO_PUBLIC_URL": f"http://127.0.0.1:{door}",
            }  # fmt: skip
            bot = replace(ours, environment=lambda _setup, given=given: given)
            bots.append(await stack.enter_async_context(running(bot, setup)))
        await api.until(lambda: api.calls.count >= CALLS_OF_A_START * number, START_SECONDS)
        await walk(api, ours, people, 1)
        watch = Watch(place.url)
        watching = asyncio.create_task(watch.run()) if place.name == "postgresql" else None
        cpu, began = sum(map(cpu_of, bots)), time.perf_counter()
        walks = await walk(api, ours, people, dialogs, first=1, pause=pause)
        seconds = time.perf_counter() - began
        if watching:
            watching.cancel()
        return Figures(
            place.name, number, sum(each.updates for each in walks), seconds,
            [wait for each in walks for wait in each.waits], sum(map(cpu_of, bots)) - cpu, watch.locks,
        )  # fmt: skip


async def compare(given: argparse.Namespace, server: postgres.Server) -> None:
    print(HEADINGS)
    found = []
    for number in (0, *given.processes):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=given.disk) as name:
            folder = Path(name)
            place = (
                Place("postgresql", server.create())
                if number
                else Place("sqlite", f"sqlite:///{folder}/sanbao.db")
            )
            found.append(await measured(place, number or 1, given.people, given.dialogs, given.pause, folder))
            print(found[-1], flush=True)
            if number:
                server.drop(place.url)
    one, most = found[1], found[-1]
    print(f"  CPU a turn, {most.processes} processes / {one.processes}: {most.cpu_ms / one.cpu_ms:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", nargs="+", type=int, default=[1, 2, 4])
    parser.add_argument("--people", type=int, default=48)
    parser.add_argument("--dialogs", type=int, default=6, help="dialogues per person")
    parser.add_argument(
        "--pause", type=float, default=0.0, help="seconds for which people think; 0 asks for all that goes"
    )
    parser.add_argument(
        "--database", help="a server whose user may make databases; one of the wheel's if not given"
    )
    parser.add_argument("--disk", type=Path, help="where the files lie; the temporary folder if not given")
    given = parser.parse_args()
    with postgres.named(given.database) if given.database else postgres.running(durable=True) as server:
        run_fast(compare(given, server))


if __name__ == "__main__":
    main()
