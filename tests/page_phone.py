"""Somebody of the town played on the try-out page: a phone like any other, over the page's own HTTP."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.channels.tryout import TryoutChannel

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Bubble:
    """What the page shows of one message."""

    body: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.body["title"], self.body["text"]) if part)

    @property
    def options(self) -> list[dict[str, str]]:
        return [option for row in self.body["rows"] for option in row]

    @property
    def buttons(self) -> list[str]:
        return [option["label"] for option in self.options]


@dataclass
class PagePhone:
    """What is said goes out at once, one after the other; whatever goes wrong shows when something is looked for."""

    client: aiohttp.ClientSession
    channel: TryoutChannel
    person: int
    _said: list[asyncio.Task[None]] = field(default_factory=list)
    _looked_at: int = 0

    def says(self, text: str) -> object:
        return self._after_the_rest(lambda: self._post(text=text))

    def taps(self, label: str) -> object:
        return self._after_the_rest(lambda: self._tap(label))

    def _after_the_rest(self, act: Callable[[], Any]) -> object:
        before = self._said[-1:]

        async def go_on() -> None:
            await asyncio.gather(*before)
            await act()

        self._said.append(asyncio.create_task(go_on()))
        return self._said[-1]

    async def _tap(self, label: str) -> None:
        for bubble in reversed(await self._bubbles()):
            for option in bubble.options:
                if option["label"].startswith(label):
                    return await self._post(data=option["data"], message=bubble.body["id"])
        raise LookupError(f"no button {label!r}")

    async def _post(self, **fields: str) -> None:
        form = aiohttp.FormData({"nonce": f"nonce-{next(_numbers):06}", **fields})
        async with self.client.post(f"/tryout/people/{self.person}/say", data=form) as answer:
            assert answer.status == 202, await answer.text()

    async def _bubbles(self) -> list[Bubble]:
        async with self.client.get(f"/tryout/people/{self.person}/messages") as answer:
            found = (await answer.json())["messages"]
        return [Bubble(each) for each in found if each["from"] == "bot"]

    async def sees(self, wanted: Callable[[Bubble], bool]) -> Bubble:
        """The next message for which this holds."""
        await asyncio.gather(*self._said)
        async with asyncio.timeout(20), self.channel.listening() as news:
            while True:
                for bubble in await self._bubbles():
                    if int(bubble.body["id"]) > self._looked_at and wanted(bubble):
                        self._looked_at = int(bubble.body["id"])
                        return bubble
                await news.get()
