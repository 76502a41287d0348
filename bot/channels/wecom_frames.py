"""What a smart bot is told, in our words. Pure.

Rule 1  A frame is stored as it came; what it means is found out in its turn. Unknown kinds say nothing to us.
Rule 2  In a group the bot's name before the words is taken off; ids are opaque, their case is kept.
Rule 3  Voice comes as words (WeCom transcribes it), and is read as what was said.
"""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.channels.channel import Unreadable
from bot.channels.wecom_cards import SUBMIT
from storage.messages import Address, Incoming, IncomingKind, Media, MediaKind

CHANNEL = "aibot"
GROUP = "group:"
_FILES = {"image": MediaKind.PHOTO, "file": MediaKind.FILE, "video": MediaKind.VIDEO}
_MENTION = re.compile(r"^\s*@\S+\s*")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """One callback before it is stored: who caused it, and by what it is known to be new."""

    user: str
    external: str


def piece(frame: Json, raw: bytes) -> Piece:
    body = _dict(frame.get("body"))
    user = _dict(body.get("from")).get("userid")
    number = body.get("msgid")
    external = number if isinstance(number, str) and number else f"#{sha256(raw).hexdigest()}"
    return Piece(user if isinstance(user, str) and user else "-", external)


def read_frame(raw: bytes, bot: str) -> Incoming | None:
    """What it says to us; None if nothing. Raises Unreadable."""
    try:
        frame = json.loads(raw)
        return _read(frame["body"], bot, frame["headers"]["req_id"])
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as fault:
        raise Unreadable(f"{type(fault).__name__} in a frame of {len(raw)} bytes") from None


def reference(url: str, key: str) -> str:
    return json.dumps({"url": url, "key": key}, separators=(",", ":"))


def _read(body: Json, bot: str, request: str) -> Incoming | None:
    if "from" not in body:
        return None
    user, group = body["from"]["userid"], body.get("chattype") == "group"
    address = Address(
        channel=CHANNEL, account=bot, user=user, chat=f"{GROUP}{body['chatid']}" if group else user
    )
    if body["msgtype"] == "event":
        return _event(body["event"], address, request)
    said = _said(body, body["msgtype"])
    if said is None:
        return None
    words, media = said
    kind = IncomingKind.MEDIA if media else IncomingKind.TEXT
    return Incoming(
        address=address, kind=kind, text=_MENTION.sub("", words, count=1) if group else words, media=media,
        message=str(body.get("msgid", "")), group=group,
    )  # fmt: skip


def _said(body: Json, kind: str) -> tuple[str, tuple[Media, ...]] | None:
    match kind:
        case "text" | "voice":
            return _clean(body[kind]["content"]), ()
        case "image" | "file" | "video":
            return "", (_media(kind, body[kind]),)
        case "mixed":
            return _mixed(body["mixed"]["msg_item"])
    return None


def _mixed(items: list[Json]) -> tuple[str, tuple[Media, ...]]:
    said = [found for item in items if (found := _said(item, item["msgtype"])) is not None]
    return "\n".join(words for words, _ in said if words), tuple(file for _, files in said for file in files)


def _media(kind: str, content: Json) -> Media:
    return Media(kind=_FILES[kind], reference=reference(content["url"], content.get("aeskey", "")))


def _event(event: Json, address: Address, request: str) -> Incoming | None:
    if event["eventtype"] != "template_card_event":
        return None
    pressed = event["template_card_event"]
    return Incoming(
        address=address, kind=IncomingKind.BUTTON, text=_clean(_chosen(pressed)), message=pressed["task_id"],
        group=address.chat.startswith(GROUP), press=f"{request} {pressed['task_id']}",
    )  # fmt: skip


def _chosen(pressed: Json) -> str:
    """A button's key, or the option that was marked before the card was handed in."""
    if pressed["event_key"] != SUBMIT:
        return str(pressed["event_key"])
    (item,) = pressed["selected_items"]["selected_item"]
    (option,) = item["option_ids"]["option_id"]
    return str(option)


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("", text)
