"""Fetching what people sent: as soon as its message was taken, beside the turns, until it is stored or lost.

Rule 1  A report never waits for its photos; one that cannot be kept asks its sender for another, once.
Rule 2  Its size is held against the rules in force before it is fetched (where the platform says it), while it is
        read and afterwards. What it is, and that it says no place, is seen to by `bot/media`.
Rule 3  It lies under its hash, under no name of theirs; their own name for it stays in its row.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import PurePosixPath

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Named, NotSent, TooLarge, Unfetchable
from bot.clock import Clock
from bot.media.cleaning import cleaned
from bot.media.shelf import Changed, Shelf
from bot.media.unkeepable import Unkeepable, too_large
from bot.watching.pulse import Pulse
from handlers.city import City
from rules.kinds import Lane
from storage import media, outbox, people, photos
from storage import rules as stored_rules
from storage.database import Database
from storage.messages import Account, MediaKind, Outgoing
from storage.tables.reporting import MediaFile

log = logging.getLogger(__name__)

TRIES = 60  # some nine hours: an outage of the network must not cost the evidence
LONGEST_WAIT = 600
POLL_SECONDS = 5.0
LONGEST_NAME = 200


class Fetching:
    """`await run()` fetches until it is cancelled."""

    def __init__(
        self, *, database: Database, channels: Mapping[Account, Channel], city: City, clock: Clock,
        shelf: Shelf,
    ) -> None:  # fmt: skip
        self._database = database
        self._channels = channels
        self._city = city
        self._clock = clock
        self._shelf = shelf
        self.pulse = Pulse()
        self._woken = asyncio.Event()
        self._cleaning = asyncio.Semaphore(1)  # a large picture takes much memory while it is open

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken.clear()
            self.pulse.beat()
            if not await self.fetch_wanted():
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):  # wait_for loses a stop that meets a wake-up
                        await self._woken.wait()

    async def fetch_wanted(self) -> int:
        machine = self._clock.machine()
        wanted = await self._database.read(lambda session: list(media.wanted(session, machine, 8)))
        if wanted:
            limits = await self._database.read(lambda session: stored_rules.in_force(session).book.media)
            await asyncio.gather(*(self._fetch(each, limits.largest(each.channel)) for each in wanted))
        return len(wanted)

    async def read(self, media_id: int) -> bytes | None:
        """The bytes of a stored file, for sending it along; None if there are none, or no longer the same."""
        row = await self._database.read(lambda session: session.get(MediaFile, media_id))
        if row is None or row.state != "stored" or not row.path:
            return None
        try:
            raw = await self._shelf.read(row.path)
        except Changed:
            log.error(
                "media %s was changed on the disk: its bytes are not those of its hash; not sent", row.id
            )
            return None
        if raw is None:
            log.error("media %s is gone from the disk", row.id)
        return raw

    async def _fetch(self, wanted: MediaFile, limit: int) -> None:
        try:
            file = await self._file(wanted, limit)
            async with self._cleaning:
                kept = await asyncio.to_thread(cleaned, file.content, wanted.kind, file.name)
            await self._keep(wanted, kept, file.name)
        except NotSent as error:
            await self._again(wanted, str(error))
        except Unfetchable as error:
            await self._lose(wanted, str(error))
        except TooLarge as error:
            await self._refuse(wanted, too_large(error.found, limit))
        except Unkeepable as error:
            await self._refuse(wanted, error)
        except Exception as error:
            log.exception("media %s met a bug", wanted.id)  # which must not keep all the others waiting
            await self._again(wanted, type(error).__name__)

    async def _file(self, wanted: MediaFile, limit: int) -> Named:
        if wanted.size is not None and wanted.size > limit:
            raise TooLarge(wanted.size)
        channel = self._channels.get((wanted.channel, wanted.account))
        if channel is None:
            raise NotSent("its channel is not configured")
        found = await channel.fetch(wanted.reference, limit)
        file = found if isinstance(found, Named) else Named(found, "")
        if len(file.content) > limit:
            raise TooLarge(len(file.content))
        return Named(file.content, wanted.name or file.name[:LONGEST_NAME])

    async def _keep(self, wanted: MediaFile, kept: bytes, name: str) -> None:
        async with self._shelf.guard:
            path = await self._shelf.put(kept)
            sha256 = PurePosixPath(path).name
            values = {"state": "stored", "path": path, "size": len(kept), "sha256": sha256, "name": name}
            now = self._clock.city()

            def write(session: Session) -> None:
                _change(session, wanted.id, values)
                photos.follow(session, wanted.id, now)

            await self._database.run(write)

    async def _again(self, wanted: MediaFile, note: str) -> None:
        if wanted.attempts + 1 >= TRIES:
            await self._lose(wanted, note)
            return
        wait = timedelta(seconds=min(LONGEST_WAIT, 2 ** min(wanted.attempts, 10)))
        values = {
            "attempts": wanted.attempts + 1,
            "next_try": self._clock.machine() + wait,
            "note": note[:300],
        }
        await self._database.run(lambda session: _change(session, wanted.id, values))

    async def _refuse(self, wanted: MediaFile, why: Unkeepable) -> None:
        words = self._city.words
        text = words.media_refused.format(what=self._called(wanted), reason=why.sentence(words))
        await self._end(wanted, "refused", str(why), text)

    async def _lose(self, wanted: MediaFile, note: str) -> None:
        await self._end(wanted, "lost", note, self._city.words.media_lost.format(what=self._called(wanted)))

    def _called(self, wanted: MediaFile) -> str:
        """Which of the files it was, as far as its sender can know it by a name."""
        words = self._city.words
        if wanted.name:
            return words.media_named.format(name=wanted.name)
        return words.media_photo if wanted.kind is MediaKind.PHOTO else words.media_file

    async def _end(self, wanted: MediaFile, state: str, note: str, text: str) -> None:
        """It will not come. What is sent next fills its place (handlers/evidence.py), and its sender is told so."""
        now, words = self._clock.city(), self._city.words
        log.warning("media %s is %s: %s", wanted.id, state, note)

        def write(session: Session) -> None:
            _change(session, wanted.id, {"state": state, "note": note[:300]})
            photos.forget(session, wanted.id)
            part_of = media.belonging(session, session.get_one(MediaFile, wanted.id))
            asked = words.media_asked_for.format(number=part_of.number) if part_of else words.media_stands
            for contact in people.contacts(session, [wanted.person_id], self._city.running):
                outbox.write(
                    session, address=contact.address, person_id=contact.id, lane=Lane.REPLY, now=now,
                    message=Outgoing(text=f"{text}{asked}"), limit=self._city.show(wanted.channel).text_limit,
                    once=f"media:{wanted.id}:{state}",
                )  # fmt: skip

        await self._database.run(write)


def _change(session: Session, media_id: int, values: dict[str, object]) -> None:
    session.execute(
        update(MediaFile).where(MediaFile.id == media_id, MediaFile.state == "wanted").values(**values)
    )
