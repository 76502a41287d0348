"""What several writers on PostgreSQL promise: no change is lost, what was outrun is run again on what then stands.

These run on PostgreSQL alone: `pytest --database postgresql`.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from bot.rehearsal.copying import copied
from storage import faults, ledger, postgres_engine
from storage.database import Database, mark
from storage.migrate import MigrationRefused, migrate
from storage.tables.all import metadata
from storage.tables.registry import Unit
from tests.town import Town, reports_problem

pytestmark = pytest.mark.postgres_only

NOON = datetime(2012, 3, 26, 4, tzinfo=UTC)
UNITS = Unit.metadata.tables["units"]


def a_unit(database: Database, name: str = "甲", district: str = "") -> int:
    def work(session: Session) -> int:
        unit = Unit(name=name, district=district)
        session.add(unit)
        session.flush()
        return unit.id

    return database.run_now(work)


def side_by_side(*works: Callable[[], object]) -> list[object]:
    """Runs these at the same time; exceptions are given back as results."""
    found: list[object] = [None] * len(works)

    def one(place: int, work: Callable[[], object]) -> None:
        try:
            found[place] = work()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=one, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


class Together:
    """Functions that have all read before the first of them writes; when they are run again nobody waits."""

    def __init__(self, database: Database, number: int = 2) -> None:
        self.database = database
        self.tries = 0
        self._met = threading.Barrier(number)
        self._lock = threading.Lock()
        self._number = number

    def run(self, read: Callable[[Session], object], write: Callable[[Session, object], object]) -> object:
        def work(session: Session) -> object:
            seen = read(session)
            with self._lock:
                self.tries += 1
                first = self.tries <= self._number
            if first:
                self._met.wait(10)
            return write(session, seen)

        return self.database.run_now(work)


def district(session: Session) -> str:
    return session.scalars(select(Unit.district)).one()


def one_more(session: Session, seen: object) -> None:
    session.scalars(select(Unit)).one().district = f"{seen}+"


def test_two_who_change_the_same_row_lose_nothing(database: Database) -> None:
    a_unit(database)
    both = Together(database)
    side_by_side(lambda: both.run(district, one_more), lambda: both.run(district, one_more))
    assert database.read_now(district) == "++"
    assert both.tries == 3


def test_many_appends_to_one_chain_leave_no_gap_and_no_fork(database: Database) -> None:
    def append(session: Session) -> None:
        ledger.append(session, chain="city", who="system", act="started", facts={}, now=NOON)

    assert side_by_side(*[lambda: database.run_now(append) for _ in range(16)]) == [None] * 16
    assert database.read_now(ledger.verify) == []
    assert [head.place for head in database.read_now(ledger.heads)] == [16]


def test_a_key_that_another_has_just_used_is_seen_at_the_next_try(database: Database) -> None:
    def known(session: Session) -> object:
        return session.scalar(select(func.count()).select_from(Unit).where(Unit.name == "甲"))

    def add(session: Session, seen: object) -> str:
        if seen:
            return "there already"
        session.add(Unit(name="甲"))
        return "added"

    both = Together(database)
    answers = side_by_side(lambda: both.run(known, add), lambda: both.run(known, add))
    assert sorted(map(str, answers)) == ["added", "there already"]


def test_a_key_that_is_used_for_good_is_an_error(database: Database) -> None:
    a_unit(database)
    with pytest.raises(IntegrityError):
        a_unit(database)


def test_who_waits_for_each_other_is_set_free(database: Database) -> None:
    first, second = a_unit(database, "甲"), a_unit(database, "乙")
    both = Together(database)

    def crosswise(mine: int, other: int) -> object:
        def take(session: Session) -> object:
            return session.execute(UNITS.update().where(UNITS.c.id == mine).values(district="x"))

        def then(session: Session, _seen: object) -> None:
            session.execute(UNITS.update().where(UNITS.c.id == other).values(district=str(mine)))

        return both.run(take, then)

    results = side_by_side(lambda: crosswise(first, second), lambda: crosswise(second, first))
    assert results == [None, None]


def test_a_row_that_was_marked_is_as_good_as_changed(database: Database) -> None:
    """Each looks at what the other is about to change: one of them must see the other's work."""
    first, second = a_unit(database, "甲"), a_unit(database, "乙")
    both = Together(database)

    def unless_the_other_did(mine: int, other: int) -> object:
        def look(session: Session) -> object:
            return session.get_one(Unit, other).district

        def act(session: Session, seen: object) -> None:
            mark(session, UNITS, [other])
            if not seen:
                session.get_one(Unit, mine).district = "mine"

        return both.run(look, act)

    side_by_side(lambda: unless_the_other_did(first, second), lambda: unless_the_other_did(second, first))
    assert sorted(database.read_now(lambda session: list(session.scalars(select(Unit.district))))) == [
        "",
        "mine",
    ]


