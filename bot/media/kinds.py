"""What a file is, by its bytes: what is taken, and what is refused with which sentence.

Rule 1  The bytes decide. A name can only speak against a file (a script is text like any other), never for it.
Rule 2  What is not known here is refused: photos, documents, sound, movies and plain text are what a report needs.
Rule 3  Nothing is unpacked. Documents of today are zip archives and are told apart by the names inside; any other
        archive is refused, because what lies in it would be kept and passed on unseen.
"""

import re
import zipfile
from enum import StrEnum
from io import BytesIO
from pathlib import PurePosixPath

from bot.media.unkeepable import Unkeepable


class Kind(StrEnum):
    PICTURE = "picture"
    PDF = "pdf"
    DOCUMENT = "document"
    SOUND = "sound"
    MOVIE = "movie"
    TEXT = "text"


_BEGINNINGS = (
    (b"\xff\xd8\xff", Kind.PICTURE),  # JPEG
    (b"\x89PNG\r\n\x1a\n", Kind.PICTURE),
    (b"GIF87a", Kind.PICTURE),
    (b"GIF89a", Kind.PICTURE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.DOCUMENT),  # doc, xls, ppt, wps, et
    (b"OggS", Kind.SOUND),
    (b"#!AMR", Kind.SOUND),
    (b"ID3", Kind.SOUND),  # MP3 with a title
    *((bytes((0xFF, second)), Kind.SOUND) for second in (0xFB, 0xFA, 0xF3, 0xF2)),  # MP3 without
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"dex\n")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"MSCF")
_PROGRAM_NAMES = frozenset(
    (
        *(
            "apk",
            "app",
            "bat",
            "cmd",
            "com",
            "cpl",
            "dll",
            "exe",
            "hta",
            "htm",
            "html",
            "jar",
            "js",
            "jse",
            "lnk",
        ),
        *(
            "mht",
            "mhtml",
            "msi",
            "ps1",
            "py",
            "reg",
            "scr",
            "sh",
            "svg",
            "svgz",
            "vbe",
            "vbs",
            "wsf",
            "xhtml",
        ),
    )
)
# The part inside a zip archive that makes it a document; OFD is the national form of official papers (GB/T 33190).
_PARTS = ("word/document.xml", "xl/workbook.xml", "xl/workbook.bin", "ppt/presentation.xml", "OFD.xml")
_MARKUP = re.compile(rb"\s*<(?:!|\?xml|html|head|body|script|svg|iframe)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_OLD_MOVIES = frozenset({b"moov", b"mdat", b"wide"})  # QuickTime from before it named itself


def kind_of(raw: bytes, name: str = "") -> Kind:
    """Raises Unkeepable for what is not taken."""
    if raw.startswith(_PROGRAMS) or _ending(name) in _PROGRAM_NAMES:
        raise Unkeepable(lambda words: words.media_program)
    if raw.startswith(b"PK"):
        return _in_zip(raw)
    if raw.startswith(_ARCHIVES) or raw[257:262] == b"ustar":
        raise Unkeepable(lambda words: words.media_archive)
    found = _by_beginning(raw) or _in_container(raw) or _text(raw)
    if found is None:
        raise Unkeepable(lambda words: words.media_unknown_kind)
    if found is Kind.DOCUMENT and "_VBA_PROJECT".encode("utf-16-le") in raw:
        raise Unkeepable(lambda words: words.media_macros)
    return found


def _ending(name: str) -> str:
    return PurePosixPath(name.lower().rstrip(". ")).suffix[1:]


def _by_beginning(raw: bytes) -> Kind | None:
    if raw[:64].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):  # some printers put blanks before it
        return Kind.PDF
    return next((kind for beginning, kind in _BEGINNINGS if raw.startswith(beginning)), None)


def _in_container(raw: bytes) -> Kind | None:
    """Forms whose first bytes are a length."""
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return Kind.PICTURE
    if raw[:2] == b"BM" and raw[6:10] == bytes(4):
        return Kind.PICTURE
    if raw[4:8] == b"ftyp":
        if raw[8:12] in _HEIF:
            return Kind.PICTURE
        return Kind.SOUND if raw[8:11] == b"M4A" else Kind.MOVIE
    return Kind.MOVIE if raw[4:8] in _OLD_MOVIES else None


def _in_zip(raw: bytes) -> Kind:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        names = []
    if any(_ending(name) in _PROGRAM_NAMES for name in names):
        raise Unkeepable(lambda words: words.media_program)
    if not any(part in names for part in _PARTS):
        raise Unkeepable(lambda words: words.media_archive)
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unkeepable(lambda words: words.media_macros)
    return Kind.DOCUMENT


def _text(raw: bytes) -> Kind | None:
    """Plain text in the encodings of Chinese computers; markup and scripts are programs."""
    if not raw:
        return None
    if _MARKUP.match(raw.removeprefix(b"\xef\xbb\xbf")) or raw.startswith(b"#!"):
        raise Unkeepable(lambda words: words.media_program)
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _MARKUP.match(text.encode(errors="ignore")):
            raise Unkeepable(lambda words: words.media_program)
        return None if _CONTROL.search(text) else Kind.TEXT
    return None
