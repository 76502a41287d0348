"""Quiet hours, caps, waves; what an outage or a jumping clock leaves of the reminders: never silently nothing."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from storage import rules as stored_rules
from storage.tables.registry import Binding
from storage.tables.reminding import Nudge
from storage.tables.traffic import OutboxRow
from tests.builders import a_person, a_project
from tests.chat import START, ZONE
from tests.reminding import MONTH, lives, person_of, reminded, sends, steps, suppressed, titles
from tests.town import Town

# Quiet hours, caps, waves


def test_nothing_goes_out_in_quiet_hours_or_on_rest_days(reminding: Town) -> None:
    for month, day, hour in ((3, 28, 19), (3, 29, 8), (4, 1, 20), (4, 2, 10), (4, 4, 12), (4, 5, 7)):
        lives(reminding, month, day, hour)
    assert reminding.rows(Nudge) == []
    lives(reminding, 4, 5, 9)
    assert titles(reminding.reporter) == ["今天到期：2项要报"]


def test_what_has_not_gone_by_the_evening_does_not_go_at_night(reminding: Town) -> None:
    reminding.reaches(3, 28)
    reminding.clock.strike(3, 28, 18, 1)
    assert sends(reminding) == []
    assert [row.state for row in reminding.rows(OutboxRow) if row.lane == 2] == ["expired"]


def test_beyond_the_cap_nothing_is_sent_and_a_row_says_so(reminding: Town) -> None:
    reminding.do(lambda session: stored_rules.take(session, "[caps]\nreminders_a_month = 1", START))
    lives(reminding, 3, 28)
    lives(reminding, 3, 30)
    lives(reminding, 4, 1)
    lives(reminding, 4, 5)
    me = person_of(reminding.reporter)
    assert [each for each in suppressed(reminding) if each[0] == me] == [(me, "month_cap")] * 2
    assert len(reminded(reminding.reporter)) == 2


def test_a_wave_is_spread_by_the_rate_and_keeps_out_of_the_busy_minutes(reminding: Town) -> None:
    def grows(session: Session) -> None:
        for number in range(60):
            person = a_person(session)
            session.add(
                Binding(person_id=person.id, channel="chat", account="bot", user=f"u{number}",
                        chat=f"u{number}", bound=START, last_used=START)
            )  # fmt: skip
            a_project(session, reporter=person, number=100 + number)

    reminding.do(grows)
    rules = '[reminders]\nat = "08:58"\nper_minute = 20'
    reminding.do(lambda session: stored_rules.take(session, rules, START))
    reminding.reaches(3, 28, 8, 58)
    due = [row.due.astimezone(ZONE) for row in reminding.rows(OutboxRow) if row.lane == 2]
    assert len(due) == 61
    assert {moment.minute for moment in due} == {58, 59, 1, 2}
    assert max(due) - min(due) < timedelta(minutes=5)


# Missed sweeps


@pytest.mark.parametrize(
    ("until", "title", "skipped"),
    [
        pytest.param((4, 5, 8, 48), "今天到期：2项要报", ["due-5", "due-3", "due-1"], id="1 minute"),
        pytest.param((4, 5, 11, 47), "今天到期：2项要报", ["due-5", "due-3", "due-1"], id="3 hours"),
        pytest.param(
            (4, 6, 10, 47), "已过期限：2项没报", ["due-5", "due-3", "due-1", "due-0"], id="26 hours"
        ),
    ],
)
def test_after_an_outage_only_the_last_that_still_counts_is_sent_once(
    reminding: Town, until: tuple[int, int, int, int], title: str, skipped: list[str]
) -> None:
    reminding.reaches(3, 28, 8, 46)
    reminding.restarts()
    lives(reminding, *until)
    lives(reminding, *until)
    assert titles(reminding.reporter) == [title]
    assert [step for step, state, _ in steps(reminding) if state == "skipped"] == skipped
    assert all(why for _, state, why in steps(reminding) if state == "skipped")


def test_an_outage_over_the_whole_period_is_declared_and_reminds_nobody_of_what_has_closed(
    reminding: Town,
) -> None:
    reminding.reaches(4, 4)
    lives(reminding, 4, 12)
    march = [each for each in steps(reminding) if each[2]]
    assert [step for step, _, _ in march] == ["due-5", "due-3", "due-1", "due-0", "overdue-1", "close-1"]
    assert march[-1][2] == "the period had closed"
    assert reminded(reminding.reporter) == []


def test_what_was_missed_waits_for_the_hour_of_reminding_and_is_one_message(reminding: Town) -> None:
    """Down over 1 April 8:47 until the evening of the 4th: on the 5th comes one message, not two."""
    lives(reminding, 3, 30)
    reminding.reaches(4, 4, 20)
    lives(reminding, 4, 5, 8, 31)
    assert len(reminded(reminding.reporter)) == 1
    lives(reminding, 4, 5, 8, 47)
    assert titles(reminding.reporter)[1:] == ["今天到期：2项要报"]
    assert steps(reminding)[-2:] == [("due-1", "skipped", "due-0 took its place"), ("due-0", "done", "")]


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1), timedelta(days=1)])
def test_a_clock_that_jumps_sends_nothing_twice_and_loses_nothing(reminding: Town, jump: timedelta) -> None:
    moment = datetime(2012, 3, 28, 8, 47, tzinfo=ZONE)
    for month, day in MONTH:
        moment = datetime(2012, month, day, 8, 47, tzinfo=ZONE)
        for at in (moment, moment + jump, moment + timedelta(minutes=5)):
            reminding.clock.now = at
            reminding.sweep()
            reminding.clock.pass_(minutes=1)
            sends(reminding)
    decided = [step for step, _, _ in steps(reminding)]
    assert sorted(decided) == sorted({*decided})
    assert len(decided) == 6
    done = [step for step, state, _ in steps(reminding) if state == "done"]
    assert len(reminded(reminding.reporter)) == len(done)
