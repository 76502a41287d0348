"""Why something cannot be lived through on a copy."""


class CannotLive(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """There is no city to copy, or the time that is asked for cannot be lived through."""
