"""What becomes of a photo or file: kept under its hash without its place, refused once, lost once, tried again."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from bot import fetching
from bot.channels.channel import Capabilities, NotSent, Unfetchable
from bot.clock import Clock
from bot.fetching import GPS, Fetching, Unkeepable, cleaned
from storage.messages import Incoming, MediaKind, Outgoing
from storage.tables.reporting import MediaFile
from tests import chat
from tests.town import Town

MAKE, ORIENTATION = 0x010F, 0x0112


def a_picture(
    form: str = "JPEG", *, gps: bool = False, size: tuple[int, int] = (40, 30), **given: object
) -> bytes:
    picture, target = Image.new("RGB", size, "red"), io.BytesIO()
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Phone", 6
    if gps:
        exif.get_ifd(GPS)[1] = "N"
        exif.get_ifd(GPS)[2] = (28.0, 13.0, 41.0)
    picture.save(target, form, exif=exif, **given)
    return target.getvalue()


def exif_of(raw: bytes) -> Image.Exif:
    with Image.open(io.BytesIO(raw)) as picture:
        return picture.getexif()


class Time(Clock):
    def __init__(self, clock: chat.Clock) -> None:
        super().__init__()
        self._clock = clock

    def city(self) -> datetime:
        return self._clock.now

    def machine(self) -> datetime:
        return self._clock.now


class Phone:
    """A platform that gives what `answer` gives, or raises it."""

    name, account, capabilities = "chat", "bot", Capabilities(edits=True, text_limit=4096)

    def __init__(self) -> None:
        self.answer: Callable[[str], bytes] = lambda _reference: a_picture()
        self.asked: list[str] = []

    def to_incoming(self, raw: bytes) -> Incoming | None:
        raise NotImplementedError

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = ()) -> str:
        raise NotImplementedError

    async def answer_press(self, press: str) -> None:
        raise NotImplementedError

    async def fetch(self, reference: str) -> bytes:
        self.asked.append(reference)
        return self.answer(reference)


class Darkroom:
    """A town whose photos are fetched."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder, self.phone = town, folder, Phone()
        self.fetching = Fetching(
            database=town.database,
            channels={("chat", "bot"): self.phone},
            city=chat.CITY,
            clock=Time(town.clock),
            folder=folder,
        )

    def sends(self, *references: str) -> None:
        self.town.reporter.sends(*references)

    def answers(self, *outcomes: bytes | Exception) -> None:
        """What the platform gives, one fetch after the other."""
        left = iter(outcomes)

        def answer(_reference: str) -> bytes:
            outcome = next(left)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        self.phone.answer = answer

    async def until_quiet(self) -> None:
        for _ in range(200):
            if not any(row.state == "wanted" for row in self.rows()):
                return
            if not await self.fetching.fetch_wanted():
                self.town.clock.pass_(seconds=fetching.LONGEST_WAIT)
        raise AssertionError("something is still wanted")

    def rows(self) -> list[MediaFile]:
        return self.town.rows(MediaFile)

    def told(self) -> list[str]:
        """What the sender was told beside the first thanks."""
        return [message.text for message in self.town.reporter.messages()[1:]]


@pytest.fixture
def darkroom(town: Town, tmp_path: Path) -> Darkroom:
    return Darkroom(town, tmp_path / "media")


# What is kept


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "MPO"])
@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.FILE])
def test_the_place_where_a_picture_was_taken_is_removed_and_nothing_else(form: str, kind: MediaKind) -> None:
    raw = a_picture(form, gps=True)
    assert GPS in exif_of(raw)
    kept = exif_of(cleaned(raw, kind))
    assert GPS not in kept
    assert (kept[MAKE], kept[ORIENTATION]) == ("Phone", 6)


def test_the_place_is_removed_from_the_other_kind_of_metadata_too() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>28,13N</exif:GPSLatitude></x:xmpmeta>'
    raw = a_picture(xmp=xmp)
    assert b"GPSLatitude" in raw
    assert b"GPSLatitude" not in cleaned(raw, MediaKind.PHOTO)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_without_a_place_is_kept_byte_for_byte(form: str) -> None:
    raw = a_picture(form)
    assert cleaned(raw, MediaKind.PHOTO) == raw


def test_a_file_that_is_no_picture_is_kept_as_it_is() -> None:
    assert cleaned(b"%PDF-1.7", MediaKind.FILE) == b"%PDF-1.7"


