"""An album is answered once, though each of its photos is a message of its own; and a report takes so many photos."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from storage import rules as stored_rules
from storage import sends
from storage.messages import Incoming, Outgoing
from storage.outbox_queue import Room
from storage.sends import Claimed
from storage.tables.reporting import MediaFile
from storage.tables.traffic import OutboxRow
from tests.chat import Chat, labels
from tests.town import NORTH, Town


def to_the_photos(chat: Chat) -> None:
    for step in ("报进展", NORTH, "1200", "主体封顶"):
        chat.says(step)


def of_album(chat: Chat, reference: str, album: str = "135", caption: str = "") -> Incoming:
    return chat.photos(reference, caption=caption).model_copy(update={"album": album})


def sends_album(chat: Chat, references: str, caption: str = "") -> list[Outgoing]:
    """Gives back what was written for it, nothing of which was sent yet."""
    before = len(chat.rows())
    for place, reference in enumerate(references):
        chat.takes(of_album(chat, reference, caption="" if place else caption))
    return chat.messages()[before:]


def all_was_sent(chat: Chat) -> None:
    """Each row has gone out; a new message has its row's number, an edited one keeps its own."""
    for row in chat.rows():
        if row.state == "due":
            sent = {"state": "sent", "attempts": 1, "external": row.body.get("replaces") or f"m{row.id}"}
            statement = update(OutboxRow).where(OutboxRow.id == row.id).values(**sent)
            chat.look(lambda session, statement=statement: session.execute(statement))


def test_an_album_that_comes_at_once_is_one_message(town: Town) -> None:
    me = town.reporter
    to_the_photos(me)
    [answer] = sends_album(me, "abc")
    assert answer.text.startswith("已收3张")
    me.taps("就这些")
    me.taps("✅")
    assert [row.version_id for row in town.rows(MediaFile)] == [1, 1, 1]


def test_the_answer_to_an_album_waits_a_moment_for_its_other_photos(town: Town) -> None:
    me = town.reporter
    sends_album(me, "a")
    assert claims(town) == []
    sends_album(me, "b")
    town.clock.pass_(seconds=1)
    [row] = claims(town)
    assert str(row.body["text"]).startswith("收到2个文件")


def claims(town: Town) -> list[Claimed]:
    """What delivery would send now."""
    now = town.clock.now
    lease = timedelta(seconds=30)
    return town.do(
        lambda session: sends.claim(
            session, channel="chat", account="bot", room=Room(10, 10), now=now, machine=now, lease=lease
        )
    ).rows


def test_an_album_before_any_question_is_one_message_that_counts_all_of_it(town: Town) -> None:
    [answer] = sends_album(town.reporter, "abc")
    assert answer.text.startswith("收到3个文件，先替您存着，")


def test_an_album_that_comes_slowly_has_its_answer_edited(town: Town) -> None:
    me = town.reporter
    to_the_photos(me)
    all_was_sent(me)
    for reference, count in (("a", 1), ("b", 2), ("c", 3)):
        [answer] = sends_album(me, reference)
        assert answer.text.startswith(f"已收{count}张")
        all_was_sent(me)
    first, second, third = me.rows()[-3:]
    assert second.body["replaces"] == third.body["replaces"] == first.external


def test_what_is_just_being_sent_is_left_alone(town: Town) -> None:
    """The lease says that it may have gone out already, with the words that it had."""
    me = town.reporter
    to_the_photos(me)
    sends_album(me, "a")
    [row] = me.rows()[-1:]
    sending = update(OutboxRow).where(OutboxRow.id == row.id).values(state="sending", attempts=1)
    me.look(lambda session: session.execute(sending))
    [answer] = sends_album(me, "b")
    assert (answer.text.partition("。")[0], answer.replaces) == ("已收2张", "")


