"""Keeps a file of the ledger's daily roots beside the database, to be copied elsewhere: day, rows, root, one a line.

What it lacks follows from its last line, so a start, a crash or a second process adds nothing twice.
"""

import asyncio
import os
from datetime import date
from pathlib import Path

from bot.watching.pulse import Pulse
from storage import ledger_roots
from storage.database import Database
from storage.ledger_roots import Root

NAME = "ledger-roots.txt"
EVERY_SECONDS = 600.0


class Anchoring:
    """`await run()` adds what has been drawn since, at once and then every ten minutes, until it is cancelled."""

    def __init__(self, *, database: Database, folder: Path) -> None:
        self._database = database
        self._file = folder / NAME
        self.pulse = Pulse()

    async def run(self) -> None:
        while True:
            await self.keep()
            self.pulse.beat()
            await asyncio.sleep(EVERY_SECONDS)

    async def keep(self) -> None:
        last = await asyncio.to_thread(_last_day, self._file)
        roots = await self._database.read(lambda session: list(ledger_roots.after(session, last)))
        if roots:
            await asyncio.to_thread(_append, self._file, roots)


def _last_day(file: Path) -> date:
    """The day of the last whole line; a line that a crash has cut off is ended, and its day told again."""
    lines = file.read_text("ascii", errors="replace").split("\n")[:-1] if file.exists() else []
    days = (line.split(" ")[0] for line in reversed(lines) if line.count(" ") == 2)
    return next((date.fromisoformat(day) for day in days), date.min)


def _append(file: Path, roots: list[Root]) -> None:
    broken = file.exists() and not file.read_bytes().endswith(b"\n")
    with open(file, "a", encoding="ascii", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        opened.write("\n" if broken else "")
        opened.writelines(f"{root.day.isoformat()} {root.rows} {root.hash}\n" for root in roots)
        opened.flush()
        os.fsync(opened.fileno())
