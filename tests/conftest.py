"""What every test may ask for: a database of its own, and a session whose work is thrown away.

`pytest --database sqlite` (so it is without), `--database postgresql` (a server of the wheel's, started here) or
`--database postgresql://USER@HOST/DATABASE` (any server, whose user may make databases); or the same in the environment
as SANBAO_TEST_DATABASE. On PostgreSQL only tests run that touch a database; those that are about SQLite say so by
a mark with its reason.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session

from storage.database import Database, engine_for
from storage.migrate import config_for
from storage.migrations.append_only import protect
from storage.tables.all import metadata
from tests import postgres
from tests.reminding import reminds
from tests.town import Town, a_town


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        default=os.environ.pop("SANBAO_TEST_DATABASE", "")
        or "sqlite",  # the program would take it for a setting
        help="sqlite, postgresql (from the wheel), or the URL of a PostgreSQL server",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite_only(reason): this test is about SQLite itself")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL a test that never opens a database would only be run a second time."""
    if config.getoption("--database") == "sqlite":
        return
    kept, out = [], []
    for item in items:
        about_sqlite = item.get_closest_marker("sqlite_only")
        touches = {"place", "nowhere"} & set(getattr(item, "fixturenames", ()))
        (kept if touches and not about_sqlite else out).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=out)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[postgres.Server | None]:
    """The PostgreSQL server of this run; None on SQLite."""
    choice = request.config.getoption("--database")
    if choice == "sqlite":
        yield None
        return
    with postgres.running() if choice == "postgresql" else postgres.named(choice) as server:
        yield server


@pytest.fixture(scope="session")
def empty_city(server: postgres.Server | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with every table and no row, made once; tests copy it.

    It is made from the models; `test_migrations.py` holds the migrations to making the same.
    """
    url = server.create() if server else f"sqlite:///{tmp_path_factory.mktemp('template') / 'sanbao.db'}"
    engine = engine_for(url)
    _furnish(engine)
    engine.dispose()  # the last connection to close folds SQLite's WAL into the file
    yield url
    if server:
        server.drop(url)


def _furnish(engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection)
        protect(connection)
        command.stamp(config_for(connection), "head")


@pytest.fixture
def place(empty_city: str, server: postgres.Server | None, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the test's own, with every table and no row."""
    if server is None:
        path = tmp_path / "sanbao.db"
        shutil.copyfile(empty_city.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
        return
    url = server.create(template=make_url(empty_city).database or "")
    yield url
    server.drop(url)


@pytest.fixture
def nowhere(server: postgres.Server | None, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which nothing is yet."""
    if server is None:
        yield f"sqlite:///{tmp_path / 'sanbao.db'}"
        return
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    """A real database, open. A lock that is not given within five seconds is an error."""
    database = Database(place, busy_seconds=5)
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
