"""Text as Telegram reads it: entities of what people type, and the HTML that bots send.

Offsets and lengths of entities count UTF-16 code units; the limits of 4096 and 1024 count characters
after the markup was taken out. The refusals follow the wording of the Bot API server's parser.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram.errors import bad_request

Entity = dict[str, Any]

MAX_TEXT = 4096
MAX_CAPTION = 1024

_TYPED = re.compile(
    r"(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w+)?)"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
)

_KIND_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_ATTRIBUTE = r"""\s+[^\s=<>/"']+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s<>"']+))?"""
_TAG = re.compile(rf"<(?P<slash>/?)(?P<name>[A-Za-z0-9-]*)(?P<attributes>(?:{_ATTRIBUTE})*)\s*>")
_ONE_ATTRIBUTE = re.compile(r"""([^\s=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s]+)))?""")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def entities_of_typed(text: str) -> list[Entity]:
    """The entities that Telegram itself finds: commands, mentions, links, hashtags."""
    if not any(mark in text for mark in "/@#"):
        return []
    return [
        {
            "type": match.lastgroup,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for match in _TYPED.finditer(text)
    ]


def read_outgoing(text: str, parse_mode: str, limit: int) -> tuple[str, list[Entity]]:
    """The text as the person sees it with its entities; raises the API's refusal."""
    plain, entities = _read_markup(text, parse_mode)
    shown, entities = _trim(plain, entities)
    if len(shown) > limit:
        raise bad_request("message is too long" if limit == MAX_TEXT else "message caption is too long")
    return shown, entities or entities_of_typed(shown)


def _read_markup(text: str, parse_mode: str) -> tuple[str, list[Entity]]:
    if not parse_mode:
        return text, []
    if parse_mode.lower() == "html":
        return read_html(text)
    # The Markdown dialects exist in the real API; this fake cannot judge them and says so.
    raise bad_request(f"unsupported parse_mode (this fake reads only HTML, not {parse_mode})")


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    shown = text.strip()
    cut = utf16_length(text[: len(text) - len(text.lstrip())])
    if not entities or shown == text:
        return shown, entities
    end = utf16_length(shown)
    moved = []
    for entity in entities:
        start = max(0, entity["offset"] - cut)
        length = min(end, entity["offset"] + entity["length"] - cut) - start
        if length > 0:
            moved.append({**entity, "offset": start, "length": length})
    return shown, moved


@dataclass
class _Open:
    tag: str
    start: int
    extra: Entity


@dataclass
class _Reading:
    plain: list[str] = field(default_factory=list)
    length: int = 0
    opened: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def add(self, raw: str) -> None:
        piece = _REFERENCE.sub(lambda match: html.unescape(match.group()), raw)
        self.plain.append(piece)
        self.length += utf16_length(piece)


def read_html(text: str) -> tuple[str, list[Entity]]:
    """Takes the markup out; refuses tags that are unknown, unclosed or crossed."""
    reading, at = _Reading(), 0
    while (found := text.find("<", at)) >= 0:
        reading.add(text[at:found])
        tag = _TAG.match(text, found)
        if tag is None:
            raise _cannot_parse(f"Unclosed start tag at byte offset {_bytes_before(text, found)}")
        _close(reading, tag) if tag["slash"] else _open(reading, tag)
        at = tag.end()
    reading.add(text[at:])
    if reading.opened:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{reading.opened[-1].tag}"')
    entities = sorted(reading.entities, key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(reading.plain), entities


def _open(reading: _Reading, tag: re.Match[str]) -> None:
    name = tag["name"].lower()
    attributes = {
        key.lower(): quoted or single or bare
        for key, quoted, single, bare in _ONE_ATTRIBUTE.findall(tag["attributes"])
    }
    where = _bytes_before(tag.string, tag.start())
    if name not in _KIND_OF_TAG:
        raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {where}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
    reading.opened.append(_Open(name, reading.length, _extra(name, attributes)))


def _extra(name: str, attributes: dict[str, str]) -> Entity:
    if name == "a":
        return {"url": html.unescape(attributes.get("href", ""))}
    if name == "tg-emoji":
        return {"custom_emoji_id": attributes.get("emoji-id", "")}
    if name == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    return {}


def _close(reading: _Reading, tag: re.Match[str]) -> None:
    name, where = tag["name"].lower(), _bytes_before(tag.string, tag.start())
    if not reading.opened:
        raise _cannot_parse(f"Unexpected end tag at byte offset {where}")
    opened = reading.opened.pop()
    if name and name != opened.tag:
        raise _cannot_parse(
            f'Unmatched end tag at byte offset {where}, expected "</{opened.tag}>", found "</{name}>"'
        )
    length = reading.length - opened.start
    # A link without an address is shown as plain text.
    if length and not (opened.tag == "a" and not opened.extra["url"]):
        kind = _KIND_OF_TAG[opened.tag]
        reading.entities.append({"type": kind, "offset": opened.start, "length": length, **opened.extra})


def _bytes_before(text: str, index: int) -> int:
    return len(text[:index].encode("utf-8", "surrogatepass"))


def _cannot_parse(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")
