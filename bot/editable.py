"""The files that an office edits, rules and words: read, and every mistake in them said plainly."""

from dataclasses import dataclass
from pathlib import Path

from handlers.words import Words
from reminders import sentences as unasked
from rules import book
from rules.changes import Change, changes
from rules.mistakes import BookError
from rules.sentences import Templates, load


class Unreadable(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """A file that cannot be read as text."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Everything that the bot says: in conversations, and unasked."""

    text: str
    words: Words
    unasked: Templates


def rules_text(path: Path | None) -> str | None:
    """The text of a rules file without a mistake in it; None for the built-in rules. Raises BookError, Unreadable."""
    if path is None:
        return None
    text = _read(path)
    book.load(text, str(path))
    return text


def sentences(path: Path | None) -> Sentences:
    """The sentences with those of a words file. Raises BookError, Unreadable."""
    return spoken(_read(path), str(path)) if path else spoken("")


def spoken(text: str, name: str = "words file") -> Sentences:
    """The sentences of a words file's text before the built-in ones. Raises BookError, which calls the file `name`."""
    return Sentences(text, *load(text, name, Words, unasked.model()))


def changed(before: str, after: Sentences) -> tuple[Change, ...]:
    """What a words file changes. A text before it that this version does not understand any more said nothing."""
    try:
        old = spoken(before)
    except BookError:
        old = spoken("")
    return (*changes(old.words, after.words), *changes(old.unasked, after.unasked))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # editors of Windows begin a file with a mark
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}; expected a TOML file that can be read.") from error
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{path}: found byte {error.object[error.start]:#04x} at {error.start}, expected UTF-8; "
            "save the file as UTF-8."
        ) from error
