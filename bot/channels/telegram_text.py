"""How an Outgoing looks on Telegram: the one place where markup is made.

Whatever a person wrote is escaped here, once, and characters that turn the reading direction are taken out,
so that no name can dress up as something else. The only tag is the title's <b>.
"""

import html
import re
from typing import Any

from storage.messages import Option, Outgoing
from storage.parts import CAPTION_LIMIT

TEXT_LIMIT = 4096
PARSE_MODE = "HTML"

# Embeddings, overrides and isolates (U+202A-202E, U+2066-2069); control characters and lone surrogates, which
# neither JSON nor a database likes.
_UNSAFE = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\ud800-\udfff]")


def clean(text: str) -> str:
    return _UNSAFE.sub("", text)


def render(outgoing: Outgoing) -> tuple[str, str]:
    """The text in Telegram's HTML, and the parse mode to send it with."""
    title, text = (html.escape(clean(part), quote=False) for part in (outgoing.title, outgoing.text))
    if not title.strip():
        return text, PARSE_MODE
    return (f"<b>{title}</b>\n{text}" if text else f"<b>{title}</b>"), PARSE_MODE


def keyboard(rows: tuple[tuple[Option, ...], ...]) -> dict[str, Any] | None:
    """The inline keyboard as Telegram wants it; None without buttons."""
    if not rows:
        return None
    return {"inline_keyboard": [[_button(option) for option in row] for row in rows if row]}


def _button(option: Option) -> dict[str, str]:
    return {"text": clean(option.label), "callback_data": option.data}


def utf16_length(text: str) -> int:
    """The length as Telegram counts it: UTF-16 units, so that most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits_caption(outgoing: Outgoing) -> bool:
    return utf16_length(clean(outgoing.plain)) <= CAPTION_LIMIT
