"""What PostgreSQL must be for a city, and what is said where it is not: found, expected, what to do.

Rule 1  No password is ever said: the URL is shown without it, and the server's own words hold none.
"""

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError

OLDEST = 140000
MAKE = "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"

# The server answers a log-in with words alone, without a code; those that it says in English are known here.
_HINTS = (
    ("does not exist", "Make it first, as the server's administrator: {make};"),
    (
        "password",
        "Check user and password in SANBAO_DATABASE_URL (special characters are written as %40 for @).",
    ),
    ("authentication failed", "Check user and password in SANBAO_DATABASE_URL."),
    ("too many", "Raise max_connections of the server: each sanbao process opens up to 14."),
)
_UNREACHED = "Check that the server runs and that SANBAO_DATABASE_URL names its host and port."


def cannot_open(url: URL, error: DBAPIError) -> str:
    """In words, why there is no connection."""
    said = " ".join(str(error.orig).split())
    hint = next((hint for words, hint in _HINTS if words in said), _UNREACHED)
    return (
        f"{shown(url)}: {said}; expected a PostgreSQL server that lets this user into this database. "
        f"{hint.format(make=_make(url))}"
    )


def unfit(connection: Connection) -> str | None:
    """In words, why this database cannot hold a city; None if it can."""
    url = connection.engine.url
    version, encoding, by_bytes, may_create = connection.exec_driver_sql(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), 'B' < 'a',"
        " has_schema_privilege(current_schema(), 'CREATE')"
    ).one()
    if version < OLDEST:
        return (
            f"{shown(url)}: found PostgreSQL {version // 10000}, expected {OLDEST // 10000} or newer. "
            "Move the database to a newer server."
        )
    if encoding != "UTF8" or not by_bytes:
        order = "C" if by_bytes else "a language's"
        return (
            f"{shown(url)}: found encoding {encoding} and {order} order of texts, expected UTF8 and C, for periods and "
            f"chains are compared as texts. Make the database so: {_make(url)};"
        )
    if not may_create:
        user = connection.dialect.identifier_preparer.quote(url.username or "")
        return (
            f"{shown(url)}: found a user who may not make tables there, expected one who may. As the server's "
            f"administrator: ALTER DATABASE {_quoted(url)} OWNER TO {user};"
        )
    return None


def shown(url: URL) -> str:
    return url.difference_update_query(["password"]).render_as_string(hide_password=True)


def _make(url: URL) -> str:
    return MAKE.format(name=_quoted(url))


def _quoted(url: URL) -> str:
    return '"' + (url.database or "").replace('"', '""') + '"'
