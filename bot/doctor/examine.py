"""`sanbao doctor`: all that can be looked at, in an order in which what is ill first makes the rest ill.

It works beside a running server, which it asks through its socket, and without one.
"""

import asyncio
import json
from typing import Any

from bot.doctor import machine, platforms
from bot.doctor.line import Level, Line, fail, ok, warn
from bot.errands import Unreachable, live_health, run_errand
from bot.office import Errand, Examine
from bot.settings import Settings


def examine(settings: Settings) -> list[Line]:
    live = asyncio.run(live_health(settings))
    lines = [*machine.examine(settings), machine.migrated(settings)]
    migrated = lines[-1].level is Level.OK
    if migrated:
        lines += _city(settings)
    elsewhere = migrated and live is None and machine.heard_lately(settings)
    processes = machine.living(settings) if migrated else []
    return [
        *lines,
        *asyncio.run(platforms.examine(settings, live, elsewhere)),
        _server(settings, live, processes),
    ]


def _city(settings: Settings) -> list[Line]:
    try:
        result = run_errand(settings, Errand.of("doctor", Examine(admin=settings.admin or "")))
    except Unreachable as fault:
        return [fail("database", str(fault), "look at the log of the process that holds it")]
    if not result.ok:
        return [fail("database", result.text, "look at the server's log")]
    return [Line.model_validate(each) for each in json.loads(result.text)]


def _server(settings: Settings, live: dict[str, Any] | None, processes: list[str]) -> Line:
    """Of several processes on one database the one at this folder's port says how it is; the database, which live."""
    found = f"{len(processes)} processes live on this database ({', '.join(processes)})"
    if live is None and processes:
        return ok(
            "server",
            f"{found}; none of them at port {settings.http_port} here, /healthz of each says how it is",
        )
    if live is None:
        return warn("server", "it does not run", "sanbao serve")
    if live["ok"]:
        return ok("server", "; ".join(["it runs and finds itself well", *([found] if processes else [])]))
    return fail("server", "; ".join(live["faults"]), "docs/watching.md says what each of them means")
