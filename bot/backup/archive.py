"""What a backup is: a tar, compressed, sealed if there is a key; the manifest first, then the database, then media.

Rule 1  The manifest names every file with its SHA-256; what is read is held against it, also just after writing.
Rule 2  Names in an archive are never paths of our own choosing: only the three kinds that we write are taken.
"""

import gzip
import hashlib
import io
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.backup.sealing import MAGIC as SEALED
from bot.backup.sealing import Sealing, Unsealable, Unsealing

PLAIN = b"SANBAO-BACKUP-1 plain \n"
MANIFEST, DATABASE, MEDIA = "manifest.json", "sanbao.db", "media/"
_KEPT = re.compile(r"media/[0-9a-f]{2}/[0-9a-f]{64}")
TAKE_ANOTHER = "copy it anew from where it was written, or take another backup"
_BLOCK = 1 << 20
_QUICK = 1  # photos are compressed already, and a database shrinks well enough


class Damaged(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """A backup that is not what was written, or is none."""


class Manifest(BaseModel):
    """What is in a backup: `files` are sizes and hashes by name, `missing` the media that were not there.

    `made` is the moment by the city's clock, as everything in it is dated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    made: str
    revision: str
    tables: dict[str, int]
    ledger_rows: int
    ledger_root: str
    files: dict[str, tuple[int, str]]
    missing: tuple[str, ...] = ()


def hash_of(path: Path) -> tuple[int, str]:
    """Size and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, digest


@contextmanager
def writing(file: IO[bytes], key: str | None) -> Iterator[tarfile.TarFile]:
    """An archive to add to; whole only if the block ends well."""
    sealing = Sealing(file, key) if key else None
    if sealing is None:
        file.write(PLAIN)
    sink = cast("IO[bytes]", sealing) if sealing else file
    with (
        gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=_QUICK, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", bufsize=_BLOCK) as tar,
    ):
        yield tar
    if sealing:
        sealing.finish()


def add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    tar.addfile(member, content)


def add_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    said = manifest.model_dump_json(indent=1).encode()
    add(tar, MANIFEST, io.BytesIO(said), len(said))


def read(
    path: Path,
    key: str | None,
    folder: Path | None,
    told: Callable[[int, int], None] = lambda _done, _of: None,
) -> Manifest:
    """Reads all of a backup and holds it against its manifest; writes it into `folder`, if given. Raises Damaged."""
    try:
        with path.open("rb") as file, _opened(file, key) as tar:
            return _read(tar, folder, lambda: told(file.tell(), path.stat().st_size))
    except (Damaged, Unsealable, EOFError, OSError, tarfile.TarError, zlib.error, ValueError) as error:
        raise Damaged(f"{path}: {_why(error, path)}.") from error


def _why(error: Exception, path: Path) -> str:
    match error:
        case Damaged() | Unsealable():
            return str(error)
        case ValidationError():
            return f"its manifest cannot be read; {TAKE_ANOTHER}"
        case EOFError():
            return f"it ends in the middle, so it was cut off; {TAKE_ANOTHER}"
        case OSError(filename=name) if name == str(path):
            return f"{error.strerror}; expected a file of `sanbao backup` that can be read"
        case OSError(errno=int()):
            return f"{error.strerror} while it was unpacked; make room, or give SANBAO_DATA_DIR another place"
        case _:
            return f"it was changed or damaged ({error}); {TAKE_ANOTHER}"


@contextmanager
def _opened(file: IO[bytes], key: str | None) -> Iterator[tarfile.TarFile]:
    magic = file.read(len(PLAIN))
    if magic not in (PLAIN, SEALED):
        raise Damaged("it is no backup; expected a file of `sanbao backup`")
    if magic == SEALED and key is None:
        raise Damaged("it is encrypted; expected SANBAO_BACKUP_KEY as it was when it was written")
    if magic == PLAIN and key is not None:
        raise Damaged(
            "it is not encrypted, though there is a SANBAO_BACKUP_KEY: anybody could have written it"
        )
    source = io.BufferedReader(Unsealing(file, key), _BLOCK) if key else file
    with gzip.GzipFile(fileobj=source, mode="rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        yield tar
        while packed.read(_BLOCK):  # to the end, so that a cut or changed tail is noticed
            pass


def _read(tar: tarfile.TarFile, folder: Path | None, told: Callable[[], None]) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST or (content := tar.extractfile(first)) is None:
        raise Damaged("it does not begin with its manifest")
    manifest = Manifest.model_validate_json(content.read())
    found = dict[str, tuple[int, str]]()
    while (member := tar.next()) is not None:
        if not member.isreg() or (member.name != DATABASE and not _KEPT.fullmatch(member.name)):
            raise Damaged(f"found {member.name!r} in it, which no backup has")
        content = tar.extractfile(member)
        assert content is not None  # noqa: S101 - it is a regular file
        found[member.name] = _take(content, folder / member.name if folder else None)
        told()
    if found != manifest.files:
        wrong = sorted(
            name for name in {*found, *manifest.files} if found.get(name) != manifest.files.get(name)
        )
        raise Damaged(f"{len(wrong)} files are not as its manifest says, the first: {wrong[0]}")
    return manifest


def _take(content: IO[bytes], path: Path | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    if path:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("xb") if path else io.BytesIO() as file:
        while block := content.read(_BLOCK):
            digest.update(block)
            size += len(block)
            if path:
                file.write(block)
    return size, digest.hexdigest()
