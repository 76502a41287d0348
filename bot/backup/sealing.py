"""A stream that only whoever has the key can read, and nobody can change, cut or put together anew unseen.

Chunks of AES-256-GCM whose nonce counts them and says which is the last one (the STREAM construction); the key is made
from SANBAO_BACKUP_KEY by scrypt with a salt of each file's own.

Rule 1  A chunk is given out only after it was authenticated; a stream without its last chunk ends in an error.
Rule 2  The heading is part of what is authenticated, so a sealed file cannot be passed off as another kind.
"""

import io
import os
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

MAGIC = b"SANBAO-BACKUP-1 sealed\n"
CHUNK, TAG, SALT, PREFIX = 1 << 16, 16, 16, 7


class Unsealable(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """The key is wrong, or the file is not what was written."""


class _Chunks:
    def __init__(self, key: str, heading: bytes) -> None:
        salt, self._prefix = heading[-SALT - PREFIX : -PREFIX], heading[-PREFIX:]
        secret = Scrypt(salt=salt, length=32, n=1 << 14, r=8, p=1).derive(key.encode())
        self._cipher, self._heading, self._count = AESGCM(secret), heading, 0

    def _nonce(self, last: bool) -> bytes:
        nonce = self._prefix + self._count.to_bytes(4, "big") + bytes([last])
        self._count += 1
        return nonce

    def sealed(self, chunk: bytes, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), chunk, self._heading)

    def opened(self, chunk: bytes, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(last), chunk, self._heading)
        except InvalidTag as error:
            raise Unsealable(
                "the key does not fit, or the file was changed or cut off; expected the SANBAO_BACKUP_KEY with which "
                "it was written, and the whole file"
            ) from error


class Sealing(io.RawIOBase):
    """Writes into `file` what is written to it, sealed. Only `finish` ends the stream; else its end cannot be read."""

    def __init__(self, file: IO[bytes], key: str) -> None:
        heading = MAGIC + os.urandom(SALT) + os.urandom(PREFIX)
        file.write(heading)
        self._file, self._chunks, self._waiting = file, _Chunks(key, heading), bytearray()

    def writable(self) -> bool:
        return True

    def write(self, given: "ReadableBuffer") -> int:
        self._waiting += given
        while len(self._waiting) > CHUNK:  # a whole chunk waits, for it may be the last
            self._file.write(self._chunks.sealed(bytes(self._waiting[:CHUNK]), last=False))
            del self._waiting[:CHUNK]
        return memoryview(given).nbytes

    def finish(self) -> None:
        self._file.write(self._chunks.sealed(bytes(self._waiting), last=True))
        self._waiting.clear()


class Unsealing(io.RawIOBase):
    """Reads what was sealed; `file` stands behind MAGIC. Raises Unsealable."""

    def __init__(self, file: IO[bytes], key: str) -> None:
        self._file, self._chunks = file, _Chunks(key, MAGIC + file.read(SALT + PREFIX))
        self._next: bytes | None = file.read(CHUNK + TAG)
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: "WriteableBuffer") -> int:
        room = memoryview(into).cast("B")
        while not self._ready and self._next is not None:
            chunk, after = self._next, self._file.read(CHUNK + TAG)
            self._ready = self._chunks.opened(chunk, last=not after)
            self._next = after or None
        given, self._ready = self._ready[: len(room)], self._ready[len(room) :]
        room[: len(given)] = given
        return len(given)
