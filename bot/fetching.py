"""Fetching what people sent: as soon as its message was taken, beside the turns, until it is stored or cannot be had.

Rule 1  A report never waits for its photos; a photo that cannot be kept asks its sender for another, once.
Rule 2  A file is what its bytes say, not what its name says; it lies under its hash, never under a name of theirs.
Rule 3  The place where a photo was taken is removed from it.
"""

import asyncio
import hashlib
import io
import logging
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, NotSent, Unfetchable
from bot.clock import Clock
from handlers.city import City
from rules.kinds import Lane
from storage import media, outbox, people
from storage.database import Database
from storage.messages import MediaKind, Outgoing
from storage.tables.reporting import MediaFile

log = logging.getLogger(__name__)

LONGEST_BYTES = 20 * 1024 * 1024
LONGEST_PIXELS = 60_000_000
TRIES = 8
POLL_SECONDS = 5.0
GPS = 0x8825  # the EXIF directory that says where a photo was taken


class Unkeepable(Exception):  # noqa: N818 - it is a fact about the file
    """A file that is not kept; the text says why, to its sender."""


def cleaned(raw: bytes, kind: MediaKind) -> bytes:
    """The bytes to keep. Raises Unkeepable for what is too large, or no picture although it was sent as one."""
    if len(raw) > LONGEST_BYTES:
        raise Unkeepable(f"超过{LONGEST_BYTES // 1024 // 1024}MB")
    if kind is not MediaKind.PHOTO:
        return raw
    try:
        with Image.open(io.BytesIO(raw)) as picture:
            if picture.width * picture.height > LONGEST_PIXELS:
                raise Unkeepable("图片尺寸过大")
            exif = picture.getexif()
            if GPS not in exif:
                picture.verify()
                return raw
            del exif[GPS]
            return _saved(picture, exif)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Unkeepable("不是能打开的图片") from error


def _saved(picture: Image.Image, exif: Image.Exif) -> bytes:
    target = io.BytesIO()
    quality = {"quality": "keep"} if picture.format == "JPEG" else {}
    picture.save(target, picture.format, exif=exif, **quality)
    return target.getvalue()


class Fetching:
    """`await run()` fetches until it is cancelled."""

    def __init__(
        self, *, database: Database, channels: Mapping[tuple[str, str], Channel], city: City, clock: Clock,
        folder: Path,
    ) -> None:  # fmt: skip
        self._database = database
        self._channels = channels
        self._city = city
        self._clock = clock
        self._folder = folder
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken.clear()
            if not await self.fetch_wanted():
                try:
                    await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
                except TimeoutError:
                    pass

    async def fetch_wanted(self) -> int:
        machine = self._clock.machine()
        wanted = await self._database.read(lambda session: list(media.wanted(session, machine, 8)))
        await asyncio.gather(*(self._fetch(each) for each in wanted))
        return len(wanted)

    async def read(self, media_id: int) -> bytes | None:
        """The bytes of a stored file, for sending it along; None if there are none."""
        row = await self._database.read(lambda session: session.get(MediaFile, media_id))
        if row is None or row.state != "stored" or not row.path:
            return None
        return await asyncio.to_thread((self._folder / row.path).read_bytes)

    async def _fetch(self, wanted: MediaFile) -> None:
        channel = self._channels.get((wanted.channel, wanted.account))
        try:
            if channel is None:
                raise NotSent("its channel is not configured")
            raw = await channel.fetch(wanted.reference)
            kept = await asyncio.to_thread(cleaned, raw, wanted.kind)
            path = await asyncio.to_thread(self._keep, kept)
        except NotSent as error:
            await self._again(wanted, str(error))
        except Unfetchable as error:
            await self._end(wanted, "lost", str(error))
        except Unkeepable as error:
            await self._end(wanted, "refused", str(error))
        else:
            values = {"state": "stored", "path": path, "size": len(kept), "sha256": Path(path).name}
            await self._database.run(lambda session: _change(session, wanted.id, values))

    def _keep(self, kept: bytes) -> str:
        digest = hashlib.sha256(kept).hexdigest()
        path = self._folder / digest[:2] / digest
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(kept)
            part.replace(path)
        return str(path.relative_to(self._folder))

    async def _again(self, wanted: MediaFile, note: str) -> None:
        if wanted.attempts + 1 >= TRIES:
            await self._end(wanted, "lost", note)
            return
        wait = timedelta(seconds=min(600, 2**wanted.attempts))
        values = {
            "attempts": wanted.attempts + 1,
            "next_try": self._clock.machine() + wait,
            "note": note[:300],
        }
        await self._database.run(lambda session: _change(session, wanted.id, values))

    async def _end(self, wanted: MediaFile, state: str, note: str) -> None:
        now = self._clock.city()
        log.warning("media %s is %s: %s", wanted.id, state, note)

        def write(session: Session) -> None:
            _change(session, wanted.id, {"state": state, "note": note[:300]})
            text = self._city.words.media_refused if state == "refused" else self._city.words.media_lost
            for contact in people.contacts(session, [wanted.person_id]):
                outbox.write(
                    session, address=contact.address, person_id=contact.id, lane=Lane.REPLY, now=now,
                    message=Outgoing(text=text.format(reason=note)), limit=self._city.show(wanted.channel).text_limit,
                    once=f"media:{wanted.id}:{state}",
                )  # fmt: skip

        await self._database.run(write)


def _change(session: Session, media_id: int, values: dict[str, object]) -> None:
    session.execute(
        update(MediaFile).where(MediaFile.id == media_id, MediaFile.state == "wanted").values(**values)
    )
