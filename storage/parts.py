"""What is too much for one message as several: texts within what a channel carries, pictures after their words.

Every part is one call of a platform, so that what may have arrived is one thing and not half of several.
"""

from collections.abc import Iterable
from typing import NamedTuple

from storage.messages import Option, Outgoing

# Words that stand below a picture, in UTF-16 units: Telegram's limit, and the longest of any channel.
CAPTION_LIMIT = 1024
ALBUM = 10  # photos that go in one message, Telegram's limit

# Room is kept for the largest counter, so that no part depends on how many there are.
_COUNTER_ROOM = len("\n(9999/9999)")


class Buttons(NamedTuple):
    """So many buttons, with labels no longer than this, go with so many words."""

    most: int
    words: int
    label: int


class Fit(NamedTuple):
    """What one message of a channel holds; lengths are in UTF-16 units.

    words    of a message without buttons or pictures
    caption  words below a picture; 0 where a picture stands alone
    album    photos that go together
    buttons  kinds of cards, the smallest first; none: any buttons go with any words. Longer words go before their
             buttons in a message of their own; buttons that no card holds are written out, for they can be typed
    """

    words: int
    caption: int = CAPTION_LIMIT
    album: int = ALBUM
    buttons: tuple[Buttons, ...] = ()


# A bare number is the longest text of a channel that is like Telegram in all else.
Limit = int | Fit


def parts(message: Outgoing, limit: Limit, *, words_first: bool = False) -> list[Outgoing]:
    """The message in parts that fit. One picture has short words below it, unless the words are to go first."""
    fit = limit if isinstance(limit, Fit) else Fit(limit)
    pictures = _pictures(message, fit)
    if not pictures:
        return _words(message, fit)
    short = units(message.plain) <= min(fit.words, fit.caption)
    if short and not words_first and len(pictures[0].photos) <= 1:
        with_words = message.model_copy(update={"chart": pictures[0].chart, "photos": pictures[0].photos})
        return [with_words, *pictures[1:]]
    words = message.model_copy(update={"chart": None, "photos": ()})
    return [*(_words(words, fit) if words.plain or words.rows else []), *pictures]


def _pictures(message: Outgoing, fit: Fit) -> list[Outgoing]:
    """Without words: the chart, then the photos in albums."""
    chart = [Outgoing(chart=message.chart)] if message.chart else []
    photos = message.photos
    return chart + [Outgoing(photos=photos[at : at + fit.album]) for at in range(0, len(photos), fit.album)]


def _words(message: Outgoing, fit: Fit) -> list[Outgoing]:
    """Words and buttons, apart where they do not go together."""
    if not (message.rows and fit.buttons):
        return _texts(message, fit.words)
    options = [option for row in message.rows for option in row]
    card = next((card for card in fit.buttons if _holds(card, options)), None)
    if card is None:
        text = "\n".join(part for part in (message.text, written_out(options)) if part)
        return _texts(message.model_copy(update={"text": text, "rows": ()}), fit.words)
    if units(message.plain) <= card.words:
        return [message]
    heading = message.title or message.text.partition("\n")[0]
    bare = message.model_copy(update={"rows": ()})
    return [*_texts(bare, fit.words), Outgoing(title=shortened(heading, card.words), rows=message.rows)]


def _holds(card: Buttons, options: list[Option]) -> bool:
    return len(options) <= card.most and all(units(option.label) <= card.label for option in options)


def written_out(options: Iterable[Option]) -> str:
    """Buttons where there are none: what can be typed, line by line."""
    return "\n".join(f"▸ {option.label}" for option in options)


def shortened(words: str, limit: int) -> str:
    return words if units(words) <= limit else f"{words[: _fitting(words, limit - 1)]}…"


def _texts(message: Outgoing, limit: int) -> list[Outgoing]:
    """Each with its counter (1/3); buttons come with the last."""
    if units(message.plain) <= limit:
        return [message]
    room = limit - _COUNTER_ROOM
    title_room = units(message.title) + 1
    if title_room > room // 2:  # a title as long as a text is text
        message, title_room = message.model_copy(update={"title": "", "text": message.plain}), 0
    texts = list(_pieces(message.text, room - title_room, room))
    return [_part(message, place, len(texts), piece) for place, piece in enumerate(texts, 1)]


def _part(message: Outgoing, place: int, of: int, piece: str) -> Outgoing:
    first, last = place == 1, place == of
    return Outgoing(
        title=message.title if first else "",
        text=f"{piece}\n({place}/{of})",
        rows=message.rows if last else (),
        replaces=message.replaces if first else "",
    )


def _pieces(words: str, first_room: int, room: int) -> Iterable[str]:
    """Cuts at a line's end if one lies in the second half of what fits, else between two characters."""
    while True:
        fits = _fitting(words, first_room)
        if fits == len(words):
            yield words
            return
        line = words.rfind("\n", 0, fits + 1)
        cut, skip = (line, 1) if line > fits // 2 else (fits, 0)
        yield words[:cut]
        words, first_room = words[cut + skip :], room


def _fitting(words: str, room: int) -> int:
    """How many characters fit into `room` UTF-16 units; a character of two units is never cut."""
    used = 0
    for place, character in enumerate(words):
        used += 2 if character > "\uffff" else 1
        if used > room:
            return max(place, 1)
    return len(words)


def units(words: str) -> int:
    return len(words) + sum(character > "\uffff" for character in words)
