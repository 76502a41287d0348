"""A copy of the city, to live on: taken through a read snapshot, thrown away afterwards.

Rule 1  The source is opened to be read only, and without the city's lock: a server may run on it meanwhile, and
        SQLite's backup, and PostgreSQL's snapshot, give one consistent state of it.
Rule 2  The copy is a SQLite file, whatever the city is, and whatever is done is done on it. Nothing on it has to
        outlive a crash, so it does not wait for the disk.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.rehearsal.refusal import CannotLive
from storage.database import POSTGRES, SQLITE, Database, engine_for, sqlite_path
from storage.migrate import behind, migrate
from storage.postgres_checks import shown
from storage.row_copy import copy_rows


@contextmanager
def copied(source: Path | str, now: datetime) -> Iterator[Database]:
    """The city of a database file, or of a URL, in the form that this program knows.

    Raises CannotLive and MigrationRefused.
    """
    with tempfile.TemporaryDirectory(prefix="sanbao-copy-") as folder:
        file = Path(folder) / "copy.db"
        if isinstance(source, str) and source.startswith(POSTGRES):
            _copy_rows(source, file, now)
        else:
            _copy(sqlite_path(source) if isinstance(source, str) else source, file)
        database = Database(f"sqlite:///{file}")
        event.listen(database.engine, "connect", _in_haste)
        try:
            migrate(database.engine, Path(folder), now)
            database.engine.dispose()  # a migration turns the foreign keys of its connection on
            yield database
        finally:
            database.close()


def _copy(source: Path, file: Path) -> None:
    if not source.is_file():
        raise CannotLive(f"{source}: found no database; expected the city's, or a copy of it.")
    file.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
            closing(sqlite3.connect(file)) as written,
        ):
            read.backup(written)
    except sqlite3.DatabaseError as error:
        raise CannotLive(f"{source}: {error}; expected a SQLite file of Sanbao.") from error


def _copy_rows(source: str, file: Path, now: datetime) -> None:
    """Row by row, into tables of the same form: so the city must be of the form that this program knows."""
    city, copy = engine_for(source), engine_for(f"{SQLITE}{file}")
    try:
        migrate(copy, file.parent, now)
        with city.connect() as read:
            if (fault := behind(read)) is not None:
                raise CannotLive(fault)
            read.rollback()
            with copy.begin() as written:
                copy_rows(read, written)
    except DBAPIError as error:
        raise CannotLive(f"{shown(city.url)}: {error.orig}; expected the city's database.") from error
    finally:
        city.dispose()
        copy.dispose()


def _in_haste(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.execute("PRAGMA foreign_keys=OFF")  # what is rewound comes back row by row
    cursor.close()
