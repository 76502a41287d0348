"""The year in its long form: more projects, and as many years as there are seeds; or that of the sample city.

Ends with 1 if anything differs.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from rich.progress import track

from bot.sample.draw_up import draw_up
from storage.database import Database
from storage.migrate import migrate
from tests import postgres
from tests.year import found, sample
from tests.year.courses import BEGINS
from tests.year.courses import courses as drawn
from tests.year.expected import Expected, expect
from tests.year.life import live, settle
from tests.year.model import Duty, Said


def of_a_drawn_city(database: Database, projects: int, seed: int) -> list[str]:
    city = settle(database, drawn(projects, seed))
    live(city)
    expected = expect(city.courses)
    return compared(expected, found.duties(city), found.said(city))


def of_the_sample_city(database: Database, seed: int) -> list[str]:
    sheets = draw_up()
    city = sample.settle(database, sample.courses(sheets, sample.ENDS, seed), sample.ENDS)
    live(city)
    expected = sample.expect(city.courses, sheets, city.ends)
    said = found.said(city, lambda text: sample.with_tokens(text, sheets))
    return compared(expected, found.duties(city), said)


@contextmanager
def a_database(server: postgres.Server | None, begins: datetime) -> Iterator[Database]:
    """A new one, migrated: on the server if there is one, else in a file."""
    with tempfile.TemporaryDirectory() as folder:
        url = server.create() if server else f"sqlite:///{folder}/year.db"
        database = Database(url)
        migrate(database.engine, Path(folder), begins)
        yield database
        database.close()
        if server:
            server.drop(url)


def compared(expected: Expected, duties: list[Duty], said: list[Said]) -> list[str]:
    sys.stdout.write(f"{len(said)} messages and {len(duties)} duties\n")
    return [*found.differences(expected.duties, duties), *found.differences(expected.said, said)]


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--projects", type=int, default=300)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--years", type=int, default=1, help="with this seed and those after it")
    wanted.add_argument(
        "--sample", action="store_true", help="the sample city, whole, instead of a drawn one"
    )
    wanted.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    given = wanted.parse_args()
    lines: list[str] = []
    with postgres.running() if given.postgres else nullcontext() as server:
        for seed in track(range(given.seed, given.seed + given.years), "Living through"):
            with a_database(server, sample.BEGINS if given.sample else BEGINS) as database:
                differing = (
                    of_the_sample_city(database, seed)
                    if given.sample
                    else of_a_drawn_city(database, given.projects, seed)
                )
            lines += [f"seed {seed}: {line}" for line in differing]
    sys.stdout.write("\n".join([*lines, f"{len(lines)} differences", ""]))
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
