"""Whether what happens unasked stays quick and linear in a large city, and keeps to short slices.

python -m bench.sweeps --projects 200 10000 100000

Each city is swept from its first moment to the close of its first month. One contact has ten projects, one unit ten
contacts, a deputy and a head. Nobody reports until the first reminders have gone, then half of what is owed comes; the
last reminders go up to the heads. CPU and wall time are of the sweeps alone; a slice is one transaction, for
which a turn that comes meanwhile has to wait.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from bench.sanbao import unswept
from bot.channels.telegram_updates import CHANNEL
from bot.sample.city import BEGINS
from reminders.reach import Reach
from reminders.rounds import next_reminder
from reminders.sweep import NOBODY, next_instant, sweep
from rules.kinds import DutyKind, ReportKind, Role
from rules.workdays import city_zone
from storage import rules as stored_rules
from storage.database import Database
from storage.tables.registry import Binding, Person, Project, Responsibility, Unit
from storage.tables.reporting import Duty, Report, ReportVersion
from storage.tables.traffic import OutboxRow

ACCOUNT = "1"
EACH, CONTACTS = 10, 10
OF_UNIT = EACH * CONTACTS
IDLE, ASKED = "idle sweep", "next instant"
RUNS = 11
MONTH = "2012-03"
ZONE = city_zone()
LAST_MORNING = datetime(2012, 4, 9, 9, tzinfo=ZONE)
REACH = Reach(frozenset({(CHANNEL, ACCOUNT)}))


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of wall and CPU time; of the slices the number, and median and longest in milliseconds of CPU."""

    wall: float
    cpu: float
    slices: int
    median: float
    longest: float


def swept(database: Database, now: datetime, reach: Reach = NOBODY) -> Took:
    """Everything that is due at a moment, slice after slice."""
    return timed(lambda: database.run_now(lambda session: sweep(session, now, ZONE, reach=reach)))


def timed(more: Callable[[], bool]) -> Took:
    wall, each = time.perf_counter(), []
    going = True
    while going:
        began = time.process_time()
        going = more()
        each.append(time.process_time() - began)
    wall = time.perf_counter() - wall
    return Took(wall, sum(each), len(each), statistics.median(each) * 1000, max(each) * 1000)


def middle(work: Callable[[], object]) -> Took:
    """What a thing takes that is done again and again: the median of several times."""

    def once() -> bool:
        work()
        return False

    return sorted((timed(once) for _ in range(RUNS)), key=lambda took: took.cpu)[RUNS // 2]


def measure(folder: Path, projects: int) -> dict[str, Took]:
    database = unswept(folder, f"{ACCOUNT}:sweeps", projects // EACH, EACH)
    database.run_now(lambda session: divide(session, projects))
    found = {"first sweep": swept(database, BEGINS)}
    idle(found, database, BEGINS, "in March")
    morning = database.read_now(first_reminder)
    found["first reminders"] = swept(database, morning, REACH)
    idle(found, database, morning, "that morning", REACH)
    database.run_now(lambda session: come(session, morning))
    found["last reminders"] = swept(database, LAST_MORNING, REACH)
    closed = LAST_MORNING + timedelta(days=2)
    found["close of the month"] = swept(database, closed)
    idle(found, database, closed, "after it")
    database.close()
    return found


def divide(session: Session, projects: int) -> None:
    """Into units of ten contacts, each with a deputy and a head who have accounts, too."""
    units = range(1, ceil(projects / OF_UNIT) + 1)
    session.add_all(Unit(id=unit, name=f"{unit}号单位") for unit in units[1:])
    session.flush()
    for model, of_unit in ((Person, CONTACTS), (Project, OF_UNIT)):
        session.execute(update(model).values(unit_id=(model.id - 1) // literal(of_unit) + 1))
    for unit in units:
        for role in (Role.DEPUTY, Role.HEAD):
            appoint(session, unit, role)


def appoint(session: Session, unit: int, role: Role) -> None:
    person = Person(unit_id=unit, name=f"{unit}号单位{role}", title="", active=True)
    session.add(person)
    session.flush()
    user = f"{role}{unit}"
    session.add(
        Binding(
            person_id=person.id,
            channel=CHANNEL,
            account=ACCOUNT,
            user=user,
            chat=user,
            bound=BEGINS,
            last_used=BEGINS,
        )
    )
    theirs = select(Project.id, literal(person.id), literal(role), literal(BEGINS.date())).where(
        Project.unit_id == unit
    )
    columns = ["project_id", "person_id", "role", "since"]
    session.execute(insert(Responsibility).from_select(columns, theirs))


def idle(
    found: dict[str, Took], database: Database, after: datetime, when: str, reach: Reach = NOBODY
) -> None:
    now = after + timedelta(seconds=5)
    found[f"{IDLE} {when}"] = middle(
        lambda: database.run_now(lambda session: sweep(session, now, ZONE, reach=reach))
    )
    found[f"{ASKED} {when}"] = middle(
        lambda: database.read_now(lambda session: next_instant(session, now, ZONE))
    )


def first_reminder(session: Session) -> datetime:
    found = next_reminder(session, BEGINS, stored_rules.in_force(session).book, ZONE)
    assert found is not None
    return found


def come(session: Session, now: datetime) -> None:
    """The reminders have gone out, and every second project reports."""
    session.execute(update(OutboxRow).values(state="sent", ended=now))
    of_month = (Duty.kind == DutyKind.PROGRESS, Duty.period == MONTH, Duty.project_id % 2 == 0)
    kind, by, when = literal(ReportKind.PROGRESS), literal(1), literal(now, Duty.opens.type)
    reporting = select(Duty.project_id, Duty.unit_id, kind, Duty.period, by, when).where(*of_month)
    columns = ["project_id", "unit_id", "kind", "period", "filed_by", "filed"]
    session.execute(insert(Report).from_select(columns, reporting))
    text, nothing = literal("主体结构完成三层。"), literal({}, ReportVersion.check.type)
    saying = select(Report.id, literal(1), Report.filed_by, Report.filed, literal(36_000_000), text, nothing)
    columns = ["report_id", "version", "filed_by", "filed", "amount", "progress", "check"]
    session.execute(insert(ReportVersion).from_select(columns, saying))
    its_report = select(Report.id).where(Report.project_id == Duty.project_id).scalar_subquery()
    session.execute(update(Duty).where(*of_month).values(settled=now, report_id=its_report))


def print_all(sizes: list[int], found: list[dict[str, Took]]) -> None:
    """Each thing by size; what is done once also by project, which must not grow."""
    headings = ("projects", "wall s", "CPU s", "ms a project", "slices", "median ms", "longest ms")
    print(" " * 28 + "".join(f"{each:>13}" for each in headings))
    for name in found[0]:
        for size, of_size in zip(sizes, found, strict=True):
            took = of_size[name]
            line = f"{name:28}{size:>13}{took.wall:>13.3f}{took.cpu:>13.3f}"
            if not name.startswith((IDLE, ASKED)):
                line += f"{took.cpu / size * 1000:>13.3f}{took.slices:>13}{took.median:>13.1f}{took.longest:>13.1f}"
            print(line)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", nargs="+", type=int, default=[200, 10_000, 100_000])
    sizes = parser.parse_args().projects
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        found = [measure(Path(folder) / str(size), size) for size in sizes]
    print_all(sizes, found)


if __name__ == "__main__":
    main()
