"""A file as it is kept: the sender's own bytes, but without the place where they were taken."""

import io
import re

from PIL import Image, UnidentifiedImageError

from bot.media import movies, places
from bot.media.kinds import Kind, kind_of
from bot.media.unkeepable import Unkeepable
from storage.messages import MediaKind

LONGEST_PIXELS = 60_000_000
# A phone's "moving photo" is a picture with a movie behind it, which has a place of its own.
_MOVIE_BEHIND = re.compile(rb".{4}ftyp", re.DOTALL)


def cleaned(raw: bytes, kind: MediaKind, name: str = "") -> bytes:
    """The bytes to keep. Raises Unkeepable for what is not taken, or was sent as a photo and is none."""
    try:
        found = kind_of(raw, name)
    except Unkeepable:
        if kind is MediaKind.PHOTO:
            raise Unkeepable(lambda words: words.media_no_picture) from None
        raise
    if found is Kind.PICTURE:
        return _clean_picture(raw)
    if kind is MediaKind.PHOTO:
        raise Unkeepable(lambda words: words.media_no_picture)
    return _clean_recording(raw) if found is Kind.MOVIE or movies.is_one(raw) else raw


def _clean_picture(raw: bytes) -> bytes:
    _check(raw)
    kept = places.without_place(raw)
    for behind in list(_MOVIE_BEHIND.finditer(kept, 4))[:3]:
        kept = _clean_movie(kept, behind.start())
    if _says_where(kept):
        raise Unkeepable(lambda words: words.media_place_stays)
    return kept


def _clean_recording(raw: bytes) -> bytes:
    """A movie, or sound in the same form: dictation of a phone says where it was spoken."""
    kept = _clean_movie(raw, 0)
    if movies.says_where(kept) or places.in_xmp(kept):
        raise Unkeepable(lambda words: words.media_recording_place_stays)
    return kept


def _clean_movie(raw: bytes, begins: int) -> bytes:
    data = bytearray(raw)
    movies.blank_places(data, begins)
    places.blank_xmp(data)
    return bytes(data)


def _check(raw: bytes) -> None:
    """Looks at a picture without unpacking it. Raises Unkeepable if it is broken or a bomb."""
    try:
        with _opened(raw) as picture:
            width, height = picture.size
            if width * height > LONGEST_PIXELS:
                raise _too_many_pixels(width, height)
            picture.verify()
    except Image.DecompressionBombError:
        raise Unkeepable(lambda words: words.media_bomb) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Unkeepable(lambda words: words.media_no_picture) from None


def _too_many_pixels(width: int, height: int) -> Unkeepable:
    return Unkeepable(lambda words: words.media_too_many_pixels.format(width=width, height=height))


def _says_where(raw: bytes) -> bool:
    if movies.says_where(raw) or places.in_xmp(raw):
        return True
    with _opened(raw) as picture:
        return places.GPS in picture.getexif()


def _opened(raw: bytes) -> Image.Image:
    """Pillow's picture; HEIC, which phones of Apple make, through a reader that it does not have itself."""
    import pi_heif  # type: ignore[import-untyped]  # it carries no types

    pi_heif.register_heif_opener()
    return Image.open(io.BytesIO(raw))
