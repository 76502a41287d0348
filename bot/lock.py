"""Who has the city: one process at a time, by a lock that the kernel frees when the process dies.

`serve` holds it as long as it runs; a command that finds it free holds it while it works, and one that
finds it held goes to the holder through its socket (`bot/errands.py`).
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from bot.settings import make_folder, unusable


class Held(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """Another process has the city."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(
            f"{path}: held by {holder}; expected it free, for two programs on one database would send twice. "
            "Stop that one first, or give this one a SANBAO_DATA_DIR and SANBAO_DATABASE_URL of its own."
        )
        self.holder = holder


@contextmanager
def hold(paths: Iterable[Path], what: str) -> Iterator[None]:
    """Holds every lock file; `what` and the process id are written in for who comes second.

    Raises Held, and SettingsError where no lock file can be.
    """
    with ExitStack() as locks:
        for path in sorted(set(paths)):
            locks.enter_context(_held(path, what))
        yield


@contextmanager
def _held(path: Path, what: str) -> Iterator[None]:
    make_folder(path.parent)
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Held(path, file.read().strip() or "another process") from None
        _write(file.fileno(), f"process {os.getpid()} (sanbao {what})\n")
        yield
        _write(file.fileno(), "")


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise unusable(path.parent, error) from error


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
