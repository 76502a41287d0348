"""One whole conversation, killed at every commit and every call of its life, each point once."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.points import Conversation, Launcher
from tests.crash.program import City

AT_ONCE = 3


@pytest.fixture
async def launcher() -> AsyncIterator[Launcher]:
    async with Launcher() as launcher:
        yield launcher


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_kill_at_any_point_of_a_conversation_loses_nothing_and_doubles_nothing(
    mode: str, city: City, launcher: Launcher, tmp_path: Path
) -> None:
    whole = Conversation(launcher, city, tmp_path / "whole", mode)
    verdict = await whole.run()
    assert verdict.faults == []
    names = whole.names
    assert {"before commit", "after commit", "before sendMessage", "after editMessageText"} <= set(names)

    free = asyncio.Semaphore(AT_ONCE)

    async def killed_at(point: int) -> tuple[bool, list[str]]:
        async with free:
            conversation = Conversation(launcher, city, tmp_path / str(point), mode, last=point)
            faults = (await conversation.run()).faults
            name = conversation.names[-1]
        if not faults:  # two hundred databases would be much to leave behind
            shutil.rmtree(conversation.folder)
        return conversation.died, [f"point {point}, {name}: {each}" for each in faults]

    ends = await asyncio.gather(*(killed_at(point) for point in range(1, len(names) + 1)))
    assert [fault for _, faults in ends for fault in faults] == []
    # How often the program asks for updates depends on time: a talk may come to its end before its last points.
    assert sum(died for died, _ in ends) >= len(names) - 6
