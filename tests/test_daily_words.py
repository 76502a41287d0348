"""续报: while a major problem is open its unit is asked every day how it stands, and one tap answers."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from reminders.sweep import next_instant
from rules.kinds import Severity
from storage import ledger
from storage.tables.reporting import Issue, IssueEvent
from tests.chat import ZONE, Chat, labels
from tests.test_drill import drills
from tests.test_escalation import passes, sweeps
from tests.town import NORTH, Town, reports_problem

ASKED = f"W1 {NORTH}：今天情况怎样？重大问题每天续报，18:00前点一下或说一句。"
MISSED = f"W1 {NORTH}：3月27日没有续报。联络人：张三。"


def says_so(chat: Chat, text: str) -> int:
    return [message.text for message in chat.messages()].count(text)


def strikes(town: Town, day: int, hour: int, minute: int = 0) -> None:
    town.clock.strike(3, day, hour, minute)
    sweeps(town)


def taken(town: Town) -> None:
    reports_problem(town.reporter)
    town.office.taps("已知悉")
    town.leader.says("W1 请自规局拿方案")


def test_every_morning_the_contact_is_asked_rest_days_too_and_one_tap_answers(town: Town) -> None:
    taken(town)
    strikes(town, 26, 17)
    assert says_so(town.reporter, ASKED) == 0, "the day's report is the day's word"
    for day in (27, 31):  # a Tuesday, and a Saturday
        strikes(town, day, 8, 59)
        before = says_so(town.reporter, ASKED)
        strikes(town, day, 9)
        sweeps(town)
        assert says_so(town.reporter, ASKED) == before + 1
        assert labels(town.reporter.last()) == ["仍在", "有变化", "已解决"]
        assert town.reporter.taps("仍在").title == "W1 已记下：仍在"
        strikes(town, day, 19)
    assert [row.kind for row in town.rows(IssueEvent)].count("still") == 2
    assert says_so(town.head, MISSED) == 0
    assert says_so(town.deputy, ASKED) == 0


def test_who_has_said_a_word_that_day_is_not_asked(town: Town) -> None:
    taken(town)
    strikes(town, 27, 8)
    town.reporter.says("W1 仍在")
    strikes(town, 27, 9)
    assert says_so(town.reporter, ASKED) == 0


def test_what_was_not_said_is_noted_down_once_and_the_head_and_the_office_hear_of_it(town: Town) -> None:
    taken(town)
    strikes(town, 27, 9)
    strikes(town, 27, 17, 59)
    assert says_so(town.head, MISSED) == 0
    strikes(town, 27, 18)
    sweeps(town)
    for chat in (town.reporter, town.head, town.office):
        assert says_so(chat, MISSED) == 1
    assert [row.kind for row in town.rows(IssueEvent)].count("no_word") == 1
    assert town.do(ledger.verify) == []


def test_a_day_on_which_nobody_was_asked_is_nobodys_fault(town: Town) -> None:
    taken(town)
    strikes(town, 27, 18, 30)
    strikes(town, 28, 3)
    assert says_so(town.head, MISSED) == says_so(town.reporter, ASKED) == 0


def test_after_a_night_down_yesterdays_silence_is_still_noted_and_a_word_said_in_time_counts(
    town: Town,
) -> None:
    taken(town)
    strikes(town, 27, 9)
    town.clock.strike(3, 27, 17)
    town.reporter.says("W1 仍在")
    strikes(town, 28, 3)
    assert says_so(town.head, MISSED) == 0
    strikes(town, 28, 9)
    strikes(town, 29, 3)
    assert says_so(town.head, MISSED.replace("27日", "28日")) == 1


@pytest.mark.parametrize("how", ["solved", "lowered", "drill"])
def test_of_a_problem_that_is_solved_or_lowered_and_of_a_drill_nothing_is_asked(town: Town, how: str) -> None:
    if how == "drill":
        drills(town)
    else:
        taken(town)
    if how == "solved":
        town.reporter.says("W1 已解决：签了")
        town.reporter.taps("🔴 确认")
    if how == "lowered":
        lower = update(Issue).values(severity=Severity.GENERAL)
        town.do(lambda session: session.execute(lower))
    strikes(town, 27, 9)
    assert says_so(town.reporter, ASKED) == 0


def test_the_clock_that_is_moved_stops_at_the_hours_of_asking_and_of_what_is_due(town: Town) -> None:
    taken(town)
    passes(town, hours=5)
    hours = [datetime(2012, 3, 27, hour, tzinfo=ZONE) for hour in (9, 18)]

    def following(session: Session) -> list[datetime]:
        just_before = [hour - timedelta(seconds=1) for hour in hours]
        return [next_instant(session, moment, ZONE) for moment in just_before]

    assert town.do(following) == hours
