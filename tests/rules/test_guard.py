"""Promises of the 万元/亿元 guard, for a project of some 1000 万元 a month, 1.2 亿元 a year."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.book import default_book
from rules.guard import Doubt, Suspicions, suspicions

WAN = 10**4
GUARD = default_book().money_guard


def suspect(
    yuan: int,
    plan: int | None = 12_000 * WAN,
    last: int | None = 1000 * WAN,
    total: int | None = 50_000 * WAN,
    done: int | None = None,
) -> Suspicions:
    return suspicions(
        yuan, plan_year=plan, last_month=last, total_investment=total, done_before=done, guard=GUARD
    )


@pytest.mark.parametrize("yuan", [0, 150 * WAN, 1000 * WAN, 2900 * WAN, 7900 * WAN])
def test_an_ordinary_month_is_not_asked_about(yuan: int) -> None:
    assert not suspect(yuan)


@pytest.mark.parametrize(
    ("typed", "doubt", "meant"),
    [
        (12_000_000 * WAN, Doubt.ABOVE_TOTAL, 1200 * WAN),  # yuan typed into a form of 万元
        (1200 * 10**8, Doubt.ABOVE_TOTAL, 1200 * WAN),  # 亿 for 万
        (1200, Doubt.FALL, 1200 * WAN),  # 0.12, thought of in 亿元; or 元 for 万元
        (10_000 * WAN, Doubt.JUMP, 1000 * WAN),  # a zero too many
        (100 * WAN, Doubt.FALL, 1000 * WAN),  # a zero too few
    ],
)
def test_a_slip_of_the_unit_or_of_a_zero_offers_what_was_meant(typed: int, doubt: Doubt, meant: int) -> None:
    assert suspect(typed) == Suspicions(doubt, (meant,))


def test_a_first_month_is_judged_by_the_year_plan() -> None:
    assert suspect(3200, last=None) == Suspicions(Doubt.TINY, (3200 * WAN,))


def test_more_than_the_year_plan_is_asked_about_even_if_no_other_reading_fits() -> None:
    assert suspect(20_000 * WAN, last=300 * WAN) == Suspicions(Doubt.ABOVE_YEAR_PLAN, (2000 * WAN,))
    assert suspect(45_000 * WAN, last=100 * WAN) == Suspicions(Doubt.ABOVE_YEAR_PLAN, ())


def test_what_was_completed_before_counts_against_the_total() -> None:
    assert suspect(4000 * WAN, done=40_000 * WAN) == Suspicions()
    assert suspect(9000 * WAN, last=2000 * WAN, done=58_000 * WAN).doubt is Doubt.ABOVE_TOTAL


def test_a_low_month_is_not_asked_about_when_no_other_reading_is_usual() -> None:
    assert not suspect(10 * WAN)


def test_nothing_known_means_nothing_asked() -> None:
    assert not suspect(10**13, plan=None, last=None, total=None)


amounts = st.integers(min_value=0, max_value=10**12)
known = st.none() | amounts


@given(amounts, known, known, known, known)
def test_a_reading_that_is_offered_would_not_be_doubted_itself(
    yuan: int, plan: int | None, last: int | None, total: int | None, done: int | None
) -> None:
    for reading in suspect(yuan, plan, last, total, done).readings:
        assert reading != yuan
        assert not suspect(reading, plan, last, total, done)


@given(amounts, known, known, known, known)
def test_without_a_doubt_no_other_reading_is_offered(
    yuan: int, plan: int | None, last: int | None, total: int | None, done: int | None
) -> None:
    result = suspect(yuan, plan, last, total, done)
    assert result or not result.readings