def test_an_answer_is_not_edited_once_something_else_was_said_below_it(town: Town) -> None:
    """The card may have taken its place: a photo that comes late must not wipe it away."""
    me = town.reporter
    to_the_photos(me)
    sends_album(me, "ab")
    all_was_sent(me)
    me.taps("就这些")
    all_was_sent(me)
    [late] = sends_album(me, "c")
    assert late.replaces == ""
    assert late.text.startswith("收到1个文件，先替您存着，")
    assert me.says("确认").title == "已收到 J1"


def test_that_words_under_one_photo_were_not_noted_stands_in_the_one_answer(town: Town) -> None:
    """The answers to the photos after it were once written over that."""
    me = town.reporter
    to_the_photos(me)
    [answer] = sends_album(me, "abc", caption="主体封顶")
    assert answer.text.startswith("⚠ 这一步是发照片，打的字没有记下。\n已收3张")
    all_was_sent(me)
    [late] = sends_album(me, "d")
    assert late.text.startswith("⚠ 这一步是发照片，打的字没有记下。\n已收4张")


def test_two_albums_have_an_answer_each(town: Town) -> None:
    me = town.reporter
    to_the_photos(me)
    before = len(me.rows())
    for reference, album in (("a", "1"), ("b", "1"), ("c", "2"), ("d", "2")):
        me.takes(of_album(me, reference, album))
    assert [message.text.partition("。")[0] for message in me.messages()[before:]] == ["已收2张", "已收4张"]


def test_words_that_came_with_an_album_are_answered_and_the_photos_beside_them(town: Town) -> None:
    question, kept = sends_album(town.reporter, "abc", caption="报问题")
    assert question.title == "哪个项目？"
    assert kept.text.startswith("收到3个文件，先替您存着，")


@pytest.mark.parametrize("album", ["", "135"])
def test_the_same_photo_delivered_twice_is_one_photo(town: Town, album: str) -> None:
    me = town.reporter
    to_the_photos(me)
    for _ in range(2):
        me.takes(of_album(me, "a", album), external="same")
    assert len(town.rows(MediaFile)) == 1


# As many as a report takes


@pytest.fixture
def two_a_report(town: Town) -> Town:
    town.do(lambda session: stored_rules.take(session, "[media]\nper_report = 2\n", town.clock.now))
    return town


def test_more_photos_than_a_report_takes_are_refused_and_those_before_stay(two_a_report: Town) -> None:
    me = two_a_report.reporter
    to_the_photos(me)
    assert "满了（最多2张）" in sends_album(me, "ab")[-1].text
    refused = me.sends("c")
    assert "一份最多带2个照片或文件，已经满了，多的没有收。" in refused.text
    assert labels(refused)[:2] == ["就这些（2张）", "清空重发"]
    me.taps("就这些")
    me.taps("✅")
    rows = two_a_report.rows(MediaFile)
    assert [(row.state, row.version_id) for row in rows] == [("wanted", 1), ("wanted", 1), ("dropped", None)]


def test_a_problem_takes_no_more_than_a_report(two_a_report: Town) -> None:
    me = two_a_report.reporter
    for step in ("报问题", NORTH, "一般问题", "征拆", "两户阻工", "不需要"):
        me.says(step)
    assert "满了（最多2张）" in me.sends("a", "b", "c").text
    assert [row.state for row in two_a_report.rows(MediaFile)] == ["wanted", "wanted", "dropped"]


def test_of_what_was_kept_before_no_more_are_offered_than_are_taken(two_a_report: Town) -> None:
    me = two_a_report.reporter
    me.sends("a", "b", "c")
    to_the_photos(me)
    assert labels(me.last())[0] == "用刚才发的2张"
    assert "照片：2张" in me.taps("用刚才发的").text


def test_a_correction_takes_only_as_many_as_its_report_has_room_for(two_a_report: Town) -> None:
    me = two_a_report.reporter
    to_the_photos(me)
    me.sends("a")
    me.taps("就这些")
    me.taps("✅")
    for step in ("报进展", NORTH, "更正", "改照片"):
        me.says(step)
    assert "满了（最多1张）" in me.sends("b").text
    assert "已经满了" in me.sends("c").text
