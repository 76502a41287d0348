"""A copy of a city as a SQLite file, whatever the city is: one moment of it, and nobody waits.

SQLite is copied by its own backup, through a connection that only reads; PostgreSQL row by row from a snapshot.
"""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from storage.database import POSTGRES, SQLITE, engine_for, sqlite_path
from storage.migrate import MigrationRefused, behind, migrate
from storage.sheets import Progress, nobody
from storage.transfer import copy_rows


def copy_city(url: str, file: Path, now: datetime, progress: Progress = nobody) -> None:
    """Raises sqlite3.DatabaseError, DBAPIError and MigrationRefused."""
    file.touch(mode=0o600)
    if url.startswith(POSTGRES):
        _copy_rows(url, file, now, progress)
    else:
        copy_file(sqlite_path(url), file)


def copy_file(source: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(copy)) as written,
    ):
        read.backup(written)


def _copy_rows(url: str, file: Path, now: datetime, progress: Progress) -> None:
    """Into tables of the same form: so the city must be of the form that this program knows."""
    city, copy = engine_for(url), engine_for(f"{SQLITE}{file}")
    try:
        migrate(copy, file.parent, now)
        with city.connect() as read:
            if (fault := behind(read)) is not None:
                raise MigrationRefused(fault)
            read.rollback()
            with copy.begin() as written:
                copy_rows(read, written, progress)
    finally:
        city.dispose()
        copy.dispose()
