"""How typed text is compared: one place, so that every word list forgives the same slips."""

import unicodedata


def plain(text: str) -> str:
    """Text as it is compared: full-width to half-width, no spaces, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()
