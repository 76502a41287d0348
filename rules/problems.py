"""When an open problem is overdue: beyond its limit (办理时限), in days (domain: 7)."""

from datetime import date

from rules.book import Book


def days_overdue(book: Book, category: str, filed: date, due: date | None, today: date) -> int:
    """How many days a problem is beyond its limit; 0 if it is not, or has none.

    `due` is its own limit, once somebody holds it; until then that of its category counts from the day it was filed.
    """
    if due is not None:
        return max(0, (today - due).days)
    found = book.category(category)
    if found is None or found.days is None:
        return 0
    return max(0, (today - filed).days - found.days)
