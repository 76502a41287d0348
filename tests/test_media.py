"""What a file is, by its bytes; what is refused; and that what is kept says nowhere where it was taken."""

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pi_heif
import pytest
from PIL import Image

from bot.media import cleaning
from bot.media.cleaning import cleaned
from bot.media.kinds import Kind, kind_of
from bot.media.places import GPS
from bot.media.shelf import Changed, Shelf
from bot.media.unkeepable import Unkeepable, too_large
from handlers.words import Words
from storage.media import own_name
from storage.messages import MediaKind
from tests.files import (
    COMMENT,
    MAKE,
    ORIENTATION,
    PLACE,
    a_movie,
    a_movie_with_xmp,
    a_picture,
    a_zip,
    an_atom,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="28,13N" exif:Flash="1">'
    b"<exif:GPSLongitude>112,56E</exif:GPSLongitude></rdf:Description></x:xmpmeta>"
)


def exif_of(raw: bytes) -> Image.Exif:
    pi_heif.register_heif_opener()
    with Image.open(io.BytesIO(raw)) as picture:
        return picture.getexif()


def pixels(raw: bytes) -> bytes:
    pi_heif.register_heif_opener()
    with Image.open(io.BytesIO(raw)) as picture:
        return picture.convert("RGB").tobytes()


# What it is


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        *((a_picture(form), Kind.PICTURE) for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF")),
        (b"%PDF-1.7\n...", Kind.PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.4\n...", Kind.PDF),
        (OLE, Kind.DOCUMENT),
        (a_zip("[Content_Types].xml", "word/document.xml"), Kind.DOCUMENT),
        (a_zip("[Content_Types].xml", "xl/workbook.xml"), Kind.DOCUMENT),
        (a_zip("[Content_Types].xml", "ppt/presentation.xml"), Kind.DOCUMENT),
        (a_zip("OFD.xml", "Doc_0/Document.xml"), Kind.DOCUMENT),
        (b"OggS\x00\x02" + bytes(20), Kind.SOUND),
        (b"#!AMR\n" + bytes(20), Kind.SOUND),
        (b"ID3\x04" + bytes(20), Kind.SOUND),
        (b"\xff\xfb\x90\x64" + bytes(20), Kind.SOUND),
        (a_movie(b"M4A "), Kind.SOUND),
        (a_movie(b"isom"), Kind.MOVIE),
        (a_movie(b"qt  "), Kind.MOVIE),
        ("主体封顶\r\n完成70%".encode(), Kind.TEXT),
        ("主体封顶\r\n完成70%".encode("gb18030"), Kind.TEXT),
        ("主体封顶".encode("utf-16"), Kind.TEXT),
    ],
)
def test_what_a_report_needs_is_known_by_its_bytes(raw: bytes, kind: Kind) -> None:
    assert kind_of(raw, "名字.dat") is kind


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        (b"MZ\x90\x00" + bytes(60), "报告.pdf", "程序"),
        (b"\x7fELF" + bytes(60), "", "程序"),
        (b"#!/bin/sh\nrm -rf /", "说明.txt", "程序"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><p>", "说明.txt", "程序"),
        ("<html>".encode("utf-16"), "说明.txt", "程序"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "图.jpg", "程序"),
        (b"@echo off", "启动.bat", "程序"),
        (b"@echo off", "启动.BAT. ", "程序"),
        (a_zip("[Content_Types].xml", "word/document.xml", "word/run.exe"), "报告.docx", "程序"),
        (a_zip("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "台账.xlsx", "宏"),
        (OLE + "_VBA_PROJECT".encode("utf-16-le"), "台账.xls", "宏"),
        (a_zip("照片/1.jpg"), "照片.zip", "压缩包"),
        (a_zip("照片/1.jpg")[:40], "照片.docx", "压缩包"),
        (b"Rar!\x1a\x07\x01\x00", "照片.rar", "压缩包"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "照片.7z", "压缩包"),
        (b"", "空.txt", "认不出"),
        (bytes(range(256)) * 4, "数据.txt", "认不出"),
        (b"RIFF\x00\x00\x00\x00AVI ", "现场.avi", "认不出"),
    ],
)
def test_what_it_does_not_need_is_refused_with_a_sentence_that_says_what_to_do(
    raw: bytes, name: str, said: str
) -> None:
    with pytest.raises(Unkeepable, match=f"{said}.*请") as refused:
        cleaned(raw, MediaKind.FILE, name)
    assert refused.value.sentence(Words()).endswith("。")


@pytest.mark.parametrize(
    "raw", [b"", b"<svg/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, a_movie(), a_zip("a.jpg")]
)
def test_a_photo_that_is_no_picture_is_not_kept(raw: bytes) -> None:
    with pytest.raises(Unkeepable, match="不是能打开的图片"):
        cleaned(raw, MediaKind.PHOTO)


def test_a_picture_sent_as_a_file_that_cannot_be_opened_is_not_kept() -> None:
    with pytest.raises(Unkeepable, match="不是能打开的图片"):
        cleaned(a_picture()[:100], MediaKind.FILE, "现场.jpg")


@pytest.mark.parametrize("raw", [b"%PDF-1.7", OLE, b"OggS", a_zip("xl/workbook.xml"), a_movie()])
def test_what_says_no_place_is_kept_byte_for_byte(raw: bytes) -> None:
    assert cleaned(raw, MediaKind.FILE) == raw


def test_a_size_is_told_so_that_it_does_not_read_as_allowed() -> None:
    said = [
        str(too_large(found, 20 * 1024 * 1024)) for found in (20 * 1024 * 1024 + 1, 35 * 1024 * 1024, None)
    ]
    assert [each.partition("，")[0] for each in said] == ["它有20.1MB", "它有35MB", "它有20MB以上"]
    assert all("最多收20MB。请压缩" in each for each in said)


# Bombs


@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.FILE])
def test_a_picture_of_too_many_pixels_is_not_kept(kind: MediaKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "LONGEST_PIXELS", 1000)
    with pytest.raises(Unkeepable, match="图片尺寸过大（40×30）"):
        cleaned(a_picture(), kind)


