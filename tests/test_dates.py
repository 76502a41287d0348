"""A day as people say it."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.dates import Date, read_coming_day
from handlers.done_or_why import DoneOrWhy
from handlers.reading import Reading, Refused, Said, Taken
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
        ("3月25日", None),  # it has just gone: nobody means it of the year ahead
        ("2013年3月25日", date(2013, 3, 25)),
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


def read_of_a_milestone(said: str) -> Reading:
    words = Words()
    question = DoneOrWhy(
        "node", "完成了吗？", today=TODAY, done=words.aliases(words.milestone_words), which_day="哪天？"
    )
    return question.read(Said(said), None, words)


@pytest.mark.parametrize(
    "said", ["完成了", "主体已完成", "基础已经全部完工了。", "按期完成", "完成100%", "是的"]
)
def test_what_is_plainly_done_is_asked_for_its_day(said: str) -> None:
    assert read_of_a_milestone(said) == Refused("哪天？")


@pytest.mark.parametrize(
    "said", ["没完成", "手续未完成", "主体已完成，等验收", "等主体已完成", "已停工", "下雨"]
)
def test_what_is_not_done_is_a_reason_in_the_persons_own_words(said: str) -> None:
    assert read_of_a_milestone(said) == Taken({"text": said})


@pytest.mark.parametrize("said", ["20号已完成", "3月20日完成的", "完成了，3月20日", "已于3月20日全部完工"])
def test_a_day_is_read_among_the_words_around_it(said: str) -> None:
    assert read_of_a_milestone(said) == Taken({"day": "2012-03-20"})


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
