"""A smart bot (智能机器人) of WeCom as a channel, over its long connection.

Rule 1  What arrives is stored before anything is answered. WeCom brings nothing a second time: what came while no
        connection stood is lost to it, which is why whoever may have written then is told.
Rule 2  Messages go to a conversation, never to the id of what they answer: those ids die with the connection.
Rule 3  Every failed send ends as one of the outcomes of channel.py, by what it proves.

Beside it: `wecom_socket.py` (the connection), `wecom_frames.py` (what callbacks say), `wecom_cards.py` (how messages
look).
"""

import asyncio
import base64
import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from hashlib import md5, sha256
from json import loads
from typing import Any

import aiohttp
from aiohttp import ClientTimeout

from bot.channels import wecom_cards as cards
from bot.channels.channel import (
    Blocked,
    Capabilities,
    NotSent,
    Refused,
    SendError,
    TooLarge,
    Unclear,
    Unfetchable,
)
from bot.channels.wecom_envelope import Rejected, decrypt_file
from bot.channels.wecom_frames import CHANNEL, GROUP, piece, read_frame
from bot.channels.wecom_socket import NOT_SUBSCRIBED, TOO_OFTEN, FrameRefused, NoAck, NotConnected, Socket
from storage.messages import Arrived, Incoming, Outgoing
from storage.parts import Fit

Store = Callable[[Sequence[Arrived]], Awaitable[None]]
Json = dict[str, Any]

# 20480 bytes of markdown; our texts are shorter anyway, and a phone's screen shorter still.
TEXT_LIMIT = 4096
TAPPED = "已点"
_CHUNK = 512 * 1024
_NOT_SPOKEN = frozenset({93006})
_REMEMBERED_CARDS = 2000

log = logging.getLogger(__name__)


class AibotChannel:
    """One bot. `account` is its id. `welcome` is what it says on the first visit of a day."""

    name = CHANNEL
    capabilities = Capabilities(
        edits=False, text_limit=Fit(TEXT_LIMIT, caption=0, album=1, buttons=cards.FIT.buttons)
    )

    def __init__(self, bot_id: str, socket: Socket, *, welcome: str, proxy: str | None = None) -> None:
        self.account = bot_id
        self._socket = socket
        self._welcome = welcome
        self._proxy = proxy
        self._shown: set[tuple[str, str, int]] = set()
        self._cards: OrderedDict[str, Json] = OrderedDict()

    # Receiving

    async def run(self, store: Store) -> None:
        """Takes callbacks in, for ever. Raises wecom_socket.Replaced."""

        async def called(command: str, request: str, frame: Json, raw: bytes) -> None:
            await self._called(store, command, request, frame, raw)

        await self._socket.run(called)

    async def _called(self, store: Store, command: str, request: str, frame: Json, raw: bytes) -> None:
        if command == "aibot_event_callback" and _event_type(frame) == "enter_chat":
            # In a task of its own: this one reads the acknowledgement that the answer waits for.
            asyncio.create_task(self._greet(request))  # noqa: RUF006 - it ends by itself within seconds
            return
        found = piece(frame, raw)
        arrived = Arrived(
            channel=CHANNEL, account=self.account, external=found.external,
            sender=f"{CHANNEL}:{self.account}:{found.user}", raw=raw, received=datetime.now(UTC),
        )  # fmt: skip
        await store([arrived])

    async def _greet(self, request: str) -> None:
        body = {"msgtype": "text", "text": {"content": self._welcome}}
        await self._politely("aibot_respond_welcome_msg", body, request)

    async def _politely(self, command: str, body: Json, request: str) -> None:
        try:
            await self._socket.ask(command, body, request)
        except (NotConnected, NoAck, FrameRefused) as fault:
            log.debug("%s went unanswered: %s", command, fault)

    def to_incoming(self, raw: bytes) -> Incoming | None:
        return read_frame(raw, self.account)

    # Sending

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        """`key` is the same for a message that is sent again, and for no other. WeCom names no id."""
        try:
            return await self._send(chat, message, files, key)
        except (NotConnected, NoAck, FrameRefused) as fault:
            raise outcome(fault) from None

    async def _send(self, chat: str, message: Outgoing, files: tuple[bytes, ...], key: str) -> str:
        name = sha256(f"{key or secrets.token_hex(16)} {message.model_dump_json()}".encode()).hexdigest()[:32]
        grouped = chat.startswith(GROUP)
        # Groups take no cards.
        bodies = [cards.without_card(message) if grouped else cards.render(message, name)]
        bodies = bodies if message.plain or message.rows else []
        acts = [self._picture(chat, file) for file in files] + [
            self._say(chat, body, message) for body in bodies
        ]
        for place, act in enumerate(acts):
            if (chat, name, place) in self._shown:
                act.close()
                continue
            try:
                await act
            except BaseException:
                for rest in acts[place + 1 :]:
                    rest.close()
                raise
            self._shown.add((chat, name, place))
        self._shown -= {shown for shown in self._shown if shown[:2] == (chat, name)}
        return name

    async def _say(self, chat: str, body: Json, message: Outgoing) -> None:
        if body["msgtype"] == "text":
            body = {"msgtype": "markdown", "markdown": {"content": _plain(body["text"]["content"])}}
        try:
            await self._deliver(chat, body)
        except FrameRefused as refusal:
            if body["msgtype"] != "template_card" or not isinstance(outcome(refusal), Refused):
                raise
            log.warning("WeCom did not take a card, sent as text: %s", refusal)
            words = cards.without_card(message)["text"]["content"]
            await self._deliver(chat, {"msgtype": "markdown", "markdown": {"content": _plain(words)}})
        else:
            self._remember(body)

    async def _picture(self, chat: str, file: bytes) -> None:
        media = await self._upload("image", "photo.jpg", file)
        await self._deliver(chat, {"msgtype": "image", "image": {"media_id": media}})

    async def _deliver(self, chat: str, body: Json) -> None:
        grouped = chat.startswith(GROUP)
        to = {"chatid": chat.removeprefix(GROUP), "chat_type": 2 if grouped else 1}
        await self._socket.ask("aibot_send_msg", {**to, **body})

    async def _upload(self, kind: str, name: str, content: bytes) -> str:
        pieces = [content[start : start + _CHUNK] for start in range(0, len(content), _CHUNK)]
        begun = await self._socket.ask(
            "aibot_upload_media_init",
            {"type": kind, "filename": name, "total_size": len(content), "total_chunks": len(pieces),
             "md5": md5(content, usedforsecurity=False).hexdigest()},
        )  # fmt: skip
        upload = begun["body"]["upload_id"]
        for place, part in enumerate(pieces):
            chunk = {
                "upload_id": upload,
                "chunk_index": place,
                "base64_data": base64.b64encode(part).decode(),
            }
            await self._socket.ask("aibot_upload_media_chunk", chunk)
        finished = await self._socket.ask("aibot_upload_media_finish", {"upload_id": upload})
        return str(finished["body"]["media_id"])

    async def answer_press(self, press: str) -> None:
        """Marks the card as answered, within its five seconds."""
        request, _, task = press.partition(" ")
        card = self._cards.get(task)
        if card is None:
            return
        body = {"response_type": "update_template_card", "template_card": _marked(card)}
        await self._politely("aibot_respond_update_msg", body, request)

    def _remember(self, body: Json) -> None:
        card = body.get("template_card")
        if card is None:
            return
        self._cards[card["task_id"]] = card
        while len(self._cards) > _REMEMBERED_CARDS:
            self._cards.popitem(last=False)

    # Fetching

    async def fetch(self, reference: str, limit: int) -> bytes:
        """WeCom's links live five minutes, and what they give is encrypted."""
        told = loads(reference)
        content = await _download(told["url"], limit, self._proxy)
        if not told["key"]:
            return content
        try:
            return decrypt_file(content, told["key"])
        except Rejected:
            raise Unfetchable("the file cannot be decrypted") from None


