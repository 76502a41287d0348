"""How long it takes to import a ledger, and how much memory: each size in a process and a database of its own.

python -m bench.importing --projects 1000 10000

Also run by `make bench`. The ratio says whether time follows the size: 10 for ten times the projects.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.ledger import a_ledger
from bot.sample.city import BEGINS
from storage import registry, workbook
from storage.database import Database
from storage.tables.all import metadata


def import_one(file: Path) -> None:
    """Reads, plans and writes one file, then plans it again; prints seconds of each and the peak memory."""
    database = Database(f"sqlite:///{file.with_suffix('.db')}")
    metadata.create_all(database.engine)
    began = time.perf_counter()
    book = workbook.read(file.read_bytes())
    read = time.perf_counter()
    preview = database.run_now(lambda session: registry.plan(session, book))
    assert preview.ok, preview.summary()
    planned = time.perf_counter()
    database.run_now(lambda session: registry.apply(session, preview, BEGINS.date(), BEGINS))
    written = time.perf_counter()
    assert database.run_now(lambda session: registry.plan(session, book)).changes_nothing
    again = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(read - began, planned - read, written - planned, again - written, peak)


def measure(projects: int) -> list[float]:
    """Seconds to read, plan, write, plan again; peak memory in MiB."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "ledger.xlsx"
        file.write_bytes(a_ledger(projects))
        command = [sys.executable, "-m", "bench.importing", "--file", str(file)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return [float(word) for word in done.stdout.split()]


def compare(sizes: list[int]) -> None:
    totals = []
    for projects in sizes:
        read, planned, written, again, peak = measure(projects)
        totals.append(read + planned + written)
        print(
            f"import of {projects:6,} projects: read {read:.2f} s, plan {planned:.2f} s, write {written:.2f} s, "
            f"together {totals[-1]:.2f} s; the same again {again:.2f} s; peak {peak:.0f} MiB",
            flush=True,
        )
    if len(sizes) > 1:
        print(f"  {sizes[-1] / sizes[0]:.0f} times the projects: {totals[-1] / totals[0]:.1f} times as long")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", nargs="+", type=int, default=[1000, 10_000])
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.file:
        import_one(given.file)
    else:
        compare(given.projects)


if __name__ == "__main__":
    main()