@pytest.mark.parametrize("raw", [b"", b"<svg/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_a_photo_that_is_no_picture_is_not_kept(raw: bytes) -> None:
    with pytest.raises(Unkeepable, match="不是能打开的图片"):
        cleaned(raw, MediaKind.PHOTO)


def test_a_broken_picture_with_a_place_is_not_kept() -> None:
    with pytest.raises(Unkeepable):
        cleaned(a_picture(gps=True, size=(400, 300))[:-300], MediaKind.PHOTO)


def test_what_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unkeepable, match="超过20MB"):
        cleaned(b"\0" * (20 * 1024 * 1024 + 1), MediaKind.FILE)
    monkeypatch.setattr(fetching, "LONGEST_PIXELS", 1000)
    with pytest.raises(Unkeepable, match="图片尺寸过大"):
        cleaned(a_picture(), MediaKind.PHOTO)


@pytest.mark.parametrize("kind", [MediaKind.PHOTO, MediaKind.FILE])
def test_a_picture_bomb_is_not_opened(kind: MediaKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(Unkeepable, match="图片尺寸过大"):
        cleaned(a_picture(), kind)


# Fetching


async def test_a_photo_is_kept_under_its_hash_and_can_be_read_again(darkroom: Darkroom) -> None:
    darkroom.sends("a")
    await darkroom.until_quiet()
    [row] = darkroom.rows()
    assert (row.state, row.path) == ("stored", f"{row.sha256[:2]}/{row.sha256}")
    assert await darkroom.fetching.read(row.id) == a_picture()
    assert darkroom.told() == []


async def test_the_same_picture_sent_many_times_at_once_lies_there_once(darkroom: Darkroom) -> None:
    darkroom.sends(*"abcdefgh")
    await darkroom.until_quiet()
    assert {row.state for row in darkroom.rows()} == {"stored"}
    assert len([path for path in darkroom.folder.rglob("*") if path.is_file()]) == 1


async def test_who_sent_no_picture_is_told_once_and_asked_for_another(darkroom: Darkroom) -> None:
    darkroom.sends("a")
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    await darkroom.fetching.fetch_wanted()
    assert [row.state for row in darkroom.rows()] == ["refused"]
    assert darkroom.told() == [
        "您发的照片或文件有一个没能收下（不是能打开的图片），报的内容不受影响。请换一个再发。"
    ]


async def test_what_the_platform_will_never_give_is_lost_and_told_once(darkroom: Darkroom) -> None:
    darkroom.sends("a")
    darkroom.answers(Unfetchable("its link has died"))
    await darkroom.until_quiet()
    assert [(row.state, row.note) for row in darkroom.rows()] == [("lost", "its link has died")]
    assert darkroom.told() == ["您发的照片或文件有一个没能取到，报的内容不受影响。请再发一次。"]


async def test_a_fetch_that_failed_is_tried_again_later_each_time(darkroom: Darkroom) -> None:
    darkroom.sends("a")
    darkroom.answers(NotSent("no network"), NotSent("no network"), a_picture())
    await darkroom.fetching.fetch_wanted()
    assert await darkroom.fetching.fetch_wanted() == 0
    darkroom.town.clock.pass_(seconds=1)
    assert await darkroom.fetching.fetch_wanted() == 1
    darkroom.town.clock.pass_(seconds=1)
    assert await darkroom.fetching.fetch_wanted() == 0
    darkroom.town.clock.pass_(seconds=1)
    await darkroom.until_quiet()
    assert [row.state for row in darkroom.rows()] == ["stored"]
    assert darkroom.told() == []


async def test_an_outage_of_hours_costs_no_photo(darkroom: Darkroom) -> None:
    darkroom.sends("a")
    began = darkroom.town.clock.now
    darkroom.phone.answer = _raises(NotSent("no network"))
    while (darkroom.town.clock.now - began).total_seconds() < 6 * 3600:
        await darkroom.fetching.fetch_wanted()
        darkroom.town.clock.pass_(seconds=60)
    darkroom.answers(a_picture())
    await darkroom.until_quiet()
    assert [row.state for row in darkroom.rows()] == ["stored"]


async def test_what_never_comes_is_given_up_in_the_end(darkroom: Darkroom) -> None:
    darkroom.sends("a")
    darkroom.phone.answer = _raises(NotSent("no network"))
    await darkroom.until_quiet()
    assert [row.state for row in darkroom.rows()] == ["lost"]
    assert len(darkroom.told()) == 1


async def test_one_file_that_meets_a_bug_keeps_no_other_waiting(darkroom: Darkroom) -> None:
    darkroom.sends("bad", "good")

    def answer(reference: str) -> bytes:
        if reference == "bad":
            raise RuntimeError("a bug")
        return a_picture()

    darkroom.phone.answer = answer
    await darkroom.fetching.fetch_wanted()
    assert [row.state for row in darkroom.rows()] == ["wanted", "stored"]


async def test_a_photo_of_a_channel_that_is_not_configured_waits(darkroom: Darkroom, tmp_path: Path) -> None:
    darkroom.sends("a")
    alone = Fetching(
        database=darkroom.town.database,
        channels={},
        city=chat.CITY,
        clock=Time(darkroom.town.clock),
        folder=tmp_path,
    )
    await alone.fetch_wanted()
    assert [row.state for row in darkroom.rows()] == ["wanted"]
    darkroom.town.clock.pass_(seconds=2)
    await darkroom.until_quiet()
    assert [row.state for row in darkroom.rows()] == ["stored"]


async def test_a_file_that_is_gone_from_the_disk_is_not_sent_along(darkroom: Darkroom) -> None:
    assert await darkroom.fetching.read(4711) is None


def _raises(error: Exception) -> Callable[[str], bytes]:
    def answer(_reference: str) -> bytes:
        raise error

    return answer
