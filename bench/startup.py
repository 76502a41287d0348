"""How long a start takes with a full database: from the call of the program until it is healthy.

python -m bench.startup --reports 100000
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped] # psutil ships without types
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.load import cpu_of, free_port
from bench.sanbao import furnish
from bot.sample.city import BEGINS
from rules.kinds import ReportKind
from storage.database import Database
from storage.tables.reporting import Report, ReportVersion

TOKEN = "1:startup"
PATIENCE = 60.0
PEOPLE, PROJECTS_EACH = 100, 10


def store_reports(folder: Path, wanted: int) -> None:
    """So many monthly reports, over as many months back as that takes."""
    projects = PEOPLE * PROJECTS_EACH
    database = Database(f"sqlite:///{folder / 'sanbao.db'}")
    database.run_now(lambda session: _store(session, projects, wanted))
    database.close()


def _store(session: Session, projects: int, wanted: int) -> None:
    filing = {"filed_by": 1, "filed": BEGINS, "version": 1}
    reports, versions = [], []
    for number in range(wanted):
        month, project = divmod(number, projects)
        period = f"{2011 - month // 12}-{12 - month % 12:02}"
        report = {"id": number + 1, "project_id": project + 1, "unit_id": 1, "kind": ReportKind.PROGRESS}
        reports.append({**report, "period": period, **filing})
        versions.append(
            {"report_id": number + 1, "amount": 12_500_000, "progress": "主体封顶", "check": {}, **filing}
        )
    session.execute(insert(Report), reports)
    session.execute(insert(ReportVersion), versions)


@contextmanager
def started(folder: Path) -> Iterator[tuple[float, float]]:
    """A program on this folder; gives the seconds until it was healthy, and its CPU seconds until then."""
    port = free_port()
    given = {"SANBAO_DATA_DIR": str(folder), "SANBAO_TRYOUT": "true", "SANBAO_HTTP_PORT": str(port)}
    began = time.perf_counter()
    program = subprocess.Popen([sys.executable, "-m", "bot", "serve"], env={**os.environ, **given})
    try:
        while not _healthy(port):
            if program.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError("the program did not become healthy")
            time.sleep(0.005)
        yield time.perf_counter() - began, cpu_of(psutil.Process(program.pid))
    finally:
        program.terminate()
        program.wait()


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        furnish(folder, TOKEN, PEOPLE, PROJECTS_EACH)
        store_reports(folder, given.reports)
        for _ in range(given.times):
            with started(folder) as (seconds, cpu):
                print(
                    f"healthy after {seconds:.2f} s, {cpu:.2f} s of CPU, {given.reports} reports", flush=True
                )


if __name__ == "__main__":
    main()
