"""/healthz and /metrics, and to whom they say what.

Rule 1  Whether all is well (200 or 503) is for everybody who can ask: a load balancer has no password.
Rule 2  Reasons and figures are for this machine, or for who knows SANBAO_METRICS_TOKEN. Behind a proxy everybody comes
        from this machine, so a request that a proxy passed on is not from here.
"""

import hmac
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.settings import is_loopback
from bot.watching.health import Findings

PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def routes(
    findings: Callable[[], Awaitable[Findings]], metrics: Callable[[Findings], Awaitable[bytes]], token: str
) -> list[Route]:
    async def health(request: Request) -> Response:
        return _health(await findings(), whole=_may_see(request, token))

    async def figures(request: Request) -> Response:
        if not _may_see(request, token):
            return PlainTextResponse("forbidden\n", 403)
        return Response(await metrics(await findings()), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", health), Route("/metrics", figures)]


def for_the_office(findings: Callable[[], Awaitable[Findings]]) -> Route:
    """The same on the socket of the office, which only the program's own account can open."""

    async def health(_request: Request) -> Response:
        return _health(await findings(), whole=True)

    return Route("/healthz", health)


def _health(found: Findings, *, whole: bool) -> Response:
    answer: dict[str, object] = {"alive": True, "ok": found.ok}
    if whole:
        answer |= {"faults": [fault.reason for fault in found.faults], **found.facts}
    return JSONResponse(answer, status_code=200 if found.ok else 503)


def _may_see(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    here = request.client is not None and is_loopback(request.client.host)
    return here and not any(header in request.headers for header in PASSED_ON)
