"""Pictures on their way to WeCom: each is uploaded once, however many members get it.

The media_id is good for three days and belongs to the whole company. It is remembered by what the file holds, so that a
message that is sent again is the same bytes.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Protocol

from bot.channels.channel import Refused

# WeCom's limits, 上传临时素材 (90253): a photo is JPEG or PNG.
LARGEST_PHOTO, LARGEST_FILE = 10 << 20, 20 << 20
_PHOTOS = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png"}
_GOOD_FOR = 2.5 * 24 * 3600
_REMEMBERED = 500


class Uploader(Protocol):
    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """The media_id."""


class Pictures:
    """`epoch` is the machine's clock in seconds; a photo of more than `largest` bytes goes as a file."""

    def __init__(self, uploader: Uploader, epoch: Callable[[], float], largest: int = LARGEST_PHOTO) -> None:
        self._uploader = uploader
        self._epoch = epoch
        self._largest = largest
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._uploading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def body(self, content: bytes) -> dict[str, Any]:
        """The message that shows it; as a file what is no photo to WeCom. Raises Refused, and what an upload raises."""
        kind, name = _as(content, self._largest)
        digest = sha256(content).hexdigest()
        async with self._uploading[digest]:
            media_id, until = self._known.get(digest, ("", 0.0))
            if until <= self._epoch():
                media_id = await self._uploader.upload(kind, name, content)
                self._remember(digest, media_id)
        return {"msgtype": kind, kind: {"media_id": media_id}}

    def forget(self, content: bytes) -> None:
        """WeCom knows the file no more."""
        self._known.pop(sha256(content).hexdigest(), None)

    def _remember(self, digest: str, media_id: str) -> None:
        self._known[digest] = (media_id, self._epoch() + _GOOD_FOR)
        while len(self._known) > _REMEMBERED:
            oldest, _ = self._known.popitem(last=False)
            self._uploading.pop(oldest, None)


def _as(content: bytes, largest: int) -> tuple[str, str]:
    suffix = next((suffix for magic, suffix in _PHOTOS.items() if content.startswith(magic)), "")
    if suffix and len(content) <= largest:
        return "image", f"photo.{suffix}"
    if len(content) <= LARGEST_FILE:
        return "file", f"file.{suffix or 'bin'}"
    raise Refused(f"a file of {len(content)} bytes; WeCom takes {LARGEST_FILE}")
