"""`kill -9` while major problems go up their ladders: every step once, never early, and none once it was taken."""

from pathlib import Path

from tests.crash.ladders import LadderStorm, Plan
from tests.crash.program import City


async def test_five_kills_over_a_hundred_ladders_leave_each_step_said_once_and_none_early(
    city: City, tmp_path: Path
) -> None:
    storm = LadderStorm(city, Plan(ladders=100, kills=5, over=8.0, steps=1), tmp_path)
    verdict = await storm.run()
    assert verdict.faults == []
    assert verdict.figures["steps"] >= 100
    assert verdict.figures["taken"] == len(storm.pressed) >= 40
