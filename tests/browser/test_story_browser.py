"""The whole way of a major problem in the page, with a restart in the middle: who is to be told is, and nobody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import story
from tests.browser.conftest import City, Someone, free_port, open_people, play

People = dict[str, Someone]


@pytest.fixture
def own_city(tmp_path: Path) -> Iterator[City]:
    """A city in which nothing has been said yet."""
    city = City(tmp_path, free_port())
    city.start()
    yield city
    city.kill()


def test_a_major_problem_goes_from_its_report_to_its_end_and_everybody_gets_what_is_theirs_alone(
    page: Page, own_city: City, photo: Path
) -> None:
    everybody = page.request.get(f"{own_city.address}/tryout/state").json()["people"]
    before = {each["name"]: len(told(page, own_city, each["id"])) for each in everybody}
    people = dict(zip(story.EVERYBODY, open_people(page, own_city.address, *story.EVERYBODY), strict=True))
    for step in (*story.REPORTED, *story.TAKEN):
        play(people, step, photo)
    own_city.kill()
    people[story.OFFICE].tap_any("确认下达")
    own_city.start()
    expect(people[story.DEPARTMENT].newest).to_contain_text("督办单 D1", timeout=60_000)
    for step in (*story.ORDERED[1:], *story.FINISHED):
        play(people, step, photo)
    steps = (*story.REPORTED, *story.TAKEN, *story.ORDERED, *story.FINISHED)
    for each in everybody:
        wanted = [words for step in steps for words in step.heard_by(each["name"])]
        found = told(page, own_city, each["id"])[before[each["name"]] :]
        assert len(found) == len(wanted), (each["name"], found)
        for words, message in zip(wanted, found, strict=True):
            assert words in message


def told(page: Page, city: City, person: int) -> list[str]:
    """All that the bot has said to somebody in words, oldest first."""
    answer = page.request.get(f"{city.address}/tryout/people/{person}/messages")
    messages: list[dict[str, Any]] = answer.json()["messages"]
    said = [each for each in messages if each["from"] == "bot" and not each["media"]]
    return [f"{each['title']}\n{each['text']}" for each in said]
