"""The engine, and the one way to change anything: `run(fn)`, one function = one transaction.

Rule 1  A function takes a Session, is synchronous, never commits, and may be run again: its only effect is its
        transaction.
Rule 2  On SQLite one writer thread runs them. Several that wait share one commit; if one of them or the commit
        itself fails (a bug, a full disk), nothing has happened and each is run again alone. A future resolves
        only after COMMIT.
Rule 3  Readers have their own connections and see a snapshot (WAL); they never wait for the writer.
"""

import asyncio
import queue
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

T = TypeVar("T")
Work = Callable[[Session], T]

# How many waiting functions share one commit: enough to make the fsync cheap, few enough to answer soon.
SHARED = 64


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    future: "Future[Any]" = field(default_factory=Future)


def engine_for(url: str, busy_seconds: float = 60) -> Engine:
    """An engine on which a transaction begins by taking the write lock, durably committed (WAL, FULL).

    Python 3.11's sqlite3 begins transactions by itself at the wrong moments; it is told not to, and BEGIN IMMEDIATE
    is emitted here. Readers use `readonly`, which begins plainly.
    """
    if not url.startswith("sqlite"):
        raise ValueError(
            f"SANBAO_DATABASE_URL: found {url.split(':', 1)[0]}, expected sqlite:///PATH; "
            "other databases are not supported by this version"
        )
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


def sqlite_path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


class Database:
    """A city's database, open. `await run(fn)` writes, `await read(fn)` reads; both give back what `fn` returned."""

    def __init__(self, url: str, *, readers: int = 2, busy_seconds: float = 60) -> None:
        self.url = url
        self.engine = engine_for(url, busy_seconds)
        self.errors: Counter[str] = Counter()  # what the database refused, by error
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)
        self._writer.start()

    async def run(self, work: Work[T]) -> T:
        """Carries out `work` in one transaction; returns after COMMIT. Raises what `work` raised, rolled back."""
        return await asyncio.wrap_future(self._submit(work))

    def run_now(self, work: Work[T]) -> T:
        """The same for a thread without an event loop (command line, tests)."""
        return self._submit(work).result()

    def read_now(self, work: Work[T]) -> T:
        """Runs `work` on a snapshot, in this thread; what it changes is thrown away."""
        with (
            self.engine.connect().execution_options(readonly=True) as connection,
            Session(connection) as session,
        ):
            return work(session)

    async def read(self, work: Work[T]) -> T:
        """The same for what is quick, in one of a few threads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, work)

    def close(self) -> None:
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        self.engine.dispose()

    def _submit(self, work: Work[T]) -> "Future[T]":
        job = _Job(work)
        self._jobs.put(job)
        return job.future

    def _write(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs: list[_Job | None] = [first]
            while len(jobs) < SHARED and not self._jobs.empty() and jobs[-1] is not None:
                jobs.append(self._jobs.get())
            # Who was cancelled before the work began has nobody waiting; afterwards nobody can cancel.
            wanted = [job for job in jobs if job is not None and job.future.set_running_or_notify_cancel()]
            if wanted:
                self._commit_together(wanted)
            if jobs[-1] is None:
                return

    def _commit_together(self, jobs: list[_Job]) -> None:
        """All jobs in one transaction; if anything fails, none of it happened, and each is run again alone."""
        try:
            with self.engine.begin() as connection:
                results = [_carried_out(job, connection) for job in jobs]
        except BaseException as failure:
            if len(jobs) == 1:
                if isinstance(failure, SQLAlchemyError):
                    self.errors[type(failure).__name__] += 1
                jobs[0].future.set_exception(failure)
                return
            for job in jobs:
                self._commit_together([job])
            return
        for job, result in zip(jobs, results, strict=True):
            job.future.set_result(result)


def _carried_out(job: _Job, connection: Connection) -> Any:  # noqa: ANN401 - whatever the work returns
    # The session may roll the transaction back, but never commits it.
    with Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        result = job.work(session)
        session.flush()
        if not connection.in_transaction():
            # What others of the batch had written would be lost, and called done.
            raise RuntimeError("a function rolled its transaction back and went on; expected it to raise")
        return result
