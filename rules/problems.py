"""When an open problem is overdue: beyond the limit of its category (办理时限), in days (domain: 7)."""

from datetime import date

from rules.book import Book


def days_overdue(book: Book, category: str, filed: date, today: date) -> int:
    """How many days a problem that was filed on a day is beyond its limit; 0 if it is not, or has none."""
    found = book.category(category)
    if found is None or found.days is None:
        return 0
    return max(0, (today - filed).days - found.days)
