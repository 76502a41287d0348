"""Calls to WeCom's server API (qyapi) for one self-built app: the access token, and what a failed call proves.

Rule 1  One token for all, kept by `tokens` so that processes share it; when WeCom says that it died (40014, 42001,
        40001) one of them fetches another, the rest wait for that, and the call that learned it is made once more.
Rule 2  NotReached only where WeCom cannot have got the whole call; every doubt is Unknown.
Rule 3  Token and secret stand in addresses. Every error text is made here, without them.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import aiohttp
from aiohttp import ClientError, ClientTimeout
from yarl import URL

from bot.channels import bodies
from bot.channels.channel import Calls

OFFICIAL_API = "https://qyapi.weixin.qq.com"

DEAD_TOKEN = frozenset({40001, 40014, 42001})
TOO_OFTEN = frozenset({45009, 45033})
# A token is given up a little before its time, so that none dies on its way.
SPARE_SECONDS = 300.0
# Who has died while fetching bars the others for no longer than a fetch may take; they look so often meanwhile.
FETCH_SECONDS, LOOK_SECONDS = 35.0, 0.1
# The request never left, or the proxy was never passed.
_SURELY_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
Json = dict[str, Any]
T = TypeVar("T")


class WecomFault(Exception):  # noqa: N818 - it says what happened
    """A call that was not plainly carried out."""


class NotReached(WecomFault):
    """Surely not sent: no connection, no name, a proxy that refused."""


class Unknown(WecomFault):
    """It may have been carried out: a time-out after it went out, a broken connection, a 5xx."""


class ApiRefusal(WecomFault):
    """WeCom answered with an errcode other than 0."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}")
        self.code = code


class TooMuch(WecomFault):
    """A file of more bytes than are taken."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and until when it holds, in seconds of the machine's epoch."""

    text: str
    until: float


class Tokens(Protocol):
    """Where a token is kept between processes, and who of them fetches the next one."""

    async def load(self) -> Token | None: ...

    async def claim(self, until: float) -> bool:
        """Whether it is ours to fetch one; nobody else may before that moment of the machine's epoch, or `let_go`."""

    async def let_go(self) -> None: ...

    async def keep(self, token: Token) -> None:
        """Keeps it and lets go."""


