"""People who use the bot: they write, tap, send pictures, block it, and look at what it shows them."""

import asyncio
from collections.abc import Callable

from tests.fakes.telegram.chats import Chat, Json, Shown, without_quote
from tests.fakes.telegram.media import photo_sizes
from tests.fakes.telegram.text import entities_of_typed
from tests.fakes.telegram.world import World

Wanted = str | Callable[[Shown], bool]


class Voice:
    """One user in one chat. What is said returns at once; only `sees` waits.

    Methods that cause an update return its id, or None if the bot does not get it.
    """

    def __init__(self, world: World, user: Json, chat: Chat) -> None:
        self._world = world
        self.user = user
        self.chat = chat
        self.toasts: list[str] = []
        """What the bot answered to taps, as shown over the chat; empty answers are not shown."""
        self._looked_at = 0

    @property
    def id(self) -> int:
        user_id: int = self.user["id"]
        return user_id

    # Saying

    def says(self, text: str, *, reply_to: Shown | None = None, **extra: object) -> int | None:
        entities = entities_of_typed(text)
        quote = {"reply_to_message": without_quote(reply_to.payload)} if reply_to is not None else {}
        return self.sends({"text": text, **({"entities": entities} if entities else {}), **quote, **extra})

    def sends(self, content: Json) -> int | None:
        """Any kind of message: `content` holds the fields beside id, sender, chat and date."""
        if self.chat.blocked:
            raise RuntimeError(f"user {self.id} has blocked the bot and must unblock it before writing")
        self.chat.known = True
        message = self._world.new_message(self.chat, self.user, content)
        if not self._reaches_the_bot(message):
            return None
        return self._world.updates.add("message", message.payload, ("chat", self.chat.id))

    def _reaches_the_bot(self, message: Shown) -> bool:
        return True

    def sends_photo(self, content: bytes, caption: str = "", *, album: str = "") -> int | None:
        file = self._world.shelf.put(content, "photos", ".jpg")
        return self.sends({"photo": photo_sizes(file), **_caption(caption), **_album(album)})

    def sends_document(
        self,
        content: bytes,
        file_name: str = "file.pdf",
        mime_type: str = "application/pdf",
        caption: str = "",
        *,
        album: str = "",
    ) -> int | None:
        file = self._world.shelf.put(content, "documents", f".{file_name.rpartition('.')[2]}")
        document = {"file_name": file_name, "mime_type": mime_type, **file}
        return self.sends({"document": document, **_caption(caption), **_album(album)})

    def sends_voice(self, content: bytes, seconds: int = 3) -> int | None:
        file = self._world.shelf.put(content, "voice", ".oga")
        return self.sends({"voice": {"duration": seconds, "mime_type": "audio/ogg", **file}})

    def sends_location(self, latitude: float, longitude: float) -> int | None:
        return self.sends({"location": {"latitude": latitude, "longitude": longitude}})

    def sends_sticker(self, emoji: str = "👍") -> int | None:
        file = self._world.shelf.put(b"RIFF....WEBP", "stickers", ".webp")
        sticker = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        return self.sends({"sticker": {**sticker, "emoji": emoji, **file}})

    def edits(self, message_id: int, text: str) -> int | None:
        old = self.chat.messages[message_id]
        entities = entities_of_typed(text)
        payload = {**old.payload, "text": text, "edit_date": int(self._world.clock.now())}
        payload.pop("entities", None)
        edited = self.chat.edit(old, {**payload, **({"entities": entities} if entities else {})})
        if not self._reaches_the_bot(edited):
            return None
        return self._world.updates.add("edited_message", edited.payload, ("chat", self.chat.id))

    # Tapping

    def presses(self, button: str, message: Shown | None = None, *, anyway: bool = False) -> int | None:
        """Taps a button by label or data, on the last message with inline buttons unless another is given.

        A button of the reply keyboard is said as text. `anyway` sends the data even where no such button is
        (any more), as an old screen or a forged client does.
        """
        keyboard = self.chat.reply_keyboard
        if message is None and keyboard is not None and button in _labels(keyboard):
            return self.says(button)
        target = message if message is not None else self._last_with_buttons(anyway)
        data = button if anyway else target.button(button).get("callback_data")
        if data is None:
            raise LookupError(f"the button {button!r} opens a link; it sends nothing to the bot")
        return self._tap(str(data), target)

    def _last_with_buttons(self, anyway: bool) -> Shown:
        for message in reversed(self.chat.shown):
            if anyway or message.keyboard:
                return message
        raise LookupError(f"no message with buttons in chat {self.chat.id}")

    def _tap(self, data: str, message: Shown) -> int | None:
        query = {
            "id": self._world.open_query(self._is_answered),
            "from": self.user,
            "message": self._as_known_to_the_server(message),
            "chat_instance": str(abs(message.chat_id) + 7 * 10**17),
            "data": data,
        }
        return self._world.updates.add("callback_query", query, ("user", self.id))

    def _as_known_to_the_server(self, message: Shown) -> Json:
        chat = self._world.chats.find(message.chat_id)
        current = chat.messages.get(message.id) if chat is not None else None
        if current is None:
            # A deleted message comes as an "inaccessible message".
            return {"chat": message.payload["chat"], "message_id": message.id, "date": 0}
        return current.payload

    def _is_answered(self, text: str, _alert: bool) -> None:
        if text:
            self.toasts.append(text)

    # Looking

    @property
    def last(self) -> Shown:
        """The newest message of the bot in this chat."""
        return self.chat.shown[-1]

    @property
    def unread(self) -> list[Shown]:
        """What the bot showed since the last thing that `sees` found."""
        return self.chat.news[self._looked_at :]

    async def sees(self, wanted: Wanted = "", timeout: float = 5.0) -> Shown:  # noqa: ASYNC109
        """The next message or edit of the bot that contains the text or fulfils the predicate.

        Looks only at what came after the last one found, so that a text said twice is found twice.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._next(wanted)
        except TimeoutError:
            seen = [message.text for message in self.unread]
            raise AssertionError(
                f"{self.user['first_name']} saw no {wanted!r} in {timeout} s, only {seen}"
            ) from None

    async def _next(self, wanted: Wanted) -> Shown:
        at = self._looked_at
        while True:
            while at < len(self.chat.news):
                message, at = self.chat.news[at], at + 1
                if _fits(message, wanted):
                    self._looked_at = at
                    return message
            await self.chat.next_news()


class Person(Voice):
    """A user in the private chat with the bot."""

    def blocks(self) -> int | None:
        self.chat.blocked = True
        return self._membership("member", "kicked")

    def unblocks(self) -> int | None:
        self.chat.blocked = False
        return self._membership("kicked", "member")

    def _membership(self, old: str, new: str) -> int | None:
        change = {
            "chat": self.chat.payload,
            "from": self.user,
            "date": int(self._world.clock.now()),
            "old_chat_member": self._bot_as(old),
            "new_chat_member": self._bot_as(new),
        }
        return self._world.updates.add("my_chat_member", change, ("chat", self.chat.id))

    def _bot_as(self, status: str) -> Json:
        return {
            "user": self._world.bot,
            "status": status,
            **({"until_date": 0} if status == "kicked" else {}),
        }

    def in_group(self, chat_id: int, title: str = "项目群") -> "GroupVoice":
        return GroupVoice(self._world, self.user, self._world.chats.group(chat_id, title))


class GroupVoice(Voice):
    """A user in a group. In privacy mode the bot gets only commands, mentions and replies to itself."""

    def _reaches_the_bot(self, message: Shown) -> bool:
        payload = message.payload
        quoted = payload.get("reply_to_message", {}).get("from", {}).get("id")
        mention = f"@{self._world.bot['username']}".lower()
        text = message.text.lower()
        spoken_to = text.startswith("/") or mention in text or quoted == self._world.bot["id"]
        return spoken_to or not self._world.privacy


def _fits(message: Shown, wanted: Wanted) -> bool:
    return wanted in message.text if isinstance(wanted, str) else wanted(message)


def _labels(reply_keyboard: Json) -> list[str]:
    rows = reply_keyboard.get("keyboard", [])
    return [button["text"] if isinstance(button, dict) else button for row in rows for button in row]


def _caption(text: str) -> Json:
    entities = entities_of_typed(text)
    return {**({"caption": text} if text else {}), **({"caption_entities": entities} if entities else {})}


def _album(name: str) -> Json:
    return {"media_group_id": name} if name else {}
