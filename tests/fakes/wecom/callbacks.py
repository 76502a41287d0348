"""What WeCom tells the app: sealed, posted, and posted again if no 200 comes back within five seconds.

Messages of one member come one after the other. A delivery that four tries did not bring is lost, as with WeCom.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import aiohttp

from tests.fakes.telegram.clock import Clock
from tests.fakes.wecom.sealing import Seal

TRIES = 4


@dataclass
class Delivery:
    """One message on its way. `answered`: a 200 came back, so that WeCom will not bring it again."""

    document: bytes
    user: str = ""
    statuses: list[int] = field(default_factory=list)
    """One for each try; 0 where no answer came in time."""
    answered: bool = False
    body: bytes = b""


@dataclass
class Callbacks:
    url: str
    corp: str
    agent: str
    seal: Seal
    clock: Clock
    on_change: Callable[[], None] = lambda: None
    patience: float = 5.0
    pause: float = 0.05
    """Seconds before the next try; WeCom does not say how many."""
    repeats: int = 1
    """How often each message is brought although it was answered: WeCom says that it may happen."""
    deliveries: list[Delivery] = field(default_factory=list)
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _client: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()

    # Bringing

    def tell(self, document: bytes, user: str = "") -> Delivery:
        """Brings a document in the background, after what the same member said before."""
        delivery = Delivery(document, user)
        self.deliveries.append(delivery)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def _deliver(self, delivery: Delivery) -> None:
        timestamp = str(int(self.clock.now()))  # the tries share it; nonce and signature are new
        async with self._turns[delivery.user]:
            for _ in range(TRIES):
                await self._bring(delivery, timestamp)
                if delivery.answered:
                    break
                await asyncio.sleep(self.pause)
            for _ in range(self.repeats - 1):
                await self._bring(delivery, timestamp)
        self.on_change()

    async def _bring(self, delivery: Delivery, timestamp: str) -> None:
        status, body = await self.post(self.envelope(delivery.document), timestamp)
        delivery.statuses.append(status)
        delivery.answered |= status == 200
        delivery.body = body

    def envelope(self, document: bytes, receiver: str | None = None) -> str:
        return self.seal.close(document, receiver)

    async def post(
        self, encrypted: str, timestamp: str, *, signature: str | None = None, body: bytes | None = None
    ) -> tuple[int, bytes]:
        """One POST as it is; status 0 if no answer came in time."""
        nonce = secrets.token_hex(5)
        query = {
            "msg_signature": signature
            if signature is not None
            else self.seal.signature(timestamp, nonce, encrypted),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        return await self._exchange("POST", query, self._outer(encrypted) if body is None else body)

    async def verify(
        self,
        echo: bytes = b"1616140317555161061",
        *,
        receiver: str | None = None,
        signature: str | None = None,
    ) -> tuple[int, bytes]:
        """The console's check of the address: a GET that must give the decrypted echo back within a second."""
        encrypted, timestamp, nonce = self.envelope(echo, receiver), str(int(self.clock.now())), "263014780"
        query = {
            "msg_signature": signature or self.seal.signature(timestamp, nonce, encrypted),
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": encrypted,  # its + and / come percent-encoded
        }
        return await self._exchange("GET", query, None, 1.0)

    async def _exchange(
        self, method: str, query: dict[str, str], body: bytes | None, patience: float | None = None
    ) -> tuple[int, bytes]:
        assert self._client is not None
        timeout = aiohttp.ClientTimeout(total=patience or self.patience)
        try:
            async with self._client.request(
                method, self.url, params=query, data=body, timeout=timeout
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, b""

    def _outer(self, encrypted: str) -> bytes:
        return (
            f"<xml><ToUserName><![CDATA[{self.corp}]]></ToUserName><AgentID><![CDATA[{self.agent}]]></AgentID>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        ).encode()

    async def settled(self) -> None:
        """Waits until everything was brought, or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)


def document(**fields: object) -> bytes:
    """WeCom's XML: texts in CDATA, numbers bare, dictionaries nested, lists repeated."""
    return f"<xml>{_inner(fields)}</xml>".encode()


def _inner(fields: dict[str, object]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: object) -> str:
    match value:
        case dict():
            return f"<{name}>{_inner(value)}</{name}>"
        case list():
            return "".join(_element(name, each) for each in value)
        case int() | float():
            return f"<{name}>{value}</{name}>"
        case str() if "]]>" in value:
            return f"<{name}>{escape(value)}</{name}>"
    return f"<{name}><![CDATA[{value}]]></{name}>"
