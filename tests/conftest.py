"""What every test may ask for: a database of its own, and a session whose work is thrown away.

`pytest --database sqlite` (so it is without), `--database postgresql` (a server of the wheel's, started here) or
`--database postgresql://USER@HOST/DATABASE` (any server, whose user may make databases); or the same in the environment
as SANBAO_TEST_DATABASE. On PostgreSQL only tests run that touch a database; those that are about SQLite say so by
a mark with its reason.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from storage.database import Database, engine_for
from storage.migrate import config_for
from storage.migrations.append_only import protect
from storage.tables.all import metadata
from tests import postgres, secrecy
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
    config.addinivalue_line("markers", "postgres_only: this test is about PostgreSQL itself")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    runs = _runs_on_sqlite if config.getoption("--database") == "sqlite" else _runs_on_postgres
    kept = [item for item in items if runs(item)]
    config.hook.pytest_deselected(items=[item for item in items if not runs(item)])
    items[:] = kept


def _runs_on_sqlite(item: pytest.Item) -> bool:
    return item.get_closest_marker("postgres_only") is None


def _runs_on_postgres(item: pytest.Item) -> bool:
    """A test that never opens a database would only be run a second time."""
    if item.get_closest_marker("postgres_only") is not None:
        return True
    touches = {"new_city", "nowhere", "lasting", "any_city"} & set(getattr(item, "fixturenames", ()))
    return bool(touches) and item.get_closest_marker("sqlite_only") is None


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
def empty_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row, made once; tests copy it.

    It is made from the models; `test_migrations.py` holds the migrations to making the same.
    """
    path = tmp_path_factory.mktemp("template") / "sanbao.db"
    _furnish(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def template(server: postgres.Server | None, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of such a database, of the kind that is tested."""
    if server is None:
        yield f"sqlite:///{request.getfixturevalue('empty_city')}"
        return
    url = server.create()
    _furnish(url)
    yield url
    server.drop(url)


def _furnish(url: str) -> None:
    engine = engine_for(url)
    with engine.begin() as connection:
        metadata.create_all(connection)
        protect(connection)
        command.stamp(config_for(connection), "head")
    engine.dispose()  # the last connection to close folds SQLite's WAL into the file


@pytest.fixture(autouse=True)
def no_secret_in_any_log() -> Iterator[None]:
    """Test 15 of the delivery, in every test: whatever is logged, at DEBUG and by whom ever, shows no secret."""
    ear = secrecy.listen()
    yield
    secrecy.stop(ear)
    assert ear.heard() == []


@pytest.fixture
def new_city(template: str, server: postgres.Server | None, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes databases with every table and no row, and gives their URLs; they go when the test ends."""
    made: list[str] = []

    def make() -> str:
        if server:
            made.append(server.create(template=make_url(template).database or ""))
        else:
            path = tmp_path / f"sanbao{len(made) or ''}.db"
            made.append(f"sqlite:///{shutil.copyfile(template.removeprefix('sqlite:///'), path)}")
        return made[-1]

    yield make
    if server:
        for url in made:
            server.drop(url)


@pytest.fixture
def place(new_city: Callable[[], str]) -> str:
    """The URL of a database of the test's own, with every table and no row."""
    return new_city()


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
