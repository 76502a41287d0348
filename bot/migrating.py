"""`sanbao migrate-to URL`: a city on SQLite becomes the same city on PostgreSQL.

Whatever ends it on the way leaves tables without a row there and the file as it is: it is simply called again.
"""

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot import settings as operator
from bot.errands import lock_paths
from bot.lock import hold
from bot.logs import SECRET_WORDS
from bot.plainly import Mistake, said_plainly
from bot.settings import Settings
from storage.database import POSTGRES, engine_for
from storage.ledger_proof import Verdict
from storage.migrate import migrate
from storage.sheets import Progress
from storage.transfer import NotEmpty, NotWhole, transfer


def migrate_to(
    url: Annotated[str, typer.Argument(metavar="URL", help=f"{POSTGRES}USER:PASSWORD@HOST/DATABASE, empty")],
) -> None:
    """Copies a city from SQLite into PostgreSQL, verified; the program must not be running."""
    with said_plainly():
        settings = operator.load()
        address = shown(url)
        if not settings.has_file or not settings.database_file.exists():
            raise Mistake(f"found no SQLite city at {settings.database_file}; expected one to copy.")
        from bot.progress import bars

        try:
            with hold(lock_paths(settings), "migrate-to"), bars() as progress:
                verdict = copied(settings, url, progress)
        except NotEmpty as error:
            raise Mistake(f"{address}: {error}; expected an empty database. Nothing was copied.") from error
        except (NotWhole, DBAPIError) as error:
            raise Mistake(f"{address}: {error} Nothing of it stays there; mend it and call again.") from error
        typer.echo(
            f"{address}: {verdict.rows} rows of the ledger up to the root {verdict.head[:16]}, and every table's rows "
            "counted: the same as here.\nSet SANBAO_DATABASE_URL to it and start the program; DATA_DIR stays as it is."
        )


def copied(settings: Settings, url: str, progress: Progress) -> Verdict:
    now, source, target = datetime.now(UTC), engine_for(settings.database_url), engine_for(url)
    try:
        migrate(target, settings.data_dir, now)
        migrate(source, settings.data_dir, now)
        with source.connect().execution_options(readonly=True) as connection:
            return transfer(connection, target, progress)
    finally:
        source.dispose()
        target.dispose()


def shown(url: str) -> str:
    """Without its password. Raises Mistake."""
    try:
        if url.startswith(POSTGRES):
            address = make_url(url).difference_update_query(SECRET_WORDS)
            return address.render_as_string(hide_password=True)
    except ArgumentError:
        pass
    raise Mistake(
        f"migrate-to: expected {POSTGRES}USER:PASSWORD@HOST/DATABASE (what was found is not shown)."
    )
