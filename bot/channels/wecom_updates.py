"""What a self-built app is told, in our words. Pure.

Rule 1  What WeCom documents and says nothing to a report is None; what it does not document is None too (it is
        kept as it came); only what is broken raises Unreadable.
Rule 2  A place is taken only when a person sends it. The places that the app is told on every visit are not read:
        nobody asked for tracks.
"""

import logging
import re
from dataclasses import dataclass
from hashlib import sha256

from bot.channels.channel import Unreadable
from bot.channels.wecom_cards import SUBMIT
from bot.channels.wecom_xml import Element, NotOurXml, read_xml
from storage.messages import Address, Incoming, IncomingKind, Media, MediaKind

CHANNEL = "wecom"
# WeCom switches an app off that nobody uses; the admin must hear of it.
_ALARMS = frozenset({"inactive_alert", "close_inactive_agent", "low_active_alert", "low_active"})
_CARD_EVENTS = frozenset({"template_card_event", "template_card_menu_event"})
_FILES = {"image": MediaKind.PHOTO, "voice": MediaKind.VOICE, "video": MediaKind.VIDEO}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Piece:
    """One message before it is stored: who caused it, and by what it is known to be new."""

    user: str
    external: str


def piece(raw: bytes) -> Piece:
    """Anything at all is a piece; what it means is found out later. Retries repeat MsgId, events have none."""
    try:
        told = read_xml(raw)
    except NotOurXml:
        return Piece("-", f"#{sha256(raw).hexdigest()}")
    user = _word(told, "FromUserName")
    if number := _word(told, "MsgId"):
        return Piece(user or "-", number)
    parts = [_word(told, name) for name in ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId")]
    return Piece(user or "-", ":".join(parts) if any(parts) else f"#{sha256(raw).hexdigest()}")


def read_update(raw: bytes, agent: str) -> Incoming | None:
    """What it says to us; None if nothing. Raises Unreadable."""
    try:
        told = read_xml(raw)
        said = _read(told, agent) if _word(told, "AgentID") in (agent, "") else None
        # The envelope was sealed for our CorpID: the userid is the one in our company's address book.
        return said.model_copy(update={"vouched": True}) if said is not None else None
    except NotOurXml as fault:
        raise Unreadable(str(fault)) from None
    except (KeyError, ValueError, TypeError) as fault:
        raise Unreadable(f"{type(fault).__name__} in a message of {len(raw)} bytes") from None


def _read(told: Element, agent: str) -> Incoming | None:
    if _word(told, "Event") in _ALARMS:  # it comes from nobody
        log.error("WeCom says %s: an app that nobody uses is switched off; see its console", told["Event"])
        return None
    address = Address(channel=CHANNEL, account=agent, user=told["FromUserName"], chat=told["FromUserName"])
    match _word(told, "MsgType"):
        case "text":
            return Incoming(
                address=address, kind=IncomingKind.TEXT, text=_clean(told["Content"]), message=told["MsgId"]
            )
        case "image" | "voice" | "video" as kind:
            media = Media(kind=_FILES[kind], reference=told["MediaId"])
            return Incoming(address=address, kind=IncomingKind.MEDIA, media=(media,), message=told["MsgId"])
        case "location":
            return Incoming(
                address=address, kind=IncomingKind.MEDIA, media=(_place(told),), message=told["MsgId"]
            )
        case "link":
            return Incoming(address=address, kind=IncomingKind.OTHER, message=told["MsgId"])
        case "event":
            return _event(told, address)
    return None


def _place(told: Element) -> Media:
    latitude, longitude = float(told["Location_X"]), float(told["Location_Y"])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Unreadable("a place that is not on Earth")
    return Media(
        kind=MediaKind.PLACE, latitude=latitude, longitude=longitude, name=_clean(_word(told, "Label"))
    )


def _event(told: Element, address: Address) -> Incoming | None:
    event = _word(told, "Event")
    if event in _CARD_EVENTS:
        return Incoming(
            address=address, kind=IncomingKind.BUTTON, text=_clean(_chosen(told)), message=_word(told, "TaskId"),
            press=f"{address.user} {_word(told, 'ResponseCode')}",
        )  # fmt: skip
    match event:
        case "click":
            return Incoming(address=address, kind=IncomingKind.TEXT, text=_clean(told["EventKey"]))
        case "subscribe":
            return Incoming(address=address, kind=IncomingKind.UNBLOCKED)
        case "unsubscribe":
            return Incoming(address=address, kind=IncomingKind.BLOCKED)
    return None


def _chosen(told: Element) -> str:
    """A button's key, or the option that was marked before the card was handed in."""
    if told["EventKey"] != SUBMIT:
        return str(told["EventKey"])
    item = told["SelectedItems"]["SelectedItem"]
    option = item["OptionIds"]["OptionId"]
    if not isinstance(option, str):
        raise Unreadable("several options where one is asked for")
    return option


def _word(told: Element, name: str) -> str:
    value = told.get(name, "")
    return value if isinstance(value, str) else ""


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("", text)
