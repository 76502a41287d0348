"""`kill -9` while people talk to the smart bot: what was committed is processed once, and who lost words is told."""

from pathlib import Path

from tests.crash.aibot_storm import AibotStorm
from tests.crash.points import Launcher
from tests.crash.program import City

KILLS = 24


async def test_kills_over_the_smart_bot_process_what_was_committed_once_and_warn_who_lost_something(
    city: City, tmp_path: Path
) -> None:
    async with Launcher() as launcher:
        storm = AibotStorm(launcher, city, tmp_path / "storm", KILLS)
        verdict = await storm.run()
    assert verdict.faults == []
    assert storm.killed.total() == KILLS
    assert verdict.figures["receipts"] > KILLS
    assert verdict.figures["stored"] > 10 * KILLS
