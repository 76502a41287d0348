"""A database that somebody else has locked: what is not stored is not confirmed, and is neither lost nor doubled."""

from pathlib import Path

import pytest

from tests.crash.locked import LockedStorm, calm_plan
from tests.crash.program import City
from tests.postgres import Server

MESSAGES = 40
PEOPLE = 6
SECONDS = 2.0


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_locked_database_confirms_nothing_and_loses_nothing(
    mode: str, any_city: tuple[City, str], server: Server | None, tmp_path: Path
) -> None:
    city, template = any_city
    url = server.create(template=template) if server else ""
    storm = LockedStorm(city, calm_plan(mode, MESSAGES, people=PEOPLE), tmp_path / mode, url, seconds=SECONDS)
    verdict = await storm.run()
    assert verdict.faults == []
    assert storm.held_up
    assert verdict.figures["offered"] >= MESSAGES
    assert verdict.figures["crashes of loops"] == 0
    if server:
        server.drop(url)
