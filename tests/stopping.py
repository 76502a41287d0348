"""A loop that is stopped in the very moment in which it is woken."""

import asyncio
from typing import Protocol

import pytest


class Loop(Protocol):
    async def run(self) -> None: ...

    def wake(self) -> None: ...


async def stopped_as_it_is_woken(loop: Loop, looked: asyncio.Event) -> None:
    """`looked` is set when the loop has found nothing to do. Fails if it goes on nevertheless."""
    running = asyncio.create_task(loop.run())
    await looked.wait()
    for _ in range(3):  # until it waits
        await asyncio.sleep(0)
    loop.wake()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(30):
            await running
