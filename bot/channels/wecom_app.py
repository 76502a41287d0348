"""A self-built app (自建应用) of WeCom as a channel: callbacks come in, message/send goes out.

Rule 1  A callback is answered, empty and 200, only once it is stored; what it means is found out in its turn.
Rule 2  Whatever is wrong with a callback is answered in the same way.
Rule 3  Every failed call ends as one of the outcomes of channel.py, by what the errcode proves.

Beside it: `wecom_envelope.py` (crypto), `wecom_xml.py`, `wecom_updates.py` (what callbacks say), `wecom_cards.py` (how
messages look), `wecom_request.py` (the wire and the token).
"""

import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

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
from bot.channels.wecom_envelope import Envelope, Rejected
from bot.channels.wecom_request import ApiRefusal, NotReached, TooMuch, WecomFault, WecomRequest
from bot.channels.wecom_updates import CHANNEL, piece, read_update
from bot.channels.wecom_xml import NotOurXml, read_xml
from storage.messages import Arrived, Incoming, Outgoing

Store = Callable[[Sequence[Arrived]], Awaitable[None]]

CALLBACK_PATH = "/wecom/callback"
# What a tap leaves on its card.
TAPPED = "已点"
# How long the same bytes are not delivered twice: longer than any resend of ours, in seconds.
SAME_WITHIN = 1800

_MAX_CALLBACK_BODY = 64 * 1024
_STALE = timedelta(hours=6)
_BUSY, _TOO_OFTEN, _TOO_MANY_AT_ONCE = -1, 45009, 45033
_WRONG_SECRET = frozenset({40001, 40013, 40014, 41001, 42001, 40056, 301002})
_NOT_TRUSTED = 60020
# No such member, or outside the app's visible range.
_NOBODY = frozenset({40003, 46004, 60111, 81013})
_GONE_FILE = frozenset({40007, 40004})

log = logging.getLogger(__name__)


