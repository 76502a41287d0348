"""What comes in and what goes out, as frozen values: the contents of inbox and outbox rows.

Nothing here knows a platform. A channel turns its updates into `Incoming` and renders `Outgoing`; handlers and
reminders write `Outgoing` only. Texts are plain: there is no markup that a person's words could break.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from storage.charts import Chart

Account = tuple[str, str]
"""A channel's name and the account there that we speak with."""


def _without_nul(text: str) -> str:
    return text.replace("\x00", "")


# PostgreSQL keeps no NUL in a text. Lone surrogates, which no database keeps, are no text to pydantic either.
Said = Annotated[str, AfterValidator(_without_nul)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(Frozen):
    """Where a person can be reached: a chat of one account (bot) on one channel. Ids are opaque; case is kept."""

    channel: str
    account: str
    user: str
    chat: str


class MediaKind(StrEnum):
    PHOTO = "photo"
    FILE = "file"
    VOICE = "voice"
    VIDEO = "video"
    PLACE = "place"


class Media(Frozen):
    """Something that came with a message. `reference` is the platform's handle to fetch it by."""

    kind: MediaKind
    reference: str = ""
    name: Said = ""
    size: int | None = Field(
        default=None,
        ge=0,
        lt=2**63,
        description="bytes, where the platform says it; what a database can keep",
    )
    latitude: float | None = None
    longitude: float | None = None


class IncomingKind(StrEnum):
    TEXT = "text"
    BUTTON = "button"
    MEDIA = "media"
    EDITED = "edited"  # an earlier message was changed after sending
    BLOCKED = "blocked"  # the person stopped the bot
    UNBLOCKED = "unblocked"
    OTHER = "other"  # stickers and everything that says nothing to a report


class Incoming(Frozen):
    """One message of a person, in our words. `text` is the typed text, a caption, or a button's data."""

    address: Address
    kind: IncomingKind
    text: Said = ""
    media: tuple[Media, ...] = ()
    message: str = Field(
        default="", description="the platform's id of the message, or of the one whose button it was"
    )
    album: str = Field(
        default="", description="what the photos of one album share, where each is a message of its own"
    )
    quotes: str = Field(
        default="", description="the platform's id of the message of ours that this one answers"
    )
    quoted: Said = Field(
        default="", description="what of that message was marked, or all the platform tells of it"
    )
    group: bool = False
    to_me: bool = Field(default=True, description="in a group: a command or a mention of the bot")
    sender_name: Said = ""
    vouched: bool = Field(
        default=False,
        description="the platform vouches that the user's id is the company's own for its member",
    )
    press: str = Field(default="", description="the platform's id of a button press, to be answered once")


class Option(Frozen):
    """A button: what it says and what it sends back (at most 64 bytes of UTF-8, Telegram's limit)."""

    label: str
    data: str


class Outgoing(Frozen):
    """One message to a person.

    title    first line, shown in bold where the channel can
    text     the rest, plain
    rows     buttons, row by row
    replaces the platform's id of the message that this one takes the place of (where the channel can edit)
    photos   media ids of ours to be sent along
    chart    a picture to be drawn when it is sent, beside the text
    """

    title: str = ""
    text: str = ""
    rows: tuple[tuple[Option, ...], ...] = ()
    replaces: str = ""
    photos: tuple[int, ...] = ()
    chart: Chart | None = None

    @property
    def plain(self) -> str:
        return "\n".join(part for part in (self.title, self.text) if part)


class Arrived(Frozen):
    """An inbox row before it is stored: the raw update as bytes, and by what it is known to be new."""

    channel: str
    account: str
    external: str
    sender: str
    raw: bytes
    received: datetime
