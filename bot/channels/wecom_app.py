"""A self-built app (自建应用) of WeCom as a channel: callbacks come in, message/send goes out.

Rule 1  A callback is answered, empty and 200, only once it is stored; what it means is found out in its turn.
Rule 2  Whatever is wrong with a callback is answered in the same way.
Rule 3  Every failed call ends as one of the outcomes of channel.py, by what the errcode proves.

Beside it: `wecom_envelope.py` (crypto), `wecom_xml.py`, `wecom_updates.py` (what callbacks say), `wecom_cards.py` (how
messages look), `wecom_request.py` (the wire and the token), `wecom_pictures.py` (uploads), `wecom_outcomes.py` (what a
failure proves).
"""

import logging
import re
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.channels import wecom_cards as cards
from bot.channels.channel import Calls, Capabilities, NotSent, Refused, TooLarge, Unfetchable
from bot.channels.wecom_envelope import Envelope, Rejected
from bot.channels.wecom_outcomes import (
    DEAD_FILE,
    TOO_LARGE_FILE,
    caller_address,
    needs_somebody,
    outcome,
)
from bot.channels.wecom_pictures import Pictures
from bot.channels.wecom_request import ApiRefusal, TooMuch, WecomFault, WecomRequest
from bot.channels.wecom_updates import CHANNEL, piece, read_update
from bot.channels.wecom_xml import NotOurXml, read_xml
from storage.absences import Loss
from storage.messages import Arrived, Incoming, Outgoing

Store = Callable[[Sequence[Arrived]], Awaitable[None]]
Json = dict[str, object]

CALLBACK_PATH = "/wecom/callback"
# For how long the same bytes are not shown twice, in seconds: longer than any resend of ours waits. WeCom compares
# whole requests, so that each row has a span of its own, lest two rows of the same words be taken for one.
SAME_WITHIN, SPREAD = 1800, 3600

_MAX_CALLBACK_BODY = 64 * 1024
_STALE = timedelta(hours=6)
_SECONDS = re.compile(r"[0-9]{1,12}")

log = logging.getLogger(__name__)