def test_a_connection_that_was_lost_is_replaced(database: Database) -> None:
    a_unit(database)
    database.run_now(
        lambda session: session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                 " AND pid <> pg_backend_pid()")
        )
    )  # fmt: skip
    assert side_by_side(*[lambda: database.run_now(district) for _ in range(8)]) == [""] * 8


def test_who_goes_on_after_a_failed_statement_has_done_nothing(database: Database) -> None:
    """The server would answer COMMIT by a silent rollback."""
    a_unit(database)

    def swallows(session: Session) -> str:
        with suppress(IntegrityError):
            session.connection().exec_driver_sql("INSERT INTO units (name, district) VALUES ('甲', '')")
        return "done"

    with pytest.raises(RuntimeError, match="its statement had failed"):
        database.run_now(swallows)


def test_a_lock_that_is_not_given_in_time_is_nobodys_fault(database: Database, place: str) -> None:
    a_unit(database)
    patient = Database(place, busy_seconds=0.2)
    with database.engine.begin() as holder:
        holder.execute(UNITS.update().values(district="held"))
        with pytest.raises(DBAPIError) as found:
            patient.run_now(lambda session: one_more(session, ""))
    patient.close()
    assert faults.cannot_work(found.value)


def test_a_sum_is_a_whole_number(database: Database) -> None:
    found = database.read_now(lambda session: session.scalar(text("SELECT sum(100000000::bigint)")))
    assert (found, type(found)) == (100_000_000, int)


def refusal(url: str, folder: Path) -> str:
    database = Database(url)
    try:
        with pytest.raises(MigrationRefused) as refused:
            migrate(database.engine, folder, NOON)
        return str(refused.value)
    finally:
        database.close()


def test_a_database_that_is_not_there_is_said_with_how_to_make_it(place: str, tmp_path: Path) -> None:
    url = (
        make_url(place)
        .set(database="nobody made it", password="s3cret")
        .render_as_string(hide_password=False)
    )
    said = refusal(url, tmp_path)
    assert "CREATE DATABASE \"nobody made it\" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'" in said
    assert "s3cret" not in said


def test_a_server_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    said = refusal("postgresql+psycopg://sanbao:s3cret@127.0.0.1:1/city", tmp_path)
    assert "Check that the server runs" in said
    assert "s3cret" not in said


def test_a_database_of_another_encoding_is_refused(place: str, tmp_path: Path) -> None:
    url = make_url(place)
    other = f"{url.database}_ascii"
    maker = postgres_engine.postgres_engine(place, 5).execution_options(isolation_level="AUTOCOMMIT")
    with maker.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {other} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"
        )
        try:
            said = refusal(url.set(database=other).render_as_string(hide_password=False), tmp_path)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {other} WITH (FORCE)")
    maker.dispose()
    assert "found encoding SQL_ASCII and C order of texts, expected UTF8 and C" in said


def test_several_that_start_at_once_make_the_tables_once(nowhere: str, tmp_path: Path) -> None:
    databases = [Database(nowhere) for _ in range(3)]
    results = side_by_side(*[
        lambda each=each: migrate(each.engine, tmp_path, NOON).after for each in databases  # type: ignore[misc]  # a default for the loop
    ])  # fmt: skip
    for each in databases:
        each.close()
    assert len(set(map(str, results))) == 1, results
    assert not isinstance(results[0], Exception)


def test_a_change_that_is_run_again_is_no_noise(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    test_two_who_change_the_same_row_lose_nothing(database)
    assert caplog.records == []


def test_a_city_is_rehearsed_on_a_copy_that_holds_every_row(town: Town) -> None:
    reports_problem(town.reporter)
    tables = metadata.sorted_tables

    def counts(session: Session) -> dict[str, int]:
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}

    with copied(town.database.url, NOON) as copy:
        assert copy.engine.dialect.name == "sqlite"
        assert copy.read_now(counts) == town.database.read_now(counts)
        assert copy.read_now(ledger.verify) == []
        assert (
            copy.read_now(
                lambda session: session.connection().exec_driver_sql("PRAGMA foreign_key_check").all()
            )
            == []
        )
