"""Photos that an urgent message brings: its words wait for none of them, and each arrives once."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.channels.channel import NotSent
from rules.kinds import Lane
from storage import media, outbox, photos
from storage.messages import Address, MediaKind, Outgoing
from storage.tables.reporting import MediaFile
from storage.tables.traffic import AwaitedPhoto, OutboxRow
from tests.builders import NOW, a_person, a_photo
from tests.files import a_picture
from tests.test_fetching import Darkroom
from tests.town import NORTH, Town

CHIEF = Address(channel="telegram", account="bot", user="1", chat="1")


@pytest.fixture
def darkroom(town: Town, tmp_path: Path) -> Darkroom:
    return Darkroom(town, tmp_path)


def alert(session: Session, *ids: int, lane: Lane = Lane.URGENT) -> None:
    message = Outgoing(title="重大问题 W1", text="两户阻工", photos=ids)
    outbox.write(
        session, address=CHIEF, person_id=None, message=message, lane=lane, now=NOW, limit=4096, number="W1"
    )  # fmt: skip


def rows(session: Session) -> list[tuple[str, int, tuple[int, ...]]]:
    """Of every row the title, the lane and the photos."""
    found = session.query(OutboxRow).order_by(OutboxRow.id)
    return [(row.body.get("title", ""), row.lane, tuple(row.body.get("photos", ()))) for row in found]


def photo(session: Session, state: str = "stored", **given: object) -> int:
    return a_photo(session, a_person(session), state=state, **given).id


def test_an_urgent_message_goes_as_bare_words_and_its_photos_behind_all_that_is_urgent(
    session: Session,
) -> None:
    one, two = photo(session), photo(session)
    alert(session, one, two)
    assert rows(session) == [("重大问题 W1", Lane.URGENT.order, ()), ("", Lane.REPLY.order, (one, two))]


def test_a_photo_that_is_not_fetched_yet_follows_once_it_is_stored(session: Session) -> None:
    late = photo(session, "wanted")
    alert(session, late)
    assert rows(session) == [("重大问题 W1", Lane.URGENT.order, ())]
    photos.follow(session, late, NOW)
    photos.follow(session, late, NOW)
    session.flush()
    assert rows(session)[1:] == [("重大问题 W1", Lane.REPLY.order, (late,))]


def test_a_photo_that_will_never_come_is_awaited_no_more(session: Session) -> None:
    late = photo(session, "wanted")
    alert(session, late)
    photos.forget(session, late)
    assert session.query(AwaitedPhoto).count() == 0


def test_what_is_no_photo_or_is_gone_is_not_sent_along(session: Session) -> None:
    file, lost = photo(session, kind=MediaKind.FILE), photo(session, "lost")
    alert(session, file, lost, 4711)
    assert len(rows(session)) == 1


def test_no_photo_follows_words_that_did_not_go(session: Session) -> None:
    late = photo(session, "wanted")
    alert(session, late)
    session.query(OutboxRow).one().state = "failed"
    photos.follow(session, late, NOW)
    session.flush()
    assert len(rows(session)) == 1


def test_one_stored_photo_of_a_routine_message_has_its_words_below_it(session: Session) -> None:
    one = photo(session)
    alert(session, one, lane=Lane.REPLY)
    assert rows(session) == [("重大问题 W1", Lane.REPLY.order, (one,))]


async def test_a_fetched_photo_is_written_to_who_has_its_words(darkroom: Darkroom) -> None:
    darkroom.sends("here")
    [wanted] = darkroom.rows()
    darkroom.town.do(lambda session: alert(session, wanted.id))
    darkroom.answers(a_picture())
    await darkroom.until_quiet()
    found = darkroom.town.do(lambda session: [row for row in rows(session) if row[2]])
    assert found == [("重大问题 W1", Lane.REPLY.order, (wanted.id,))]
    assert await darkroom.fetching.read(wanted.id)


async def test_who_is_told_of_a_problem_at_once_gets_the_photos_of_who_reported_it(
    darkroom: Darkroom,
) -> None:
    """One photo is on the shelf when the problem is filed, the other comes from its platform later."""
    town, me = darkroom.town, darkroom.town.reporter
    darkroom.answers(a_picture(), NotSent("no connection"), a_picture(size=(50, 30)))
    me.says("报问题")
    me.taps(NORTH)
    for answer in ("重大问题", "征拆", "两户阻工", "刚才", "就在项目现场", "请派工作组"):
        me.says(answer)
    me.sends("first")
    await darkroom.fetching.fetch_wanted()
    me.sends("second")
    me.says("就这些")
    assert me.says("确认").title == "重大问题 W1 已报出"
    told = [row for row in town.rows(OutboxRow) if row.number == "W1" and row.chat != me.address.chat]
    words = [row for row in told if row.lane == Lane.URGENT.order]
    first, second = (row.id for row in darkroom.rows())
    assert words
    assert all("photos" not in row.body for row in words)
    assert [tuple(row.body["photos"]) for row in told if row not in words] == [(first,)] * len(words)
    await darkroom.until_quiet()
    late = [row for row in town.rows(OutboxRow) if row.body.get("photos") == [second]]
    assert [row.part_of for row in late] == [row.id for row in words]
    assert all(row.body["title"] == words[0].body["title"] for row in late)


def test_a_dropped_photo_does_not_follow_though_it_came(session: Session) -> None:
    late = photo(session, "wanted")
    alert(session, late)
    media.drop(session, [late])
    assert session.get_one(MediaFile, late, populate_existing=True).state == "dropped"
    photos.follow(session, late, NOW)
    session.flush()
    assert len(rows(session)) == 1