class WecomAppChannel:
    """One app. `account` is its AgentID.

    `on_trouble` is told, once until a call works again, that nothing goes out before somebody mends something: the
    errcode with WeCom's words, and the address that WeCom saw us call from.
    """

    name = CHANNEL
    # A callback is brought three more times, some five seconds apart, and then no more.
    capabilities = Capabilities(edits=False, text_limit=cards.FIT, loses=Loss.MESSAGES, patience=60, keeps=15)

    def __init__(self, agent: str, *, envelope: Envelope, request: WecomRequest) -> None:
        self.account = agent
        self.on_trouble: Callable[[str, str], Awaitable[None]] | None = None
        self._envelope = envelope
        self._request = request
        self._pictures = Pictures(request, time.time)
        self._in_trouble = False

    async def start(self) -> None:
        await self._request.initialize()

    async def close(self) -> None:
        await self._request.shutdown()

    # How it goes

    @property
    def calls(self) -> Counter[Calls]:
        return self._request.calls

    def deaf_for(self) -> float:
        return 0  # WeCom calls us, and nobody can tell a silent day from a broken way

    # Reading

    def to_incoming(self, raw: bytes) -> Incoming | None:
        return read_update(raw, self.account)

    # Sending

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        """The last message's msgid. `key` is the same for a message that is sent again, and for no other."""
        try:
            sent = await self._send(chat, message, files, key)
        except WecomFault as fault:
            if needs_somebody(fault):
                await self._tell_trouble(fault)
            raise outcome(fault) from None
        self._in_trouble = False
        return sent

    async def _send(self, chat: str, message: Outgoing, files: tuple[bytes, ...], key: str) -> str:
        """One call: a picture is a row of its own (cards.FIT). Should a row hold more, it goes piece by piece."""
        sent = ""
        for file in files:
            sent = await self._picture(chat, file, key)
        if message.plain or message.rows:
            sent = await self._say(chat, message, key)
        return sent

    async def _picture(self, chat: str, file: bytes, key: str) -> str:
        try:
            return await self._deliver(chat, await self._pictures.body(file), key)
        except ApiRefusal as refusal:
            if refusal.code not in DEAD_FILE:
                raise
        self._pictures.forget(file)
        return await self._deliver(chat, await self._pictures.body(file), key)

    async def _say(self, chat: str, message: Outgoing, key: str) -> str:
        """A card that WeCom does not take is said in words."""
        made_of = f"{key or secrets.token_hex(16)} {chat} {message.model_dump_json()}"
        body = cards.render(message, sha256(made_of.encode()).hexdigest()[:32])
        try:
            return await self._deliver(chat, body, key)
        except ApiRefusal as refusal:
            if body["msgtype"] != "template_card" or not isinstance(outcome(refusal), Refused):
                raise
            log.warning("WeCom did not take a card, sent as text: %s", refusal)
            return await self._deliver(chat, cards.without_card(message), key)

    async def _deliver(self, chat: str, body: Json, key: str) -> str:
        call: Json = {"touser": chat, "agentid": int(self.account), **body}
        if key:
            span = SAME_WITHIN + int(sha256(key.encode()).hexdigest()[:8], 16) % SPREAD
            call |= {"enable_duplicate_check": 1, "duplicate_check_interval": span}
        answer = await self._request.call("message/send", call)
        left_out = f"{answer.get('invaliduser', '')}|{answer.get('unlicenseduser', '')}".lower().split("|")
        if chat.lower() in left_out:
            # An errcode of 0 may still mean that the only receiver got nothing.
            raise ApiRefusal(81013, "the member is outside the app's visible range or has no licence")
        return str(answer.get("msgid", ""))

    async def _tell_trouble(self, fault: WecomFault) -> None:
        """Once for each trouble: every message that waits meets it again."""
        if self._in_trouble:
            return
        self._in_trouble = True
        log.error("WeCom refuses every call: %s. docs/wecom-setup.md says what to do about this code.", fault)
        if self.on_trouble is not None:
            await self.on_trouble(str(fault), caller_address(fault))

    async def answer_press(self, press: str) -> None:
        """Marks the card as answered, so that it is not tapped twice; the code that came with the tap serves once."""
        user, _, code = press.partition(" ")
        if not code:
            return
        body = {
            "userids": [user], "agentid": int(self.account), "response_code": code,
            "button": {"replace_name": cards.TAPPED},
        }  # fmt: skip
        try:
            await self._request.call("message/update_template_card", body)
        except WecomFault as fault:
            log.debug("A card was not marked: %s", fault)

    # What the office asks for

    async def set_menu(self, entries: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Shows the menu below the chat: names, each with the words that it says. Raises WecomFault."""
        await self._request.call("menu/create", cards.menu(entries), agentid=self.account)

    async def name_of(self, userid: str) -> str:
        """A member's name as the company's address book has it; empty for one outside the visible range."""
        try:
            return str((await self._request.ask("user/get", userid=userid)).get("name", ""))
        except ApiRefusal as refusal:
            if needs_somebody(refusal):
                raise
            return ""

    # Fetching

    async def fetch(self, reference: str, limit: int) -> bytes:
        try:
            return await self._request.download(reference, limit)
        except TooMuch:
            raise TooLarge() from None
        except ApiRefusal as refusal:
            if refusal.code in TOO_LARGE_FILE:
                raise TooLarge() from None
            if refusal.code in DEAD_FILE:
                raise Unfetchable(str(refusal)) from None
            raise NotSent(str(refusal)) from None
        except WecomFault as fault:
            raise NotSent(str(fault)) from None

    # Receiving

    async def callback(self, request: Request, store: Store) -> Response:
        """GET: WeCom checks the address. POST: one message. Every failure looks the same."""
        try:
            if request.method == "GET":
                # A plus that came as it is reads as a space, of which base 64 has none.
                echo = request.query_params.get("echostr", "").replace(" ", "+")
                return Response(self._open(request, echo), media_type="text/plain")
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
        if not _SECONDS.fullmatch(timestamp):
            raise Rejected
        if abs(datetime.now(UTC).timestamp() - int(timestamp)) > _STALE.total_seconds():
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
