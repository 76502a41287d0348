"""What the database promises: one function, one transaction; waiting ones share a commit and harm each other never."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from storage.database import Database, engine_for
from storage.tables.registry import Unit


class Commits:
    """How often the database has committed, and a gate that keeps the writer busy while others queue up."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0
        event.listen(database.engine, "commit", self._count)
        self._gate = threading.Event()

    def _count(self, _connection: object) -> None:
        self.count += 1

    async def together(self, *works: Callable[[Session], object]) -> list[object]:
        """Runs all of these as one batch; exceptions are given back as results."""
        inside = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold(_session: Session) -> None:
            loop.call_soon_threadsafe(inside.set)
            self._gate.wait(5)

        holding = asyncio.create_task(self.database.run(hold))
        await inside.wait()
        waiting = [asyncio.create_task(self.database.run(work)) for work in works]
        await asyncio.sleep(0)
        self.count = 0
        self._gate.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        await holding
        self.count -= 1  # the holder's own
        return results


@pytest.fixture
def commits(database: Database) -> Commits:
    return Commits(database)


def add(name: str) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        session.add(Unit(name=name))
        return name

    return work


def fails(name: str) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        session.add(Unit(name=name))
        session.flush()
        raise ValueError(name)

    return work


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Unit.name).order_by(Unit.name)))


@pytest.mark.sqlite_only(reason="one writer's functions share a commit; PostgreSQL's do not")
async def test_functions_that_wait_share_one_commit(commits: Commits) -> None:
    results = await commits.together(*(add(f"u{number}") for number in range(10)))
    assert results == [f"u{number}" for number in range(10)]
    assert commits.count == 1
    assert len(await commits.database.read(names)) == 10


async def test_a_function_that_fails_is_undone_and_harms_no_other(commits: Commits) -> None:
    first, failed, second = await commits.together(add("a"), fails("b"), add("c"))
    assert (first, second) == ("a", "c")
    assert isinstance(failed, ValueError)
    assert await commits.database.read(names) == ["a", "c"]


@pytest.mark.sqlite_only(reason="with one writer the first to ask comes first")
async def test_two_functions_that_contradict_each_other_end_as_if_one_came_first(commits: Commits) -> None:
    results = await commits.together(add("a"), add("a"), add("b"))
    assert results[0] == "a"
    assert isinstance(results[1], IntegrityError)
    assert results[2] == "b"
    assert await commits.database.read(names) == ["a", "b"]


async def test_a_failure_that_a_function_swallowed_is_still_a_failure(commits: Commits) -> None:
    """The transaction was gone by then: to call it done would lose what the others had written."""

    def swallows(session: Session) -> str:
        session.add_all([Unit(name="same"), Unit(name="same")])
        try:
            session.flush()
        except IntegrityError:
            session.rollback()
        return "done"

    first, swallowed = await commits.together(add("a"), swallows)
    assert first == "a"
    assert isinstance(swallowed, RuntimeError)
    assert await commits.database.read(names) == ["a"]


async def test_a_result_is_given_only_after_the_commit(database: Database) -> None:
    order: list[str] = []

    @event.listens_for(database.engine, "commit")
    def _committed(_connection: object) -> None:
        order.append("commit")

    await database.run(lambda _session: order.append("work"))
    order.append("result")
    assert order == ["work", "commit", "result"]


async def test_what_was_given_as_done_can_be_read_at_once(database: Database) -> None:
    for number in range(20):
        await database.run(add(f"u{number}"))
        assert await database.read(lambda session: session.scalar(select(func.count(Unit.id)))) == number + 1


@pytest.mark.sqlite_only(reason="how a full disk is played")
async def test_a_full_disk_fails_who_needs_room_and_nobody_else(commits: Commits) -> None:
    database = commits.database
    await database.run(add("before"))
    pages = await database.read(lambda session: session.scalar(text("PRAGMA page_count")))

    def limit(session: Session) -> None:
        session.execute(text(f"PRAGMA max_page_count = {int(pages or 0) + 2}"))

    def large(session: Session) -> None:
        session.add(Unit(name="x" * 100_000))
        session.flush()

    await database.run(limit)
    first, failed, second = await commits.together(add("a"), large, add("c"))
    assert (first, second) == ("a", "c")
    assert isinstance(failed, OperationalError)
    assert "full" in str(failed)
    assert await database.read(names) == ["a", "before", "c"]


@pytest.mark.sqlite_only(reason="a commit that fails has surely not happened only where no network is")
async def test_a_commit_that_fails_runs_each_again_alone(commits: Commits) -> None:
    fail = iter([True])

    @event.listens_for(commits.database.engine, "commit")
    def _broken(_connection: object) -> None:
        if commits.count == 2 and next(fail, False):  # the holder's was the first
            raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    results = await commits.together(add("a"), add("b"))
    assert results == ["a", "b"]
    assert await commits.database.read(names) == ["a", "b"]


async def test_who_stops_waiting_does_not_stop_the_writer(commits: Commits) -> None:
    async def impatient() -> None:
        async with asyncio.timeout(0.01):
            await commits.database.run(lambda _session: threading.Event().wait(0.1))

    with pytest.raises(TimeoutError):
        await impatient()
    waiting = asyncio.create_task(commits.database.run(add("late")))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert await commits.database.run(add("next")) == "next"


async def test_a_reader_sees_one_moment_and_waits_for_no_writer(database: Database) -> None:
    written = threading.Event()

    def look(session: Session) -> tuple[int, int]:
        before = len(names(session))
        database.run_now(add("meanwhile"))
        written.set()
        return before, len(names(session))

    assert await database.read(look) == (0, 0)
    assert written.is_set()
    assert await database.read(names) == ["meanwhile"]


async def test_what_a_reader_changes_is_thrown_away(database: Database) -> None:
    def write(session: Session) -> None:
        add("a")(session)
        session.flush()

    await database.read(write)
    assert await database.read(names) == []


async def test_an_error_comes_to_who_asked_and_leaves_nothing(database: Database) -> None:
    with pytest.raises(ValueError, match="a"):
        await database.run(fails("a"))
    with pytest.raises(ValueError, match="b"):
        database.run_now(fails("b"))
    assert await database.read(names) == []


def test_what_was_asked_for_before_the_close_is_still_done(database: Database) -> None:
    async def ask() -> None:
        waiting = [asyncio.create_task(database.run(add(f"u{number}"))) for number in range(100)]
        await asyncio.sleep(0)
        await asyncio.to_thread(database.close)
        await asyncio.gather(*waiting)

    asyncio.run(ask())
    again = Database(database.url)
    assert len(again.run_now(names)) == 100
    again.close()


@pytest.mark.sqlite_only(reason="pragmas")
def test_a_connection_commits_durably_and_minds_foreign_keys(database: Database) -> None:
    def pragmas(session: Session) -> list[object]:
        return [
            session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert database.run_now(pragmas) == ["wal", 2, 1]


def test_another_database_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="SANBAO_DATABASE_URL: found mysql, expected sqlite"):
        engine_for("mysql://somewhere/city")
