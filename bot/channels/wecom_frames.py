"""What a smart bot is told, in our words. Pure.

Rule 1  A frame is stored as it came; what it means is found out in its turn. Unknown kinds say nothing to us.
Rule 2  In a group the bot's name before the words is taken off; ids are opaque, their case is kept.
Rule 3  Voice comes as words (WeCom transcribes it), and is read as what was said.
Rule 4  What a message quotes comes as its words, without who said them or any id; one that cannot be read is no quote.
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
_CALLBACKS = ("aibot_msg_callback", "aibot_event_callback")
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


def is_visit(frame: Json) -> bool:
    """Whether somebody opens the chat for the first time that day."""
    return _dict(_dict(frame.get("body")).get("event")).get("eventtype") == "enter_chat"


def read_frame(raw: bytes, bot: str) -> Incoming | None:
    """What it says to us; None if nothing. Raises Unreadable."""
    try:
        frame = json.loads(raw)
        if frame["cmd"] not in _CALLBACKS:
            return None
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
    words, media = _said(body, body["msgtype"])
    words = _MENTION.sub("", words, count=1) if group else words
    kind = IncomingKind.MEDIA if media else IncomingKind.TEXT if words.strip() else IncomingKind.OTHER
    return Incoming(
        address=address, kind=kind, text=words, media=media, message=str(body.get("msgid", "")), group=group,
        quoted=_quoted(_dict(body.get("quote"))),
    )  # fmt: skip


def _quoted(quote: Json) -> str:
    """Its words; a quoted card or markdown may come under a kind of its own."""
    try:
        words, _ = _said(quote, quote["msgtype"])
        return words or _clean(quote[quote["msgtype"]]["content"])
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return ""


def _said(body: Json, kind: str) -> tuple[str, tuple[Media, ...]]:
    """Words and files; neither of them for a kind that we do not know."""
    match kind:
        case "text" | "voice":
            return _clean(body[kind]["content"]), ()
        case "image" | "file" | "video":
            return "", (_media(kind, body[kind]),)
        case "mixed":
            said = [_said(item, item["msgtype"]) for item in body["mixed"]["msg_item"]]
            words = "\n".join(words for words, _ in said if words)
            return words, tuple(file for _, files in said for file in files)
    return "", ()


def _media(kind: str, content: Json) -> Media:
    return Media(kind=_FILES[kind], reference=reference(content["url"], content.get("aeskey", "")))


def _event(event: Json, address: Address, request: str) -> Incoming | None:
    if event["eventtype"] != "template_card_event":
        return None
    pressed = event["template_card_event"]
    key, task = _clean(_chosen(pressed)), str(pressed["task_id"])
    return Incoming(
        address=address, kind=IncomingKind.BUTTON, text=key, message=task,
        group=address.chat.startswith(GROUP), press=f"{request} {task} {key}",
    )  # fmt: skip


def _chosen(pressed: Json) -> str:
    """A button's key, or the option that was marked before the card was handed in; empty if none was."""
    if pressed["event_key"] != SUBMIT:
        return str(pressed["event_key"])
    marked = [
        each
        for item in pressed["selected_items"]["selected_item"]
        for each in item["option_ids"]["option_id"]
    ]
    return str(marked[0]) if marked else ""


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("", text)
