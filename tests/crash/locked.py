"""The database is locked for a minute while people write: nothing is confirmed that was not stored, nothing is lost.

    python -m tests.crash.locked --seconds 60 [--mode polling] [--mode webhook] [--postgres]

Rule 1  Everybody is in the middle of a report when another connection takes the database: BEGIN IMMEDIATE on SQLite,
        ACCESS EXCLUSIVE on the inbox and the outbox on PostgreSQL. People go on, as impatient as ever.
Rule 2  What is stored while the lock is held, whoever holds it knows: nothing else may have been confirmed.
Rule 3  Afterwards everybody carries his report through, and the check of every storm follows. Telegram forgets a tap
        after 150 seconds: a lock must be shorter.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, make_url, select

from storage.database import engine_for
from storage.tables.traffic import InboxRow
from tests import postgres
from tests.crash.ledger_check import Verdict, key_of_call
from tests.crash.many import found_city_on
from tests.crash.program import found_city
from tests.crash.storm import STUCK_SECONDS, Plan, Storm

MODES = ("polling", "webhook")
LONGEST = 140.0
PEOPLE = 16
LOCK_PATIENCE = 3.0  # who says everything again too soon only makes work


def calm_plan(mode: str, messages: int, seed: int = 0, people: int = PEOPLE) -> Plan:
    """Nothing goes wrong but the lock."""
    return Plan(mode, 0, messages, seed, faults=False, people=people, patience=LOCK_PATIENCE)


@contextmanager
def taken(url: str) -> Iterator[Connection]:
    """A connection beside which nobody can write, nor, on PostgreSQL, read what came in and what goes out."""
    engine = engine_for(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                connection.exec_driver_sql("LOCK TABLE inbox, outbox IN ACCESS EXCLUSIVE MODE")
            yield connection
    finally:
        engine.dispose()


@dataclass
class LockedStorm(Storm):
    """The lock begins with the first half of the messages, and holds for `seconds` and until somebody waits."""

    seconds: float = 60.0
    held_up: frozenset[int] = frozenset()
    """Updates that were offered under the lock and not confirmed at its end."""
    unfounded: list[int] = field(default_factory=list)
    """Updates that were confirmed at its end and not stored."""
    over: float | None = None
    taken_in: float = 0.0
    """So many seconds later everything was stored and confirmed."""

    def _goes_on(self) -> bool:
        return self.over is None or super()._goes_on()

    async def _trouble(self) -> None:
        await super()._trouble()
        half = self.plan.messages / 2
        await self._or_died(self._api.until(lambda: len(self.record.offered) >= half, STUCK_SECONDS))
        with ExitStack() as stack:
            lock = await asyncio.to_thread(stack.enter_context, taken(self.setting.database_url))
            before = frozenset(self.record.offered)
            await self.program.runs_for(self.seconds)
            while not (self.record.offered - before) & self._api.unconfirmed:
                await self.program.runs_for(0.1)
            self._look(lock, before)
        self.over = asyncio.get_running_loop().time()
        held_up = set(self.held_up)
        await self._or_died(self._api.until(lambda: not held_up & self._api.unconfirmed, STUCK_SECONDS))
        self.taken_in = asyncio.get_running_loop().time() - self.over

    def _look(self, lock: Connection, before: frozenset[int]) -> None:
        offered, waiting = frozenset(self.record.offered), self._api.unconfirmed
        stored = {int(each) for each in lock.scalars(select(InboxRow.external))}
        self.held_up = (offered - before) & waiting
        self.unfounded = sorted(offered - waiting - stored)

    def _check(self) -> Verdict:
        verdict = super()._check()
        alarms = Counter(key_of_call(call) for call in self._alarms)
        verdict.doubled += [f"alarm {key} was said {n} times" for key, n in alarms.items() if n > 1]
        verdict.wrong += [f"update {each} was confirmed before it was stored" for each in self.unfounded]
        verdict.figures["held up"] = len(self.held_up)
        verdict.figures["taken in after ms"] = int(self.taken_in * 1000)
        verdict.figures["refused by the database"] = self.program.printed(10**9).count(
            "sqlalchemy.exc.OperationalError"
        )
        return verdict


async def storms(given: argparse.Namespace, folder: Path) -> dict[str, Verdict]:
    with ExitStack() as stack:
        if given.postgres:
            server = stack.enter_context(postgres.running(durable=True))
            city, template = await found_city_on(server, folder / "city", processes=1)
        else:
            city = await found_city(folder / "city", kills=0)
        verdicts = {}
        for seed, mode in enumerate(given.mode or MODES):
            plan = calm_plan(mode, given.messages, seed)
            url = server.create(template=make_url(template).database or "") if given.postgres else ""
            storm = LockedStorm(city, plan, folder / mode, url, seconds=given.seconds)
            verdicts[mode] = await storm.run()
        return verdicts


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--messages", type=int, default=2000, help="that people send, at least")
    parser.add_argument("--mode", action="append", choices=MODES, help="only this way in")
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    if given.seconds > LONGEST:
        parser.error(f"--seconds: found {given.seconds:g}, expected at most {LONGEST:g}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sanbao-locked-") as folder:
        verdicts = asyncio.run(storms(given, Path(folder)))
    for mode, verdict in verdicts.items():
        sys.stdout.write("\n".join([mode, *verdict.faults[:100], ""]))
        for name, value in verdict.figures.items():
            sys.stdout.write(f"  {name}: {value}\n")
    sys.stdout.write(f"a lock of {given.seconds:g} s, {time.monotonic() - began:.0f} s in all\n")
    return 1 if any(verdict.faults for verdict in verdicts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
