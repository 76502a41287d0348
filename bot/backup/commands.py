"""`sanbao backup` and `sanbao restore` on the command line."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.exc import DBAPIError

from bot import settings as operator
from bot.backup import restoring, taking
from bot.backup.archive import Damaged, Manifest
from bot.backup.judging import Unsound
from bot.errands import lock_paths
from bot.lock import hold
from bot.migrating import shown
from bot.plainly import Mistake, said_plainly
from bot.reading import expect_database
from bot.settings import Settings
from storage.transfer import NotEmpty, NotWhole

SHOWN = 5


def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="a new file; in DATA_DIR/backups if not given")
    ] = None,
) -> None:
    """Writes a verified copy of the city, media included; it may go on running."""
    with said_plainly():
        settings, now = operator.load(), datetime.now(UTC)
        path = file or settings.data_dir / "backups" / f"sanbao-{now:%Y%m%dT%H%M%SZ}.backup"
        from bot.progress import bars

        try:
            expect_database(settings)
            with bars() as progress:
                manifest = taking.take(city_of(settings), path, key_of(settings), now, progress)
        except (Mistake, Damaged, Unsound, OSError, sqlite3.DatabaseError, DBAPIError) as error:
            raise Mistake(f"No backup was written. {_with_advice(error)}") from error
        sealed = (
            "encrypted"
            if settings.backup_key
            else "not encrypted (SANBAO_BACKUP_KEY): it holds names and telephone numbers"
        )
        typer.echo(f"{path}: {in_words(manifest, settings.zone)}; {sealed}. Verified.")
        if manifest.missing:
            shown = ", ".join(manifest.missing[:SHOWN])
            typer.echo(
                f"{len(manifest.missing)} media files are missing or changed on the disk: {shown}", err=True
            )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="what `sanbao backup` wrote")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="also where a city is; its database is kept in the folder backups"),
    ] = False,
) -> None:
    """Puts a backup in place, verified first; the program must not be running."""
    with said_plainly():
        settings = operator.load()
        from bot.progress import bars

        try:
            with hold(lock_paths(settings), "restore"), bars() as progress:
                manifest = restoring.restore(
                    city_of(settings),
                    file,
                    key_of(settings),
                    datetime.now(UTC),
                    replace=replace,
                    progress=progress,
                )
        except NotEmpty as error:
            raise Mistake(
                f"Nothing was restored. {shown(settings.database_url)}: {error}; expected an empty database."
            ) from error
        except (restoring.InUse, Damaged, Unsound, NotWhole, OSError, DBAPIError) as error:
            raise Mistake(f"Nothing was restored. {_with_advice(error)}") from error
        typer.echo(f"Restored: {in_words(manifest, settings.zone)}. Start the program with `sanbao serve`.")


def city_of(settings: Settings) -> taking.City:
    return taking.City(settings.database_url, settings.data_dir)


def key_of(settings: Settings) -> str | None:
    return settings.backup_key.get_secret_value() if settings.backup_key else None


def _with_advice(error: Exception) -> str:
    """Errors of our own say what to do; those of the machine and of the database are told so here."""
    match error:
        case FileExistsError():
            there = error.filename2 or error.filename
            return f"{there}: it is there already; expected a new file. Give it another name."
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return f"{where}{error.strerror}; expected a place that can be written to, with room left."
        case DBAPIError():
            return f"The database says: {error.orig}. Check SANBAO_DATABASE_URL; sanbao doctor looks at it."
        case sqlite3.Error():
            return f"The database says: {error}. Check SANBAO_DATA_DIR; sanbao doctor looks at it."
        case _:
            return str(error)


def in_words(manifest: Manifest, zone: ZoneInfo) -> str:
    """The moment is the city's, as `sanbao export` says it."""
    rows, media = sum(manifest.tables.values()), len(manifest.files) - 1
    made = datetime.fromisoformat(manifest.made).astimezone(zone)
    return (
        f"the city as of {made:%Y-%m-%d %H:%M} ({zone.key}), {rows} rows in {len(manifest.tables)} tables, "
        f"{media} media files, {manifest.ledger_rows} rows of the ledger up to the root {manifest.ledger_root[:16]}"
    )
