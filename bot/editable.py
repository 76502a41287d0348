"""The files that an office edits, rules and words: read, and every mistake in them said plainly."""

from pathlib import Path

from handlers import words
from handlers.words import Words
from rules import book


class Unreadable(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """A file that cannot be read as text."""


def rules_text(path: Path | None) -> str | None:
    """The text of a rules file without a mistake in it; None for the built-in rules. Raises BookError, Unreadable."""
    if path is None:
        return None
    text = _read(path)
    book.load(text, str(path))
    return text


def sentences(path: Path | None) -> Words:
    """The sentences with those of a words file. Raises BookError, Unreadable."""
    return words.load(_read(path), str(path)) if path else words.load(None)


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
