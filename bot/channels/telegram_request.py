"""python-telegram-bot's HTTP backend on aiohttp; unlike the library's own it tells what surely never left.

Rule 1: the token lives here and nowhere else. The library is given a stand-in, and every error text is made
        here, so that no log at any level and no traceback can show the token.
Rule 2: NotReached only where Telegram cannot have got the whole call; every doubt is Unknown.
Rule 3: an answer counts only if it is the Bot API's JSON. A proxy's own page says nothing about a person.
"""

import json
from collections import Counter
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp import ClientError, ClientTimeout
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.channels import bodies
from bot.channels.channel import Calls

OFFICIAL_API = "https://api.telegram.org"
# What the library is given in the token's place: its DEBUG log shows its addresses and parameters.
STAND_IN_TOKEN = "0:the-token-stays-in-the-request-class"  # noqa: S105 - it is no secret, that is its use
STAND_IN_CALLS = "bot-api:"
STAND_IN_FILES = "bot-files:"

_JSON = {"Content-Type": "application/json"}


class NotReached(NetworkError):  # noqa: N818 - it says what happened, as the library's own do
    """Surely not sent: no connection, no name, no free place in the pool, or a proxy that refused."""

    __slots__ = ()


class Unknown(NetworkError):  # noqa: N818 - it says what happened, as the library's own do
    """It may have been carried out: a time-out after it went out, a broken connection, a 5xx."""

    __slots__ = ()


class FloodWait(TelegramError):  # noqa: N818 - it says what happened, as the library's own do
    """429. Telegram's own RetryAfter warns of a deprecation each time its number is read."""

    __slots__ = ("retry_after",)

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


# The request never left, or the proxy was never passed.
_SURELY_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
_BY_STATUS: dict[int, type[TelegramError]] = {
    400: BadRequest,
    401: InvalidToken,
    403: Forbidden,
    404: InvalidToken,
    409: Conflict,
    413: BadRequest,
}


