"""`sanbao restore`: a city from a backup, looked through before anything of it is put in place.

Rule 1  All is unpacked beside, and verified there; then media are put in their places, where one too many does no harm;
        last the database, in one step. Whatever ends it before that step has changed nothing that counts.
Rule 2  Where a city is, it is replaced only if that is said; its database is kept among the backups. PostgreSQL's
        database must be empty: it is filled in one transaction.
Rule 3  What may have been sent since the backup is not sent again, unless it is urgent or an answer.
"""

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from bot.backup import archive
from bot.backup.archive import DATABASE, MEDIA, Damaged, Manifest
from bot.backup.judging import judge
from bot.backup.taking import City
from bot.clock import stored_offset
from storage import outbox
from storage.city_copy import copy_file
from storage.database import SQLITE, engine_for
from storage.migrate import known_revisions, migrate
from storage.sheets import Progress, nobody
from storage.transfer import transfer

UNPACKING, PLACING = "Unpacking", "Putting in place"


class InUse(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """There is a city where one was to be restored."""


def restore(
    city: City, file: Path, key: str | None, now: datetime, *, replace: bool, progress: Progress = nobody
) -> Manifest:
    """The caller holds the city's lock. Raises InUse, Damaged, Unsound, OSError, NotEmpty, NotWhole."""
    if not replace and (there := _what_is_there(city)):
        raise InUse(
            f"found {there}; expected a data folder without a city. Choose another SANBAO_DATA_DIR, or say --replace: "
            "the database that is there is then kept in the folder backups."
        )
    beside = city.file.parent if city.file else city.data_dir
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=beside) as name:
        folder = Path(name)
        manifest = archive.read(file, key, folder, lambda done, of: progress(UNPACKING, done, of))
        _look_through(folder / DATABASE, manifest, file, progress)
        _send_nothing_again(folder / DATABASE, now)
        _place_media(folder / MEDIA, city.media, progress)
        if city.file:
            _place_database(city.file, city.data_dir / "backups", folder / DATABASE, now)
        else:
            _put_rows(folder / DATABASE, city.url, now, progress)
    return manifest


def _what_is_there(city: City) -> str:
    if city.file and city.file.exists():
        return f"a database at {city.file}"
    return f"media in {city.media}" if city.media.exists() and any(city.media.iterdir()) else ""


def _look_through(database: Path, manifest: Manifest, file: Path, progress: Progress) -> None:
    if manifest.revision not in (known := known_revisions()):
        raise Damaged(
            f"{file}: found revision {manifest.revision}; this program knows up to {known[0]}. A newer program wrote "
            "it: install that version."
        )
    sound = judge(database, progress)
    said = (manifest.tables, manifest.ledger_rows, manifest.ledger_root)
    if (sound.tables, sound.ledger_rows, sound.ledger_root) != said:
        raise Damaged(f"{file}: its database does not have the rows that its manifest counts")


def _send_nothing_again(database: Path, now: datetime) -> None:
    """`now` is the machine's; the city's own may have been moved."""
    engine = engine_for(f"{SQLITE}{database}")
    try:
        with Session(engine) as session, session.begin():
            outbox.expire_restored(session, now + (stored_offset(session) or timedelta()))
    finally:
        engine.dispose()
    _without_wal(database)


def _place_media(unpacked: Path, media: Path, progress: Progress) -> None:
    files = [path for path in unpacked.rglob("*") if path.is_file()]
    for done, path in enumerate(files, 1):
        place = media / path.relative_to(unpacked)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        part.write_bytes(path.read_bytes())  # the folder may be of another disk, so it is not moved
        _to_disk(part)
        part.replace(place)
        progress(PLACING, done, len(files))


def _place_database(place: Path, backups: Path, restored: Path, now: datetime) -> None:
    _to_disk(restored)
    if place.exists():
        kept = backups / f"before-restore-{now:%Y%m%dT%H%M%SZ}.db"
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        copy_file(place, kept)
        _to_disk(kept)
        _without_wal(place)
    os.replace(restored, place)
    _to_disk(place.parent)


def _put_rows(restored: Path, url: str, now: datetime, progress: Progress) -> None:
    """Into an empty PostgreSQL database; a full one is nobody's to empty but its administrator's."""
    source, target = engine_for(f"{SQLITE}{restored}"), engine_for(url)
    try:
        migrate(source, restored.parent, now)
        migrate(target, restored.parent, now)
        with source.connect().execution_options(readonly=True) as connection:
            transfer(connection, target, progress)
    finally:
        source.dispose()
        target.dispose()


def _without_wal(database: Path) -> None:
    """The newest pages of a database may lie beside it; they would be read into the one that takes its place."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
