"""Files by their media_id: three days, known to all apps of the company."""

import secrets
from dataclasses import dataclass

from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.errors import refused

LASTS = 3 * 24 * 3600
LARGEST = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20}
MAGIC = {"image": (b"\xff\xd8\xff", b"\x89PNG"), "voice": (b"#!AMR",)}


@dataclass(frozen=True)
class File:
    kind: str
    name: str
    content: bytes
    created: float


class Files:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_id: dict[str, File] = {}
        self.uploads = 0

    def keep(self, kind: str, name: str, content: bytes) -> str:
        media_id = "3" + secrets.token_urlsafe(40)
        self._by_id[media_id] = File(kind, name, content, self._clock.now())
        return media_id

    def upload(self, kind: str, name: str, content: bytes) -> dict[str, object]:
        if kind not in LARGEST:
            raise refused(40004, "invalid media type")
        if not 5 < len(content) <= LARGEST[kind]:
            raise refused(40006 if len(content) > 5 else 44001, f"{len(content)} bytes")
        if not content.startswith(MAGIC.get(kind, (b"",))):
            raise refused(40009 if kind == "image" else 40058, "file format")
        self.uploads += 1
        created = str(int(self._clock.now()))
        return {"type": kind, "media_id": self.keep(kind, name, content), "created_at": created}

    def get(self, media_id: str) -> File:
        file = self._by_id.get(media_id)
        if file is None or file.created + LASTS <= self._clock.now():
            raise refused(40007)
        return file
