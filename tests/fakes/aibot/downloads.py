"""Files that people send: a link that lives five minutes, behind it the file encrypted with a key of its own.

Written from the rule in the documents (AES-256-CBC, PKCS#7 padded to 32 bytes, the IV is the key's first half).
"""

import base64
import os
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.fakes.handed_out import HANDED_OUT
from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.screens import Json

LIVES = 5 * 60
BLOCK = 32


@dataclass(frozen=True)
class Stored:
    secret: bytes
    name: str
    until: float


class Downloads:
    def __init__(self, clock: Clock) -> None:
        self.padded_keys = False
        """Whether the keys come with the `=` that base64 asks for."""
        self.base = ""
        self.fetched: list[str] = []
        self._clock = clock
        self._stored: dict[str, Stored] = {}

    def keep(self, content: bytes, name: str) -> Json:
        """What stands in the message: url and aeskey."""
        key, number = os.urandom(32), secrets.token_urlsafe(16)
        self._stored[number] = Stored(encrypted(content, key), name, self._clock.now() + LIVES)
        text = base64.b64encode(key).decode()
        HANDED_OUT.add(text.rstrip("="))
        return {
            "url": f"{self.base}/media/{number}?sign=1",
            "aeskey": text if self.padded_keys else text.rstrip("="),
        }

    async def serve(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        stored = self._stored.get(number)
        if stored is None or stored.until <= self._clock.now():
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        self.fetched.append(number)
        named = f"attachment; filename=\"file\"; filename*=UTF-8''{quote(stored.name)}"
        return web.Response(body=stored.secret, headers={"Content-Disposition": named})


def encrypted(content: bytes, key: bytes) -> bytes:
    pad = BLOCK - len(content) % BLOCK
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return cipher.update(content + bytes([pad]) * pad) + cipher.finalize()
