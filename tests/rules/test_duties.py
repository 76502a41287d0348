"""Promises of who owes what and how a duty stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import default_book
from rules.duties import (
    SETTLED,
    DutyFacts,
    ProblemFacts,
    ProjectFacts,
    bars_zero,
    expected,
    filing_that_counts,
    owed,
    state_at_close,
    state_of,
)
from rules.kinds import DutyKind, DutyState, ProjectState, Severity
from rules.periods import Period, period_kind, window
from rules.workdays import city_zone

MARCH = Period.parse("2012-03")
HALF = Period.parse("2012H1")
WINDOW = window(
    DutyKind.PROGRESS, MARCH, default_book(), city_zone()
)  # opens 03-25, due 04-05 18:00, closes 04-10
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
PROJECT = ProjectFacts(ProjectState.ACTIVE, since=date(2012, 1, 1))
DUTY = DutyFacts(WINDOW)
FAR = datetime(2013, 1, 1, tzinfo=UTC)


def general(filed: date, closed: date | None = None) -> ProblemFacts:
    return ProblemFacts(Severity.GENERAL, filed, closed)


# Who owes


@pytest.mark.parametrize("kind", [DutyKind.PROGRESS, DutyKind.ZERO])
def test_an_active_project_owes_its_month_and_its_half_year(kind: DutyKind) -> None:
    assert owed(PROJECT, kind, MARCH if kind is DutyKind.PROGRESS else HALF)


@pytest.mark.parametrize("state", [ProjectState.PAUSED, ProjectState.ENDED])
def test_a_paused_or_ended_project_owes_nothing(state: ProjectState) -> None:
    assert not owed(replace(PROJECT, state=state), DutyKind.PROGRESS, MARCH)


@pytest.mark.parametrize(
    ("since", "until", "owes"),
    [
        (date(2012, 3, 1), None, True),
        (date(2012, 3, 2), None, False),
        (date(2012, 1, 1), date(2012, 3, 31), True),
        (date(2012, 1, 1), date(2012, 3, 30), False),
    ],
)
def test_a_project_owes_only_for_full_months_on_the_list(since: date, until: date | None, owes: bool) -> None:
    assert owed(replace(PROJECT, since=since, until=until), DutyKind.PROGRESS, MARCH) is owes


def test_a_project_that_came_in_the_half_year_owes_no_zero_for_it() -> None:
    project = replace(PROJECT, since=date(2012, 1, 2))
    assert not owed(project, DutyKind.ZERO, HALF)
    assert owed(project, DutyKind.ZERO, HALF.next())


def test_a_sub_project_owes_only_if_flagged() -> None:
    assert not owed(replace(PROJECT, sub=True), DutyKind.PROGRESS, MARCH)
    assert owed(replace(PROJECT, sub=True, owes_itself=True), DutyKind.PROGRESS, MARCH)


@pytest.mark.parametrize(
    ("problem", "owes"),
    [
        (None, False),
        (general(date(2012, 2, 29)), True),
        (general(date(2012, 3, 1)), False),  # its filing is the month's word
        (general(date(2012, 2, 1), closed=date(2012, 3, 31)), False),
        (general(date(2012, 2, 1), closed=date(2012, 4, 1)), True),
        (ProblemFacts(Severity.MAJOR, date(2012, 2, 1)), False),
    ],
)
def test_a_monthly_word_is_owed_only_for_a_general_problem_from_before_that_is_still_open(
    problem: ProblemFacts | None, owes: bool
) -> None:
    assert owed(PROJECT, DutyKind.ISSUE, MARCH, problem) is owes


def test_a_duty_of_the_wrong_period_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected a month"):
        owed(PROJECT, DutyKind.PROGRESS, HALF)


@pytest.mark.parametrize(
    ("problem", "bars"),
    [
        (general(date(2012, 1, 1), closed=date(2012, 1, 2)), True),
        (general(date(2012, 6, 30), closed=date(2012, 7, 1)), True),
        (general(date(2011, 11, 1), closed=date(2012, 1, 5)), False),  # filed before, solved by now
        (general(date(2011, 11, 1), closed=date(2011, 12, 31)), False),
        (general(date(2012, 7, 1), closed=date(2012, 7, 2)), False),
        (general(date(2012, 7, 1)), True),  # it stands open
        (ProblemFacts(Severity.MAJOR, date(2012, 5, 1), date(2012, 5, 2)), True),
    ],
)
def test_a_zero_is_barred_by_a_problem_of_its_half_year_or_one_that_is_open(
    problem: ProblemFacts, bars: bool
) -> None:
    assert bars_zero(HALF, [problem]) is bars
    assert not bars_zero(HALF, [])


# How a duty stands


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (WINDOW.opens - SECOND, DutyState.UPCOMING),
        (WINDOW.opens, DutyState.OPEN),
        (WINDOW.due, DutyState.OPEN),
        (WINDOW.due + timedelta(microseconds=999_999), DutyState.OPEN),
        (WINDOW.due + SECOND, DutyState.OVERDUE),
        (WINDOW.closes, DutyState.OVERDUE),
        (WINDOW.closes + SECOND, DutyState.MISSED),
    ],
)
def test_an_unfiled_duty_follows_the_clock_to_the_second(now: datetime, state: DutyState) -> None:
    assert state_of(DUTY, now) is state


@pytest.mark.parametrize(
    ("filed_at", "state"),
    [
        (WINDOW.opens, DutyState.ON_TIME),
        (WINDOW.due, DutyState.ON_TIME),
        (WINDOW.due + timedelta(microseconds=999_999), DutyState.ON_TIME),
        (WINDOW.due + SECOND, DutyState.LATE),
        (WINDOW.closes, DutyState.LATE),
        (WINDOW.closes + SECOND, DutyState.MISSED),
    ],
)
def test_a_filed_duty_is_on_time_until_due_and_late_until_the_close(
    filed_at: datetime, state: DutyState
) -> None:
    assert state_of(replace(DUTY, filed_at=filed_at), FAR) is state


def test_a_filing_counts_from_its_instant_on() -> None:
    filed = replace(DUTY, filed_at=WINDOW.opens + DAY)
    assert state_of(filed, WINDOW.opens) is DutyState.OPEN
    assert state_of(filed, WINDOW.opens + DAY) is DutyState.ON_TIME


def test_without_proof_of_delivery_nobody_is_late_or_missing() -> None:
    duty = replace(DUTY, delivered=False)
    assert state_at_close(duty) is DutyState.UNDELIVERED
    assert state_at_close(replace(duty, filed_at=WINDOW.due + DAY)) is DutyState.UNDELIVERED
    assert state_at_close(replace(duty, filed_at=WINDOW.due)) is DutyState.ON_TIME


def test_an_exempt_duty_is_exempt_whatever_happens() -> None:
    assert state_of(replace(DUTY, exempt=True), WINDOW.opens) is DutyState.EXEMPT
    assert state_at_close(replace(DUTY, exempt=True, filed_at=WINDOW.due + DAY)) is DutyState.EXEMPT


def test_a_problem_makes_the_zero_void_and_never_late() -> None:
    assert state_of(replace(DUTY, answered=True), WINDOW.opens) is DutyState.VOID
    assert state_at_close(replace(DUTY, answered=True)) is DutyState.VOID


def test_a_zero_given_before_the_problem_stands_as_filed() -> None:
    assert state_at_close(replace(DUTY, answered=True, filed_at=WINDOW.opens)) is DutyState.ON_TIME


def test_what_was_written_at_the_close_is_never_worked_out_again() -> None:
    changed = replace(
        DUTY, written=DutyState.MISSED, exempt=True, answered=True, delivered=False, filed_at=WINDOW.due
    )
    assert state_of(changed, FAR) is DutyState.MISSED


def test_an_unlocked_duty_is_late_at_best() -> None:
    closed = replace(DUTY, written=DutyState.MISSED, unlocked_until=WINDOW.closes + 3 * DAY)
    assert state_of(closed, WINDOW.closes + DAY) is DutyState.MISSED
    assert state_of(replace(closed, filed_at=WINDOW.closes + DAY), FAR) is DutyState.LATE
    assert state_of(replace(closed, filed_at=WINDOW.closes + 4 * DAY), FAR) is DutyState.MISSED


@pytest.mark.parametrize("written", SETTLED - {DutyState.MISSED})
def test_an_unlock_changes_nothing_but_a_missed_duty(written: DutyState) -> None:
    unlocked = replace(
        DUTY, written=written, filed_at=WINDOW.closes + DAY, unlocked_until=WINDOW.closes + 3 * DAY
    )
    assert state_of(unlocked, FAR) is written


# For all facts

instants = st.datetimes(
    min_value=datetime(2003, 12, 1),  # noqa: DTZ001  (hypothesis wants naive bounds)
    max_value=datetime(2036, 3, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
periods = st.dates(min_value=date(2004, 1, 1), max_value=date(2035, 12, 31))


@st.composite
def duties(draw: st.DrawFn) -> DutyFacts:
    """Any duty of 2004 to 2035, with filings and unlocks mostly around its window."""
    kind = draw(st.sampled_from(DutyKind))
    found = window(kind, Period.of(period_kind(kind), draw(periods)), default_book(), city_zone())
    gaps = st.timedeltas(min_value=timedelta(days=-3), max_value=timedelta(days=30))
    near = gaps.map(lambda gap: found.opens + gap)
    return DutyFacts(
        window=found,
        filed_at=draw(st.none() | near | instants),
        delivered=draw(st.booleans()),
        exempt=draw(st.booleans()),
        answered=draw(st.booleans()),
        written=draw(st.none() | st.sampled_from(sorted(SETTLED))),
        unlocked_until=draw(st.none() | near),
    )


def clock_of(duty: DutyFacts, now: datetime) -> DutyState | None:
    """An independent account of what the clock alone says of an unfiled duty; None once it is closed."""
    if now < duty.window.opens:
        return DutyState.UPCOMING
    if now.replace(microsecond=0) <= duty.window.due:
        return DutyState.OPEN
    return DutyState.OVERDUE if now.replace(microsecond=0) <= duty.window.closes else None


@given(duties(), instants)
def test_every_duty_has_exactly_one_state_at_any_instant(duty: DutyFacts, now: datetime) -> None:
    state = state_of(duty, now)
    assert isinstance(state, DutyState)
    assert (state in SETTLED) != (state is clock_of(duty, now))


@given(duties())
def test_every_duty_is_settled_at_its_close(duty: DutyFacts) -> None:
    assert state_at_close(duty) in SETTLED


@given(duties(), instants, instants)
def test_a_state_is_left_only_for_a_later_one(duty: DutyFacts, one: datetime, other: datetime) -> None:
    order = [DutyState.UPCOMING, DutyState.OPEN, DutyState.OVERDUE]
    earlier, later = (state_of(duty, moment) for moment in sorted((one, other)))
    ranks = [order.index(state) if state in order else len(order) for state in (earlier, later)]
    assert ranks == sorted(ranks)


@given(duties(), instants)
def test_a_settled_state_once_written_is_kept(duty: DutyFacts, now: datetime) -> None:
    duty = replace(duty, written=None, unlocked_until=None)
    written = replace(duty, written=state_at_close(duty))
    after = max(now, duty.window.closes + SECOND)
    assert state_of(written, after) is state_of(duty, after) is written.written


def test_the_unfiled_duty_of_every_month_goes_through_its_states_once_and_in_order() -> None:
    """Walks all days around every window of 2004 to 2035, no samples."""
    for year in range(2004, 2036):
        for month in range(1, 13):
            duty = DutyFacts(
                window(DutyKind.PROGRESS, Period.month(year, month), default_book(), city_zone())
            )
            days = [duty.window.opens + timedelta(days=number, hours=10) for number in range(-2, 40)]
            states = list(dict.fromkeys(state_of(duty, day) for day in days))
            assert states == [DutyState.UPCOMING, DutyState.OPEN, DutyState.OVERDUE, DutyState.MISSED]


# What was returned, and what a project leaves behind


FIRST, MEND_BY = WINDOW.opens + DAY, WINDOW.opens + 4 * DAY


def test_the_first_filing_counts_if_a_returned_report_was_mended_in_time_to_the_second() -> None:
    for mended in (FIRST + DAY, MEND_BY, MEND_BY + SECOND - timedelta(microseconds=1)):
        assert filing_that_counts(FIRST, mended=mended, mend_by=MEND_BY) == FIRST


def test_a_report_mended_too_late_counts_from_the_mending() -> None:
    mended = MEND_BY + SECOND
    assert filing_that_counts(FIRST, mended=mended, mend_by=MEND_BY) == mended


def test_nothing_counts_while_a_report_stands_returned() -> None:
    assert filing_that_counts(FIRST, returned=True, mend_by=MEND_BY) is None
    assert filing_that_counts(None) is None


@given(instants, instants, instants)
def test_mending_never_makes_a_report_earlier(first: datetime, mended: datetime, by: datetime) -> None:
    counts = filing_that_counts(first, mended=max(first, mended), mend_by=by)
    assert counts is not None
    assert counts >= first


def test_a_duty_of_a_project_that_left_the_list_is_void_unless_it_was_kept_or_exempt() -> None:
    left = replace(DUTY, off_list=True)
    assert state_of(left, WINDOW.opens) is DutyState.VOID
    assert state_at_close(left) is DutyState.VOID
    assert state_at_close(replace(left, filed_at=WINDOW.opens)) is DutyState.ON_TIME
    assert state_at_close(replace(left, exempt=True)) is DutyState.EXEMPT


@pytest.mark.parametrize("state", list(ProjectState))
def test_a_month_that_had_ended_when_the_project_left_is_still_owed_whatever_its_state_is_now(
    state: ProjectState,
) -> None:
    left = replace(PROJECT, state=state, until=date(2012, 4, 2))
    assert expected(left, MARCH)
    assert not expected(left, MARCH.next())
    assert not expected(replace(left, sub=True), MARCH)


def test_a_days_word_is_owed_only_for_a_major_problem_of_an_earlier_day() -> None:
    day = Period.parse("2012-03-27")
    major = ProblemFacts(Severity.MAJOR, date(2012, 3, 26))
    assert owed(PROJECT, DutyKind.DAILY, day, major)
    assert not owed(PROJECT, DutyKind.DAILY, day, replace(major, filed_on=date(2012, 3, 27)))
    assert not owed(PROJECT, DutyKind.DAILY, day, general(date(2012, 3, 26)))
    assert not owed(PROJECT, DutyKind.DAILY, day, None)
