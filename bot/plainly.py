"""How a command ends: what an operator can mend is a sentence on standard error, and a file is whole or not there."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import typer

from bot import editable
from bot import settings as operator
from bot.errands import Unreachable
from bot.lock import Held
from bot.office import WecomRefused
from bot.rehearsal.refusal import CannotLive
from rules.book import BookError
from storage.migrate import MigrationRefused


class Mistake(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """Something in how a command was called."""


SAID_PLAINLY = (
    WecomRefused, Mistake, operator.SettingsError, editable.Unreadable, BookError, Held, Unreachable, MigrationRefused,
    CannotLive,
)  # fmt: skip


@contextmanager
def said_plainly() -> Iterator[None]:
    try:
        yield
    except SAID_PLAINLY as mistake:
        typer.echo(str(mistake), err=True)
        raise typer.Exit(1) from None


@contextmanager
def a_new_workbook(file: Path) -> Iterator[BinaryIO]:
    """A new file under a name by which a spreadsheet program knows what it is."""
    if file.suffix.lower() != ".xlsx":
        raise Mistake(f"{file}: expected a name that ends in .xlsx; what is written is an Excel workbook.")
    with a_new_file(file) as opened:
        yield opened


@contextmanager
def a_new_file(file: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone, that was not there before; it has its name only once all of it is written."""
    try:
        if file.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    except OSError as error:
        raise _not_new(file, error) from error
    part = Path(name)
    try:
        with open(descriptor, "wb") as opened:
            yield opened
        _name(part, file)
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, file: Path) -> None:
    try:
        os.link(part, file)  # and not over a file that somebody has put there meanwhile
    except OSError as error:
        raise _not_new(file, error) from error


def _not_new(file: Path, error: OSError) -> Mistake:
    return Mistake(f"{file}: {error.strerror}; expected a new file that can be written.")
