"""Registry workbooks sent in chat: read once their file is stored, and shown to whoever sent them.

Rule 1  reading is slow, so it happens in a process of its own (`bot/apart.py`), outside of any transaction;
        planning happens on a snapshot. What was read and its preview are written together, in one short transaction.
Rule 2  nothing is remembered here: what is to be read follows from rows. A file is marked before it is read, so
        that one which takes the program down is answered by the next program, and not read by it again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.apart import read_apart
from bot.clock import Clock
from bot.watching.pulse import Pulse
from handlers import previewing
from handlers.city import City
from storage import registry, workbook, workbooks
from storage.database import Database
from storage.entries import Book, CellError
from storage.preview import Preview
from storage.tables.reporting import MediaFile

log = logging.getLogger(__name__)

POLL_SECONDS = 2.0


def unread(found: str, expected: str) -> Book:
    """What is kept of a file that could not be read."""
    error = CellError(sheet="文件", row=0, column="", found=found, expected=expected)
    return Book(sha256="", whole=False, errors=(error,))


UNREADABLE = unread("读的时候出错", "能读的 .xlsx；请告诉管理员")
CUT_OFF = unread("读到一半程序停了", "再发一次；又停的话，把文件拆小再发")


class Workbooks:
    """`await run()` reads what is stored until it is cancelled."""

    def __init__(
        self, *, database: Database, city: City, clock: Clock,
        stored: Callable[[int], Awaitable[bytes | None]], after: Callable[[], None],
    ) -> None:  # fmt: skip
        self._database = database
        self._city = city
        self._clock = clock
        self._stored = stored
        self._after = after
        self.pulse = Pulse()

    async def run(self) -> None:
        while True:
            self.pulse.beat()
            await self.read_stored()
            await asyncio.sleep(POLL_SECONDS)

    async def read_stored(self) -> int:
        """Reads every workbook that waits, one after the other: each may take much memory."""
        now = self._clock.city()
        today = now.astimezone(self._city.zone).date()
        await self._answer_cut_off(now)
        files = await self._database.read(lambda session: list(workbooks.unread(session, now, today)))
        for file in files:
            await self._read(file, now)
        return len(files)

    async def _answer_cut_off(self, now: datetime) -> None:
        """Files are read one after the other, so what is marked and not read was left by a program that ended."""

        def write(session: Session) -> int:
            rows = workbooks.cut_off(session)
            for row in rows:
                file = session.get_one(MediaFile, row.media_id)
                self._keep(session, file, CUT_OFF, registry.plan(session, CUT_OFF), now)
            return len(rows)

        if await self._database.read(lambda session: len(workbooks.cut_off(session))):
            await self._database.run(write)
            self._after()

    async def _read(self, file: MediaFile, now: datetime) -> None:
        await self._database.run(lambda session: workbooks.begin(session, file.id, file.person_id, now))
        content = await self._stored(file.id)
        try:
            book = await read_apart(content or b"")
        except Exception:
            log.exception("workbook %s could not be read", file.id)  # and must not be again every two seconds
            book = UNREADABLE
        book = workbook.up_to(book, now.astimezone(self._city.zone).date())
        book = await asyncio.to_thread(registry.spelled, book)
        preview = await self._database.read(lambda session: registry.plan(session, book))
        log.info("workbook %s: %s rows, %s errors", file.id, _rows(book), len(preview.errors))

        def write(session: Session) -> None:
            self._keep(session, file, book, preview, now)

        await self._database.run(write)
        self._after()

    def _keep(self, session: Session, file: MediaFile, book: Book, preview: Preview, now: datetime) -> None:
        workbooks.keep(session, file.id, file.person_id, book, now)
        previewing.tell(session, self._city, file, preview, now)


def _rows(book: Book) -> int:
    return len(book.units) + len(book.people) + len(book.projects) + len(book.milestones or ())
