"""Files that the bot sends: uploaded in chunks, by sessions that outlive a connection."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

from tests.fakes.aibot.rates import Counters
from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.errors import refused
from tests.fakes.wecom.screens import Json

MB = 1024 * 1024
CHUNK = 512 * 1024
SESSION = 30 * 60
KEPT = 3 * 24 * 3600
LARGEST = {"image": 2 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


@dataclass
class Session:
    kind: str
    name: str
    size: int
    chunks: int
    md5: str
    until: float
    got: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    kind: str
    name: str
    content: bytes
    until: float


class Uploads:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._files: dict[str, File] = {}
        self._rate = Counters(clock)

    def init(self, body: Json) -> Json:
        self._rate.count("uploads")
        kind, name, size, chunks = (body[key] for key in ("type", "filename", "total_size", "total_chunks"))
        if kind not in LARGEST or not 5 <= size <= LARGEST[kind]:
            raise refused(40058, f"{kind} of {size} bytes")
        if not 1 <= chunks <= 100 or not 1 <= len(name.encode()) <= 256:
            raise refused(40058, "total_chunks or filename")
        upload = secrets.token_urlsafe(24)
        until = self._clock.now() + SESSION
        self._sessions[upload] = Session(kind, name, size, chunks, body.get("md5", ""), until)
        return {"upload_id": upload}

    def chunk(self, body: Json) -> Json:
        session, index = self._session(body), body["chunk_index"]
        if not isinstance(index, int) or not 0 <= index < session.chunks:
            raise refused(40058, "chunk_index")
        try:
            part = base64.b64decode(body["base64_data"], validate=True)
        except binascii.Error:
            raise refused(40058, "base64_data") from None
        if not 0 < len(part) <= CHUNK:
            raise refused(40058, "chunk too large")
        session.got.setdefault(index, part)
        return {}

    def finish(self, body: Json) -> Json:
        session = self._session(body)
        content = b"".join(session.got[index] for index in sorted(session.got))
        if len(session.got) != session.chunks or len(content) != session.size:
            raise refused(40058, "chunks are missing")
        if session.md5 and hashlib.md5(content, usedforsecurity=False).hexdigest() != session.md5:
            raise refused(40058, "md5")
        if session.kind == "image" and not content.startswith(IMAGES):
            raise refused(40058, "no image that is shown")
        del self._sessions[body["upload_id"]]
        media, now = secrets.token_urlsafe(32), self._clock.now()
        self._files[media] = File(session.kind, session.name, content, now + KEPT)
        return {"type": session.kind, "media_id": media, "created_at": int(now)}

    def _session(self, body: Json) -> Session:
        session = self._sessions.get(body["upload_id"])
        if session is None or session.until <= self._clock.now():
            raise refused(40058, "upload_id")
        return session

    def file(self, media: str, kind: str) -> File:
        """What a message of that kind shows."""
        found = self._files.get(media)
        if found is None or found.until <= self._clock.now() or found.kind != kind:
            raise refused(40007)
        return found
