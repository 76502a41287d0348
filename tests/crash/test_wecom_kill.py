"""`kill -9` under WeCom's callbacks: what was answered 200 is processed exactly once."""

from pathlib import Path

from tests.crash.points import Launcher
from tests.crash.wecom import WecomStorm

KILLS = 20


async def test_twenty_kills_under_callbacks_lose_nothing_and_double_nothing(
    empty_city: Path, tmp_path: Path
) -> None:
    async with Launcher() as launcher:
        storm = WecomStorm(launcher, empty_city, tmp_path / "storm", KILLS)
        verdict = await storm.run()
    assert verdict.faults == []
    assert storm.killed.total() == KILLS
    assert verdict.figures["filed"] > 10
    assert verdict.figures["brought again"] > 0
    assert verdict.figures["swallowed resends"] > 0
