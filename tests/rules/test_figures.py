"""Promises of the figures: completeness, timeliness, cumulatives."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.figures import Added, Cumulative, Opening, Tally, cumulate, tally
from rules.kinds import DutyState

SETTLED = [state for state in DutyState if state is not DutyState.UPCOMING]
duties = st.lists(st.tuples(st.sampled_from(SETTLED), st.booleans(), st.booleans()), max_size=30)


def month(period: str, amount: int, made_up: int = 0) -> Added:
    return Added(period, amount, made_up, made_up)


def of(*states: DutyState, filed: bool = False, final: bool = True) -> Tally:
    return sum((tally(state, filed=filed, final=final) for state in states), Tally())


def test_completeness_counts_what_was_filed_and_timeliness_what_was_on_time() -> None:
    counted = of(DutyState.ON_TIME, DutyState.ON_TIME, DutyState.LATE, DutyState.MISSED)
    assert (counted.expected, counted.filed) == (4, 3)
    assert (counted.completeness, counted.timeliness) == (Fraction(3, 4), Fraction(1, 2))


def test_what_reached_nobody_stays_in_completeness_and_leaves_timeliness() -> None:
    counted = of(DutyState.ON_TIME) + of(DutyState.UNDELIVERED, filed=True) + of(DutyState.UNDELIVERED)
    assert (counted.completeness, counted.timeliness) == (Fraction(2, 3), Fraction(1))


def test_exempt_and_void_duties_are_not_expected() -> None:
    counted = of(DutyState.ON_TIME, DutyState.EXEMPT, DutyState.VOID)
    assert (counted.expected, counted.excused, counted.completeness) == (1, 2, Fraction(1))


def test_where_nothing_is_expected_there_is_no_percentage() -> None:
    assert of(DutyState.VOID).completeness is None
    assert of(DutyState.UNDELIVERED).timeliness is None


@pytest.mark.parametrize("state", [DutyState.OPEN, DutyState.OVERDUE])
def test_what_is_still_owed_is_expected_and_not_there(state: DutyState) -> None:
    counted = of(DutyState.ON_TIME) + of(state, final=False)
    assert (counted.owing, counted.completeness, counted.timeliness) == (1, Fraction(1, 2), Fraction(1, 2))


def test_figures_are_provisional_until_every_duty_has_its_state_for_good() -> None:
    assert not of(DutyState.ON_TIME, DutyState.MISSED).provisional
    assert (of(DutyState.MISSED) + of(DutyState.ON_TIME, final=False)).provisional


@given(duties, duties)
def test_figures_of_two_units_together_come_from_the_sums_of_their_counts(
    one: list[tuple[DutyState, bool, bool]], other: list[tuple[DutyState, bool, bool]]
) -> None:
    def total(duties: list[tuple[DutyState, bool, bool]]) -> Tally:
        return sum((tally(state, filed=filed, final=final) for state, filed, final in duties), Tally())

    both = total(one) + total(other)
    assert both == total([*one, *other])
    assert both.filed <= both.expected
    assert both.expected + both.excused == len(one) + len(other)
    for share in (both.completeness, both.timeliness):
        assert share is None or 0 <= share <= 1


def test_cumulatives_begin_with_the_opening_figures_and_the_year_begins_anew() -> None:
    figures = {"2012-03": 12_000_001, "2012-04": 0, "2012-12": 5, "2013-01": 7, "2013-03": 1}
    months = [month(*each) for each in figures.items()]
    assert list(cumulate(Opening("2012-02", 1_000, 50_000), months)) == [
        Cumulative(12_001_001, 12_050_001),
        Cumulative(12_001_001, 12_050_001),
        Cumulative(12_001_006, 12_050_006),
        Cumulative(7, 12_050_013),
        Cumulative(8, 12_050_014),
    ]


def test_an_opening_of_last_year_adds_nothing_to_this_years_cumulative() -> None:
    [found] = cumulate(Opening("2011-12", 900, 1_000), [month("2012-03", 5)])
    assert found == Cumulative(5, 1_005)


def test_what_a_report_makes_up_for_counts_with_it_and_of_last_year_only_in_the_total() -> None:
    reports = [month("2012-04", 5, made_up=20), Added("2013-01", 7, 0, 100)]
    assert list(cumulate(Opening("2012-02", 0, 0), reports)) == [Cumulative(25, 25), Cumulative(7, 132)]


def test_what_is_filed_for_a_month_that_was_made_up_for_comes_out_of_what_was_made_up() -> None:
    april = Added("2012-04", 5, 20, 20, made_up_for=("2012-03",))
    opening = Opening("2012-02", 0, 0)
    for march, after in ((0, 25), (8, 25), (20, 25), (30, 35)):
        assert list(cumulate(opening, [month("2012-03", march), april]))[-1] == Cumulative(after, after)
    assert list(cumulate(opening, [april])) == [Cumulative(25, 25)], "none was filed"


def test_of_months_made_up_for_only_those_of_the_year_come_out_of_the_years_share() -> None:
    february = Added("2013-02", 5, 30, 100, made_up_for=("2012-12", "2013-01"))
    opening = Opening("2012-11", 0, 0)
    reports = [month("2012-12", 60), month("2013-01", 10), february]
    assert list(cumulate(opening, reports))[-1] == Cumulative(10 + 5 + 20, 60 + 10 + 5 + 30)


def test_a_month_that_was_made_up_for_twice_counts_once() -> None:
    """May's report made up for March and April; April's came later, and made up for March in its turn."""
    april = Added("2012-04", 7, 20, 20, made_up_for=("2012-03",))
    may = Added("2012-05", 1, 40, 40, made_up_for=("2012-03", "2012-04"))
    assert list(cumulate(Opening("2012-02", 0, 0), [april, may]))[-1] == Cumulative(41, 41)


def test_a_month_that_the_opening_figures_contain_has_no_cumulative_and_is_not_added_twice() -> None:
    months = [month("2012-02", 400), month("2012-03", 5)]
    assert list(cumulate(Opening("2012-02", 1_000, 50_000), months)) == [None, Cumulative(1_005, 50_005)]
