"""A group of WeCom that is told things (消息推送, formerly 群机器人): nothing comes in.

Rule 1  Markdown, but people's words never become it: what would be markup is written with its full-width twin.
Rule 2  WeCom cannot be asked not to show a message twice here; what is in doubt ends as with Telegram.
Rule 3  The key opens the group to whoever has it: it stands in no error, no log and no row.

Limits: developer.work.weixin.qq.com, 消息推送 (99110): 4096 bytes, pictures of 2 MB, 20 messages a minute.
"""

import asyncio
import base64
import hashlib
import io
import json
import logging
import re
from collections import Counter

from bot.channels.channel import Calls, Capabilities, NotSent, Refused, Unfetchable
from bot.channels.wecom_cards import clean
from bot.channels.wecom_outcomes import outcome
from bot.channels.wecom_request import ApiRefusal, WecomFault, Wire
from storage.groups import CHANNEL
from storage.messages import Incoming, Outgoing
from storage.parts import Buttons, Fit

# 4096 bytes of the characters with the most bytes for each of our units; some room for the title's stars.
TEXT_LIMIT = 1340
LARGEST_PICTURE = 2 << 20
WRONG_KEY = 93000

_LONGEST_SIDE = 1600
_MARKUP = str.maketrans({"*": "＊", "`": "｀", "[": "［", "<": "＜"})
_LINE_MARKUP = re.compile(r"^(\s*)([#>])", re.MULTILINE)
_TWINS = {"#": "＃", ">": "＞"}

log = logging.getLogger(__name__)


def plain(text: str) -> str:
    """Words that stay what they are in markdown."""
    text = clean(text).translate(_MARKUP)
    return _LINE_MARKUP.sub(lambda found: found[1] + _TWINS[found[2]], text)


def render(message: Outgoing) -> str:
    title = f"**{plain(message.title)}**" if message.title else ""
    return "\n".join(part for part in (title, plain(message.text)) if part)


class WecomGroupChannel:
    """One group. `account` is its name in the settings; its one chat has the same name."""

    name = CHANNEL
    # No buttons: what they would say is written out.
    capabilities = Capabilities(
        edits=False, text_limit=Fit(words=TEXT_LIMIT, caption=0, album=1, buttons=(Buttons(0, 0, 0),))
    )

    def __init__(self, name: str, key: str, wire: Wire) -> None:
        self.account = name
        self._key = key
        self._wire = wire

    async def start(self) -> None:
        await self._wire.initialize()

    async def close(self) -> None:
        await self._wire.shutdown()

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        """WeCom names no id. By its Fit a message is one call."""
        for file in files:
            await self._say({"msgtype": "image", "image": await asyncio.to_thread(_picture, file)})
        if message.plain:
            await self._say({"msgtype": "markdown", "markdown": {"content": render(message)}})
        return ""

    async def _say(self, body: dict[str, object]) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        try:
            await self._wire.json("POST", "webhook/send", {"key": self._key}, content)
        except ApiRefusal as refusal:
            if refusal.code == WRONG_KEY:
                log.error(
                    "The group %s does not exist any more: look at SANBAO_WECOM_GROUP_KEYS", self.account
                )
                raise NotSent(str(refusal), everyone=True) from None
            raise outcome(refusal) from None
        except WecomFault as fault:
            raise outcome(fault) from None

    @property
    def calls(self) -> Counter[Calls]:
        return self._wire.calls

    def deaf_for(self) -> float:
        return 0  # nothing comes in

    def to_incoming(self, raw: bytes) -> Incoming | None:
        return None

    async def answer_press(self, press: str) -> None:
        pass

    async def fetch(self, reference: str, limit: int) -> bytes:
        raise Unfetchable("a group sends nothing")


def _picture(content: bytes) -> dict[str, str]:
    if len(content) > LARGEST_PICTURE:
        content = _smaller(content)
    if len(content) > LARGEST_PICTURE:
        raise Refused(f"a picture of {len(content)} bytes")
    checksum = hashlib.md5(content).hexdigest()  # noqa: S324 - WeCom's own choice
    return {"base64": base64.b64encode(content).decode(), "md5": checksum}


def _smaller(content: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(content)) as picture:
        picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        target = io.BytesIO()
        picture.convert("RGB").save(target, "JPEG", quality=80)
    return target.getvalue()
