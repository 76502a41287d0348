"""How a command reaches the city: through the running server's socket, or straight into a closed database.

Rule 1  only the holder of the lock opens the database (`bot/lock.py`); whoever comes second asks the holder.
        On PostgreSQL there is no lock: a command goes straight to the database.
Rule 2  the socket is for the account that runs the server: mode 0600 from its first moment.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.lock import Held, hold
from bot.office import Errand, NotDone, Office, Result, carry_out, only_reads
from bot.settings import Settings, SettingsError
from storage.database import Database
from storage.migrate import migrate
from storage.sheets import Progress, nobody

# The kernel takes 108 bytes with the closing NUL on Linux, 104 elsewhere.
LONGEST_PATH = 100
# The holder may be starting, or be another short command; a server answers long before.
PATIENCE_SECONDS = 10
ANSWER_SECONDS = 600


class Unreachable(Exception):  # noqa: N818 - said to an operator, who reads it as a sentence
    """The city is held by a process that does not answer."""


def office_app(
    database: Database,
    office: Office,
    clock: Callable[[], datetime],
    after: Callable[[], None] = lambda: None,
) -> Starlette:
    """The server's side of the socket. `clock` is the machine's; `after` is called after a commit."""

    async def answer(request: Request) -> Response:
        errand = Errand.model_validate_json(await request.body())

        def work(session: Session) -> Result:
            return carry_out(session, errand, clock(), office)

        try:
            if only_reads(errand):  # it may take long: in a thread of its own, and without the writer
                result = await asyncio.to_thread(database.read_now, work)
            else:
                result = await database.run(work)
        except NotDone as refusal:
            result = refusal.result
        else:
            after()
        return Response(result.model_dump_json(), media_type="application/json")

    return Starlette(routes=[Route("/", answer, methods=["POST"])])


def socket_path(settings: Settings) -> Path:
    """Where the socket is: DATA_DIR/sanbao.sock, seen from here if that is shorter. Raises SettingsError."""
    whole = settings.data_dir.absolute() / "sanbao.sock"
    path = min(whole, Path(os.path.relpath(whole)), key=lambda path: len(os.fsencode(path)))
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise SettingsError(
            f"SANBAO_DATA_DIR: found a path of {len(os.fsencode(whole))} bytes for {whole}; expected at most "
            f"{LONGEST_PATH}, what a socket can have. Choose a shorter folder, or start from one nearer."
        )
    return path


def open_socket(path: Path) -> socket.socket:
    """The socket for `uvicorn.Server.serve(sockets=[...])`. We hold the lock, so one lying there is dead."""
    path.unlink(missing_ok=True)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.fchmod(opened.fileno(), 0o600)  # Linux takes this over to the path, so it is never open to others
    opened.bind(os.fspath(path))
    path.chmod(0o600)
    return opened


def run_errand(settings: Settings, errand: Errand, progress: Progress = nobody) -> Result:
    """Carries a command out where the database is open, here if it is open nowhere. Raises Unreachable."""
    path = socket_path(settings)
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with hold(lock_paths(settings), errand.name):
                return _run_here(settings, errand, progress)
        except Held as held:
            progress("Asking the running server", 0, 0)
            try:
                return asyncio.run(ask(path, errand))
            except aiohttp.ClientConnectorError as error:
                if time.monotonic() > end:
                    raise Unreachable(
                        f"{held} It does not answer at {path} ({error.strerror}): it may still be starting; "
                        "if it goes on, look at its log."
                    ) from error
                time.sleep(0.2)
            except (aiohttp.ClientError, TimeoutError) as error:
                raise Unreachable(
                    f"{errand.name}: {held.holder} ended or fell silent while it worked; it is not known "
                    "whether the command was carried out. Look, then repeat it if it was not."
                ) from error


async def ask(path: Path, errand: Errand) -> Result:
    """Sends an errand to the running server. Raises aiohttp.ClientConnectorError if none listens."""
    connector = aiohttp.UnixConnector(path=os.fspath(path))
    patience = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=patience) as client,
        client.post("http://sanbao/", data=errand.model_dump_json()) as response,
    ):
        if response.status != 200:
            return Result(ok=False, text=f"{errand.name}: the running server failed; see its log.")
        return Result.model_validate_json(await response.read())


def lock_paths(settings: Settings) -> set[Path]:
    """The locks of a city: one beside the database file, one in the data folder (usually the same).

    A city on PostgreSQL has none: its processes and commands are beside each other, and the database sees to it.
    """
    if not settings.has_file:
        return set()
    return {settings.data_dir.absolute() / "sanbao.lock", settings.database_file.with_suffix(".lock")}


def _run_here(settings: Settings, errand: Errand, progress: Progress) -> Result:
    office, now = Office.of(settings, progress), datetime.now(UTC)
    database = Database(settings.database_url)
    try:
        migrate(database.engine, settings.data_dir, now)
        return database.run_now(lambda session: carry_out(session, errand, now, office))
    except NotDone as refusal:
        return refusal.result
    finally:
        database.close()