def outcome(fault: NotConnected | NoAck | FrameRefused) -> SendError:
    match fault:
        case NotConnected():
            return NotSent(str(fault), everyone=True)
        case NoAck():
            return Unclear(str(fault))
        case FrameRefused(code=code):
            if code == NOT_SUBSCRIBED:
                return NotSent(str(fault), everyone=True)
            if code == TOO_OFTEN:
                return NotSent(str(fault), retry_after=60)
            if code == -1:
                return NotSent(str(fault), retry_after=5)
            return Blocked(str(fault)) if code in _NOT_SPOKEN else Refused(str(fault))


async def _download(url: str, limit: int, proxy: str | None) -> bytes:
    patience = ClientTimeout(total=None, connect=10, sock_read=20)
    try:
        async with (
            aiohttp.ClientSession(proxy=proxy) as session,
            session.get(url, timeout=patience) as response,
        ):
            if 400 <= response.status < 500:
                raise Unfetchable(f"HTTP {response.status}")
            if response.status != 200:
                raise NotSent(f"HTTP {response.status}")
            return await _read(response, limit)
    except (aiohttp.ClientError, OSError, TimeoutError) as fault:
        raise NotSent(type(fault).__name__) from None


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > limit + 32:  # the padding
            raise TooLarge
    return bytes(content)


def _plain(words: str) -> str:
    """Words in markdown that show as they are: what would be markup is escaped, line ends are kept."""
    escaped = "".join(f"\\{character}" if character in _MARKUP else character for character in words)
    return escaped.replace("\n", "  \n")


_MARKUP = frozenset("\\`*_{}[]<>#|~")


def _marked(card: Json) -> Json:
    """The same card, answered: a notice with its title."""
    return {
        "card_type": "text_notice",
        "main_title": {"title": card["main_title"]["title"], "desc": TAPPED},
        "card_action": {"type": 0},
        "task_id": card["task_id"],
    }


def _event_type(frame: Json) -> str:
    body = frame.get("body")
    event = body.get("event") if isinstance(body, dict) else None
    return str(event.get("eventtype", "")) if isinstance(event, dict) else ""
