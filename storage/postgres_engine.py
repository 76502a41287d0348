"""PostgreSQL: its engine, and the few threads that write.

Rule 1  A transaction sees one moment (REPEATABLE READ), as on SQLite. A row that somebody else has changed since
        cannot be changed over it: the server refuses, and the function is run again on what stands then. So no
        change is ever made on what was read before another's.
Rule 2  What is refused only because somebody was faster is run again: a change that was outrun, a deadlock, a key that
        somebody has just used, a connection that was lost before COMMIT. A key that is refused twice was seen the
        second time, so that is an error. What fails at COMMIT is not run again: it may have happened.
Rule 3  Two who only look at each other's rows and change others are not noticed. Whoever depends on a row that they do
        not change takes `storage.database.mark` on it.
"""

import logging
import queue
import random
import threading
import time
from itertools import count
from typing import Any

from psycopg import Connection as DriverConnection
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import IntLoader
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from storage import faults
from storage.work import Job, T, Work, carried_out

log = logging.getLogger(__name__)

# Each is a connection. Their work is Python's, one at a time: more of them only wait for the server side by side.
WRITERS = 4
# How often a function is tried. Whoever was outrun goes on after the winner's commit: each round somebody is done.
TRIES = 20
LOST_TRIES = 3
LONGEST_PAUSE = 0.25
# A process that is frozen in the middle of a transaction holds its rows no longer than this.
IDLE_SECONDS = 30
# Unless the URL says otherwise. Without tcp_user_timeout a server that vanished is waited for for a quarter of an hour;
# without keepalives who only listens (`bot/bell.py`) would not notice it at all.
CONNECT: dict[str, str] = {
    "connect_timeout": "10",
    "tcp_user_timeout": "60000",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "application_name": "sanbao",
    "client_encoding": "utf8",
}


def postgres_engine(url: str, busy_seconds: float) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",
        pool_size=WRITERS + 2,
        max_overflow=8,
        connect_args=connecting(make_url(url)),
    )
    settings = {
        "lock_timeout": f"{int(busy_seconds * 1000)}ms",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
        "TimeZone": "UTC",
        "jit": "off",  # it costs a short query many times its work
        "synchronous_commit": "on",
    }

    @event.listens_for(engine, "connect")
    def _configure(connection: "DriverConnection[Any]", _entry: ConnectionPoolEntry) -> None:
        # A sum of whole yuan is a whole number here too, not a Decimal.
        connection.adapters.register_loader("numeric", _Whole)
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.commit()

    return engine


def connecting(url: URL) -> dict[str, str]:
    """What a connection is opened with beside what its URL says."""
    return {name: value for name, value in CONNECT.items() if name not in url.query}


class _Whole(IntLoader):
    """Sums are the only numerics that this program asks for."""


class Writers:
    """Threads that each run one function in one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._write, name=f"writer-{number}", daemon=True)
            for number in range(WRITERS)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> None:
        self._jobs.put(job)

    def close(self) -> None:
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        while (job := self._jobs.get()) is not None:
            if not job.begins():
                continue
            try:
                result = self._committed(job.work)
            except BaseException as failure:
                job.future.set_exception(failure)
            else:
                job.future.set_result(result)

    def _committed(self, work: Work[T]) -> T:
        keys: set[str] = set()
        for tries in count(1):
            try:
                return self._once(work)
            except _Again as again:
                error = again.error
                if (
                    tries == TRIES
                    or (faults.is_lost(error) and tries == LOST_TRIES)
                    or faults.key(error) in keys
                ):
                    raise error from None
                if (key := faults.key(error)) is not None:
                    keys.add(key)
                log.debug("run again after try %s: %s", tries, faults.code(error) or "connection lost")
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.001 * 2**tries)))  # noqa: S311 - no secret
        raise AssertionError("a loop without an end")

    def _once(self, work: Work[T]) -> T:
        with self._engine.begin() as connection:
            try:
                result = carried_out(work, connection)
                _refuse_if_failed(connection)
            except DBAPIError as error:
                if faults.is_outrun(error) or faults.is_lost(error) or faults.key(error) is not None:
                    raise _Again(error) from error
                raise
        return result


class _Again(Exception):  # noqa: N818 - not an error yet
    """Nothing has happened, and another try may succeed."""

    def __init__(self, error: DBAPIError) -> None:
        super().__init__()
        self.error = error


def _refuse_if_failed(connection: Connection) -> None:
    """PostgreSQL answers a COMMIT of a failed transaction by rolling it back, and calls that no error."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, DriverConnection)  # noqa: S101 - the engine makes no others
    if driver.info.transaction_status is TransactionStatus.INERROR:
        raise RuntimeError("a function went on after its statement had failed; expected it to raise")
