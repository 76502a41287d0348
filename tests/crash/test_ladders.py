"""`kill -9` while major problems go up their ladders: every step once, never early, and none once it was taken."""

from pathlib import Path

from tests.crash.ladders import LadderStorm, Plan
from tests.crash.program import City
from tests.postgres import Server


async def test_five_kills_over_a_hundred_ladders_leave_each_step_said_once_and_none_early(
    any_city: tuple[City, str], server: Server | None, tmp_path: Path
) -> None:
    city, template = any_city
    url = server.create(template=template) if server else ""
    storm = LadderStorm(city, Plan(ladders=100, kills=5, over=8.0, steps=1), tmp_path, url)
    verdict = await storm.run()
    assert verdict.faults == []
    assert verdict.figures["steps"] >= 100
    assert verdict.figures["taken"] == len(storm.pressed) >= 40
    if server:
        server.drop(url)