@pytest.mark.parametrize("form", ["PNG", "HEIF"])
@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.FILE])
def test_a_picture_bomb_is_not_opened(kind: MediaKind, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(Unkeepable, match="图片尺寸过大"):
        cleaned(a_picture(form), kind)


# Places


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "MPO", "HEIF"])
@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.FILE])
def test_the_place_where_a_picture_was_taken_is_removed_and_nothing_else(form: str, kind: MediaKind) -> None:
    raw = a_picture(form, gps=True)
    assert GPS in exif_of(raw)
    kept = cleaned(raw, kind)
    exif = exif_of(kept)
    assert GPS not in exif
    assert exif[MAKE] == "Phone"
    assert len(kept) == len(raw)
    assert pixels(kept) == pixels(raw)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIF"])
def test_a_picture_without_a_place_is_kept_byte_for_byte(form: str) -> None:
    raw = a_picture(form)
    assert cleaned(raw, MediaKind.PHOTO) == raw


def test_entries_around_the_place_stay_where_they_belong() -> None:
    kept = exif_of(cleaned(a_picture(gps=True), MediaKind.PHOTO))
    assert (kept[MAKE], kept[ORIENTATION], kept[COMMENT]) == ("Phone", 6, b"roof")


def test_the_figures_of_the_place_are_gone_and_not_only_the_way_to_them() -> None:
    figures = struct.pack(">II", 41, 1)
    raw = a_picture(gps=True)
    assert figures in raw
    assert figures not in cleaned(raw, MediaKind.PHOTO)


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_the_place_is_removed_from_the_other_kind_of_metadata_too(form: str) -> None:
    raw = a_picture(form, xmp=XMP)
    kept = cleaned(raw, MediaKind.PHOTO)
    assert b"28,13N" in raw
    assert b"28,13N" not in kept
    assert b"112,56E" not in kept
    assert b'exif:Flash="1"' in kept


@pytest.mark.parametrize(
    ("prefix", "name"), [("drone-dji", "GpsLatitude"), ("e", "GPSLatitude"), ("Camera", "latitude")]
)
def test_the_place_is_removed_by_its_name_whatever_its_maker_calls_the_namespace(
    prefix: str, name: str
) -> None:
    shared = f'<rdf:Description xmlns:{prefix}="http://maker/1.0/" {prefix}:AbsoluteAltitude="+98.1"'
    as_value = f'{shared} {prefix}:{name}="+29.37214512"></rdf:Description>'
    as_element = f"{shared}><{prefix}:{name}>+29.37214512</{prefix}:{name}></rdf:Description>"
    for written in (as_value, as_element):
        kept = cleaned(a_picture(xmp=written.encode()), MediaKind.PHOTO, "DJI_0001.JPG")
        assert b"29.37214512" not in kept
        assert b'AbsoluteAltitude="+98.1"' in kept
        assert b'="http://maker/1.0/"' in kept


@pytest.mark.parametrize("packed", [False, True])
def test_the_place_is_removed_from_the_texts_of_a_png(packed: bool) -> None:
    body = b"XML:com.adobe.xmp\0" + (b"\1\0\0\0" + zlib.compress(XMP) if packed else b"\0\0\0\0" + XMP)
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    plain = a_picture("PNG")
    raw = plain[:33] + chunk + plain[33:]  # behind the header
    with Image.open(io.BytesIO(raw)) as picture:
        assert "GPSLatitude" in str(picture.info)
    with Image.open(io.BytesIO(cleaned(raw, MediaKind.PHOTO))) as picture:
        picture.load()
        assert "GPSLatitude" not in str(picture.info)


