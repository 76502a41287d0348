"""Many ladders under `kill -9`: each step of each open major problem once, never early, soon after a restart.

    python -m tests.crash.ladders --ladders 1000 [--postgres]

Rule 1  The problems stand in the city before the program starts, and their first steps fall due one after the other.
        Every second one is taken by whoever hears of it first; the others go up to the end of their ladder.
Rule 2  The program is killed two seconds after it is up, again and again, until every ladder has come to its end.
Rule 3  What is late is counted in the time in which the program was up: nobody can speak while they are dead.
Rule 4  On PostgreSQL there are two processes, of which one is killed every two seconds, whichever it is; the other
        goes on, and what was the dead one's comes to it when its leases end. There all time counts.
"""

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.clock import stored_offset
from rules.book import Ladder
from rules.kinds import EscalationState
from storage.database import Database
from storage.tables.escalating import Escalation, EscalationAlert
from storage.tables.ledger import LedgerRow
from storage.tables.traffic import OutboxRow
from tests import postgres
from tests.crash.ledger_check import Verdict, check_sending, is_alarm, key_of_call, key_of_row
from tests.crash.many import Programs, found_city_on
from tests.crash.program import TOKEN, City, Program, Setting, found_city, unfinished, user_of
from tests.crash.record import SENDS, Sends
from tests.fakes.telegram_api import FakeTelegram, Person, Shown
from tests.ladders import TAKE, open_ladders

