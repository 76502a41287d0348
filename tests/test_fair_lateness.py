"""Late or missed is only what was provably delivered; of the rest the office says what it makes of it."""

import json

import pytest
from sqlalchemy import update

from reminders.wording import nudges as words
from rules.kinds import DutyState
from storage import figures
from storage.sends import End
from storage.tables.ledger import LedgerRow
from storage.tables.reporting import Duty
from tests.chat import ZONE, labels
from tests.reminding import (
    files,
    lives,
    reminded,
    sends,
    states,
)
from tests.town import NORTH, Town

# Fair lateness


def test_what_nobody_provably_heard_of_is_undelivered_and_not_missed(reminding: Town) -> None:
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.UNDELIVERED}


def test_a_reminder_that_a_channel_took_before_the_due_date_makes_it_missed(reminding: Town) -> None:
    lives(reminding, 3, 28)
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.MISSED}


@pytest.mark.parametrize("end", [End.REFUSED, End.UNCLEAR, End.BLOCKED])
def test_a_reminder_that_may_not_have_arrived_proves_nothing(reminding: Town, end: End) -> None:
    reminding.reaches(3, 28)
    reminding.clock.pass_(minutes=1)
    assert sends(reminding, end)
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.UNDELIVERED}


def test_a_reminder_after_the_due_date_comes_too_late_to_prove_anything(reminding: Town) -> None:
    lives(reminding, 4, 6)
    assert len(reminded(reminding.reporter)) == 1
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.UNDELIVERED}


def test_a_late_report_of_what_was_not_delivered_is_undelivered_too(reminding: Town) -> None:
    reminding.reaches(4, 6)
    files(reminding.reporter, NORTH)
    reminding.reaches(4, 11)
    assert states(reminding) == {DutyState.UNDELIVERED}


# What the office makes of it


def judges(town: Town, judgement: str) -> str:
    lives(town, 4, 11)
    for step in ("送达异常", NORTH, judgement, "已电话通知过"):
        town.office.says(step)
    return town.office.says("确认").text


def of_north(town: Town) -> Duty:
    [duty] = [row for row in town.rows(Duty) if (row.project_id, row.period) == (town.north, "2012-03")]
    return duty


def timeliness(town: Town) -> tuple[int, int]:
    """What counts as missed, and what is left out as undelivered."""
    standings = town.do(lambda session: list(figures.standings(session, town.clock.now, ZONE)))
    march = [each.state for each in standings if each.period == "2012-03"]
    return march.count(DutyState.MISSED), march.count(DutyState.UNDELIVERED)


def test_the_office_is_told_that_there_is_something_to_judge(reminding: Town) -> None:
    lives(reminding, 4, 10, 18, 5)
    assert reminded(reminding.office) == []  # it is evening
    lives(reminding, 4, 11)
    assert [each.text for each in reminded(reminding.office)] == [words.UNDELIVERED]


def test_what_counts_after_all_is_missed_and_the_ledger_has_both(reminding: Town) -> None:
    assert judges(reminding, "算未报") == f"已认定：{NORTH} 2012年3月进展算未报"
    assert of_north(reminding).state is DutyState.MISSED
    assert "市项目办认定算未报。原因：已电话通知过" in reminding.reporter.last().text
    rows = [json.loads(row.canonical) for row in reminding.rows(LedgerRow)]
    [restated] = [row["facts"] for row in rows if row["act"] == "restate_duty"]
    assert (restated["before"], restated["after"]) == ("undelivered", "missed")
    [judged] = [row["facts"] for row in rows if row["act"] == "judge_undelivered"]
    assert judged["counts"] is True
    assert "已电话通知过" not in json.dumps(rows, ensure_ascii=False)
    assert timeliness(reminding) == (1, 1)


def test_what_is_let_be_stays_undelivered_and_is_asked_about_no_more(reminding: Town) -> None:
    assert judges(reminding, "免责") == f"已认定：{NORTH} 2012年3月进展免责"
    assert of_north(reminding).state is DutyState.UNDELIVERED
    assert timeliness(reminding) == (0, 2)
    reminding.office.says("送达异常")
    assert NORTH not in "".join(labels(reminding.office.last()))


def test_a_late_report_that_counts_is_late(reminding: Town) -> None:
    reminding.reaches(4, 6)
    files(reminding.reporter, NORTH)
    assert judges(reminding, "算迟报") == f"已认定：{NORTH} 2012年3月进展算迟报"
    assert of_north(reminding).state is DutyState.LATE


def test_two_of_the_office_cannot_both_judge_it(reminding: Town) -> None:
    lives(reminding, 4, 11)
    for step in ("送达异常", NORTH, "免责", "已电话通知过"):
        reminding.office.says(step)
    judged = update(Duty).where(Duty.project_id == reminding.north, Duty.period == "2012-03")
    reminding.do(lambda session: session.execute(judged.values(judged=reminding.clock.now)))
    reminding.office.says("确认")
    rows = [json.loads(row.canonical)["act"] for row in reminding.rows(LedgerRow)]
    assert "judge_undelivered" not in rows
