"""Leaving the bad rows of a file out, on request: they are listed, and what refers to them is left out too."""

from collections.abc import Iterable

from storage.cells import plain
from storage.entries import MILESTONES, PEOPLE, PROJECTS, UNITS, Book, CellError, Entry

Place = tuple[str, int]  # sheet and row


def without_unreadable(book: Book) -> tuple[Book, tuple[CellError, ...]]:
    """The book without the errors of rows that reading has left out already. Whole sheets cannot be left out."""
    left = tuple(error for error in book.errors if error.row)
    rest = tuple(error for error in book.errors if not error.row)
    # From now on nobody may refer to what was left out, so nothing counts as spoiled any more.
    changes = {"errors": rest, "spoiled": frozenset(), "left": book.left | book.spoiled}
    return book.model_copy(update=changes), left


def rows_with_errors(book: Book, errors: Iterable[CellError]) -> set[Place]:
    """The rows of the book that errors name."""
    return {(error.sheet, error.row) for error in errors} & {
        _place(sheet, entry) for sheet, entries in _rows(book).items() for entry in entries
    }


def without(book: Book, bad: set[Place]) -> Book:
    rows = _rows(book)
    names = {
        plain(str(getattr(entry, name)))
        for sheet, entries in rows.items()
        for entry in entries
        for name in ("name", "number")
        if _place(sheet, entry) in bad and hasattr(entry, name)
    }
    kept = {
        sheet: tuple(entry for entry in entries if _place(sheet, entry) not in bad)
        for sheet, entries in rows.items()
    }
    if book.ledger is not None:
        return book.model_copy(update={"ledger": kept[PROJECTS], "left": book.left | names})
    return book.model_copy(
        update={
            "units": kept[UNITS],
            "people": kept[PEOPLE],
            "projects": kept[PROJECTS],
            "milestones": kept[MILESTONES] if book.milestones is not None else None,
            "left": book.left | names,
        }
    )


def _rows(book: Book) -> dict[str, tuple[Entry, ...]]:
    if book.ledger is not None:
        return {PROJECTS: book.ledger}
    return {
        UNITS: book.units,
        PEOPLE: book.people,
        PROJECTS: book.projects,
        MILESTONES: book.milestones or (),
    }


def _place(sheet: str, entry: Entry) -> Place:
    return entry.sheet or sheet, entry.row
