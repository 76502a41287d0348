"""Brings a database to the form that this program knows: `migrate` is called before anything else touches it.

Rule 1  an empty database is made; an older one is first copied (SQLite's file; PostgreSQL is copied by who runs it),
        then changed in one transaction.
Rule 2  a newer one, or a file that is not ours, is refused and left as it is. The copy is the only way back.
Rule 3  foreign keys are off while tables are made anew, and checked before the commit.
Rule 4  the usual start, on a database of our own form, does without Alembic: its import takes as long as all else.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError

from storage import postgres_checks
from storage.migrations.append_only import protect

if TYPE_CHECKING:
    from alembic.config import Config

HOME = Path(__file__).parent / "migrations"
# Whoever starts beside another waits until the tables are made. Any number does that no other program takes.
_LOCK = 7_203_000_012


class MigrationRefused(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """The database cannot be used by this program; the text says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """`before` is None for a new database; `copy` is the file that holds it as it was, if it was changed."""

    before: str | None
    after: str
    copy: Path | None = None


def config_for(connection: Connection, home: Path = HOME) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(home).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, data_dir: Path, now: datetime, *, home: Path = HOME) -> Migrated:
    """Makes or changes the tables where needed. Raises MigrationRefused. `now` names SQLite's copy."""
    with _opened(engine) as connection:
        if (newest := _newest(home)) == _stored(connection):
            return Migrated(newest, newest)
        config = config_for(connection, home)
        known = known_revisions(home)
        before, latest = _revision(connection, known), known[0]
        connection.rollback()
        if before == latest:
            return Migrated(before, latest)
        copy = (
            _copy(connection, data_dir / "backups", f"{before}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
            if before and _is_sqlite(connection)
            else None
        )
        upgrade(connection, config)
    return Migrated(before, latest, copy)


def known_revisions(home: Path = HOME) -> list[str]:
    """All that this program knows, the latest first."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(home).replace("%", "%%"))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


def behind(connection: Connection) -> str | None:
    """In words, how a database's form differs from the one that this program knows; None if it does not."""
    found, newest = _stored(connection), _newest(HOME)
    if found == newest:
        return None
    return f"the database: found revision {found}, expected {newest}. Start sanbao serve once, which brings it there."


def revisions(engine: Engine, home: Path = HOME) -> tuple[str | None, str]:
    """The form that the database has (None: it is empty), and the newest that this program knows; changes nothing."""
    with _opened(engine).execution_options(readonly=True) as connection:
        return _stored(connection), _newest(home)


def _opened(engine: Engine) -> Connection:
    if engine.dialect.name == "postgresql":
        return _opened_postgres(engine)
    try:
        return engine.connect()
    except (sqlite3.DatabaseError, DatabaseError) as error:
        raise MigrationRefused(
            f"{engine.url.database}: {error}; expected a SQLite file that can be written, or none yet in "
            "a folder that is there. Check SANBAO_DATABASE_URL and SANBAO_DATA_DIR."
        ) from error


def _opened_postgres(engine: Engine) -> Connection:
    """READ COMMITTED: who has waited for another's migration sees what it has made."""
    try:
        connection = engine.connect().execution_options(isolation_level="READ COMMITTED")
    except DBAPIError as error:
        raise MigrationRefused(postgres_checks.cannot_open(engine.url, error)) from error
    if (fault := postgres_checks.unfit(connection)) is not None:
        connection.close()
        raise MigrationRefused(fault)
    return connection


def upgrade(connection: Connection, config: "Config", target: str = "head") -> None:
    """Runs the migrations up to `target` in one transaction. The connection must not be in one."""
    if _is_sqlite(connection):
        _upgrade_sqlite(connection, config, target)
        return
    try:
        with connection.begin():
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            _run(connection, config, target)
    except IntegrityError as error:
        raise MigrationRefused(_orphans(" ".join(str(error.orig).split()))) from error


def _upgrade_sqlite(connection: Connection, config: "Config", target: str) -> None:
    _foreign_keys(connection, "OFF")
    try:
        with connection.begin():
            _run(connection, config, target)
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                raise MigrationRefused(_orphans(f"{len(broken)} rows, the first: {broken[0]}"))
    finally:
        _foreign_keys(connection, "ON")


def _run(connection: Connection, config: "Config", target: str) -> None:
    from alembic import command

    command.upgrade(config, target)
    protect(connection)


def _orphans(found: str) -> str:
    return (
        f"the migration left rows pointing at nothing ({found}); "
        "nothing was changed. Report this with the program's version."
    )


def _newest(home: Path) -> str:
    """A migration's file begins with its revision: 0002_more_tables.py."""
    return max(
        (script.name.partition("_")[0] for script in (home / "versions").glob("[0-9]*_*.py")), default=""
    )


def _stored(connection: Connection) -> str | None:
    """The revision that the database says it has."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _revision(connection: Connection, known: Sequence[str]) -> str | None:
    """The database's revision, None if it is empty. `known` begins with the latest."""
    tables = inspect(connection).get_table_names()  # first: beside us somebody may be making them
    found = _stored(connection)
    if found is None and tables:
        raise MigrationRefused(
            f"{connection.engine.url.database}: found tables of another program ({', '.join(tables[:3])}); "
            "expected an empty database or one of Sanbao's. Check SANBAO_DATABASE_URL."
        )
    if found is not None and found not in known:
        raise MigrationRefused(
            f"{connection.engine.url.database}: found revision {found}; this program knows up to {known[0]}. "
            "A newer program wrote it: install that version, or go back to a copy from before (folder backups)."
        )
    return found


def _copy(connection: Connection, folder: Path, name: str) -> Path:
    """A whole copy of the SQLite file, named only when it is complete."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, unfinished = folder / f"{name}.db", folder / f"{name}.part"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with closing(sqlite3.connect(unfinished)) as target:
        _driver(connection).backup(target)
    return unfinished.rename(path)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _foreign_keys(connection: Connection, state: str) -> None:
    """SQLite ignores this inside a transaction, and SQLAlchemy would begin one: so past it."""
    _driver(connection).execute(f"PRAGMA foreign_keys={state}")


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - asked for SQLite only
    return driver
