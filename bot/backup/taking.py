"""`sanbao backup`: the city as it stands at one moment, while it goes on; verified before it is called a backup.

Rule 1  The database is copied through a reading connection of our own: a running server need not know, nobody waits.
        It is a SQLite file in the backup, whatever the city is on.
Rule 2  The copy is looked through (pages, references, ledger) before it is packed, and the packed file is read back
        whole before it gets its name. What fails leaves nothing behind.
Rule 3  A media file that is missing or changed on the disk is named and does not stand in the way of all the rest.
"""

import errno
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.backup import archive
from bot.backup.archive import DATABASE, MEDIA, Manifest, hash_of
from bot.backup.judging import Sound, judge
from storage.city_copy import copy_city
from storage.database import SQLITE, sqlite_path
from storage.sheets import Progress, nobody

PACKING, LOOKING = "Packing", "Reading it back"


@dataclass(frozen=True, slots=True)
class City:
    """What belongs to a city: the URL of its database, and its data folder."""

    url: str
    data_dir: Path

    @property
    def file(self) -> Path | None:
        """The database, if it is a file."""
        return sqlite_path(self.url).absolute() if self.url.startswith(SQLITE) else None

    @property
    def media(self) -> Path:
        return self.data_dir / "media"


def take(city: City, file: Path, key: str | None, now: datetime, progress: Progress = nobody) -> Manifest:
    """Writes a new file. Raises FileExistsError, OSError, sqlite3.DatabaseError, Unsound, Damaged."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.exists():
        raise FileExistsError(errno.EEXIST, "it is there already", str(file))
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
            copy = Path(folder) / DATABASE
            copy_city(city.url, copy, now, progress)
            _pack(city, copy, judge(copy, progress), part, key, now, progress)
        manifest = archive.read(part, key, None, lambda done, of: progress(LOOKING, done, of))
        os.link(part, file)  # and not over a file that somebody has put there meanwhile
        return manifest
    finally:
        part.unlink(missing_ok=True)


def _pack(
    city: City, copy: Path, sound: Sound, part: Path, key: str | None, now: datetime, progress: Progress
) -> None:
    files = {
        f"{MEDIA}{path}": hash_of(city.media / path) for path in sound.media if (city.media / path).exists()
    }
    whole = {name: said for name, said in files.items() if name.rpartition("/")[2] == said[1]}
    missing = tuple(path for path in sound.media if f"{MEDIA}{path}" not in whole)
    manifest = Manifest(
        made=(now + sound.ahead).isoformat(timespec="seconds"), revision=sound.revision, tables=sound.tables,
        ledger_rows=sound.ledger_rows, ledger_root=sound.ledger_root, missing=missing,
        files={DATABASE: hash_of(copy), **whole},
    )  # fmt: skip
    sources = {DATABASE: copy, **{name: city.data_dir / name for name in whole}}
    with open(part, "xb", opener=_for_its_owner) as opened:
        with archive.writing(opened, key) as tar:
            archive.add_manifest(tar, manifest)
            for done, (name, (size, _)) in enumerate(manifest.files.items(), 1):
                with sources[name].open("rb") as content:
                    archive.add(tar, name, content, size)
                progress(PACKING, done, len(manifest.files))
        opened.flush()
        os.fsync(opened.fileno())


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
