"""Groups: those that an app makes (appchat), and the address by which anyone may write into one (webhook)."""

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from tests.fakes.wecom.errors import refused
from tests.fakes.wecom.screens import Json, Screen, Shown, words_of
from tests.fakes.wecom.sending import as_shown, checked

if TYPE_CHECKING:
    from tests.fakes.wecom.world import World

MOST_A_MINUTE = 20
APPCHAT_KINDS = ("text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown")


class Groups:
    def __init__(self, world: "World") -> None:
        self._world = world
        self.range_is_root = True
        """The app is visible to the whole company; else it may make no groups."""
        self.made: dict[str, Screen] = {}
        self.users: dict[str, list[str]] = {}
        self.webhooks: dict[str, Screen] = {}
        self._calls: dict[str, list[float]] = {}

    # appchat

    def create(self, body: Json) -> Json:
        if not self.range_is_root:
            raise refused(60011, "no privilege to access/modify contact/party/agent")
        users = body.get("userlist", [])
        if not 2 <= len(users) <= 2000 or len(body.get("name", "")) > 50:
            raise refused(40058, "userlist or name")
        unknown = [user for user in users if user.lower() not in self._world.members]
        if unknown:
            raise refused(60111, unknown[0])
        chatid = body.get("chatid") or f"chat{len(self.made) + 1}"
        if not re.fullmatch("[0-9A-Za-z]{1,32}", chatid) or chatid in self.made:
            raise refused(86001 if chatid not in self.made else 86215, "chatid")
        self.made[chatid], self.users[chatid] = Screen(body.get("name", chatid)), users
        return {"chatid": chatid}

    def send(self, body: Json) -> Json:
        if body.get("chatid") not in self.made:
            raise refused(86001)
        if body.get("msgtype") not in APPCHAT_KINDS:
            raise refused(40008, "msgtype")
        self.made[body["chatid"]].show(as_shown(self._world, checked(self._world, body), ""))
        return {}

    # The webhook

    def webhook(self, key: str) -> Screen:
        """The group behind a key; the first mention makes it."""
        return self.webhooks.setdefault(key, Screen(f"group of {key}"))

    def into(self, key: str, body: Json) -> Json:
        if key not in self.webhooks:
            raise refused(93000)
        now = self._world.clock.now()
        self._calls[key] = [moment for moment in self._calls.get(key, []) if moment > now - 60] + [now]
        if len(self._calls[key]) > MOST_A_MINUTE:
            raise refused(45009)
        self.webhooks[key].show(_told(body))
        return {}


def _told(body: Json) -> Shown:
    kind = str(body.get("msgtype"))
    if kind == "image":
        picture = base64.b64decode(body["image"]["base64"])
        if hashlib.md5(picture).hexdigest() != body["image"]["md5"]:  # noqa: S324 - WeCom's own choice
            raise refused(40058, "md5")
        if len(picture) > 2 << 20:
            raise refused(40009)
        return Shown("", kind, {"msgtype": kind}, "", picture)
    longest = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}.get(kind)
    if longest is None:
        raise refused(40008, f"invalid message type {kind}")
    if not 1 <= len(body[kind]["content"].encode()) <= longest:
        raise refused(40058, f"{kind}.content exceed max length {longest}")
    return Shown("", kind, body, words_of(body))
