"""What becomes of a photo or file: kept under its hash without its place, refused once, lost once, tried again."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import fetching
from bot.channels.channel import Capabilities, NotSent, TooLarge, Unfetchable
from bot.clock import Clock
from bot.fetching import Fetching
from bot.media.shelf import Shelf
from rules.book import load
from storage import ledger, media
from storage import rules as stored_rules
from storage.messages import Incoming, IncomingKind, Media, MediaKind, Outgoing
from storage.tables.ledger import LedgerRow
from storage.tables.registry import Responsibility
from storage.tables.reporting import MediaFile
from tests import chat
from tests.chat import Chat, labels
from tests.files import a_picture
from tests.stopping import stopped_as_it_is_woken
from tests.town import NORTH, SOUTH, Town

MB = 1024 * 1024


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
        self.limit = 0

    def to_incoming(self, raw: bytes) -> Incoming | None:
        raise NotImplementedError

    async def send(self, chat: str, message: Outgoing, files: tuple[bytes, ...] = (), key: str = "") -> str:
        raise NotImplementedError

    async def answer_press(self, press: str) -> None:
        raise NotImplementedError

    async def fetch(self, reference: str, limit: int) -> bytes:
        self.asked.append(reference)
        self.limit = limit
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
            shelf=Shelf(folder),
        )

    def sends(self, *references: str) -> None:
        self.town.reporter.sends(*references)

    def sends_file(self, name: str, size: int | None = None) -> None:
        me = self.town.reporter
        file = Media(kind=MediaKind.FILE, reference="f", name=name, size=size)
        me.takes(Incoming(address=me.address, kind=IncomingKind.MEDIA, media=(file,)))

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
    assert darkroom.told() == ["您发的照片没有收下：不是能打开的图片。请换一张再发。报的内容不受影响。"]


async def test_what_the_platform_will_never_give_is_lost_and_told_once(darkroom: Darkroom) -> None:
    darkroom.sends("a")
    darkroom.answers(Unfetchable("its link has died"))
    await darkroom.until_quiet()
    assert [(row.state, row.note) for row in darkroom.rows()] == [("lost", "its link has died")]
    assert darkroom.told() == ["您发的照片没能取到。请再发一次。报的内容不受影响。"]


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
        shelf=Shelf(tmp_path),
    )
    await alone.fetch_wanted()
    assert [row.state for row in darkroom.rows()] == ["wanted"]
    darkroom.town.clock.pass_(seconds=2)
    await darkroom.until_quiet()
    assert [row.state for row in darkroom.rows()] == ["stored"]


# Sizes


async def test_a_file_that_the_platform_says_is_too_large_is_not_even_asked_for(darkroom: Darkroom) -> None:
    darkroom.sends_file("监理月报.pdf", 35 * MB)
    await darkroom.until_quiet()
    assert darkroom.phone.asked == []
    assert [row.state for row in darkroom.rows()] == ["refused"]
    assert darkroom.told() == [
        "您发的「监理月报.pdf」没有收下：它有35MB，最多收20MB。请压缩后再发，或把要紧的地方拍成照片发来。"
        "报的内容不受影响。"
    ]


@pytest.mark.parametrize("given", [TooLarge(), TooLarge(21 * MB), bytes(20 * MB + 1)])
async def test_a_file_that_turns_out_too_large_is_refused(
    darkroom: Darkroom, given: bytes | Exception
) -> None:
    darkroom.sends_file("监理月报.pdf")
    darkroom.answers(given)
    await darkroom.until_quiet()
    assert [row.state for row in darkroom.rows()] == ["refused"]
    assert "最多收20MB" in darkroom.told()[0]


async def test_the_limits_are_those_of_the_rules_in_force(darkroom: Darkroom) -> None:
    text = "[media]\ntelegram_mb = 3\nwecom_mb = 2\ntryout_mb = 4\n"
    darkroom.town.do(lambda session: stored_rules.take(session, text, darkroom.town.clock.now))
    darkroom.sends("a")
    await darkroom.until_quiet()
    assert darkroom.phone.limit == 2 * MB  # a channel without a limit of its own has the smallest
    limits = load(text).media
    assert [limits.largest(name) for name in ("telegram", "wecom_app", "tryout")] == [3 * MB, 2 * MB, 4 * MB]


# In place of what was refused


async def test_a_photo_refused_after_its_report_is_asked_for_by_number_and_the_next_one_is_added(
    darkroom: Darkroom,
) -> None:
    me = darkroom.town.reporter
    reports_with_photo(me)
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    assert me.last().text.endswith("请换一张再发。J1已经报上，不受影响。再发来的一个会补进J1。")
    assert me.sends("b").text == f"收到，补进J1了：{NORTH}。"
    assert [(row.state, row.version_id) for row in darkroom.rows()] == [("dropped", 1), ("wanted", 1)]
    assert me.sends("c").text.startswith("收到1个文件，先替您存着，")  # it was asked for once


async def test_a_photo_of_a_problem_that_was_lost_is_asked_for_by_number_too(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    files_problem_with_photo(me)
    darkroom.answers(Unfetchable("its link has died"))
    await darkroom.until_quiet()
    assert me.last().text == "您发的照片没能取到。请再发一次。W1已经报上，不受影响。再发来的一个会补进W1。"
    assert me.sends("b").text == f"收到，补进W1了：{NORTH}。"
    assert [(row.state, row.issue_id) for row in darkroom.rows()] == [("dropped", 1), ("wanted", 1)]


async def test_what_is_added_later_stands_in_the_ledger_of_the_unit(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    reports_with_photo(me)
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    me.sends("b")
    added = darkroom.town.rows(LedgerRow)[-1]
    assert '"act":"add_media"' in added.canonical
    assert '"part_of":"J1"' in added.canonical
    assert darkroom.town.do(ledger.verify) == []


async def test_what_comes_for_a_refused_photo_opens_and_ends_no_conversation(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    reports_with_photo(me)
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    me.says("报进展")
    me.taps(SOUTH)
    me.sends("b")
    assert me.says("300").title == "形象进度到哪一步了？"
    assert [(row.state, row.version_id) for row in darkroom.rows()] == [("dropped", 1), ("wanted", 1)]


async def test_an_open_photo_question_goes_before_one_that_a_refusal_opened(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    reports_with_photo(me)
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    reports_with_photo(me, SOUTH)
    assert [(row.state, row.version_id) for row in darkroom.rows()] == [("refused", 1), ("wanted", 2)]


async def test_a_day_later_a_photo_is_no_longer_taken_for_the_refused_one(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    reports_with_photo(me)
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    darkroom.town.clock.pass_(days=1, seconds=1)
    assert me.sends("b").text.startswith("收到1个文件，先替您存着，")


async def test_who_no_longer_reports_for_a_project_adds_nothing_to_its_report(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    reports_with_photo(me)
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    yesterday = darkroom.town.clock.now.date()
    ended = (
        update(Responsibility).where(Responsibility.project_id == darkroom.town.north).values(until=yesterday)
    )
    darkroom.town.do(lambda session: session.execute(ended))
    assert me.sends("b").text.startswith("收到1个文件，先替您存着，")


async def test_a_photo_refused_while_photos_are_asked_for_takes_no_place(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    to_the_photos(me, NORTH)
    me.sends("a")
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    assert me.sends("b").text.startswith("已收1张。还有就接着发")
    me.taps("就这些")
    me.taps("✅")
    assert [(row.state, row.version_id) for row in darkroom.rows()] == [("dropped", None), ("wanted", 1)]


async def test_what_was_refused_at_the_photo_question_is_not_counted_on_the_card(darkroom: Darkroom) -> None:
    """A stranger sent only an archive, was told that it was not taken, and read 照片：1张 on the card."""
    me = darkroom.town.reporter
    to_the_photos(me, NORTH)
    me.sends("a")
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    assert labels(me.taps("就这些", of=me.messages()[-2]))[0] == "没有照片"
    assert "照片：无" in me.taps("没有照片").text


async def test_the_button_that_counted_a_refused_photo_is_understood_and_says_that_none_is_left(
    darkroom: Darkroom,
) -> None:
    """It was answered that what was typed had not been noted, and nothing had been typed."""
    me = darkroom.town.reporter
    to_the_photos(me, NORTH)
    counted = me.sends("a")
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    asked = me.taps("就这些（1张）", of=counted)
    assert asked.text.startswith("⚠ 现在一张也没有收下。\n有就拍了直接发过来")
    assert labels(asked)[0] == "没有照片"


async def test_the_button_that_counted_a_refused_photo_goes_on_with_those_that_are_left(
    darkroom: Darkroom,
) -> None:
    me = darkroom.town.reporter
    to_the_photos(me, NORTH)
    counted = me.sends("a", "b")
    darkroom.answers(b"no picture", a_picture())
    await darkroom.until_quiet()
    assert "照片：1张" in me.taps("就这些（2张）", of=counted).text


async def test_a_photo_refused_while_the_card_is_shown_is_replaced_in_the_draft(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    to_the_photos(me, NORTH)
    me.sends("a")
    card = me.taps("就这些")
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    assert me.sends("b").text == "收到，用它换上没收下的那个了。"
    assert me.taps("✅", of=card).title == "已收到 J1"
    assert [(row.state, row.version_id) for row in darkroom.rows()] == [("dropped", None), ("wanted", 1)]


async def test_a_refused_photo_is_not_counted_as_one_of_the_report(darkroom: Darkroom) -> None:
    me = darkroom.town.reporter
    reports_with_photo(me)
    darkroom.answers(b"no picture")
    await darkroom.until_quiet()
    assert darkroom.town.do(lambda session: media.count_of_report(session, 1)) == 0


# Reading


async def test_a_file_keeps_its_own_name_in_its_row_and_lies_under_its_hash(darkroom: Darkroom) -> None:
    darkroom.sends_file("../资料/监理月报.pdf")
    darkroom.answers(b"%PDF-1.7")
    await darkroom.until_quiet()
    [row] = darkroom.rows()
    assert (row.name, row.path) == ("监理月报.pdf", f"{row.sha256[:2]}/{row.sha256}")


async def test_what_was_never_there_or_is_gone_from_the_disk_is_not_sent_along(darkroom: Darkroom) -> None:
    assert await darkroom.fetching.read(4711) is None
    darkroom.sends("a")
    await darkroom.until_quiet()
    [row] = darkroom.rows()
    (darkroom.folder / row.path).unlink()
    assert await darkroom.fetching.read(row.id) is None


async def test_a_file_that_changed_on_the_disk_is_never_sent_and_the_log_says_so(
    darkroom: Darkroom, caplog: pytest.LogCaptureFixture
) -> None:
    darkroom.sends("a")
    await darkroom.until_quiet()
    [row] = darkroom.rows()
    (darkroom.folder / row.path).write_bytes(a_picture(size=(41, 30)))
    assert await darkroom.fetching.read(row.id) is None
    assert f"media {row.id} was changed on the disk" in caplog.text


def to_the_photos(chat: Chat, project: str) -> None:
    chat.says("报进展")
    chat.taps(project)
    chat.says("300")
    chat.says("主体封顶")


async def test_a_stop_that_meets_a_wake_up_is_a_stop(
    darkroom: Darkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_wanted, looked = darkroom.fetching.fetch_wanted, asyncio.Event()

    async def look() -> int:
        fetched = await fetch_wanted()
        looked.set()
        return fetched

    monkeypatch.setattr(darkroom.fetching, "fetch_wanted", look)
    await stopped_as_it_is_woken(darkroom.fetching, looked)


def reports_with_photo(chat: Chat, project: str = NORTH) -> None:
    to_the_photos(chat, project)
    chat.sends("a")
    chat.taps("就这些")
    chat.taps("✅")


def files_problem_with_photo(chat: Chat) -> None:
    for step in ("报问题", NORTH, "一般问题", "征拆", "两户阻工", "不需要"):
        chat.says(step)
    chat.sends("a")
    chat.taps("就这些")
    chat.says("确认")


def _raises(error: Exception) -> Callable[[str], bytes]:
    def answer(_reference: str) -> bytes:
        raise error

    return answer
