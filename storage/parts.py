"""What is too much for one message as several: texts within what a channel carries, pictures after their words.

Every part is one call of a platform, so that what may have arrived is one thing and not half of several.
"""

from collections.abc import Iterable

from storage.messages import Outgoing

# Words that stand below a picture, in UTF-16 units: Telegram's limit, to which all channels are held.
CAPTION_LIMIT = 1024
ALBUM = 10  # photos that go in one message, Telegram's limit

# Room is kept for the largest counter, so that no part depends on how many there are.
_COUNTER_ROOM = len("\n(9999/9999)")


def parts(message: Outgoing, limit: int, *, words_first: bool = False) -> list[Outgoing]:
    """The message in parts that fit. One picture has short words below it, unless the words are to go first."""
    pictures = _pictures(message)
    if not pictures:
        return _texts(message, limit)
    short = _units(message.plain) <= min(limit, CAPTION_LIMIT)
    if short and not words_first and len(pictures[0].photos) <= 1:
        with_words = message.model_copy(update={"chart": pictures[0].chart, "photos": pictures[0].photos})
        return [with_words, *pictures[1:]]
    words = message.model_copy(update={"chart": None, "photos": ()})
    return [*(_texts(words, limit) if words.plain or words.rows else []), *pictures]


def _pictures(message: Outgoing) -> list[Outgoing]:
    """Without words: the chart, then the photos in albums."""
    chart = [Outgoing(chart=message.chart)] if message.chart else []
    photos = message.photos
    return chart + [Outgoing(photos=photos[at : at + ALBUM]) for at in range(0, len(photos), ALBUM)]


def _texts(message: Outgoing, limit: int) -> list[Outgoing]:
    """Each with its counter (1/3); buttons come with the last."""
    if _units(message.plain) <= limit:
        return [message]
    room = limit - _COUNTER_ROOM
    title_room = _units(message.title) + 1
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


def _units(words: str) -> int:
    return len(words) + sum(character > "\uffff" for character in words)
