"""The one way to change anything: `run(fn)`, one function = one transaction.

Rule 1  A function takes a Session, is synchronous, never commits, and may be run again: its only effect is its
        transaction.
Rule 2  A future resolves only after COMMIT. If anything fails, nothing has happened.
Rule 3  Which database it is, is known here, in the engine of each (`sqlite_engine.py`: one writing thread;
        `postgres_engine.py`: a few, and functions that were outrun are run again), and where rows are claimed.
Rule 4  Readers see one moment and wait for no writer.
"""

import asyncio
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, Table, update
from sqlalchemy.orm import Session

from storage.sqlite_engine import SharedWriter, sqlite_engine
from storage.work import Job, T, Work, Writers

SQLITE = "sqlite:///"
POSTGRES = "postgresql+psycopg://"


def engine_for(url: str, busy_seconds: float = 60) -> Engine:
    """An engine as the program uses it. Whoever waits longer for a lock than `busy_seconds` gets an error."""
    if url.startswith(POSTGRES):
        from storage.postgres_engine import postgres_engine  # psycopg, which a city on SQLite does without

        return postgres_engine(url, busy_seconds)
    if url.startswith(SQLITE):
        return sqlite_engine(url, busy_seconds)
    raise ValueError(
        f"SANBAO_DATABASE_URL: found {url.split(':', 1)[0]}, expected {SQLITE}PATH or "
        f"{POSTGRES}USER:PASSWORD@HOST/DATABASE"
    )


def sqlite_path(url: str) -> Path:
    return Path(url.removeprefix(SQLITE))


class Database:
    """A city's database, open. `await run(fn)` writes, `await read(fn)` reads; both give back what `fn` returned."""

    def __init__(self, url: str, *, readers: int = 2, busy_seconds: float = 60) -> None:
        self.url = url
        self.engine = engine_for(url, busy_seconds)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._writers = _writers(self.engine)

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
        self._writers.close()
        self._readers.shutdown()
        self.engine.dispose()

    def _submit(self, work: Work[T]) -> "Future[T]":
        job = Job(work)
        self._writers.submit(job)
        return job.future


def _writers(engine: Engine) -> Writers:
    if engine.dialect.name == "sqlite":
        return SharedWriter(engine)
    from storage import postgres_engine

    return postgres_engine.Writers(engine)


def mark(session: Session, table: Table, ids: Collection[int]) -> None:
    """Whoever changes one of these rows at the same time does so again after us, though we leave them as they are.

    On PostgreSQL a lock (FOR UPDATE) would only make them wait, and then go on with what they had seen before. On
    SQLite nobody writes at the same time.
    """
    if ids and session.get_bind().dialect.name == "postgresql":
        session.execute(update(table).where(table.c.id.in_(ids)).values(id=table.c.id))
