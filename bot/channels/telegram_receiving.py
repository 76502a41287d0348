"""How Telegram's updates come in: by long polling or by webhook.

Rule 1: an update is confirmed (a higher offset, a 200) only after `store` has returned.
Rule 2: whatever arrives is stored; what it means, and whether it means anything, is found out in its turn.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from telegram.error import TelegramError

from bot.channels.telegram_request import AiohttpRequest, FloodWait
from bot.channels.telegram_updates import CHANNEL, WANTED, Piece, piece, pieces
from bot.watching.pulse import Pulse
from storage.messages import Arrived

Store = Callable[[Sequence[Arrived]], Awaitable[None]]
Pause = Callable[[float], Awaitable[None]]

WEBHOOK_PATH = "/telegram/webhook"

_MAX_WEBHOOK_BODY = 1024 * 1024
_BATCH = 100
SPARE_SECONDS = 10.0  # what a poll may take longer than Telegram was asked to hold it
_LONGEST_BACKOFF = 30.0

log = logging.getLogger(__name__)


class Receiver:
    """Takes updates in for one bot. `prepare` is called before the first poll until it no longer raises."""

    def __init__(
        self,
        request: AiohttpRequest,
        account: str,
        *,
        secret: str,
        poll_seconds: int,
        prepare: Callable[[], Awaitable[None]],
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._request = request
        self._account = account
        self._secret = secret
        self._poll_seconds = poll_seconds
        self._prepare = prepare
        self._pause = pause
        self._polls = False
        self._heard = Pulse()

    def deaf_for(self) -> float:
        """Seconds since which no poll was answered, beyond what a poll may take; 0 where Telegram calls us."""
        return max(0.0, self._heard.silent_for() - self._poll_seconds - SPARE_SECONDS) if self._polls else 0

    # Long polling

    async def poll(self, store: Store) -> None:
        """Takes updates in for ever. `store` commits; only then are they confirmed."""
        self._polls = True
        self._heard.beat()
        try:
            await self._poll(store)
        finally:  # another process may have taken over
            self._polls = False

    async def _poll(self, store: Store) -> None:
        trouble = _Trouble()
        offset, prepared = 0, False
        while True:
            try:
                if not prepared:
                    await self._prepare()
                    prepared = True
                offset = await self._take_in(store, offset)
                self._heard.beat()
            except Exception as fault:
                # The database's troubles too: whatever it is, it is tried again, and nothing was confirmed.
                await self._pause(trouble.met(fault))
            else:
                trouble.over()

    async def _take_in(self, store: Store, offset: int) -> int:
        """One round; returns the offset that confirms it."""
        call = {"limit": _BATCH, "timeout": self._poll_seconds, "allowed_updates": WANTED}
        if offset:
            call["offset"] = offset
        found = pieces(await self._request.raw("getUpdates", call, self._poll_seconds + 10))
        if not found:
            # All is confirmed. The next call names no offset, since ids begin anew after a silent week.
            return 0
        await store([self._arrived(update) for update in found])
        ids = [update.update_id for update in found if update.update_id is not None]
        if not ids:
            raise ValueError(f"{len(found)} updates without an update_id cannot be confirmed")
        return max(ids) + 1

    def _arrived(self, update: Piece) -> Arrived:
        return Arrived(
            channel=CHANNEL,
            account=self._account,
            external=update.external,
            sender=f"{CHANNEL}:{self._account}:{update.user}",
            raw=update.raw,
            received=datetime.now(UTC),
        )

    # Webhook

    async def set_webhook(self, public_url: str, secret: str) -> bool:
        """Asks Telegram to call us. False during an outage, or if Telegram does not take the address."""
        self._secret = secret
        call = {
            "url": public_url.rstrip("/") + WEBHOOK_PATH,
            "secret_token": secret,
            "allowed_updates": WANTED,
        }
        try:
            return bool(await self._request.call("setWebhook", call))
        except TelegramError as fault:
            log.warning("The webhook was not set: %s", fault)
            return False

    async def webhook(self, request: Request, store: Store) -> Response:
        """Takes one update in: 200 only once it is stored. What is no update is stored too, to be parked.

        A refused update would block all that follows it in its chat.
        """
        if not self._knows_secret(request):
            return Response("forbidden", 403)
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return Response("incomplete", 400)
        if body is None:
            return Response("too large", 413)
        try:
            await store([self._arrived(piece(body))])
        except Exception:
            log.exception("An update was not stored; Telegram will bring it again")
            return Response("not stored", 503)
        return Response()

    def _knows_secret(self, request: Request) -> bool:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        return bool(self._secret) and hmac.compare_digest(given.encode(), self._secret.encode())


class _Trouble:
    """Troubles in a row: how long to wait, and that each kind is logged once until it is over."""

    def __init__(self) -> None:
        self._times = 0
        self._logged: set[str] = set()

    def met(self, fault: Exception) -> float:
        """Seconds to wait: 1, 2, 4 ... 30, or what Telegram asks for."""
        wait = min(2.0**self._times, _LONGEST_BACKOFF)
        self._times = min(self._times + 1, 10)
        kind = type(fault).__name__
        if kind not in self._logged:
            self._logged.add(kind)
            if isinstance(fault, TelegramError):
                log.warning("Taking updates in: %s: %s. Trying again.", kind, fault)
            else:
                log.error("Taking updates in failed on our side. Trying again.", exc_info=fault)
        asked = fault.retry_after if isinstance(fault, FloodWait) else None
        return wait if asked is None else asked

    def over(self) -> None:
        if self._logged:
            log.info("Taking updates in works again")
        self._times = 0
        self._logged.clear()


async def _read_body(request: Request) -> bytes | None:
    """The body, read no further than the limit; None if it is larger."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_WEBHOOK_BODY:
            return None
    return bytes(body)
