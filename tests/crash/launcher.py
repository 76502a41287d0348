"""Starts the program as `sanbao serve` does, but in no time, and kills it at a given point of its life.

A process that has imported everything forks at each order. Orders come as lines of JSON on standard input
(environment, folder, log, trace, and `last`: the point at which the child dies, 0 for none); answers go out the
same way: {"started": pid} and {"ended": pid, "code": n}.

A point is the moment before or after a COMMIT or a call to the Bot API. They are laid around SQLAlchemy and aiohttp
from here; the program knows nothing of them. Each is written to the trace when it is reached.
"""

import gc
import importlib
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from sqlalchemy.engine.default import DefaultDialect
from yarl import URL

# Everything that the program imports only when it runs.
LATE = (
    "bot.app", "uvicorn.lifespan.on", "uvicorn.logging", "uvicorn.loops.auto", "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto", "alembic.runtime.migration", "alembic.script", "bot.sample.city",
    "storage.postgres_engine", "sqlalchemy.dialects.postgresql.psycopg",
)  # fmt: skip


class Points:
    def __init__(self, last: int, trace: str) -> None:
        self._last = last
        self._count = 0
        self._lock = threading.Lock()
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def reach(self, name: str) -> None:
        with self._lock:
            self._count += 1
            os.write(self._trace, f"{name}\n".encode())
            if self._count == self._last:
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)  # until the kernel has done it

    def lay(self) -> None:
        self._around_commits()
        self._around_calls()

    def _around_commits(self) -> None:
        commit: Callable[[Any, Any], None] = DefaultDialect.do_commit  # of SQLite and of PostgreSQL

        def do_commit(dialect: Any, connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own
            self.reach("before commit")
            commit(dialect, connection)
            self.reach("after commit")

        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]

    def _around_calls(self) -> None:
        call = aiohttp.ClientSession._request

        async def request(session: Any, method: str, url: Any, **given: Any) -> Any:  # noqa: ANN401 - aiohttp's own
            name = URL(url).name
            self.reach(f"before {name}")
            answer = await call(session, method, url, **given)
            self.reach(f"after {name}")
            return answer

        aiohttp.ClientSession._request = request  # type: ignore[method-assign,assignment]


def live(order: dict[str, Any]) -> None:
    """The child: from here on it is the program."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    Points(order["last"], order["trace"]).lay()
    importlib.import_module("bot.__main__").serve()


def fork(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        live(order)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def answer(**said: int) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def bury() -> None:
    """Tells of every child that has ended."""
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not child:
            return
        answer(ended=child, code=os.waitstatus_to_exitcode(status))


def main() -> None:
    importlib.import_module("bot.__main__")
    for name in LATE:
        importlib.import_module(name)
    gc.freeze()
    heard, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    pending = b""
    while True:
        ready, _, _ = select.select([0, heard], [], [])
        if heard in ready:
            os.read(heard, 4096)
            bury()
        if 0 in ready:
            said = os.read(0, 1 << 20)
            if not said:
                return
            *lines, pending = (pending + said).split(b"\n")
            for line in lines:
                answer(started=fork(json.loads(line)))


if __name__ == "__main__":
    main()
