"""Whether major problems that are due all at once are told quickly: a thousand ladders, rung after rung.

python -m bench.ladders --ladders 1000

In the sample city, where everybody can be reached. After an outage each ladder has a step to say; how long the last one
waits is the time of the whole sweep. A slice is one transaction, for which a turn that comes meanwhile has to wait.
"""

import argparse
import tempfile
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.sweeps import Took, timed
from bot.clock import Clock
from bot.sample import city as sample
from reminders.reach import Reach
from reminders.sweep import sweep
from rules.workdays import city_zone
from storage import people, registry, workbook
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Address
from storage.migrate import migrate
from storage.tables.registry import Person
from tests.ladders import open_ladders

CHANNEL = "telegram"
ACCOUNT = "1"
ZONE = city_zone()
REACH = Reach(frozenset({(CHANNEL, ACCOUNT)}))
STEPS = (("first rung", 0), ("said again", 15), ("and again", 30), ("next rung", 45), ("last rung", 75))


def furnished(folder: Path) -> Database:
    """The sample city with everybody on one channel."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{folder / 'sanbao.db'}")
    migrate(database.engine, folder, Clock().machine())
    database.run_now(_fill)
    while database.run_now(lambda session: sweep(session, sample.BEGINS, ZONE)):
        pass
    return database


def _fill(session: Session) -> None:
    stored_rules.take(session, None, sample.BEGINS)
    preview = registry.plan(session, workbook.read(sample.workbook_bytes()))
    registry.apply(session, preview, sample.BEGINS.date(), sample.BEGINS)
    for person in session.scalars(select(Person.id)).all():
        address = Address(channel=CHANNEL, account=ACCOUNT, user=str(person), chat=str(person))
        people.bind(session, person, address, sample.BEGINS)


def measure(folder: Path, ladders: int) -> dict[str, Took]:
    database, found = furnished(folder), {}
    database.run_now(lambda session: open_ladders(session, ladders, sample.BEGINS))
    for name, minutes in STEPS:
        now = sample.BEGINS + timedelta(minutes=minutes)
        found[name] = timed(
            lambda now=now: database.run_now(lambda session: sweep(session, now, ZONE, reach=REACH))
        )
    database.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ladders", type=int, default=1000)
    ladders = parser.parse_args().ladders
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        found = measure(Path(folder), ladders)
    headings = ("wall s", "CPU s", "ms a ladder", "slices", "median ms", "longest ms")
    print(f"{ladders} ladders".ljust(16) + "".join(f"{each:>13}" for each in headings))
    for name, took in found.items():
        print(
            f"{name:16}{took.wall:>13.2f}{took.cpu:>13.2f}{took.cpu / ladders * 1000:>13.2f}{took.slices:>13}"
            f"{took.median:>13.1f}{took.longest:>13.1f}"
        )


if __name__ == "__main__":
    main()
