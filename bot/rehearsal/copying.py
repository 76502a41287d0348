"""A copy of the city, to live on: taken through a read snapshot, thrown away afterwards.

Rule 1  The source is opened to be read only, and without the city's lock: a server may run on it meanwhile, and
        SQLite's backup, and PostgreSQL's snapshot, give one consistent state of it.
Rule 2  The copy is a SQLite file, whatever the city is, and whatever is done is done on it. Nothing on it has to
        outlive a crash, so it does not wait for the disk.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.rehearsal.refusal import CannotLive
from storage.city_copy import copy_city
from storage.database import SQLITE, Database, sqlite_path
from storage.migrate import migrate
from storage.postgres_checks import shown


@contextmanager
def copied(source: Path | str, now: datetime) -> Iterator[Database]:
    """The city of a database file, or of a URL, in the form that this program knows.

    Raises CannotLive and MigrationRefused.
    """
    with tempfile.TemporaryDirectory(prefix="sanbao-copy-") as folder:
        file = Path(folder) / "copy.db"
        _copy(source if isinstance(source, str) else f"{SQLITE}{source}", file, now)
        database = Database(f"sqlite:///{file}")
        event.listen(database.engine, "connect", _in_haste)
        try:
            migrate(database.engine, Path(folder), now)
            database.engine.dispose()  # a migration turns the foreign keys of its connection on
            yield database
        finally:
            database.close()


def _copy(url: str, file: Path, now: datetime) -> None:
    if url.startswith(SQLITE) and not sqlite_path(url).is_file():
        raise CannotLive(f"{sqlite_path(url)}: found no database; expected the city's, or a copy of it.")
    try:
        copy_city(url, file, now)
    except sqlite3.DatabaseError as error:
        raise CannotLive(f"{sqlite_path(url)}: {error}; expected a SQLite file of Sanbao.") from error
    except DBAPIError as error:
        raise CannotLive(f"{shown(make_url(url))}: {error.orig}; expected the city's database.") from error


def _in_haste(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.execute("PRAGMA foreign_keys=OFF")  # what is rewound comes back row by row
    cursor.close()
