"""A reply that quotes a message of ours is about what that message was about: its number stands before the words.

Rule 1  What the platform names is looked up among what was sent to this person; only then is the quoted text read, and
        only for the one code that stands in it (a line of a digest that was marked).
Rule 2  A text that begins with a code itself is about that.
"""

import re

from handlers.turning import Turn
from storage import in_chats

_CODE = re.compile(r"(?<![A-Za-z0-9])([WDJA])\s?([0-9]{1,12})(?![0-9])", re.IGNORECASE)
_OF_OURS = re.compile(r"[WDJA][0-9]{1,12}")


def with_code(turn: Turn, text: str) -> str:
    """The words with the code of what they quote; empty if nothing of ours is quoted."""
    incoming = turn.incoming
    if not (incoming.quotes or incoming.quoted) or not text.strip() or _CODE.match(text.strip()):
        return ""
    number = _number(turn)
    return f"{number} {text.strip()}" if number else ""


def _number(turn: Turn) -> str:
    incoming = turn.incoming
    if incoming.quotes and (
        found := in_chats.shown(turn.session, turn.person.id, incoming.address, incoming.quotes)
    ):
        if _OF_OURS.fullmatch(found.number):
            return found.number
        return _only_code(incoming.quoted or found.message.plain)
    return _only_code(incoming.quoted)


def _only_code(text: str) -> str:
    codes = {f"{letter.upper()}{number}" for letter, number in _CODE.findall(text)}
    return codes.pop() if len(codes) == 1 else ""
