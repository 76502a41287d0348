"""`kill -9` over PostgreSQL: one process dies, another is frozen and woken, the others go on; nothing is lost, doubled
or answered out of order.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.crash.many import PROCESSES, ManyStorm
from tests.crash.program import City
from tests.crash.storm import KINDS, Plan
from tests.postgres import Server

pytestmark = pytest.mark.postgres_only

KILLS = 3  # by each way in: a start takes long where few cores are shared by four programs
MESSAGES = 60
PEOPLE = 8
PATIENCE = 6.0  # what four programs and a server do on two cores takes its time


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_four_processes_of_which_one_is_killed_and_one_frozen_again_and_again_lose_double_and_reorder_nothing(
    mode: str, any_city: tuple[City, str], server: Server, tmp_path: Path
) -> None:
    city, template = any_city
    plan = Plan(mode, KILLS, MESSAGES, people=PEOPLE, patience=PATIENCE)
    storm = ManyStorm(city, plan, tmp_path, server=server, template=template)
    verdict = await storm.run()
    assert verdict.faults == []
    assert storm.killed == Counter({kind: KILLS // len(KINDS) for kind in KINDS})
    assert verdict.figures["offered"] >= MESSAGES
    assert len(storm.program.programs) == PROCESSES
    assert storm.program.frozen > 0
