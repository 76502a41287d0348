"""What holds of every duty, on every day of 2004 to 2035, under every rolling policy, and for any rules at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import product

import chinese_calendar  # type: ignore[import-untyped]  # it carries no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import Book, load
from rules.duties import SETTLED, DutyFacts, state_at_close, state_of
from rules.kinds import DutyKind, DutyState, PeriodKind, Rolling
from rules.periods import Period, Window, period_kind, window
from rules.workdays import NEWEST_KNOWN_YEAR, calendar_of, city_zone

SHANGHAI = city_zone()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FIRST, LAST = date(2004, 1, 1), date(2035, 12, 31)
EVERY_DAY = [FIRST + number * DAY for number in range((LAST - FIRST).days + 1)]
POLICIES = list(product(Rolling, Rolling))


# An account of the dates that shares nothing with the rules: day by day, by the calendar's own words.


@cache
def worked(day: date) -> bool:
    known = 2004 <= day.year <= NEWEST_KNOWN_YEAR
    return bool(chinese_calendar.is_workday(day)) if known else day.weekday() < 5


def rolled(day: date, policy: Rolling) -> date:
    skip = 1 if policy is Rolling.SECOND and not worked(day) else 0
    step = -DAY if policy is Rolling.PREVIOUS else DAY
    while not worked(day) or skip:
        skip -= worked(day) and skip
        day += step
    return day


@cache
def month_by_hand(year: int, month: int, due: Rolling, closes: Rolling) -> tuple[date, date, date]:
    """Opens on the 25th; due on the 5th and closed on the 10th of the next month, rolled, and never on one day."""
    after = date(year + month // 12, month % 12 + 1, 1)
    due_day, closes_day = rolled(after.replace(day=5), due), rolled(after.replace(day=10), closes)
    if closes_day <= due_day:
        closes_day = rolled(due_day + DAY, Rolling.NEXT)
    return date(year, month, 25), due_day, closes_day


@cache
def half_by_hand(year: int, half: int) -> tuple[date, date, date]:
    """Opens the day after; due and closed on the fifth working day."""
    opens = date(year, 7, 1) if half == 1 else date(year + 1, 1, 1)
    day, count = opens, int(worked(opens))
    while count < 5:
        day += DAY
        count += worked(day)
    return opens, day, day


def state_by_hand(dates: tuple[date, date, date], day: date, at: time) -> DutyState:
    """Of an unfiled duty: open from midnight, due and closed at 18:00, all to the second."""
    opens, due, closes = dates
    if day < opens:
        return DutyState.UPCOMING
    if (day, at) <= (due, time(18)):
        return DutyState.OPEN
    return DutyState.OVERDUE if (day, at) <= (closes, time(18)) else DutyState.MISSED


@cache
def rules_of(due: Rolling, closes: Rolling) -> Book:
    return load(f'rolling = {{ due = "{due}", closes = "{closes}" }}')


@cache
def window_of(kind: DutyKind, period: Period, due: Rolling, closes: Rolling) -> Window:
    return window(kind, period, rules_of(due, closes), SHANGHAI)


AT = (time(0), time(17, 59, 59), time(18), time(18, 0, 1), time(23, 59, 59))
EDGES = [(each, timedelta(hours=each.hour, minutes=each.minute, seconds=each.second)) for each in AT]


@pytest.mark.parametrize(("due", "closes"), POLICIES)
def test_on_every_day_the_months_duties_have_the_one_state_that_the_calendar_gives(
    due: Rolling, closes: Rolling
) -> None:
    for day in EVERY_DAY:
        midnight = datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)
        this = Period.of(PeriodKind.MONTH, day)
        for month in (this, this.previous()):
            duty = DutyFacts(window_of(DutyKind.PROGRESS, month, due, closes))
            dates = month_by_hand(month.year, month.number, due, closes)
            for at, since in EDGES:
                assert state_of(duty, midnight + since) is state_by_hand(dates, day, at), (day, at)


def test_on_every_day_the_half_years_zero_has_the_one_state_that_the_calendar_gives() -> None:
    for day in EVERY_DAY:
        midnight = datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)
        this = Period.of(PeriodKind.HALF, day)
        for half in (this, this.previous()):
            duty = DutyFacts(window_of(DutyKind.ZERO, half, Rolling.NEXT, Rolling.NEXT))
            dates = half_by_hand(half.year, half.number)
            for at, since in EDGES:
                assert state_of(duty, midnight + since) is state_by_hand(dates, day, at), (day, at)


def moments(found: Window) -> list[datetime]:
    """The instants around the edges of a window, to the second and within one."""
    near = (-SECOND, timedelta(), timedelta(microseconds=999_999), SECOND)
    return [edge + gap for edge in (found.opens, found.due, found.closes) for gap in near]


@pytest.mark.parametrize(("due", "closes"), POLICIES)
def test_what_is_filed_at_any_edge_is_on_time_or_late_or_nothing_and_stays_so(
    due: Rolling, closes: Rolling
) -> None:
    month = Period.of(PeriodKind.MONTH, FIRST)
    while month.year <= LAST.year:
        found = window_of(DutyKind.PROGRESS, month, due, closes)
        for filed_at in moments(found):
            settled = state_at_close(DutyFacts(found, filed_at=filed_at))
            second = filed_at.replace(microsecond=0)
            on_time, in_time = second <= found.due, second <= found.closes
            assert settled is (
                DutyState.ON_TIME if on_time else DutyState.LATE if in_time else DutyState.MISSED
            )
            written = DutyFacts(found, filed_at=filed_at, written=settled)
            assert all(state_of(written, moment) is settled for moment in moments(found))
        month = month.next()


# Any rules

rest = st.frozensets(st.dates(date(2012, 1, 1), date(2012, 12, 31)), max_size=40)


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Any rules that a file may hold, with a year's holidays thrown about."""
    closes = draw(st.integers(2, 28))
    zero_due = draw(st.integers(1, 20))
    days = ", ".join(map(str, sorted(draw(rest))))
    return load(
        f"[monthly]\nopens_day = {draw(st.integers(1, 28))}\n"
        f"due_day = {draw(st.integers(1, closes - 1))}\ncloses_day = {closes}\n"
        f"[zero]\ndue_workday = {zero_due}\ncloses_workday = {draw(st.integers(zero_due, 20))}\n"
        f'[rolling]\ndue = "{draw(st.sampled_from(Rolling))}"\ncloses = "{draw(st.sampled_from(Rolling))}"\n'
        f"[calendar]\nrest_days = [{days}]\n"
    )


