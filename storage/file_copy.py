"""A copy of a SQLite file that somebody may be writing into: one consistent state of it, and nobody waits."""

import sqlite3
from contextlib import closing
from pathlib import Path


def copy_file(source: Path, copy: Path) -> None:
    """Through SQLite's own backup, by a connection that only reads. Raises sqlite3.DatabaseError."""
    copy.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(copy)) as written,
    ):
        read.backup(written)
