"""Whether a copy of the database is sound: its pages, its references, its ledger, and how many rows each table has."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, table
from sqlalchemy.orm import Session

from bot.clock import stored_offset
from storage import ledger_file
from storage.database import engine_for
from storage.ledger_proof import check
from storage.sheets import Progress, nobody
from storage.tables.reporting import MediaFile

FOUND = 3  # faults that are told


class Unsound(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """A database that must not be relied on."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a sound copy holds; `media` are the places of its stored files, `ahead` is how far its clock was moved."""

    revision: str
    tables: dict[str, int]
    ledger_rows: int
    ledger_root: str
    media: tuple[str, ...]
    ahead: timedelta


def judge(file: Path, progress: Progress = nobody) -> Sound:
    """Looks through a SQLite file that nobody else has open. Raises Unsound."""
    engine = engine_for(f"sqlite:///{file}")
    try:
        with engine.connect().execution_options(readonly=True) as connection:
            if not inspect(connection).has_table("ledger"):
                raise Unsound(f"{file}: found no ledger in it; expected a city that was served once")
            faults = [*_pages(connection), *_references(connection)]
            if faults:
                raise Unsound(f"{file}: " + "; ".join(faults[:FOUND]))
            return _sound(connection, file, progress)
    finally:
        engine.dispose()


def _pages(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    return [] if found == ["ok"] else [str(each) for each in found]


def _references(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    return [f"a row of {row[0]} points at nothing in {row[2]}" for row in found]


def _sound(connection: Connection, file: Path, progress: Progress) -> Sound:
    with Session(connection) as session:
        verdict = check(lambda: ledger_file.lines(session, progress))
        faults = [*verdict.faults, *ledger_file.strange_columns(session)]
        if faults:
            raise Unsound(f"{file}: the ledger does not hold: " + "; ".join(faults[:FOUND]))
        stored = (MediaFile.state == "stored", MediaFile.path != "")
        media = session.scalars(select(MediaFile.path).where(*stored).distinct().order_by(MediaFile.path))
        return Sound(
            revision=connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one(),
            tables=counts(connection), ledger_rows=verdict.rows, ledger_root=verdict.head, media=tuple(media),
            ahead=stored_offset(session) or timedelta(),
        )  # fmt: skip


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = sorted(name for name in inspect(connection).get_table_names() if not name.startswith("sqlite_"))
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}
