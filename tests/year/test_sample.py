"""The sample city lived through beside the plain model of the rules: nothing may differ.

Here it is the first weeks, over a due date, reminders, an outage, a close and a review. The whole year takes minutes:
`make year`.
"""

from datetime import datetime

import pytest

from bot.sample.draw_up import draw_up
from storage.database import Database
from tests.year import sample
from tests.year.life import City, live
from tests.year.model import CITY

ENDS = datetime(2012, 4, 12, 9, tzinfo=CITY)


@pytest.fixture(scope="module")
def city(lasting: Database) -> City:
    city = sample.settle(lasting, sample.courses(draw_up(), ENDS, seed=2012), ENDS)
    live(city)
    return city


def test_the_weeks_hold_every_kind_of_message(city: City) -> None:
    about = {each.about for each in sample.expect(city.courses, draw_up(), ENDS).said}
    assert about == {"reminder", "above", "digest", "review"}


def test_every_duty_and_every_message_in_the_sample_city_is_one_of_the_model(city: City) -> None:
    assert sample.compared(city, draw_up()) == []
