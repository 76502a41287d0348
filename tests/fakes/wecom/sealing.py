"""WeCom's side of the encryption, written from its description and not from our own code."""

import base64
import hashlib
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class Seal:
    def __init__(self, token: str, encoding_key: str, receiver: str) -> None:
        self._token = token
        self._key = base64.b64decode(encoding_key + "=")
        self.receiver = receiver

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        joined = "".join(sorted([self._token, timestamp, nonce, encrypted]))
        return hashlib.sha1(joined.encode()).hexdigest()  # noqa: S324 - WeCom's own choice

    def close(self, message: bytes, receiver: str | None = None) -> str:
        """The `Encrypt` of a message: base64."""
        whom = (self.receiver if receiver is None else receiver).encode()
        plain = os.urandom(16) + len(message).to_bytes(4, "big") + message + whom
        pad = 32 - len(plain) % 32
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def open(self, encrypted: str) -> bytes:
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        plain = plain[: -plain[-1]]
        length = int.from_bytes(plain[16:20], "big")
        return plain[20 : 20 + length]

    def _cipher(self) -> "Cipher[modes.CBC]":
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
