"""SQLite: its engine, and the one thread that writes.

Rule 1  One thread runs all functions. Several that wait share one commit; if one of them or the commit itself fails
        (a bug, a full disk), nothing has happened and each is run again alone.
Rule 2  Readers have their own connections and see a snapshot (WAL); they never wait for the writer.
"""

import queue
import threading

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from storage.work import Job, carried_out

# How many waiting functions share one commit: enough to make the fsync cheap, few enough to answer soon.
SHARED = 64


def sqlite_engine(url: str, busy_seconds: float) -> Engine:
    """An engine on which a transaction begins by taking the write lock, durably committed (WAL, FULL).

    Python 3.11's sqlite3 begins transactions by itself at the wrong moments; it is told not to, and BEGIN IMMEDIATE
    is emitted here. Readers use `readonly`, which begins plainly.
    """
    engine = create_engine(url, hide_parameters=True, poolclass=QueuePool, pool_size=4, max_overflow=4)

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(busy_seconds * 1000)}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("readonly", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


class SharedWriter:
    """One thread, in whose transactions several functions may share a commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        self._jobs.put(job)

    def close(self) -> None:
        self._jobs.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs: list[Job | None] = [first]
            while len(jobs) < SHARED and not self._jobs.empty() and jobs[-1] is not None:
                jobs.append(self._jobs.get())
            wanted = [job for job in jobs if job is not None and job.begins()]
            if wanted:
                self._commit_together(wanted)
            if jobs[-1] is None:
                return

    def _commit_together(self, jobs: list[Job]) -> None:
        """All jobs in one transaction; if anything fails, none of it happened, and each is run again alone."""
        try:
            with self._engine.begin() as connection:
                results = [carried_out(job.work, connection) for job in jobs]
        except BaseException as failure:
            if len(jobs) == 1:
                jobs[0].future.set_exception(failure)
                return
            for job in jobs:
                self._commit_together([job])
            return
        for job, result in zip(jobs, results, strict=True):
            job.future.set_result(result)