class WecomAppChannel:
    """One app. `account` is its AgentID."""

    name = CHANNEL
    capabilities = Capabilities(edits=False, text_limit=cards.TEXT_LIMIT)

    def __init__(self, agent: str, *, envelope: Envelope, request: WecomRequest) -> None:
        self.account = agent
        self._envelope = envelope
        self._request = request
        self._shown: set[tuple[str, str, int]] = set()

    async def start(self) -> None:
        await self._request.initialize()

    async def close(self) -> None:
        await self._request.shutdown()

    # Reading

    def to_incoming(self, raw: bytes) -> Incoming | None:
        return read_update(raw, self.account)

    # Sending

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        """The last message's msgid. `key` is the same for a message that is sent again, and for no other."""
        try:
            return await self._send(chat, message, files, key)
        except WecomFault as fault:
            raise outcome(fault) from None

    async def _send(self, chat: str, message: Outgoing, files: tuple[bytes, ...], key: str) -> str:
        """Photos, then what a card cannot hold, then the card. What went is not shown again by the next try."""
        name = sha256(f"{key or secrets.token_hex(16)} {message.model_dump_json()}".encode()).hexdigest()[:32]
        bodies = cards.messages(message, name)
        sent = ""
        for place, file in enumerate(files):
            sent = (
                await self._once((chat, name, place), partial(self._picture, chat, file, bool(key))) or sent
            )
        for place, body in enumerate(bodies, len(files)):
            sent = (
                await self._once((chat, name, place), partial(self._say, chat, body, message, bool(key)))
                or sent
            )
        self._shown -= {shown for shown in self._shown if shown[:2] == (chat, name)}
        return sent

    async def _once(self, part: tuple[str, str, int], act: Callable[[], Awaitable[str]]) -> str:
        if part in self._shown:
            return ""
        sent = await act()
        self._shown.add(part)
        return sent

    async def _picture(self, chat: str, file: bytes, resends: bool) -> str:
        media = await self._request.upload("image", "photo.jpg", file)
        return await self._deliver(chat, {"msgtype": "image", "image": {"media_id": media}}, resends)

    async def _say(self, chat: str, body: dict[str, object], message: Outgoing, resends: bool) -> str:
        """A card that WeCom does not take is said in words."""
        try:
            return await self._deliver(chat, body, resends)
        except ApiRefusal as refusal:
            if body["msgtype"] != "template_card" or not isinstance(outcome(refusal), Refused):
                raise
            log.warning("WeCom did not take a card, sent as text: %s", refusal)
            return await self._deliver(chat, cards.without_card(message), resends)

    async def _deliver(self, chat: str, body: dict[str, object], resends: bool) -> str:
        call: dict[str, object] = {"touser": chat, "agentid": int(self.account), **body}
        if resends:
            call |= {"enable_duplicate_check": 1, "duplicate_check_interval": SAME_WITHIN}
        answer = await self._request.call("message/send", call)
        left_out = f"{answer.get('invaliduser', '')}|{answer.get('unlicenseduser', '')}".lower().split("|")
        if chat.lower() in left_out:
            # An errcode of 0 may still mean that the only receiver got nothing.
            raise ApiRefusal(81013, "the member is outside the app's visible range or has no licence")
        return str(answer.get("msgid", ""))

    async def answer_press(self, press: str) -> None:
        """Marks the card as answered, so that it is not tapped twice; the code that came with the tap serves once."""
        user, _, code = press.partition(" ")
        if not code:
            return
        body = {
            "userids": [user], "agentid": int(self.account), "response_code": code, "button": {"replace_name": TAPPED},
        }  # fmt: skip
        try:
            await self._request.call("message/update_template_card", body)
        except WecomFault as fault:
            log.debug("A card was not marked: %s", fault)

    # Fetching

    async def fetch(self, reference: str, limit: int) -> bytes:
        try:
            return await self._request.download(reference, limit)
        except TooMuch:
            raise TooLarge() from None
        except ApiRefusal as refusal:
            if refusal.code in _GONE_FILE:
                raise Unfetchable(str(refusal)) from None
            raise NotSent(str(refusal)) from None
        except WecomFault as fault:
            raise NotSent(str(fault)) from None

    # Receiving

    async def callback(self, request: Request, store: Store) -> Response:
        """GET: WeCom checks the address. POST: one message. Every failure looks the same."""
        try:
            if request.method == "GET":
                return Response(
                    self._open(request, request.query_params.get("echostr", "")), media_type="text/plain"
                )
            raw = self._open(request, _encrypted(await _body(request)))
        except (Rejected, NotOurXml, ClientDisconnect):
            return Response("forbidden", 403)
        try:
            await store([self._arrived(raw)])
        except Exception:
            log.exception("A callback was not stored; WeCom will bring it again")
            return Response("not stored", 503)
        return Response()

    def _open(self, request: Request, encrypted: str) -> bytes:
        given = request.query_params
        timestamp = given.get("timestamp", "")
        raw = self._envelope.open(
            given.get("msg_signature", ""), timestamp, given.get("nonce", ""), encrypted
        )
        # Retries reuse the timestamp and clocks drift, so that only hours speak against it (decisions: 18).
        if (
            not timestamp.isdecimal()
            or abs(datetime.now(UTC).timestamp() - int(timestamp)) > _STALE.total_seconds()
        ):
            raise Rejected
        return raw

    def _arrived(self, raw: bytes) -> Arrived:
        found = piece(raw)
        return Arrived(
            channel=CHANNEL,
            account=self.account,
            external=found.external,
            sender=f"{CHANNEL}:{self.account}:{found.user}",
            raw=raw,
            received=datetime.now(UTC),
        )


def outcome(fault: WecomFault) -> SendError:
    """What a failed call proves (delivery.md 3)."""
    match fault:
        case NotReached():
            return NotSent(str(fault), everyone=True)
        case ApiRefusal(code=code):
            return _refusal(code, str(fault))
    return Unclear(str(fault))


def _refusal(code: int, words: str) -> SendError:
    if code in _NOBODY:
        return Blocked(words)
    if code == _TOO_OFTEN:
        return NotSent(words, retry_after=60, everyone=True)
    if code in (_BUSY, _TOO_MANY_AT_ONCE):
        return NotSent(words, retry_after=5, everyone=True)
    if code == _NOT_TRUSTED:
        log.error(
            "WeCom refuses this machine's address (60020). In the WeCom console open the app, then 企业可信IP, and "
            "enter the address that WeCom names here: %s", words,
        )  # fmt: skip
        return NotSent(words, everyone=True)
    if code in _WRONG_SECRET:
        return NotSent(words, everyone=True)
    return Refused(words)


def _encrypted(body: bytes) -> str:
    value = read_xml(body).get("Encrypt")
    if not isinstance(value, str):
        raise Rejected
    return value


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_CALLBACK_BODY:
            raise Rejected
    return bytes(body)
