"""How a command ends: what an operator can mend is a sentence on standard error, and a file is whole or not there."""

import os
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
def a_new_file(file: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone, that was not there before; gone again if what is to be written fails."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Mistake(f"{file}: {error.strerror}; expected a new file that can be written.") from error
    with open(descriptor, "wb") as opened:
        try:
            yield opened
        except BaseException:
            file.unlink()
            raise
