"""Takes out of a movie or sound (MP4, MOV, 3GP, M4A) where it was taken: its atoms are blanked where they stand.

Nothing moves, so that no table of offsets has to be written anew. A place recorded by the second, as some dashboard and
action cameras do in a track of its own, is not looked for.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

_CONTAINERS = frozenset({b"moov", b"trak", b"udta"})
_PLACES = frozenset({b"\xa9xyz", b"loci"})  # Apple's and Android's; 3GPP's
_KEY = b"location"  # com.apple.quicktime.location.ISO6709 and its like
_DEEPEST = 4
# A place as phones write it (ISO 6709): +28.2280+112.9388. Where it stands in no atom that we find, it still is one.
_POSITION = re.compile(rb"[+-][0-9]{1,2}\.[0-9]{2,9}[+-][0-9]{1,3}\.[0-9]{2,9}")


class _Atom(NamedTuple):
    kind: bytes
    at: int  # where it begins
    body: int  # where its content begins
    end: int


def is_one(raw: bytes) -> bool:
    """Whether these are atoms that begin as all do today, whatever is recorded in them."""
    return raw[4:8] == b"ftyp"


def says_where(raw: bytes) -> bool:
    return _POSITION.search(raw) is not None


def blank_places(data: bytearray, begins: int = 0) -> None:
    _blank_within(data, begins, len(data), 0)


def _blank_within(data: bytearray, begins: int, ends: int, depth: int) -> None:
    for atom in _atoms(data, begins, ends):
        if atom.kind in _PLACES:
            _blank(data, atom)
        elif atom.kind in _CONTAINERS and depth < _DEEPEST:
            _blank_within(data, atom.body, atom.end, depth + 1)
        elif atom.kind == b"meta":
            _blank_in_metadata(data, atom)


def _atoms(data: bytearray, begins: int, ends: int) -> Iterator[_Atom]:
    at = begins
    while at + 8 <= ends:
        (size,) = struct.unpack_from(">I", data, at)
        kind, header = bytes(data[at + 4 : at + 8]), 8
        if size == 1 and at + 16 <= ends:
            (size,), header = struct.unpack_from(">Q", data, at + 8), 16
        elif size == 0:
            size = ends - at
        if size < header or at + size > ends:
            return  # no atoms, or cut off
        yield _Atom(kind, at, at + header, at + size)
        at += size


def _blank(data: bytearray, atom: _Atom) -> None:
    data[atom.at + 4 : atom.at + 8] = b"free"
    data[atom.body : atom.end] = bytes(atom.end - atom.body)


def _blank_in_metadata(data: bytearray, meta: _Atom) -> None:
    """Named values: a list of names, and beside it a list of values that carry the place of their name in it."""
    inside = {
        atom.kind: atom for begins in (meta.body, meta.body + 4) for atom in _atoms(data, begins, meta.end)
    }
    if b"ilst" not in inside:
        return
    names = _names(data, inside[b"keys"]) if b"keys" in inside else []
    for value in _atoms(data, inside[b"ilst"].body, inside[b"ilst"].end):
        place = int.from_bytes(value.kind, "big") - 1
        if value.kind in _PLACES:
            _blank(data, value)
        elif place < len(names) and _KEY in names[place]:
            for content in _atoms(data, value.body, value.end):
                begins = min(content.body + 8, content.end)  # its type and language stay
                data[begins : content.end] = bytes(content.end - begins)


def _names(data: bytearray, keys: _Atom) -> list[bytes]:
    return [bytes(data[name.body : name.end]) for name in _atoms(data, keys.body + 8, keys.end)]