class AiohttpRequest(BaseRequest):
    """One pool of connections to one Bot API server. Times are seconds; `read_timeout` bounds a silence.

    `proxy` is http://user:password@host:port or https://...; without it the environment's proxy is used.
    """

    def __init__(
        self,
        token: str,
        api_url: str = OFFICIAL_API,
        *,
        proxy: str | None = None,
        connections: int = 100,
        connect_timeout: float = 10.0,
        read_timeout: float = 20.0,
        upload_timeout: float = 120.0,
    ) -> None:
        base = URL(api_url)
        self._token = token
        self._calls = f"{str(base).rstrip('/')}/bot{token}/"
        self._files = f"{str(base).rstrip('/')}/file/bot{token}/"
        self._proxy = _checked_proxy(proxy or _proxy_of_environment(base))
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._upload_timeout = upload_timeout
        self._patience = self._waiting(read_timeout)
        self._urls: dict[str, URL] = {}
        self._session: aiohttp.ClientSession | None = None
        self.calls: Counter[Calls] = Counter()

    @property
    def read_timeout(self) -> float:
        return self._read_timeout

    async def initialize(self) -> None:
        """Needs a running loop; makes no connection."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # For us

    async def call(  # the result is whatever JSON the method returns
        self, method: str, parameters: Mapping[str, object], read_timeout: float | None = None
    ) -> Any:  # noqa: ANN401
        """The `result` of a Bot API method. Raises TelegramError."""
        return _result(await self.raw(method, parameters, read_timeout))

    async def raw(
        self, method: str, parameters: Mapping[str, object], read_timeout: float | None = None
    ) -> bytes:
        """The body of a successful answer, not decoded. Raises TelegramError."""
        patience = self._patience if read_timeout is None else self._waiting(read_timeout)
        body = json.dumps(parameters, ensure_ascii=False, separators=(",", ":")).encode()
        status, payload = await self._exchange("POST", self._url(method), patience, body, _JSON)
        if status == 200:
            return payload
        raise self._refusal(status, payload)

    async def download(self, path: str, limit: int) -> bytes:
        """A file that getFile described. BadRequest if it is not there or larger than `limit` bytes."""
        status, content = await self._exchange(
            "GET", URL(self._files + path), self._patience, limit=limit + 1
        )
        if status in (400, 404):
            raise BadRequest("file not found")
        if status != 200:
            raise self._refusal(status, content)
        if len(content) > limit:
            raise BadRequest("file is too big")
        return content

    # For python-telegram-bot

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The library's way in: its addresses begin with a stand-in. Only its read time-out is heeded."""
        body = _form(request_data)
        patience = self._waiting(self._silence_allowed(read_timeout, isinstance(body, aiohttp.FormData)))
        status, payload = await self._exchange(method, self._real(url), patience, body)
        if status == 200:
            if url.startswith(STAND_IN_CALLS):
                _result(payload)
            return status, payload
        raise self._refusal(status, payload)

    def _silence_allowed(self, asked: ODVInput[float], uploads: bool) -> float | None:
        # While we upload the server is silent, so that an upload needs the longer patience.
        if isinstance(asked, DefaultValue):
            return self._upload_timeout if uploads else self._read_timeout
        return asked

    def _real(self, url: str) -> URL:
        if url.startswith(STAND_IN_FILES):
            return URL(self._files + url.removeprefix(STAND_IN_FILES).lstrip("/"))
        return self._url(url.rpartition("/")[2])

    # The wire

    def _url(self, method: str) -> URL:
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._calls + method)
        return url

    def _waiting(self, silence: float | None) -> ClientTimeout:
        # `connect` counts the wait for a place in the pool too; both end before anything was sent.
        return ClientTimeout(total=None, connect=self._connect_timeout, sock_read=silence)

    async def _exchange(
        self,
        method: str,
        url: URL,
        patience: ClientTimeout,
        body: "bytes | aiohttp.FormData | dict[str, str] | None" = None,
        headers: Mapping[str, str] | None = None,
        limit: int = -1,
    ) -> tuple[int, bytes]:
        """Status and body; no more than `limit` bytes of it if a limit is set."""
        if self._session is None:
            raise NotReached("the connection to Telegram is closed on our side")
        error: NetworkError
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=patience, allow_redirects=False
            ) as response:
                content = await bodies.read(response, limit)
            self.calls[_came_of(response.status)] += 1
            return response.status, content
        except _SURELY_NOT_SENT as fault:
            error = NotReached(self._without_secrets(fault))
        except (ClientError, OSError, TimeoutError) as fault:
            kind = NotReached if _was_closed_before_writing(fault) else Unknown
            error = kind(self._without_secrets(fault))
        self.calls[Calls.NOT_REACHED if isinstance(error, NotReached) else Calls.UNKNOWN] += 1
        # Raised out here, so that the fault, whose text holds the address, is not chained to it.
        raise error

    def _without_secrets(self, fault: BaseException) -> str:
        if isinstance(fault, aiohttp.ClientResponseError):
            return f"{type(fault).__name__} {fault.status}"
        if isinstance(fault, TimeoutError | aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
            return type(fault).__name__
        return f"{type(fault).__name__}: {fault}".replace(self._token, "…")

    def _refusal(self, status: int, payload: bytes) -> TelegramError:
        """What an answer other than 200 means."""
        if status >= 500:
            return Unknown(f"HTTP {status}")
        answer = _answer(payload)
        word = str(answer.get("description") or f"HTTP {status}").replace(self._token, "…")
        hints = answer.get("parameters")
        hints = hints if isinstance(hints, dict) else {}
        if status == 429:
            return FloodWait(word, _seconds(hints.get("retry_after")))
        if isinstance(hints.get("migrate_to_chat_id"), int):
            return ChatMigrated(hints["migrate_to_chat_id"])
        if status == 413 or (answer.get("ok") is False and status in _BY_STATUS):
            return _BY_STATUS[status](word)
        return NotReached(f"HTTP {status}, and not from the Bot API: a proxy or a wrong address answered")


def _came_of(status: int) -> Calls:
    if status >= 500:
        return Calls.UNKNOWN
    return {200: Calls.OK, 429: Calls.TOO_OFTEN}.get(status, Calls.REFUSED)


def _was_closed_before_writing(fault: BaseException) -> bool:
    # A kept-alive connection that was closing when we took it from the pool. aiohttp says so before it hands
    # over the piece of the body at which it stops, so that Telegram cannot have got the whole.
    return isinstance(fault, aiohttp.ClientOSError) and "closing transport" in str(fault.__cause__)


def _answer(payload: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _result(payload: bytes) -> Any:  # noqa: ANN401 - whatever JSON the method returns
    answer = _answer(payload)
    if answer.get("ok") is not True or "result" not in answer:
        raise Unknown("HTTP 200, but not the Bot API's answer")
    return answer["result"]


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def _form(request_data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    form = aiohttp.FormData(request_data.json_parameters)
    for field, (name, content, kind) in request_data.multipart_data.items():
        form.add_field(field, content, filename=name, content_type=kind)
    return form


def _proxy_of_environment(base: URL) -> str | None:
    # aiohttp's own trust_env reads environment and netrc again for every call; an address does not change.
    host = base.host or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    return getproxies().get(base.scheme)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked_proxy(proxy: str | None) -> URL | None:
    if proxy is None:
        return None
    url = URL(proxy)
    if url.scheme not in ("http", "https") or not url.host:
        # Its user and password are not repeated here.
        raise ValueError(f"The proxy must be http://host:port or https://host:port; found {url.scheme}://…")
    return url
