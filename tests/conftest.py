"""What every test may ask for: a database of its own, and a session whose work is thrown away."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy.orm import Session

from storage.database import Database, engine_for
from storage.migrate import config_for
from storage.migrations.append_only import protect
from storage.tables.all import metadata
from tests import secrecy
from tests.reminding import reminds
from tests.town import Town, a_town


@pytest.fixture(scope="session")
def empty_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table and no row, made once; tests copy it.

    It is made from the models; `test_migrations.py` holds the migrations to making the same.
    """
    path = tmp_path_factory.mktemp("template") / "sanbao.db"
    engine = engine_for(f"sqlite:///{path}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        protect(connection)
        command.stamp(config_for(connection), "head")
    engine.dispose()  # the last connection to close folds the WAL into the file
    return path


@pytest.fixture(autouse=True)
def no_secret_in_any_log() -> Iterator[None]:
    """Test 15 of the delivery, in every test: whatever is logged, at DEBUG and by whom ever, shows no secret."""
    ear = secrecy.listen()
    yield
    secrecy.stop(ear)
    assert ear.heard() == []


@pytest.fixture
def database(empty_city: Path, tmp_path: Path) -> Iterator[Database]:
    """A real SQLite file, open. A write lock that is not given within five seconds is an error."""
    path = tmp_path / "sanbao.db"
    shutil.copyfile(empty_city, path)
    database = Database(f"sqlite:///{path}", busy_seconds=5)
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """An open transaction, rolled back at the end. It holds the write lock: no `database.run` beside it."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        transaction.rollback()


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    town = a_town(database)
    yield town
    town.database.close()


@pytest.fixture
def reminding(town: Town) -> Town:
    """The town, whose people are reminded."""
    return reminds(town)
