"""A copy of the city, to live on: taken through a read snapshot, thrown away afterwards.

Rule 1  The source is opened to be read only, and without the city's lock: a server may run on it meanwhile, and
        SQLite's backup gives one consistent state of it.
Rule 2  Whatever is done is done on the copy. Nothing on it has to outlive a crash, so it does not wait for the disk.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from bot.rehearsal.refusal import CannotLive
from storage.database import Database
from storage.file_copy import copy_file
from storage.migrate import migrate


@contextmanager
def copied(source: Path, now: datetime) -> Iterator[Database]:
    """The city of a database file, in the form that this program knows. Raises CannotLive and MigrationRefused."""
    with tempfile.TemporaryDirectory(prefix="sanbao-copy-") as folder:
        file = Path(folder) / "copy.db"
        _copy(source, file)
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
    try:
        copy_file(source, file)
    except sqlite3.DatabaseError as error:
        raise CannotLive(f"{source}: {error}; expected a SQLite file of Sanbao.") from error


def _in_haste(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.execute("PRAGMA foreign_keys=OFF")  # what is rewound comes back row by row
    cursor.close()
