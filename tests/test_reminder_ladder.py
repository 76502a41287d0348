"""Without an answer a reminder goes up: contact or stand-in, deputy, head; who cannot be reached is passed over."""

from datetime import date

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.tables.registry import Person, Project, Responsibility
from tests.builders import a_leave, a_person, a_responsibility
from tests.reminding import (
    MONTH,
    lives,
    loses_account,
    person_of,
    reminded,
    suppressed,
)
from tests.town import SOUTH, Town

# The ladder


def test_no_answer_goes_up_by_the_rules_and_says_what_was_tried(reminding: Town) -> None:
    for month, day in MONTH:
        lives(reminding, month, day)
        heads = sum("联络人" in message.text for message in reminded(reminding.deputy))
        assert heads == max(0, MONTH.index((month, day)) - 2)
    [*_, last] = reminded(reminding.head)
    assert last.title == "还有2项没报，请过问"
    assert last.text == (
        "联络人张三（13900000001）还欠2项：城北水厂扩建工程3月进展、南湖大道改造3月进展。"
        "已提醒5次（3月28日、30日、4月1日、5日、6日），还没报。"
    )


def test_who_cannot_be_reached_is_passed_over_at_once_and_it_says_so(reminding: Town) -> None:
    loses_account(reminding, reminding.reporter)
    lives(reminding, 3, 28)
    [to_deputy], [to_head] = reminded(reminding.deputy), reminded(reminding.head)
    assert "联络人张三（13900000001）还欠1项：城北水厂扩建工程3月进展。联系不上本人。" in to_deputy.text
    assert SOUTH in to_head.text  # it has no deputy
    [to_office] = reminded(reminding.office)
    assert "有1人联系不上" in to_office.text
    assert "城北区住建局 张三 13900000001" in to_office.text
    assert suppressed(reminding) == [(person_of(reminding.reporter), "unreachable")]


def test_a_stand_in_is_reminded_for_who_is_away_and_nobody_above_hears_of_it(reminding: Town) -> None:
    def goes(session: Session) -> None:
        absent, deputy = (
            session.get_one(Person, person_of(each)) for each in (reminding.reporter, reminding.deputy)
        )
        a_leave(session, person=absent, stand_in=deputy, since=date(2012, 3, 27), until=date(2012, 4, 1))

    reminding.do(goes)
    lives(reminding, 3, 28)
    assert reminded(reminding.reporter) == reminded(reminding.head) == []
    [message] = reminded(reminding.deputy)
    assert message.text.endswith("您正在代张三报。")
    lives(reminding, 4, 1)
    assert len(reminded(reminding.reporter)) == 1


def test_only_those_who_owe_something_are_named_to_their_stand_in(reminding: Town) -> None:
    def goes(session: Session) -> None:
        reporter = session.get_one(Person, person_of(reminding.reporter))
        other = a_person(session, unit_id=reporter.unit_id, role=None, name="钱六")
        a_leave(session, person=other, stand_in=reporter, since=date(2012, 3, 27), until=date(2012, 4, 1))

    reminding.do(goes)
    lives(reminding, 3, 28)
    [message] = reminded(reminding.reporter)
    assert "正在代" not in message.text


def test_who_is_away_without_a_stand_in_is_passed_over_and_named(reminding: Town) -> None:
    def goes(session: Session) -> None:
        absent = session.get_one(Person, person_of(reminding.reporter))
        a_leave(session, person=absent, since=date(2012, 3, 27), until=date(2012, 4, 1))

    reminding.do(goes)
    lives(reminding, 3, 28)
    assert reminded(reminding.reporter) == []
    assert "本人请假，没有人代。" in reminded(reminding.deputy)[0].text


def test_a_successor_is_reminded_from_the_day_of_the_hand_over(reminding: Town) -> None:
    def passes(session: Session) -> None:
        ended = update(Responsibility).where(Responsibility.person_id == person_of(reminding.reporter))
        session.execute(ended.values(until=date(2012, 4, 1)))
        successor = session.get_one(Person, person_of(reminding.deputy))
        for project_id in (reminding.north, reminding.south):
            a_responsibility(session, session.get_one(Project, project_id), successor, since=date(2012, 4, 1))

    reminding.do(passes)
    lives(reminding, 3, 30)
    lives(reminding, 4, 1)
    assert (len(reminded(reminding.reporter)), len(reminded(reminding.deputy))) == (1, 1)
