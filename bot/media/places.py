"""Takes out of a picture where it was taken, without touching its image: the bytes are blanked where they stand.

Nothing moves, so that every length and offset in the file stays true: JPEG (also with a second picture, MPO), WebP and
HEIC are all done alike. PNG alone seals its parts with checksums and is taken apart and put together again.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice

GPS = 0x8825  # the EXIF entry that points to where a photo was taken

_TIFF = re.compile(rb"II\*\x00|MM\x00\*")  # how EXIF begins, in either order of bytes
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}  # by TIFF type
_POINTERS = frozenset({4, 13})
_MOST_ENTRIES = 500
_LONGEST_VALUE = 4096
# All is bounded, so that a file made for it cannot keep us searching; what is left over says a place, and is refused.
_MOST_OF_A_KIND = 100
# Everybody names the namespace as they like (exif, drone-dji); the names in it are what they share.
_NAME = rb"(?!xmlns:)[\w.-]{1,40}:(?:GPS\w{0,40}|(?:latitude|longt?itude)\w{0,20})"
_XMP = re.compile(
    rb"""(?<=[\s"'])"""
    + _NAME
    + rb"""\s{0,9}=\s{0,9}(?:"[^"]{0,500}"|'[^']{0,500}')|<("""
    + _NAME
    + rb""")(?=[\s/>])[^<>]{0,200}(?:/>|>.{0,2000}?</\1\s{0,9}>)""",
    re.DOTALL | re.IGNORECASE,
)
# Whatever _XMP may begin at is one of these, so that their number bounds its work.
_MARK = re.compile(rb"""[\s"'<]""" + _NAME + rb"[\s=/>]", re.IGNORECASE)

_PNG = b"\x89PNG\r\n\x1a\n"
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PACKED_XMP = b"XML:com.adobe.xmp\x00\x01"
_PROFILE = re.compile(rb"Raw profile type (?:exif|APP1|xmp)\x00", re.IGNORECASE)


def without_place(raw: bytes) -> bytes:
    """The same picture; the very same bytes if they hold no place."""
    if raw.startswith(_PNG):
        return _png_without_place(raw)
    return _blanked(raw)


def blank_xmp(data: bytearray) -> None:
    """Blanks the places that stand in XMP, wherever in the file that is."""
    raw = bytes(data)
    if sum(1 for _ in islice(_MARK.finditer(raw), _MOST_OF_A_KIND + 1)) <= _MOST_OF_A_KIND:
        for found in _XMP.finditer(raw):
            data[found.start() : found.end()] = b" " * len(found[0])


def in_xmp(raw: bytes) -> bool:
    return _MARK.search(raw) is not None


def _blanked(raw: bytes) -> bytes:
    data = bytearray(raw)
    for found in islice(_TIFF.finditer(raw), _MOST_OF_A_KIND):
        _Exif(data, found.start()).blank()
    blank_xmp(data)
    return bytes(data)


class _Exif:
    """EXIF that begins at `base`, if it is any: bytes that only look alike are left alone."""

    def __init__(self, data: bytearray, base: int) -> None:
        self._data = data
        self._base = base
        self._order = "<" if data[base : base + 1] == b"I" else ">"

    def blank(self) -> None:
        try:
            directory = self._number("I", 4)
            for _ in range(2):  # the picture's own entries, and its thumbnail's
                if not directory:
                    return
                directory = self._without_gps(directory)
        except (struct.error, ValueError):
            return

    def _without_gps(self, directory: int) -> int:
        """Takes the entry out of a directory; gives back where the next directory begins."""
        count = self._entries(directory)
        place = 0
        while place < count:
            at = directory + 2 + 12 * place
            if self._number("H", at) == GPS and self._number("H", at + 2) in _POINTERS:
                self._blank_directory(self._number("I", at + 8))
                count -= 1
                self._move_up(at, directory + 2 + 12 * count)
                self._write("H", directory, count)
            else:
                place += 1
        return self._number("I", directory + 2 + 12 * count)

    def _move_up(self, at: int, last: int) -> None:
        """Closes the gap at `at`; what follows the entries (a pointer) moves up with them."""
        rest = self._bytes(at + 12, last + 16)
        self._put(at, rest + bytes(12))

    def _blank_directory(self, directory: int) -> None:
        count = self._entries(directory)
        for place in range(count):
            at = directory + 2 + 12 * place
            size = _SIZES.get(self._number("H", at + 2), 1) * self._number("I", at + 4)
            if 4 < size <= _LONGEST_VALUE:
                where = self._number("I", at + 8)
                self._put(where, bytes(len(self._bytes(where, where + size))))
        self._put(directory, bytes(2 + 12 * count))

    def _entries(self, directory: int) -> int:
        """How many there are. Raises ValueError if this is no directory."""
        count = self._number("H", directory)
        if count > _MOST_ENTRIES:
            raise ValueError("no directory of EXIF")
        return count

    def _number(self, form: str, at: int) -> int:
        found: int = struct.unpack_from(f"{self._order}{form}", self._data, self._base + at)[0]
        return found

    def _write(self, form: str, at: int, number: int) -> None:
        struct.pack_into(f"{self._order}{form}", self._data, self._base + at, number)

    def _bytes(self, at: int, end: int) -> bytes:
        return bytes(self._data[self._base + at : self._base + end])

    def _put(self, at: int, content: bytes) -> None:
        if self._base + at + len(content) > len(self._data):
            raise ValueError("EXIF that points behind the end of the file")
        self._data[self._base + at : self._base + at + len(content)] = content


def _png_without_place(raw: bytes) -> bytes:
    chunks = list(_chunks(raw))
    cleaned = [(kind, _chunk_without_place(kind, body)) for kind, body in chunks]
    if cleaned == chunks:
        return raw
    return _PNG + b"".join(_chunk(kind, body) for kind, body in cleaned if body is not None)


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at + 12 <= len(raw):
        (size,) = struct.unpack_from(">I", raw, at)
        yield raw[at + 4 : at + 8], raw[at + 8 : at + 8 + size]
        at += 12 + size


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunk_without_place(kind: bytes, body: bytes) -> bytes | None:
    """None for what cannot be blanked where it stands, and is rare: copies of EXIF in letters, and packed XMP."""
    if kind == b"eXIf":
        return _blanked(body)
    if kind not in _TEXTS:
        return body
    if _PROFILE.match(body) or body.startswith(_PACKED_XMP):
        return None
    return _blanked(body)
