"""负担: what the bot lays on people is counted from rows, shown to the office and to each person, and never a score."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from rules.kinds import Lane
from storage import burden
from storage.burden import Burden
from storage.messages import Outgoing
from tests.builders import NOW, a_person, an_inbox_row, an_outbox_row
from tests.chat import ZONE
from tests.town import NORTH, Town

MARCH = (datetime(2012, 3, 1, tzinfo=ZONE), datetime(2012, 4, 1, tzinfo=ZONE))


def reminded(town: Town, person: int, times: int) -> None:
    town.do(
        lambda session: [
            an_outbox_row(
                session, person_id=person, lane=Lane.REMINDER.order, state="sent", written=town.clock.now
            )
            for _ in range(times)
        ]
    )


def test_a_talks_questions_answers_and_inputs_are_counted(town: Town) -> None:
    me = town.reporter
    for step in ("报进展", NORTH, "1200", "主体封顶", "没有", "确认"):
        me.says(step)
    reminded(town, 1, 3)
    assert town.do(lambda session: burden.of_person(session, 1, *MARCH)) == Burden(1, 3, 5, 1, 6)


@pytest.mark.parametrize("state", ["nobody", "failed", "expired"])
def test_what_reached_nobody_burdened_nobody(session: Session, state: str) -> None:
    an_outbox_row(session, person_id=a_person(session).id, lane=Lane.REMINDER.order, state=state)
    assert burden.of_month(session, *MARCH) == []


def test_a_long_text_in_parts_is_one_message_and_two_answers_to_one_input_are_one_input(
    session: Session,
) -> None:
    person, inbox = a_person(session).id, an_inbox_row(session).id
    first = an_outbox_row(session, person_id=person, inbox_id=inbox)
    an_outbox_row(session, person_id=person, inbox_id=inbox, part_of=first.id)
    an_outbox_row(session, person_id=person, inbox_id=inbox)
    assert burden.of_month(session, *MARCH) == [Burden(person, 0, 0, 2, 1)]


def test_a_month_counts_its_own_rows_only(session: Session) -> None:
    person = a_person(session).id
    moments = (MARCH[0] - timedelta(seconds=1), MARCH[0], NOW, MARCH[1] - timedelta(seconds=1), MARCH[1])
    for written in moments:
        an_outbox_row(session, person_id=person, lane=Lane.DIGEST.order, written=written)
    assert burden.of_month(session, *MARCH) == [Burden(person, 3, 0, 0, 0)]
    assert burden.of_month(session, MARCH[1], MARCH[1] + timedelta(days=30))[0].unasked == 1


def test_a_month_is_found_without_reading_the_years_before_it(session: Session) -> None:
    for days in range(300, 0, -1):
        an_outbox_row(session, person_id=None, written=MARCH[0] - timedelta(days=days))
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    burden.of_month(session, *MARCH)
    assert len(asked) <= 2 * 11 + 1


def test_the_office_sees_each_unit_and_who_is_above_the_cap(town: Town) -> None:
    reminded(town, 1, 31)
    reminded(town, 2, 4)
    shown = town.office.says("负担")
    assert shown.title == "3月机器人打扰了多少"
    assert "城北区住建局：中位4条，最多31条；问0次" in shown.text
    assert "超过每月30条的：张三（城北区住建局）31条。" in shown.text
    assert len(shown.text.splitlines()) <= 8


def test_nobody_above_the_cap_is_said_too_and_only_the_office_may_look(town: Town) -> None:
    reminded(town, 1, 30)
    assert "没有人超过每月30条。" in town.office.says("负担").text
    assert "30条" not in town.head.says("负担").text


def test_each_person_sees_their_own_in_my_duties(town: Town) -> None:
    reminded(town, 1, 4)
    town.reporter.says("帮助")
    assert town.reporter.says("我的待办").text.endswith("本月机器人主动发给您4条，问您0次，您发1次。")


def test_a_message_that_only_speaks_of_a_talk_is_no_question(session: Session) -> None:
    person = a_person(session).id
    body = Outgoing(text='他说："data": "t1|a|b"').model_dump(mode="json")
    an_outbox_row(session, person_id=person, inbox_id=an_inbox_row(session).id, body=body)
    assert burden.of_month(session, *MARCH) == [Burden(person, 0, 0, 1, 1)]
