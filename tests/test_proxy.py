"""An outbound proxy (SANBAO_PROXY): nothing of the running program goes around it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.channel_accounts import channels_of
from bot.channels.tryout import TryoutChannel
from bot.channels.wecom_aibot import AibotChannel
from bot.clock import Clock
from storage.messages import Outgoing
from tests.chat import CITY
from tests.fakes.telegram_api import TOKEN
from tests.fakes.wecom.server import AGENT, CORP, KEY, SECRET
from tests.program import settings_for
from tests.town import Town

# Names that nobody can resolve: who went around the proxy would reach nothing, and would not be seen here.
PLACES = {
    "TELEGRAM_API_URL": "https://telegram.invalid",
    "WECOM_API_URL": "https://wecom.invalid",
    "AIBOT_URL": "wss://aibot.invalid",
}
FILE = {"url": "https://files.invalid/1", "key": ""}


@asynccontextmanager
async def a_proxy() -> AsyncIterator[tuple[str, set[str], set[str]]]:
    """Its address, the hosts it was asked to connect to, and with which passwords; it lets nobody through."""
    hosts: set[str] = set()
    passwords: set[str] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = first.split(" ")
        hosts.add(f"{method} {target}")
        passwords.update(line for line in lines if line.startswith("Proxy-Authorization"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://user:word@127.0.0.1:{server.sockets[0].getsockname()[1]}", hosts, passwords
    finally:
        server.close()


async def nothing(_arrived: object) -> None:
    pass


async def until_all_are_asked_for(bot: AibotChannel, hosts: set[str], wanted: set[str]) -> None:
    """The smart bot's files, and its long connection, which is made again and again until it is stopped."""
    with suppress(Exception):
        await bot.fetch(json.dumps(FILE), 1000)
    connecting = asyncio.create_task(bot.run(nothing))
    async with asyncio.timeout(20):
        while not hosts >= wanted:  # noqa: ASYNC110 - a failed connection rings no bell
            await asyncio.sleep(0.02)
    connecting.cancel()
    with suppress(asyncio.CancelledError):
        await connecting


async def test_every_way_out_goes_through_the_proxy(town: Town, tmp_path: Path) -> None:
    wanted = {f"CONNECT {name}.invalid:443" for name in ("telegram", "wecom", "aibot", "files")}
    async with a_proxy() as (url, hosts, passwords):
        ours = {
            **PLACES, "PROXY": url, "TELEGRAM_TOKEN": TOKEN, "WECOM_CORP_ID": CORP, "WECOM_AGENT_ID": AGENT,
            "WECOM_SECRET": SECRET, "WECOM_TOKEN": "token", "WECOM_AES_KEY": KEY, "AIBOT_ID": "bot",
            "AIBOT_SECRET": "secret", "WECOM_GROUP_KEYS": "群=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa",
            "PUBLIC_URL": "https://bot.invalid",
        }  # fmt: skip
        settings = settings_for(town, tmp_path, ours)
        channels = channels_of(settings, town.database, Clock(), CITY, lambda _secret: None)
        assert {name for name, _ in channels} >= {"telegram", "wecom", "aibot"}
        for channel in sorted(channels.values(), key=lambda each: isinstance(each, AibotChannel)):
            if isinstance(channel, AibotChannel):
                await until_all_are_asked_for(channel, hosts, wanted)
            elif not isinstance(channel, TryoutChannel):
                await channel.start()  # type: ignore[attr-defined]  # of every other one
                with suppress(Exception):
                    await channel.send("1001", Outgoing(text="x"))
                await channel.close()  # type: ignore[attr-defined]
        assert hosts == wanted
        assert passwords == {"Proxy-Authorization: Basic dXNlcjp3b3Jk"}