class Wire:
    """One pool of connections to qyapi. Times are seconds."""

    def __init__(
        self,
        api_url: str = OFFICIAL_API,
        *,
        proxy: str | None = None,
        read_timeout: float = 20.0,
        upload_timeout: float = 120.0,
    ) -> None:
        self._base = f"{api_url.rstrip('/')}/cgi-bin/"
        self._proxy = proxy
        self._patience = ClientTimeout(total=None, connect=10.0, sock_read=read_timeout)
        self._upload_patience = ClientTimeout(total=None, connect=10.0, sock_read=upload_timeout)
        self._session: aiohttp.ClientSession | None = None
        self.calls: Counter[Calls] = Counter()

    async def initialize(self) -> None:
        """Needs a running loop; makes no connection."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=50, ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def json(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: "bytes | aiohttp.FormData | None" = None,
        patience: ClientTimeout | None = None,
    ) -> Json:
        status, _, content = await self.exchange(method, path, query, body, patience or self._patience)
        return self._checked(status, content)

    def _checked(self, status: int, content: bytes) -> Json:
        try:
            answer = _check(status, content)
        except WecomFault as fault:
            self.calls[_came_of(fault)] += 1
            raise
        self.calls[Calls.OK] += 1
        return answer

    async def exchange(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: "bytes | aiohttp.FormData | None",
        patience: ClientTimeout,
        limit: int = -1,
    ) -> tuple[int, str, bytes]:
        """Status, type and body; no more than `limit` bytes of it if a limit is set."""
        if self._session is None:
            raise NotReached("the connection to WeCom is closed on our side")
        error: WecomFault
        url = URL(self._base + path).with_query(query)
        try:
            async with self._session.request(
                method, url, data=body, timeout=patience, allow_redirects=False
            ) as response:
                return response.status, response.content_type, await bodies.read(response, limit)
        except _SURELY_NOT_SENT as fault:
            error = NotReached(type(fault).__name__)
        except (ClientError, OSError, TimeoutError) as fault:
            error = Unknown(type(fault).__name__)
        self.calls[_came_of(error)] += 1
        # Raised out here, so that the fault, whose text may hold the address, is not chained to it.
        raise error


class WecomRequest(Wire):
    """`epoch` is the machine's clock in seconds."""

    def __init__(
        self,
        corp_id: str,
        secret: str,
        *,
        tokens: Tokens,
        epoch: Callable[[], float],
        api_url: str = OFFICIAL_API,
        proxy: str | None = None,
        read_timeout: float = 20.0,
        upload_timeout: float = 120.0,
    ) -> None:
        super().__init__(api_url, proxy=proxy, read_timeout=read_timeout, upload_timeout=upload_timeout)
        self._corp_id = corp_id
        self._secret = secret
        self._tokens = tokens
        self._epoch = epoch
        self._renewing = asyncio.Lock()
        self._token: Token | None = None

    # Calls

    async def call(self, path: str, body: Mapping[str, object], **query: str) -> Json:
        """A POST; the answer if its errcode is 0. The same body is the same bytes. Raises WecomFault."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return await self._with_token(
            lambda token: self.json("POST", path, {**query, "access_token": token}, content)
        )

    async def ask(self, path: str, **query: str) -> Json:
        """A GET. Raises WecomFault."""
        return await self._with_token(lambda token: self.json("GET", path, {**query, "access_token": token}))

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """The media_id of a file, good for three days. Raises WecomFault."""

        def form() -> aiohttp.FormData:
            data = aiohttp.FormData(quote_fields=False)
            data.add_field("media", content, filename=name, content_type="application/octet-stream")
            return data

        answer = await self._with_token(
            lambda token: self.json(
                "POST", "media/upload", {"type": kind, "access_token": token}, form(), self._upload_patience
            )
        )
        return str(answer["media_id"])

    async def download(self, media_id: str, limit: int) -> bytes:
        """The bytes of a file that a person sent. Raises TooMuch for more than `limit`, else WecomFault."""
        return await self._with_token(lambda token: self._media(media_id, token, limit))

    async def _media(self, media_id: str, token: str, limit: int) -> bytes:
        query = {"media_id": media_id, "access_token": token}
        status, kind, content = await self.exchange(
            "GET", "media/get", query, None, self._patience, limit + 1
        )
        if status not in (200, 206) or "json" in kind or kind.startswith("text/plain"):
            self._checked(status, content)  # WeCom tells a file from a refusal by its type only
            raise Unknown("no file in the answer")
        self.calls[Calls.OK] += 1
        if len(content) > limit:
            raise TooMuch(f"more than {limit} bytes")
        return content

    # The token

    async def _with_token(self, act: Callable[[str], Awaitable[T]]) -> T:
        token = await self._valid_token()
        try:
            return await act(token.text)
        except ApiRefusal as refusal:
            if refusal.code not in DEAD_TOKEN:
                raise
        return await act((await self._renew(token)).text)

    async def _valid_token(self) -> Token:
        if self._token is None or self._token.until <= self._epoch():
            return await self._renew(self._token)
        return self._token

    async def _renew(self, dead: Token | None) -> Token:
        """Another token than `dead`: the one that somebody else has fetched meanwhile, or a new one."""
        async with self._renewing:
            while (
                kept := self._another(self._token, dead) or self._another(await self._tokens.load(), dead)
            ) is None:
                if await self._tokens.claim(self._epoch() + FETCH_SECONDS):
                    kept = await self._fetch_and_keep()
                    break
                await asyncio.sleep(LOOK_SECONDS)
            self._token = kept
            return kept

    def _another(self, kept: Token | None, dead: Token | None) -> Token | None:
        """The kept one if it lives."""
        if kept is None or kept.until <= self._epoch() or (dead is not None and kept.text == dead.text):
            return None
        return kept

    async def _fetch_and_keep(self) -> Token:
        try:
            token = await self._fetch_token()
        except BaseException:
            await self._tokens.let_go()
            raise
        await self._tokens.keep(token)
        return token

    async def _fetch_token(self) -> Token:
        query = {"corpid": self._corp_id, "corpsecret": self._secret}
        answer = await self.json("GET", "gettoken", query)
        lasts = float(answer.get("expires_in") or 0)
        return Token(str(answer["access_token"]), self._epoch() + max(lasts - SPARE_SECONDS, lasts / 2))


def _came_of(fault: WecomFault) -> Calls:
    match fault:
        case NotReached():
            return Calls.NOT_REACHED
        case ApiRefusal(code=code):
            return Calls.TOO_OFTEN if code in TOO_OFTEN else Calls.REFUSED
    return Calls.UNKNOWN


def _check(status: int, content: bytes) -> Json:
    """The answer if it is WeCom's and says that all is well."""
    if status >= 500:
        raise Unknown(f"HTTP {status}")
    try:
        answer = json.loads(content)
        code = int(answer.get("errcode", 0))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise NotReached(f"HTTP {status}, and not from WeCom: a proxy or a wrong address answered") from None
    if code:
        raise ApiRefusal(code, str(answer.get("errmsg", ""))[:200])
    return dict(answer)
