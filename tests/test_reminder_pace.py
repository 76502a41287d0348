"""Quiet hours, caps, waves; what an outage or a jumping clock leaves of the reminders: never silently nothing."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from reminders.rounds import next_reminder
from reminders.sweep import sweep
from rules.book import default_book
from storage import rules as stored_rules
from storage.reminding import Few, people_after
from storage.tables.registry import Binding
from storage.tables.reminding import Nudge
from storage.tables.traffic import OutboxRow
from tests.builders import a_person, a_project
from tests.chat import START, ZONE
from tests.reminding import MONTH, lives, person_of, reminded, sends, steps, suppressed, titles
from tests.town import Town

DEFAULT = default_book()

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


def grows(town: Town, people: int = 60) -> None:
    """So many more people, with a project each."""

    def work(session: Session) -> None:
        for number in range(people):
            person = a_person(session)
            session.add(
                Binding(person_id=person.id, channel="chat", account="bot", user=f"u{number}",
                        chat=f"u{number}", bound=START, last_used=START)
            )  # fmt: skip
            a_project(session, reporter=person, number=100 + number)

    town.do(work)


def dues(town: Town) -> list[datetime]:
    return [row.due.astimezone(ZONE) for row in town.rows(OutboxRow) if row.lane == 2]


def test_a_wave_is_spread_by_the_rate_and_keeps_out_of_the_busy_minutes(reminding: Town) -> None:
    grows(reminding)
    rules = '[reminders]\nat = "08:58"\nper_minute = 20'
    reminding.do(lambda session: stored_rules.take(session, rules, START))
    reminding.reaches(3, 28, 8, 58)
    due = dues(reminding)
    assert len(due) == 61
    assert {moment.minute for moment in due} == {58, 59, 1, 2}
    assert max(due) - min(due) < timedelta(minutes=5)


def test_a_wave_after_an_outage_that_ended_at_the_full_hour_keeps_out_of_its_minute(reminding: Town) -> None:
    reminding.reaches(3, 28, 8, 46)
    reminding.reaches(3, 28, 10, 0)
    assert dues(reminding) == [datetime(2012, 3, 28, 10, 1, tzinfo=ZONE)]


def test_what_is_left_of_a_wave_in_the_evening_goes_next_morning_as_slowly(reminding: Town) -> None:
    grows(reminding, 100)
    rules = '[reminders]\nat = "17:58"\nper_minute = 20'
    reminding.do(lambda session: stored_rules.take(session, rules, START))
    reminding.reaches(3, 28, 17, 58)
    evening, morning = dues(reminding), datetime(2012, 3, 29, 8, 30, tzinfo=ZONE)
    assert 40 <= len(evening) < 101
    assert max(evening) < datetime(2012, 3, 28, 18, 0, tzinfo=ZONE)
    assert reminding.do(lambda session: next_reminder(session, reminding.clock.now, DEFAULT, ZONE)) == morning
    reminding.reaches(3, 28, 20)
    assert len(dues(reminding)) == len(evening)
    reminding.reaches(3, 29, 8, 30)
    rest = dues(reminding)[len(evening) :]
    assert len(evening) + len(rest) == 101
    assert all(due.minute != 30 for due in rest)
    by_minute = Counter((due.hour, due.minute) for due in rest)
    assert max(by_minute.values()) <= 20


def test_a_wave_that_an_outage_stopped_does_not_make_good_for_it_at_once(reminding: Town) -> None:
    """Down in the midst of a wave: what had not been written yet is spread from then on."""
    grows(reminding, 100)
    reminding.do(lambda session: stored_rules.take(session, "[reminders]\nper_minute = 20", START))
    reminding.clock.strike(3, 28, 8, 47)
    while len(dues(reminding)) < 30:
        reminding.do(lambda session: sweep(session, reminding.clock.now, ZONE, reach=reminding.reach))
    before = len(dues(reminding))
    reminding.reaches(3, 28, 11, 5)
    assert max(Counter(due.minute for due in dues(reminding)[before:]).values()) <= 20


def test_a_slice_is_few_people_and_still_fewer_where_one_has_many_projects(session: Session) -> None:
    first, second, third = (a_person(session) for _ in range(3))
    for person, count in ((first, 2), (second, 1), (third, 5)):
        for _ in range(count):
            a_project(session, reporter=person)
    today, few = START.date(), Few(people=10, projects=3)
    assert people_after(session, 0, few, today, {}) == [first.id, second.id]
    assert people_after(session, second.id, few, today, {}) == [third.id]
    assert people_after(session, 0, Few(people=1, projects=99), today, {}) == [first.id]


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
