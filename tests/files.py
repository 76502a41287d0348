"""Files as phones and office programs make them, for tests: small, real, and with a place in them if asked."""

import io
import struct
import zipfile

import pillow_heif
from PIL import Image

from bot.media.places import GPS

MAKE, ORIENTATION, COMMENT = 0x010F, 0x0112, 0x9C9C  # the place's entry lies between the last two
PLACE = b"+28.2280+112.9388+045.000/"


def a_picture(
    form: str = "JPEG", *, gps: bool = False, size: tuple[int, int] = (40, 30), **given: object
) -> bytes:
    picture, target, exif = Image.new("RGB", size, "red"), io.BytesIO(), Image.Exif()
    exif[MAKE], exif[ORIENTATION], exif[COMMENT] = "Phone", 6, b"roof"
    if gps:
        exif.get_ifd(GPS)[1] = "N"
        exif.get_ifd(GPS)[2] = (28.0, 13.0, 41.0)
    if form == "HEIF":
        pillow_heif.from_pillow(picture).save(target, exif=exif.tobytes(), **given)
    else:
        picture.save(target, form, exif=exif, **given)
    return target.getvalue()


def an_atom(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def a_movie(brand: bytes = b"isom", *, android: bool = False, apple: bool = False) -> bytes:
    """A movie of two atoms of frames, with its place as Android or Apple writes it."""
    told = b""
    if android:
        told += an_atom(b"udta", an_atom(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7) + PLACE))
    if apple:
        names = (b"com.apple.quicktime.make", b"com.apple.quicktime.location.ISO6709")
        keys = bytes(4) + struct.pack(">I", 2) + b"".join(an_atom(b"mdta", name) for name in names)
        values = (b"Phone", PLACE)
        listed = b"".join(
            an_atom(struct.pack(">I", place), an_atom(b"data", struct.pack(">II", 1, 0) + value))
            for place, value in enumerate(values, 1)
        )
        told += an_atom(
            b"meta", an_atom(b"hdlr", bytes(24)) + an_atom(b"keys", keys) + an_atom(b"ilst", listed)
        )
    begins = an_atom(b"ftyp", brand + bytes(4) + brand)
    return begins + an_atom(b"moov", an_atom(b"mvhd", bytes(100)) + told) + an_atom(b"mdat", b"frames" * 50)


def a_movie_with_xmp(brand: bytes, xmp: bytes, *, uuid: bool) -> bytes:
    """XMP as MOV keeps it, or as MP4 does: under a number that Adobe has given it."""
    adobe = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
    told = (
        an_atom(b"uuid", adobe + xmp) if uuid else an_atom(b"moov", an_atom(b"udta", an_atom(b"XMP_", xmp)))
    )
    return an_atom(b"ftyp", brand + bytes(4) + brand) + told + an_atom(b"mdat", b"frames" * 50)


def a_zip(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return target.getvalue()
