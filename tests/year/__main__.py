"""The year in its long form: more projects, and as many years as there are seeds; or that of the sample city.

Ends with 1 if anything differs.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.progress import track

from bot.sample.draw_up import draw_up
from storage.database import Database
from storage.migrate import migrate
from tests.year import found, sample
from tests.year.courses import BEGINS
from tests.year.courses import courses as drawn
from tests.year.expected import Expected, expect
from tests.year.life import live, settle
from tests.year.model import Duty, Said


def of_a_drawn_city(projects: int, seed: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'year.db'}")
        migrate(database.engine, Path(folder), BEGINS)
        city = settle(database, drawn(projects, seed))
        live(city)
        expected = expect(city.courses)
        differing = compared(expected, found.duties(city), found.said(city))
        database.close()
    return differing


def of_the_sample_city(seed: int) -> list[str]:
    sheets = draw_up()
    courses = sample.courses(sheets, sample.ENDS, seed)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'year.db'}")
        migrate(database.engine, Path(folder), sample.BEGINS)
        city = sample.settle(database, courses, sample.ENDS)
        live(city)
        expected = sample.expect(city.courses, sheets, city.ends)
        said = found.said(city, lambda text: sample.with_tokens(text, sheets))
        differing = compared(expected, found.duties(city), said)
        database.close()
    return differing


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
    given = wanted.parse_args()
    lines: list[str] = []
    for seed in track(range(given.seed, given.seed + given.years), "Living through"):
        found_here = of_the_sample_city(seed) if given.sample else of_a_drawn_city(given.projects, seed)
        lines += [f"seed {seed}: {line}" for line in found_here]
    sys.stdout.write("\n".join([*lines, f"{len(lines)} differences", ""]))
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