@pytest.mark.parametrize(
    "piece", [b"II*\0\x08\0\0\0", b"<exif:GPSLatitude>", b'exif:GPSLatitude="', b"<e:GPSx!>"]
)
def test_a_picture_made_to_keep_us_searching_is_refused_soon(piece: bytes) -> None:
    raw = a_picture() + piece * (20 * 1024 * 1024 // len(piece))
    with suppress(Unkeepable):
        cleaned(raw, MediaKind.PHOTO)


def test_a_place_that_cannot_be_removed_is_not_kept() -> None:
    raw = a_picture(xmp=XMP.replace(b"28,13N", b"2" * 600))
    with pytest.raises(Unkeepable, match="拍摄地点去不掉"):
        cleaned(raw, MediaKind.PHOTO)


def test_a_cut_off_picture_is_kept_without_its_place() -> None:
    kept = cleaned(a_picture(gps=True, size=(400, 300))[:-300], MediaKind.PHOTO)
    assert GPS not in exif_of(kept)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("damage", range(0, 120, 3))
def test_broken_metadata_breaks_nothing_else(damage: int) -> None:
    raw = bytearray(a_picture(gps=True))
    begins = raw.index(b"MM\0*")
    raw[begins + 4 + damage : begins + 8 + damage] = b"\xff\xff\xff\xf0"
    with suppress(Unkeepable):
        cleaned(bytes(raw), MediaKind.PHOTO)


@pytest.mark.parametrize("told", [{"android": True}, {"apple": True}, {"android": True, "apple": True}])
def test_the_place_where_a_movie_was_taken_is_blanked_and_nothing_moves(told: dict[str, bool]) -> None:
    raw = a_movie(b"qt  ", **told)
    assert PLACE in raw
    kept = cleaned(raw, MediaKind.VIDEO)
    assert PLACE not in kept
    assert len(kept) == len(raw)
    assert kept.index(b"mdat") == raw.index(b"mdat")
    assert kept[kept.index(b"mdat") :] == raw[raw.index(b"mdat") :]
    assert (b"Phone" in kept) == ("apple" in told)


def test_a_moving_photo_says_its_place_neither_in_the_picture_nor_in_the_movie_behind_it() -> None:
    kept = cleaned(a_picture(gps=True) + a_movie(b"mp42", android=True), MediaKind.PHOTO)
    assert GPS not in exif_of(kept)
    assert PLACE not in kept


def test_the_place_where_a_sound_was_recorded_is_blanked() -> None:
    raw = a_movie(b"M4A ", android=True)
    kept = cleaned(raw, MediaKind.FILE, "录音.m4a")
    assert PLACE in raw
    assert PLACE not in kept
    assert len(kept) == len(raw)


@pytest.mark.parametrize("uuid", [False, True])
@pytest.mark.parametrize("brand", [b"qt  ", b"isom", b"M4A "])
def test_the_place_in_the_xmp_of_a_recording_is_blanked_and_nothing_moves(brand: bytes, uuid: bool) -> None:
    raw = a_movie_with_xmp(brand, XMP, uuid=uuid)
    kept = cleaned(raw, MediaKind.FILE, "现场.mov")
    assert b"28,13N" not in kept
    assert b"112,56E" not in kept
    assert b'exif:Flash="1"' in kept
    assert len(kept) == len(raw)


@pytest.mark.parametrize(
    "told",
    [
        bytes(7) + an_atom(b"moov", an_atom(b"udta", an_atom(b"\xa9xyz", b"\0\x1b\x15\xc7" + PLACE))),
        an_atom(b"uuid", XMP.replace(b"28,13N", b"2" * 600)),
    ],
)
def test_a_recording_whose_place_cannot_be_removed_is_not_kept(told: bytes) -> None:
    with pytest.raises(Unkeepable, match="地点去不掉。请"):
        cleaned(an_atom(b"ftyp", b"isom") + told, MediaKind.VIDEO)


def test_a_movie_of_boxes_in_boxes_does_not_exhaust_us() -> None:
    body = b""
    for _ in range(3000):
        body = an_atom(b"moov", body)
    raw = an_atom(b"ftyp", b"isom") + body
    assert cleaned(raw, MediaKind.VIDEO) == raw


# Names and the shelf


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("施工日志.pdf", "施工日志.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\张三\\台账.xlsx", "台账.xlsx"),
        ("报告\u202efdp.exe", "报告fdp.exe"),
        ("a\x00b\nc.txt", "abc.txt"),
        (" .. ", ""),
        ("长" * 300 + ".jpeg", "长" * 95 + ".jpeg"),
        ("没有后缀" * 50, ("没有后缀" * 50)[:100]),
    ],
)
def test_a_name_is_kept_as_it_was_given_but_leads_and_hides_nothing(given: str, kept: str) -> None:
    assert own_name(given) == kept


def files_in(folder: Path) -> list[str]:
    return [str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()]


async def test_a_file_lies_under_its_hash_and_reads_as_it_was(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    path = await shelf.put(b"content")
    assert path == await shelf.put(b"content")
    assert await shelf.read(path) == b"content"
    assert files_in(tmp_path) == [path]


async def test_a_file_that_changed_on_the_disk_is_noticed_and_mended_when_it_comes_again(
    tmp_path: Path,
) -> None:
    shelf = Shelf(tmp_path)
    path = await shelf.put(b"content")
    (tmp_path / path).write_bytes(b"c0ntent")
    with pytest.raises(Changed):
        await shelf.read(path)
    await shelf.put(b"content")
    assert await shelf.read(path) == b"content"
