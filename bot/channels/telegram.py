"""Telegram as a channel: how messages are sent and files fetched.

Rule 1: every failed call ends as one of the outcomes of channel.py, by what the failure proves.
Rule 2: what is called often or carries a secret goes straight through `AiohttpRequest.call`;
        python-telegram-bot's Bot, which logs its parameters at DEBUG, makes the other calls.

Beside it: `telegram_request.py` (the wire), `telegram_updates.py` (what updates say), `telegram_receiving.py`
(how they come in), `telegram_text.py` (markup), `telegram_outcomes.py` (what a failure proves).
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from telegram import Bot, BotCommand, InputMediaDocument, InputMediaPhoto, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.channels.channel import Calls, Capabilities, NotSent, TooLarge, Unfetchable
from bot.channels.telegram_outcomes import (
    CANNOT_EDIT,
    MARKUP_REFUSED,
    NO_TEXT_THERE,
    SAME_ALREADY,
    TOO_BIG,
    UNREACHABLE,
    outcome,
    says,
)
from bot.channels.telegram_receiving import Pause, Receiver, Store
from bot.channels.telegram_request import (
    OFFICIAL_API,
    STAND_IN_CALLS,
    STAND_IN_FILES,
    STAND_IN_TOKEN,
    AiohttpRequest,
)
from bot.channels.telegram_text import TEXT_LIMIT, clean, fits_caption, keyboard, render
from bot.channels.telegram_updates import CHANNEL, Me, read_update
from storage.absences import Loss
from storage.messages import Incoming, Outgoing

PNG = b"\x89PNG"
_ANSWER_PATIENCE = 5.0
_NO_PREVIEW: dict[str, object] = {"link_preview_options": {"is_disabled": True}}

log = logging.getLogger(__name__)


class TelegramChannel:
    """One bot. `account` is its number, the part of the token before the colon."""

    name = CHANNEL
    # Telegram keeps messages for a day, but presses of buttons for 150 seconds only.
    capabilities = Capabilities(
        edits=True, text_limit=TEXT_LIMIT, loses=Loss.TAPS, patience=150, keeps=24 * 3600
    )

    def __init__(
        self,
        token: str,
        *,
        api_url: str = OFFICIAL_API,
        proxy: str | None = None,
        secret: str = "",
        poll_seconds: int = 30,
        read_timeout: float = 20.0,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self.account = token.partition(":")[0]
        self.username = ""
        self._request = AiohttpRequest(token, api_url, proxy=proxy, read_timeout=read_timeout)
        self._bot = Bot(
            STAND_IN_TOKEN,
            base_url=lambda _: STAND_IN_CALLS,
            base_file_url=lambda _: STAND_IN_FILES,
            request=self._request,
            get_updates_request=self._request,
        )
        self._receiver = Receiver(
            self._request,
            self.account,
            secret=secret,
            poll_seconds=poll_seconds,
            prepare=self._prepare_polling,
            pause=pause,
        )
        # At DEBUG the library logs what is sent: people's words, and links that log a person in.
        logging.getLogger("telegram.Bot").setLevel(logging.INFO)

    # How it goes

    @property
    def calls(self) -> Counter[Calls]:
        return self._request.calls

    def deaf_for(self) -> float:
        return self._receiver.deaf_for()

    # Life

    async def start(self) -> None:
        await self._request.initialize()

    async def close(self) -> None:
        await self._request.shutdown()

    async def greet(self) -> bool:
        """Learns our user name. False during an outage: nothing waits for it but mentions in groups."""
        try:
            await self._learn_name()
        except TelegramError as fault:
            log.warning("Telegram did not tell the bot's name: %s", fault)
            return False
        return True

    async def _learn_name(self) -> None:
        self.username = (await self._bot.get_me()).username or ""

    async def set_commands(self, menu: Iterable[tuple[str, str]]) -> bool:
        """Shows the menu of commands: each name with its word. False during an outage."""
        try:
            return await self._bot.set_my_commands([BotCommand(name, label) for name, label in menu])
        except TelegramError as fault:
            log.warning("The menu of commands was not set: %s", fault)
            return False

    # Reading

    def to_incoming(self, raw: bytes) -> Incoming | None:
        return read_update(raw, Me(self.account, self.username))

    # Sending

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        """With files a new message is sent even if `message.replaces` is set: an edit cannot add pictures."""
        try:
            return await self._send(chat, message, files)
        except ChatMigrated as moved:
            # The group has a new number; the old one gets nothing, so nothing was sent.
            return await self.send(str(moved.new_chat_id), message, files)
        except TelegramError as fault:
            raise outcome(fault) from None

    async def _send(self, chat: str, message: Outgoing, files: tuple[bytes, ...]) -> str:
        if len(files) > 1:
            return await self._album(chat, files)
        if files:
            return str((await self._picture(chat, files[0], message)).message_id)
        if message.replaces.isdecimal():
            return await self._edit(chat, message) or await self._send_text(chat, message)
        return await self._send_text(chat, message)

    async def _send_text(self, chat: str, message: Outgoing) -> str:
        sent = await self._say("sendMessage", {"chat_id": chat, **_NO_PREVIEW}, message)
        return str(sent["message_id"])

    async def _edit(self, chat: str, message: Outgoing) -> str | None:
        """The message's id; None if Telegram no longer lets it be edited. The words of a picture are its caption."""
        where: dict[str, object] = {"chat_id": chat, "message_id": message.replaces}
        try:
            try:
                await self._say("editMessageText", {**where, **_NO_PREVIEW}, message)
            except BadRequest as refusal:
                if not (says(refusal, NO_TEXT_THERE) and fits_caption(message)):
                    raise
                await self._say("editMessageCaption", where, message, "caption")
        except BadRequest as refusal:
            if says(refusal, SAME_ALREADY):
                return message.replaces
            if says(refusal, *CANNOT_EDIT):
                return None
            raise
        return message.replaces

    async def _say(self, method: str, call: dict[str, object], message: Outgoing, name: str = "text") -> Any:  # noqa: ANN401 - JSON
        """Sends the words; if Telegram refuses our markup, the same words without it."""
        text, mode = render(message)
        call = {**call, name: text}
        if markup := keyboard(message.rows):
            call["reply_markup"] = markup
        try:
            return await self._request.call(method, {**call, "parse_mode": mode})
        except BadRequest as refusal:
            if not says(refusal, MARKUP_REFUSED):
                raise
            log.warning("Telegram refused our markup, sent as plain text: %s", refusal)
            return await self._request.call(method, {**call, name: clean(message.plain)})

    # Sending pictures

    async def _album(self, chat: str, files: tuple[bytes, ...]) -> str:
        try:
            sent = await self._bot.send_media_group(chat, [InputMediaPhoto(file) for file in files])
        except BadRequest as refusal:
            _check_it_is_the_picture(refusal)
            documents = [
                InputMediaDocument(file, filename=_file_name(file, n)) for n, file in enumerate(files, 1)
            ]
            sent = await self._bot.send_media_group(chat, documents)
        return str(sent[0].message_id)

    async def _picture(self, chat: str, file: bytes, message: Outgoing) -> Message:
        """One picture with its words; as a file if Telegram does not take it as a photo (its sides, its bytes)."""
        words: dict[str, Any] = {}
        words["caption"], words["parse_mode"] = render(message)
        words["reply_markup"] = keyboard(message.rows)
        try:
            return await self._bot.send_photo(chat, file, api_kwargs=words)
        except BadRequest as refusal:
            if says(refusal, MARKUP_REFUSED):
                plain = {"caption": clean(message.plain), "reply_markup": words["reply_markup"]}
                return await self._bot.send_photo(chat, file, api_kwargs=plain)
            _check_it_is_the_picture(refusal)
            return await self._bot.send_document(chat, file, filename=_file_name(file), api_kwargs=words)

    async def answer_press(self, press: str) -> None:
        try:
            await self._request.call("answerCallbackQuery", {"callback_query_id": press}, _ANSWER_PATIENCE)
        except TelegramError as fault:
            # "Query is too old" and the like: the person's button stops turning by itself.
            log.debug("A button press was not answered: %s", fault)

    # Fetching

    async def fetch(self, reference: str, limit: int) -> bytes:
        """Reading twice does no harm, so that every doubt is NotSent."""
        try:
            file = await self._request.call("getFile", {"file_id": reference})
            if (file.get("file_size") or 0) > limit:
                raise TooLarge(file["file_size"])
            if not file.get("file_path"):
                raise Unfetchable("a file without a path")
            return await self._request.download(file["file_path"], limit)
        except (BadRequest, Forbidden) as refusal:
            raise (TooLarge() if says(refusal, TOO_BIG) else Unfetchable(str(refusal))) from None
        except TelegramError as fault:
            raise _to_try_again(fault) from None

    # Receiving

    async def poll(self, store: Store) -> None:
        """Takes updates in by long polling, for ever. `store` commits; only then are they confirmed."""
        await self._receiver.poll(store)

    async def webhook(self, request: Request, store: Store) -> Response:
        """Takes one update in that Telegram brings; see `Receiver.webhook`."""
        return await self._receiver.webhook(request, store)

    async def set_webhook(self, public_url: str, secret: str) -> bool:
        """Asks Telegram to call us. False during an outage, or if Telegram does not take the address."""
        return await self._receiver.set_webhook(public_url, secret)

    async def _prepare_polling(self) -> None:
        # While a webhook is set, getUpdates is refused.
        await self._bot.delete_webhook()
        if not self.username:
            await self._learn_name()


def _file_name(file: bytes, number: int = 1) -> str:
    return f"{number}.{'png' if file.startswith(PNG) else 'jpg'}"


def _check_it_is_the_picture(refusal: BadRequest) -> None:
    """Raises the refusal again if another kind of file would not help."""
    if says(refusal, *UNREACHABLE):
        raise refusal
    log.warning("Telegram did not take a picture as a photo, sent as a file: %s", refusal)


def _to_try_again(fault: TelegramError) -> NotSent:
    ended = outcome(fault)
    return ended if isinstance(ended, NotSent) else NotSent(str(fault))
