"""Members who talk to the bot: they write, tap its cards, send files, look; alone or in a group with it.

What is said returns at once; only `sees` waits. A `Told` says whether a connection got it: what none stood for is lost.
"""

import asyncio
import itertools
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.aibot.speaking import GROUP
from tests.fakes.wecom.screens import Json, Screen, Shown

if TYPE_CHECKING:
    from tests.fakes.aibot.server import FakeAibot

_numbers = itertools.count(1)


@dataclass
class Told:
    """A callback. `written` is None if no connection stood that would have taken it."""

    body: Json
    command: str
    written: "asyncio.Future[bool] | None" = None

    @property
    def id(self) -> str:
        return str(self.body.get("msgid", ""))

    @property
    def got_through(self) -> bool:
        return self.written is not None and self.written.done() and self.written.result()


class Talking(Screen):
    """A conversation with the bot; `member` is who speaks."""

    def __init__(self, bot: "FakeAibot", key: str, name: str, userid: str) -> None:
        super().__init__(name)
        self.key = key
        self.userid = userid
        self._bot = bot

    # Saying

    def says(self, text: str, *, quoting: Json | None = None) -> Told:
        return self.sends("text", {"content": self._addressing(text)}, quoting)

    def sends_mixed(self, *items: str | bytes) -> Told:
        """Words and pictures in one message."""
        told = [self._item(each) for each in items]
        return self.sends("mixed", {"msg_item": told})

    def _item(self, item: str | bytes) -> Json:
        if isinstance(item, str):
            return {"msgtype": "text", "text": {"content": self._addressing(item)}}
        return {"msgtype": "image", "image": self._bot.speaking.downloads.keep(item, "photo.jpg")}

    def sends(self, kind: str, content: Json, quoting: Json | None = None, **extra: object) -> Told:
        """A message of any kind."""
        self._bot.speaking.spoken.add(self.key)
        body = self._body(kind) | {"msgid": f"CAI{next(_numbers)}-{secrets.token_hex(4)}", kind: content}
        if quoting is not None:
            body["quote"] = quoting
        return self._bot.tell("aibot_msg_callback", body | extra, self.key, "message")

    def _body(self, kind: str) -> Json:
        return {
            "aibotid": self._bot.bot_id, "chattype": "single", "from": {"userid": self.userid}, "msgtype": kind,
            "create_time": int(self._bot.clock.now()),
        }  # fmt: skip

    def _addressing(self, text: str) -> str:
        return text

    # Tapping

    def taps(self, label: str, message: Shown | None = None) -> Told:
        """Taps the button that begins so, on the newest card that has it; what is only written out is typed."""
        for shown in [message] if message else reversed(self.shown):
            for text, key in shown.choices.items():
                if text.startswith(label):
                    return self.hands_in(shown, key)
            if written := [text for text in shown.buttons if text.startswith(label)]:
                return self.says(written[0])
        raise LookupError(
            f"{self.name} sees no button {label!r}; the last message offers {self.shown[-1].buttons}"
        )

    def hands_in(self, shown: Shown, *keys: str) -> Told:
        """A card event: a button's key, or the options that are marked."""
        card = shown.card
        told: Json = {"card_type": card["card_type"], "event_key": keys[0], "task_id": card["task_id"]}
        if card["card_type"] == "vote_interaction":
            item = {"question_key": card["checkbox"]["question_key"], "option_ids": {"option_id": list(keys)}}
            told |= {
                "event_key": card["submit_button"]["key"], "selected_items": {"selected_item": [item]},
            }  # fmt: skip
        return self._event("template_card_event", told, card["task_id"])

    def _event(self, kind: str, told: Json, task: str = "") -> Told:
        event = {"eventtype": kind, **({kind: told} if told else {})}
        body = self._body("event") | {"msgid": f"CAE{next(_numbers)}-{secrets.token_hex(4)}", "event": event}
        return self._bot.tell("aibot_event_callback", body, self.key, kind, task)


class Member(Talking):
    """In the single chat with the bot."""

    def __init__(self, bot: "FakeAibot", userid: str, name: str) -> None:
        super().__init__(bot, userid, name, userid)
        self._entered = -1

    def sends_photo(self, content: bytes, name: str = "photo.jpg") -> Told:
        return self.sends("image", self._bot.speaking.downloads.keep(content, name))

    def sends_file(self, content: bytes, name: str) -> Told:
        return self.sends("file", self._bot.speaking.downloads.keep(content, name))

    def sends_video(self, content: bytes) -> Told:
        return self.sends("video", self._bot.speaking.downloads.keep(content, "video.mp4"))

    def speaks(self, words: str) -> Told:
        """A voice message: only its words come."""
        return self.sends("voice", {"content": words})

    def enters(self) -> Told | None:
        """The first time of a day is told; no other."""
        today = int(self._bot.clock.now() // 86400)
        if today == self._entered:
            return None
        self._entered = today
        return self._event("enter_chat", {})

    def rates(self, feedback: str, kind: int) -> Told:
        return self._event("feedback_event", {"id": feedback, "type": kind})


class InGroup(Talking):
    """A member in a group with the bot: it hears only what is said to it by name."""

    def __init__(self, bot: "FakeAibot", userid: str, chatid: str, name: str) -> None:
        super().__init__(bot, f"{GROUP}{chatid}", name, userid)
        self._chatid = chatid

    def _body(self, kind: str) -> Json:
        return super()._body(kind) | {"chattype": "group", "chatid": self._chatid}

    def _addressing(self, text: str) -> str:
        return f"@{self._bot.name} {text}"
