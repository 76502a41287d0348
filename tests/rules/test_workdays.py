"""Promises of the working-day calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import default_book, load
from rules.kinds import Rolling
from rules.workdays import (
    NEWEST_KNOWN_YEAR,
    Calendar,
    calendar_of,
    city_zone,
    end_of_workday,
    in_working_hours,
    local_date,
    next_working_moment,
)

NATIONAL = Calendar()
SHANGHAI = city_zone()
BOOK = default_book()
ALL_DAYS = [
    date(2004, 1, 1) + timedelta(days=number) for number in range((date(2036, 1, 1) - date(2004, 1, 1)).days)
]

moments = st.datetimes(
    min_value=datetime(2004, 1, 1),  # noqa: DTZ001  (hypothesis wants naive bounds)
    max_value=datetime(2035, 12, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]  # mypy does not count the parts


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2012, 4, 2), date(2012, 4, 4)),  # 清明 2012
        (date(2012, 1, 22), date(2012, 1, 28)),  # 春节 2012
        (date(2020, 1, 24), date(2020, 2, 2)),  # 春节 2020, prolonged in the epidemic
        (date(2020, 10, 1), date(2020, 10, 8)),  # 国庆 and 中秋 together
        (date(2025, 1, 28), date(2025, 2, 4)),  # 春节 2025, eight days
    ],
)
def test_holidays_of_the_notices_are_rest_days(first: date, last: date) -> None:
    assert not any(NATIONAL.is_workday(day) for day in ALL_DAYS if first <= day <= last)


@pytest.mark.parametrize(
    "day",
    [
        date(2012, 3, 31),
        date(2012, 4, 1),
        date(2013, 1, 5),
        date(2013, 1, 6),
        date(2020, 10, 10),
        date(2025, 2, 8),
    ],
)
def test_make_up_days_of_the_notices_are_worked_although_they_are_weekends(day: date) -> None:
    assert day.weekday() >= 5
    assert NATIONAL.is_workday(day)


def test_a_year_beyond_the_notices_knows_weekends_only_and_says_so() -> None:
    year = NEWEST_KNOWN_YEAR + 1
    days = [day for day in ALL_DAYS if day.year == year]
    assert all(NATIONAL.is_workday(day) == (day.weekday() < 5) for day in days)
    assert not NATIONAL.known(year)
    assert NATIONAL.known(2004)
    assert not NATIONAL.known(2003)


def test_the_book_can_add_a_year_that_the_calendar_lacks() -> None:
    text = "[calendar]\nrest_days = [2035-10-01]\nworkdays = [2035-10-06]\nyears = [2035]\n"
    added = calendar_of(load(text))
    assert not added.is_workday(date(2035, 10, 1))
    assert added.is_workday(date(2035, 10, 6))
    assert added.known(2035)


def test_the_nth_workday_counts_its_start_if_it_is_worked() -> None:
    assert NATIONAL.nth_workday(date(2012, 7, 1), 5) == date(2012, 7, 6)
    assert NATIONAL.nth_workday(date(2012, 7, 2), 1) == date(2012, 7, 2)
    with pytest.raises(ValueError, match="expected 1 or more"):
        NATIONAL.nth_workday(date(2012, 7, 2), 0)


@pytest.mark.parametrize(
    ("policy", "rolled"),
    [
        (Rolling.NEXT, date(2012, 4, 5)),
        (Rolling.SECOND, date(2012, 4, 6)),
        (Rolling.PREVIOUS, date(2012, 4, 1)),
    ],
)
def test_a_date_in_qingming_rolls_by_the_policy(policy: Rolling, rolled: date) -> None:
    assert NATIONAL.roll(date(2012, 4, 3), policy) == rolled


@pytest.mark.parametrize("policy", Rolling)
def test_every_day_of_2004_to_2035_rolls_to_a_working_day_on_the_right_side(policy: Rolling) -> None:
    for day in ALL_DAYS:
        rolled = NATIONAL.roll(day, policy)
        assert NATIONAL.is_workday(rolled)
        assert (rolled == day) == NATIONAL.is_workday(day)
        assert rolled <= day if policy is Rolling.PREVIOUS else rolled >= day
        assert abs(rolled - day) <= timedelta(days=12)


def test_next_and_previous_workday_undo_each_other_on_every_working_day() -> None:
    for day in filter(NATIONAL.is_workday, ALL_DAYS):
        assert NATIONAL.previous_workday(NATIONAL.next_workday(day)) == day


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        (at(2012, 3, 26, 8, 29, 59), False),
        (at(2012, 3, 26, 8, 30), True),
        (at(2012, 3, 26, 17, 59, 59), True),
        (at(2012, 3, 26, 18, 0), False),
        (at(2012, 3, 31, 9, 0), True),  # a make-up Saturday
        (at(2012, 4, 3, 9, 0), False),  # 清明
    ],
)
def test_working_hours_are_the_hours_that_are_not_quiet_on_working_days(
    moment: datetime, working: bool
) -> None:
    assert in_working_hours(moment.astimezone(UTC), BOOK, SHANGHAI) is working


@pytest.mark.parametrize(
    ("moment", "next_one"),
    [
        (at(2012, 3, 26, 9, 0), at(2012, 3, 26, 9, 0)),
        (at(2012, 3, 26, 3, 0), at(2012, 3, 26, 8, 30)),
        (at(2012, 3, 26, 18, 0), at(2012, 3, 27, 8, 30)),
        (at(2012, 4, 1, 20, 0), at(2012, 4, 5, 8, 30)),  # the eve of 清明
    ],
)
def test_what_must_wait_waits_for_the_next_working_hours(moment: datetime, next_one: datetime) -> None:
    assert next_working_moment(moment, BOOK, SHANGHAI) == next_one


@given(moments, st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]))
def test_the_next_working_moment_is_in_working_hours_and_never_earlier(moment: datetime, zone: str) -> None:
    later = next_working_moment(moment, BOOK, ZoneInfo(zone))
    assert later >= moment
    assert in_working_hours(later, BOOK, ZoneInfo(zone))
    assert later.tzinfo is UTC


def test_the_citys_date_is_not_the_date_in_utc() -> None:
    assert local_date(datetime(2012, 3, 24, 16, 0, tzinfo=UTC), SHANGHAI) == date(2012, 3, 25)


@pytest.mark.parametrize(
    ("after", "end"),
    [
        (date(2012, 3, 26), (2012, 3, 29)),
        (date(2012, 3, 30), (2012, 4, 5)),  # 31 March and 1 April are made up, 2 to 4 April are 清明
        (date(2012, 4, 3), (2012, 4, 9)),
    ],
)
def test_some_working_days_end_with_the_last_second_of_the_last(
    after: date, end: tuple[int, int, int]
) -> None:
    assert end_of_workday(after, 3, BOOK, SHANGHAI) == datetime(*end, 23, 59, 59, tzinfo=SHANGHAI)
