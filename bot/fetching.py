"""Fetching what people sent: as soon as its message was taken, beside the turns, until it is stored or lost.

Rule 1  A report never waits for its photos; a photo that cannot be kept asks its sender for another, once.
Rule 2  A file is what its bytes say, not what its name says; it lies under its hash, under no name of theirs.
Rule 3  The place where a picture was taken is removed from it, whether it came as a photo or as a file.
"""

import asyncio
import hashlib
import io
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
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
TRIES = 60  # some nine hours: an outage of the network must not cost the evidence
LONGEST_WAIT = 600
POLL_SECONDS = 5.0
GPS = 0x8825  # the EXIF directory that says where a photo was taken
XMP_GPS = b"exif:GPS"  # the same in XMP


class Unkeepable(Exception):  # noqa: N818 - it is a fact about the file
    """A file that is not kept; the text says why, to its sender."""


def cleaned(raw: bytes, kind: MediaKind) -> bytes:
    """The bytes to keep. Raises Unkeepable for what is too large, or was sent as a photo and is none."""
    if len(raw) > LONGEST_BYTES:
        raise Unkeepable(f"超过{LONGEST_BYTES // 1024 // 1024}MB")
    try:
        return _without_place(raw)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if kind is MediaKind.PHOTO:
            raise Unkeepable("不是能打开的图片") from error
        return raw
    except Image.DecompressionBombError as error:
        raise Unkeepable("图片尺寸过大") from error


def _without_place(raw: bytes) -> bytes:
    with Image.open(io.BytesIO(raw)) as picture:
        if picture.width * picture.height > LONGEST_PIXELS:
            raise Unkeepable("图片尺寸过大")
        picture.verify()
    with Image.open(io.BytesIO(raw)) as picture:  # after `verify` a picture can only be closed
        exif = picture.getexif()
        if GPS not in exif and XMP_GPS not in raw:
            return raw
        if GPS in exif:
            del exif[GPS]
        return _saved(picture, exif)


def _saved(picture: Image.Image, exif: Image.Exif) -> bytes:
    """The first frame again (phones append a second one, MPO), as it was but for its metadata."""
    target = io.BytesIO()
    quality: dict[str, object] = {"quality": "keep"} if picture.format == "JPEG" else {"quality": 92}
    form = "JPEG" if picture.format == "MPO" else picture.format
    picture.save(target, form, exif=exif, xmp=b"", **quality)
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
        self._cleaning = asyncio.Semaphore(1)  # a large picture takes much memory while it is open

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken.clear()
            if not await self.fetch_wanted():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)

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
            async with self._cleaning:
                kept = await asyncio.to_thread(cleaned, raw, wanted.kind)
            path = await asyncio.to_thread(self._keep, kept, wanted.id)
        except NotSent as error:
            await self._again(wanted, str(error))
        except Unfetchable as error:
            await self._end(wanted, "lost", str(error))
        except Unkeepable as error:
            await self._end(wanted, "refused", str(error))
        except Exception as error:
            log.exception("media %s met a bug", wanted.id)  # which must not keep all the others waiting
            await self._again(wanted, type(error).__name__)
        else:
            values = {"state": "stored", "path": path, "size": len(kept), "sha256": Path(path).name}
            await self._database.run(lambda session: _change(session, wanted.id, values))

    def _keep(self, kept: bytes, media_id: int) -> str:
        digest = hashlib.sha256(kept).hexdigest()
        path = self._folder / digest[:2] / digest
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{media_id}")  # the same picture may be fetched twice at once
            with part.open("wb") as file:
                file.write(kept)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        return str(path.relative_to(self._folder))

    async def _again(self, wanted: MediaFile, note: str) -> None:
        if wanted.attempts + 1 >= TRIES:
            await self._end(wanted, "lost", note)
            return
        wait = timedelta(seconds=min(LONGEST_WAIT, 2 ** min(wanted.attempts, 10)))
        values = {
            "attempts": wanted.attempts + 1,
            "next_try": self._clock.machine() + wait,
            "note": note[:300],
        }
        await self._database.run(lambda session: _change(session, wanted.id, values))

    async def _end(self, wanted: MediaFile, state: str, note: str) -> None:
        now = self._clock.city()
        log.warning("media %s is %s: %s", wanted.id, state, note)

        words = self._city.words
        text = (words.media_refused if state == "refused" else words.media_lost).format(reason=note)

        def write(session: Session) -> None:
            _change(session, wanted.id, {"state": state, "note": note[:300]})
            for contact in people.contacts(session, [wanted.person_id], self._city.running):
                outbox.write(
                    session, address=contact.address, person_id=contact.id, lane=Lane.REPLY, now=now,
                    message=Outgoing(text=text), limit=self._city.show(wanted.channel).text_limit,
                    once=f"media:{wanted.id}:{state}",
                )  # fmt: skip

        await self._database.run(write)


def _change(session: Session, media_id: int, values: dict[str, object]) -> None:
    session.execute(
        update(MediaFile).where(MediaFile.id == media_id, MediaFile.state == "wanted").values(**values)
    )
