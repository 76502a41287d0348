"""A day as people say it."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.dates import Date, read_coming_day
from handlers.done_or_why import DoneOrWhy
from handlers.reading import Refused, Said, Taken
from handlers.words import Words

TODAY = date(2012, 3, 26)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今天", TODAY),
        ("明天", date(2012, 3, 27)),
        ("后天", date(2012, 3, 28)),
        ("4月1日", date(2012, 4, 1)),
        ("４月１号", date(2012, 4, 1)),
        ("4.1", date(2012, 4, 1)),
        ("3月26日", TODAY),
        ("3月25日", date(2013, 3, 25)),
        ("2012-04-01", date(2012, 4, 1)),
        ("2012年4月1日", date(2012, 4, 1)),
        ("28号", date(2012, 3, 28)),
        ("2号", date(2012, 4, 2)),
        ("昨天", date(2012, 3, 25)),
        ("2月30日", None),
        ("下周", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_say_it(said: str, day: date | None) -> None:
    assert read_coming_day(said, TODAY) == day


def test_a_day_too_early_or_unreadable_is_refused() -> None:
    question = Date("since", "从哪天起？", today=TODAY, earliest=TODAY)
    assert question.read(Said("2012-04-01"), None, Words()) == Taken({"day": "2012-04-01"})
    assert isinstance(question.read(Said("2012-03-25"), None, Words()), Refused)
    assert isinstance(question.read(Said("下周"), None, Words()), Refused)


def test_a_day_that_has_become_too_early_is_asked_again() -> None:
    later = Date("since", "从哪天起？", today=date(2012, 4, 2), earliest=date(2012, 4, 2))
    assert later.restore({"day": "2012-04-01"}) is None


def test_an_answer_of_an_older_draft_that_is_plainly_a_day_is_asked_again() -> None:
    question = DoneOrWhy("start", "开工了吗？", today=TODAY, done=frozenset({"开工"}))
    assert question.restore({"text": "昨天"}) is None
    assert question.restore({"text": "等图纸"}) == "等图纸"
    assert question.restore({"day": "2012-03-27"}) is None


@given(st.text(alphabet="早就已经都是对的,3月20号开工完x", max_size=100))
@example("x" + "早就" * 49 + "x")
def test_whatever_is_said_about_a_start_is_read_or_refused_and_an_answer_is_kept(said: str) -> None:
    question = DoneOrWhy("start", "开工了吗？", today=TODAY, done=frozenset({"开工"}))
    reading = question.read(Said(said), None, Words())
    if isinstance(reading, Taken):
        assert question.restore(reading.value) is not None
