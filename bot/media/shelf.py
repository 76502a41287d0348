"""Where kept files lie: each under its hash, once, under no name of anybody's.

Rule 1  A file is whole or not there: it is written beside and moved into its place.
Rule 2  What is read is held against its hash; a file that changed on the disk is given to nobody.
Rule 3  `guard` is held from putting a file there until its row says so, and while files are taken away: otherwise one
        could be taken away that was just being put there again.
"""

import asyncio
import hashlib
import os
from pathlib import Path


class Changed(Exception):  # noqa: N818 - it is a fact about the file
    """A kept file whose bytes are no longer those that were kept."""


class Shelf:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.guard = asyncio.Lock()

    async def put(self, kept: bytes) -> str:
        """Keeps the bytes; gives back where, relative to the folder. The last part is their hash."""
        return await asyncio.to_thread(self._put, kept)

    async def read(self, path: str) -> bytes | None:
        """The bytes; None if they are gone. Raises Changed."""
        return await asyncio.to_thread(self._read, path)

    async def take_away(self, paths: list[str]) -> None:
        await asyncio.to_thread(self._take_away, paths)

    def _put(self, kept: bytes) -> str:
        digest = hashlib.sha256(kept).hexdigest()
        path = self._folder / digest[:2] / digest
        if not self._holds(path, digest):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")  # the guard lets nobody else write it
            with part.open("wb") as file:
                file.write(kept)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        return str(path.relative_to(self._folder))

    def _holds(self, path: Path, digest: str) -> bool:
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest

    def _read(self, path: str) -> bytes | None:
        try:
            raw = (self._folder / path).read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(raw).hexdigest() != Path(path).name:
            raise Changed(path)
        return raw

    def _take_away(self, paths: list[str]) -> None:
        for path in paths:
            (self._folder / path).unlink(missing_ok=True)
