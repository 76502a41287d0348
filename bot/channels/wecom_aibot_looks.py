"""How an Outgoing looks in a chat with a smart bot: markdown, or a card; and how a card looks once it is tapped. Pure.

Rule 1  Words show as they are: what would be markup in them is replaced by its full-width twin. Which signs a client
        takes for markup, and whether it knows escapes, differs between clients; a twin means nothing to any of them.
Rule 2  A line ends with two spaces, without which some clients run lines together.
"""

import re
from typing import Any

from bot.channels import wecom_cards as cards
from storage.messages import Outgoing

Json = dict[str, Any]

TAPPED = "✓ "
_TWINS = str.maketrans("\\`*_[]<>|~", "＼｀＊＿［］＜＞｜～")
# Signs that make something of a line if it begins with them; and lines of nothing but strokes.
_AT_START = re.compile(r"^(\s*)(#+|[-+](?=\s)|[-=]+\s*$)", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_LINK = re.compile(r"https?://\S+")


def render(message: Outgoing, key: str, grouped: bool) -> Json:
    """Groups take no cards."""
    if not grouped:
        body = cards.render(message, key, cards.BOT)
        if body["msgtype"] == "template_card":
            return body
    return in_words(message)


def in_words(message: Outgoing) -> Json:
    """The title in bold; buttons written out."""
    words: str = cards.without_card(message, cards.BOT)["text"]["content"]
    title = cards.clean(message.title)
    if title and words.startswith(title) and "\n" not in title:
        return _markdown(f"**{plain(title).strip()}**{plain(words[len(title) :])}")
    return _markdown(plain(words))


def plain(words: str) -> str:
    """Markdown that shows these words. Addresses stay as they are, so that they can be opened."""
    shown, at = "", 0
    for link in _LINK.finditer(words):
        shown += words[at : link.start()].translate(_TWINS) + link[0]
        at = link.end()
    shown += words[at:].translate(_TWINS)
    shown = _INDENT.sub(lambda found: "\u3000" * ((len(found[0]) + 1) // 2), shown)
    return _AT_START.sub(lambda found: found[1] + found[2].translate(_STROKES), shown).replace("\n", "  \n")


_STROKES = str.maketrans("#-+=", "＃－＋＝")


def tapped(card: Json, key: str) -> Json | None:
    """The card with nothing but what was tapped; None if it has no such button."""
    if "button_list" in card:
        kept = [
            {**each, "text": f"{TAPPED}{each['text']}", "style": 2}
            for each in card["button_list"]
            if each["key"] == key
        ]
        return {**card, "button_list": kept} if kept else None
    options = [{**each, "is_checked": each["id"] == key} for each in card["checkbox"]["option_list"]]
    if not any(each["is_checked"] for each in options):
        return None
    return {**card, "checkbox": {**card["checkbox"], "option_list": options, "disable": True}}


def _markdown(content: str) -> Json:
    return {"msgtype": "markdown", "markdown": {"content": content}}