PROCESSES = 2
UP_SECONDS = 2.0
PATIENCE = 120.0
MINUTE = timedelta(minutes=1)
LADDER = Ladder.model_validate(
    {
        "follow_minutes": 240,
        "rungs": [
            {"key": "lead", "who": ["lead_leader", "lead_department", "office"], "told": ["head"], "wait": 1,
             "repeats": 1},
            {"key": "supervision", "who": ["supervision"], "told": ["head", "deputy"], "wait": 1, "repeats": 0},
        ],
    }
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """`over` seconds lie between the first and the last first step. With `steps` the storm ends after that many."""

    ladders: int
    kills: int
    over: float
    steps: int = 0
    seed: int = 0


@dataclass
class Lives:
    """When the program was up: from its first call to its death."""

    since: list[float] = field(default_factory=list)
    until: list[float] = field(default_factory=list)

    def up_between(self, start: float, end: float) -> float:
        lives = itertools.zip_longest(self.since, self.until, fillvalue=float("inf"))
        return sum(max(0.0, min(end, until) - max(start, since)) for since, until in lives)


@dataclass
class LadderStorm:
    city: City
    plan: Plan
    folder: Path
    url: str = ""  # of a city on PostgreSQL
    killed: int = 0
    lives: Lives = field(default_factory=Lives)
    pressed: dict[str, float] = field(default_factory=dict)
    """When somebody took a problem, by its number."""

    async def run(self) -> Verdict:
        async with FakeTelegram(TOKEN, seed=self.plan.seed) as api:
            self._api, api.calls = api, Sends()
            self.setting = Setting(self.folder, api.url, url=self.url)
            dice = Random(self.plan.seed)  # noqa: S311 - repeatable trouble, not a secret
            self.program = Programs(self.setting, PROCESSES, dice) if self.url else Program(self.setting)
            self.city.copy_to(self.setting)
            self._with_database(self._write_ladders)
            self._invite_everybody()
            try:
                await self._kill_again_and_again()
                await self._come_to_rest()
            finally:
                await self.program.end()
            return self._check()

    # Before

    def _with_database(self, work: Callable[[Session], None]) -> None:
        database = Database(self.setting.database_url)
        try:
            database.run_now(work)
        finally:
            database.close()

    def _write_ladders(self, session: Session) -> None:
        self.offset = stored_offset(session) or timedelta()
        begins = datetime.now().astimezone() + self.offset + timedelta(seconds=UP_SECONDS)
        numbers = open_ladders(session, self.plan.ladders, begins)
        self.due: dict[int, datetime] = {}
        for place, issue_id in enumerate(numbers):
            row = session.scalars(select(Escalation).where(Escalation.issue_id == issue_id)).one()
            row.ladder = LADDER.model_dump(mode="json")
            row.next = begins + timedelta(seconds=self.plan.over * place / len(numbers))
            self.due[row.id] = row.next

    def _invite_everybody(self) -> None:
        dice = Random(self.plan.seed)  # noqa: S311 - repeatable trouble, not a secret
        for person_id in (*self.city.reporters, *self.city.others):
            person = self._api.person(user_of(person_id), f"{person_id}", started=True)
            person.chat.on_news = self._reader(person, dice)

    def _reader(self, person: Person, dice: Random) -> Callable[[Shown], None]:
        def reads(message: Shown) -> None:
            """Takes every second problem, a moment after it was heard of."""
            number = next((word for word in message.text.split() if word[:1] == "W"), "")
            if TAKE in message.buttons and int(number[1:]) % 2 == 0 and number not in self.pressed:
                self.pressed[number] = 0.0
                loop = asyncio.get_running_loop()
                loop.call_later(dice.uniform(0, 1), self._press, person, message, number)

        return reads

    def _press(self, person: Person, message: Shown, number: str) -> None:
        self.pressed[number] = time.time()
        person.presses(TAKE, message, anyway=False)

    # The storm

    async def _kill_again_and_again(self) -> None:
        while self.killed < self.plan.kills or self._left():
            await self._start()
            await self.program.runs_for(UP_SECONDS)
            await self.program.kill()
            if not self.url:
                self.lives.until.append(time.time())
            self.killed += 1
        await self._start()

    async def _start(self) -> None:
        count = self._api.calls.count
        await self.program.start()
        await self._api.until(lambda: self._api.calls.count > count, PATIENCE)
        if not self.url or not self.lives.since:
            self.lives.since.append(time.time())

    def _left(self) -> int:
        """Ladders that have not come to their end yet, or to as many steps as the plan wants."""
        database = Database(self.setting.database_url)
        try:
            return database.read_now(self._count_left)
        finally:
            database.close()

    def _count_left(self, session: Session) -> int:
        going = select(func.count()).where(Escalation.state == EscalationState.RUNNING)
        if self.plan.steps:
            going = going.where(Escalation.said < self.plan.steps)
        return session.scalars(going.where(Escalation.id.in_(list(self.due)))).one()

    async def _come_to_rest(self) -> None:
        until = time.time() + PATIENCE
        while self._left() or any(unfinished(self.setting.database_url).values()):
            assert time.time() < until, f"no rest: {unfinished(self.setting.database_url)}"
            await self.program.runs_for(0.2)
        await self.program.stop()

    # After it

    def _check(self) -> Verdict:
        verdict = Verdict()
        self._with_database(lambda session: self._examine(session, verdict))
        verdict.figures["kills"] = self.killed
        return verdict

    def _examine(self, session: Session, verdict: Verdict) -> None:
        calls = [call for call in self._api.calls if not is_alarm(call)]
        check_sending(session, calls, verdict)
        arrived: dict[object, list[float]] = defaultdict(list)
        for call in calls:
            if call.method.lower() in SENDS and call.accepted:
                arrived[key_of_call(call)].append(call.arrived)
        steps = self._steps(session)
        self._check_steps(session, steps, verdict)
        self._measure(steps, arrived, verdict)
        self._check_taken(session, verdict)

    def _steps(self, session: Session) -> dict[tuple[int, int], list[tuple[EscalationAlert, OutboxRow]]]:
        found: dict[tuple[int, int], list[tuple[EscalationAlert, OutboxRow]]] = defaultdict(list)
        rows = session.execute(
            select(EscalationAlert, OutboxRow)
            .join(OutboxRow, OutboxRow.id == EscalationAlert.outbox_id)
            .where(EscalationAlert.escalation_id.in_(list(self.due)))
            .order_by(EscalationAlert.step)
        )
        for alert, row in rows:
            found[alert.escalation_id, alert.step].append((alert, row))
        return found

    def _check_steps(
        self,
        session: Session,
        steps: dict[tuple[int, int], list[tuple[EscalationAlert, OutboxRow]]],
        verdict: Verdict,
    ) -> None:
        """Each ladder has said its steps in order, none twice and none left out, and none before it was due."""
        said: dict[int, dict[int, datetime]] = defaultdict(dict)
        for (ladder, step), told in steps.items():
            people = [alert.person_id for alert, _ in told]
            if len(people) != len(set(people)):
                verdict.doubled.append(f"ladder {ladder} told somebody twice in step {step}")
            said[ladder][step] = min(alert.at for alert, _ in told)
        for row in session.scalars(select(Escalation).where(Escalation.id.in_(list(self.due)))):
            known = said[row.id]
            ended = row.state is EscalationState.EXHAUSTED
            if sorted(known) != list(range(1, len(known) + 1)) or len(known) != row.said:
                verdict.lost.append(f"ladder {row.id} has said {row.said} steps, known are {sorted(known)}")
            if ended and len(known) != sum(rung.repeats + 1 for rung in LADDER.rungs):
                verdict.lost.append(f"ladder {row.id} came to its end after {len(known)} steps")
            for step, at in known.items():
                if at < self._due(row.id, step, known):
                    verdict.wrong.append(f"ladder {row.id} said step {step} early, at {at}")
        verdict.figures["steps"] = sum(len(each) for each in said.values())

    def _due(self, ladder: int, step: int, said: dict[int, datetime]) -> datetime:
        return self.due[ladder] if step == 1 else said[step - 1] + MINUTE

    def _measure(
        self,
        steps: dict[tuple[int, int], list[tuple[EscalationAlert, OutboxRow]]],
        arrived: dict[object, list[float]],
        verdict: Verdict,
    ) -> None:
        """How late each step first reached somebody, in milliseconds of the program's life."""
        said: dict[int, dict[int, datetime]] = defaultdict(dict)
        for (ladder, step), told in sorted(steps.items()):
            said[ladder][step] = min(alert.at for alert, _ in told)
            heard = [at for _, row in told for at in arrived[key_of_row(row.chat, row.body)]]
            if not heard:
                continue  # taken before it went
            due = (self._due(ladder, step, said[ladder]) - self.offset).timestamp()
            if min(heard) < due:
                verdict.wrong.append(f"step {step} of ladder {ladder} was heard before it was due")
            late = self.lives.up_between(due, min(heard))
            verdict.figures["latest ms"] = max(verdict.figures["latest ms"], int(late * 1000))
            if (number := told[0][1].number) in self.pressed:
                after = self.lives.up_between(self.pressed[number], max(heard))
                verdict.figures["told after it was taken, ms"] = max(
                    verdict.figures["told after it was taken, ms"], int(after * 1000)
                )

    def _check_taken(self, session: Session, verdict: Verdict) -> None:
        """Whoever pressed has stopped the ladder: after that nothing stands in its unit's chain that was said."""
        stopped, kinds = set[str](), defaultdict[str, list[str]](list)
        for canonical in session.scalars(
            select(LedgerRow.canonical).order_by(LedgerRow.chain, LedgerRow.place)
        ):
            entry = json.loads(canonical)
            kinds[entry["act"]].append(number := str(entry["facts"].get("issue")))
            if entry["act"] == "acknowledge_issue" and entry["facts"]["stopped"]:
                stopped.add(number)
            elif entry["act"] == "say_rung" and number in stopped:
                verdict.wrong.append(f"{number} was told after it was taken")
        taken = kinds["acknowledge_issue"]
        verdict.doubled += [f"{number} was taken twice" for number, n in Counter(taken).items() if n > 1]
        verdict.lost += [
            f"{number} was taken, but nobody knows" for number in self.pressed if number not in taken
        ]
        numbers = [int(number[1:]) for number in stopped]
        for row in session.scalars(select(Escalation).where(Escalation.issue_id.in_(numbers))):
            if row.state is not EscalationState.TAKEN:
                verdict.wrong.append(f"W{row.issue_id} was taken, and its ladder is {row.state}")
        verdict.figures["taken"] = len(stopped)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ladders", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20, help="at least")
    parser.add_argument("--over", type=float, default=60.0)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    plan = Plan(given.ladders, given.kills, given.over)

    async def storm(folder: Path) -> Verdict:
        if not given.postgres:
            return await LadderStorm(await found_city(folder / "city", kills=0), plan, folder / "storm").run()
        with postgres.running(durable=True) as server:
            city, url = await found_city_on(server, folder / "city", PROCESSES)
            return await LadderStorm(city, plan, folder / "storm", url).run()

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sanbao-ladders-") as folder:
        verdict = asyncio.run(storm(Path(folder)))
    sys.stdout.write("\n".join(verdict.faults[:100]))
    for name, value in verdict.figures.items():
        sys.stdout.write(f"{name}: {value}\n")
    sys.stdout.write(f"{given.ladders} ladders, {time.monotonic() - began:.0f} s\n")
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
