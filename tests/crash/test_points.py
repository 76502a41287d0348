"""One whole conversation, killed at every commit and every call of its life, each point once."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.points import Conversation, Launcher
from tests.crash.program import City
from tests.postgres import Server

AT_ONCE = 3


@pytest.fixture
async def launcher() -> AsyncIterator[Launcher]:
    async with Launcher() as launcher:
        yield launcher


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_kill_at_any_point_of_a_conversation_loses_nothing_and_doubles_nothing(
    mode: str, any_city: tuple[City, str], server: Server | None, launcher: Launcher, tmp_path: Path
) -> None:
    city, template = any_city

    async def talk(name: str, last: int = 0) -> tuple[Conversation, list[str]]:
        url = await asyncio.to_thread(server.create, template) if server else ""
        conversation = Conversation(launcher, city, tmp_path / name, mode, last, url)
        faults = (await conversation.run()).faults
        if server and not faults:
            await asyncio.to_thread(server.drop, url)
        return conversation, faults

    whole, faults = await talk("whole")
    assert faults == []
    names = whole.names
    assert {"before commit", "after commit", "before sendMessage", "after editMessageText"} <= set(names)

    # On PostgreSQL a second life waits until the first one's leases end.
    free = asyncio.Semaphore(2 * AT_ONCE if server else AT_ONCE)

    async def killed_at(point: int) -> tuple[bool, list[str]]:
        async with free:
            conversation, faults = await talk(str(point), point)
            name = conversation.names[-1]
        if not faults:  # two hundred databases would be much to leave behind
            shutil.rmtree(conversation.folder)
        return conversation.died, [f"point {point}, {name}: {each}" for each in faults]

    ends = await asyncio.gather(*(killed_at(point) for point in range(1, len(names) + 1)))
    assert [fault for _, faults in ends for fault in faults] == []
    # How often the program asks for updates, and on PostgreSQL renews its leases, depends on time: a talk may come to
    # its end before its last points.
    assert sum(died for died, _ in ends) >= len(names) - (len(names) // 10 if server else 6)
