"""What the office does to WeCom from the command line. It needs no database: it asks WeCom, which answers in words.

A token asked for here is the one that a running server has: WeCom gives the same as long as it lives.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bot import editable, wecom
from bot.channels.wecom_app import WecomAppChannel
from bot.channels.wecom_outcomes import advice
from bot.channels.wecom_request import Token, WecomFault
from bot.office import WecomRefused
from bot.settings import Settings
from handlers.menus import bottom_menu

T = TypeVar("T")


class OneToken:
    """A token for as long as one command lasts."""

    def __init__(self) -> None:
        self._token: Token | None = None

    async def load(self) -> Token | None:
        return self._token

    async def claim(self, until: float) -> bool:
        return True

    async def let_go(self) -> None:
        pass

    async def keep(self, token: Token) -> None:
        self._token = token


def set_menu(settings: Settings) -> str:
    """Makes the menu below the chat. Raises WecomRefused."""

    entries = bottom_menu(editable.sentences(settings.words_file).words)

    async def work(channel: WecomAppChannel) -> str:
        await channel.set_menu(entries)
        names = "  ".join(name for name, _ in entries)
        return f"The menu is set: {names}. Members see it when they open the app anew."

    return _with_app(settings, work)


def with_names(settings: Settings, userids: Sequence[str]) -> str:
    """One line for each member: userid and name, as far as the app may see them. Raises WecomRefused."""

    async def work(channel: WecomAppChannel) -> str:
        names = [await channel.name_of(userid) for userid in userids]
        lines = [
            f"{userid}  {name or '(not in the visible range)'}"
            for userid, name in zip(userids, names, strict=True)
        ]
        return "\n".join(
            [*lines, "Write their userid into 企业微信账号 of the registry, or send each a code."]
        )

    return _with_app(settings, work) if userids else "Nobody wrote who is not bound."


def _with_app(settings: Settings, work: Callable[[WecomAppChannel], Awaitable[T]]) -> T:
    channel = wecom.app_channel(settings, OneToken(), time.time)
    if channel is None:
        raise WecomRefused(
            "WeCom: found no self-built app; expected SANBAO_WECOM_CORP_ID and the settings beside it."
        )

    async def act() -> T:
        await channel.start()
        try:
            return await work(channel)
        finally:
            await channel.close()

    try:
        return asyncio.run(act())
    except WecomFault as fault:
        raise WecomRefused(f"WeCom: {fault}. {advice(fault)}") from None
