"""What the outgoing rows promise: order, leases, doubt, and that nothing is written or changed twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import outbox, outbox_queue, sends, waits
from storage.charts import LightsChart
from storage.messages import Address, Option, Outgoing
from storage.outbox import State
from storage.outbox_queue import Room
from storage.parts import parts
from storage.sends import Claimed, Claims, End, Outcome
from storage.tables.traffic import OutboxRow
from tests.builders import NOW

MACHINE = datetime.fromisoformat("2026-01-05T08:00:00+00:00")
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
PLENTY = Room(total=100, bulk=100)
CHART = LightsChart(title="灯色", as_of="截至今天", bars=())
BUTTON = ((Option(label="确认", data="ok"),),)


def say(
    session: Session,
    words: str,
    chat: str = "1",
    lane: Lane = Lane.REPLY,
    limit: int = 4096,
    **given: Any,  # noqa: ANN401 - what `write` and `Outgoing` take
) -> int | None:
    address = Address(channel="telegram", account="bot", user=chat, chat=chat)
    message = Outgoing(text=words, replaces=given.pop("replaces", ""))
    given = {"address": address, "now": NOW, **given}
    return outbox.write(session, person_id=None, message=message, lane=lane, limit=limit, **given)


def take(
    session: Session, room: Room = PLENTY, now: datetime = NOW, machine: datetime = MACHINE
) -> list[Claimed]:
    return take_all(session, room, now, machine).rows


def take_all(session: Session, room: Room, now: datetime, machine: datetime) -> Claims:
    return sends.claim(
        session, channel="telegram", account="bot", room=room, now=now, machine=machine, lease=LEASE
    )


def texts(rows: list[Claimed]) -> list[str]:
    return [row.body["text"] for row in rows]


def end(session: Session, row: Claimed, how: End, external: str = "", retry: datetime | None = None) -> None:
    sends.finish(session, [Outcome(row, how, external=external, retry=retry)], NOW)


def the_row(session: Session, row_id: int | None) -> OutboxRow:
    session.expire_all()
    row = session.get(OutboxRow, row_id)
    assert row is not None
    return row


def the_state(session: Session, row_id: int | None) -> str:
    return the_row(session, row_id).state


def test_what_is_claimed_comes_by_urgency_then_by_age(session: Session) -> None:
    say(session, "digest", "1", Lane.DIGEST)
    say(session, "later answer", "2", now=NOW - SECOND)
    say(session, "answer", "3", now=NOW - 2 * SECOND)
    say(session, "urgent", "4", Lane.URGENT)
    assert texts(take(session)) == ["urgent", "answer", "later answer", "digest"]
    assert take(session) == []


def test_a_chat_is_served_one_by_one_in_order(session: Session) -> None:
    for number in range(3):
        say(session, f"{number}")
    first = take(session)
    assert texts(first) == ["0"]
    assert take(session) == []
    end(session, first[0], End.SENT)
    assert texts(take(session)) == ["1"]


def test_a_row_that_is_retried_bars_its_chats_later_rows_but_not_an_urgent_one(session: Session) -> None:
    say(session, "first")
    say(session, "second")
    end(session, take(session)[0], End.NOT_SENT, retry=MACHINE + 10 * SECOND)
    waiting = take_all(session, PLENTY, NOW, MACHINE)
    assert waiting == Claims([], MACHINE + 10 * SECOND)
    say(session, "urgent", lane=Lane.URGENT)
    assert texts(take(session)) == ["urgent"]


def test_a_retry_waits_for_the_machine_clock_whatever_the_city_says(session: Session) -> None:
    say(session, "first")
    end(session, take(session)[0], End.NOT_SENT, retry=MACHINE + 10 * SECOND)
    assert take(session, now=NOW + timedelta(days=30)) == []
    assert texts(take(session, machine=MACHINE + 10 * SECOND)) == ["first"]


def test_bulk_takes_no_more_than_its_room(session: Session) -> None:
    for chat in range(10):
        say(session, "digest", f"d{chat}", Lane.DIGEST)
    say(session, "answer", "1")
    assert texts(take(session, Room(total=5, bulk=2))) == ["answer", "digest", "digest"]
    assert take(session, Room(total=5, bulk=0)) == []
    assert take(session, Room(total=0, bulk=5)) == []


def test_a_busy_chat_gets_nothing_and_a_slow_one_only_answers(session: Session) -> None:
    for chat in ("busy", "slow", "free"):
        say(session, f"urgent {chat}", f"{chat}1", Lane.URGENT)
        say(session, f"answer {chat}", f"{chat}2")
    room = Room(total=9, bulk=9, busy={"busy1", "busy2"}, slow={"slow1", "slow2"})
    assert texts(take(session, room)) == ["urgent free", "answer slow", "answer free"]


def test_an_answer_does_not_overtake_what_is_more_urgent_in_a_slow_chat(session: Session) -> None:
    say(session, "urgent", lane=Lane.URGENT)
    say(session, "answer")
    assert take(session, Room(total=9, bulk=9, slow={"1"})) == []


def test_what_is_due_later_neither_goes_nor_bars_the_chat(session: Session) -> None:
    say(session, "tomorrow", lane=Lane.REMINDER, due=NOW + timedelta(days=1))
    say(session, "today", lane=Lane.REMINDER)
    assert texts(take(session)) == ["today"]
    assert texts(take(session, Room(9, 9), now=NOW + timedelta(days=1))) == []  # the first is still sending


def test_what_was_due_at_once_goes_even_if_the_clock_is_put_back(session: Session) -> None:
    say(session, "answer")
    assert texts(take(session, now=NOW - timedelta(hours=1))) == ["answer"]


def test_another_accounts_rows_are_left_alone(session: Session) -> None:
    say(session, "x", address=Address(channel="tryout", account="", user="1", chat="1"))
    assert take(session) == []


def test_what_is_left_of_any_lane_is_found_once_it_is_due_and_may_be_tried(session: Session) -> None:
    def left(account: str = "bot", by: datetime = NOW) -> bool:
        return sends.any_left(session, [("telegram", "none"), ("telegram", account)], by, MACHINE)

    say(session, "tomorrow", due=NOW + timedelta(days=1))
    say(session, "theirs", address=Address(channel="telegram", account="other", user="1", chat="1"))
    assert (left(), left("other")) == (False, True)
    say(session, "digest", "1", Lane.DIGEST, now=NOW - 9 * SECOND)
    say(session, "urgent", "2", Lane.URGENT)
    assert (left(), left(by=NOW - 5 * SECOND)) == (True, True), "a newer one that goes first hides nothing"
    rows = take(session)
    assert not left()
    end(session, rows[0], End.NOT_SENT, retry=MACHINE + SECOND)
    assert not left(), "it is not left by anybody: it must wait"


def test_what_has_become_useless_expires_and_bars_nobody(session: Session) -> None:
    stale = say(session, "stale", useless_after=NOW + SECOND)
    say(session, "fresh")
    assert texts(take(session, now=NOW + 2 * SECOND)) == ["fresh"]
    assert the_state(session, stale) == State.EXPIRED


def test_thousands_of_useless_rows_expire_in_slices(session: Session) -> None:
    for number in range(outbox_queue.END_AT_ONCE + 1):
        say(session, f"{number}", f"{number}", useless_after=NOW)
    say(session, "fresh", "x")
    later = NOW + SECOND
    assert take_all(session, PLENTY, later, MACHINE) == Claims([], MACHINE)
    assert texts(take(session, now=later)) == ["fresh"]
    assert waits.counts(session)[State.EXPIRED] == outbox_queue.END_AT_ONCE + 1


def test_once_is_once(session: Session) -> None:
    assert say(session, "reminder", once="progress 2012-03 p7 first") is not None
    assert say(session, "reminder", once="progress 2012-03 p7 first") is None
    assert say(session, "第一行\n" * 50, once="progress 2012-03 p7 first", limit=100) is None
    assert len(take(session)) == 1


def test_a_message_to_nobody_is_kept_and_counted_but_never_sent(session: Session) -> None:
    row = say(session, "x" * 9000, address=None)
    assert the_state(session, row) == State.NOBODY
    assert take(session) == []
    assert waits.counts(session)[State.NOBODY] == 1


# Ends of an attempt


def test_a_sent_row_keeps_the_platforms_id(session: Session) -> None:
    row_id = say(session, "x")
    end(session, take(session)[0], End.SENT, external="4711")
    row = the_row(session, row_id)
    assert (row.state, row.external, row.ended, row.lease, row.attempts) == ("sent", "4711", NOW, None, 1)


def test_who_lost_the_lease_changes_nothing(session: Session) -> None:
    row_id = say(session, "x", lane=Lane.URGENT)
    late = take(session)[0]
    current = take(session, machine=MACHINE + LEASE)[0]
    for how in End:
        end(session, late, how)
        assert the_state(session, row_id) == State.SENDING
    end(session, current, End.SENT, external="2")
    end(session, late, End.REFUSED)
    assert the_state(session, row_id) == State.SENT


@pytest.mark.parametrize(
    ("lane", "number", "replaces", "sends"),
    [
        (Lane.URGENT, "", "", 2),
        (Lane.REPLY, "J34", "", 2),
        (Lane.REPLY, "", "", 1),
        (Lane.REMINDER, "J34", "", 1),
        (Lane.DIGEST, "", "", 1),
        (Lane.REPLY, "", "4711", 1 + sends.EDIT_RESENDS),
    ],
)
@pytest.mark.parametrize("doubt", ["unclear", "lease"])
def test_in_doubt_urgent_and_receipts_go_once_more_edits_often_and_the_rest_never(
    session: Session, lane: Lane, number: str, replaces: str, sends: int, doubt: str
) -> None:
    row_id = say(session, "x", lane=lane, number=number, replaces=replaces)
    sent = 0
    machine = MACHINE
    while rows := take(session, machine=machine):
        sent += 1
        if doubt == "unclear":
            end(session, rows[0], End.UNCLEAR)
        else:
            machine += LEASE
    assert sent == sends
    row = the_row(session, row_id)
    assert (row.state, row.ambiguous, row.attempts) == (State.UNKNOWN, sends, sends)


def test_a_lease_that_ran_out_is_left_alone_while_its_chat_is_in_flight_here(session: Session) -> None:
    """The machine clock jumped: the send of this very process goes on, and must not be doubled."""
    say(session, "x", lane=Lane.URGENT)
    row = take(session)[0]
    assert take(session, Room(9, 9, busy={"1"}), machine=MACHINE + timedelta(hours=1)) == []
    end(session, row, End.SENT)
    assert the_state(session, row.id) == State.SENT


def test_after_a_crash_leases_end_at_once(session: Session) -> None:
    bulk, urgent = say(session, "digest", "1", Lane.DIGEST), say(session, "urgent", "2", Lane.URGENT)
    take(session)
    sends.end_leases(session, MACHINE + SECOND)
    assert texts(take(session, machine=MACHINE + SECOND)) == ["urgent"]
    assert (the_state(session, bulk), the_state(session, urgent)) == (State.UNKNOWN, State.SENDING)


def test_what_waits_for_one_who_blocked_us_fails_but_an_answer_is_tried(session: Session) -> None:
    say(session, "urgent", lane=Lane.URGENT)
    rows = {lane: say(session, lane.value, lane=lane) for lane in Lane}
    other = say(session, "another chat's", "2", Lane.DIGEST)
    end(session, take(session, Room(1, 1))[0], End.BLOCKED)
    states = {lane: the_state(session, row) for lane, row in rows.items()}
    assert states == {
        Lane.URGENT: State.FAILED,
        Lane.REPLY: State.DUE,
        Lane.REMINDER: State.FAILED,
        Lane.DIGEST: State.FAILED,
    }
    assert the_state(session, other) == State.DUE


# Long texts


def test_the_parts_of_a_long_text_go_in_order(session: Session) -> None:
    last = say(session, "一二三四五六七八九十" * 12, limit=60)
    said = []
    while rows := take(session):
        assert len(rows) == 1
        said.append(rows[0].body["text"])
        end(session, rows[0], End.SENT)
    assert [words[-5:] for words in said] == ["(1/3)", "(2/3)", "(3/3)"]
    assert the_state(session, last) == State.SENT


def test_a_part_that_fails_fails_those_after_it(session: Session) -> None:
    last = say(session, "字" * 200, limit=60)
    end(session, take(session)[0], End.SENT)
    end(session, take(session)[0], End.REFUSED)
    assert take(session) == []
    assert the_state(session, last) == State.FAILED
    assert waits.counts(session) == {**dict.fromkeys(State, 0), State.SENT: 1, State.FAILED: 4}


def test_a_part_in_doubt_does_not_hold_the_rest_back(session: Session) -> None:
    say(session, "字" * 90, limit=60)
    end(session, take(session)[0], End.UNCLEAR)
    assert texts(take(session))[0].endswith("(2/2)")


def test_buttons_come_with_the_last_of_the_words_and_the_first_replaces() -> None:
    long = Outgoing(title="题目", text="字" * 100, rows=BUTTON, replaces="4711")
    first, *_, last = parts(long, 60)
    assert (first.title, first.replaces, first.rows) == ("题目", "4711", ())
    assert (last.title, last.replaces, last.rows) == ("", "", BUTTON)


def test_one_picture_and_short_words_are_one_message() -> None:
    for message in (Outgoing(text="字" * 1024, rows=BUTTON, photos=(7,)), Outgoing(text="字", chart=CHART)):
        assert parts(message, 4096) == [message]


def test_a_picture_follows_words_that_are_too_long_to_stand_below_it() -> None:
    words, picture = parts(Outgoing(text="字" * 1025, rows=BUTTON, chart=CHART), 4096)
    assert (words.rows, words.chart) == (BUTTON, None)
    assert picture == Outgoing(chart=CHART)


def test_several_photos_follow_their_words_in_albums_that_a_platform_takes() -> None:
    chart, *albums = parts(Outgoing(text="字", rows=BUTTON, chart=CHART, photos=tuple(range(25))), 4096)
    assert (chart.text, chart.rows, chart.chart) == ("字", BUTTON, CHART)
    assert [len(album.photos) for album in albums] == [10, 10, 5]
    words, *albums = parts(Outgoing(text="字", rows=BUTTON, photos=tuple(range(25))), 4096)
    assert (words.rows, words.photos) == (BUTTON, ())
    assert sum((album.photos for album in albums), ()) == tuple(range(25))


def test_a_text_is_cut_at_the_end_of_a_line_where_one_is_near() -> None:
    cut = parts(Outgoing(text="一二三四五六七八九十\n" * 6), 60)
    assert [part.text for part in cut] == [
        "一二三四五六七八九十\n一二三四五六七八九十\n一二三四五六七八九十\n一二三四五六七八九十\n(1/2)",
        "一二三四五六七八九十\n一二三四五六七八九十\n\n(2/2)",
    ]


def test_a_text_that_just_fits_is_one_message() -> None:
    message = Outgoing(title="ab", text="😀" * 10)
    assert parts(message, 23) == [message]
    assert len(parts(message, 22)) > 1


@given(st.text(max_size=30), st.text(alphabet=st.sampled_from("字a😀\n"), max_size=400), st.integers(40, 200))
def test_every_part_fits_and_together_they_say_everything(title: str, words: str, limit: int) -> None:
    message = Outgoing(title=title, text=words)
    cut = parts(message, limit)
    for part in cut:
        assert len(part.plain.encode("utf-16-le")) // 2 <= limit
    if len(cut) > 1:
        bare = [part.plain.removesuffix(f"\n({place}/{len(cut)})") for place, part in enumerate(cut, 1)]
        # Only line ends at which it was cut are gone.
        assert "".join(bare).replace("\n", "") == message.plain.replace("\n", "")
        missing = message.plain.count("\n") - "".join(bare).count("\n")
        assert 0 <= missing < len(cut)


# The hot path


def test_a_claim_of_fifty_is_two_statements_and_their_end_is_one(session: Session) -> None:
    for chat in range(50):
        say(session, "x", f"{chat}")
    with counted(session) as statements:
        rows = take(session)
    assert (len(rows), len(statements)) == (50, 2)
    with counted(session) as statements:
        sends.finish(session, [Outcome(row, End.SENT) for row in rows], NOW)
    assert len(statements) == 1


@pytest.mark.sqlite_only(reason="it reads SQLite's plan of the statement")
def test_a_claim_walks_along_the_index_without_sorting(session: Session) -> None:
    with counted(session) as statements:
        take(session)
    given = ("",) * statements[0].count("?")
    found = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[0]}", given)
    plan = [row[-1] for row in found]
    assert len(plan) == 1
    assert "USING INDEX ix_outbox_due (channel=? AND account=? AND (lane,due)>(?,?) AND lane<?)" in plan[0]


def test_counts_knows_every_state(session: Session) -> None:
    for state in State:
        say(session, "x", state.value)
        session.execute(text("UPDATE outbox SET state = :state WHERE chat = :state"), {"state": state.value})
    assert waits.counts(session) == dict.fromkeys(State, 1)


class counted:  # noqa: N801 - reads as a verb
    """The statements that a block of a test sends."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()
        self._statements: list[str] = []

    def _note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self._statements.append(statement)

    def __enter__(self) -> list[str]:
        event.listen(self._connection, "before_cursor_execute", self._note)
        return self._statements

    def __exit__(self, *_error: object) -> None:
        event.remove(self._connection, "before_cursor_execute", self._note)
