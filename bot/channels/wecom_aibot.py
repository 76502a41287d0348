"""A smart bot (智能机器人) of WeCom as a channel, over its long connection.

Rule 1  What arrives is stored before anything is answered. WeCom brings nothing a second time: what came while no
        connection stood is lost to it, which is why whoever may have written then is told (bot/attendance.py); and what
        the database does not take at once is held until it does.
Rule 2  Messages go to a conversation, never to the id of what they answer: those ids die with the connection.
Rule 3  Every failed send ends as one of the outcomes of channel.py, by what it proves.

Beside it: `wecom_socket.py` (the connection), `wecom_frames.py` (what callbacks say), `wecom_aibot_looks.py` and
`wecom_cards.py` (how messages look), `wecom_aibot_files.py`.
"""

import asyncio
import logging
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from bot.channels import wecom_aibot_looks as looks
from bot.channels import wecom_cards as cards
from bot.channels.channel import Blocked, Calls, Capabilities, Named, NotSent, Refused, SendError, Unclear
from bot.channels.wecom_aibot_files import LARGEST_PHOTO, Uploads, download
from bot.channels.wecom_frames import CHANNEL, GROUP, is_visit, piece, read_frame
from bot.channels.wecom_pictures import Pictures
from bot.channels.wecom_socket import NOT_SUBSCRIBED, TOO_OFTEN, FrameRefused, NoAck, NotConnected, Socket
from storage.absences import Loss
from storage.messages import Arrived, Incoming, Outgoing

Store = Callable[[Sequence[Arrived]], Awaitable[None]]
Json = dict[str, Any]

_BUSY = -1
# The conversation is unknown: nobody has ever written to the bot in it.
_NOT_SPOKEN = frozenset({93006})
_DEAD_FILE = frozenset({40004, 40007})
_REMEMBERED = 2000
_STORE_AGAIN_SECONDS = 1.0

log = logging.getLogger(__name__)


