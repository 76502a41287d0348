"""The sample city lived through beside the plain model of the rules: nothing may differ.

A year of it takes some minutes: `make year`. Here it is the first weeks, over a due date, a close and a review.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from bot.sample.draw_up import draw_up
from storage.database import Database
from tests.year import found, sample
from tests.year.expected import Expected
from tests.year.life import City, live
from tests.year.model import CITY

FIRST_WEEKS = datetime(2012, 4, 12, 9, tzinfo=CITY)
WHOLE = "SANBAO_WHOLE_YEAR"


@dataclass(frozen=True)
class Lived:
    city: City
    expected: Expected


@pytest.fixture(scope="module")
def lived(empty_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    file = tmp_path_factory.mktemp("sample") / "sanbao.db"
    shutil.copyfile(empty_city, file)
    database = Database(f"sqlite:///{file}")
    sheets, ends = draw_up(), sample.ENDS if os.environ.get(WHOLE) else FIRST_WEEKS
    courses = sample.courses(sheets, ends, seed=2012)
    city = sample.settle(database, courses, ends)
    live(city)
    yield Lived(city, sample.expect(courses, sheets, ends))
    database.close()


def test_the_sample_citys_duties_are_those_of_the_model(lived: Lived) -> None:
    assert found.differences(lived.expected.duties, found.duties(lived.city)) == []


def test_every_message_that_anybody_in_the_sample_city_got_unasked_is_one_of_the_model(lived: Lived) -> None:
    sheets = draw_up()
    got = found.said(lived.city, lambda text: sample.with_tokens(text, sheets))
    assert found.differences(lived.expected.said, got) == []
