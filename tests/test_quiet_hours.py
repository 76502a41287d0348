"""静默时段: what is neither urgent nor an answer never goes out at night or on a rest day, whatever delayed it."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from rules.kinds import Lane, Often
from rules.workdays import quiet_since
from storage import outbox
from storage import rules as stored_rules
from storage.messages import Address, Outgoing
from storage.outbox import State
from storage.tables.traffic import OutboxRow
from tests.chat import START, ZONE, Chat
from tests.digests import reaches, unasked, wants
from tests.reminding import sends, sends_next
from tests.test_desk_duties import returns
from tests.test_digests import has_an_issue
from tests.town import NORTH, Town, reports_problem

LONG = 100
QUIET = ((3, 28, 18, 0), (3, 28, 23, 59), (3, 29, 8, 29), (4, 2, 12, 0))  # 2 April is a holiday


def writes(town: Town, lane: Lane, due: datetime | None = None, text: str = "x") -> None:
    """Something to the leader, written now; of no use the next morning if it is long."""
    useless_after = town.clock.now + timedelta(hours=6) if len(text) > LONG else None

    def work(session: Session) -> int | None:
        return outbox.write(
            session, address=Address(channel="chat", account="bot", user="u", chat="u"), person_id=None,
            message=Outgoing(text=text), lane=lane, now=town.clock.now, due=due, limit=LONG,
            useless_after=useless_after,
        )  # fmt: skip

    town.do(work)


def goes_out(town: Town, month: int, day: int, hour: int, minute: int = 0) -> int:
    """How many messages leave at a moment."""
    town.clock.strike(month, day, hour, minute)
    return len(sends(town))


def of_lane(chat: Chat, lane: Lane) -> list[OutboxRow]:
    return [row for row in chat.rows() if row.lane == lane.order]


@pytest.mark.parametrize("lane", [Lane.REMINDER, Lane.DIGEST])
@pytest.mark.parametrize("moment", QUIET)
def test_what_a_channel_did_not_take_by_the_evening_waits_for_the_next_working_morning(
    town: Town, lane: Lane, moment: tuple[int, int, int, int]
) -> None:
    town.clock.strike(3, 28, 17, 59)
    writes(town, lane)
    assert goes_out(town, *moment) == 0
    assert goes_out(town, 4, 5 if moment[0] == 4 else 1, 8, 31) == 1


def test_a_long_text_of_which_a_part_has_gone_is_finished_in_the_evening(town: Town) -> None:
    town.clock.strike(3, 28, 17, 59)
    writes(town, Lane.DIGEST, text="长" * 3 * LONG)
    writes(town, Lane.DIGEST)
    town.do(lambda session: sends_next(session, town.clock.now))
    assert goes_out(town, 3, 28, 18, 1) == 3
    assert [row.state for row in town.rows(OutboxRow)] == ["sent"] * 4 + ["due"]


def test_a_long_text_of_which_nothing_has_gone_ends_whole(town: Town) -> None:
    town.clock.strike(3, 28, 17, 59)
    writes(town, Lane.DIGEST, text="长" * 3 * LONG)
    assert goes_out(town, 3, 28, 18, 1) == 0
    assert {row.state for row in town.rows(OutboxRow)} == {"expired"}


@pytest.mark.parametrize("lane", [Lane.URGENT, Lane.REPLY])
def test_what_is_urgent_or_an_answer_goes_at_any_hour(town: Town, lane: Lane) -> None:
    town.clock.strike(3, 28, 17, 59)
    writes(town, lane)
    assert goes_out(town, 3, 28, 23) == 1


def test_the_order_in_which_a_chat_is_served_outlasts_the_night(town: Town) -> None:
    town.clock.strike(3, 28, 17)
    writes(town, Lane.DIGEST)
    writes(town, Lane.REMINDER)
    goes_out(town, 3, 28, 22)
    town.clock.strike(3, 29, 9)
    assert [row.lane for row in sends(town)] == [Lane.REMINDER, Lane.DIGEST]


def test_what_comes_at_once_and_was_held_up_does_not_come_at_night(town: Town) -> None:
    wants(town, town.leader, often=Often.INSTANT)
    has_an_issue(town, town.north, filed=town.clock.now)
    reaches(town, 3, 27, 17, 59)
    assert goes_out(town, 3, 27, 21) == 0
    assert goes_out(town, 3, 28, 8, 31) == 1


def test_a_digest_that_was_held_up_into_the_evening_never_goes_and_the_next_tells_its_news(
    town: Town,
) -> None:
    has_an_issue(town, town.north, filed=town.clock.now)
    reaches(town, 3, 27)
    assert "新报" in unasked(town.leader)[0].plain
    assert goes_out(town, 3, 27, 18, 1) == 0
    assert {row.state for row in of_lane(town.leader, Lane.DIGEST)} == {State.EXPIRED}
    reaches(town, 3, 28)
    assert "新报" in unasked(town.leader)[1].plain


def test_a_digest_that_a_leader_wants_in_the_evening_comes_in_the_evening(town: Town) -> None:
    for chat in (town.head, town.department, town.office):
        wants(town, chat, at=time(9), silent=True)
    wants(town, town.leader, at=time(20, 17))
    reaches(town, 3, 27, 20, 17)
    assert [row.person_id for row in sends(town)] == [int(town.leader.user) - 1000]


def test_what_somebody_does_at_night_is_told_to_others_in_the_morning_and_answered_at_once(
    town: Town,
) -> None:
    for step in ("报进展", NORTH, "1200", "主体封顶", "没有", "确认"):
        town.reporter.says(step)
    sends(town)
    town.clock.strike(3, 27, 21)
    returns(town)
    assert {row.lane for row in sends(town)} == {Lane.REPLY}
    assert [row.lane for row in of_lane(town.reporter, Lane.REMINDER)] == [Lane.REMINDER.order]
    assert goes_out(town, 3, 28, 8, 31) == 1


def test_a_major_problem_is_told_at_any_hour(town: Town) -> None:
    town.clock.strike(3, 27, 23)
    reports_problem(town.reporter)
    assert Lane.URGENT in {row.lane for row in sends(town)}


def test_a_drill_that_an_outage_put_off_is_not_proposed_at_night(town: Town) -> None:
    town.do(lambda session: stored_rules.take(session, "[drill]\nquarterly = true", START))
    reaches(town, 5, 2, 22)
    [row] = [row for row in of_lane(town.office, Lane.REMINDER) if "演练" in row.body["text"]]
    assert row.due.astimezone(ZONE) == datetime(2012, 5, 3, 8, 31, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        ((3, 28, 8, 30), None),
        ((3, 28, 17, 59), None),
        ((3, 28, 18, 0), (3, 28)),
        ((3, 29, 8, 29), (3, 28)),
        ((4, 2, 12, 0), (4, 1)),  # a holiday after a make-up Sunday
    ],
)
def test_the_quiet_hours_began_with_the_evening_of_the_last_working_day(
    town: Town, moment: tuple[int, int, int, int], since: tuple[int, int] | None
) -> None:
    book = town.do(stored_rules.in_force).book
    month, day, hour, minute = moment
    found = quiet_since(datetime(2012, month, day, hour, minute, tzinfo=ZONE), book, ZONE)
    assert found == (datetime(2012, *since, 18, tzinfo=ZONE) if since else None)
