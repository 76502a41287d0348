"""Pictures of charts: drawn by a process of its own, kept until others need the room.

Rule 1  The child is started for the first picture and draws one after the other: what it costs, in memory and in the
        seconds of its start, costs nobody else. If it dies or takes too long it is ended, and the next picture starts
        another; if we die, it ends, for nobody is at the other end of its pipe.
Rule 2  Drawing has no effect but a file named by what it shows and by how this version draws. So a picture that many
        people get is drawn once, and a crash between drawing and sending costs nothing.
Rule 3  A picture that cannot be had raises NotDrawn, and its words go without it (bot/delivery.py).

`python -m bot.drawing MEMORY` is the child: charts as JSON in, PNGs out, each after four bytes that say how long it is;
a picture of no bytes is one that it could not draw.
"""

import asyncio
import contextlib
import hashlib
import os
import resource
import signal
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter

from storage.charts import Chart

MOST_MEMORY = 1_500_000_000  # bytes of address space; matplotlib maps far more than it uses
DRAWN_WITHIN = 15.0  # seconds: the child's start included, which on a bare machine takes two or three
HAD_WITHIN = (
    25.0  # seconds, the wait for others' pictures included; a claimed row's lease leaves 30 before its send
)
KEPT = 500  # pictures of 20 to 200 kB

_CHART: TypeAdapter[Chart] = TypeAdapter(Chart)


class NotDrawn(Exception):  # noqa: N818 - it is a fact about the picture, and stands in the row's note
    """There is no picture of this chart; why is said in English, for who keeps the program."""


class Gallery:
    """`await picture(chart)` gives a PNG, or raises NotDrawn."""

    def __init__(
        self, folder: Path, *, drawn_within: float = DRAWN_WITHIN, had_within: float = HAD_WITHIN, kept: int = KEPT
    ) -> None:  # fmt: skip
        self._folder = folder
        self._drawn_within = drawn_within
        self._had_within = had_within
        self._kept = kept
        self._one_by_one = asyncio.Lock()
        self._child: Process | None = None
        self._edition = _edition()

    @property
    def child(self) -> int | None:
        """The process that draws, if there is one."""
        return self._child.pid if self._child and self._child.returncode is None else None

    async def picture(self, chart: Chart) -> bytes:
        asked = _CHART.dump_json(chart)
        path = self._folder / f"{hashlib.sha256(self._edition + asked).hexdigest()}.png"
        try:
            async with asyncio.timeout(self._had_within):
                return await asyncio.to_thread(_read, path) or await self._draw(path, asked)
        except TimeoutError:
            raise NotDrawn("no picture in time") from None
        except OSError as error:
            raise NotDrawn(f"no picture: {error}") from error

    async def close(self) -> None:
        """Ends the child. Whoever still waits for a picture gets none."""
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _draw(self, path: Path, asked: bytes) -> bytes:
        async with self._one_by_one:
            if drawn := await asyncio.to_thread(_read, path):  # while we waited, for someone else
                return drawn
            drawn = await self._drawn(asked)
            await asyncio.to_thread(self._keep, path, drawn)
            return drawn

    async def _drawn(self, asked: bytes) -> bytes:
        """One question to the child. Whatever goes wrong with it, it is not asked again."""
        whole = False
        try:
            async with asyncio.timeout(self._drawn_within):
                drawn = await _ask(await self._ready(), asked)
            whole = True
        except (asyncio.IncompleteReadError, ConnectionError):
            raise NotDrawn("the process that draws has died") from None
        finally:
            if not whole:
                await self.close()
        if not drawn:
            raise NotDrawn("the chart could not be drawn; the log says why")
        return drawn

    async def _ready(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            own = {"MPLCONFIGDIR": str(self._folder / "matplotlib"), "OPENBLAS_NUM_THREADS": "1"}
            command = (sys.executable, "-m", "bot.drawing", str(MOST_MEMORY))
            self._child = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, env=os.environ | own
            )
        return self._child

    def _keep(self, path: Path, drawn: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")  # another process may draw the same at this moment
        part.write_bytes(drawn)
        part.replace(path)
        oldest_first = sorted(self._folder.glob("*.png"), key=lambda each: each.stat().st_mtime_ns)
        for each in oldest_first[: -self._kept]:
            each.unlink(missing_ok=True)


def _edition() -> bytes:
    """How this version draws, as a hash of what it draws with: another version's pictures are not shown."""
    sources = [
        each
        for package in ("reminders.pictures", "reminders.wording")
        for each in sorted(files(package).iterdir(), key=lambda each: each.name)
        if each.name.endswith(".py")
    ]
    return hashlib.sha256(b"".join(each.read_bytes() for each in sources)).digest()


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


async def _ask(child: Process, asked: bytes) -> bytes:
    if child.stdin is None or child.stdout is None:
        raise ConnectionError("no pipe")
    child.stdin.write(len(asked).to_bytes(4) + asked)
    await child.stdin.drain()
    return await child.stdout.readexactly(int.from_bytes(await child.stdout.readexactly(4)))


def main(memory: int) -> None:
    """The child. What a library prints must not fall among the pictures, so it goes to where errors go."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the program, which then ends us
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    pictures = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _draw_all(sys.stdin.buffer, pictures)


def _draw_all(charts: BinaryIO, pictures: BinaryIO) -> None:
    while length := charts.read(4):
        asked = charts.read(int.from_bytes(length))
        drawn = _draw_or_nothing(asked)
        pictures.write(len(drawn).to_bytes(4) + drawn)
        pictures.flush()


def _draw_or_nothing(asked: bytes) -> bytes:
    from reminders.pictures.draw import draw  # matplotlib, which only the child may import

    try:
        return draw(_CHART.validate_json(asked))
    except Exception:
        traceback.print_exc()
        return b""


if __name__ == "__main__":
    main(int(sys.argv[1]))
