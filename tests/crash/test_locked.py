"""A database that somebody else has locked: what is not stored is not confirmed, and is neither lost nor doubled."""

from pathlib import Path

import pytest

from tests.crash.ledger_check import Verdict
from tests.crash.locked import LockedStorm, calm_plan
from tests.crash.program import City
from tests.postgres import Server

MESSAGES = 40
PEOPLE = 6
SECONDS = 2.0
MODES = pytest.mark.parametrize("mode", ["polling", "webhook"])


@MODES
async def test_a_locked_database_confirms_nothing_and_loses_nothing(
    mode: str, city: City, tmp_path: Path
) -> None:
    storm = LockedStorm(city, calm_plan(mode, MESSAGES, people=PEOPLE), tmp_path / mode, seconds=SECONDS)
    _check(storm, await storm.run())


@MODES
@pytest.mark.postgres_only
async def test_locked_tables_confirm_nothing_and_lose_nothing(
    mode: str, many_city: tuple[City, str], server: Server, tmp_path: Path
) -> None:
    city, template = many_city
    url = server.create(template=template)
    storm = LockedStorm(city, calm_plan(mode, MESSAGES, people=PEOPLE), tmp_path / mode, url, seconds=SECONDS)
    _check(storm, await storm.run())
    server.drop(url)


def _check(storm: LockedStorm, verdict: Verdict) -> None:
    assert verdict.faults == []
    assert storm.held_up
    assert verdict.figures["offered"] >= MESSAGES
    assert verdict.figures["crashes of loops"] == 0
