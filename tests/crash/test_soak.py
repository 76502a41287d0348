"""Every update comes one to five times, and the program runs on: nothing is doubled; that it grows would be noticed."""

from pathlib import Path

import pytest

from tests.crash.program import City
from tests.crash.soak import DUPLICATES, Look, Soak, grown, too_much
from tests.crash.storm import Plan

PEOPLE, MESSAGES = 24, 600


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_what_comes_one_to_five_times_is_taken_once(city: City, mode: str, tmp_path: Path) -> None:
    plan = Plan(mode, 0, MESSAGES, people=PEOPLE, duplicates=DUPLICATES)
    storm = Soak(city, plan, tmp_path, look_seconds=0.2)
    verdict = await storm.run()
    assert verdict.faults == []
    assert verdict.figures["copies"] > verdict.figures["offered"] / 2
    assert all(value > 0 for each in storm.looks for value in each)


def test_a_program_that_grows_is_noticed() -> None:
    steady = [Look(120, 40, 12)] * 10
    assert too_much(grown(steady)) == []
    growing = [Look(120 + 5 * number, 40 + 4 * number, 12 + number) for number in range(10)]
    assert [fault.split(": ")[1] for fault in too_much(grown(growing))] == [
        "132 MB of memory, in the end 162",
        "50 open files, in the end 74",
        "14 threads, in the end 20",
    ]
