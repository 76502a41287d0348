"""What a database's error means, told by the codes of SQLite and PostgreSQL: never by their words."""

from sqlalchemy.exc import DBAPIError, OperationalError

# SQLite's primary result codes that say nothing about what was asked: busy, locked, read-only, I/O error, full,
# cannot open.
_SQLITE_CANNOT = frozenset({5, 6, 8, 10, 13, 14})
# PostgreSQL's classes of the same kind: connection, transaction (of one that was rolled back for another's sake),
# resources (a full disk too), not in the right state (a lock that was not given), stopped by somebody, I/O.
_POSTGRES_CANNOT = ("08", "40", "53", "55", "57", "58")
_READ_ONLY = "25006"
_IDLE_TOO_LONG = "25P03"

_OUTRUN = frozenset({"40001", "40P01"})
_UNIQUE = "23505"


def code(error: DBAPIError) -> str:
    """PostgreSQL's five characters; empty for SQLite, and where no server has spoken."""
    return getattr(error.orig, "sqlstate", None) or ""


def cannot_work(error: DBAPIError) -> bool:
    """Whether the database could not work at all; a statement it does not understand is a bug like any other."""
    if (on_sqlite := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        return on_sqlite & 0xFF in _SQLITE_CANNOT
    found = code(error)
    return is_lost(error) or found == _READ_ONLY or found.startswith(_POSTGRES_CANNOT)


def is_lost(error: DBAPIError) -> bool:
    """Whether the connection is gone, or never came about."""
    never = isinstance(error, OperationalError) and hasattr(error.orig, "sqlstate") and not code(error)
    return error.connection_invalidated or never or code(error) == _IDLE_TOO_LONG


def is_outrun(error: DBAPIError) -> bool:
    """Whether somebody else has changed, meanwhile, what was to be changed here, or each waited for the other."""
    return code(error) in _OUTRUN


def key(error: DBAPIError) -> str | None:
    """Which key is there already (perhaps since a moment ago, out of sight of our snapshot); None for other errors."""
    if code(error) != _UNIQUE:
        return None
    diag = getattr(error.orig, "diag", None)
    return f"{getattr(diag, 'constraint_name', None)} {getattr(diag, 'message_detail', None)}"
