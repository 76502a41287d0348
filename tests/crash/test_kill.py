"""`kill -9` at random instants: nothing that people said is lost, and nothing is filed or sent twice."""

from collections import Counter
from pathlib import Path

from tests.crash.program import City
from tests.crash.storm import KINDS, Plan, Storm, run_all

KILLS = 25  # by each way in
MESSAGES = 1000


async def test_fifty_kills_over_polling_and_webhook_lose_nothing_and_double_nothing(
    city: City, tmp_path: Path
) -> None:
    storms = [
        Storm(city, Plan(mode, KILLS, MESSAGES, seed), tmp_path / mode)
        for seed, mode in enumerate(("polling", "webhook"))
    ]
    verdicts = await run_all(storms)
    assert [fault for verdict in verdicts for fault in verdict.faults] == []
    figures = sum((verdict.figures for verdict in verdicts), Counter[str]())
    assert sum(storm.killed.total() for storm in storms) == 50
    assert all(figures[f"kills {kind}"] > 0 for kind in KINDS)
    for verdict in verdicts:
        assert verdict.figures["offered"] >= 1000
        assert verdict.figures["accepted"] >= 1000
    assert figures["ambiguous"] > 0
    assert figures["crashes of loops"] == 0
