"""The web application: which hosts it answers, what every answer carries, /healthz and /metrics."""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.supervisor import Supervisor
from storage import outbox
from storage.database import Database
from storage.tables.traffic import InboxRow

Handler = Callable[[Request], Awaitable[Response]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Guarded:
    """Every answer forbids scripts that are not ours, framing and guessing of types; another site's page may change
    nothing through its visitor's browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                # Browsers ask again each time, or an upgrade would mix old and new scripts.
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        if scope["type"] == "http" and _from_another_site(Headers(scope=scope), scope["method"]):
            await JSONResponse({"error": "请求来自别的网站。"}, status_code=403)(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)


def _from_another_site(headers: Headers, method: str) -> bool:
    """Browsers name the page's site with every change it asks for; programs name none."""
    origin = headers.get("origin")
    if origin is None or method in {"GET", "HEAD"}:
        return False
    return urlsplit(origin).netloc != headers.get("host")


def web_app(routes: Sequence[BaseRoute], hosts: Sequence[str]) -> Starlette:
    return Starlette(
        routes=list(routes),
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)), Middleware(Guarded)],
    )


def health(database: Database, supervisor: Supervisor) -> Handler:
    """200 while the database answers; the numbers say how it goes."""

    async def answer(request: Request) -> Response:
        await database.read(lambda session: session.execute(text("SELECT 1")).scalar())
        return JSONResponse({"alive": True, "crashes": supervisor.crashes})

    return answer


def metrics(database: Database, supervisor: Supervisor) -> Handler:
    async def answer(request: Request) -> Response:
        inbox, out = await database.read(_counts)
        registry = CollectorRegistry()
        inbox_rows = Gauge("sanbao_inbox_rows", "Inbox rows by state", ["state"], registry=registry)
        for state, count in inbox.items():
            inbox_rows.labels(state).set(count)
        out_rows = Gauge("sanbao_outbox_rows", "Outgoing rows by state", ["state"], registry=registry)
        for state, count in out.items():
            out_rows.labels(state).set(count)
        crashes = Gauge("sanbao_loop_crashes", "Crashes by loop since the start", ["loop"], registry=registry)
        for name, count in supervisor.crashes.items():
            crashes.labels(name).set(count)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return answer


def _counts(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    rows = session.execute(select(InboxRow.state, func.count()).group_by(InboxRow.state))
    arrived = dict(rows.all())
    return arrived, {state.value: count for state, count in outbox.counts(session).items()}