periods = st.dates(date(2011, 7, 1), date(2012, 12, 31))
# The day's word on a major problem knows no working days (tests/rules/test_periods.py).
kinds = st.sampled_from([kind for kind in DutyKind if kind is not DutyKind.DAILY])


@given(books(), kinds, periods)
def test_whatever_the_rules_are_a_duty_opens_then_is_due_on_a_working_day_then_closes_on_one(
    book: Book, kind: DutyKind, day: date
) -> None:
    found = window(kind, Period.of(period_kind(kind), day), book, SHANGHAI)
    assert found.opens < found.due
    assert found.due <= found.closes if kind is DutyKind.ZERO else found.due < found.closes
    for moment in (found.due, found.closes):
        assert calendar_of(book).is_workday(moment.astimezone(SHANGHAI).date())


@given(books(), books(), kinds, periods, st.data())
def test_a_change_of_rules_never_changes_a_closed_period(
    before: Book, after: Book, kind: DutyKind, day: date, data: st.DataObject
) -> None:
    period = Period.of(period_kind(kind), day)
    old, new = window(kind, period, before, SHANGHAI), window(kind, period, after, SHANGHAI)
    filed_at = data.draw(st.none() | st.sampled_from([*moments(old), *moments(new)]))
    open_duty = DutyFacts(old, filed_at=filed_at, delivered=data.draw(st.booleans()))
    written = state_at_close(open_duty)
    assert written in SETTLED
    closed = replace(open_duty, written=written)
    for moment in (*moments(old), *moments(new)):
        assert state_of(closed, moment) is state_of(replace(closed, window=new), moment) is written
