"""A year's dates on one list, and what its rest days moved."""

from datetime import date

import pytest

from rules.book import default_book, load
from rules.kinds import DutyKind
from rules.timetable import Dated, timetable
from rules.workdays import city_zone

ZONE = city_zone()


def of(year: int, period: str, kind: DutyKind = DutyKind.PROGRESS, rules: str = "") -> Dated:
    book = load(rules) if rules else default_book()
    [found] = [
        each for each in timetable(year, book, ZONE) if (str(each.period), each.kind) == (period, kind)
    ]
    return found


def test_a_year_holds_every_period_that_opens_is_due_or_closes_in_it() -> None:
    found = [(str(each.period), each.kind) for each in timetable(2026, default_book(), ZONE)]
    months = ["2025-12", *(f"2026-{month:02}" for month in range(1, 13))]
    assert [period for period, kind in found if kind is DutyKind.PROGRESS] == months
    assert [period for period, kind in found if kind is DutyKind.ZERO] == ["2025H2", "2026H1"]


def test_it_stands_in_the_order_of_the_due_dates() -> None:
    due = [each.window.due for each in timetable(2026, default_book(), ZONE)]
    assert due == sorted(due)


@pytest.mark.parametrize(
    ("period", "due_from", "closes_from"),
    [
        ("2026-01", None, None),  # 5 and 10 February 2026 are a Thursday and a Tuesday
        ("2025-12", None, date(2026, 1, 10)),  # a Saturday
        ("2026-09", date(2026, 10, 5), None),  # the National Day holidays; the 10th is a make-up Saturday
    ],
)
def test_a_date_that_was_rolled_keeps_the_one_that_the_rules_name(
    period: str, due_from: date | None, closes_from: date | None
) -> None:
    found = of(2026, period)
    assert (found.due_from, found.closes_from) == (due_from, closes_from)


def test_working_days_are_counted_from_the_opening_to_the_due_date() -> None:
    """Of 25 September to 8 October 2026 the 25th to the 27th and the 1st to the 7th are free, the 20th was worked."""
    assert of(2026, "2026-09").workdays == 4  # 28, 29, 30 September and 8 October
    assert of(2026, "2026H1", DutyKind.ZERO).workdays == 5


def test_a_year_whose_holidays_nobody_has_entered_is_named() -> None:
    assert of(2026, "2026-11").known
    assert not of(2026, "2026-12").known  # due in January 2027
    assert of(2026, "2026-12", rules="[calendar]\nyears = [2027]").known
