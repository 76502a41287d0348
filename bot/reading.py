"""Looking into the city's database from beside it: without its lock, whether or not a server runs on it.

What is read is one snapshot; nothing is written, and nobody waits.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect

from bot.plainly import Mistake
from bot.settings import Settings
from storage.database import engine_for


def expect_database(settings: Settings) -> None:
    """Raises Mistake if the city's file is not there."""
    if settings.has_file and not settings.database_file.exists():
        raise Mistake(
            f"{settings.database_file}: found no database; expected the city's. Check SANBAO_DATA_DIR."
        )


@contextmanager
def snapshot(settings: Settings) -> Iterator[Connection]:
    """A connection to a city that is there, in one reading transaction. Raises Mistake if there is none."""
    expect_database(settings)
    engine = engine_for(settings.database_url)
    try:
        with engine.connect().execution_options(readonly=True) as connection:
            if not inspect(connection).has_table("ledger"):
                raise Mistake(
                    f"{engine.url.render_as_string()}: found no ledger; expected a city that was served once."
                )
            yield connection
    finally:
        engine.dispose()