class AibotChannel:
    """One bot. `account` is its id. `welcome` gives what it says on the first visit of a day."""

    name = CHANNEL
    # Nothing is brought again; but connections drop for seconds now and then, and nobody is to be bothered with that.
    capabilities = Capabilities(edits=False, text_limit=cards.BOT.fit, loses=Loss.MESSAGES, patience=60)

    def __init__(
        self, bot_id: str, socket: Socket, *, welcome: Callable[[], str], proxy: str | None = None
    ) -> None:
        self.account = bot_id
        self._socket = socket
        self._welcome = welcome
        self._proxy = proxy
        self._pictures = Pictures(Uploads(socket), time.time, LARGEST_PHOTO)
        self._cards: OrderedDict[str, Json] = OrderedDict()
        self._doubtful: OrderedDict[str, None] = OrderedDict()
        self._arrived: asyncio.Queue[Arrived] = asyncio.Queue()
        self._greeting: set[asyncio.Task[None]] = set()

    @property
    def calls(self) -> Counter[Calls]:
        return self._socket.calls

    @property
    def connections(self) -> int:
        return self._socket.connections

    def deaf_for(self) -> float:
        return self._socket.down_for()

    # Receiving

    async def run(self, store: Store) -> None:
        """Takes callbacks in, for ever. Raises wecom_socket.Replaced."""
        storing = asyncio.create_task(self._store_arrived(store))
        try:
            await self._socket.run(self._called)
        finally:
            storing.cancel()
            await asyncio.gather(storing, return_exceptions=True)
            if rest := self._waiting():  # nobody would ever bring it again
                await store(rest)

    def _called(self, command: str, request: str, frame: Json, raw: bytes) -> None:
        if command == "aibot_event_callback" and is_visit(frame):
            greeting = asyncio.create_task(self._greet(request))
            self._greeting.add(greeting)
            greeting.add_done_callback(self._greeting.discard)
            return
        found = piece(frame, raw)
        arrived = Arrived(
            channel=CHANNEL, account=self.account, external=found.external,
            sender=f"{CHANNEL}:{self.account}:{found.user}", raw=raw, received=datetime.now(UTC),
        )  # fmt: skip
        self._arrived.put_nowait(arrived)

    async def _store_arrived(self, store: Store) -> None:
        """In the order in which they came; what came meanwhile goes together."""
        while True:
            first = await self._arrived.get()
            held = [first, *self._waiting()]
            try:
                await self._until_stored(store, held)
            except asyncio.CancelledError:
                for each in held:  # stored or not: a row that is known changes nothing
                    self._arrived.put_nowait(each)
                raise

    def _waiting(self) -> list[Arrived]:
        return [self._arrived.get_nowait() for _ in range(self._arrived.qsize())]

    async def _until_stored(self, store: Store, arrived: Sequence[Arrived]) -> None:
        while True:
            try:
                return await store(arrived)
            except Exception:
                log.exception("%d messages of the smart bot could not be stored; they are held", len(arrived))
                await asyncio.sleep(_STORE_AGAIN_SECONDS)

    async def _greet(self, request: str) -> None:
        """In words, not as a card: who taps has not spoken, and cannot be answered before having done so."""
        body = {"msgtype": "text", "text": {"content": self._welcome()}}
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
        name = sha256(
            f"{key or secrets.token_hex(16)} {chat} {message.model_dump_json()}".encode()
        ).hexdigest()[:32]
        try:
            for file in files:  # one at most: a picture is a row of its own (wecom_cards.BOT)
                await self._picture(chat, file)
            if message.plain or message.rows:
                await self._say(chat, message, name)
        except (NotConnected, NoAck, FrameRefused) as fault:
            raise outcome(fault) from None
        return name

    async def _say(self, chat: str, message: Outgoing, name: str) -> None:
        body = looks.render(message, name, chat.startswith(GROUP))
        try:
            await self._deliver(chat, body)
        except NoAck:
            _remember(self._doubtful, name, None)
            raise
        except FrameRefused as refusal:
            if body["msgtype"] != "template_card" or not isinstance(outcome(refusal), Refused):
                raise
            if name not in self._doubtful:  # else the first has arrived: WeCom takes a card's id once
                log.warning("WeCom did not take a card, sent as text: %s", refusal)
                await self._deliver(chat, looks.in_words(message))
        else:
            if body["msgtype"] == "template_card":
                _remember(self._cards, name, body["template_card"])

    async def _picture(self, chat: str, file: bytes) -> None:
        try:
            await self._deliver(chat, await self._pictures.body(file))
        except FrameRefused as refusal:
            if refusal.code not in _DEAD_FILE:
                raise
            self._pictures.forget(file)
            await self._deliver(chat, await self._pictures.body(file))

    async def _deliver(self, chat: str, body: Json) -> None:
        to = {"chatid": chat.removeprefix(GROUP), "chat_type": 2 if chat.startswith(GROUP) else 1}
        await self._socket.ask("aibot_send_msg", {**to, **body})

    async def answer_press(self, press: str) -> None:
        """Marks on the card what was tapped, within five seconds. A card from before a restart stays as it is."""
        request, task, key = press.split(" ", 2)
        known = self._cards.get(task)
        card = looks.tapped(known, key) if known is not None else None
        if card is not None:
            body = {"response_type": "update_template_card", "template_card": card}
            await self._politely("aibot_respond_update_msg", body, request)

    # Fetching

    async def fetch(self, reference: str, limit: int) -> Named:
        return await download(reference, limit, self._proxy)


def outcome(fault: NotConnected | NoAck | FrameRefused) -> SendError:
    """What a failed frame proves (delivery.md 3)."""
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
            if code == _BUSY:
                return NotSent(str(fault), retry_after=5)
            return Blocked(str(fault)) if code in _NOT_SPOKEN else Refused(str(fault))


def _remember(table: OrderedDict[str, Any], name: str, value: object) -> None:
    table[name] = value
    while len(table) > _REMEMBERED:
        table.popitem(last=False)
