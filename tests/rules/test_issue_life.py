"""What the table of a problem's life promises, and the clocks beside it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import default_book, load
from rules.issue_clocks import (
    Chase,
    Held,
    ageing,
    due,
    first_chase,
    limit,
    next_chase,
    per_holder,
    rises,
    total,
)
from rules.issue_drawing import markdown
from rules.issue_life import ENDED, LIFE, OPEN, TURN, Next, Who, move, moves
from rules.kinds import Ageing, IssueState, IssueStep, IssueWord, Severity
from rules.workdays import city_zone, in_working_hours

BOOK, ZONE = default_book(), city_zone()
MONDAY = datetime(2012, 3, 26, 9, tzinfo=ZONE)
DRAWING = Path(__file__).parents[2] / "docs" / "problem-life.md"


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("state", [each for each in IssueState if each not in ENDED])
def test_no_open_state_is_without_an_exit_for_whose_turn_it_is(state: IssueState, severity: Severity) -> None:
    leading_out = [each for each in moves(state, severity, [TURN[state]]) if each.leads is not Next.SAME]
    assert any(each.leads is Next.BACK or each.leads is not state for each in leading_out)


@pytest.mark.parametrize("state", ENDED)
def test_what_has_ended_can_be_reopened_by_the_office(state: IssueState) -> None:
    found = move(state, IssueStep.REOPEN, Severity.GENERAL)
    assert found is not None
    assert Who.OFFICE in found.who


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("state", IssueState)
def test_a_step_stands_once_for_a_state(state: IssueState, severity: Severity) -> None:
    found = [each.step for each in LIFE if state in each.states and each.only in (None, severity)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("state", OPEN)
def test_a_unit_may_say_at_any_time_that_its_problem_is_solved(state: IssueState) -> None:
    found = move(state, IssueWord.SOLVED, Severity.GENERAL)
    assert found is not None
    assert (found.who[0], found.leads) == (Who.RAISER, IssueState.SOLVED)


def test_the_drawing_in_the_documents_is_that_of_the_table() -> None:
    """Drawn anew by: .venv/bin/python -m rules.issue_drawing > docs/problem-life.md"""
    assert DRAWING.read_text("utf-8") == markdown()


hours = st.integers(0, 2000)


@given(st.lists(st.tuples(st.sampled_from([None, 1, 2]), hours, st.booleans()), min_size=1), hours)
def test_the_holders_clocks_add_up_to_the_total_whoever_refuses(
    turns: list[tuple[int | None, int, bool]], last: int
) -> None:
    """A hand-over, refused or not, moves time from one holder to the next and none of it is lost."""
    at, held = MONDAY, []
    for unit, spent, refused in turns:
        until = at + timedelta(hours=spent)
        held.append(Held(unit, at, until, refused))
        at = until
    held.append(Held(3, at, None))
    now = at + timedelta(hours=last)
    assert sum(per_holder(held, now).values(), timedelta()) == total(MONDAY, None, now)


@given(st.integers(0, 100_000), st.sampled_from(list(IssueState)), hours)
def test_every_chase_falls_in_working_hours_and_they_come_in_order(
    start: int, state: IssueState, after: int
) -> None:
    since = MONDAY + timedelta(hours=start)
    until = limit(state, Severity.MAJOR, since, since + timedelta(hours=after), BOOK, ZONE)
    chase, times = first_chase(state), []
    while (at := next_chase(state, since, until, chase, BOOK, ZONE)) is not None:
        assert in_working_hours(at, BOOK, ZONE)
        times.append(at)
        chase = Chase(chase + 1)
    assert times == sorted(times)
    assert bool(times) is (state not in ENDED)


@pytest.mark.parametrize(
    ("days", "colour"),
    [
        (14, None),
        (15, Ageing.BLUE),
        (29, Ageing.BLUE),
        (30, Ageing.YELLOW),
        (45, Ageing.RED),
        (400, Ageing.RED),
    ],
)
def test_the_colour_of_an_overdue_problem_follows_the_days(days: int, colour: Ageing | None) -> None:
    assert ageing(MONDAY, MONDAY + timedelta(days=days), BOOK) is colour


def test_a_limit_is_in_calendar_days_and_rolls_or_in_working_days_if_the_rules_say_so() -> None:
    assert due(MONDAY, 5, BOOK, ZONE).astimezone(ZONE) == datetime(2012, 3, 31, 18, tzinfo=ZONE)  # worked
    assert due(MONDAY, 7, BOOK, ZONE).astimezone(ZONE).day == 5  # 2-4 April is Qingming
    working = load('[problems]\ndays_are = "working"')
    assert due(MONDAY, 5, working, ZONE).astimezone(ZONE).day == 31


@pytest.mark.parametrize(("times", "days", "rise"), [(3, 89, False), (4, 1, True), (1, 90, True)])
def test_an_old_problem_rises_by_how_often_or_how_long(times: int, days: int, rise: bool) -> None:
    assert rises(Severity.GENERAL, times, MONDAY, MONDAY + timedelta(days=days), BOOK) is rise
    assert not rises(Severity.MAJOR, times, MONDAY, MONDAY + timedelta(days=days), BOOK)


def test_rising_can_be_switched_off() -> None:
    never = load("[problems]\nrise_days = 0\nrise_times = 0")
    assert not rises(Severity.GENERAL, 99, MONDAY, MONDAY + timedelta(days=999), never)
