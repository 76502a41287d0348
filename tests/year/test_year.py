"""A year of a city, lived through in one run and compared with the plain model of the rules: nothing may differ.

The long form: `python -m tests.year --projects 300 --years 20`.
"""

from collections.abc import Iterator

import pytest

from storage import ledger
from storage.database import Database
from tests.year import found, model, standing
from tests.year.courses import courses
from tests.year.expected import expect
from tests.year.life import City, live, settle

PROJECTS, SEED = 10, 2026


@pytest.fixture(scope="module")
def city(lasting: Database) -> City:
    city = settle(lasting, courses(PROJECTS, SEED))
    live(city)
    return city


def test_the_year_holds_everything_that_can_happen_to_a_duty(city: City) -> None:
    """Else a rule could be broken without anybody seeing it here."""
    expected = expect(city.courses).duties
    by_kind = {(duty.kind, duty.state) for duty in expected}
    for state in ("on_time", "late", "missed", "exempt", "void", "undelivered"):
        assert ("progress", state) in by_kind
    for state in ("on_time", "missed", "void"):
        assert ("zero", state) in by_kind
    for state in ("on_time", "missed"):
        assert ("issue", state) in by_kind
    assert {each.what for course in city.courses for each in course.did} == {
        "report", "correct", "withdraw", "return", "zero", "problem", "word", "solved", "exempt", "pause",
        "resume", "unlock",
    }  # fmt: skip


def test_the_year_holds_every_kind_of_message(city: City) -> None:
    about = {each.about for each in expect(city.courses).said}
    assert about == {
        "calendar", "reminder", "above", "unreachable", "undelivered", "digest", "weekly", "at once", "review",
    }  # fmt: skip


def test_in_every_month_a_project_stands_exactly_on_an_edge_of_a_light_or_one_yuan_beside_it(
    city: City,
) -> None:
    """10 (from September 15) points behind are yellow, one yuan more is green; 30 are yellow, one yuan less is red."""
    colours = {"黄边渠": list[str | None](), "红边渠": list[str | None]()}
    for course in city.courses:
        if course.name in colours:
            for month in range(5, 13):
                filed = next(each.at for each in course.did if each.period == f"2026-{month:02}")
                colours[course.name].append(standing.light(course, filed))
    assert colours == {"黄边渠": ["green", "yellow"] * 4, "红边渠": ["red", "yellow"] * 4}


def test_every_duty_has_the_dates_and_the_state_of_the_model(city: City) -> None:
    expected = expect(city.courses).duties
    assert found.differences(expected, found.duties(city)) == []


def test_every_units_figures_are_those_of_the_model(city: City) -> None:
    expected = model.shares(expect(city.courses).duties)
    got = found.shares(city)
    assert found.differences(_flat(expected), _flat(got)) == []


def _flat(counted: dict[tuple[str, str, str], dict[str, int]]) -> Iterator[tuple[object, ...]]:
    for key, states in counted.items():
        for state, count in states.items():
            yield *key, state, count


def test_every_message_that_anybody_got_unasked_is_one_of_the_model(city: City) -> None:
    expected = expect(city.courses).said
    assert found.differences(expected, found.said(city)) == []


def test_the_ledger_of_the_year_holds(city: City) -> None:
    assert city.database.read_now(ledger.verify) == []
