"""The web application: which hosts it answers, and what every answer carries."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
