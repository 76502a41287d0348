"""Telegram's updates in our words. Pure.

Rule 1: text and buttons, the hot path, read the few fields they need from the JSON; python-telegram-bot's
        objects are made of attachments only. `Update.de_json` makes objects of everything, at 160-360 µs
        where this takes 16-23; the tests hold the two against each other.
Rule 2: what the Bot API does not document raises Unreadable: a row is parked, no loop is stopped.
Rule 3: an update cut out of the answer of getUpdates keeps its own bytes.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, NoReturn

from telegram import Animation, Audio, Document, Location, PhotoSize, Update, Video, VideoNote, Voice

from bot.channels.channel import Unreadable
from storage.messages import Address, Incoming, IncomingKind, Media, MediaKind

Json = dict[str, Any]

CHANNEL = "telegram"
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")

# Documented, and nothing to us: channel posts, polls, reactions and the like.
_SILENT = frozenset(map(str, Update.ALL_TYPES)) - frozenset(WANTED)
# Telegram's own remarks in a private chat, which nobody said.
_REMARKS = frozenset(
    {
        "boost_added",
        "chat_background_set",
        "connected_website",
        "message_auto_delete_timer_changed",
        "pinned_message",
        "proximity_alert_triggered",
        "write_access_allowed",
    }
)
# What a camera makes; a picture sent "as a file" is a document with one of these types.
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{1,64}))?(?!\S)")
# NUL breaks PostgreSQL's text, lone surrogates break sqlite3.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself. Without its user name (not yet learnt) nothing in a group is known to be a mention."""

    account: str
    username: str = ""

    def is_called(self, name: str) -> bool:
        return bool(self.username) and name.lower() == self.username.lower()


# An update as it is stored


@dataclass(frozen=True, slots=True)
class Piece:
    """One raw update: its id (None if it has none), who caused it ("-" if nobody is named), and its bytes."""

    update_id: int | None
    user: str
    raw: bytes

    @property
    def external(self) -> str:
        """By what it is known to be new."""
        return f"#{sha256(self.raw).hexdigest()}" if self.update_id is None else str(self.update_id)


def piece(raw: bytes) -> Piece:
    """One update as it came. Anything at all is a piece; what it means is found out later."""
    try:
        return _piece(_decode(raw), raw)
    except (ValueError, RecursionError):
        return Piece(None, "-", raw)


def pieces(body: bytes) -> list[Piece]:
    """The updates in an answer of getUpdates. Raises ValueError if it has no result.

    A broken one does not stand in the way of those before it; what follows it comes with the next answer. Latin-1
    has a letter for every byte, so that one which is no UTF-8 spoils no other: its ids are read, no words.
    """
    text = body.decode("latin-1")
    found: list[Piece] = []
    at = _first_of_result(text)
    while (at := _skip_gap(text, at)) < len(text) and text[at] != "]":
        try:
            update, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return [*found, _broken(text[at:])]
        found.append(_piece(update, text[at:end].encode("latin-1")))
        at = end
    return found


def _first_of_result(text: str) -> int:
    at = text.find("[", max(0, text.find('"result"')))
    if at < 0:
        raise ValueError("an answer of getUpdates without a list of updates")
    return at + 1


_GAP = re.compile(r"[\s,]*")
_UPDATE_ID = re.compile(r'"update_id"\s*:\s*(\d{1,18})')


def _skip_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at


def _broken(rest: str) -> Piece:
    named = _UPDATE_ID.search(rest)
    return Piece(int(named[1]) if named else None, "-", rest.encode("latin-1"))


def _piece(update: object, raw: bytes) -> Piece:
    if not isinstance(update, dict):
        return Piece(None, "-", raw)
    update_id = update.get("update_id")
    return Piece(update_id if _is_id(update_id) else None, _user_of(update), raw)


def _user_of(update: Json) -> str:
    for content in update.values():
        if isinstance(content, dict) and isinstance(user := content.get("from"), dict):
            return str(user["id"]) if _is_id(user.get("id")) else "-"
    return "-"


# An update as it is understood


def read_update(raw: bytes, me: Me) -> Incoming | None:
    """What the update says to us; None if nothing. Raises Unreadable."""
    try:
        return _read(_decode(raw), me)
    except Unreadable:
        raise
    except Exception as fault:
        # Whatever else can be wrong with an undocumented update, its row must be parked.
        raise Unreadable(f"{type(fault).__name__} in an update of {len(raw)} bytes") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _decode(raw: bytes) -> Any:  # noqa: ANN401 - JSON of any shape; its readers look
    return _DECODER.decode(raw.decode("utf-8", "surrogatepass"))


def _read(update: Json, me: Me) -> Incoming | None:
    _id(update, "update_id")
    for kind, content in update.items():
        match kind:
            case "message":
                return _message(content, me)
            case "callback_query":
                return _press(content, me)
            case "edited_message":
                return _message(content, me, edited=True)
            case "my_chat_member":
                return _membership(content, me)
            case _ if kind in _SILENT:
                return None
    raise Unreadable(f"an update of no known kind: {sorted(update)[:5]}")


