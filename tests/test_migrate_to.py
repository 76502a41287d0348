"""A city moves from SQLite to PostgreSQL with every row, or not at all."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Table, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.errands import lock_paths
from bot.lock import hold
from bot.migrating import shown
from bot.settings import Settings, load
from storage import ledger
from storage.database import Database
from storage.tables.all import metadata
from tests import postgres
from tests.builders import NOW, a_project, an_outbox_row
from tests.town import Town

pytestmark = pytest.mark.sqlite_only("it is the way from SQLite to a PostgreSQL server of its own")


@pytest.fixture(scope="module")
def running() -> Iterator[postgres.Server]:
    with postgres.running() as server:
        yield server


@pytest.fixture
def there(running: postgres.Server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    url = running.create()
    yield url
    running.drop(url)


@pytest.fixture
def here(town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """The town as a closed SQLite city, with a project that belongs to a younger one, and a long message."""

    def more(session: Session) -> None:
        child, parent = a_project(session), a_project(session)
        child.parent_id = parent.id
        an_outbox_row(session, part_of=an_outbox_row(session).id)

    town.has_reported(town.north, "2012-03")
    town.do(more)
    town.reaches(4, 11)
    town.database.close()
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANBAO_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANBAO_DATA_DIR", str(tmp_path))
    return load()


def sanbao(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def everything(url: str) -> dict[str, list[str]]:
    """The rows of every table, in words."""
    database = Database(url)
    try:
        with database.engine.connect().execution_options(readonly=True) as connection:
            return {table.name: _said(connection, table) for table in metadata.sorted_tables}
    finally:
        database.close()


def _said(connection: Connection, table: Table) -> list[str]:
    """PostgreSQL orders the keys of its JSON in its own way."""
    rows = connection.execute(table.select()).mappings()
    return sorted(json.dumps({**row}, default=repr, sort_keys=True) for row in rows)


def test_every_row_is_there_and_the_city_goes_on(here: Settings, there: str) -> None:
    done = sanbao("migrate-to", there)
    assert (done.exit_code, "counted: the same as here" in done.output) == (0, True), done.output
    assert everything(there) == everything(here.database_url)
    database = Database(there)
    try:
        database.run_now(
            lambda session: a_project(session, name="搬家以后的项目")
        )  # its number is the next one
        database.run_now(
            lambda session: ledger.append(session, chain="city", who="system", act="x", facts={}, now=NOW)
        )
        assert database.read_now(ledger.verify) == []
    finally:
        database.close()


def test_it_goes_into_an_empty_database_alone(here: Settings, there: str) -> None:
    assert sanbao("migrate-to", there).exit_code == 0
    before = everything(there)
    again = sanbao("migrate-to", there)
    assert (again.exit_code, "expected an empty database" in again.output) == (1, True)
    assert everything(there) == before


def test_a_database_of_another_program_is_left_alone(here: Settings, there: str) -> None:
    with psycopg.connect(there.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE theirs (id int)")
    refused = sanbao("migrate-to", there)
    assert (refused.exit_code, "tables of another program (theirs)" in refused.output) == (1, True)


def test_a_city_that_runs_is_not_copied(here: Settings, there: str) -> None:
    with hold(lock_paths(here), "serve"):
        assert sanbao("migrate-to", there).exit_code == 1


@pytest.mark.parametrize("url", ["u:secret@h/d", "u@h/d?password=secret", "u@h/d?sslpassword=secret&x=1"])
def test_an_address_is_shown_without_its_password(url: str) -> None:
    assert "secret" not in shown(f"postgresql+psycopg://{url}")


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql://u:secret@h/d", "secret"])
def test_what_is_no_url_is_refused_and_not_shown(here: Settings, url: str) -> None:
    refused = sanbao("migrate-to", url)
    assert (refused.exit_code, "secret" in refused.output) == (1, False)


def test_a_ledger_that_does_not_hold_is_not_copied(here: Settings, there: str) -> None:
    database = Database(here.database_url)
    database.run_now(lambda session: session.execute(text("DROP TRIGGER ledger_no_update")))
    database.run_now(lambda session: session.execute(text("UPDATE ledger SET hash = previous WHERE id = 3")))
    database.close()
    refused = sanbao("migrate-to", there)
    assert (refused.exit_code, "the ledger does not hold" in refused.output) == (1, True)
    assert not any(everything(there).values())


def test_killed_in_the_middle_it_is_called_again(here: Settings, there: str) -> None:
    """A child is killed while it copies: the tables are there and empty, and the next call brings all of it."""
    database = Database(here.database_url)

    def many(session: Session) -> None:
        for _ in range(4000):
            ledger.append(session, chain="city", who="system", act="x", facts={}, now=NOW)

    database.run_now(many)
    database.close()
    child = subprocess.Popen([sys.executable, "-m", "bot", "migrate-to", there], env={**os.environ})
    try:
        _wait_until_it_copies(there)
    finally:
        child.kill()
    assert child.wait() == -signal.SIGKILL
    assert not any(everything(there).values())
    assert sanbao("migrate-to", there).exit_code == 0
    assert everything(there) == everything(here.database_url)


def _wait_until_it_copies(url: str) -> None:
    """Until another connection has a transaction that writes into the ledger."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO ledger%%' AND pid <> pg_backend_pid()"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if connection.execute(asked).fetchone() != (0,):
                return
            time.sleep(0.005)
    raise AssertionError("it never copied")


def test_rows_of_the_ledger_cannot_be_changed_there_either(here: Settings, there: str) -> None:
    assert sanbao("migrate-to", there).exit_code == 0
    database = Database(there)
    try:
        for act in ("UPDATE ledger SET hash = ''", "DELETE FROM ledger", "TRUNCATE ledger"):
            with pytest.raises(Exception, match=re.compile("append-only|permission denied")):
                database.run_now(lambda session, act=act: session.execute(text(act)))
    finally:
        database.close()


def test_a_city_on_postgresql_is_backed_up_and_restored_into_either_kind(
    here: Settings, there: str, running: postgres.Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert sanbao("migrate-to", there).exit_code == 0
    monkeypatch.setenv("SANBAO_DATABASE_URL", there)
    assert sanbao("ledger", "export", "ledger.txt").exit_code == 0
    taken = sanbao("backup", "city.backup")
    assert (taken.exit_code, "Verified." in taken.output) == (0, True), taken.output
    monkeypatch.setenv("SANBAO_DATA_DIR", str(tmp_path / "new"))
    full = sanbao("restore", "city.backup")
    assert (full.exit_code, f"restored. {shown(there)}: found rows in it" in full.output) == (1, True)
    for url in (f"sqlite:///{tmp_path / 'new' / 'sanbao.db'}", running.create()):
        monkeypatch.setenv("SANBAO_DATABASE_URL", url)
        restored = sanbao("restore", "city.backup")
        assert restored.exit_code == 0, restored.output
        assert everything(url) == everything(here.database_url)
