"""Promises of periods and their windows."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import Book, default_book, load
from rules.kinds import DutyKind, PeriodKind, Rolling
from rules.periods import Period, Window, latest_opened, period_kind, window
from rules.workdays import calendar_of, city_zone

SHANGHAI = city_zone()
MONTHS = [Period.month(year, month) for year in range(2004, 2036) for month in range(1, 13)]
HALVES = [Period(PeriodKind.HALF, year, half) for year in range(2004, 2036) for half in (1, 2)]

days = st.dates(min_value=date(1901, 1, 1), max_value=date(2199, 12, 31))
kinds = st.sampled_from(PeriodKind)


def local(window: Window) -> list[str]:
    return [
        f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        for moment in (window.opens, window.due, window.closes)
    ]


@pytest.mark.parametrize(
    ("text", "first", "last", "chinese"),
    [
        ("2012-03", date(2012, 3, 1), date(2012, 3, 31), "2012年3月"),
        ("2012-02", date(2012, 2, 1), date(2012, 2, 29), "2012年2月"),
        ("2012Q1", date(2012, 1, 1), date(2012, 3, 31), "2012年一季度"),
        ("2012H1", date(2012, 1, 1), date(2012, 6, 30), "2012年上半年"),
        ("2012H2", date(2012, 7, 1), date(2012, 12, 31), "2012年下半年"),
        ("2012", date(2012, 1, 1), date(2012, 12, 31), "2012年"),
    ],
)
def test_a_period_knows_its_days_and_its_name(text: str, first: date, last: date, chinese: str) -> None:
    period = Period.parse(text)
    assert (period.first_day, period.last_day, period.chinese) == (first, last, chinese)


@pytest.mark.parametrize(
    "text", ["", "2012-13", "2012-3", "2012Q5", "2012H0", "12", "2012-03-32", "２０１２", "9999"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Period.parse(text)


@given(kinds, days)
def test_a_period_is_read_back_from_what_rows_keep(kind: PeriodKind, day: date) -> None:
    period = Period.of(kind, day)
    assert Period.parse(str(period)) == period
    assert period.contains(day)


@given(kinds, days)
def test_periods_follow_each_other_without_gap_or_overlap(kind: PeriodKind, day: date) -> None:
    period = Period.of(kind, day)
    assert period.next().first_day == period.last_day + timedelta(days=1)
    assert period.next().previous() == period


def test_march_2012_is_due_after_qingming_and_closes_on_the_10th() -> None:
    march = window(DutyKind.PROGRESS, Period.parse("2012-03"), default_book(), SHANGHAI)
    assert local(march) == ["2012-03-25 00:00", "2012-04-05 18:00", "2012-04-10 18:00"]
    assert march.due == datetime(2012, 4, 5, 10, 0, tzinfo=UTC)
    assert march.due.tzinfo is UTC


@pytest.mark.parametrize(
    ("half", "opens", "due"),
    [
        ("2012H1", "2012-07-01 00:00", "2012-07-06 18:00"),
        ("2012H2", "2013-01-01 00:00", "2013-01-08 18:00"),  # after a make-up weekend
    ],
)
def test_a_zero_is_due_and_closes_on_the_fifth_working_day_after_its_half_year(
    half: str, opens: str, due: str
) -> None:
    assert local(window(DutyKind.ZERO, Period.parse(half), default_book(), SHANGHAI)) == [opens, due, due]


def test_september_2020_closes_a_working_day_later_when_its_due_date_rolls_onto_the_close() -> None:
    book = load('rolling.due = "second"')
    september = window(DutyKind.PROGRESS, Period.parse("2020-09"), book, SHANGHAI)
    assert local(september)[1:] == ["2020-10-10 18:00", "2020-10-12 18:00"]


def test_a_due_date_never_rolls_back_before_the_opening() -> None:
    book = load('monthly = { opens_day = 28, due_day = 1, closes_day = 5 }\nrolling.due = "previous"')
    january = window(DutyKind.PROGRESS, Period.parse("2017-01"), book, SHANGHAI)
    assert local(january)[:2] == ["2017-01-28 00:00", "2017-02-03 18:00"]


@pytest.mark.parametrize(("due", "closes"), list(product(Rolling, Rolling)))
@pytest.mark.parametrize("dates", [(25, 5, 10), (28, 1, 2), (1, 27, 28), (20, 3, 4)])
def test_every_month_of_2004_to_2035_opens_then_is_due_then_closes(
    due: Rolling, closes: Rolling, dates: tuple[int, int, int]
) -> None:
    opens_day, due_day, closes_day = dates
    monthly = f"monthly = {{ opens_day = {opens_day}, due_day = {due_day}, closes_day = {closes_day} }}\n"
    book = load(monthly + f'rolling = {{ due = "{due}", closes = "{closes}" }}')
    for month in MONTHS:
        found = window(DutyKind.PROGRESS, month, book, SHANGHAI)
        assert found.opens < found.due < found.closes
        _falls_on_working_days(found, book)


@pytest.mark.parametrize(("due", "closes"), [(1, 1), (5, 5), (5, 8)])
def test_every_half_year_of_2004_to_2035_opens_then_is_due_and_closes_then_or_later(
    due: int, closes: int
) -> None:
    book = load(f"zero = {{ due_workday = {due}, closes_workday = {closes} }}")
    for half in HALVES:
        found = window(DutyKind.ZERO, half, book, SHANGHAI)
        assert found.opens < found.due <= found.closes
        _falls_on_working_days(found, book)


def _falls_on_working_days(found: Window, book: Book) -> None:
    calendar = calendar_of(book)
    assert calendar.is_workday(found.due.astimezone(SHANGHAI).date())
    assert calendar.is_workday(found.closes.astimezone(SHANGHAI).date())


def test_windows_of_the_default_book_never_overlap() -> None:
    for month in MONTHS:
        this, following = (
            window(DutyKind.PROGRESS, one, default_book(), SHANGHAI) for one in (month, month.next())
        )
        assert this.closes < following.opens


def test_a_zero_has_no_month_and_a_progress_report_no_half_year() -> None:
    for kind, period in ((DutyKind.ZERO, "2012-03"), (DutyKind.PROGRESS, "2012H1"), (DutyKind.ISSUE, "2012")):
        with pytest.raises(ValueError, match="expected a"):
            window(kind, Period.parse(period), default_book(), SHANGHAI)


@pytest.mark.parametrize(
    ("now", "period"),
    [("2012-03-24 23:59", "2012-02"), ("2012-03-25 00:00", "2012-03"), ("2012-04-11 00:00", "2012-03")],
)
def test_the_latest_opened_month_changes_on_the_25th(now: str, period: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    assert str(latest_opened(DutyKind.PROGRESS, moment, default_book(), SHANGHAI)) == period


@given(
    st.sampled_from(DutyKind),
    st.datetimes(
        min_value=datetime(2004, 1, 1),  # noqa: DTZ001  (hypothesis wants naive bounds)
        max_value=datetime(2035, 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)
def test_the_latest_opened_period_has_opened_and_the_next_one_has_not(kind: DutyKind, now: datetime) -> None:
    period = latest_opened(kind, now, default_book(), SHANGHAI)
    assert period.kind is period_kind(kind)
    assert window(kind, period, default_book(), SHANGHAI).opens <= now
    assert now < window(kind, period.next(), default_book(), SHANGHAI).opens


def test_a_days_word_is_asked_for_in_the_morning_due_in_the_evening_and_late_until_midnight() -> None:
    day = Period.parse("2012-03-31")
    assert (str(day), day.chinese, str(day.next())) == ("2012-03-31", "2012年3月31日", "2012-04-01")
    found = window(DutyKind.DAILY, day, default_book(), SHANGHAI)
    assert local(found) == ["2012-03-31 09:02", "2012-03-31 18:00", "2012-04-01 00:00"]