def _message(message: Json, me: Me, edited: bool = False) -> Incoming | None:
    user: Json = message.get("from") or {}
    chat: Json = message["chat"]
    if not user or user.get("is_bot") or chat["type"] == "channel":
        # An anonymous admin, a channel or another bot: nobody who reports.
        return None
    media = _media(message)
    kind = IncomingKind.EDITED if edited else _kind(message, media)
    if kind is None:
        return None
    group = chat["type"] != "private"
    words: str = message.get("text") or message.get("caption") or ""
    text, to_me = _spoken(_text(words), group, me)
    return Incoming(
        address=_address(me, user, _id(chat)),
        kind=kind,
        text=text,
        media=media,
        message=str(_id(message, "message_id")),
        album=_text(message.get("media_group_id", "")) if kind is IncomingKind.MEDIA else "",
        quotes=_quotes(message, me),
        quoted=_text((message.get("quote") or {}).get("text", "")) if _answers_me(message, me) else "",
        group=group,
        to_me=to_me or _answers_me(message, me),
        sender_name=_name(user),
    )


def _kind(message: Json, media: tuple[Media, ...]) -> IncomingKind | None:
    if media:
        return IncomingKind.MEDIA
    if "text" in message:
        return IncomingKind.TEXT
    return IncomingKind.OTHER if _REMARKS.isdisjoint(message) else None


def _spoken(text: str, group: bool, me: Me) -> tuple[str, bool]:
    """The words without our name, and whether they are meant for us."""
    command = _COMMAND.match(text)
    if command and command[2] is None:
        return text, True
    if command and me.is_called(command[2]):
        return f"/{command[1]}{text[command.end() :]}", True
    if command or not group:
        return text, not group
    if not me.username:
        return text, False
    rest, times = _mention(me.username).subn("", text)
    return (rest.strip(), True) if times else (text, False)


@lru_cache(maxsize=8)
def _mention(username: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_])@{re.escape(username)}(?![A-Za-z0-9_])", re.IGNORECASE)


def _answers_me(message: Json, me: Me) -> bool:
    quoted: Json = message.get("reply_to_message") or {}
    return str(quoted.get("from", {}).get("id")) == me.account


def _quotes(message: Json, me: Me) -> str:
    """The message of ours that this one replies to."""
    return str(_id(message["reply_to_message"], "message_id")) if _answers_me(message, me) else ""


def _press(query: Json, me: Me) -> Incoming:
    # A message that is too old comes without its content, one of an inline query not at all.
    user: Json = query["from"]
    message: Json = query.get("message") or {}
    chat: Json = message["chat"] if message else user
    return Incoming(
        address=_address(me, user, _id(chat)),
        kind=IncomingKind.BUTTON,
        text=_text(query.get("data", "")),
        message=str(_id(message, "message_id")) if message else "",
        group=chat.get("type", "private") != "private",
        sender_name=_name(user),
        press=_text(query["id"]),
    )


def _membership(change: Json, me: Me) -> Incoming | None:
    user, chat, status = change["from"], change["chat"], change["new_chat_member"]["status"]
    if chat["type"] != "private":
        # Somebody took us into a group or out of it: that is no word about the person.
        return None
    gone = status in ("kicked", "left")
    return Incoming(
        address=_address(me, user, _id(chat)),
        kind=IncomingKind.BLOCKED if gone else IncomingKind.UNBLOCKED,
        sender_name=_name(user),
    )


def _media(message: Json) -> tuple[Media, ...]:
    """The attachment. Each picture of an album is an update of its own, so that there is never a second."""
    if "photo" in message:
        largest = max(PhotoSize.de_list(message["photo"]), key=lambda size: size.width * size.height)
        return (_file(MediaKind.PHOTO, largest),)
    if "animation" in message:
        # Asked first: an animation comes with a copy of itself as a document.
        return (_file(MediaKind.VIDEO, Animation.de_json(message["animation"])),)
    if "document" in message:
        document = Document.de_json(message["document"])
        picture = document.mime_type in _PICTURES
        return (_file(MediaKind.PHOTO if picture else MediaKind.FILE, document, document.file_name),)
    if "voice" in message:
        return (_file(MediaKind.VOICE, Voice.de_json(message["voice"])),)
    if "video" in message:
        video = Video.de_json(message["video"])
        return (_file(MediaKind.VIDEO, video, video.file_name),)
    return _rarer_media(message)


def _rarer_media(message: Json) -> tuple[Media, ...]:
    if "video_note" in message:
        return (_file(MediaKind.VIDEO, VideoNote.de_json(message["video_note"])),)
    if "audio" in message:
        audio = Audio.de_json(message["audio"])
        return (_file(MediaKind.FILE, audio, audio.file_name),)
    if "location" in message:
        place = Location.de_json(message["location"])
        if not (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180):
            raise Unreadable("a place that is not on Earth")
        return (Media(kind=MediaKind.PLACE, latitude=place.latitude, longitude=place.longitude),)
    return ()


def _file(
    kind: MediaKind,
    file: PhotoSize | Animation | Document | Voice | Video | VideoNote | Audio,
    name: str | None = None,
) -> Media:
    return Media(kind=kind, reference=_text(file.file_id), name=_text(name or ""), size=file.file_size)


def _address(me: Me, user: Json, chat: int) -> Address:
    return Address(channel=CHANNEL, account=me.account, user=str(_id(user)), chat=str(chat))


def _name(user: Json) -> str:
    last = user.get("last_name")
    return _text(f"{user['first_name']} {last}" if last else user["first_name"])


def _text(value: str) -> str:
    return _UNSTORABLE.sub("", value)


def _is_id(value: object) -> bool:
    return type(value) is int  # True and False are ints to isinstance


def _id(of: Json, field: str = "id") -> int:
    value = of[field]
    if not _is_id(value):
        raise Unreadable(f"{field} is no number but {type(value).__name__}")
    number: int = value
    return number
