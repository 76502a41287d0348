"""Days as people write them, against a Monday: 26 March 2012."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.dates import read_day

TODAY = date(2012, 3, 26)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天", (2012, 3, 26)),
        ("昨天", (2012, 3, 25)),
        ("前天", (2012, 3, 24)),
        ("3月20日", (2012, 3, 20)),
        ("3月20号", (2012, 3, 20)),
        ("本月20日", (2012, 3, 20)),
        ("20号", (2012, 3, 20)),
        ("3.20", (2012, 3, 20)),
        ("３月２０日", (2012, 3, 20)),
        ("2011年12月31日", (2011, 12, 31)),
        ("2011-12-31", (2011, 12, 31)),
        ("2012年2月底", (2012, 2, 29)),
        ("12月31日", (2011, 12, 31)),
    ],
)
def test_a_day_is_read_as_people_write_it(said: str, day: tuple[int, int, int]) -> None:
    assert read_day(said, TODAY) == date(*day)


@pytest.mark.parametrize(
    "said", ["明天", "30号", "2月30日", "13月1日", "2012年4月1日", "等图纸", "", "3", "20"]
)
def test_what_is_no_day_or_has_not_come_is_not_read(said: str) -> None:
    assert read_day(said, TODAY) is None


@given(st.text(max_size=12))
def test_any_text_is_read_without_trouble_and_never_as_a_day_to_come(said: str) -> None:
    day = read_day(said, TODAY)
    assert day is None or day <= TODAY
